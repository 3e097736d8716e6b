"""The waiting list: order, fit, time limits, and what the minute's round repairs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings

from ateliers import inscriptions, liste_attente
from ateliers.enums import AnnuleePar, StatutInscription
from ateliers.inscriptions import InscriptionRefusee
from ateliers.models import Inscription, Seance
from tests.factories import InscriptionFactory, SeanceFactory, dans, maintenant

pytestmark = pytest.mark.django_db


def attendre(seance: Seance, rang: int, **champs: object) -> Inscription:
    return InscriptionFactory(seance=seance, attente=True, attente_depuis=dans(hours=-10 + rang), **champs)


def annuler(inscription: Inscription, le: datetime | None = None) -> None:
    inscriptions.annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=le or maintenant())


def statuts(*attendues: Inscription) -> list[str]:
    for inscription in attendues:
        inscription.refresh_from_db()
    return [inscription.statut for inscription in attendues]


@pytest.fixture
def seance() -> Seance:
    """Two seats for adults, both taken by one family."""
    return SeanceFactory(capacite_adultes=2, capacite_enfants=4)


@pytest.fixture
def presente(seance: Seance) -> Inscription:
    return InscriptionFactory(seance=seance, adultes=2, enfants=1)


class TestOrdre:
    def test_a_freed_seat_goes_to_the_first_who_waits(self, seance: Seance, presente: Inscription) -> None:
        premiere, seconde = attendre(seance, 1, adultes=2), attendre(seance, 2)
        annuler(presente)
        assert statuts(premiere, seconde) == [StatutInscription.PROPOSEE, StatutInscription.EN_ATTENTE]
        seance.refresh_from_db()
        assert seance.adultes_pris == 2  # held by the offer

    def test_a_large_family_does_not_block_a_small_one(self, seance: Seance) -> None:
        reste, partie = InscriptionFactory(seance=seance), InscriptionFactory(seance=seance)
        grande, petite = attendre(seance, 1, adultes=2), attendre(seance, 2)
        annuler(partie)
        assert statuts(grande, petite) == [StatutInscription.EN_ATTENTE, StatutInscription.PROPOSEE]
        assert liste_attente.rang(grande) == 1  # it keeps its rank
        annuler(petite)
        annuler(reste)
        assert statuts(grande) == [StatutInscription.PROPOSEE]

    def test_children_count_too(self, seance: Seance) -> None:
        partie = InscriptionFactory(seance=seance, adultes=2, enfants=0)
        seance.enfants_pris = 4
        seance.save()
        avec_bebe, seule = attendre(seance, 1, enfants=1), attendre(seance, 2, enfants=0)
        annuler(partie)
        assert statuts(avec_bebe, seule) == [StatutInscription.EN_ATTENTE, StatutInscription.PROPOSEE]

    def test_rank_counts_from_one_and_follows_departures(self, seance: Seance, presente: Inscription) -> None:
        attente = [attendre(seance, rang) for rang in (1, 2, 3)]
        assert [liste_attente.rang(i) for i in attente] == [1, 2, 3]
        annuler(attente[0])
        assert liste_attente.rang(attente[2]) == 2
        assert liste_attente.rang(presente) is None

    def test_leaving_the_queue_frees_no_seat(self, seance: Seance, presente: Inscription) -> None:
        attente = attendre(seance, 1)
        annuler(attente)
        seance.refresh_from_db()
        assert seance.adultes_pris == 2


class TestDelai:
    @pytest.mark.parametrize(
        ("avant_le_debut", "duree"),
        [
            (timedelta(days=5), timedelta(hours=12)),
            (timedelta(hours=12), timedelta(hours=5)),  # half of the ten hours that remain
            (timedelta(hours=3), timedelta(minutes=30)),
            (timedelta(hours=2, minutes=20), timedelta(minutes=20)),  # never past the hour offers stop
            (timedelta(hours=2), None),
            (timedelta(minutes=10), None),
        ],
    )
    def test_shortens_near_the_start(self, avant_le_debut: timedelta, duree: timedelta | None) -> None:
        le = maintenant()
        seance = SeanceFactory.build(lieu=None, atelier=None, debut=le + avant_le_debut, fin=le + timedelta(days=9))
        echeance = liste_attente.echeance_proposition(seance, maintenant=le)
        assert echeance == (None if duree is None else le + duree)

    def test_an_offer_without_answer_ends_and_goes_to_the_next(self, seance: Seance, presente: Inscription) -> None:
        premiere, seconde = attendre(seance, 1, adultes=2), attendre(seance, 2, adultes=2)
        annuler(presente)
        plus_tard = maintenant() + timedelta(hours=settings.PROPOSITION_DUREE_HEURES, minutes=1)
        assert liste_attente.expirer_propositions(maintenant=plus_tard) == 1
        assert statuts(premiere, seconde) == [StatutInscription.ANNULEE, StatutInscription.PROPOSEE]
        assert premiere.annulee_par == AnnuleePar.DELAI
        assert liste_attente.expirer_propositions(maintenant=plus_tard) == 0

    def test_accepting_in_time_confirms_and_too_late_is_refused(self, seance: Seance, presente: Inscription) -> None:
        attente = attendre(seance, 1)
        annuler(presente)
        attente.refresh_from_db()
        trop_tard = attente.proposee_jusqu_au
        assert trop_tard is not None
        with pytest.raises(InscriptionRefusee) as refus:
            inscriptions.confirmer_proposition(inscription=attente, maintenant=trop_tard)
        assert refus.value.code == "expiree"
        inscriptions.confirmer_proposition(inscription=attente, maintenant=trop_tard - timedelta(seconds=1))
        inscriptions.confirmer_proposition(inscription=attente, maintenant=trop_tard)  # once more: no harm
        assert statuts(attente) == [StatutInscription.CONFIRMEE]
        assert attente.messages.filter(modele="confirmation").count() == 1

    def test_declining_offers_the_seat_to_the_next(self, seance: Seance, presente: Inscription) -> None:
        premiere, seconde = attendre(seance, 1, adultes=2), attendre(seance, 2, adultes=2)
        annuler(presente)
        inscriptions.refuser_proposition(inscription=premiere, maintenant=maintenant())
        assert statuts(premiere, seconde) == [StatutInscription.ANNULEE, StatutInscription.PROPOSEE]


class TestDernieresHeures:
    @pytest.fixture
    def seance(self) -> Seance:
        return SeanceFactory(proche=True, capacite_adultes=1)

    def test_nothing_is_held_and_all_who_fit_are_told_once(self, seance: Seance) -> None:
        partie = InscriptionFactory(seance=seance)
        attente = [attendre(seance, 1), attendre(seance, 2)]
        annuler(partie)
        liste_attente.tenir_listes_attente(maintenant=maintenant())
        assert statuts(*attente) == [StatutInscription.EN_ATTENTE] * 2
        assert [i.messages.filter(modele="place_libre").count() for i in attente] == [1, 1]

    def test_the_first_to_answer_has_the_seat(self, seance: Seance) -> None:
        premiere, seconde = attendre(seance, 1), attendre(seance, 2)
        inscriptions.prendre_place_libre(inscription=seconde, maintenant=maintenant())
        with pytest.raises(InscriptionRefusee, match="vient d'être prise"):
            inscriptions.prendre_place_libre(inscription=premiere, maintenant=maintenant())
        assert statuts(premiere, seconde) == [StatutInscription.EN_ATTENTE, StatutInscription.CONFIRMEE]


class TestRonde:
    def test_offers_a_seat_forgotten_by_a_crash(self, seance: Seance) -> None:
        attente = attendre(seance, 1)
        assert liste_attente.tenir_listes_attente(maintenant=maintenant()) == 1
        assert statuts(attente) == [StatutInscription.PROPOSEE]
        assert liste_attente.tenir_listes_attente(maintenant=maintenant()) == 0
