"""Races for scarce seats, each beside a control: without the lock the same race goes wrong."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from ateliers import inscriptions, liste_attente
from ateliers.accueils import DemandeAccueil
from ateliers.depassements import Derogation
from ateliers.enums import STATUTS_AVEC_PLACE, AnnuleePar, CanalInscription, RaisonAccueil, StatutInscription
from ateliers.inscriptions import AgeEnfant, DemandeInscription, InscriptionRefusee
from ateliers.models import Inscription, Seance
from socle.models import Message, Utilisateur
from tests.factories import InscriptionFactory, LieuFactory, SeanceFactory, UtilisateurFactory, dans, maintenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.course]

FILS = 64
PLACES = 10
FICHE_ACCUEIL = DemandeAccueil(
    urgence_nom="Samira", urgence_telephone="+33639980001", raison=RaisonAccueil.AUTRE, autorisation=True
)


def ensemble(taches: list[Callable[[], str]]) -> list[str | Exception]:
    """Run all at once: each thread has its connection open before the start line."""
    depart = threading.Barrier(len(taches), timeout=60)

    def courir(tache: Callable[[], str]) -> str | Exception:
        try:
            connection.ensure_connection()
            depart.wait()
            return tache()
        except Exception as erreur:
            return erreur
        finally:
            connection.close()

    with ThreadPoolExecutor(len(taches)) as fils:
        return list(fils.map(courir, taches))


def guetter(en_attente: threading.Event) -> str:
    """Tell whoever holds a lock once PostgreSQL says that somebody waits for one."""
    for _ in range(600):
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if curseur.fetchone()[0]:
                en_attente.set()
                return "vue"
        threading.Event().wait(0.05)
    return "personne n'attend"


def s_inscrire(seance: Seance, numero: int, **champs: object) -> Callable[[], str]:
    def tache() -> str:
        demande = DemandeInscription(
            **{
                "prenom": f"Famille {numero}",
                "email": f"famille{numero}@exemple.fr",
                "enfants": 1,
                "cle_idempotence": uuid.uuid4(),
                **champs,
            }
        )
        try:
            return inscriptions.inscrire_famille(seance=seance, demande=demande, maintenant=maintenant()).statut
        except InscriptionRefusee as refus:
            return refus.code

    return tache


def assis(seance: Seance) -> int:
    return seance.inscriptions.filter(statut__in=STATUTS_AVEC_PLACE).aggregate(n=Sum("adultes"))["n"] or 0


def sans_verrou(attendus: int) -> Callable[[int], Seance]:
    """The engine's reading of the session with its lock taken away; everybody reads before anybody writes."""
    lus = threading.Barrier(attendus)

    def lire(pk: int) -> Seance:
        seance = Seance.objects.with_cadre().get(pk=pk)
        lus.wait(timeout=60)
        return seance

    return lire


class TestDixPlacesSoixanteQuatreFamilles:
    def test_ten_are_confirmed_and_the_rest_told_it_is_full(self) -> None:
        seance = SeanceFactory(capacite_adultes=PLACES, capacite_enfants=PLACES)
        resultats = Counter(ensemble([s_inscrire(seance, n) for n in range(FILS)]))
        seance.refresh_from_db()
        assert resultats == {StatutInscription.CONFIRMEE: PLACES, "complete": FILS - PLACES}
        assert assis(seance) == seance.adultes_pris == seance.enfants_pris == PLACES
        assert Message.objects.count() == PLACES

    def test_control_without_the_lock_seats_are_sold_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seance = SeanceFactory(capacite_adultes=PLACES, capacite_enfants=PLACES)
        monkeypatch.setattr(inscriptions, "verrouiller", sans_verrou(FILS))
        ensemble([s_inscrire(seance, n) for n in range(FILS)])
        seance.refresh_from_db()
        assert assis(seance) > PLACES
        assert assis(seance) != seance.adultes_pris

    def test_all_who_accept_to_wait_are_in_the_queue_once(self) -> None:
        seance = SeanceFactory(capacite_adultes=PLACES, capacite_enfants=PLACES)
        resultats = Counter(ensemble([s_inscrire(seance, n, accepte_attente=True) for n in range(FILS)]))
        assert resultats == {
            StatutInscription.CONFIRMEE: PLACES,
            StatutInscription.EN_ATTENTE: FILS - PLACES,
        }


class TestPlacesParAge:
    """Two seats for the little ones among six: whoever comes last of that age finds none, though older ones would."""

    PETITS = 2

    def _taches(self, seance: Seance) -> list[Callable[[], str]]:
        petit = AgeEnfant(naissance=seance.debut_local.date() - timedelta(days=200))
        return [s_inscrire(seance, n, enfants=0, ages=(petit,), accueil=FICHE_ACCUEIL) for n in range(16)]

    def test_two_little_ones_are_confirmed(self) -> None:
        seance = SeanceFactory(accueil_ponctuel=True)
        resultats = Counter(ensemble(self._taches(seance)))
        seance.refresh_from_db()
        assert resultats == {StatutInscription.CONFIRMEE: self.PETITS, "complete": 16 - self.PETITS}
        assert (seance.petits_pris, seance.enfants_pris) == (self.PETITS, self.PETITS)

    def test_control_without_the_lock_an_age_is_sold_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seance = SeanceFactory(accueil_ponctuel=True)
        monkeypatch.setattr(inscriptions, "verrouiller", sans_verrou(16))
        ensemble(self._taches(seance))
        assert seance.inscriptions.filter(statut__in=STATUTS_AVEC_PLACE, petits=1).count() > self.PETITS

    def _agrandir_a_deux(self) -> tuple[Seance, list[Callable[[], str]]]:
        """Both seats of the little ones are taken; two colleagues make room for one more each."""
        seance = SeanceFactory(accueil_ponctuel=True)
        InscriptionFactory.create_batch(self.PETITS, seance=seance, enfants=1, petits=1)
        seance.refresh_from_db()
        return seance, [self._agrandir(seance, n, UtilisateurFactory(equipe=True)) for n in range(2)]

    def _agrandir(self, seance: Seance, numero: int, par: Utilisateur) -> Callable[[], str]:
        demande = DemandeInscription(
            prenom="Inès",
            email=f"appel{numero}@exemple.fr",
            ages=(AgeEnfant(naissance=seance.debut_local.date() - timedelta(days=200)),),
            cle_idempotence=uuid.uuid4(),
            canal=CanalInscription.TELEPHONE,
            accueil=FICHE_ACCUEIL,
        )
        derogation = Derogation(par=par, motif="une éducatrice de plus")
        return lambda: (
            inscriptions.inscrire_famille(
                seance=seance, demande=demande, maintenant=maintenant(), derogation=derogation
            ).statut
        )

    def test_two_who_make_room_at_once_make_two_seats_of_the_age(self) -> None:
        seance, taches = self._agrandir_a_deux()
        assert ensemble(taches) == [StatutInscription.CONFIRMEE] * 2
        seance.refresh_from_db()
        assert (seance.capacite_enfants, seance.capacite_petits, seance.petits_pris) == (8, 4, 4)

    def test_control_without_the_lock_two_have_one_seat_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seance, taches = self._agrandir_a_deux()
        monkeypatch.setattr(inscriptions, "verrouiller", sans_verrou(2))
        assert ensemble(taches) == [StatutInscription.CONFIRMEE] * 2
        seance.refresh_from_db()
        assert (seance.capacite_enfants, seance.capacite_petits, seance.petits_pris) == (7, 3, 3)


class TestUneSeuleReservation:
    def test_a_double_click_is_one_booking(self) -> None:
        seance, cle = SeanceFactory(), uuid.uuid4()
        resultats = ensemble([s_inscrire(seance, 1, cle_idempotence=cle) for _ in range(8)])
        seance.refresh_from_db()
        assert set(resultats) == {StatutInscription.CONFIRMEE}
        assert (Inscription.objects.count(), seance.adultes_pris) == (1, 1)

    def test_two_tabs_are_one_booking(self) -> None:
        seance = SeanceFactory()
        resultats = Counter(ensemble([s_inscrire(seance, 1) for _ in range(8)]))
        assert resultats == {StatutInscription.CONFIRMEE: 1, "deja_inscrite": 7}
        assert Inscription.objects.count() == 1

    def test_one_contact_cannot_pass_its_limit_by_haste(self, settings: object) -> None:
        seances = SeanceFactory.create_batch(8)
        resultats = Counter(ensemble([s_inscrire(seance, 1) for seance in seances]))
        assert resultats == {StatutInscription.CONFIRMEE: 5, "plafond": 3}


class TestUnePlaceLiberee:
    def _annuler(self, inscription: Inscription) -> Callable[[], str]:
        return lambda: (
            inscriptions.annuler_inscription(
                inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant()
            ).statut
        )

    def test_seats_freed_at_once_are_each_offered_once(self) -> None:
        seance = SeanceFactory(capacite_adultes=PLACES)
        presentes = InscriptionFactory.create_batch(PLACES, seance=seance)
        InscriptionFactory.create_batch(PLACES + 5, seance=seance, attente=True)
        ensemble([self._annuler(inscription) for inscription in presentes])
        seance.refresh_from_db()
        assert seance.inscriptions.filter(statut=StatutInscription.PROPOSEE).count() == PLACES
        assert assis(seance) == seance.adultes_pris == PLACES
        assert Message.objects.filter(modele="proposition").count() == PLACES

    def test_an_answer_and_the_end_of_its_time_have_one_winner(self) -> None:
        for _ in range(5):
            seance = SeanceFactory(capacite_adultes=1)
            offerte = InscriptionFactory(seance=seance, proposee=True, proposee_jusqu_au=dans(hours=1))
            suivante = InscriptionFactory(seance=seance, attente=True)
            apres = maintenant() + timedelta(hours=1, seconds=1)

            def accepter(offerte: Inscription = offerte) -> str:
                return inscriptions.confirmer_proposition(inscription=offerte, maintenant=maintenant()).statut

            def expirer(apres: object = apres) -> str:
                return str(liste_attente.expirer_propositions(maintenant=apres))  # type: ignore[arg-type]

            ensemble([accepter, expirer])
            offerte.refresh_from_db()
            suivante.refresh_from_db()
            seance.refresh_from_db()
            assert (offerte.statut, suivante.statut) in {
                (StatutInscription.CONFIRMEE, StatutInscription.EN_ATTENTE),
                (StatutInscription.ANNULEE, StatutInscription.PROPOSEE),
            }
            assert assis(seance) == seance.adultes_pris == 1

    def test_the_last_free_seat_has_one_taker(self) -> None:
        seance = SeanceFactory(proche=True, capacite_adultes=1)
        attente = InscriptionFactory.create_batch(8, seance=seance, attente=True)

        def prendre(inscription: Inscription) -> Callable[[], str]:
            return lambda: inscriptions.prendre_place_libre(inscription=inscription, maintenant=maintenant()).statut

        ensemble([prendre(inscription) for inscription in attente])
        seance.refresh_from_db()
        assert assis(seance) == seance.adultes_pris == 1


class TestSeanceDeplaceePendantUneReservation:
    def test_a_booking_that_waits_for_a_move_to_another_place_is_made(self) -> None:
        seance = SeanceFactory()
        ailleurs = LieuFactory(maison=seance.lieu.maison)
        verrouillee, en_attente = threading.Event(), threading.Event()

        def deplacer() -> str:
            with transaction.atomic():
                liste_attente.verrouiller(seance.pk)
                verrouillee.set()
                # Until the booking waits for this row.
                assert en_attente.wait(timeout=30)
                Seance.objects.filter(pk=seance.pk).update(lieu=ailleurs)
            return "déplacée"

        def reserver() -> str:
            assert verrouillee.wait(timeout=30)
            return s_inscrire(seance, 1)()

        issues = ensemble([deplacer, reserver, lambda: guetter(en_attente)])
        assert issues == ["déplacée", StatutInscription.CONFIRMEE, "vue"]
