"""The list of houses and the page of each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from maisons.enums import Action, JourSemaine
from maisons.models import PlageOuverture
from tests.factories import (
    CommuneFactory,
    DepartementFactory,
    FermetureFactory,
    LieuFactory,
    MaisonFactory,
    PlageOuvertureFactory,
    SeanceFactory,
    dans,
)

pytestmark = pytest.mark.django_db

# A Tuesday, 10:30 in Paris.
MARDI = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


def maison_complete(**options: Any) -> Any:
    lieu = LieuFactory(maison=MaisonFactory(langues=["fr", "ar"], **options))
    for jour in (JourSemaine.MARDI, JourSemaine.JEUDI):
        PlageOuvertureFactory(lieu=lieu, jour=jour)
    FermetureFactory(maison=lieu.maison)
    SeanceFactory.create_batch(2, lieu=lieu)
    return lieu.maison


class TestListe:
    def test_goes_by_departement_then_name(self, client: Client) -> None:
        marne = DepartementFactory(code="51", nom="Marne")
        noms = [("B", None), ("A", None), ("0", marne)]
        for nom, departement in noms:
            MaisonFactory(nom=nom, **({"departement": departement} if departement else {}))
        assert [carte.maison.nom for carte in client.get("/maisons/").context["cartes"]] == ["A", "B", "0"]

    def test_goes_by_distance_once_a_place_is_given(self, client: Client) -> None:
        CommuneFactory()
        loin = LieuFactory(latitude=49.7, longitude=4.9).maison
        pres = LieuFactory(latitude=49.52, longitude=4.38).maison
        MaisonFactory(nom="Sans lieu")
        cartes = client.get("/maisons/", {"lieu": "Rethel", "rayon": "100"}).context["cartes"]
        assert [carte.maison for carte in cartes] == [pres, loin]
        assert cartes[0].distance_km == pytest.approx(1.3, abs=0.2)
        toutes = client.get("/maisons/", {"lieu": "Rethel", "rayon": "0"}).context["cartes"]
        assert [carte.maison.nom for carte in toutes][-1] == "Sans lieu"

    def test_offers_the_nearest_when_none_is_within_reach(self, client: Client) -> None:
        CommuneFactory()
        LieuFactory(latitude=49.7, longitude=4.9)
        reponse = client.get("/maisons/", {"lieu": "Rethel", "rayon": "5"})
        assert not reponse.context["cartes"]
        assert len(reponse.context["plus_loin"]) == 1
        assert "Pas encore de maison" in reponse.content.decode()

    def test_filters_by_departement_and_label(self, client: Client) -> None:
        labellisee = MaisonFactory(labellisee=True)
        MaisonFactory(departement=DepartementFactory(code="51", nom="Marne"), labellisee=True)
        MaisonFactory()
        cartes = client.get("/maisons/", {"departement": "08", "label": "on"}).context["cartes"]
        assert [carte.maison for carte in cartes] == [labellisee]

    def test_never_shows_an_unpublished_house(self, client: Client) -> None:
        MaisonFactory(cachee=True)
        assert not client.get("/maisons/").context["cartes"]

    def test_htmx_gets_the_list_alone(self, client: Client) -> None:
        MaisonFactory(nom="Maison de Rethel")
        reponse = client.get("/maisons/", headers={"HX-Request": "true"})
        assert "Maison de Rethel" in reponse.content.decode()
        assert "<html" not in reponse.content.decode()
        assert "HX-Request" in reponse["Vary"]

    def test_pages_keep_the_filters(self, client: Client) -> None:
        MaisonFactory.create_batch(30)
        reponse = client.get("/maisons/", {"departement": "08"})
        assert len(reponse.context["cartes"]) == 24
        assert "?departement=08&amp;page=2" in reponse.content.decode()
        assert len(client.get("/maisons/", {"page": "2"}).context["cartes"]) == 6

    def test_asks_as_many_queries_for_one_house_as_for_a_hundred(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        CommuneFactory()
        maison_complete()
        for requete in ({}, {"lieu": "Rethel"}):
            with django_assert_num_queries(7 + len(requete)):
                client.get("/maisons/", requete)
        for _ in range(99):
            lieu = LieuFactory()
            PlageOuvertureFactory(lieu=lieu)
            SeanceFactory(lieu=lieu)
        for requete in ({}, {"lieu": "Rethel"}):
            with django_assert_num_queries(7 + len(requete)):
                client.get("/maisons/", requete)

    @pytest.mark.parametrize(
        "requete",
        [
            {"lieu": "Zzz"},
            {"lieu": "x" * 10_000},
            {"lieu": "a\x00b"},
            {"departement": "\x00"},
            {"departement": "zz"},
            {"rayon": "-1"},
        ],
    )
    def test_bad_input_gets_a_page_and_a_sentence(self, client: Client, requete: dict[str, str]) -> None:
        MaisonFactory()
        reponse = client.get("/maisons/", requete)
        assert reponse.status_code == 200
        assert reponse.context["form"].errors

    @pytest.mark.parametrize("page", ["zz", "9999", "-1", "\x00"])
    def test_a_page_that_does_not_exist_is_the_nearest_one(self, client: Client, page: str) -> None:
        MaisonFactory()
        assert len(client.get("/maisons/", {"page": page}).context["cartes"]) == 1


class TestMaison:
    def test_tells_hours_language_label_and_contact(self, client: Client) -> None:
        maison = maison_complete(labellisee=True, courriel="maison@exemple.fr", actions=[Action.CAFE_PARENTS])
        with patch("django.utils.timezone.now", return_value=MARDI):
            contenu = client.get(f"/maisons/{maison.slug}/").content.decode()
        for texte in (
            "Ouvert maintenant",
            "jusqu&#x27;à 12",
            "labellisée le 20 janvier 2026",
            "Français, arabe",
            'href="tel:+33324000000"',
            "mailto:maison@exemple.fr",
            "1 place de la République, 08300 Rethel",
            "Café des parents",
        ):
            assert texte in contenu, texte

    def test_says_when_it_opens_next(self, client: Client) -> None:
        maison = maison_complete()
        with patch("django.utils.timezone.now", return_value=datetime(2026, 3, 3, 12, 0, tzinfo=UTC)):
            reponse = client.get(f"/maisons/{maison.slug}/")
        assert reponse.context["ouverture"].est_ouverte is False
        assert "jeudi 5\u00a0mars" in reponse.context["ouverture"].detail

    def test_unknown_hours_are_not_closed(self, client: Client) -> None:
        maison = LieuFactory().maison
        reponse = client.get(f"/maisons/{maison.slug}/")
        assert reponse.context["ouverture"] is None
        assert "demandez-les" in reponse.content.decode()

    def test_a_closure_stands_in_the_week_and_in_the_list(self, client: Client) -> None:
        maison = maison_complete()
        FermetureFactory(maison=maison, du=date(2026, 3, 5), au=date(2026, 3, 6), motif="Formation de l'équipe")
        with patch("django.utils.timezone.now", return_value=MARDI):
            reponse = client.get(f"/maisons/{maison.slug}/")
        [(_, horaires)] = reponse.context["lieux"]
        assert horaires.jours[3].plages == ["Fermé : Formation de l'équipe"]
        assert reponse.context["fermetures"][0].motif == "Formation de l'équipe"

    def test_an_itinerant_house_tells_where_it_stops_next(self, client: Client) -> None:
        maison = MaisonFactory(itinerante=True)
        pairs, impairs = LieuFactory.create_batch(2, maison=maison)
        PlageOuvertureFactory(lieu=pairs, semaines=PlageOuverture.Semaines.PAIRES)
        PlageOuvertureFactory(lieu=impairs, semaines=PlageOuverture.Semaines.IMPAIRES)
        # Week 10 is even; the stop of that Tuesday still runs.
        with patch("django.utils.timezone.now", return_value=MARDI):
            passages = client.get(f"/maisons/{maison.slug}/").context["passages"]
        assert [passage.lieu for passage in passages] == [pairs, impairs, pairs]

    def test_shows_the_first_sessions_then_all(self, client: Client) -> None:
        lieu = LieuFactory()
        for jour in range(1, 7):
            SeanceFactory(lieu=lieu, debut=dans(days=jour))
        SeanceFactory(lieu=lieu, brouillon=True)
        SeanceFactory(lieu=lieu, passee=True)
        SeanceFactory()
        adresse = f"/maisons/{lieu.maison.slug}/"
        assert len(client.get(adresse).context["seances"]) == 4
        assert len(client.get(adresse, {"activites": "toutes"}).context["seances"]) == 6

    def test_asks_as_many_queries_for_one_row_as_for_a_hundred(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        maison = maison_complete()
        adresse = f"/maisons/{maison.slug}/"
        with django_assert_num_queries(6):
            client.get(adresse)
        for _ in range(99):
            lieu = LieuFactory(maison=maison)
            PlageOuvertureFactory(lieu=lieu)
            FermetureFactory(maison=maison)
            SeanceFactory(lieu=lieu)
        with django_assert_num_queries(6):
            client.get(adresse, {"activites": "toutes"})

    @pytest.mark.parametrize("slug", ["inconnue", "%00", "%F0%9F%8D%BC", "x" * 500])
    def test_unknown_house_is_a_404(self, client: Client, slug: str) -> None:
        assert client.get(f"/maisons/{slug}/").status_code == 404

    def test_unpublished_house_is_a_404(self, client: Client) -> None:
        assert client.get(f"/maisons/{MaisonFactory(cachee=True).slug}/").status_code == 404

    def test_a_house_in_project_says_so(self, client: Client) -> None:
        contenu = client.get(f"/maisons/{MaisonFactory(ouverte=False).slug}/").content.decode()
        assert "pas encore de familles" in contenu

    def test_fiction_is_marked_and_kept_from_search_engines(self, client: Client) -> None:
        maison = maison_complete(demonstration=True)
        contenu = client.get(f"/maisons/{maison.slug}/").content.decode()
        assert "inventée pour la démonstration" in contenu
        assert '<meta name="robots" content="noindex">' in contenu
        assert "ld+json" not in contenu

    def test_describes_itself_to_search_engines_and_no_text_can_end_the_block(self, client: Client) -> None:
        maison = maison_complete(nom="</script><script>alert(1)</script>")
        contenu = client.get(f"/maisons/{maison.slug}/").content.decode()
        bloc = re.search(r'<script type="application/ld\+json">(.*?)</script>', contenu, re.DOTALL)
        assert bloc
        donnees = json.loads(bloc.group(1))
        assert donnees["name"] == maison.nom
        assert donnees["location"][0]["openingHoursSpecification"][0]["opens"] == "09:00"
        assert "<script>alert" not in contenu


class TestContacts:
    @pytest.mark.parametrize("adresse", ["/groupes/", "/professionnels/"])
    def test_ends_on_the_nearest_houses(self, client: Client, adresse: str) -> None:
        CommuneFactory()
        pres = LieuFactory(maison__actions=[Action.GROUPE_PAIRS]).maison
        LieuFactory(maison__actions=[Action.GROUPE_PAIRS], latitude=43.3, longitude=5.4)
        LieuFactory(maison__actions=[Action.GROUPE_PAIRS], maison__ouverte=False)
        LieuFactory(maison__actions=[Action.GROUPE_PAIRS], maison__publiee=False)
        assert client.get(adresse).status_code == 200
        cartes = client.get(adresse, {"lieu": "Rethel"}).context["cartes"]
        assert [carte.maison for carte in cartes] == [pres]

    def test_groups_are_asked_for_where_there_are_some(self, client: Client) -> None:
        CommuneFactory()
        LieuFactory(maison__actions=[Action.CAFE_PARENTS])
        assert client.get("/groupes/", {"lieu": "Rethel"}).context["cartes"] == []
