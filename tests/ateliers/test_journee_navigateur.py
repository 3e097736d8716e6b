"""The day's work on a tablet in a real browser: a caller registered, attendance ticked, without JavaScript too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ateliers.models import Inscription, Passage, Seance
from ateliers.pdf import USAGE_PORTE
from socle import liens
from tests.acces import animer
from tests.equipe import entrer
from tests.factories import FamilleFactory, InscriptionFactory, SeanceFactory, dans

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True)

TABLETTE = {"width": 768, "height": 1024}
TELEPHONE = {"width": 360, "height": 780}


@pytest.fixture
def seance() -> Seance:
    seance: Seance = SeanceFactory(debut=dans(minutes=20), titre="Portage", capacite_adultes=3, capacite_enfants=3)
    InscriptionFactory(seance=seance, famille=FamilleFactory(prenom="Inès", email="ines@exemple.fr"), adultes=1)
    InscriptionFactory(seance=seance, famille__prenom="Amadou", besoins=["poussette"])
    return seance


@pytest.fixture
def ouvrir(
    live_server: Any, seance: Seance, client: Client, ouvrir_contexte: Callable[..., BrowserContext]
) -> Callable[..., Page]:
    def ouvrir(**options: Any) -> Page:
        entrer(client, animer(seance))
        contexte = ouvrir_contexte(**{"base_url": live_server.url, "viewport": TABLETTE, **options})
        cle = client.cookies[settings.SESSION_COOKIE_NAME].value
        contexte.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cle, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


def deborde(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("viewport", [TABLETTE, TELEPHONE])
def test_every_page_holds_on_the_screen_and_axe_finds_nothing(
    ouvrir: Callable[..., Page], seance: Seance, axe: Callable[[Page], None], viewport: dict[str, int]
) -> None:
    page = ouvrir(viewport=viewport)
    pages = ["/equipe/", *(reverse(f"admin:ateliers_seance_{p}", args=[seance.pk]) for p in ("inscrire", "presences"))]
    for adresse in (*pages, reverse("admin:ateliers_seance_ecrire", args=[seance.pk])):
        page.goto(adresse)
        axe(page)
        assert not deborde(page), adresse


def test_a_caller_then_the_queue(ouvrir: Callable[..., Page], seance: Seance, axe: Callable[[Page], None]) -> None:
    page = ouvrir()
    page.goto("/equipe/")
    page.get_by_role("button", name="Inscrire", exact=True).click()
    page.get_by_label("Prénom").fill("Lou")
    page.get_by_label("E-mail ou mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="Inscrire", exact=True).click()
    page.get_by_text("Lou a sa place. Un SMS part tout de suite.").wait_for()
    page.get_by_role("link", name="Inscrire quelqu'un").click()
    page.get_by_label("Prénom").fill("Malo")
    page.get_by_role("button", name="Inscrire", exact=True).click()
    page.get_by_role("heading", name="Il ne reste pas assez de places").wait_for()
    axe(page)
    page.get_by_role("button", name="Mettre en liste d'attente").click()
    page.get_by_text("Malo est en liste d'attente, en position 1").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_attendance_is_ticked_corrected_and_undone(
    ouvrir: Callable[..., Page], seance: Seance, axe: Callable[[Page], None], javascript: bool
) -> None:
    page = ouvrir(java_script_enabled=javascript)
    page.goto(reverse("admin:ateliers_seance_presences", args=[seance.pk]))
    page.get_by_role("button", name="Là : Inès").click()
    page.get_by_role("button", name="Un adulte de plus").click()
    page.locator("#totaux").get_by_text(re.compile("2.*adultes venus")).wait_for()
    page.get_by_role("button", name="Absente : Amadou").click()
    page.get_by_role("button", name="Défaire : Amadou").click()
    page.get_by_role("button", name="Excusée : Amadou").click()
    page.get_by_role("button", name="Défaire : Amadou").wait_for()
    page.locator("#passages").get_by_label("Adultes").fill("2")
    page.get_by_label("C'est leur première visite").check()
    page.get_by_role("button", name="Compter").click()
    page.locator("#totaux").get_by_text(re.compile("4.*adultes venus")).wait_for()
    if javascript:
        axe(page)
    ines, amadou = (Inscription.objects.get(prenom=prenom) for prenom in ("Inès", "Amadou"))
    assert (ines.presence, ines.adultes_presents) == ("presente", 2)
    assert amadou.presence == "excusee"
    assert Passage.objects.get().premiere_visite


def test_signed_out_meanwhile_no_other_page_lands_in_a_row(ouvrir: Callable[..., Page], seance: Seance) -> None:
    page = ouvrir()
    page.goto(reverse("admin:ateliers_seance_presences", args=[seance.pk]))
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Là : Inès").click()
    page.wait_for_url("**/compte/**")
    assert Inscription.objects.get(prenom="Inès").presence == ""


def test_at_the_door_without_javascript(
    live_server: Any, page_sans_js: Page, page: Page, seance: Seance, axe: Callable[[Page], None]
) -> None:
    adresse = live_server.url + reverse("ateliers:porte", args=[liens.signer(USAGE_PORTE, seance.pk)])
    page.goto(adresse)
    axe(page)
    page_sans_js.goto(adresse)
    page_sans_js.get_by_label("Votre e-mail ou votre mobile").fill("ines@exemple.fr")
    page_sans_js.get_by_role("button", name="Je suis là").click()
    page_sans_js.get_by_role("heading", name="Bienvenue").wait_for()
    assert Inscription.objects.get(prenom="Inès").presence == "presente"
