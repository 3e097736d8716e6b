"""iCalendar: stable, exact, light on the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from ateliers import messages
from ateliers.models import Seance
from tests.factories import CommuneFactory, InscriptionFactory, LieuFactory, SeanceFactory, dans

pytestmark = pytest.mark.django_db


def evenements(reponse: HttpResponse) -> list[Any]:
    assert reponse.status_code == 200
    assert reponse["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(reponse.content).walk("VEVENT"))


class TestSeanceIcs:
    def test_keeps_the_hour_of_the_place(self, client: Client) -> None:
        seance = SeanceFactory(debut=datetime(2027, 7, 6, 10, 0, tzinfo=UTC), reunion=True)

        reponse = client.get(f"/seances/{seance.reference}/seance.ics")

        (evenement,) = evenements(reponse)
        assert evenement["DTSTART"].params["TZID"] == "Indian/Reunion"
        assert evenement["DTSTART"].dt.hour == 14
        assert evenement["DTSTART"].dt.astimezone(UTC) == seance.debut
        assert b"BEGIN:VTIMEZONE" in reponse.content
        assert "attachment" in reponse["Content-Disposition"]

    def test_text_cannot_add_a_line(self, client: Client) -> None:
        seance = SeanceFactory(titre="Café; thé, lait\r\nATTENDEE:mailto:x@exemple.fr", precisions="a\nb")

        (evenement,) = evenements(client.get(f"/seances/{seance.reference}/seance.ics"))

        assert "ATTENDEE" not in evenement
        assert str(evenement["SUMMARY"]).startswith("Café; thé, lait")


class TestFlux:
    def test_of_a_house(self, client: Client) -> None:
        lieu = LieuFactory()
        SeanceFactory(titre="Ici", lieu=lieu)
        SeanceFactory(titre="Ailleurs")
        SeanceFactory(titre="Cachée", lieu=lieu, brouillon=True)
        SeanceFactory(titre="Il y a trois jours", lieu=lieu, passee=True)

        reponse = client.get(f"/maisons/{lieu.maison.slug}/agenda.ics")

        assert {str(e["SUMMARY"]) for e in evenements(reponse)} == {"Ici", "Il y a trois jours"}
        assert reponse["Cache-Control"] == "public, max-age=900"
        assert not reponse.cookies

    def test_of_a_hidden_house_is_not_found(self, client: Client) -> None:
        lieu = LieuFactory(maison__publiee=False)

        assert client.get(f"/maisons/{lieu.maison.slug}/agenda.ics").status_code == 404

    def test_of_a_filter_has_the_agenda_s_parameters(self, client: Client) -> None:
        CommuneFactory()
        SeanceFactory(titre="Café")
        SeanceFactory(titre="Conférence", format="conference")
        SeanceFactory(titre="Loin", lieu=LieuFactory(latitude=44.0, longitude=1.0))

        reponse = client.get("/agenda.ics", {"lieu": "Rethel", "format": "cafe"})

        assert [str(e["SUMMARY"]) for e in evenements(reponse)] == ["Café"]

    def test_of_a_wrong_filter_says_so(self, client: Client) -> None:
        reponse = client.get("/agenda.ics", {"jour": "2026-02-31"})

        assert reponse.status_code == 422
        assert "Cette date n'existe pas" in reponse.content.decode()

    def test_shows_a_cancelled_session_as_cancelled(self, client: Client) -> None:
        SeanceFactory(annulee=True, revision=2)

        (evenement,) = evenements(client.get("/agenda.ics"))

        assert evenement["STATUS"] == "CANCELLED"
        assert evenement["SEQUENCE"] == 2

    def test_the_name_of_an_event_never_changes_and_is_that_of_its_messages(self, client: Client) -> None:
        inscription = InscriptionFactory()
        seance = inscription.seance
        (avant,) = evenements(client.get("/agenda.ics"))
        seance.revision, seance.debut = 1, dans(days=8)
        seance.fin = seance.debut + timedelta(hours=1)
        seance.save()
        messages.confirmation(inscription, maintenant=dans())

        (apres,) = evenements(client.get("/agenda.ics"))

        assert avant["UID"] == apres["UID"]
        assert (avant["SEQUENCE"], apres["SEQUENCE"]) == (0, 1)
        assert inscription.messages.get().contexte["evenement"]["uid"] == str(apres["UID"])

    def test_the_same_state_is_not_sent_twice(self, client: Client) -> None:
        seance = SeanceFactory()
        premiere = client.get("/agenda.ics")

        inchangee = client.get("/agenda.ics", headers={"if-none-match": premiere["ETag"]})
        Seance.objects.filter(pk=seance.pk).update(titre="Autre titre")
        changee = client.get("/agenda.ics", headers={"if-none-match": premiere["ETag"]})

        assert client.get("/agenda.ics").content != premiere.content
        assert inchangee.status_code == 304
        assert not inchangee.content
        assert changee.status_code == 200

    def test_as_many_queries_for_one_session_as_for_fifty(self, client: Client) -> None:
        SeanceFactory()
        client.get("/agenda.ics")
        with CaptureQueriesContext(connection) as une:
            client.get("/agenda.ics")
        for _ in range(49):
            SeanceFactory()

        with CaptureQueriesContext(connection) as cinquante:
            client.get("/agenda.ics")

        assert len(cinquante) == len(une)
