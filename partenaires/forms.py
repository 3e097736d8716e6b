"""The entry of the directory as its owner corrects it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from maisons.enums import Langue
from partenaires.models import Partenaire


class FicheForm(forms.ModelForm):  # type: ignore[type-arg]
    """What families read of a partner; its name and kind are the network's to give."""

    langues = forms.TypedMultipleChoiceField(
        label=_("Langues parlées"), choices=Langue, required=False, widget=forms.CheckboxSelectMultiple
    )

    site = forms.URLField(label=_("Site"), required=False, assume_scheme="https")

    class Meta:
        model = Partenaire
        fields = ("description", "adresse", "code_postal", "telephone", "courriel", "site", "langues")
