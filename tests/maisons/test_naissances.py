"""A département's birth rate with its source: set once by who steers, used wherever births are estimated."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from maisons.implantation import scenarios
from maisons.label import indicateurs
from maisons.label.indicateurs import Periode
from maisons.models import Departement, TauxNatalite
from maisons.naissances import NATALITE_PAR_DEFAUT, natalite_de
from maisons.pilotage.territoire import decrire
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    CommuneFactory,
    DepartementFactory,
    LieuFactory,
    MaisonFactory,
    TauxNataliteFactory,
    TerritoireFactory,
)

MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_the_latest_year_counts_and_no_rate_is_the_national_one() -> None:
    departement = DepartementFactory()
    assert natalite_de(departement.pk) == NATALITE_PAR_DEFAUT
    for annee, taux in ((2024, "8.9"), (2025, "8.4"), (2023, "9.1")):
        TauxNataliteFactory(departement=departement, annee=annee, pour_mille=Decimal(taux))
    TauxNataliteFactory(departement=DepartementFactory(code="51", nom="Marne"), annee=2026)

    natalite = natalite_de(departement.pk)

    assert (natalite.pour_mille, natalite.source) == (8.4, "Insee, état civil (2025)")
    # What is still to do is said by forms, never under a figure.
    assert "remplacer" not in str(NATALITE_PAR_DEFAUT.source)


@pytest.mark.parametrize(
    "faux", [{"pour_mille": 0}, {"pour_mille": 61}, {"annee": 26}, {"source": " "}, {"annee": 2025}]
)
def test_a_rate_has_bounds_a_year_of_its_own_and_a_source(faux: dict[str, Any]) -> None:
    departement = TauxNataliteFactory(annee=2025).departement
    with pytest.raises(IntegrityError), transaction.atomic():
        TauxNataliteFactory(**{"departement": departement, "annee": 2024} | faux)


def test_every_estimate_uses_it_and_names_its_source(client: Client) -> None:
    taux = TauxNataliteFactory(annee=2025, pour_mille=Decimal(20))
    departement = taux.departement
    commune = CommuneFactory(departement=departement, population=3000)
    territoire = TerritoireFactory()
    territoire.communes.add(commune)
    maison = MaisonFactory(departement=departement, territoire=territoire)
    LieuFactory(maison=maison, commune=commune)

    # The dossier's territory.
    decrit = decrire(maison, maintenant=MAINTENANT)
    assert (decrit.naissances, decrit.natalite.source) == (60, "Insee, état civil (2025)")
    # Where to open: the rate stays that of the day of the question.
    scenario = scenarios.demander(
        departement=departement, nom="Essai", question=scenarios.Question(sites=1), par=None, maintenant=MAINTENANT
    )
    assert scenario.reponse is not None
    assert (scenario.reponse["natalite_pour_mille"], scenario.reponse["naissances_par_an"]) == (20, 60)
    assert scenario.question["source_natalite"] == "Insee, état civil (2025)"
    # The share of births reached.
    indicateur = indicateurs.trouver("part-naissances")
    assert indicateur is not None
    an = Periode(datetime(2025, 1, 1, tzinfo=UTC).date(), datetime(2025, 12, 31, tzinfo=UTC).date())
    assert indicateur.mesurer([maison.pk], an)[maison.pk].denominateur == pytest.approx(60, abs=0.1)
    # Coverage.
    entrer(client, AffectationFactory(departemental=True, departement=departement).utilisateur)
    page = client.get(reverse("admin:maisons_couverture")).content.decode()
    assert "20,0 pour 1 000 habitants, Insee, état civil (2025)" in page


def test_who_steers_sets_it_for_their_own_departement(client: Client) -> None:
    departement = DepartementFactory()
    MaisonFactory(departement=departement)
    autre: Departement = DepartementFactory(code="51", nom="Marne")
    entrer(client, AffectationFactory(departemental=True, departement=departement).utilisateur)
    saisie = {"annee": "2025", "pour_mille": "8.4", "source": "Insee, état civil"}
    adresse = reverse("admin:maisons_tauxnatalite_add")

    assert client.post(adresse, {**saisie, "departement": autre.pk}).status_code != 302
    assert client.post(adresse, {**saisie, "departement": departement.pk, "source": ""}).status_code != 302
    assert not TauxNatalite.objects.exists()
    assert client.post(adresse, {**saisie, "departement": departement.pk}).status_code == 302
    assert TauxNatalite.objects.get().pour_mille == Decimal("8.4")
