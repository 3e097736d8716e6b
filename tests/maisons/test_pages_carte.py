"""What the pages fetch beside themselves: communes as one types, points and contours of the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from maisons.enums import StatutLabel
from tests.factories import CommuneFactory, DepartementFactory, LieuFactory, MaisonFactory, SeanceFactory

pytestmark = pytest.mark.django_db


class TestCommunes:
    def test_suggests_what_begins_like_what_is_typed(self, client: Client) -> None:
        CommuneFactory()
        communes = client.get("/communes/", {"q": "reth"}).json()["communes"]
        assert communes == [
            {
                "code": "08362",
                "nom": "Rethel",
                "libelle": "Rethel (08300)",
                "departement": "Ardennes",
                "codes_postaux": ["08300"],
            }
        ]

    def test_answers_htmx_with_options(self, client: Client) -> None:
        CommuneFactory(nom="<Rethel>")
        contenu = client.get("/communes/", {"q": "reth"}, headers={"HX-Request": "true"}).content.decode()
        assert '<option value="&lt;Rethel&gt; (08300)">Ardennes</option>' in contenu

    @pytest.mark.parametrize("saisie", ["", "r", "🍼", "' OR 1=1 --"])
    def test_suggests_nothing_for_too_little_or_nonsense(self, client: Client, saisie: str) -> None:
        CommuneFactory()
        assert client.get("/communes/", {"q": saisie}).json() == {"communes": []}

    @pytest.mark.parametrize("saisie", ["x" * 10_000, "re\x00th"])
    def test_refuses_what_no_one_types(self, client: Client, saisie: str) -> None:
        assert client.get("/communes/", {"q": saisie}).status_code == 400

    def test_is_bounded_and_asks_one_query(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        departement = DepartementFactory()
        for n in range(30):
            CommuneFactory(code_insee=f"08{n:03d}", nom=f"Vaux-{n}", codes_postaux=["08130"], departement=departement)
        with django_assert_num_queries(1):
            assert len(client.get("/communes/", {"q": "vaux"}).json()["communes"]) == 8


class TestReperes:
    def test_shows_the_places_in_use_of_published_houses(self, client: Client) -> None:
        lieu = LieuFactory(maison__itinerante=True)
        LieuFactory(maison=lieu.maison, actif=False)
        LieuFactory(maison=MaisonFactory(cachee=True))
        [point] = client.get("/maisons.geojson").json()["features"]
        assert point["geometry"] == {"type": "Point", "coordinates": [lieu.longitude, lieu.latitude]}
        assert point["properties"] == {
            "nom": lieu.maison.nom,
            "url": f"/maisons/{lieu.maison.slug}/",
            "detail": f"{lieu.nom}, Rethel",
            "genre": "itinerant",
        }

    def test_follows_the_filters_of_the_list(self, client: Client) -> None:
        labellisee = LieuFactory(maison__labellisee=True).maison
        autre = LieuFactory(latitude=48.5, longitude=7.7).maison
        assert autre.statut_label != StatutLabel.LABELLISEE

        def noms(**filtres: str) -> list[str]:
            points = client.get("/maisons.geojson", filtres).json()["features"]
            return [point["properties"]["nom"] for point in points]

        assert noms(label="on") == [labellisee.nom]
        assert noms(lieu="Rethel") == [labellisee.nom]
        assert noms(maison=autre.slug) == [autre.nom]
        assert len(noms()) == 2

    def test_leads_to_the_pages_of_its_language(self, client: Client) -> None:
        lieu = LieuFactory()
        [point] = client.get("/en/maisons.geojson").json()["features"]
        assert point["properties"]["url"] == f"/en/maisons/{lieu.maison.slug}/"

    def test_asks_as_many_queries_for_one_place_as_for_a_hundred(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        maison = LieuFactory().maison
        with django_assert_num_queries(1):
            client.get("/maisons.geojson")
        for _ in range(99):
            LieuFactory(maison=maison)
        with django_assert_num_queries(1):
            client.get("/maisons.geojson")


@pytest.mark.parametrize("nom", ["departements", "08"])
def test_contours_are_geojson_that_may_be_kept(client: Client, nom: str) -> None:
    reponse = client.get(f"/contours/{nom}.geojson")
    assert reponse.json()["type"] == "FeatureCollection"
    assert "max-age" in reponse["Cache-Control"]


@pytest.mark.parametrize("nom", ["communes_france", "communes_08", "51", "2A", "ardennes"])
def test_no_other_file_can_be_read_as_contours(client: Client, nom: str) -> None:
    assert client.get(f"/contours/{nom}.geojson").status_code == 404


@pytest.mark.parametrize("code", ["08", "51"])
def test_a_map_asks_for_the_communes_of_its_own_departement_where_they_are_known(client: Client, code: str) -> None:
    departement = DepartementFactory(code=code)
    lieu = LieuFactory(maison__departement=departement, commune=CommuneFactory(departement=departement))
    seance = SeanceFactory(lieu=lieu)
    for adresse in (seance.get_absolute_url(), lieu.maison.get_absolute_url()):
        page = client.get(adresse).content.decode()
        assert "data-plan-toile" in page
        assert ('data-communes="/contours/08.geojson"' in page) is (code == "08")
        assert page.count("data-communes=") == (code == "08")
