"""The demonstration's accounts: one per role, only under demonstration settings."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from maisons.enums import Portee, Role
from maisons.models import Affectation, Maison
from portail.demo.comptes import COMPTES, mot_de_passe
from socle.models import Utilisateur
from tests.factories import DepartementFactory, MaisonFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maisons(settings: Any) -> None:
    settings.DEMO = True
    DepartementFactory(code="08")
    moselle = DepartementFactory(code="57", nom="Moselle")
    for compte in COMPTES:
        if compte.portee == Portee.MAISON and not Maison.objects.filter(slug=compte.ou).exists():
            MaisonFactory(slug=compte.ou, **({"departement": moselle} if "metz" in compte.ou else {}))
        elif compte.portee == Portee.ORGANISATION:
            OrganisationFactory(slug=compte.ou)


@pytest.mark.usefixtures("maisons")
def test_each_role_has_an_account_that_signs_in(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("comptes_demo")
    call_command("comptes_demo")

    sortie = capsys.readouterr().out
    assert mot_de_passe() in sortie
    assert {compte.role for compte in COMPTES} == set(Role)
    for compte in COMPTES:
        assert compte.email in sortie
        utilisateur = authenticate(None, username=compte.email, password=mot_de_passe())
        assert isinstance(utilisateur, Utilisateur)
        assert (utilisateur.is_staff, utilisateur.is_superuser) == (True, False)
        assert EmailAddress.objects.get(user=utilisateur).verified
        affectation = Affectation.objects.get(utilisateur=utilisateur)
        assert (affectation.role, affectation.portee) == (compte.role, compte.portee)
        assert utilisateur.has_perm("socle.acceder_equipe")
    assert Utilisateur.objects.count() == len(COMPTES)


@pytest.mark.usefixtures("maisons")
def test_scopes_are_those_of_the_roles(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("comptes_demo")
    vues = {
        compte.identifiant: set(
            Maison.objects.visibles_par(
                Utilisateur.objects.get(email=compte.email), le=timezone.localdate()
            ).values_list("departement", flat=True)
        )
        for compte in COMPTES
    }
    assert vues["responsable.rethel"] == vues["animatrice.rethel"] == vues["pilote.ardennes"] == {"08"}
    assert vues["responsable.metz"] == {"57"}
    assert vues["partenaire"] == set()
    assert vues["reseau"] == {"08", "57"}


def test_refused_outside_the_demonstration(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="démonstration"):
        call_command("comptes_demo")
    assert not Utilisateur.objects.exists()


def test_without_houses_it_says_what_to_do(settings: Any) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="charger_demo"):
        call_command("comptes_demo")
    assert not Utilisateur.objects.exists()


def test_another_demonstration_has_another_password(settings: Any) -> None:
    premier = mot_de_passe()
    assert premier == mot_de_passe()
    settings.SECRET_KEY = "une-autre-demonstration"
    assert mot_de_passe() != premier


def test_the_data_need_the_communes_first() -> None:
    with pytest.raises(CommandError, match="charger_reference"):
        call_command("charger_demo")
