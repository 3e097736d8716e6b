"""Forms of tours and stops: they clean what is typed; the services decide and save."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.enums import MotifArret
from maisons.forms_rythme import RythmeForm
from maisons.models import RETARD_MAX_MINUTES, Arret, Equipage, Lieu
from maisons.tournees import EtapeVoulue, Projet
from socle.champs import ChampHeure, ChampJour

if TYPE_CHECKING:
    _ChoixLieu = forms.ModelChoiceField[Lieu]
    _ChoixEquipage = forms.ModelChoiceField[Equipage]
    _Etapes = forms.BaseFormSet["EtapeForm"]
else:
    _ChoixLieu = _ChoixEquipage = forms.ModelChoiceField
    _Etapes = forms.BaseFormSet

ETAPES_MAX = 6
DUREE_PAR_DEFAUT = 120


class ChoixLieuArret(_ChoixLieu):
    def label_from_instance(self, obj: Lieu) -> str:
        return f"{obj.commune.nom} – {obj.nom} ({obj.maison.nom})"


class ChoixEquipage(_ChoixEquipage):
    def label_from_instance(self, obj: Equipage) -> str:
        return f"{obj.nom} ({obj.maison.nom})" if obj.nom != obj.maison.nom else obj.nom


class EtapeForm(forms.Form):
    lieu = ChoixLieuArret(label=_("Lieu"), queryset=Lieu.objects.none(), empty_label=_("Choisissez un lieu"))
    heure = ChampHeure(label=_("De"))
    duree_minutes = forms.IntegerField(
        label=_("Durée (minutes)"), min_value=10, max_value=720, initial=DUREE_PAR_DEFAUT
    )

    def __init__(self, *args: Any, lieux: QuerySet[Lieu], **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["lieu"]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = lieux


class EtapesFormSet(_Etapes):
    """The places of one day, in whatever order they are typed; empty lines are left out."""

    def etapes(self) -> list[EtapeVoulue]:
        voulues = [
            EtapeVoulue(**{nom: form.cleaned_data[nom] for nom in ("lieu", "heure", "duree_minutes")})
            for form in self.forms
            if form.has_changed() and form.cleaned_data
        ]
        return sorted(voulues, key=lambda etape: etape.heure)

    def clean(self) -> None:
        if any(self.errors):
            return
        etapes = self.etapes()
        if not etapes:
            raise forms.ValidationError(__("Indiquez au moins un lieu et son heure."))
        if len({etape.heure for etape in etapes}) < len(etapes):
            raise forms.ValidationError(__("Deux lieux ont la même heure : l'équipe ne peut pas être aux deux."))


def etapes_formset() -> type[EtapesFormSet]:
    classe = forms.formset_factory(EtapeForm, formset=EtapesFormSet, extra=4, max_num=ETAPES_MAX, validate_max=True)
    return cast("type[EtapesFormSet]", classe)


class TourneeForm(RythmeForm):
    """A tour: who drives, how often; its places are a formset beside it."""

    equipage = ChoixEquipage(
        label=_("Véhicule ou équipe"), queryset=Equipage.objects.none(), empty_label=_("Choisissez qui se déplace")
    )
    nom = forms.CharField(
        label=_("Nom de la tournée"), max_length=120, help_text=_("Pour l'équipe : « Sud, mardis ».")
    )
    cle = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    groupes: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("Qui"), ("equipage", "nom")),
        (_("À quel rythme"), ("premier_jour", "frequence", "jours", "jusqu_au", "nombre", "dates")),
        (_("Ce qu'on saute"), ("sauf_feries", "sauf_vacances")),
    )

    def __init__(self, *args: Any, equipages: QuerySet[Equipage], **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["equipage"]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = equipages

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms]) for titre, noms in self.groupes]

    def projet(self, etapes: list[EtapeVoulue]) -> Projet:
        donnees = self.cleaned_data
        return Projet(
            equipage=donnees["equipage"],
            nom=donnees["nom"],
            etapes=etapes,
            regle=self.regle(heure=etapes[0].heure, duree_minutes=etapes[0].duree_minutes),
            sauf_feries=donnees["sauf_feries"],
            sauf_vacances=donnees["sauf_vacances"],
        )

    def verifier_lieux(self, etapes: list[EtapeVoulue]) -> bool:
        """Whether each place is one of the house of the team: another house's hours are not ours to fill."""
        maison = self.cleaned_data["equipage"].maison_id
        etrangers = [etape.lieu.nom for etape in etapes if etape.lieu.maison_id != maison]
        if etrangers:
            self.add_error("equipage", __("Ces lieux sont d'une autre maison : %s.") % ", ".join(etrangers))
        return not etrangers


class DeplacementForm(forms.Form):
    """A stop as it should be."""

    lieu = ChoixLieuArret(label=_("Lieu"), queryset=Lieu.objects.none(), empty_label=None)
    jour = ChampJour(label=_("Jour"))
    heure = ChampHeure(label=_("De"), help_text=_("À l'heure du lieu."))
    duree_minutes = forms.IntegerField(label=_("Durée (minutes)"), min_value=10, max_value=720)
    version = forms.IntegerField(widget=forms.HiddenInput)

    groupes: tuple[tuple[Any, tuple[str, ...]], ...] = ((_("Déplacer"), ("lieu", "jour", "heure", "duree_minutes")),)

    def __init__(self, *args: Any, arret: Arret, lieux: QuerySet[Lieu], **options: Any) -> None:
        debut = arret.debut.astimezone(arret.zone)
        depart = {
            "lieu": arret.lieu_id,
            "jour": debut.date(),
            "heure": debut.time(),
            "duree_minutes": int((arret.fin - arret.debut).total_seconds() // 60),
            "version": arret.revision,
        }
        super().__init__(*args, **{"initial": depart, **options})
        champ = self.fields["lieu"]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = lieux

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms]) for titre, noms in self.groupes]


class RetardForm(forms.Form):
    minutes = forms.IntegerField(min_value=0, max_value=RETARD_MAX_MINUTES)


class AnnulationArretForm(forms.Form):
    motif = forms.TypedChoiceField(choices=MotifArret, coerce=MotifArret)


class ComptageForm(forms.Form):
    adultes = forms.IntegerField(label=_("Adultes"), min_value=0, max_value=50, initial=1)
    enfants = forms.IntegerField(label=_("Enfants"), min_value=0, max_value=50, initial=1)
    premiere_visite = forms.BooleanField(label=_("Première visite"), required=False)
    cle = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not donnees["adultes"] and not donnees["enfants"]:
            raise forms.ValidationError(__("Comptez au moins une personne."))
        return donnees
