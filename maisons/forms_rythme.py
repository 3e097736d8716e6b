"""The part of a form that says how often something takes place: sessions, tours and permanences share it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.enums import Frequence, JourSemaine
from maisons.recurrence import Regle
from socle.champs import ChampDates, ChampJour

HORIZON = timedelta(days=730)


class RythmeForm(forms.Form):
    """How often, from when, until when, and what is left out."""

    premier_jour = ChampJour(label=_("Premier jour"))
    frequence = forms.ChoiceField(
        label=_("Rythme"), choices=Frequence, initial=Frequence.SEMAINE, widget=forms.RadioSelect
    )
    jours = forms.TypedMultipleChoiceField(
        label=_("Quels jours"),
        choices=JourSemaine,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Chaque semaine ou une semaine sur deux. Rien de coché : celui du premier jour."),
    )
    jusqu_au = ChampJour(label=_("Jusqu'au"), required=False, help_text=_("Ce jour compris, dix-huit mois au plus."))
    nombre = forms.IntegerField(
        label=_("ou nombre de fois"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("Dates sautées comprises, 200 au plus."),
    )
    dates = ChampDates(
        label=_("Dates choisies"),
        required=False,
        max_length=4000,
        help_text=_("Seulement « à des dates choisies ». Par exemple : 03/03/2027, 17/03/2027."),
    )
    sauf_feries = forms.BooleanField(label=_("Pas les jours fériés"), required=False, initial=True)
    sauf_vacances = forms.BooleanField(
        label=_("Pas pendant les vacances scolaires"),
        required=False,
        help_text=_("Celles de la zone de la maison."),
    )

    def __init__(self, *args: Any, aujourd_hui: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.aujourd_hui = aujourd_hui
        self.fields["premier_jour"].widget.attrs["min"] = aujourd_hui.isoformat()

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        frequence = donnees.get("frequence")
        premier = donnees.get("premier_jour")
        if premier and not self.aujourd_hui <= premier <= self.aujourd_hui + HORIZON:
            self.add_error("premier_jour", __("Choisissez un jour à venir, dans les deux ans."))
        if donnees.get("jusqu_au") and donnees.get("nombre"):
            self.add_error("nombre", __("Donnez une date de fin ou un nombre de séances, pas les deux."))
        if frequence == Frequence.DATES and not donnees.get("dates") and "dates" not in self.errors:
            self.add_error("dates", __("Écrivez au moins une date."))
        if (
            frequence in (Frequence.SEMAINE, Frequence.QUINZAINE, Frequence.MOIS)
            and not donnees.get("jusqu_au")
            and not donnees.get("nombre")
            and not {"jusqu_au", "nombre"} & self.errors.keys()
        ):
            self.add_error("jusqu_au", __("Dites jusqu'à quelle date, ou combien de séances."))
        return donnees

    def regle(self, *, heure: time, duree_minutes: int) -> Regle:
        """The rule asked for; the form must have been validated."""
        donnees = self.cleaned_data
        frequence = Frequence(donnees["frequence"])
        hebdomadaire = frequence in (Frequence.SEMAINE, Frequence.QUINZAINE)
        return Regle(
            frequence=frequence,
            premier_jour=donnees["premier_jour"],
            heure=heure,
            duree_minutes=duree_minutes,
            jours=donnees["jours"] if hebdomadaire else (),
            jusqu_au=donnees["jusqu_au"],
            nombre=donnees["nombre"],
            dates=donnees["dates"] if frequence == Frequence.DATES else (),
        )


def lire_jours(valeurs: Iterable[str]) -> set[date]:
    """The days ticked in a preview; what is not a day is left out."""
    jours = set()
    for valeur in valeurs:
        try:
            jours.add(date.fromisoformat(valeur))
        except ValueError:
            continue
    return jours
