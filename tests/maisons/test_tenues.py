"""A person's running assignments: read once a request, and never longer than it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.equipe import entrer
from tests.factories import AffectationFactory, LieuFactory, dans

pytestmark = pytest.mark.django_db


def test_read_once_and_gone_with_the_request(client: Client) -> None:
    lieu = LieuFactory()
    affectation = AffectationFactory(maison=lieu.maison)
    # Another role, so that the person still enters.
    ailleurs = AffectationFactory(utilisateur=affectation.utilisateur)
    equipe = entrer(client, affectation.utilisateur)
    page = reverse("admin:maisons_lieu_change", args=[lieu.pk])

    with CaptureQueriesContext(connection) as requetes:
        assert equipe.get(page).status_code == 200
    lectures = [r["sql"] for r in requetes if r["sql"].startswith('SELECT "maisons_affectation"."role"')]
    assert len(lectures) == 1

    affectation.au = dans(days=-2).date()
    affectation.save(update_fields=["au"])
    assert equipe.get(page).status_code == 404
    assert equipe.get(reverse("admin:maisons_maison_change", args=[ailleurs.maison.pk])).status_code == 200
