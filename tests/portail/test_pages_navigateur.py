"""The pages in a real browser: with and without JavaScript, on a phone, seen by axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from pytest_django.live_server_helper import LiveServer

from maisons.enums import Action
from tests.factories import CommuneFactory, LieuFactory, PlageOuvertureFactory, SeanceFactory

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maison() -> str:
    CommuneFactory()
    CommuneFactory(code_insee="08403", nom="Sault-lès-Rethel", population=1900)
    lieu = LieuFactory(
        maison__nom="Maison de Rethel",
        maison__slug="rethel",
        maison__labellisee=True,
        maison__actions=[Action.GROUPE_PAIRS],
        maison__presentation="Un lieu </script> pour vous.",
    )
    PlageOuvertureFactory(lieu=lieu)
    SeanceFactory(lieu=lieu, titre="Café des parents")
    LieuFactory(maison__nom="Maison de Marseille", latitude=43.3, longitude=5.4)
    return lieu.maison.slug


@pytest.mark.parametrize(
    "adresse",
    [
        "/",
        "/?lieu=Rethel",
        "/?lieu=08300",
        "/maisons/",
        "/maisons/?lieu=Zzz",
        "/maisons/rethel/",
        "/groupes/?lieu=Rethel",
        "/professionnels/",
        "/besoin-d-aide/",
        "/mentions-legales/",
        "/confidentialite/",
        "/accessibilite/",
        "/en/maisons/rethel/",
    ],
)
def test_axe_finds_nothing_and_nothing_overflows(
    page: Page, axe: Callable[[Page], None], live_server: LiveServer, maison: str, adresse: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + adresse)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_structured_data_is_read_but_never_run(page: Page, live_server: LiveServer, maison: str) -> None:
    """The strict policy lets the data block be; the fixture fails on any refusal or script error."""
    page.goto(f"{live_server.url}/maisons/{maison}/")
    donnees = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
    assert donnees["description"] == "Un lieu </script> pour vous."


def chercher(page: Page, live_server: LiveServer) -> None:
    """From the home page to a house, by postcode."""
    page.goto(live_server.url)
    page.get_by_label("Votre commune ou votre code postal").fill("08300")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("heading", name="Prochaines activités près de Rethel (08300)").wait_for()
    page.get_by_role("link", name="Maison de Rethel").first.click()
    page.get_by_role("heading", name="Maison de Rethel", level=1).wait_for()


def test_a_house_is_found_by_postcode(page: Page, live_server: LiveServer, maison: str) -> None:
    chercher(page, live_server)


def test_a_house_is_found_without_javascript(page_sans_js: Page, live_server: LiveServer, maison: str) -> None:
    chercher(page_sans_js, live_server)


def test_the_list_is_narrowed_in_place_and_the_map_follows(page: Page, live_server: LiveServer, maison: str) -> None:
    page.goto(f"{live_server.url}/maisons/")
    page.get_by_role("heading", name="2 maisons").wait_for()
    page.evaluate("window.meme_page = true")
    page.get_by_text("Affiner la liste").click()
    page.get_by_label("Seulement les maisons labellisées").check()
    page.get_by_role("heading", name="1 maison").wait_for()
    assert "label=on" in page.url
    assert page.evaluate("window.meme_page")
    page.get_by_role("button", name="Voir la carte").click()
    page.get_by_role("button", name="Maison de Rethel").click()
    page.locator(".leaflet-popup a", has_text="Maison de Rethel").wait_for()
    assert page.locator(".plan__repere").count() == 1


def test_the_position_is_asked_only_when_tapped_and_roughly_sent(
    ouvrir_contexte: Callable[..., BrowserContext], live_server: LiveServer, maison: str
) -> None:
    contexte = ouvrir_contexte(geolocation={"latitude": 49.512345, "longitude": 4.371234}, permissions=["geolocation"])
    page = contexte.new_page()
    page.goto(live_server.url)
    assert "lat" not in page.url
    page.get_by_role("button", name="Utiliser ma position").click()
    page.get_by_role("heading", name="Prochaines activités près de votre position").wait_for()
    assert "lat=49.51&lon=4.37" in page.url
    assert contexte.cookies() == []
