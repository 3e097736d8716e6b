"""The staff's site crawled in a real browser, on a tablet: from "Ma journée", one page of each kind that links reach.

The strict security policy holds (the browser's fixture fails on a refusal or a script error), nothing is too wide, and
axe finds nothing to say. Found faults are told together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from maisons.enums import Role
from tests import factories as f
from tests.droits import enquetes, label
from tests.droits.monde import foyer
from tests.equipe import entrer

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.django_db(transaction=True)

TABLETTE = {"width": 768, "height": 1024}
DEBUT_DE_LISTE = "document.querySelector('#result_list')?.getBoundingClientRect().top ?? 0"
LIENS = re.compile(r'<a\b[^>]*?\shref="([^"#]+)', re.DOTALL)
# Files, and the page that signs out.
PAS_DES_PAGES = re.compile(r"\.(pdf|xlsx|csv|ods|ics|svg|png|zip|json)$|/fichier/|/logout/")


def liens(page: str, adresse: str) -> Iterator[str]:
    """The pages of the staff's site that a page leads to, with their query."""
    for lien in LIENS.findall(page):
        cible = urlsplit(urljoin(adresse, unescape(lien)))
        if not cible.netloc and cible.path.startswith("/equipe/") and not PAS_DES_PAGES.search(cible.path):
            yield cible.path + (f"?{cible.query}" if cible.query else "")


def genres(client: Client) -> Iterator[tuple[str, str]]:
    """One address of each name that this person's links lead to."""
    a_voir, vus = [reverse("admin:index")], {"admin:index"}
    while a_voir:
        adresse = a_voir.pop(0)
        reponse = client.get(adresse)
        if reponse.status_code != 200 or not reponse["Content-Type"].startswith("text/html"):
            continue
        yield resolve(urlsplit(adresse).path).view_name, adresse
        for lien in liens(reponse.content.decode(), adresse):
            try:
                nom = resolve(urlsplit(lien).path).view_name
            except Resolver404:
                nom = f"{adresse} leads nowhere: {lien}"
            if nom not in vus:
                vus.add(nom)
                a_voir.append(lien)


@pytest.mark.longue
def test_nothing_is_refused_too_wide_or_out_of_reach(
    live_server: Any, ouvrir_contexte: Callable[..., BrowserContext], client: Client
) -> None:
    departement = f.DepartementFactory(code="08")
    enquetes.questionnaire()
    label.version()
    ici = foyer("a1", departement, f.OrganisationFactory())
    personnes = [
        f.AffectationFactory(maison=ici["maison"], role=Role.RESPONSABLE).utilisateur,
        f.AffectationFactory(reseau=True).utilisateur,
    ]
    axe, fautes, vues = Axe(), [], set()
    for personne in personnes:
        entrer(client, personne)
        contexte = ouvrir_contexte(base_url=live_server.url, viewport=TABLETTE)
        cle = client.cookies[settings.SESSION_COOKIE_NAME].value
        contexte.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cle, "url": live_server.url}])
        page = contexte.new_page()
        for nom, adresse in genres(client):
            if nom in vues:
                continue
            vues.add(nom)
            reponse = page.goto(adresse)
            if reponse is None or reponse.status != 200:
                fautes.append(f"{adresse}: answered {reponse and reponse.status}")
                continue
            if (trop := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                fautes.append(f"{adresse}: {trop} px too wide")
            if (haut := page.evaluate(DEBUT_DE_LISTE)) > 800:
                fautes.append(f"{adresse}: the list begins at {haut:.0f} px, below the first screen")
            # Without its reading of style sheets, as the fixture of that name.
            trouvees = axe.run(page, options={"preload": False, "resultTypes": ["violations"]})
            fautes += [
                f"{adresse}: {violation['id']}, {noeud['target']} {noeud['html'][:160]}"
                for violation in trouvees.response["violations"]
                for noeud in violation["nodes"]
            ]
    assert not fautes, "\n".join(fautes)
    assert len(vues) > 60, sorted(vues)
