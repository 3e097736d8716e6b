from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from ateliers import inscriptions, presences
from ateliers.enums import AnnuleePar, Presence
from ateliers.models import Inscription, Passage, Seance
from ateliers.presences import PointageRefuse
from tests.factories import InscriptionFactory, SeanceFactory, dans, maintenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def seance() -> Seance:
    return SeanceFactory(commencee=True)


def pointer(inscription: Inscription, presence: Presence = Presence.PRESENTE, **nombres: int) -> Inscription:
    return presences.pointer(inscription=inscription, presence=presence, maintenant=maintenant(), **nombres)


class TestPointer:
    def test_present_means_those_booked_came(self, seance: Seance) -> None:
        inscription = pointer(InscriptionFactory(seance=seance, adultes=2, enfants=1))
        assert (inscription.adultes_presents, inscription.enfants_presents) == (2, 1)

    def test_other_numbers_may_be_given_and_a_second_note_replaces_the_first(self, seance: Seance) -> None:
        inscription = InscriptionFactory(seance=seance, adultes=2)
        pointer(inscription, adultes=1, enfants=0)
        pointer(inscription, Presence.ABSENTE)
        inscription.refresh_from_db()
        assert (inscription.presence, inscription.adultes_presents) == (Presence.ABSENTE, None)

    def test_taken_back_nothing_is_left(self, seance: Seance) -> None:
        inscription = pointer(InscriptionFactory(seance=seance))
        presences.depointer(inscription=inscription, maintenant=maintenant())
        inscription.refresh_from_db()
        assert (inscription.presence, inscription.pointee_le, inscription.adultes_presents) == ("", None, None)

    @pytest.mark.parametrize("trait", ["attente", "annulee", "proposee"])
    def test_only_a_confirmed_booking(self, seance: Seance, trait: str) -> None:
        with pytest.raises(PointageRefuse):
            pointer(InscriptionFactory(seance=seance, **{trait: True}))

    @pytest.mark.parametrize(
        ("debut", "possible"),
        [({"hours": 2}, False), ({"minutes": 40}, True), ({"days": -20}, True), ({"days": -40}, False)],
    )
    def test_from_the_doors_opening_and_for_a_month(self, debut: dict[str, float], possible: bool) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(debut=dans(**debut)))
        if possible:
            pointer(inscription)
        else:
            with pytest.raises(PointageRefuse):
                pointer(inscription)

    def test_cancelled_after_being_ticked_keeps_no_presence(self) -> None:
        inscription = pointer(InscriptionFactory(seance=SeanceFactory(debut=dans(minutes=30))))
        inscriptions.annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant())
        inscription.refresh_from_db()
        assert inscription.presence == ""

    def test_database_refuses_presence_without_a_seat(self, seance: Seance) -> None:
        inscription = InscriptionFactory(seance=seance, attente=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            Inscription.objects.filter(pk=inscription.pk).update(
                presence=Presence.PRESENTE, pointee_le=maintenant(), adultes_presents=1, enfants_presents=0
            )


class TestPassages:
    def test_people_without_booking_are_counted_and_taken_back(self, seance: Seance) -> None:
        passage = presences.compter_passage(
            seance=seance, adultes=1, enfants=2, premiere_visite=True, maintenant=maintenant()
        )
        pointer(InscriptionFactory(seance=seance, adultes=1, enfants=1))
        pointer(InscriptionFactory(seance=seance), Presence.EXCUSEE)
        InscriptionFactory(seance=seance)
        compte = presences.frequentation(seance)
        assert (compte.adultes, compte.enfants) == (2, 3)
        assert (compte.presentes, compte.excusees, compte.absentes, compte.a_pointer) == (1, 1, 0, 1)
        presences.retirer_passage(passage=passage, maintenant=maintenant())
        assert not Passage.objects.exists()

    @pytest.mark.parametrize(("adultes", "enfants"), [(0, 0), (51, 0), (1, -1)])
    def test_impossible_numbers_are_refused(self, seance: Seance, adultes: int, enfants: int) -> None:
        with pytest.raises(PointageRefuse):
            presences.compter_passage(
                seance=seance, adultes=adultes, enfants=enfants, premiere_visite=False, maintenant=maintenant()
            )
        assert not Passage.objects.exists()

    def test_not_days_before(self) -> None:
        with pytest.raises(PointageRefuse):
            presences.compter_passage(
                seance=SeanceFactory(debut=maintenant() + timedelta(days=1)),
                adultes=1,
                enfants=0,
                premiere_visite=False,
                maintenant=maintenant(),
            )
