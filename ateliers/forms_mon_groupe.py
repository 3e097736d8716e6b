"""What parents type on their own page about their group: a birth, a theme, anonymous answers; it saves nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ateliers.enums import ItemBilan
from familles.champs import DateTapeeField


class NaissanceForm(forms.Form):
    """ "Votre bébé est né ?": its day, and whether its age counts from the due date."""

    jour = DateTapeeField(
        label=gettext_lazy("Date de naissance"),
        help_text=gettext_lazy("Par exemple : 03/11/2026"),
        error_messages={"required": gettext_lazy("Indiquez le jour de la naissance.")},
    )
    age_corrige = forms.BooleanField(
        label=gettext_lazy("Né avant terme : compter son âge depuis la date prévue"), required=False
    )

    def __init__(self, *args: Any, aujourd_hui: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.aujourd_hui = aujourd_hui

    def clean_jour(self) -> date:
        jour: date = self.cleaned_data["jour"]
        if jour > self.aujourd_hui:
            raise ValidationError(_("Cette date n'est pas encore là. Vérifiez le jour et le mois."))
        return jour


class ThemeProposeForm(forms.Form):
    """A theme, in a few words: it is read by the whole group."""

    texte = forms.CharField(
        label=gettext_lazy("Proposer un autre thème"),
        help_text=gettext_lazy("En quelques mots, sans nom : tout le groupe le lira, sans savoir de qui il vient."),
        max_length=80,
        error_messages={
            "required": gettext_lazy("Écrivez le thème en quelques mots."),
            "max_length": gettext_lazy("C'est trop long : %(limit_value)d caractères au plus."),
        },
    )

    def clean_texte(self) -> str:
        return " ".join(self.cleaned_data["texte"].split())


NOTES = [
    (1, gettext_lazy("Pas du tout")),
    (2, gettext_lazy("Plutôt pas")),
    (3, gettext_lazy("Un peu")),
    (4, gettext_lazy("Plutôt")),
    (5, gettext_lazy("Tout à fait")),
]


class BilanForm(forms.Form):
    """The few anonymous questions; each may be left out."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for item in ItemBilan:
            self.fields[item.value] = forms.TypedChoiceField(
                label=item.label, choices=NOTES, coerce=int, required=False, empty_value=None, widget=forms.RadioSelect
            )

    def reponses(self) -> dict[str, int]:
        return {nom: note for nom, note in self.cleaned_data.items() if note is not None}
