"""The page of a session, in each of its states."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers.models import Seance
from tests.factories import AtelierFactory, InscriptionFactory, LieuFactory, MaisonFactory, SeanceFactory, dans

pytestmark = pytest.mark.django_db


def lire(client: Client, seance: Seance) -> str:
    reponse = client.get(seance.get_absolute_url())
    assert reponse.status_code == 200
    return re.sub(r"\s+", " ", reponse.content.decode().replace("\u00a0", " ").replace("&#x27;", "'"))


class TestSeance:
    def test_says_what_where_when_for_whom_and_places(self, client: Client) -> None:
        seance = SeanceFactory(
            ages=True, adultes_pris=6, enfants_pris=7, intervenants="Maëlle, puéricultrice", langues=["fr", "tr"]
        )

        page = lire(client, seance)

        for phrase in (
            seance.titre,
            "1 place de la République, 08300 Rethel",
            "Bébés de 3 à 9 mois",
            "4 places adultes, 3 places bébés",
            "Maëlle, puéricultrice",
            "français, turc",
            "Gratuit",
            "Je réserve",
        ):
            assert phrase in page

    def test_times_are_those_of_the_place(self, client: Client) -> None:
        seance = SeanceFactory(reunion=True)

        assert seance.debut_local.strftime("T%H:%M:%S+04:00") in lire(client, seance)

    @pytest.mark.parametrize(
        ("traits", "phrase", "reserver"),
        [
            ({}, "Places libres", True),
            ({"presque_complete": True}, "Presque complet", True),
            ({"annulee": True}, "L'animatrice est malade.", False),
            ({"commencee": True}, "Cette séance a commencé", False),
            ({"passee": True}, "Cette séance est terminée", False),
            ({"inscriptions_du": dans(days=1)}, "Inscriptions à partir du", False),
            ({"inscriptions_au": dans(days=-1)}, "Inscriptions closes", False),
        ],
        ids=lambda valeur: valeur if isinstance(valeur, str) else "",  # the traits hold moments of this run
    )
    def test_states(self, client: Client, traits: dict[str, Any], phrase: str, reserver: bool) -> None:
        seance = SeanceFactory(**traits)

        page = lire(client, seance)

        assert phrase in page
        adresse = reverse("ateliers:seance_inscription", args=[seance.reference])
        assert (adresse in page) is reserver
        if not reserver:
            assert client.get(adresse)["Location"] == seance.get_absolute_url()

    def test_full_session_offers_the_waiting_list_and_its_length(self, client: Client) -> None:
        seance = SeanceFactory(complete=True)
        for _ in range(2):
            InscriptionFactory(seance=seance, attente=True)

        page = lire(client, seance)

        assert "2 familles attendent déjà" in page
        assert "Je m'inscris en attente" in page

    @pytest.mark.parametrize(
        "traits",
        [{"brouillon": True}, {"membres": True}, {"professionnels": True}, {"lieu__maison__publiee": False}],
        ids=str,
    )
    @pytest.mark.parametrize(
        "page", ["seance", "seance_ics", "seance_repere", "seance_inscription", "inscription_deja"]
    )
    def test_what_is_not_public_is_not_found(self, client: Client, traits: dict[str, Any], page: str) -> None:
        seance = SeanceFactory(**traits)

        assert client.get(reverse(f"ateliers:{page}", args=[seance.reference])).status_code == 404

    def test_sets_no_cookie(self, client: Client) -> None:
        assert not client.get(SeanceFactory().get_absolute_url()).cookies

    def test_as_many_queries_whatever_the_number_of_bookings(self, client: Client) -> None:
        seance = SeanceFactory(complete=True)
        client.get(seance.get_absolute_url())
        with CaptureQueriesContext(connection) as vide:
            client.get(seance.get_absolute_url())
        for _ in range(12):
            InscriptionFactory(seance=seance, attente=True)

        with CaptureQueriesContext(connection) as pleine:
            client.get(seance.get_absolute_url())

        assert len(pleine) == len(vide) <= 3

    def test_map_point(self, client: Client) -> None:
        seance = SeanceFactory()

        points = client.get(reverse("ateliers:seance_repere", args=[seance.reference])).json()["features"]

        assert [point["geometry"]["coordinates"] for point in points] == [[4.37, 49.51]]


class TestSchemaOrg:
    def lire(self, client: Client, seance: Seance) -> Any:
        page = client.get(seance.get_absolute_url()).content.decode()
        (texte,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert "<" not in texte
        return json.loads(texte)

    def test_is_a_free_event_at_its_place(self, client: Client) -> None:
        donnees = self.lire(client, SeanceFactory(titre="Café"))

        assert donnees["@type"] == "Event"
        assert donnees["name"] == "Café"
        assert donnees["isAccessibleForFree"] is True
        assert donnees["eventStatus"] == "https://schema.org/EventScheduled"
        assert donnees["location"]["address"]["postalCode"] == "08300"
        assert donnees["startDate"][-6:] in ("+01:00", "+02:00")

    def test_says_cancelled_and_full(self, client: Client) -> None:
        annulee = self.lire(client, SeanceFactory(annulee=True))
        complete = self.lire(client, SeanceFactory(complete=True))

        assert annulee["eventStatus"] == "https://schema.org/EventCancelled"
        assert complete["offers"]["availability"] == "https://schema.org/SoldOut"

    def test_no_text_ends_the_script(self, client: Client) -> None:
        maison = MaisonFactory(nom="</script><script>alert(1)</script>")
        seance = SeanceFactory(
            titre="<!-- <script> & \u2028",
            lieu=LieuFactory(maison=maison),
            atelier=AtelierFactory(maison=maison, description="</SCRIPT>"),
        )

        donnees = self.lire(client, seance)

        assert donnees["name"] == "<!-- <script> & \u2028"
        assert donnees["organizer"]["name"] == maison.nom


def test_from_session_page_to_confirmation(client: Client) -> None:
    """At most four requests and thirty statements."""
    import uuid

    seance = SeanceFactory()
    inscription = reverse("ateliers:seance_inscription", args=[seance.reference])
    champs = {"prenom": "Inès", "email": "ines@exemple.fr", "adultes": "1", "enfants": "1", "cle": str(uuid.uuid4())}
    with CaptureQueriesContext(connection) as requetes:
        assert client.get(seance.get_absolute_url()).status_code == 200
        assert client.get(inscription).status_code == 200
        reponse = client.post(inscription, champs)
        assert reponse.status_code == 302
        page = client.get(reponse["Location"]).content.decode()

    assert "C&#x27;est réservé" in page or "C'est réservé" in page
    assert len(requetes) <= 30
