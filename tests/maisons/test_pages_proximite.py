"""Where a person is: a commune as people write it, a postcode, a rough position."""

from __future__ import annotations

from typing import Any

import pytest

from maisons.forms import RAYON_PAR_DEFAUT_KM, ProximiteForm
from tests.factories import CommuneFactory, DepartementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def communes() -> None:
    ardennes = DepartementFactory()
    marne = DepartementFactory(code="51", nom="Marne")

    def commune(code: str, nom: str, codes: list[str], population: int, **options: Any) -> None:
        CommuneFactory(code_insee=code, nom=nom, codes_postaux=codes, population=population, **options)

    commune("08362", "Rethel", ["08300"], 7600, departement=ardennes, latitude=49.50829, longitude=4.36536)
    commune("08403", "Sault-lès-Rethel", ["08300"], 1900, departement=ardennes)
    commune("08105", "Charleville-Mézières", ["08000", "08090"], 46000, departement=ardennes)
    commune("51129", "Charleville", ["51120"], 250, departement=marne)
    commune("51454", "Reims", ["51100", "51430", "51450", "51000"], 180000, departement=marne)
    commune("08382", "Saint-Loup-en-Champagne", ["08300"], 380, departement=ardennes)


def trouver(**donnees: str) -> ProximiteForm:
    form = ProximiteForm(donnees)
    form.is_valid()
    return form


class TestCommune:
    @pytest.mark.parametrize(
        ("saisie", "code"),
        [
            ("Rethel", "08362"),
            ("  RETHEL ", "08362"),
            ("Rethel (08300)", "08362"),
            ("08300 Rethel", "08362"),
            ("Rethel 08000", "08362"),
            ("charleville mezieres", "08105"),
            ("08090", "08105"),
            ("st loup en champagne", "08382"),
            ("Reims cedex 2", "51454"),
            ("Charleville 51120", "51129"),
        ],
    )
    def test_is_understood_as_people_write_it(self, saisie: str, code: str) -> None:
        proximite = trouver(lieu=saisie).proximite
        assert proximite is not None
        assert proximite.code_insee == code

    def test_postcode_of_several_communes_looks_from_the_largest_and_offers_the_others(self) -> None:
        form = trouver(lieu="08300")
        assert form.proximite is not None
        assert form.proximite.libelle == "Rethel (08300)"
        assert [c.nom for c in form.communes_possibles] == ["Rethel", "Sault-lès-Rethel", "Saint-Loup-en-Champagne"]
        assert form.is_valid()

    def test_a_larger_commune_that_begins_with_the_name_makes_it_a_choice(self) -> None:
        form = trouver(lieu="Charleville")
        assert {c.code_insee for c in form.communes_possibles} == {"51129", "08105"}

    def test_a_choice_keeps_what_was_typed(self) -> None:
        form = trouver(lieu="08300", commune="08403")
        assert form.proximite is not None
        assert form.proximite.code_insee == "08403"

    def test_a_choice_does_not_outlive_what_was_typed_before(self) -> None:
        form = trouver(lieu="Reims", commune="08403")
        assert form.proximite is not None
        assert form.proximite.code_insee == "51454"

    def test_is_named_with_the_postcode_that_was_typed(self) -> None:
        assert trouver(lieu="08090").proximite.libelle == "Charleville-Mézières (08090)"  # type: ignore[union-attr]
        assert trouver(lieu="Reims").proximite.libelle == "Reims"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "saisie",
        [
            "Zzz",
            "99999",
            "🍼",
            "هلا",
            "'; DROP TABLE maisons_commune; --",
            "%",
            "_",
            "\\",
            "x" * 10_000,
            "a\x00b",
            "\r\n",
        ],
    )
    def test_what_is_not_understood_is_told_at_the_field(self, saisie: str) -> None:
        form = trouver(lieu=saisie)
        assert form.proximite is None
        assert "lieu" in form.errors or not saisie.strip()
        assert not form.communes_possibles


class TestPosition:
    def test_is_kept_to_about_a_kilometre(self) -> None:
        proximite = trouver(lat="49.512345", lon="4.366789").proximite
        assert proximite is not None
        assert (proximite.latitude, proximite.longitude) == (49.51, 4.37)

    def test_gives_way_to_a_commune_that_is_typed(self) -> None:
        proximite = trouver(lieu="Reims", lat="49.51", lon="4.37").proximite
        assert proximite is not None
        assert proximite.code_insee == "51454"

    @pytest.mark.parametrize(
        "donnees",
        [
            {"lat": "nan", "lon": "4"},
            {"lat": "91", "lon": "4"},
            {"lat": "49", "lon": "inf"},
            {"lat": "x", "lon": "4"},
            {"commune": "99999"},
            {"commune": "\x00"},
            {"commune": "0836299"},
        ],
    )
    def test_tampered_values_are_told_at_the_visible_field(self, donnees: dict[str, str]) -> None:
        form = trouver(**donnees)
        assert form.proximite is None
        assert list(form.errors) == ["lieu"]

    def test_half_a_position_is_none(self) -> None:
        form = trouver(lat="49.5")
        assert form.is_valid()
        assert form.proximite is None


class TestRayon:
    def test_default_applies_and_is_what_the_field_shows(self) -> None:
        form = trouver(lieu="Rethel")
        assert form.proximite is not None
        assert form.proximite.rayon_km == RAYON_PAR_DEFAUT_KM
        assert f'<option value="{RAYON_PAR_DEFAUT_KM}" selected>' in str(form["rayon"])

    def test_zero_means_whatever_the_distance(self) -> None:
        proximite = trouver(lieu="Rethel", rayon="0").proximite
        assert proximite is not None
        assert proximite.rayon_km is None

    def test_another_value_is_refused(self) -> None:
        assert "rayon" in trouver(lieu="Rethel", rayon="7").errors
