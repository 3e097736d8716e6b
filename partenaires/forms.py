"""The entry of the directory as its owner corrects it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maisons.champs import ChampCommune
from maisons.enums import Langue
from partenaires.models import Partenaire


class FicheForm(forms.ModelForm):  # type: ignore[type-arg]
    """What families read of a partner; its name and kind are the network's to give."""

    langues = forms.TypedMultipleChoiceField(
        label=_("Langues parlées"), choices=Langue, required=False, widget=forms.CheckboxSelectMultiple
    )

    site = forms.URLField(label=_("Site"), required=False, assume_scheme="https")
    commune = ChampCommune(label=_("Commune"), max_length=80, required=False, help_text=_("Nom ou code postal."))

    class Meta:
        model = Partenaire
        fields = ("description", "adresse", "code_postal", "commune", "telephone", "courriel", "site", "langues")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.commune_id and "commune" in self.fields:
            self.initial["commune"] = self.instance.commune.libelle
