"""The whole way of a parent, as she goes it on her phone: find, book, read, cancel; the next family is offered the
seat, accepts, and is reminded. Once with JavaScript, once without.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from ateliers.enums import Format, StatutInscription
from ateliers.models import Inscription, Seance
from ateliers.rappels import deposer_rappels
from socle.envoi import envoyer_messages_dus
from tests.factories import CommuneFactory, LieuFactory, MaisonFactory, SeanceFactory

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["avec JavaScript", "sans JavaScript"])
def telephone_avec_js(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def telephone(
    telephone_avec_js: bool, ouvrir_contexte: Callable[..., BrowserContext], live_server: Any, settings: Any
) -> Page:
    settings.URL_PUBLIQUE = live_server.url
    contexte = ouvrir_contexte(viewport={"width": 360, "height": 740}, java_script_enabled=telephone_avec_js)
    return contexte.new_page()


@pytest.fixture
def cafe() -> Seance:
    """A parents' café at Rethel with one seat for an adult and one for a baby; other sessions stand around it."""
    rethel = MaisonFactory(nom="Maison de Rethel")
    lieu = LieuFactory(maison=rethel, nom="Salle des parents")
    SeanceFactory(lieu=lieu, titre="Conférence sur le sommeil", format=Format.CONFERENCE)
    loin = CommuneFactory(code_insee="51454", nom="Reims", codes_postaux=["51100"], latitude=49.2583, longitude=4.0317)
    SeanceFactory(
        lieu=LieuFactory(
            maison=MaisonFactory(nom="Maison de Reims"), commune=loin, latitude=49.2583, longitude=4.0317
        ),
        titre="Café de Reims",
    )
    return SeanceFactory(lieu=lieu, titre="Café du mardi", capacite_adultes=1, capacite_enfants=1)


def distribuer(le: datetime | None = None) -> list[EmailMessage]:
    """The sender's round; what it delivered."""
    avant = len(mail.outbox)
    envoyer_messages_dus(maintenant=le or timezone.now())
    return list(mail.outbox[avant:])


def lien(message: EmailMessage) -> str:
    trouve = re.search(r"https?://\S+/r/[\w.\-]+/", str(message.body))
    assert trouve, message.body
    return trouve.group()


def reserver(page: Page, prenom: str, email: str, bouton: str) -> None:
    page.get_by_label("Votre prénom").fill(prenom)
    page.get_by_label("E-mail", exact=False).fill(email)
    page.get_by_label("Combien d'enfants ?").fill("1")
    page.get_by_role("button", name=bouton).click()


def test_from_search_to_reminder(
    telephone: Page, telephone_avec_js: bool, live_server: Any, cafe: Seance, axe: Callable[[Page], None]
) -> None:
    page = telephone
    # axe needs scripts; the pages are the same without them.
    verifier = axe if telephone_avec_js else lambda _page: None
    # She finds it by her postcode, narrows to parents' cafés…
    page.goto(live_server.url)
    page.get_by_label("Votre commune ou votre code postal").fill("08300")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="Voir tout l'agenda près d'ici").click()
    assert page.get_by_role("heading", name="Café du mardi").is_visible()
    page.get_by_text("Filtrer", exact=False).first.click()
    page.get_by_label("Genre de rencontre").select_option("cafe")
    if not telephone_avec_js:
        page.get_by_role("button", name="Voir les séances").click()
    page.wait_for_url("**format=cafe**")
    page.get_by_role("heading", name="Conférence sur le sommeil").wait_for(state="detached")
    assert not page.get_by_role("heading", name="Café de Reims").count()
    # …and books for herself and her baby.
    page.get_by_role("link", name="Café du mardi").first.click()
    page.get_by_role("link", name="Je réserve").first.click()
    reserver(page, "Inès", "ines@exemple.fr", "Je réserve")
    assert page.get_by_role("heading", name="C'est réservé").is_visible()
    verifier(page)
    inscription = Inscription.objects.get()
    assert (inscription.adultes, inscription.enfants) == (1, 1)

    # Another family finds it full and waits.
    page.goto(f"{live_server.url}{cafe.get_absolute_url()}")
    page.get_by_role("link", name=re.compile("attente")).first.click()
    reserver(page, "Malik", "malik@exemple.fr", "Je me mets en liste d'attente")
    assert page.get_by_text("Vous êtes en tête de la liste").is_visible()

    # The confirmation holds the link and the calendar entry; by it she cancels: one tap, and one to confirm.
    confirmation, attente = distribuer()
    assert confirmation.to == ["ines@exemple.fr"]
    assert [nom for nom, _, _ in confirmation.attachments if str(nom).endswith(".ics")]
    assert attente.to == ["malik@exemple.fr"]
    page.goto(lien(confirmation))
    page.get_by_role("link", name="Je ne viendrai pas").click()
    inscription.refresh_from_db()
    assert inscription.statut == StatutInscription.CONFIRMEE  # a GET changed nothing
    page.get_by_role("button", name="Je ne viendrai pas").click()
    assert page.get_by_role("heading", name="Vous ne venez pas, c'est noté").is_visible()

    # The seat is offered to the family that waits, which says yes.
    proposition = next(m for m in distribuer() if m.to == ["malik@exemple.fr"])
    page.goto(lien(proposition))
    verifier(page)
    page.get_by_role("button", name="Oui, je viens").click()
    assert page.get_by_role("heading", name="C'est confirmé, la place est à vous").is_visible()
    distribuer()

    # Two days before the start it is reminded, and three hours before; once each, never after.
    rappels: list[tuple[timedelta, list[str]]] = []
    for avant in (timedelta(hours=49), timedelta(hours=47), timedelta(hours=46), timedelta(hours=2), timedelta(0)):
        le = cafe.debut - avant
        deposer_rappels(maintenant=le)
        rappels += [(avant, list(message.to)) for message in distribuer(le)]
    assert rappels == [
        (timedelta(hours=47), ["malik@exemple.fr"]),
        (timedelta(hours=2), ["malik@exemple.fr"]),
    ]
    assert not any("café" in str(message.subject).lower() for message in mail.outbox)
