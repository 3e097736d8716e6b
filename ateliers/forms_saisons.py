"""Forms that touch many sessions at once: copying a season, closing a house."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from ateliers.enums import SortFermeture
from ateliers.fermetures import DUREE_MAX, PlanFermeture
from ateliers.forms_admin import ChoixLieu, poser_choix
from ateliers.imports import TAILLE_MAX
from ateliers.saisons import Copie
from maisons.models import Lieu, Maison
from socle.champs import ChampJour

PERIODE_MAX = timedelta(days=366)
SEMAINES_MAX = 26


class _Groupes(forms.Form):
    groupes: tuple[tuple[Any, tuple[str, ...]], ...] = ()

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms if nom in self.fields]) for titre, noms in self.groupes]

    def verifier_periode(self, donnees: Mapping[str, Any], du: str, au: str, duree_max: timedelta) -> None:
        debut, fin = donnees.get(du), donnees.get(au)
        if debut is None or fin is None:
            return
        if fin < debut:
            self.add_error(au, __("Le dernier jour doit venir après le premier."))
        elif fin - debut > duree_max:
            self.add_error(au, __("Un an au plus."))


class CopieForm(_Groupes):
    """Which period of a house to plan again, and when."""

    maison = forms.ModelChoiceField(label=_("Maison"), queryset=Maison.objects.none(), empty_label=None)
    du = ChampJour(label=_("Copier les séances du"))
    au = ChampJour(label=_("au"), help_text=_("Ce jour compris. Les séances annulées ne sont pas copiées."))
    vers_le = ChampJour(
        label=_("Nouvelle période à partir du"),
        help_text=_("Chaque séance garde son jour de la semaine et son heure."),
    )
    jusqu_au = ChampJour(label=_("jusqu'au"), help_text=_("Ce jour compris."))
    sauf_feries = forms.BooleanField(label=_("Pas les jours fériés"), required=False, initial=True)
    sauf_vacances = forms.BooleanField(
        label=_("Pas pendant les vacances scolaires"),
        required=False,
        initial=True,
        help_text=_("Celles de la zone de la maison."),
    )
    cle = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    groupes = (
        (_("Quelle saison"), ("maison", "du", "au")),
        (_("Pour quand"), ("vers_le", "jusqu_au")),
        (_("Ce qu'on saute"), ("sauf_feries", "sauf_vacances")),
    )

    def __init__(self, *args: Any, maisons: QuerySet[Maison], aujourd_hui: date, **options: Any) -> None:
        lundi = aujourd_hui - timedelta(days=aujourd_hui.weekday())
        initial = {
            "du": lundi - timedelta(weeks=13),
            "au": lundi - timedelta(days=1),
            "vers_le": lundi + timedelta(weeks=1),
            "jusqu_au": lundi + timedelta(weeks=14, days=-1),
        }
        super().__init__(*args, **{**options, "initial": {**initial, **options.get("initial", {})}})
        self.aujourd_hui = aujourd_hui
        poser_choix(self, "maison", maisons)

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        self.verifier_periode(donnees, "du", "au", PERIODE_MAX)
        self.verifier_periode(donnees, "vers_le", "jusqu_au", PERIODE_MAX)
        vers_le, au = donnees.get("vers_le"), donnees.get("au")
        if vers_le and vers_le > self.aujourd_hui + timedelta(days=730):
            self.add_error("vers_le", __("Choisissez un jour dans les deux ans."))
        if vers_le and donnees.get("jusqu_au") and donnees["jusqu_au"] < self.aujourd_hui:
            self.add_error("jusqu_au", __("Choisissez une période à venir."))
        if vers_le and au and "vers_le" not in self.errors and vers_le <= au:
            self.add_error("vers_le", __("La nouvelle période doit venir après celle que vous copiez."))
        return donnees

    def copie(self) -> Copie:
        return Copie(**{nom: valeur for nom, valeur in self.cleaned_data.items() if nom != "cle"})


class FermetureForm(_Groupes):
    """Which house, which days, why, and what becomes of its sessions."""

    maison = forms.ModelChoiceField(label=_("Maison"), queryset=Maison.objects.none(), empty_label=None)
    du = ChampJour(label=_("Fermée du"))
    au = ChampJour(label=_("au"), help_text=_("Ce jour compris."))
    motif = forms.CharField(
        label=_("Motif"),
        max_length=120,
        help_text=_("Le public et les familles inscrites le liront : « Travaux », « Congés ». Ni nom, ni santé."),
    )
    sort = forms.ChoiceField(
        label=_("Les séances de ces jours-là"),
        choices=SortFermeture,
        initial=SortFermeture.ANNULER,
        widget=forms.RadioSelect,
        help_text=_("Vous pourrez en décider autrement pour chacune à l'étape suivante."),
    )
    lieu = ChoixLieu(
        label=_("Autre lieu"),
        queryset=Lieu.objects.none(),
        required=False,
        empty_label=_("Aucun"),
        help_text=_("Pour celles que l'on tient ailleurs, au même moment."),
    )
    semaines = forms.IntegerField(
        label=_("Reporter de (semaines)"),
        min_value=1,
        max_value=SEMAINES_MAX,
        required=False,
        help_text=_("Pour celles que l'on reporte : même jour de la semaine, même heure."),
    )

    groupes = (
        (_("Quand la maison ferme"), ("maison", "du", "au", "motif")),
        (_("Ce que deviennent les séances"), ("sort", "lieu", "semaines")),
    )

    def __init__(
        self, *args: Any, maisons: QuerySet[Maison], lieux: QuerySet[Lieu], aujourd_hui: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.aujourd_hui = aujourd_hui
        poser_choix(self, "maison", maisons)
        poser_choix(self, "lieu", lieux)

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        self.verifier_periode(donnees, "du", "au", DUREE_MAX)
        if donnees.get("au") and donnees["au"] < self.aujourd_hui:
            self.add_error("au", __("Ces jours sont passés."))
        if donnees.get("du") and donnees["du"] > self.aujourd_hui + timedelta(days=730):
            self.add_error("du", __("Choisissez un jour dans les deux ans."))
        maison, lieu = donnees.get("maison"), donnees.get("lieu")
        if maison and lieu and lieu.maison_id != maison.pk:
            self.add_error("lieu", __("Ce lieu n'est pas de cette maison."))
        if donnees.get("sort") == SortFermeture.DEPLACER and lieu is None and "lieu" not in self.errors:
            self.add_error("lieu", __("Choisissez le lieu où les tenir."))
        if donnees.get("sort") == SortFermeture.REPORTER and not donnees.get("semaines"):
            self.add_error("semaines", __("Dites de combien de semaines les reporter."))
        return donnees

    def plan(self) -> PlanFermeture:
        donnees = self.cleaned_data
        return PlanFermeture(
            maison=donnees["maison"],
            du=donnees["du"],
            au=donnees["au"],
            motif=donnees["motif"],
            sort=SortFermeture(donnees["sort"]),
            lieu=donnees["lieu"],
            semaines=donnees["semaines"] or 0,
        )


class ImportForm(_Groupes):
    """A house and the workbook of its season."""

    maison = forms.ModelChoiceField(label=_("Maison"), queryset=Maison.objects.none(), empty_label=None)
    fichier = forms.FileField(
        label=_("Classeur Excel (.xlsx)"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        help_text=_("500 séances et 1 Mo au plus. Rien n'est créé à cette étape."),
    )

    groupes = (("", ("maison", "fichier")),)

    def __init__(self, *args: Any, maisons: QuerySet[Maison], **options: Any) -> None:
        super().__init__(*args, **options)
        poser_choix(self, "maison", maisons)

    def clean_fichier(self) -> bytes:
        fichier = self.cleaned_data["fichier"]
        if fichier.size > TAILLE_MAX:
            raise forms.ValidationError(__("Ce fichier dépasse 1 Mo : gardez seulement la feuille des séances."))
        octets: bytes = fichier.read()
        return octets


def lire_sorts(envoi: Mapping[str, Any]) -> dict[int, SortFermeture]:
    """What was chosen for each session ("sort-12": "garder"); what is neither is left out."""
    sorts = {}
    for nom, valeur in envoi.items():
        numero = nom.removeprefix("sort-")
        if nom.startswith("sort-") and numero.isdecimal() and len(numero) <= 18 and valeur in SortFermeture.values:
            sorts[int(numero)] = SortFermeture(valeur)
    return sorts


def lire_numeros(valeurs: Iterable[str]) -> set[int]:
    """The rows ticked in a preview; what is not a number is left out."""
    return {int(valeur) for valeur in valeurs if valeur.isdecimal() and len(valeur) <= 18}
