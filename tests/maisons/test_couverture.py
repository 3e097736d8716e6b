"""Who lives near each stop and each house, and which communes nobody serves."""

from __future__ import annotations

import html
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from openpyxl import load_workbook

from maisons.couverture import (
    TOUT,
    Periode,
    bassins,
    cle_lieu,
    cle_maison,
    communes_vues,
    dessertes,
    jamais_desservies,
)
from maisons.models import Arret, Lieu
from maisons.naissances import Natalite
from tests.acces import personne
from tests.equipe import entrer
from tests.factories import ArretFactory, CommuneFactory, EquipageFactory, LieuFactory, dans, maintenant

pytestmark = pytest.mark.django_db

# A degree of latitude is 111.2 km.
KM = 1 / 111.195


@pytest.fixture
def monde() -> dict[str, Any]:
    """A van's house with a stop at 0 km, communes at 4, 9, 19 and 30 km to the north."""
    ici = CommuneFactory(autre=True, nom="Ici", population=1000, latitude=49.0, longitude=4.5)
    communes = {
        km: CommuneFactory(
            autre=True,
            nom=f"A{km}",
            population=100 * km,
            latitude=49 + km * KM,
            longitude=4.5,
            departement=ici.departement,
        )
        for km in (4, 9, 19, 30)
    }
    lieu = LieuFactory(commune=ici, latitude=49.0, longitude=4.5, maison__departement=ici.departement)
    arret = ArretFactory(equipage=EquipageFactory(maison=lieu.maison), lieu=lieu)
    return {"ici": ici, "communes": communes, "lieu": lieu, "arret": arret}


PERIODE = Periode(du=dans(days=-30), au=dans(days=300))


class TestBassins:
    def test_inhabitants_are_summed_within_each_distance(self, monde: dict[str, Any]) -> None:
        proches = bassins(dessertes(Lieu.objects.all(), PERIODE))
        assert proches[cle_lieu(monde["lieu"])].population == (1400, 2300, 4200)
        assert proches[TOUT].communes == 4
        assert proches[TOUT].naissances(Natalite(10, "pour l'essai")) == [14, 23, 42]

    def test_a_commune_near_two_places_of_a_house_counts_once(self, monde: dict[str, Any]) -> None:
        deuxieme = LieuFactory(
            maison=monde["lieu"].maison, commune=monde["communes"][4], latitude=49 + 4 * KM, longitude=4.5
        )
        ArretFactory(equipage=monde["arret"].equipage, lieu=deuxieme, debut=dans(days=9), fin=dans(days=9, hours=2))
        proches = bassins(dessertes(Lieu.objects.all(), PERIODE))
        # Of both: 0, 4 and 9 km from the first; the second is 5 km from the ninth.
        assert proches[cle_maison(monde["lieu"].maison_id)].population[1] == 2300

    def test_a_cancelled_stop_or_one_of_another_time_serves_nobody(self, monde: dict[str, Any]) -> None:
        avant = Periode(du=dans(days=-60), au=dans(days=-30))
        assert dessertes(Lieu.objects.all(), avant) == []
        Arret.objects.update(statut="annule", annule_le=maintenant(), motif="meteo")
        assert dessertes(Lieu.objects.all(), PERIODE) == []

    def test_four_queries_however_many_places(self, monde: dict[str, Any]) -> None:
        def compter() -> int:
            with CaptureQueriesContext(connection) as requetes:
                servis = dessertes(Lieu.objects.all(), PERIODE)
                bassins(servis)
                communes_vues(monde["ici"].departement, servis)
            return len(requetes)

        premier = compter()
        for n in range(4):
            ArretFactory(debut=dans(days=n + 20), fin=dans(days=n + 20, hours=1))
        assert compter() == premier == 4


class TestJamaisDesservies:
    def test_communes_without_a_stop_know_their_nearest_place(self, monde: dict[str, Any]) -> None:
        vues = communes_vues(monde["ici"].departement, dessertes(Lieu.objects.all(), PERIODE))
        sans = jamais_desservies(vues)
        assert [vue.commune.nom for vue in sans] == ["A30", "A19", "A9", "A4"]
        assert sans[0].proche_km == pytest.approx(30, abs=0.1)
        assert [vue.commune.nom for vue in jamais_desservies(vues, au_dela_km=20)] == ["A30"]


class TestPage:
    def test_an_official_reads_it_and_takes_it_out(self, client: Client, monde: dict[str, Any]) -> None:
        client = entrer(client, personne("pilote", monde["lieu"].maison))
        page = client.get(reverse("admin:maisons_couverture")).content.decode()
        assert "Communes jamais desservies" in page
        assert "Insee, bilan démographique" in page
        for table in ("lieux", "maisons", "communes"):
            reponse = client.get(reverse("admin:maisons_couverture_fichier", args=[table, "xlsx"]))
            lignes = list(load_workbook(io.BytesIO(reponse.content)).active.values)
            assert len(lignes) > 1
            assert "Insee" in lignes[1][-1]
        texte = client.get(reverse("admin:maisons_couverture_fichier", args=["communes", "csv"])).content.decode()
        assert "A30" in texte

    def test_a_file_says_what_the_page_says_and_of_which_question(self, client: Client, monde: dict[str, Any]) -> None:
        client = entrer(client, personne("pilote", monde["lieu"].maison))
        question = {"du": dans(days=-30).date(), "au": dans(days=300).date(), "au_dela": "10"}

        def lignes(table: str) -> list[dict[str, Any]]:
            adresse = reverse("admin:maisons_couverture_fichier", args=[table, "xlsx"])
            entetes, *rangees = load_workbook(io.BytesIO(client.get(adresse, question).content)).active.values
            return [dict(zip(entetes, rangee, strict=True)) for rangee in rangees]

        page = client.get(reverse("admin:maisons_couverture"), question).context
        (lieu,) = lignes("lieux")
        assert [(lieu[f"Habitants à {km} km"], lieu[f"Naissances estimées à {km} km"]) for km in (5, 10, 20)] == (
            page["lieux"][0]["rayons"]
        )
        communes = lignes("communes")
        assert [ligne["Commune"] for ligne in communes] == ["A30", "A19"]
        assert sum(ligne["Habitants"] for ligne in communes) == page["habitants_sans"]
        assert {ligne["À plus de (km)"] for ligne in communes} == {10}
        for ligne in (lieu, *lignes("maisons"), *communes):
            assert (ligne["Du"].date(), ligne["Au"].date()) == (question["du"], question["au"])

    def test_a_rate_without_its_source_is_refused(self, client: Client, monde: dict[str, Any]) -> None:
        client = entrer(client, personne("pilote", monde["lieu"].maison))
        reponse = client.get(reverse("admin:maisons_couverture"), {"natalite": "11,5"})
        assert reponse.status_code == 422
        assert "Dites d&#x27;où vient ce taux" in reponse.content.decode()

    def test_the_map_shows_each_commune_and_each_place(self, client: Client, monde: dict[str, Any]) -> None:
        client = entrer(client, personne("pilote", monde["lieu"].maison))
        carte = client.get(reverse("admin:maisons_couverture")).context["carte"]
        vus = sorted((signe.disque.classe, signe.disque.titre) for signe in carte.signes)
        assert vus == [
            ("arret", f"{monde['lieu'].maison.nom}, Ici"),
            ("couverte", "Ici"),
            *(("loin", nom) for nom in ("A19", "A30", "A4", "A9")),
        ]

    def test_communes_far_from_any_place_are_said_to_be_so(self, client: Client, monde: dict[str, Any]) -> None:
        client = entrer(client, personne("pilote", monde["lieu"].maison))

        def dit(au_dela: str) -> str:
            contenu = client.get(reverse("admin:maisons_couverture"), {"au_dela": au_dela}).content.decode()
            return html.unescape(" ".join(strip_tags(contenu).split()))

        assert "4communes sur 5 sans arrêt, 6" in dit("0")
        loin = dit("20")
        assert "1commune sur 5 sans arrêt et à plus de 20 km d'un lieu, 3" in loin
        assert "Communes jamais desservies sur cette période, et à plus de 20 km d'un lieu" in loin

    def test_another_house_s_places_are_not_in_the_tables(self, client: Client, monde: dict[str, Any]) -> None:
        autre = ArretFactory(lieu__nom="Salle des Autres", lieu__maison__departement=monde["ici"].departement)
        client = entrer(client, personne("animateur", monde["lieu"].maison))
        # The commune where the others receive is served all the same: the page says that it counts so.
        assert "toutes les maisons publiées" in client.get(reverse("admin:maisons_couverture")).content.decode()
        url = reverse("admin:maisons_couverture_fichier", args=["lieux", "csv"])
        assert "Salle des Autres" not in client.get(url).content.decode()
        assert autre.debut > maintenant() - timedelta(days=30)
