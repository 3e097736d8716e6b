"""The staff's pages in a real browser: the strict policy holds on every one, and axe finds nothing.

The crawl follows the links that a person finds from "Ma journée", once a kind of page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import resolve, reverse

from tests.droits import regles as r
from tests.droits.monde import Monde

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True)

TABLETTE = {"width": 768, "height": 1024}
# No page: they sign out, or answer with a file.
SANS_PAGE = ("/logout/", ".pdf", "/fichier/", ".ics")


def genre(adresse: str) -> str:
    """The kind of page that an address is of, whatever the row."""
    return resolve(urlsplit(adresse).path).view_name or urlsplit(adresse).path


@pytest.mark.parametrize("personne", [r.RESPONSABLE, r.ADMINISTRATEUR])
def test_the_policy_holds_and_axe_finds_nothing_on_a_crawl(
    live_server: Any,
    ouvrir_contexte: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
    personne: str,
) -> None:
    """`ouvrir_contexte` fails on a refusal of the policy, an error of a script or another host."""
    monde = Monde()
    contexte = ouvrir_contexte(viewport=TABLETTE)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": monde.sessions[personne], "url": live_server.url}
    contexte.add_cookies([cookie])
    page = contexte.new_page()
    equipe = reverse("admin:index")
    a_voir, vus = [equipe], set()
    while a_voir:
        adresse = a_voir.pop()
        if genre(adresse) in vus:
            continue
        vus.add(genre(adresse))
        reponse = page.goto(live_server.url + adresse)
        assert reponse is not None
        assert reponse.status == 200, adresse
        try:
            axe(page)
        except AssertionError as constat:
            raise AssertionError(f"{adresse}\n{constat}") from constat
        for lien in page.eval_on_selector_all("a[href]", "liens => liens.map(lien => lien.href)"):
            morceaux = urlsplit(lien)
            chemin = f"{morceaux.path}?{morceaux.query}" if morceaux.query else morceaux.path
            if morceaux.netloc == urlsplit(live_server.url).netloc and morceaux.path.startswith(equipe):
                if not any(fin in morceaux.path for fin in SANS_PAGE):
                    a_voir.append(chemin)
    assert len(vus) > 25, vus
