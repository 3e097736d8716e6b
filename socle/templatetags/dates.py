"""Date filters: {{ seance.debut|date_longue:seance.lieu.fuseau }} → "mardi 3 mars à 14 h"."""

from datetime import date, datetime

from django import template

from socle import dates

register = template.Library()


@register.filter(expects_localtime=False)
def date_longue(moment: datetime | None, fuseau: dates.Fuseau = None) -> str:
    return dates.date_longue(moment, fuseau) if moment else ""


@register.filter(expects_localtime=False)
def jour(valeur: date | datetime | None, fuseau: dates.Fuseau = None) -> str:
    return dates.jour(valeur, fuseau) if valeur else ""


@register.filter(expects_localtime=False)
def jour_annee(valeur: date | datetime | None, fuseau: dates.Fuseau = None) -> str:
    return dates.jour(valeur, fuseau, annee=True) if valeur else ""


@register.filter(expects_localtime=False)
def date_simple(valeur: date | None) -> str:
    return dates.date_simple(valeur) if valeur else ""


@register.filter(expects_localtime=False)
def heure(moment: datetime | None, fuseau: dates.Fuseau = None) -> str:
    return dates.heure(moment, fuseau) if moment else ""


@register.simple_tag
def horaire(debut: datetime, fin: datetime, fuseau: dates.Fuseau = None) -> str:
    """{% horaire seance.debut seance.fin seance.lieu.fuseau %} → "de 14 h à 15 h 30"."""
    return dates.horaire(debut, fin, fuseau)
