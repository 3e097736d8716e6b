"""The questions asked before a group's first meeting: once, in time, and not to who stopped everything."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db import connection

from ateliers.enums import ItemBilan, MomentBilan
from ateliers.groupes import bilans, places
from ateliers.models import GroupePairs, MembreGroupe
from familles.silence import tout_arreter
from socle.enums import StatutMessage
from socle.models import Message
from tests.factories import GroupePairsFactory, MembreGroupeFactory, dans

pytestmark = pytest.mark.django_db


def test_the_transaction_that_wrote_a_sheet_is_not_who_gave_it() -> None:
    """PostgreSQL's own mark of who wrote a row last is the same on every sheet of a group."""
    groupe = GroupePairsFactory()
    for note in (1, 2, 3):
        membre = MembreGroupeFactory(groupe=GroupePairs.objects.get(pk=groupe.pk))
        bilans.repondre(membre=membre, moment=MomentBilan.AVANT, reponses={ItemBilan.AISE: note})
    with connection.cursor() as curseur:
        curseur.execute("SELECT xmin::text, reponses->>'aise' FROM ateliers_reponsebilan")
        feuilles = curseur.fetchall()
    assert {note for _marque, note in feuilles} == {"1", "2", "3"}
    assert len({marque for marque, _note in feuilles}) == 1


@pytest.fixture
def groupe() -> GroupePairs:
    groupe: GroupePairs = GroupePairsFactory(premiere_rencontre=dans(days=10).date(), heure=time(10))
    return groupe


def debut(groupe: GroupePairs) -> datetime:
    premiere = groupe.debut_premiere
    assert premiere is not None
    return premiere


def test_three_days_before_once_and_neutral(groupe: GroupePairs) -> None:
    membre = MembreGroupeFactory(groupe=groupe)
    MembreGroupeFactory(groupe=groupe, invite=True)
    a_temps = debut(groupe) - timedelta(days=3)

    assert bilans.inviter_avant(maintenant=a_temps - timedelta(minutes=1)) == 0
    assert bilans.inviter_avant(maintenant=a_temps) == 1
    assert bilans.inviter_avant(maintenant=a_temps + timedelta(minutes=1)) == 0

    message = Message.objects.get()
    assert (message.modele, message.contexte["moment"]) == ("groupe_bilan", "avant")
    assert message.cle_unique == f"groupe_bilan:{membre.pk}:avant:email"
    assert message.pas_apres == debut(groupe)


def test_a_meeting_put_off_asks_nobody_again(groupe: GroupePairs) -> None:
    MembreGroupeFactory(groupe=groupe)
    bilans.inviter_avant(maintenant=debut(groupe) - timedelta(days=1))
    groupe.premiere_rencontre += timedelta(days=7)
    groupe.save()
    assert bilans.inviter_avant(maintenant=debut(groupe) - timedelta(days=1)) == 0
    assert Message.objects.count() == 1


@pytest.mark.parametrize("cas", ["commencé", "répondu", "parti", "sans contact", "pas planifié"])
def test_nobody_else_is_asked(groupe: GroupePairs, cas: str) -> None:
    maintenant = debut(groupe) - timedelta(hours=5)
    membre: MembreGroupe = MembreGroupeFactory(groupe=groupe)
    match cas:
        case "commencé":
            maintenant = debut(groupe)
        case "répondu":
            bilans.repondre(membre=membre, moment=MomentBilan.AVANT, reponses={"connaitre": 3})
        case "parti":
            places.quitter(membre=membre, maintenant=maintenant)
        case "sans contact":
            type(membre.demande).objects.update(email="", telephone="", canal="sur_place")
        case "pas planifié":
            GroupePairs.objects.update(premiere_rencontre=None, heure=None)
    bilans.inviter_avant(maintenant=maintenant)
    assert not Message.objects.filter(modele="groupe_bilan").exists()


def test_none_after_everything_was_stopped(groupe: GroupePairs) -> None:
    maintenant = debut(groupe) - timedelta(days=2)
    membre = MembreGroupeFactory(groupe=groupe)
    tout_arreter(famille=membre.demande.famille, maintenant=maintenant)
    assert bilans.inviter_avant(maintenant=maintenant) == 0
    assert not Message.objects.filter(modele="groupe_bilan").exists()


def test_one_that_waits_to_be_sent_is_not_once_everything_was_stopped(groupe: GroupePairs) -> None:
    maintenant = debut(groupe) - timedelta(days=2)
    membre = MembreGroupeFactory(groupe=groupe)
    bilans.inviter_avant(maintenant=maintenant)
    tout_arreter(famille=membre.demande.famille, maintenant=maintenant)
    assert Message.objects.get(modele="groupe_bilan").statut == StatutMessage.PERIME
