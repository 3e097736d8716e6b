"""What surrounds the pages: languages, caches, search engines, health, legal pages, errors."""

from __future__ import annotations

from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from tests.factories import LieuFactory, MaisonFactory, SeanceFactory

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/maisons/",
    "/groupes/",
    "/professionnels/",
    "/calendrier/",
    "/besoin-d-aide/",
    "/mentions-legales/",
    "/confidentialite/",
    "/accessibilite/",
]


class TestChaquePage:
    @pytest.mark.parametrize("adresse", PAGES)
    def test_may_be_kept_and_sets_no_cookie(self, client: Client, adresse: str) -> None:
        SeanceFactory()
        reponse = client.get(adresse)
        assert reponse.status_code == 200
        assert not reponse.cookies
        assert "Cookie" not in reponse["Vary"]
        assert reponse["Cache-Control"].startswith("public, max-age=")

    @pytest.mark.parametrize("adresse", PAGES)
    def test_exists_in_english(self, client: Client, adresse: str) -> None:
        reponse = client.get(f"/en{adresse}")
        assert reponse.status_code == 200
        assert '<html lang="en"' in reponse.content.decode()

    @pytest.mark.parametrize("adresse", PAGES)
    def test_speaks_french_at_its_own_address_whatever_the_browser(self, client: Client, adresse: str) -> None:
        reponse = client.get(adresse, headers={"Accept-Language": "en"})
        assert '<html lang="fr"' in reponse.content.decode()

    @pytest.mark.parametrize("adresse", PAGES)
    def test_is_read_only(self, client: Client, adresse: str) -> None:
        # The calendar answers what is sent to it, and keeps none of it.
        assert client.post(adresse).status_code == (422 if adresse == "/calendrier/" else 405)

    def test_made_for_a_position_stays_with_its_browser(self, client: Client) -> None:
        assert "private" in client.get("/", {"lat": "49.51", "lon": "4.37"})["Cache-Control"]


class TestPlanDuSite:
    def test_lists_pages_houses_and_sessions_in_both_languages(self, client: Client) -> None:
        seance = SeanceFactory()
        caches = [
            MaisonFactory(cachee=True).slug,
            MaisonFactory(demonstration=True).slug,
            str(SeanceFactory(brouillon=True).reference),
            str(SeanceFactory(passee=True).reference),
            str(SeanceFactory(lieu=LieuFactory(maison=MaisonFactory(cachee=True))).reference),
        ]
        index = client.get("/sitemap.xml")
        fichiers = [element.text or "" for element in ElementTree.fromstring(index.content).iter() if element.text]
        sections = [f for f in fichiers if f.startswith("http://testserver/sitemap-")]
        assert len(sections) == 4
        contenu = "".join(client.get(f.removeprefix("http://testserver")).content.decode() for f in sections)
        for adresse in (
            "http://testserver/besoin-d-aide/",
            "http://testserver/en/besoin-d-aide/",
            f"http://testserver/maisons/{seance.lieu.maison.slug}/",
            f"http://testserver/en/seances/{seance.reference}/",
        ):
            assert f"<loc>{adresse}</loc>" in contenu
        assert not [cache for cache in caches if cache in contenu]


class TestRobots:
    def test_keeps_personal_pages_out(self, client: Client) -> None:
        contenu = client.get("/robots.txt").content.decode()
        assert "Disallow: /r/" in contenu
        assert "Sitemap: http://testserver/sitemap.xml" in contenu

    @override_settings(DEMO=True)
    def test_a_demonstration_stays_out_altogether(self, client: Client) -> None:
        assert client.get("/robots.txt").content.decode().strip() == "User-agent: *\nDisallow: /"


class TestSante:
    def test_answers_when_the_database_does(self, client: Client) -> None:
        reponse = client.get("/sante/")
        assert reponse.json() == {"statut": "ok"}
        assert "no-store" in reponse["Cache-Control"]

    def test_says_no_more_than_unavailable(self, client: Client) -> None:
        with patch("portail.views.connection.cursor", side_effect=OperationalError("host=secret")):
            reponse = client.get("/sante/")
        assert reponse.status_code == 503
        assert reponse.json() == {"statut": "indisponible"}


class TestPagesLegales:
    def test_say_honestly_that_nothing_was_audited(self, client: Client) -> None:
        assert "n'a pas encore été audité" in client.get("/accessibilite/").content.decode()

    @override_settings(EDITEUR={"nom": "Département des Ardennes", "contact": "contact@exemple.fr"})
    def test_name_who_publishes_the_site(self, client: Client) -> None:
        assert "Département des Ardennes" in client.get("/mentions-legales/").content.decode()
        assert "mailto:contact@exemple.fr" in client.get("/accessibilite/").content.decode()

    def test_say_so_while_nobody_is_named(self, client: Client) -> None:
        assert "pas encore renseigné" in client.get("/mentions-legales/").content.decode()


def test_unknown_address_gets_our_page(client: Client) -> None:
    reponse = client.get("/nulle-part/")
    assert reponse.status_code == 404
    assert "Cette page n" in reponse.content.decode()
