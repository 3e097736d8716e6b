"""A lost message: the link of the group goes again to the contact it was made with, and to no other."""

from __future__ import annotations

import pytest
from django.test import Client

from ateliers.enums import StatutDemande
from socle.models import Message
from tests.factories import DemandeGroupeFactory, dans

pytestmark = pytest.mark.django_db


def redemander(client: Client, contact: str) -> list[str]:
    client.post("/mes-reservations/", {"contact": contact})
    return list(Message.objects.order_by("pk").values_list("modele", "destinataire"))


def test_to_the_contact_of_the_request(client: Client) -> None:
    DemandeGroupeFactory(famille__email="ines@exemple.fr")

    assert redemander(client, "ines@exemple.fr") == [("groupe_lien", "ines@exemple.fr")]


def test_not_to_another_nor_once_withdrawn(client: Client) -> None:
    DemandeGroupeFactory(famille__email="ines@exemple.fr", statut=StatutDemande.RETIREE, retiree_le=dans(days=-1))
    DemandeGroupeFactory(famille__email="autre@exemple.fr")

    assert redemander(client, "ines@exemple.fr") == []
