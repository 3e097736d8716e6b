"""Where to open, asked on a page: the same answer as the command, compared, kept, taken further by a worker."""

from __future__ import annotations

import html
import io
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import tablib
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from maisons.enums import GenreLieu, StatutLabel, StatutTravail
from maisons.implantation import scenarios
from maisons.models import Departement, ScenarioImplantation
from maisons.pilotage import travaux
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    ArretFactory,
    CommuneFactory,
    DepartementFactory,
    LieuFactory,
    MaisonFactory,
)

MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DEMANDER = "admin:maisons_scenarioimplantation_add"
REPONSE = "admin:maisons_scenarioimplantation_change"
pytestmark = pytest.mark.django_db


@pytest.fixture
def departement() -> Departement:
    cree: Departement = DepartementFactory(code="51", nom="Ailleurs")
    for rang in range(6):
        CommuneFactory(
            code_insee=f"5100{rang}",
            nom=f"Bourg-{'ABCDEF'[rang]}",
            departement=cree,
            population=2000 + 500 * rang,
            latitude=49 + rang * 0.2,
            longitude=4.0,
        )
    return cree


@pytest.fixture
def pilote(client: Client, departement: Departement) -> Client:
    return entrer(client, AffectationFactory(departemental=True, departement=departement).utilisateur)


def saisie(departement: Departement, **autres: Any) -> dict[str, Any]:
    return {
        "departement": departement.pk,
        "nom": "Essai",
        "sites": "2",
        "rayon_km": "15",
        "objectif": "couverture",
        "labellisees_seulement": "on",
        "population_min": "1000",
        **autres,
    }


def test_the_page_answers_as_the_command_does(pilote: Client, departement: Departement) -> None:
    reponse = pilote.post(reverse(DEMANDER), saisie(departement, choix="bourg a, 51005"))

    scenario = ScenarioImplantation.objects.get()
    assert reponse["Location"] == reverse(REPONSE, args=[scenario.pk])
    sortie = StringIO()
    call_command("implanter", "--departement=51", "--sites=2", "--comparer", "51000", "51005", stdout=sortie)
    dit = json.loads(sortie.getvalue())
    assert scenario.reponse is not None
    assert {**scenario.reponse, "secondes": 0} == {**dit, "secondes": 0}
    page = pilote.get(reponse["Location"]).content.decode()
    for mot in ("d'écart : prouvé le meilleur", "Une par une (glouton)", "Votre choix", "<svg", "Bourg-F"):
        assert mot in page


def test_a_commune_nobody_knows_is_named_and_nothing_is_kept(pilote: Client, departement: Departement) -> None:
    reponse = pilote.post(
        reverse(DEMANDER), saisie(departement, obligatoires="Bourg-B, Nulle-Part", natalite="12", nom="Mon essai")
    )

    page = reponse.content.decode()
    assert reponse.status_code == 422
    assert "Pas des communes de ce département : Nulle-Part." in page
    assert "Dites d&#x27;où vient ce taux." in page
    assert "Mon essai" in page
    assert "Bourg-B, Nulle-Part" in page
    assert not ScenarioImplantation.objects.exists()


def test_conditions_that_cannot_hold_are_explained(pilote: Client, departement: Departement) -> None:
    reponse = pilote.post(reverse(DEMANDER), saisie(departement, sites="1", plafond_km="5"))

    assert reponse.status_code == 422
    assert "Aucun choix de communes ne remplit toutes ces conditions." in reponse.content.decode()
    assert not ScenarioImplantation.objects.exists()


def test_another_departement_is_no_choice(pilote: Client) -> None:
    autre = DepartementFactory(code="67", nom="Bas-Rhin")
    assert pilote.post(reverse(DEMANDER), saisie(autre)).status_code == 422


def test_an_answer_leads_to_the_next_question(pilote: Client, departement: Departement) -> None:
    scenario = demander(departement, choix=["51000"])
    page = pilote.get(f"{reverse(DEMANDER)}?depuis={scenario.pk}&ecarter=51002").content.decode()
    assert "Bourg-C" in page
    assert "Bourg-A" in page


def test_a_commune_is_imposed_or_excluded_never_both(pilote: Client, departement: Departement) -> None:
    scenario = demander(departement, obligatoires=["51002"])
    formulaire = pilote.get(f"{reverse(DEMANDER)}?depuis={scenario.pk}&ecarter=51002").context["form"]
    assert (formulaire["obligatoires"].value(), formulaire["exclus"].value()) == ("", "Bourg-C")


def test_stops_complete_the_plan_and_may_count(departement: Departement) -> None:
    place = {"latitude": 49.0, "longitude": 4.0, "genre": GenreLieu.STATIONNEMENT}
    ArretFactory(
        lieu=LieuFactory(maison__ouverte=True, maison__publiee=True, **place), debut=MAINTENANT + timedelta(1)
    )

    seul = demander(departement, sites=1).reponse
    avec = demander(departement, sites=1, arrets_comptent=True).reponse

    assert seul is not None
    assert avec is not None
    assert seul["part_couverte_avec_arrets"] > seul["part_couverte"]
    assert avec["part_couverte"] == pytest.approx(seul["part_couverte_avec_arrets"])
    # A stop that counts is no house for all that.
    assert seul["maisons_existantes"] == avec["maisons_existantes"] == []


def test_the_map_shows_the_houses_and_the_stops_of_its_day(pilote: Client, departement: Departement) -> None:
    vehicule = LieuFactory(
        nom="Place du Marché",
        commune=departement.communes.get(nom="Bourg-A"),
        latitude=49.05,
        longitude=4.0,
        genre=GenreLieu.STATIONNEMENT,
    )
    ArretFactory(lieu=vehicule, debut=MAINTENANT + timedelta(1))
    for nom, latitude in (("Maison d'ici", 49.1), ("Maison lointaine", 50.4)):
        LieuFactory(maison__nom=nom, maison__departement=departement, latitude=latitude, longitude=4.0)
    scenario = demander(departement, labellisees_seulement=False)
    # What is drawn is what counted then.
    vehicule.maison.lieux.update(latitude=45)

    page = html.unescape(pilote.get(reverse(REPONSE, args=[scenario.pk])).content.decode())

    assert "<title>Maison d'ici</title>" in page
    assert "<title>Bourg-A (Place du Marché)</title>" in page
    assert "maison déjà là</li>" in page
    assert "arrêt prévu d'une maison itinérante</li>" in page
    # Beyond the reach of every commune, it is named in the sources and would only make the map smaller.
    assert "<title>Maison lointaine</title>" not in page


def test_the_workbook_has_every_commune_under_every_plan(pilote: Client, departement: Departement) -> None:
    scenario = demander(departement, choix=["51000"], exclus=["51003"])
    reponse = pilote.get(reverse("admin:maisons_scenario_xlsx", args=[scenario.pk]))

    livre = tablib.Databook().load(io.BytesIO(reponse.content), "xlsx")
    assert [feuille.title for feuille in livre.sheets()] == [
        "Comparaison",
        "Question et sources",
        "Choix du solveur",
        "Une par une (glouton)",
        "Votre choix",
    ]
    assert len(livre.sheets()[2]) == 6
    # What was asked, in words that are read without the code.
    question = dict(livre.sheets()[1])
    assert question["Communes écartées"] == "Bourg-D (51003)"
    assert question["Ce que l'on cherche"] == "le plus de naissances à cette distance d'une maison"
    assert question["Arrêts à venir comptés comme une desserte"] == "non"
    assert not any("_" in str(mot) for mot in question)


def test_only_what_can_be_improved_is_searched_further(pilote: Client, departement: Departement) -> None:
    scenario = demander(departement)
    adresse = reverse("admin:maisons_scenario_prolonger", args=[scenario.pk])

    pilote.post(adresse)
    scenario.refresh_from_db()
    assert scenario.statut == StatutTravail.PRET

    # A search that was given up may be asked for again.
    ScenarioImplantation.objects.update(reponse={**scenario.reponse, "ecart": 0.02}, statut=StatutTravail.ECHEC)
    assert "Vous pouvez la relancer." in pilote.get(reverse(REPONSE, args=[scenario.pk])).content.decode()
    pilote.post(adresse)
    scenario.refresh_from_db()
    assert scenario.statut == StatutTravail.A_FAIRE
    assert "La recherche continue" in pilote.get(reverse(REPONSE, args=[scenario.pk])).content.decode()

    plus_tard = MAINTENANT + timedelta(days=3)
    assert travaux.tenir(ScenarioImplantation, scenarios.resoudre, horloge=lambda: plus_tard) == 1
    scenario.refresh_from_db()
    assert (scenario.statut, scenario.progres, scenario.reponse["ecart"]) == (StatutTravail.PRET, 100, 0)
    # The houses and the stops are those of the day it was found.
    assert "Calculé le 5 mars 2026" in pilote.get(reverse(REPONSE, args=[scenario.pk])).content.decode()


def test_a_house_closed_meanwhile_leaves_the_earlier_answer(departement: Departement) -> None:
    MaisonFactory(statut_label=StatutLabel.LABELLISEE, label_le=MAINTENANT.date(), departement=departement)
    scenario = demander(departement)
    ScenarioImplantation.objects.update(
        statut=StatutTravail.A_FAIRE, question={**scenario.question, "exclus": ["51000"], "obligatoires": ["51000"]}
    )
    travaux.tenir(ScenarioImplantation, scenarios.resoudre, horloge=lambda: MAINTENANT)
    apres = ScenarioImplantation.objects.get()
    assert apres.reponse == scenario.reponse
    assert "à la fois imposée et exclue" in apres.refus


class TestTravaux:
    def test_a_worker_that_dies_is_followed_by_another_then_given_up(self, departement: Departement) -> None:
        scenario = demander(departement)
        ScenarioImplantation.objects.update(statut=StatutTravail.A_FAIRE)

        def mourir(*_: Any) -> None:
            raise RuntimeError

        for fois in range(4):
            heure = MAINTENANT + fois * (travaux.BAIL + timedelta(seconds=1))
            travaux.tenir(ScenarioImplantation, mourir, horloge=lambda heure=heure: heure)  # type: ignore[misc]
            # Under its lease nobody else takes it.
            assert travaux.tenir(ScenarioImplantation, mourir, horloge=lambda heure=heure: heure) == 0  # type: ignore[misc]
        scenario.refresh_from_db()
        assert scenario.statut == StatutTravail.ECHEC


def demander(departement: Departement, *, sites: int = 2, **autres: Any) -> ScenarioImplantation:
    return scenarios.demander(
        departement=departement,
        nom="Essai",
        question=scenarios.Question(sites=sites, **autres),
        par=AffectationFactory(departemental=True, departement=departement).utilisateur,
        maintenant=MAINTENANT,
    )
