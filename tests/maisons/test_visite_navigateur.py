"""The visit's sheet on a tablet in a real browser: the network goes away and comes back, and no word is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maisons.enums import Role
from maisons.label import candidatures, preuves
from maisons.models import Candidature, NoteVisite
from socle.models import Utilisateur
from tests.equipe import entrer
from tests.factories import MaisonFactory
from tests.maisons.test_candidatures import personne, version

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = pytest.mark.django_db(transaction=True)

TABLETTE = {"width": 768, "height": 1024}
TELEPHONE = {"width": 360, "height": 780}


@pytest.fixture
def candidature() -> Candidature:
    maison = MaisonFactory()
    le = timezone.localdate() - timedelta(days=30)
    return candidatures.ouvrir(maison=maison, version=version(), par=personne(Role.PILOTE, maison), le=le)


@pytest.fixture
def pilote(candidature: Candidature) -> Utilisateur:
    return personne(Role.PILOTE, candidature.maison)


@pytest.fixture
def page(
    live_server: Any,
    pilote: Utilisateur,
    client: Client,
    ouvrir_contexte: Callable[..., BrowserContext],
) -> Page:
    entrer(client, pilote)
    contexte = ouvrir_contexte(base_url=live_server.url, viewport=TABLETTE)
    cle = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexte.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cle, "url": live_server.url}])
    return contexte.new_page()


def test_what_is_typed_without_network_leaves_when_it_is_back(
    page: Page, candidature: Candidature, pilote: Utilisateur, axe: Callable[[Page], None]
) -> None:
    premiere, seconde = candidature.evaluations.order_by("critere__rang")
    adresse = reverse("admin:maisons_candidature_visite", args=[candidature.pk])
    page.goto(adresse)
    axe(page)
    page.locator(f"[name='{premiere.pk}-texte']").fill("Écrit avec le réseau")
    page.get_by_text("Tout est enregistré.").wait_for()
    assert NoteVisite.objects.get(evaluation=premiere).texte == "Écrit avec le réseau"

    tablette = page.context
    onglet = tablette.new_page()
    onglet.goto(adresse)
    tablette.set_offline(True)
    page.locator(f"[name='{premiere.pk}-texte']").fill("Écrit avec le réseau, puis sans")
    onglet.locator(f"[name='{seconde.pk}-niveau'][value='1']").check()
    for ouverte in (page, onglet):
        ouverte.locator("#visite-etat").filter(has_text="Notes en attente : 1").wait_for()
    axe(page)
    # A second tap of the button, both pages shut: the device alone has the words, those of each page.
    page.get_by_role("button", name="Enregistrer mes notes").click()
    page.close()
    onglet.close()
    tablette.set_offline(False)
    page = tablette.new_page()
    page.goto(adresse)
    page.get_by_text("Tout est enregistré.").wait_for()
    assert NoteVisite.objects.get(evaluation=premiere).texte == "Écrit avec le réseau, puis sans"
    assert NoteVisite.objects.get(evaluation=seconde).niveau == 1
    assert page.evaluate("Object.keys(localStorage).filter((nom) => nom.startsWith('visite:'))") == []

    # Kept while nothing gets through; meanwhile the same person writes on a telephone, and then more here.
    def perdre(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.route("**/*", perdre)
    texte = f"[name='{premiere.pk}-texte']"
    page.locator(texte).fill("Depuis la")
    page.locator("#visite-etat").filter(has_text="Notes en attente : 1").wait_for()
    candidatures.noter_visite(
        evaluation=premiere, par=pilote, niveau=0, texte="Depuis le téléphone", revision=2, maintenant=timezone.now()
    )
    page.reload()
    assert page.locator(texte).input_value() == "Depuis la"
    page.locator(texte).fill("Depuis la tablette")
    page.unroute("**/*")
    page.get_by_text("Depuis le téléphone").wait_for()
    axe(page)
    assert NoteVisite.objects.get(evaluation=premiere).texte == "Depuis le téléphone"
    page.get_by_role("button", name="Garder ce que je viens d'écrire").click()
    page.get_by_text("Tout est enregistré.").wait_for()
    assert NoteVisite.objects.get(evaluation=premiere).texte == "Depuis la tablette"

    # Signed out, then in again elsewhere: the page says how its words leave.
    session = tablette.cookies()
    tablette.clear_cookies()
    page.locator(texte).fill("Depuis la tablette, enfin")
    page.get_by_text("puis rechargez cette page").wait_for()
    tablette.add_cookies(session)  # type: ignore[arg-type]
    page.reload()
    page.get_by_text("Tout est enregistré.").wait_for()
    assert NoteVisite.objects.get(evaluation=premiere).texte == "Depuis la tablette, enfin"


def test_every_page_holds_on_the_screen_and_axe_finds_nothing(
    page: Page, candidature: Candidature, axe: Callable[[Page], None]
) -> None:
    evaluation = candidature.evaluations.order_by("pk")[0]
    preuves.ajouter_constat(
        evaluation=evaluation,
        intitule="Affiché à l'accueil",
        datee_du=timezone.localdate(),
        par=personne(Role.RESPONSABLE, candidature.maison),
        maintenant=timezone.now(),
    )
    adresses = (
        reverse("admin:maisons_candidature_change", args=[candidature.pk]),
        reverse("admin:maisons_candidature_critere", args=[candidature.pk, evaluation.pk]),
        reverse("admin:maisons_candidature_add"),
        reverse("admin:maisons_versionreferentiel_change", args=[candidature.version_id]),
        reverse("admin:maisons_valeurindicateur_changelist"),
    )
    for viewport in (TABLETTE, TELEPHONE):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for adresse in adresses:
            page.goto(adresse)
            axe(page)
            assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), (
                adresse
            )
