"""What the engine of bookings promises, without a browser: services, their refusals and the rows they leave."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from ateliers import inscriptions
from ateliers.enums import AnnuleePar, CanalInscription, StatutInscription
from ateliers.inscriptions import AgeEnfant, DejaInscrite, DemandeInscription, InscriptionRefusee
from ateliers.models import EnfantInscrit, Inscription, Seance
from familles.models import Enfant, Famille
from socle.models import Message
from tests.factories import InscriptionFactory, SeanceFactory, dans, maintenant

pytestmark = pytest.mark.django_db


def demande(**champs: Any) -> DemandeInscription:
    return DemandeInscription(
        **{"prenom": "Inès", "email": "ines@exemple.fr", "cle_idempotence": uuid.uuid4(), "enfants": 1, **champs}
    )


def inscrire(seance: Seance, **champs: Any) -> Inscription:
    return inscriptions.inscrire_famille(seance=seance, demande=demande(**champs), maintenant=maintenant())


def messages_de(inscription: Inscription) -> list[tuple[str, str]]:
    return sorted(inscription.messages.values_list("modele", "canal"))


class TestInscrire:
    def test_takes_the_seats_and_tells_by_email(self) -> None:
        seance = SeanceFactory()
        inscription = inscrire(seance, adultes=2, enfants=1, telephone="+33612345678")
        seance.refresh_from_db()
        assert (seance.adultes_pris, seance.enfants_pris) == (2, 1)
        assert inscription.statut == StatutInscription.CONFIRMEE
        assert messages_de(inscription) == [("confirmation", "email")]

    def test_tells_by_sms_who_gave_only_a_number(self) -> None:
        inscription = inscrire(SeanceFactory(), email="", telephone="+33612345678")
        assert messages_de(inscription) == [("confirmation", "sms")]

    def test_same_key_is_one_booking(self) -> None:
        seance, cle = SeanceFactory(), uuid.uuid4()
        premiere = inscrire(seance, cle_idempotence=cle)
        seconde = inscrire(seance, cle_idempotence=cle)
        seance.refresh_from_db()
        assert premiere == seconde
        assert seance.adultes_pris == 1
        assert Message.objects.count() == 1

    def test_a_key_used_with_another_contact_shows_nothing(self) -> None:
        seance, cle = SeanceFactory(), uuid.uuid4()
        inscrire(seance, cle_idempotence=cle)
        with pytest.raises(InscriptionRefusee, match="déjà servi"):
            inscrire(seance, cle_idempotence=cle, email="autre@exemple.fr")
        assert Famille.objects.count() == 1

    def test_a_key_used_for_another_session_is_refused(self) -> None:
        cle = uuid.uuid4()
        inscrire(SeanceFactory(), cle_idempotence=cle)
        with pytest.raises((InscriptionRefusee, IntegrityError)), transaction.atomic():
            inscrire(SeanceFactory(), cle_idempotence=cle)

    def test_second_booking_of_a_contact_is_refused_and_its_link_sent_again(self) -> None:
        seance = SeanceFactory()
        premiere = inscrire(seance)
        with pytest.raises(DejaInscrite):
            inscrire(seance, adultes=3)
        premiere.refresh_from_db()
        seance.refresh_from_db()
        assert (premiere.adultes, seance.adultes_pris) == (1, 1)
        assert messages_de(premiere) == [("confirmation", "email"), ("lien_renvoye", "email")]

    def test_books_again_after_cancelling(self) -> None:
        seance = SeanceFactory()
        premiere = inscrire(seance)
        inscriptions.annuler_inscription(inscription=premiere, par=AnnuleePar.FAMILLE, maintenant=maintenant())
        assert inscrire(seance).statut == StatutInscription.CONFIRMEE

    @pytest.mark.parametrize(
        ("trait", "code"),
        [("annulee", "annulee"), ("passee", "commencee"), ("commencee", "commencee"), ("brouillon", "fermee")],
    )
    def test_refuses_what_is_not_open_and_writes_nothing(self, trait: str, code: str) -> None:
        seance = SeanceFactory(**{trait: True})
        with pytest.raises(InscriptionRefusee) as refus:
            inscrire(seance)
        assert refus.value.code == code
        assert (Famille.objects.count(), Inscription.objects.count(), Message.objects.count()) == (0, 0, 0)

    def test_refuses_outside_the_registration_window(self) -> None:
        for seance in (SeanceFactory(inscriptions_du=dans(hours=1)), SeanceFactory(inscriptions_au=dans(hours=-1))):
            with pytest.raises(InscriptionRefusee) as refus:
                inscrire(seance)
            assert refus.value.code == "fermee"

    def test_full_session_refuses_unless_waiting_was_accepted(self) -> None:
        seance = SeanceFactory(complete=True)
        with pytest.raises(InscriptionRefusee) as refus:
            inscrire(seance)
        assert refus.value.code == "complete"
        attente = inscrire(seance, accepte_attente=True)
        assert attente.statut == StatutInscription.EN_ATTENTE
        assert messages_de(attente) == [("attente", "email")]

    def test_counts_adults_and_children_apart(self) -> None:
        seance = SeanceFactory(capacite_enfants=1, enfants_pris=1)
        with pytest.raises(InscriptionRefusee, match="0 pour les enfants"):
            inscrire(seance, enfants=1)
        assert inscrire(seance, enfants=0).statut == StatutInscription.CONFIRMEE

    @pytest.mark.parametrize(
        ("champs", "champ"),
        [({"adultes": 0}, "adultes"), ({"adultes": 5}, "adultes"), ({"enfants": 40}, "enfants")],
    )
    def test_refuses_impossible_numbers_at_their_field(self, champs: dict[str, int], champ: str) -> None:
        with pytest.raises(InscriptionRefusee) as refus:
            inscrire(SeanceFactory(), **champs)
        assert refus.value.champ == champ

    def test_refuses_more_than_the_room_ever_holds_even_to_wait(self) -> None:
        seance = SeanceFactory(capacite_adultes=1)
        with pytest.raises(InscriptionRefusee, match="1 place pour les adultes"):
            inscrire(seance, adultes=2, accepte_attente=True)

    def test_limits_coming_bookings_of_one_contact(self) -> None:
        for _ in range(settings.INSCRIPTIONS_A_VENIR_MAX):
            inscrire(SeanceFactory(), telephone="+33612345678")
        with pytest.raises(InscriptionRefusee) as refus:
            inscrire(SeanceFactory())
        assert refus.value.code == "plafond"
        # One number behind many addresses is one contact as well.
        with pytest.raises(InscriptionRefusee):
            inscrire(SeanceFactory(), email="autre@exemple.fr", telephone="+33612345678")
        # The desk is never limited.
        assert inscrire(SeanceFactory(), canal=CanalInscription.SUR_PLACE)

    def test_another_number_with_a_known_address_does_not_reach_earlier_bookings(self) -> None:
        premiere = inscrire(SeanceFactory(), telephone="+33612345678")
        inscrire(SeanceFactory(), telephone="+33799999999")
        premiere.refresh_from_db()
        assert premiere.telephone.as_e164 == premiere.famille.telephone.as_e164 == "+33612345678"


class TestAges:
    """A session for babies of 3 to 9 months on the day."""

    @pytest.fixture
    def seance(self) -> Seance:
        return SeanceFactory(ages=True)

    def jour(self, seance: Seance) -> date:
        return seance.debut_local.date()

    @pytest.mark.parametrize(
        ("jours", "accepte"),
        [(85, False), (95, True), (300, True), (320, False)],
    )
    def test_age_counts_on_the_day_of_the_session(self, seance: Seance, jours: int, accepte: bool) -> None:
        naissance = self.jour(seance) - timedelta(days=jours)
        if accepte:
            assert inscrire(seance, ages=[AgeEnfant(naissance=naissance)]).enfants == 1
        else:
            with pytest.raises(InscriptionRefusee) as refus:
                inscrire(seance, ages=[AgeEnfant(naissance=naissance)])
            assert refus.value.champ == "ages"

    def test_corrected_age_on_request(self, seance: Seance) -> None:
        naissance, terme = self.jour(seance) - timedelta(days=330), self.jour(seance) - timedelta(days=270)
        with pytest.raises(InscriptionRefusee):
            inscrire(seance, ages=[AgeEnfant(naissance=naissance, terme_prevu=terme)])
        inscription = inscrire(seance, ages=[AgeEnfant(naissance=naissance, terme_prevu=terme, age_corrige=True)])
        assert inscription.enfants_inscrits.get().age_corrige

    def test_no_date_is_refused(self, seance: Seance) -> None:
        with pytest.raises(InscriptionRefusee) as refus:
            inscrire(seance, ages=[])
        assert refus.value.code == "age_manquant"

    def test_pregnancy_is_refused_where_it_is_not_welcome(self, seance: Seance) -> None:
        with pytest.raises(InscriptionRefusee, match="grossesse"):
            inscrire(seance, ages=[AgeEnfant(terme_prevu=self.jour(seance) + timedelta(days=60))])

    def test_pregnancy_takes_no_childs_seat(self) -> None:
        seance = SeanceFactory(age_max_mois=6, accueille_grossesse=True, capacite_enfants=0)
        inscription = inscrire(seance, ages=[AgeEnfant(terme_prevu=self.jour(seance) + timedelta(days=60))])
        assert inscription.enfants == 0
        assert Enfant.objects.get().naissance is None

    def test_twins_stay_two_and_are_known_again(self, seance: Seance) -> None:
        naissance = self.jour(seance) - timedelta(days=150)
        inscrire(seance, ages=[AgeEnfant(naissance=naissance)] * 2)
        autre = SeanceFactory(ages=True)
        assert inscrire(autre, ages=[AgeEnfant(naissance=naissance)] * 2).enfants == 2
        assert (Enfant.objects.count(), EnfantInscrit.objects.count()) == (2, 4)


class TestModifier:
    def modifier(self, inscription: Inscription, *, adultes: int, enfants: int) -> Inscription:
        return inscriptions.modifier_inscription(
            inscription=inscription, adultes=adultes, enfants=enfants, maintenant=maintenant()
        )

    def test_seats_let_go_are_offered(self) -> None:
        seance = SeanceFactory(capacite_adultes=2, capacite_enfants=2)
        premiere = inscrire(seance, adultes=2)
        suivante = inscrire(seance, email="b@exemple.fr", accepte_attente=True)
        self.modifier(premiere, adultes=1, enfants=1)
        suivante.refresh_from_db()
        assert suivante.statut == StatutInscription.PROPOSEE

    def test_refused_when_the_seats_are_not_there(self) -> None:
        seance = SeanceFactory(capacite_adultes=2)
        inscription = inscrire(seance)
        inscrire(seance, email="b@exemple.fr")
        with pytest.raises(InscriptionRefusee) as refus:
            self.modifier(inscription, adultes=2, enfants=1)
        inscription.refresh_from_db()
        assert (refus.value.champ, inscription.adultes) == ("adultes", 1)

    def test_smaller_wait_may_fit_at_once(self) -> None:
        seance = SeanceFactory(capacite_adultes=2)
        inscrire(seance)
        attente = inscrire(seance, email="b@exemple.fr", adultes=2, accepte_attente=True)
        self.modifier(attente, adultes=1, enfants=0)
        attente.refresh_from_db()
        assert attente.statut == StatutInscription.PROPOSEE

    def test_a_child_cannot_be_added_where_ages_count(self) -> None:
        seance = SeanceFactory(ages=True)
        naissance = seance.debut_local.date() - timedelta(days=150)
        inscription = inscrire(seance, ages=[AgeEnfant(naissance=naissance)])
        with pytest.raises(InscriptionRefusee):
            self.modifier(inscription, adultes=1, enfants=2)
        self.modifier(inscription, adultes=1, enfants=0)
        assert inscription.enfants_inscrits.count() == 0


class TestAnnuler:
    def test_frees_the_seats_once(self) -> None:
        seance = SeanceFactory()
        inscription = inscrire(seance, adultes=2)
        for _ in range(2):
            inscriptions.annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant())
        seance.refresh_from_db()
        assert (seance.adultes_pris, seance.enfants_pris) == (0, 0)
        assert messages_de(inscription) == [("annulation", "email"), ("confirmation", "email")]

    def test_refused_once_the_session_has_begun(self) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(commencee=True))
        with pytest.raises(InscriptionRefusee):
            inscriptions.annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant())
        inscription.refresh_from_db()
        assert inscription.statut == StatutInscription.CONFIRMEE


class TestBaseDeDonnees:
    """The last word is the database's."""

    def test_refuses_more_seats_than_there_are(self) -> None:
        seance = SeanceFactory(capacite_adultes=1)
        for champs in ({"adultes_pris": 2}, {"enfants_pris": 11}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Seance.objects.filter(pk=seance.pk).update(**champs)

    def test_refuses_two_active_bookings_of_a_family(self) -> None:
        inscription = InscriptionFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            InscriptionFactory(seance=inscription.seance, famille=inscription.famille)

    def test_refuses_a_session_with_two_origins_or_none(self) -> None:
        seance = SeanceFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            Seance.objects.filter(pk=seance.pk).update(atelier=None)
