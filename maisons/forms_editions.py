"""Asking for a document: which one, of which house or département, over which period."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.enums import NatureEdition
from maisons.label.indicateurs import Periode
from maisons.label.valeurs import periode_courante
from maisons.models import Departement, Maison
from maisons.pilotage.editions import EditionRefusee, verifier_periode

JOUR = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class EditionForm(forms.Form):
    nature = forms.ChoiceField(
        label=_("Document"), choices=NatureEdition, initial=NatureEdition.DOSSIER, widget=forms.RadioSelect
    )
    maison = forms.ModelChoiceField(
        label=_("Maison"),
        queryset=Maison.objects.none(),
        required=False,
        empty_label=_("Choisissez une maison"),
        help_text=_("Sauf pour le rapport du réseau."),
    )
    departement = forms.ModelChoiceField(
        label=_("Département"),
        queryset=Departement.objects.none(),
        required=False,
        empty_label=_("Choisissez un département"),
        help_text=_("Pour le rapport du réseau."),
    )
    du = forms.DateField(label=_("Chiffres du"), required=False, widget=JOUR)
    au = forms.DateField(
        label=_("au"), required=False, widget=JOUR, help_text=_("Vide : les douze derniers mois entiers.")
    )

    def __init__(
        self,
        *args: Any,
        maisons: QuerySet[Maison],
        departements: QuerySet[Departement],
        aujourd_hui: date,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.aujourd_hui = aujourd_hui
        for nom, choix in (("maison", maisons), ("departement", departements)):
            champ = self.fields[nom]
            if isinstance(champ, forms.ModelChoiceField):
                champ.queryset = choix
        if not departements:
            del self.fields["departement"]

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        reseau = donnees.get("nature") == NatureEdition.RESEAU
        if not reseau and not donnees.get("maison") and "maison" not in self.errors:
            self.add_error("maison", __("Choisissez la maison."))
        if reseau and not donnees.get("departement") and "departement" not in self.errors:
            self.add_error(
                "departement" if "departement" in self.fields else "nature",
                __("Le rapport du réseau se demande pour un département."),
            )
        du, au = donnees.get("du"), donnees.get("au")
        if (du is None) != (au is None):
            self.add_error("au" if au is None else "du", __("Donnez les deux jours, ou aucun."))
        elif du is not None and au is not None:
            try:
                verifier_periode(Periode(du, au), le=self.aujourd_hui)
            except EditionRefusee as refus:
                self.add_error("au", str(refus))
        return donnees

    def demande(self) -> dict[str, Any]:
        """What maisons.pilotage.editions.demander takes."""
        donnees = self.cleaned_data
        nature = NatureEdition(donnees["nature"])
        reseau = nature == NatureEdition.RESEAU
        periode = periode_courante(self.aujourd_hui)
        if donnees["du"]:
            periode = Periode(donnees["du"], donnees["au"])
        return {
            "nature": nature,
            "periode": periode,
            "maison": None if reseau else donnees["maison"],
            "departement": donnees["departement"] if reseau else None,
        }

    def fieldsets_en_clair(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [("", list(self))]
