"""Dates and times as people say them, in the time zone of the place where something happens.

French: "mardi 3 mars à 14 h 30"; English: "Tuesday 3 March at 2:30 pm". No-break spaces keep "14 h" on one line.
"""

from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.dateformat import format as date_format
from django.utils.dateformat import time_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

ESPACE = "\u00a0"

Fuseau = tzinfo | str | None


def heure_locale(moment: datetime, fuseau: Fuseau = None) -> datetime:
    """The same instant on the clock of `fuseau` (a tzinfo or an IANA name), or of the current time zone."""
    if timezone.is_naive(moment):
        return moment
    if isinstance(fuseau, str):
        fuseau = ZoneInfo(fuseau) if fuseau else None
    return timezone.localtime(moment, fuseau)


def jour(valeur: date | datetime, fuseau: Fuseau = None, *, annee: bool = False) -> str:
    """ "mardi 3 mars", with the year when asked for or when it is not this year."""
    if isinstance(valeur, datetime):
        valeur = heure_locale(valeur, fuseau)
    annee = annee or valeur.year != timezone.localdate().year
    if _francais():
        numero = "1er" if valeur.day == 1 else str(valeur.day)
        texte = f"{date_format(valeur, 'l')} {numero}{ESPACE}{date_format(valeur, 'F')}"
    else:
        # Translators: day of the week, day and month, in Django's date format
        texte = date_format(valeur, pgettext("format de date", "l j F"))
    return f"{texte}{ESPACE}{valeur.year}" if annee else texte


def date_simple(valeur: date) -> str:
    """ "3 mars 2027", without the day of the week: for a birth, a window."""
    if _francais():
        return f"{'1er' if valeur.day == 1 else valeur.day}{ESPACE}{date_format(valeur, 'F')}{ESPACE}{valeur.year}"
    return date_format(valeur, pgettext("format de date", "j F Y"))


def heure(moment: datetime, fuseau: Fuseau = None) -> str:
    """ "14 h", "14 h 30"; in English "2 pm", "2:30 pm"."""
    local = heure_locale(moment, fuseau)
    if _francais():
        minutes = f"{ESPACE}{local.minute:02d}" if local.minute else ""
        return f"{local.hour}{ESPACE}h{minutes}"
    if (get_language() or "").startswith("en"):
        minutes = f":{local.minute:02d}" if local.minute else ""
        return f"{local.hour % 12 or 12}{minutes}{ESPACE}{'am' if local.hour < 12 else 'pm'}"
    return time_format(local, formats.get_format("TIME_FORMAT"))


def date_longue(moment: datetime, fuseau: Fuseau = None) -> str:
    """ "mardi 3 mars à 14 h"."""
    return _("%(jour)s à %(heure)s") % {"jour": jour(moment, fuseau), "heure": heure(moment, fuseau)}


def horaire(debut: datetime, fin: datetime, fuseau: Fuseau = None) -> str:
    """ "de 14 h à 15 h 30"."""
    return _("de %(debut)s à %(fin)s") % {"debut": heure(debut, fuseau), "fin": heure(fin, fuseau)}


def _francais() -> bool:
    return (get_language() or "fr").startswith("fr")
