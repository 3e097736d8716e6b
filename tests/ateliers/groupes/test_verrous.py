"""Locks are taken in one order, or two who work at once wait for each other: requests for a group, then sessions."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ateliers.groupes import cohortes
from ateliers.models import DemandeGroupe, GroupePairs
from familles import fusions
from tests.factories import (
    AffectationFactory,
    DemandeGroupeFactory,
    FamilleFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    MembreGroupeFactory,
    SeanceFactory,
    maintenant,
)

pytestmark = pytest.mark.django_db

_VERROU = re.compile(r'FROM "ateliers_(\w+)".* FOR NO KEY UPDATE')


def pris(requetes: CaptureQueriesContext) -> list[str]:
    """The tables whose rows were locked, in order, each once in a row."""
    tables = [trouve[1] for requete in requetes if (trouve := _VERROU.search(requete["sql"]))]
    return [table for rang, table in enumerate(tables) if rang == 0 or tables[rang - 1] != table]


def test_closing_a_group_takes_all_its_requests_before_any_session() -> None:
    groupe = GroupePairsFactory()
    seance = SeanceFactory(atelier=None, groupe=groupe, lieu=groupe.lieu)
    for _ in range(2):
        membre = MembreGroupeFactory(groupe=GroupePairs.objects.get(pk=groupe.pk))
        InscriptionFactory(seance=seance, famille=membre.demande.famille)
    DemandeGroupeFactory(repere=groupe.naissances_du, groupe_souhaite=groupe)

    with CaptureQueriesContext(connection) as requetes:
        cohortes.clore_groupe(groupe=groupe, maintenant=maintenant())

    assert pris(requetes) == ["groupepairs", "demandegroupe", "seance"]


def test_merging_two_records_takes_their_requests_before_their_sessions() -> None:
    lieu = LieuFactory()
    une, autre = (
        InscriptionFactory(seance=SeanceFactory(lieu=lieu), famille=FamilleFactory()).famille for _ in range(2)
    )
    DemandeGroupeFactory(famille=autre, maison=lieu.maison)

    with CaptureQueriesContext(connection) as requetes:
        fusions.fusionner(
            premiere=une.pk,
            seconde=autre.pk,
            choix=dict.fromkeys(("prenom", "email", "telephone", "langue"), fusions.PREMIERE),
            memes_enfants={},
            reponses={},
            par=AffectationFactory(maison=lieu.maison).utilisateur,
            maintenant=maintenant(),
        )

    assert pris(requetes) == ["demandegroupe", "seance"]
    assert DemandeGroupe.objects.get().famille == une
