"""Form fields that several rooms use: an e-mail address, a mobile, a day, an hour, several days."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Overseas numbers are written 0690… there too, and mean nothing under +33.
REGIONS_FRANCAISES = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
_MOBILES = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
_DATE = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})$")


class CourrielField(forms.CharField):
    widget = forms.EmailInput
    default_error_messages = {
        "invalid": gettext_lazy("Cette adresse n'est pas complète. Par exemple : camille@exemple.fr"),
        "max_length": gettext_lazy("C'est trop long pour une adresse e-mail."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, **kwargs})
        self.widget.attrs.pop("maxlength", None)
        self.validators = [
            MaxLengthValidator(254, self.error_messages["max_length"]),
            EmailValidator(self.error_messages["invalid"]),
        ]

    def clean(self, value: Any) -> str:
        adresse: str = super().clean(value)
        # One spelling of an address: people are found again by it.
        return adresse.lower()


def lire_mobile(saisie: str) -> str | None:
    """The E.164 form of a French mobile number, of the mainland or overseas; None for any other."""
    for region in REGIONS_FRANCAISES:
        try:
            numero = phonenumbers.parse(saisie, region)
        except phonenumbers.NumberParseException:
            continue
        if (
            phonenumbers.is_valid_number(numero)
            and phonenumbers.region_code_for_number(numero) in REGIONS_FRANCAISES
            and phonenumbers.number_type(numero) in _MOBILES
        ):
            return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)
    return None


class MobileField(forms.CharField):
    """A mobile number of France, cleaned to E.164."""

    widget = forms.TelInput
    default_error_messages = {
        "incomplet": gettext_lazy("Ce numéro n'est pas complet. Par exemple : 06 12 34 56 78"),
        "invalid": gettext_lazy(
            "Ce n'est pas un numéro de mobile français. Par exemple : 06 12 34 56 78, ou 0692 12 34 56 à La Réunion."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = []

    def clean(self, value: Any) -> str:
        saisie: str = super().clean(value)
        if not saisie:
            return ""
        chiffres = sum(c.isdigit() for c in saisie)
        mobile = lire_mobile(saisie) if len(saisie) <= 40 else None
        if mobile is None:
            code = "incomplet" if 0 < chiffres < 10 else "invalid"
            raise ValidationError(self.error_messages[code], code=code)
        return mobile


class ChampJour(forms.DateField):
    """A day, by the browser's own picker; typed by hand it may be 03/03/2026."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **options)


class ChampHeure(forms.TimeField):
    """An hour of the place's clock: 14:00, 14h or 14h30."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh"], **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(" ", "") if isinstance(value, str) else value)


class ChampDates(forms.CharField):
    """Days written one after the other, as people write them: 03/03/2026, 17/03/2026."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[date]:
        jours = []
        for mot in re.split(r"[\s,;]+", super().clean(value) or ""):
            if not mot:
                continue
            trouve = _DATE.match(mot)
            try:
                if trouve is None:
                    raise ValueError(mot)
                jours.append(date(int(trouve[3]), int(trouve[2]), int(trouve[1])))
            except ValueError:
                raise forms.ValidationError(
                    _("« %s » n'est pas une date : écrivez par exemple 03/03/2027.") % mot[:30]
                ) from None
        return jours


class ContactForm(forms.Form):
    """One way to reach a person, an e-mail address or a mobile; cleaned as `email` or as `telephone`."""

    contact = forms.CharField(
        label=gettext_lazy("Votre e-mail ou votre mobile"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Indiquez votre e-mail ou votre mobile."),
            "max_length": gettext_lazy("C'est trop long pour une adresse e-mail."),
            "null_characters_not_allowed": gettext_lazy("Retapez votre e-mail ou votre mobile."),
        },
    )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        contact = donnees.get("contact")
        if not contact:
            return donnees
        champ = CourrielField() if "@" in contact else MobileField()
        try:
            donnees["email" if "@" in contact else "telephone"] = champ.clean(contact)
        except ValidationError as erreur:
            self.add_error("contact", erreur)
        return donnees
