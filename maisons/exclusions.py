"""Why nothing takes place at a house on a day: past, public holiday, school holidays, closure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from maisons.calendriers import jours_feries, nom_vacances
from maisons.models import Maison
from maisons.recurrence import moment_local


def motifs_exclusion(
    *, maison: Maison, zone: ZoneInfo, heure: time, sauf_feries: bool, sauf_vacances: bool, maintenant: datetime
) -> Callable[[date], str]:
    """A function from a day to the reason it is left out ("" when it is kept), in one query for all days."""
    departement = maison.departement
    fermetures = list(maison.fermetures.filter(au__gte=maintenant.date() - timedelta(days=1)))

    def motif(jour: date) -> str:
        if moment_local(jour, heure, zone) <= maintenant:
            return _("déjà passée")
        if sauf_feries and (ferie := jours_feries(departement.code, jour.year).get(jour)):
            return _("jour férié : %s") % ferie
        if sauf_vacances and (vacances := nom_vacances(jour, departement.zone_scolaire)):
            return _("vacances scolaires : %s") % vacances
        for fermeture in fermetures:
            if fermeture.du <= jour <= fermeture.au:
                return _("maison fermée : %s") % fermeture.motif if fermeture.motif else _("maison fermée")
        return ""

    return motif
