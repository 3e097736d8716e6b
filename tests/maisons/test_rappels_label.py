"""Deadlines of the label: told once, to those who answer for the house, at the right moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from maisons.enums import Role
from maisons.label import candidatures
from maisons.label.rappels import deposer_rappels, palier
from maisons.label.valeurs import periode_courante
from maisons.models import Candidature
from socle.models import Message
from tests.factories import AffectationFactory, MaisonFactory
from tests.maisons.test_candidatures import LE, personne, version


@pytest.mark.parametrize(
    ("reste", "attendu"), [(31, ""), (30, "30"), (8, "30"), (7, "7"), (0, "7"), (-1, "depassee"), (-31, "")]
)
def test_the_notice_follows_the_days_that_are_left(reste: int, attendu: str) -> None:
    assert palier(LE + timedelta(days=reste), le=LE) == attendu


@pytest.mark.parametrize(
    ("le", "du", "au"),
    [
        (date(2026, 11, 22), date(2025, 11, 1), date(2026, 10, 31)),
        (date(2026, 1, 1), date(2025, 1, 1), date(2025, 12, 31)),
        (date(2024, 2, 29), date(2023, 2, 1), date(2024, 1, 31)),
    ],
)
def test_twelve_whole_months(le: date, du: date, au: date) -> None:
    assert (periode_courante(le).du, periode_courante(le).au) == (du, au)


@pytest.mark.django_db
def test_a_deadline_is_told_once_to_the_house_and_the_pilot() -> None:
    maison = MaisonFactory()
    pilote, responsable = personne(Role.PILOTE, maison), personne(Role.RESPONSABLE, maison)
    personne(Role.ANIMATEUR, maison)
    AffectationFactory(role=Role.RESPONSABLE, du=date(2026, 1, 1))
    candidature = candidatures.ouvrir(maison=maison, version=version(), par=pilote, le=LE)
    maintenant = datetime(2026, 4, 20, 9, tzinfo=UTC)
    for _fois in range(2):
        deposer_rappels(maintenant=maintenant)
    messages = Message.objects.filter(modele="label_echeance")
    assert {message.destinataire for message in messages} == {pilote.email, responsable.email}
    assert len(messages) == 2
    # Another date is another deadline.
    Candidature.objects.filter(pk=candidature.pk).update(echeance=date(2026, 5, 10))
    deposer_rappels(maintenant=maintenant)
    assert Message.objects.filter(modele="label_echeance").count() == 2 + 2
