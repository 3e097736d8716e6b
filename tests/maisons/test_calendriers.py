"""Public and school holidays, by département and zone."""

from __future__ import annotations

import csv
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from maisons.calendriers import est_ferie, est_vacances, jours_feries, nom_vacances, vacances_connues_jusqu_au
from maisons.chargement import DONNEES

NATIONAUX = 11


@pytest.mark.parametrize(
    ("jour", "departement", "attendu"),
    [
        (date(2026, 12, 25), "08", True),
        (date(2026, 12, 26), "08", False),
        # Local law of Alsace-Moselle.
        (date(2026, 12, 26), "67", True),
        (date(2026, 12, 26), "68", True),
        (date(2026, 12, 26), "57", True),
        (date(2026, 4, 3), "57", True),
        (date(2026, 4, 3), "54", False),
        # Abolition of slavery: a date of its own in each overseas département.
        (date(2026, 5, 27), "971", True),
        (date(2026, 5, 22), "972", True),
        (date(2026, 6, 10), "973", True),
        (date(2026, 12, 20), "974", True),
        (date(2026, 4, 27), "976", True),
        (date(2026, 12, 20), "75", False),
        # Movable feasts.
        (date(2027, 3, 29), "08", True),
        (date(2027, 5, 6), "2A", True),
    ],
)
def test_public_holidays_depend_on_the_departement(jour: date, departement: str, attendu: bool) -> None:
    assert est_ferie(jour, departement) is attendu


def test_a_year_has_eleven_national_holidays_with_their_names() -> None:
    feries = jours_feries("08", 2026)
    assert len(feries) == NATIONAUX
    assert feries[date(2026, 7, 14)] == "Fête nationale"
    assert jours_feries("08", 2026, "en")[date(2026, 7, 14)] == "National Day"


@pytest.mark.parametrize(
    ("jour", "zone", "attendu"),
    [
        (date(2026, 12, 22), "B", True),
        (date(2026, 12, 18), "B", False),
        # Winter holidays come one zone after the other.
        (date(2026, 2, 10), "A", True),
        (date(2026, 2, 10), "B", False),
        (date(2026, 2, 24), "C", True),
        (date(2026, 7, 20), "C", True),
        # Nobody can say: no zone, an unknown one, a year not published yet.
        (date(2026, 7, 20), "", None),
        (date(2026, 7, 20), "Corse", None),
        (date(2031, 7, 20), "A", None),
        (date(1950, 7, 20), "A", None),
    ],
)
def test_school_holidays_by_zone(jour: date, zone: str, attendu: bool | None) -> None:
    assert est_vacances(jour, zone) is attendu


def test_holidays_have_a_name_and_a_known_end() -> None:
    assert nom_vacances(date(2026, 12, 22), "B") == "Vacances de Noël"
    assert nom_vacances(date(2026, 12, 18), "B") is None
    assert vacances_connues_jusqu_au() >= date(2028, 8, 31)


def test_every_departement_has_a_time_zone_and_those_of_the_mainland_a_school_zone() -> None:
    with (DONNEES / "departements.csv").open(newline="") as fichier:
        departements = {ligne["code"]: ligne for ligne in csv.DictReader(fichier)}
    assert len(departements) == 101
    for ligne in departements.values():
        assert ZoneInfo(ligne["fuseau"])
    sans_zone = {code for code, ligne in departements.items() if not ligne["zone_scolaire"]}
    assert sans_zone == {"2A", "2B", "971", "972", "973", "974", "976"}
    zones = {code: departements[code]["zone_scolaire"] for code in ("08", "21", "67", "57", "13", "75", "34", "14")}
    assert zones == {"08": "B", "21": "A", "67": "B", "57": "B", "13": "B", "75": "C", "34": "C", "14": "B"}
    assert departements["974"]["fuseau"] == "Indian/Reunion"
