"""Public holidays by département and school holidays by zone: what is known without asking anyone.

Both come from packages that hold dates only: `holidays` (computed by law, any year) and
`vacances-scolaires-france` (the Ministry's published calendars, which stop at the last one published).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays
from vacances_scolaires_france import SchoolHolidayDates

# Départements where other days than the national ones are public holidays: the local law of Alsace-Moselle
# (Good Friday and 26 December, code du travail L3134-13), and overseas the abolition of slavery.
_SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "976": "976",
    "975": "PM",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


@lru_cache(maxsize=256)
def jours_feries(departement: str, annee: int, langue: str = "fr") -> Mapping[date, str]:
    """The public holidays of a year in a département (its code), with their names in French, or in English."""
    feries = holidays.country_holidays(
        "FR", subdiv=_SUBDIVISIONS.get(departement), years=annee, language="fr" if langue == "fr" else "en_US"
    )
    return MappingProxyType({jour: feries[jour] for jour in sorted(feries)})


def est_ferie(jour: date, departement: str) -> bool:
    return jour in jours_feries(departement, jour.year)


@lru_cache(maxsize=1)
def _calendrier_scolaire() -> SchoolHolidayDates:
    return SchoolHolidayDates()


def vacances_connues_jusqu_au() -> date:
    """The last day the published school calendars cover: the end of the last summer holidays they name."""
    dernier: date = max(_calendrier_scolaire().data)
    return dernier


def est_vacances(jour: date, zone: str) -> bool | None:
    """Whether a day falls in the school holidays of a zone (A, B or C).

    None when nobody can say: no zone (Corsica, overseas: calendars of their own), or a day that no published
    calendar covers yet. None is falsy on purpose: a session is only skipped for holidays that are known.
    """
    calendrier = _calendrier_scolaire()
    if zone not in calendrier.SUPPORTED_ZONES or not min(calendrier.data) <= jour <= max(calendrier.data):
        return None
    return bool(calendrier.is_holiday_for_zone(jour, zone))


def nom_vacances(jour: date, zone: str) -> str | None:
    """The name of the holidays a day falls in ("Vacances de Noël"), None outside holidays or when unknown."""
    return str(_calendrier_scolaire().data[jour]["nom_vacances"]) if est_vacances(jour, zone) else None
