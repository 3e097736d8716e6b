"""Sessions in number, for measures."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from ateliers.models import Atelier, Seance
from maisons.models import Lieu, Maison
from tests.factories import CommuneFactory

pytestmark = pytest.mark.django_db


def test_sessions_over_many_houses(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(4):
        CommuneFactory(autre=True)
    call_command("charger_charge", seances=500, maisons=8)
    call_command("charger_charge", seances=100, maisons=8)
    assert Maison.objects.count() == 8
    assert Lieu.objects.count() == 16
    assert Seance.objects.count() == 600
    assert Seance.objects.publiques().a_venir(maintenant=timezone.now()).count() > 450
    assert Atelier.objects.filter(themes__isnull=False).exists()
    assert not Seance.objects.exclude(lieu__maison=F("atelier__maison")).exists()
    assert "500 créées" in capsys.readouterr().out


def test_refused_on_a_database_that_is_not_for_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    CommuneFactory()
    monkeypatch.setitem(connection.settings_dict, "NAME", "portail")
    with pytest.raises(CommandError, match="--oui"):
        call_command("charger_charge", seances=1, maisons=1)
    assert not Seance.objects.exists()
    call_command("charger_charge", seances=1, maisons=1, oui=True)
    assert Seance.objects.count() == 1


def test_without_communes_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="charger_reference"):
        call_command("charger_charge", seances=1)
