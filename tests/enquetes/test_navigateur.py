"""Surveys in a real browser: with and without JavaScript, on a tablet, from right to left; axe on each screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from enquetes import fournis
from enquetes.enums import CanalEnquete
from enquetes.models import Campagne, Reponse, ReponseEnCours
from tests.enquetes import fabrique
from tests.factories import dans

pytestmark = pytest.mark.django_db(transaction=True)

LARGEURS = (360, 768, 1280)


@pytest.fixture
def campagne() -> Campagne:
    return fabrique.campagne()


def sans_debordement(page: Any) -> None:
    for largeur in LARGEURS:
        page.set_viewport_size({"width": largeur, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (largeur, page.url)
    page.set_viewport_size({"width": 390, "height": 844})


def suivant(page: Any) -> None:
    page.locator("main form button[type=submit]").first.click()


def test_answered_with_javascript_each_screen_clean(
    page: Any, live_server: Any, campagne: Campagne, axe: Callable[[Any], None]
) -> None:
    page.goto(live_server.url + reverse("enquetes:debut", args=[fabrique.acces(campagne).code]))
    axe(page)
    suivant(page)
    for question, valeur in (("etape", "bebe"), ("freins", "distance"), ("transport", "bus"), ("note", "4")):
        page.wait_for_url(f"**/{question}/")
        axe(page)
        sans_debordement(page)
        page.locator(f"input[value='{valeur}']").check()
        suivant(page)
    page.locator("input[value=oui]").first.check()
    axe(page)
    sans_debordement(page)
    for _ in range(4):
        suivant(page)
    page.wait_for_url("**/relire/")
    axe(page)
    sans_debordement(page)
    # The browser's own way back, then forward again.
    page.go_back()
    page.wait_for_url("**/mot/")
    page.go_forward()
    suivant(page)
    page.wait_for_url("**/merci/**")
    axe(page)
    assert Reponse.objects.get().valeurs["transport"] == "bus"


def test_later_by_a_code_and_conditions_without_javascript(
    page_sans_js: Any, ouvrir_contexte: Any, live_server: Any, campagne: Campagne
) -> None:
    page = page_sans_js
    page.goto(live_server.url + reverse("enquetes:debut", args=[fabrique.acces(campagne).code]))
    suivant(page)
    page.locator("input[value=an1]").check()
    suivant(page)
    page.locator("input[value=horaires]").check()
    suivant(page)
    page.wait_for_url("**/note/")
    page.get_by_text("Continuer plus tard").click()
    code = page.locator(".code-reprise").inner_text().strip()
    autre = ouvrir_contexte(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    autre.goto(live_server.url + reverse("enquetes:reprendre"))
    autre.locator("#code").fill(code)
    suivant(autre)
    autre.wait_for_url("**/note/")
    suivant(autre)
    assert "Choisissez une réponse" in autre.locator("[role=alert]").inner_text()
    autre.locator("input[value='5']").check()
    for _ in range(5):
        suivant(autre)
    autre.wait_for_url("**/relire/")
    suivant(autre)
    autre.wait_for_url("**/merci/**")
    assert Reponse.objects.get().valeurs == {"etape": "an1", "freins": ["horaires"], "note": 5}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_tablet_returns_by_itself_and_keeps_nothing(
    ouvrir_contexte: Any, live_server: Any, campagne: Campagne, monkeypatch: pytest.MonkeyPatch, javascript: bool
) -> None:
    from enquetes.views import repondre

    monkeypatch.setattr(repondre, "BORNE_QUESTION_S", 2)
    contexte = ouvrir_contexte(viewport={"width": 768, "height": 1024}, java_script_enabled=javascript)
    page = contexte.new_page()
    debut = live_server.url + reverse("enquetes:debut", args=[fabrique.acces(campagne, CanalEnquete.BORNE).code])
    page.goto(debut)
    suivant(page)
    page.wait_for_url("**/etape/")
    laissee = page.url
    page.wait_for_url(debut, timeout=8_000)
    assert not ReponseEnCours.objects.exists()
    assert contexte.cookies() == []
    page.goto(laissee)
    assert page.url == debut


def test_arabic_from_right_to_left(page: Any, live_server: Any, axe: Callable[[Any], None]) -> None:
    version = fournis.charger(fournis.definition("besoins_parents"), departement=None, le=dans().date())
    campagne = fabrique.campagne(vers=version)
    page.goto(live_server.url + reverse("enquetes:debut", args=[fabrique.acces(campagne).code]) + "?langue=ar")
    axe(page)
    suivant(page)
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
    axe(page)
    sans_debordement(page)
    libelle = page.locator("main label").first
    coche = libelle.locator("input").bounding_box()
    assert coche["x"] > libelle.bounding_box()["x"] + libelle.bounding_box()["width"] / 2


def test_public_pages(page: Any, live_server: Any, axe: Callable[[Any], None]) -> None:
    from enquetes import publication

    campagne = fabrique.campagne(resultats_publics=True)
    fabrique.repondre_au_hasard(campagne, 60, graine=1, semaines=[fabrique.semaine(3)])
    publication.publier(campagne=campagne, maintenant=dans())
    campagne.suites.create(dit="Le samedi.", fait="Nous ouvrons le samedi.")
    for adresse in (reverse("enquetes:enquetes"), campagne.get_absolute_url(), reverse("enquetes:reprendre")):
        page.goto(live_server.url + adresse)
        axe(page)
        sans_debordement(page)
