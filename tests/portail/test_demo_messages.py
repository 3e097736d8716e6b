"""/demo/messages/: what the demonstration sent, and nowhere but there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import reload
from typing import TYPE_CHECKING, Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import Resolver404, clear_url_caches, resolve, reverse

from ateliers.rappels import deposer_rappels
from portail import urls
from socle import demo
from socle.envoi import envoyer_messages_dus
from socle.models import Message
from socle.sms import Sms
from tests.factories import InscriptionFactory, MessageFactory, SeanceFactory, dans, maintenant

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def demonstration(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.DEMO = True
    settings.MESSAGES_DEMO = str(tmp_path / "messages")
    settings.EMAIL_BACKEND = "socle.demo.CourrielDemoBackend"
    settings.SMS_BACKEND = "socle.demo.SmsDemoBackend"
    reload(urls)
    clear_url_caches()
    yield
    settings.DEMO = False
    reload(urls)
    clear_url_caches()


@pytest.fixture
def envoyes(demonstration: None, db: None) -> list[demo.MessageRecu]:
    """A confirmation by e-mail with its calendar, and by SMS."""
    from ateliers import messages

    inscription = InscriptionFactory(
        seance=SeanceFactory(titre="Portage <script>alert(1)</script>"), email="lea@exemple.fr", prenom="Léa"
    )
    messages.confirmation(inscription, maintenant=maintenant())
    inscription.email, inscription.telephone = "", "+33612345678"
    messages.rappel(inscription, cle_rappel="3h", pas_apres=dans(days=1), maintenant=maintenant())
    assert envoyer_messages_dus(maintenant=maintenant() + timedelta(minutes=1)).envoyes == 2
    return list(demo.lister())


def courriel_de(envoyes: list[demo.MessageRecu]) -> demo.MessageRecu:
    return next(recu for recu in envoyes if not recu.est_sms)


def test_the_page_does_not_exist_outside_the_demonstration():
    with pytest.raises(Resolver404):
        resolve("/demo/messages/")


def test_nothing_sent_yet(demonstration: None, db: None, client: Client) -> None:
    assert "Aucun message" in client.get("/demo/messages/").content.decode()


def test_says_what_will_leave_in_the_next_minute(demonstration: None, db: None, client: Client) -> None:
    MessageFactory()
    assert "1 message part" in client.get("/demo/messages/").content.decode()


def test_a_visitor_need_not_wait_for_the_reminder(demonstration: None, db: None, client: Client) -> None:
    """It leaves now, and not once more when its hour comes."""
    seance = SeanceFactory(debut=dans(days=5))
    InscriptionFactory(seance=seance, email="lea@exemple.fr")
    for _ in range(2):
        assert "Ce rappel part" in client.post("/demo/rappel/", follow=True).content.decode()
    deposer_rappels(maintenant=seance.debut - timedelta(hours=47))
    assert [m.modele for m in Message.objects.all()] == ["rappel"]


def test_no_booking_no_reminder(demonstration: None, db: None, client: Client) -> None:
    InscriptionFactory(seance=SeanceFactory(passee=True))
    assert "Aucune réservation n&#x27;attend" in client.post("/demo/rappel/", {"a": ""}, follow=True).content.decode()
    assert not Message.objects.exists()


def test_lists_the_latest_first_and_filters_by_recipient(envoyes: list[demo.MessageRecu], client: Client) -> None:
    page = client.get("/demo/messages/").content.decode()
    assert "Votre réservation du" in page
    assert "Rappel" in page
    page = client.get("/demo/messages/", {"a": "06 12 34"}).content.decode()
    assert "Rappel" in page
    assert "lea@exemple.fr" not in page
    assert "Aucun message pour ce destinataire" in client.get("/demo/messages/?a=zoe").content.decode()


def test_an_e_mail_is_shown_in_all_its_parts(envoyes: list[demo.MessageRecu], client: Client) -> None:
    courriel = courriel_de(envoyes)
    reponse = client.get(reverse("portail:demo_message", args=[courriel.cle]))
    page = reponse.content.decode()
    assert "Bonjour Léa" in page
    assert "seance.ics" in page
    assert "Message-ID" in page
    assert "<script>alert" not in page
    assert "frame-src 'self'" in reponse["Content-Security-Policy"]


def test_the_html_part_can_run_nothing(envoyes: list[demo.MessageRecu], client: Client) -> None:
    reponse = client.get(reverse("portail:demo_message_html", args=[courriel_de(envoyes).cle]))
    csp = reponse["Content-Security-Policy"]
    assert "default-src 'none'" in csp
    assert "sandbox allow-popups allow-top-navigation-by-user-activation" in csp
    assert "script-src" not in csp
    assert reponse["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script>alert" not in reponse.content.decode()


def test_the_attachment_can_be_downloaded(envoyes: list[demo.MessageRecu], client: Client) -> None:
    courriel = courriel_de(envoyes)
    reponse = client.get(reverse("portail:demo_message_piece", args=[courriel.cle, 0]))
    assert reponse["Content-Type"] == "text/calendar"
    assert reponse.content.startswith(b"BEGIN:VCALENDAR")
    assert client.get(reverse("portail:demo_message_piece", args=[courriel.cle, 1])).status_code == 404


@pytest.mark.parametrize("cle", ["0" * 32, "..", "passwd", "0" * 31 + "g"])
def test_an_unknown_key_is_not_found(demonstration: None, db: None, client: Client, cle: str) -> None:
    assert client.get(f"/demo/messages/{cle}/").status_code == 404


def test_the_same_message_twice_is_there_once(demonstration: None) -> None:
    courriel = EmailMessage("Objet", "Texte", to=["lea@exemple.fr"], headers={"Message-ID": "<a@b>"})
    demo.CourrielDemoBackend().send_messages([courriel, courriel])
    sms = Sms(destinataire="+33612345678", texte="Texte", reference="a")
    demo.SmsDemoBackend().send_messages([sms, sms])
    assert len(list(demo.lister())) == len(os.listdir(demo.dossier())) == 2


def test_in_a_browser_the_frame_shows_the_mail_and_its_links_open_the_portal(
    envoyes: list[demo.MessageRecu], live_server: Any, page: Page, axe: Callable[[Page], None]
) -> None:
    page.goto(f"{live_server.url}/demo/messages/")
    axe(page)
    page.get_by_role("link", name="Votre réservation du").click()
    cadre = page.frame_locator("iframe")
    assert cadre.get_by_role("heading", name="C'est réservé").is_visible()
    assert cadre.get_by_role("link", name="Voir ma réservation").get_attribute("href")
    axe(page)
