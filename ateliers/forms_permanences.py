"""Forms of permanences: they clean what is typed; the services decide and save."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ateliers.permanences import Projet
from maisons.forms_rythme import RythmeForm
from partenaires.models import Permanence
from socle.champs import ChampHeure, ChampJour


class PlanificationPermanenceForm(RythmeForm):
    """When a partner is there: from when to when, how often."""

    heure = ChampHeure(label=_("De"), help_text=_("À l'heure du lieu. Elle reste la même aux changements d'heure."))
    duree_minutes = forms.IntegerField(
        label=_("Durée de présence (minutes)"), min_value=10, max_value=720, initial=120
    )
    cle = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    groupes: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("Quand"), ("premier_jour", "heure", "duree_minutes")),
        (_("À quel rythme"), ("frequence", "jours", "jusqu_au", "nombre", "dates")),
        (_("Ce qu'on saute"), ("sauf_feries", "sauf_vacances")),
    )

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms]) for titre, noms in self.groupes]

    def projet(self, permanence: Permanence) -> Projet:
        donnees = self.cleaned_data
        return Projet(
            permanence=permanence,
            regle=self.regle(heure=donnees["heure"], duree_minutes=donnees["duree_minutes"]),
            sauf_feries=donnees["sauf_feries"],
            sauf_vacances=donnees["sauf_vacances"],
        )


class AnnulationJourForm(forms.Form):
    jour = ChampJour(label=_("Jour"), widget=forms.HiddenInput)
    motif = forms.CharField(label=_("Pourquoi (les familles le lisent)"), max_length=200)
