"""Two things at once on a group's places: what stops everything, and what takes or lets go a place."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ateliers.enums import StatutDemande
from ateliers.groupes import places
from ateliers.models import DemandeGroupe, GroupePairs, MembreGroupe
from familles.silence import tout_arreter
from tests.ateliers.test_courses import ensemble
from tests.factories import GroupePairsFactory, MembreGroupeFactory, maintenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.course]


def arret(membre: MembreGroupe) -> Callable[[], str]:
    def tache() -> str:
        tout_arreter(famille=membre.demande.famille, maintenant=maintenant())
        return "arret"

    return tache


def oui(membre: MembreGroupe) -> Callable[[], str]:
    def tache() -> str:
        try:
            places.accepter(membre=membre, maintenant=maintenant())
        except places.PlaceRefusee as refus:
            return refus.code
        return "oui"

    return tache


def groupe_de(nombre: int, **champs: object) -> tuple[GroupePairs, list[MembreGroupe]]:
    groupe = GroupePairsFactory()
    membres = [MembreGroupeFactory(groupe=GroupePairs.objects.get(pk=groupe.pk), **champs) for _rang in range(nombre)]
    return groupe, membres


class TestToutArreter:
    def test_two_families_who_stop_at_once_free_two_places(self) -> None:
        groupe, membres = groupe_de(4)
        assert ensemble([arret(membre) for membre in membres[:2]]) == ["arret", "arret"]
        groupe.refresh_from_db()
        assert groupe.binomes_pris == MembreGroupe.objects.with_place().count() == 2

    def test_control_without_the_group_s_lock_a_place_is_lost(self, monkeypatch: pytest.MonkeyPatch) -> None:
        groupe, membres = groupe_de(4)
        lus = threading.Barrier(2)

        def sans_verrou(pk: int) -> GroupePairs:
            lu = GroupePairs.objects.with_cadre().get(pk=pk)
            lus.wait(timeout=30)
            return lu

        monkeypatch.setattr(places, "verrouiller_groupe", sans_verrou)
        ensemble([arret(membre) for membre in membres[:2]])
        groupe.refresh_from_db()
        assert MembreGroupe.objects.with_place().count() == 2
        assert groupe.binomes_pris == 3

    def test_a_yes_at_the_same_instant_leaves_nothing_behind(self) -> None:
        groupe, (membre,) = groupe_de(1, invite=True)
        resultats = ensemble([arret(membre), oui(membre)])
        assert resultats in (["arret", "oui"], ["arret", "expiree"])
        groupe.refresh_from_db()
        assert (groupe.binomes_pris, MembreGroupe.objects.with_place().count()) == (0, 0)
        assert DemandeGroupe.objects.get().statut == StatutDemande.RETIREE
