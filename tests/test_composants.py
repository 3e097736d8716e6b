"""Dates as people say them, and what the session card says in each of its states."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from portail.composants import maison_exemple, seance_exemple
from socle import dates
from socle.templatetags.composants import distance, insecable

# 13:00 UTC is 14 h in Paris, 17 h in Réunion.
MOMENT = datetime(2026, 3, 3, 13, tzinfo=UTC)
ANNEE = f"\u00a0{MOMENT.year}" if timezone.localdate().year != MOMENT.year else ""


def test_date_longue_in_french() -> None:
    assert dates.date_longue(MOMENT, "Europe/Paris") == f"mardi 3\u00a0mars{ANNEE} à 14\u00a0h"


def test_heure_is_the_one_of_the_place() -> None:
    assert dates.heure(MOMENT, "Indian/Reunion") == "17\u00a0h"


def test_minutes_are_said_when_there_are_some() -> None:
    assert dates.heure(MOMENT + timedelta(minutes=5), "Europe/Paris") == "14\u00a0h\u00a005"


def test_first_of_the_month() -> None:
    assert dates.jour(date(2027, 5, 1), annee=True) == "samedi 1er\u00a0mai\u00a02027"


def test_horaire() -> None:
    fin = MOMENT + timedelta(minutes=90)
    assert dates.horaire(MOMENT, fin, "Europe/Paris") == "de 14\u00a0h à 15\u00a0h\u00a030"


@pytest.mark.parametrize(
    ("heures", "attendu"), [(-13, "1\u00a0am"), (-2, "12\u00a0pm"), (0, "2\u00a0pm"), (-14, "12\u00a0am")]
)
def test_heure_in_english(heures: int, attendu: str) -> None:
    with override("en"):
        assert dates.heure(MOMENT + timedelta(hours=heures), "Europe/Paris") == attendu


@pytest.mark.parametrize(
    ("km", "attendu"),
    [(None, ""), (0.4, "à moins de 1 km"), (3.24, "à 3,2 km"), (9.96, "à 10 km"), (24.6, "à 25 km")],
)
def test_distance(km: float | None, attendu: str) -> None:
    assert distance(km) == attendu


def test_french_punctuation_stays_with_its_word() -> None:
    assert insecable("Maison « Le Pré » : venez !") == "Maison «\u00a0Le Pré\u00a0»\u00a0: venez\u00a0!"


def _carte(seance: SimpleNamespace, **options: object) -> str:
    return " ".join(render_to_string("composants/carte_seance.html", {"seance": seance, **options}).split())


class TestCarteSeance:
    def test_says_the_places_left(self) -> None:
        carte = _carte(seance_exemple())
        assert "Places libres" in carte
        assert "6 places adultes, 5 places bébés" in carte
        assert "Je réserve" in carte

    def test_says_when_it_is_almost_full(self) -> None:
        carte = _carte(seance_exemple(places_adultes=1, places_enfants=2))
        assert "Presque complet" in carte
        assert "1 place adulte, 2 places bébés" in carte

    def test_says_that_no_baby_fits(self) -> None:
        assert "plus de place bébé" in _carte(seance_exemple(places_enfants=0))

    def test_leaves_babies_out_of_a_session_for_adults(self) -> None:
        carte = _carte(seance_exemple(capacite_enfants=0, places_enfants=0))
        assert "Places libres" in carte
        assert "place bébé" not in carte

    def test_offers_the_waiting_list_of_a_full_session(self) -> None:
        carte = _carte(seance_exemple(est_complete=True, places_adultes=0))
        assert "Complet" in carte
        assert "Je m&#x27;inscris en attente" in carte or "Je m'inscris en attente" in carte

    @pytest.mark.parametrize(
        ("attributs", "phrase"),
        [
            ({"statut": "annulee"}, "Annulée"),
            ({"debut": timezone.now() - timedelta(minutes=5)}, "Séance commencée"),
            ({"inscriptions_du": timezone.now() + timedelta(days=1)}, "Inscriptions à partir du"),
            ({"inscriptions_au": timezone.now() - timedelta(minutes=1)}, "Inscriptions closes"),
        ],
    )
    def test_offers_nothing_that_can_not_be_had(self, attributs: dict[str, object], phrase: str) -> None:
        carte = _carte(seance_exemple(**attributs))
        assert phrase in carte
        assert "btn" not in carte

    def test_does_not_say_the_commune_twice(self) -> None:
        assert _carte(seance_exemple()).count("Rethel") == 1

    def test_takes_the_level_of_its_heading(self) -> None:
        assert "<h2 " in _carte(seance_exemple(), niveau=2)


def test_carte_maison_without_options() -> None:
    carte = render_to_string("composants/carte_maison.html", {"maison": maison_exemple()})
    assert "Labellisée" in carte
