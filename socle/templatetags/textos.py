"""Filters for text messages, where each character counts."""

from datetime import datetime

from django import template
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from socle import dates

register = template.Library()


@register.filter(expects_localtime=False)
def jour_court(moment: datetime | None, fuseau: dates.Fuseau = None) -> str:
    """ "mer. 30 septembre"; in English "Wed 30 September"."""
    return date_format(dates.heure_locale(moment, fuseau), "D j F") if moment else ""


@register.filter(expects_localtime=False)
def quand_court(moment: datetime | None, fuseau: dates.Fuseau = None) -> str:
    """ "mer. 30 septembre à 14h30"; in English "Wed 30 September at 2:30pm"."""
    if not moment:
        return ""
    local = dates.heure_locale(moment, fuseau)
    minute = f"{local.minute:02d}" if local.minute else ""
    if (get_language() or "fr").startswith("en"):
        heure = f"{local.hour % 12 or 12}{':' if minute else ''}{minute}{'am' if local.hour < 12 else 'pm'}"
    else:
        heure = f"{local.hour}h{minute}"
    return _("%(jour)s à %(heure)s") % {"jour": jour_court(moment, fuseau), "heure": heure}
