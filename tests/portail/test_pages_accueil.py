"""The home page: what a house is, what is on soon, what is near."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from portail.numeros import TEXTES, numeros_verifies
from tests.factories import CommuneFactory, LieuFactory, MaisonFactory, SeanceFactory, dans

pytestmark = pytest.mark.django_db

LOIN = {"latitude": 48.6, "longitude": 7.75}


class TestAccueil:
    def test_says_what_a_house_is_and_shows_the_next_sessions(self, client: Client) -> None:
        plus_tard = SeanceFactory(debut=dans(days=9), titre="Massage")
        bientot = SeanceFactory(debut=dans(days=1), titre="Café")
        reponse = client.get("/")
        assert "gratuit" in reponse.content.decode()
        assert [seance.pk for seance in reponse.context["seances"]] == [bientot.pk, plus_tard.pk]

    @pytest.mark.parametrize(
        "trait",
        [
            {"passee": True},
            {"annulee": True},
            {"brouillon": True},
            {"complete": True},
            {"membres": True},
            {"professionnels": True},
            {"inscriptions_du": dans(days=2)},
            {"inscriptions_au": dans(hours=-1)},
        ],
    )
    def test_shows_only_what_can_be_booked_now(self, client: Client, trait: dict[str, Any]) -> None:
        SeanceFactory(**trait)
        assert not client.get("/").context["seances"]

    def test_hides_the_sessions_of_an_unpublished_house(self, client: Client) -> None:
        SeanceFactory(lieu=LieuFactory(maison=MaisonFactory(cachee=True)))
        assert not client.get("/").context["seances"]

    def test_asks_as_many_queries_for_one_session_as_for_a_hundred(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        lieu = SeanceFactory().lieu
        with django_assert_num_queries(1):
            client.get("/")
        SeanceFactory.create_batch(30, lieu=lieu)
        with django_assert_num_queries(1):
            client.get("/")

    def test_works_with_an_empty_database(self, client: Client) -> None:
        assert "Aucune activité" in client.get("/").content.decode()

    def test_first_page_weighs_at_most_60_kilobytes(self, client: Client) -> None:
        SeanceFactory.create_batch(3)
        fichiers = [
            "vendor/bootstrap/bootstrap.min.css",
            "css/portail.css",
            "css/pages.css",
            "js/proximite.js",
            "img/pictos.svg",
            "img/illustrations.svg",
            "img/icone.svg",
            "img/toit-plein.svg",
            "img/rue.svg",
        ]
        page = client.get("/").content
        poids = len(gzip.compress(page)) + sum(
            len(gzip.compress(Path(str(finders.find(fichier))).read_bytes())) for fichier in fichiers
        )
        assert poids <= 60_000


class TestPresDeChezMoi:
    @pytest.fixture(autouse=True)
    def communes(self) -> None:
        CommuneFactory()

    def test_shows_what_is_near(self, client: Client) -> None:
        pres = SeanceFactory(debut=dans(days=9))
        loin = SeanceFactory(debut=dans(days=1), lieu=LieuFactory(**LOIN))
        contexte = client.get("/", {"lieu": "Rethel"}).context
        assert [seance.pk for seance in contexte["seances"]] == [pres.pk]
        assert [carte.maison for carte in contexte["cartes"]] == [pres.lieu.maison]
        assert loin.pk not in {seance.pk for seance in contexte["seances"]}

    def test_looks_further_when_nothing_is_near(self, client: Client) -> None:
        CommuneFactory(code_insee="51454", nom="Reims", codes_postaux=["51100"], latitude=49.2575, longitude=4.0318)
        # About 37 km away.
        seance = SeanceFactory()
        reponse = client.get("/", {"lieu": "Reims"})
        assert [s.pk for s in reponse.context["seances"]] == [seance.pk]
        assert "Un peu plus loin" in reponse.content.decode()

    def test_says_so_when_nothing_is_even_far(self, client: Client) -> None:
        SeanceFactory(lieu=LieuFactory(**LOIN))
        reponse = client.get("/", {"lieu": "Rethel"})
        assert reponse.context["seances"] == []
        assert "Aucune activité prévue par ici" in reponse.content.decode()
        # The nearest house still stands there, however far.
        assert len(reponse.context["cartes"]) == 1

    def test_answers_to_a_position(self, client: Client) -> None:
        seance = SeanceFactory()
        reponse = client.get("/", {"lat": "49.5", "lon": "4.4"})
        assert [s.pk for s in reponse.context["seances"]] == [seance.pk]
        assert "votre position" in reponse.content.decode()

    def test_several_communes_are_links_that_keep_the_rest(self, client: Client) -> None:
        CommuneFactory(code_insee="08403", nom="Sault-lès-Rethel", population=1900)
        contenu = client.get("/", {"lieu": "08300", "rayon": "10"}).content.decode()
        assert 'href="?lieu=08300&amp;rayon=10&amp;commune=08403"' in contenu
        assert client.get("/?lieu=08300&rayon=10&commune=08403").context["proximite"].libelle == (
            "Sault-lès-Rethel (08300)"
        )

    @pytest.mark.parametrize(
        "requete",
        [
            {"lieu": "Zzz"},
            {"lieu": "🍼"},
            {"lieu": "x" * 10_000},
            {"lieu": "a\x00b"},
            {"lieu": "'; DROP TABLE maisons_maison; --"},
            {"lat": "nan", "lon": "4"},
            {"commune": "\x00"},
            {"rayon": "\x00", "lieu": "Rethel"},
        ],
    )
    def test_bad_input_gets_a_page_and_a_sentence(self, client: Client, requete: dict[str, str]) -> None:
        SeanceFactory()
        reponse = client.get("/", requete)
        assert reponse.status_code == 200
        assert reponse.context["form"].errors

    def test_asks_as_many_queries_for_one_house_as_for_many(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        SeanceFactory()
        with django_assert_num_queries(8):
            client.get("/", {"lieu": "Rethel"})
        SeanceFactory.create_batch(30)
        with django_assert_num_queries(8):
            client.get("/", {"lieu": "Rethel"})


class TestNumeros:
    def test_only_verified_numbers_are_shown(self) -> None:
        assert [numero.numero for numero in numeros_verifies()] == list(TEXTES)

    def test_each_dials(self, client: Client) -> None:
        contenu = client.get("/besoin-d-aide/").content.decode()
        for numero in numeros_verifies():
            assert f'href="{"sms" if numero.numero == "114" else "tel"}:{numero.numero}"' in contenu
        assert "116" not in contenu
