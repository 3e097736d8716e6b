"""Open data: what is published follows the data·inclusion schema, and GeoJSON's."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from data_inclusion.schema.v1 import Service, Structure
from django.test import Client
from django.utils import timezone

from maisons.models import Lieu, Maison
from partenaires.enums import ModePermanence, TypePartenaire
from partenaires.models import Partenaire, Permanence
from portail.donnees_ouvertes import rafraichir
from portail.tasks import rafraichir_donnees_ouvertes
from tests.factories import CommuneFactory, LieuFactory, PartenaireFactory, PermanenceFactory, dans, maintenant

pytestmark = pytest.mark.django_db


def lire(client: Client, nom: str) -> Any:
    return json.loads(client.get(f"/donnees/{nom}").content)


def publier() -> None:
    caf = PartenaireFactory(
        nom="Caf des essais.",
        type=TypePartenaire.CAF,
        commune=CommuneFactory(),
        code_postal="08300",
        telephone="+33324000001",
        courriel="caf@exemple.fr",
        site="https://exemple.fr/caf",
        description="Vos droits.",
    )
    PermanenceFactory(partenaire=caf, mode=ModePermanence.RENDEZ_VOUS, creneau_minutes=20)
    PermanenceFactory(partenaire=PartenaireFactory(nom="ARS"), intitule="Q")
    rafraichir(maintenant=maintenant())


class TestSchema:
    def test_every_structure_and_service_is_valid_without_a_warning(self, client: Client) -> None:
        publier()
        structures, services = lire(client, "structures.json"), lire(client, "services.json")
        assert (len(structures), len(services)) == (4, 2)
        for structure in structures:
            Structure.model_validate(structure, context={"ignore_warnings": False})
        for service in services:
            Service.model_validate(service, context={"ignore_warnings": False})
        ids = {structure["id"] for structure in structures}
        assert len(ids) == 4
        assert {service["structure_id"] for service in services} <= ids

    def test_a_record_bears_the_day_of_its_own_last_change(self, client: Client) -> None:
        publier()
        avant = dans(days=-40)
        for modele in (Lieu, Maison, Partenaire, Permanence):
            modele.objects.update(modifie_le=avant)
        rafraichir(maintenant=maintenant())
        jour = timezone.localdate(avant).isoformat()
        for nom in ("structures.json", "services.json"):
            assert {donnee["date_maj"] for donnee in lire(client, nom)} == {jour}

    def test_the_geojson_has_a_point_for_each_structure_that_has_a_place(self, client: Client) -> None:
        publier()
        collection = lire(client, "annuaire.geojson")
        assert collection["type"] == "FeatureCollection"
        assert len(collection["features"]) == 3
        for point in collection["features"]:
            longitude, latitude = point["geometry"]["coordinates"]
            assert 4 < longitude < 5
            assert 49 < latitude < 50


class TestChoix:
    def test_neither_what_is_hidden_nor_what_is_fictional_is_published(self, client: Client) -> None:
        PartenaireFactory(demonstration=True)
        PartenaireFactory(publie=False)
        PartenaireFactory(verifie_le=dans(days=-300), relance_le=dans(days=-60), courriel_contact="x@exemple.fr")
        LieuFactory(demonstration=True)
        LieuFactory(maison__publiee=False)
        rafraichir(maintenant=maintenant())
        assert lire(client, "structures.json") == []

    def test_the_contact_for_reminders_stays_at_home(self, client: Client) -> None:
        PartenaireFactory(courriel_contact="secret@exemple.fr")
        rafraichir(maintenant=maintenant())
        assert b"secret" not in client.get("/donnees/structures.json").content


class TestService:
    def test_a_worker_writes_and_a_second_round_changes_nothing(self, client: Client) -> None:
        assert client.get("/donnees/structures.json").status_code == 404
        PartenaireFactory()
        rafraichir_donnees_ouvertes()
        reponse = client.get("/donnees/structures.json")
        assert reponse["Access-Control-Allow-Origin"] == "*"
        assert rafraichir(maintenant=maintenant() + timedelta(seconds=5)) == 0
        connu = client.get("/donnees/structures.json", headers={"If-Modified-Since": reponse["Last-Modified"]})
        assert connu.status_code == 304

    @pytest.mark.parametrize("nom", ["autre.json", "structures", "%00"])
    def test_another_name_is_a_404(self, client: Client, nom: str) -> None:
        assert client.get(f"/donnees/{nom}").status_code == 404
