"""Two records side by side: whose values stay, which children are the same, which booking of two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from familles.fusions import PREMIERE, SECONDE, Conflit
from familles.models import Enfant, Famille

CHAMPS = ("prenom", "email", "telephone", "langue")


def dire_enfant(enfant: Enfant) -> str:
    jour = date_format(enfant.date_repere, "j F Y")
    texte = _("né le %s") % jour if enfant.est_ne else _("attendu le %s") % jour
    return f"{enfant.prenom}, {texte}" if enfant.prenom else texte


def dire_valeur(famille: Famille, champ: str) -> str:
    valeur = getattr(famille, champ)
    return str(getattr(valeur, "as_national", valeur))


class FusionForm(forms.Form):
    """Only what differs is asked; an empty value is no choice."""

    def __init__(
        self, *args: Any, premiere: Famille, seconde: Famille, conflits: Sequence[Conflit], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.conflits = conflits
        self.valeurs = [champ for champ in CHAMPS if self._ajouter_champ(champ, premiere, seconde)]
        connus = list(premiere.enfants.order_by("pk"))
        self.enfants = [enfant.pk for enfant in seconde.enfants.order_by("pk") if self._ajouter_enfant(enfant, connus)]
        for conflit in conflits:
            self.fields[conflit.cle] = forms.ChoiceField(
                label=conflit.libelle, choices=conflit.reponses, widget=forms.RadioSelect
            )

    def _ajouter_champ(self, champ: str, premiere: Famille, seconde: Famille) -> bool:
        une, autre = dire_valeur(premiere, champ), dire_valeur(seconde, champ)
        if not une or not autre or une == autre:
            return False
        self.fields[champ] = forms.ChoiceField(
            label=str(Famille._meta.get_field(champ).verbose_name).capitalize(),  # type: ignore[union-attr]
            choices=[(PREMIERE, une), (SECONDE, autre)],
            # The record made last was typed last.
            initial=SECONDE,
            widget=forms.RadioSelect,
        )
        return True

    def _ajouter_enfant(self, enfant: Enfant, connus: Sequence[Enfant]) -> bool:
        if not connus:
            return False
        semblable = next((c for c in connus if c.date_repere == enfant.date_repere), None)
        self.fields[f"enfant_{enfant.pk}"] = forms.TypedChoiceField(
            label=_("L'enfant %s de la seconde fiche") % dire_enfant(enfant),
            choices=[
                ("", _("est un autre enfant")),
                *((connu.pk, _("est le même que : %s") % dire_enfant(connu)) for connu in connus),
            ],
            required=False,
            coerce=int,
            empty_value=None,
            initial=semblable.pk if semblable is not None else "",
        )
        return True

    @property
    def fieldsets_en_clair(self) -> list[tuple[str, list[forms.BoundField]]]:
        groupes = [
            (_("Ce que l'on garde"), self.valeurs),
            (_("Les enfants"), [f"enfant_{pk}" for pk in self.enfants]),
            (_("Deux réservations pour une même séance"), [conflit.cle for conflit in self.conflits]),
        ]
        return [(titre, [self[nom] for nom in noms]) for titre, noms in groupes if noms]

    def demande(self) -> dict[str, Any]:
        """What the merge is told."""
        return {
            "choix": {champ: self.cleaned_data[champ] for champ in self.valeurs},
            "memes_enfants": {
                pk: self.cleaned_data[f"enfant_{pk}"] for pk in self.enfants if self.cleaned_data[f"enfant_{pk}"]
            },
            "reponses": {conflit.cle: self.cleaned_data[conflit.cle] for conflit in self.conflits},
        }
