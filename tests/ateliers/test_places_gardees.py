"""Seats kept for people who phone or come to the desk: online is not the only channel."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from ateliers import inscriptions, liste_attente
from ateliers.enums import AnnuleePar, CanalInscription, StatutInscription
from ateliers.inscriptions import DemandeInscription, InscriptionRefusee
from ateliers.models import Inscription, Seance
from tests.factories import SeanceFactory, dans, maintenant

pytestmark = pytest.mark.django_db


def inscrire(seance: Seance, canal: CanalInscription = CanalInscription.EN_LIGNE, **champs: object) -> Inscription:
    cle = uuid.uuid4()
    demande = DemandeInscription(
        **{
            "prenom": "Inès",
            "email": "" if canal != CanalInscription.EN_LIGNE else f"{cle}@exemple.fr",
            "cle_idempotence": cle,
            "canal": canal,
            "accepte_attente": True,
            **champs,
        }
    )
    return inscriptions.inscrire_famille(seance=seance, demande=demande, maintenant=maintenant())


@pytest.fixture
def seance() -> Seance:
    """Three seats, two of them kept for the desk until tomorrow."""
    return SeanceFactory(capacite_adultes=3, adultes_gardes=2, gardes_jusqu_au=dans(days=1))


def test_online_has_what_is_not_kept_and_the_desk_has_all(seance: Seance) -> None:
    assert inscrire(seance).statut == StatutInscription.CONFIRMEE
    assert inscrire(seance).statut == StatutInscription.EN_ATTENTE
    au_telephone = [inscrire(seance, CanalInscription.TELEPHONE) for _ in range(2)]
    assert [i.statut for i in au_telephone] == [StatutInscription.CONFIRMEE] * 2
    assert inscrire(seance, CanalInscription.SUR_PLACE).statut == StatutInscription.EN_ATTENTE
    seance.refresh_from_db()
    assert (seance.adultes_pris, seance.adultes_accueil) == (3, 2)


def test_the_page_shows_what_can_be_booked_online(seance: Seance) -> None:
    assert (seance.places_adultes, seance.libres_adultes) == (1, 3)
    inscrire(seance)
    seance.refresh_from_db()
    assert seance.est_complete
    assert not Seance.objects.with_places().filter(pk=seance.pk).exists()


def test_a_seat_freed_by_the_desk_is_kept_again(seance: Seance) -> None:
    au_telephone = inscrire(seance, CanalInscription.TELEPHONE)
    inscrire(seance)
    attente = inscrire(seance)
    inscriptions.annuler_inscription(inscription=au_telephone, par=AnnuleePar.MAISON, maintenant=maintenant())
    attente.refresh_from_db()
    seance.refresh_from_db()
    assert attente.statut == StatutInscription.EN_ATTENTE
    assert (seance.places_adultes, seance.adultes_accueil) == (0, 0)


def test_at_their_hour_they_open_to_all_and_those_who_wait_come_first(seance: Seance) -> None:
    inscrire(seance)
    attente = inscrire(seance)
    assert liste_attente.tenir_listes_attente(maintenant=maintenant()) == 0
    liste_attente.tenir_listes_attente(maintenant=dans(days=1, minutes=1))
    attente.refresh_from_db()
    seance.refresh_from_db()
    assert attente.statut == StatutInscription.PROPOSEE
    assert (seance.adultes_gardes, seance.gardes_jusqu_au, seance.places_adultes) == (0, None, 1)


def test_a_booking_after_their_hour_need_not_await_the_round() -> None:
    seance = SeanceFactory(capacite_adultes=1, adultes_gardes=1, gardes_jusqu_au=dans(minutes=-1))
    assert inscrire(seance).statut == StatutInscription.CONFIRMEE


def test_adding_someone_online_does_not_take_a_kept_seat(seance: Seance) -> None:
    inscription = inscrire(seance)
    with pytest.raises(InscriptionRefusee):
        inscriptions.modifier_inscription(inscription=inscription, adultes=2, enfants=0, maintenant=maintenant())


def test_the_database_refuses_to_keep_more_than_there_is(seance: Seance) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Seance.objects.filter(pk=seance.pk).update(adultes_gardes=4)
