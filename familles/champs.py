"""Fields for what parents type, as they type it: a first name, a number, a day."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy

from familles.models import PRENOM_MAX
from socle.champs import REGIONS_FRANCAISES

# Overrides of the reading direction could make a name show as something else; names in Arabic don't need them.
_SENS_FORCE = re.compile("[\u202a-\u202e\u2066-\u2069]")
_DATE = re.compile(r"^(\d{1,2})[\s./-]*(\d{1,2})[\s./-]*(\d{4}|\d{2})$")
_DATE_COLLEE = re.compile(r"^(\d{2})(\d{2})(\d{4})$")
_DATE_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")


class PrenomField(forms.CharField):
    """A first name in any script: spaces and line breaks become one space, what can't be seen is refused."""

    default_error_messages = {
        "required": gettext_lazy("Indiquez votre prénom, ou un autre nom de votre choix."),
        "max_length": gettext_lazy("C'est trop long : %(limit_value)d caractères au plus."),
        "invisible": gettext_lazy("Ce prénom contient des caractères invisibles. Retapez-le."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": PRENOM_MAX, **kwargs})
        # The attribute would cut what is pasted without a word.
        self.widget.attrs.pop("maxlength", None)
        self.validators = [MaxLengthValidator(PRENOM_MAX, self.error_messages["max_length"])]

    def to_python(self, value: Any) -> str:
        texte = " ".join(_SENS_FORCE.sub("", super().to_python(value) or "").split())
        genres = [unicodedata.category(c) for c in texte]
        # An unassigned code point (Cn) is a letter or an emoji younger than this Python.
        if not {"Cc", "Cs", "Co"}.isdisjoint(genres) or (texte and {"Cf", "Zs"}.issuperset(genres)):
            raise ValidationError(self.error_messages["invisible"], code="invisible")
        return texte


class TelephoneField(forms.CharField):
    """Any number of France that rings, cleaned to E.164."""

    widget = forms.TelInput
    default_error_messages = {
        "invalid": gettext_lazy("Ce n'est pas un numéro de téléphone français. Par exemple : 03 24 00 00 00"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        saisie: str = super().clean(value)
        for region in REGIONS_FRANCAISES if 0 < len(saisie) <= 40 else ():
            try:
                numero = phonenumbers.parse(saisie, region)
            except phonenumbers.NumberParseException:
                continue
            if (
                phonenumbers.is_valid_number(numero)
                and phonenumbers.region_code_for_number(numero) in REGIONS_FRANCAISES
            ):
                return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)
        raise ValidationError(self.error_messages["invalid"], code="invalid")


class DateTapeeField(forms.CharField):
    """A day typed as digits: 03/11/2025, 3.11.25, 03112025. Text, so that a wrong date stays in sight."""

    default_error_messages = {
        "invalid": gettext_lazy("Écrivez la date avec le jour, le mois et l'année. Par exemple : 03/11/2025"),
        "inexistante": gettext_lazy("Cette date n'existe pas. Vérifiez le jour et le mois."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = []
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: Any) -> date | None:
        texte: str = super().clean(value)
        if not texte:
            return None
        if iso := _DATE_ISO.match(texte):
            annee, mois, jour = (int(partie) for partie in iso.groups())
        elif motif := _DATE_COLLEE.match(texte) or _DATE.match(texte):
            jour, mois, annee = (int(partie) for partie in motif.groups())
        else:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if annee < 100:
            annee += 2000
        try:
            return date(annee, mois, jour)
        except ValueError:
            raise ValidationError(self.error_messages["inexistante"], code="inexistante") from None
