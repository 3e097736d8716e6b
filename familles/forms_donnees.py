"""What is known of a family, to be changed in place."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from familles.champs import DateTapeeField, PrenomField
from familles.corrections import EnfantCorrige
from familles.forms import refus_des_dates
from familles.models import Enfant, Famille


class CorrectionForm(forms.Form):
    """What is known, to be changed in place: of a child its first name, when it is expected, when it was born."""

    prenom = PrenomField(label=gettext_lazy("Votre prénom"))
    langue = forms.ChoiceField(label=gettext_lazy("Langue de vos messages"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, famille: Famille, aujourd_hui: date, **kwargs: Any) -> None:
        self.enfants = list(famille.enfants.order_by("pk"))
        self.aujourd_hui = aujourd_hui
        connus: dict[str, Any] = {"prenom": famille.prenom, "langue": famille.langue}
        for enfant in self.enfants:
            connus[f"terme_{enfant.pk}"] = f"{enfant.terme_prevu:%d/%m/%Y}" if enfant.terme_prevu else ""
            connus[f"naissance_{enfant.pk}"] = f"{enfant.naissance:%d/%m/%Y}" if enfant.naissance else ""
            connus[f"prenom_{enfant.pk}"] = enfant.prenom
        super().__init__(*args, **{**kwargs, "initial": connus})
        for rang, enfant in enumerate(self.enfants, start=1):
            self.fields[f"prenom_{enfant.pk}"] = PrenomField(label=_("Enfant %d : prénom") % rang, required=False)
            # Asked of a born child only where it is known: it matters to few.
            if enfant.terme_prevu or not enfant.est_ne:
                self.fields[f"terme_{enfant.pk}"] = DateTapeeField(
                    label=_("Enfant %d : attendu le") % rang, required=False
                )
            self.fields[f"naissance_{enfant.pk}"] = DateTapeeField(
                label=_("Enfant %d : né le") % rang,
                required=not enfant.terme_prevu,
                help_text="" if enfant.est_ne else _("Si votre bébé est né."),
            )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        for enfant in self.enfants:
            naissance, terme = self._dates(enfant)
            noms = {"naissance": f"naissance_{enfant.pk}", "terme": f"terme_{enfant.pk}"}
            # What was already there may be older than what would be taken today; a day that is none is told already.
            if (naissance, terme) == (enfant.naissance, enfant.terme_prevu) or set(noms.values()) & set(self.errors):
                continue
            refus = refus_des_dates(naissance=naissance, terme=terme, aujourd_hui=self.aujourd_hui)
            for champ, message in refus.items():
                self.add_error(noms[champ], message)
        return donnees

    def _dates(self, enfant: Enfant) -> tuple[date | None, date | None]:
        return self.cleaned_data.get(f"naissance_{enfant.pk}"), self.cleaned_data.get(f"terme_{enfant.pk}")

    def corriges(self) -> dict[int, EnfantCorrige]:
        corriges = {}
        for enfant in self.enfants:
            naissance, terme = self._dates(enfant)
            corriges[enfant.pk] = EnfantCorrige(
                prenom=self.cleaned_data[f"prenom_{enfant.pk}"], naissance=naissance, terme_prevu=terme
            )
        return corriges
