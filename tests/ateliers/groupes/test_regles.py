"""Who fits in a group: the edges of every rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ateliers.enums import Obstacle
from ateliers.groupes.regles import Cadre, Profil, obstacles, repere_de
from ateliers.models import fin_de_fenetre, fin_de_groupe

DU = date(2027, 3, 1)
CADRE = {"naissances_du": DU, "naissances_au": fin_de_fenetre(DU), "latitude": 49.5, "longitude": 4.4}


def profil(**champs: Any) -> Profil:
    return Profil(**{"repere": DU, "latitude": 49.5, "longitude": 4.4, "rayon_km": 20, **champs})


def cadre(**champs: Any) -> Cadre:
    return Cadre(**{**CADRE, **champs})


class TestFenetre:
    def test_it_is_eight_weeks_both_ends_included(self) -> None:
        assert fin_de_fenetre(DU) - DU == timedelta(days=55)

    @pytest.mark.parametrize(
        ("repere", "dedans"),
        [
            (DU - timedelta(days=1), False),
            (DU, True),
            (DU + timedelta(days=55), True),
            (DU + timedelta(days=56), False),
        ],
    )
    def test_its_edges(self, repere: date, dedans: bool) -> None:
        assert (Obstacle.FENETRE not in obstacles(profil(repere=repere), cadre())) is dedans

    @pytest.mark.parametrize(
        ("au", "fin"), [(date(2027, 4, 25), date(2028, 4, 25)), (date(2028, 2, 29), date(2029, 2, 28))]
    )
    def test_a_group_ends_on_the_first_birthday_of_the_youngest(self, au: date, fin: date) -> None:
        assert fin_de_groupe(au) == fin


class TestRepere:
    NAISSANCE, TERME = date(2027, 2, 10), date(2027, 3, 20)

    @pytest.mark.parametrize(
        ("dates", "repere"),
        [
            ({"naissance": None, "terme_prevu": TERME}, TERME),
            ({"naissance": NAISSANCE, "terme_prevu": TERME}, NAISSANCE),
            ({"naissance": NAISSANCE, "terme_prevu": TERME, "age_corrige": True}, TERME),
            # Born after the due date: a corrected age would be older than the baby.
            ({"naissance": date(2027, 3, 27), "terme_prevu": TERME, "age_corrige": True}, date(2027, 3, 27)),
        ],
    )
    def test_the_due_date_counts_until_the_birth(self, dates: dict[str, Any], repere: date) -> None:
        assert repere_de(**dates) == repere


class TestObstacles:
    @pytest.mark.parametrize(
        ("famille", "groupe", "attendus"),
        [
            ({}, {}, []),
            ({"langues": ("tr",)}, {}, [Obstacle.LANGUE]),
            ({"langues": ("fr", "tr")}, {"langue": "tr"}, []),
            ({"moments": ("soir", "samedi")}, {}, [Obstacle.MOMENT]),
            ({"moments": ("soir",)}, {"particularites": ("soir",)}, []),
            ({"moments": ()}, {"particularites": ("samedi",)}, []),
            ({"bebes": 1}, {"particularites": ("multiples",)}, [Obstacle.MULTIPLES]),
            ({"bebes": 2}, {"particularites": ("multiples",)}, []),
            ({"bebes": 2}, {}, []),
            ({}, {"particularites": ("fratrie",)}, [Obstacle.FRATRIE]),
            ({"a_deja_un_enfant": True}, {"particularites": ("fratrie",)}, []),
            ({"coparent": True}, {}, []),
            ({"latitude": 49.7}, {}, [Obstacle.DISTANCE]),
            ({"latitude": 49.67}, {}, []),
        ],
    )
    def test_one_by_one(self, famille: dict[str, Any], groupe: dict[str, Any], attendus: list[Obstacle]) -> None:
        assert obstacles(profil(**famille), cadre(**groupe)) == attendus
