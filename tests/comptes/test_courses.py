"""One code, one invitation, many hands at once: it serves once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection
from django.utils import timezone

from maisons import invitations
from maisons.enums import Portee, Role
from maisons.models import Affectation
from socle.comptes.debits import ECHECS_PAR_COMPTE
from socle.comptes.facteurs import prendre_code
from socle.models import Utilisateur
from socle.quotas import consommer
from tests.comptes.test_connexion import avec_application, code, responsable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.course]

MAINS = 8


def ensemble(geste: Callable[[], Any]) -> list[Any]:
    """The answers of so many threads that start at the same moment, each on its own connection."""
    depart = threading.Barrier(MAINS)
    reponses: list[Any] = []

    def courir() -> None:
        connection.ensure_connection()
        depart.wait()
        try:
            reponses.append(geste())
        finally:
            connection.close()

    fils = [threading.Thread(target=courir) for _ in range(MAINS)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return reponses


def test_a_code_of_the_application() -> None:
    personne, valeur = avec_application(responsable()), code()
    pris = ensemble(lambda: prendre_code(utilisateur=personne, code=valeur))
    assert len([p for p in pris if p is not None]) == 1


def test_a_recovery_code() -> None:
    personne = avec_application(responsable())
    secours = RecoveryCodes.activate(personne).generate_codes()[0]
    pris = ensemble(lambda: prendre_code(utilisateur=personne, code=secours))
    assert len([p for p in pris if p is not None]) == 1


def test_an_invitation() -> None:
    auteur = responsable()
    invitation = invitations.inviter(
        auteur=auteur,
        email="nour@exemple.fr",
        prenom="Nour",
        nom="Petit",
        role=Role.ANIMATEUR,
        portee=Portee.MAISON,
        maison=Affectation.objects.get(utilisateur=auteur).maison,
        organisation=None,
        departement=None,
        au=None,
        maintenant=timezone.now(),
    )

    def accepter() -> Utilisateur | None:
        try:
            return invitations.accepter(
                invitation=invitation, utilisateur=None, mot_de_passe="une phrase", maintenant=timezone.now()
            )
        except invitations.InvitationRefusee:
            return None

    assert len([p for p in ensemble(accepter) if p is not None]) == 1
    assert Affectation.objects.filter(role=Role.ANIMATEUR).count() == 1


def test_the_last_attempts_of_an_hour() -> None:
    def essayer() -> bool:
        return consommer(usage="essai", origine="x", limite=ECHECS_PAR_COMPTE, maintenant=maintenant)

    maintenant = timezone.now()
    for _ in range(ECHECS_PAR_COMPTE - 3):
        essayer()
    assert ensemble(essayer).count(True) == 3
