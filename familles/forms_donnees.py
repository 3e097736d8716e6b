"""What is known of a family, to be changed in place."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from familles.champs import DateTapeeField, PrenomField
from familles.models import PRENOM_MAX, Famille


class CorrectionForm(forms.Form):
    """What is known, to be changed in place. One day a child: its birth, or when it is expected."""

    prenom = PrenomField(label=gettext_lazy("Votre prénom"))
    langue = forms.ChoiceField(label=gettext_lazy("Langue de vos messages"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, famille: Famille, **kwargs: Any) -> None:
        self.enfants = list(famille.enfants.order_by("pk"))
        connus: dict[str, Any] = {"prenom": famille.prenom, "langue": famille.langue}
        for enfant in self.enfants:
            connus[f"jour_{enfant.pk}"] = f"{enfant.date_repere:%d/%m/%Y}"
            connus[f"prenom_{enfant.pk}"] = enfant.prenom
        super().__init__(*args, **{**kwargs, "initial": connus})
        for rang, enfant in enumerate(self.enfants, start=1):
            quoi = _("Enfant %d : né le") if enfant.est_ne else _("Enfant %d : attendu le")
            self.fields[f"jour_{enfant.pk}"] = DateTapeeField(label=quoi % rang)
            self.fields[f"prenom_{enfant.pk}"] = forms.CharField(
                label=_("Enfant %d : prénom (facultatif)") % rang, max_length=PRENOM_MAX, required=False
            )

    def jours(self) -> dict[int, tuple[date, str]]:
        valeurs = self.cleaned_data
        return {e.pk: (valeurs[f"jour_{e.pk}"], valeurs[f"prenom_{e.pk}"]) for e in self.enfants}
