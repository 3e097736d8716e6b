"""Surveys in a real browser: with and without JavaScript, on a tablet, from right to left; axe on each screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from enquetes import campagnes, construction, fournis, publication
from enquetes.enums import CanalEnquete
from enquetes.models import Campagne, Reponse, ReponseEnCours
from tests.acces import personne
from tests.enquetes import fabrique
from tests.equipe import entrer
from tests.factories import MaisonFactory, dans

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


@pytest.mark.parametrize("javascript", [True, False])
def test_later_by_a_code_and_conditions(
    ouvrir_contexte: Any, live_server: Any, campagne: Campagne, javascript: bool
) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": javascript}
    page = ouvrir_contexte(**options).new_page()
    page.goto(live_server.url + reverse("enquetes:debut", args=[fabrique.acces(campagne).code]))
    suivant(page)
    page.locator("input[value=an1]").check()
    suivant(page)
    page.locator("input[value=horaires]").check()
    suivant(page)
    page.wait_for_url("**/note/")
    page.get_by_text("Continuer plus tard").click()
    code = page.locator(".code-reprise").inner_text().strip()
    autre = ouvrir_contexte(**options).new_page()
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
    campagne = fabrique.campagne(resultats_publics=True)
    fabrique.repondre_au_hasard(campagne, 60, graine=1, semaines=[fabrique.semaine(3)])
    publication.publier(campagne=campagne, maintenant=dans())
    campagne.suites.create(dit="Le samedi.", fait="Nous ouvrons le samedi.")
    for adresse in (reverse("enquetes:enquetes"), campagne.get_absolute_url(), reverse("enquetes:reprendre")):
        page.goto(live_server.url + adresse)
        axe(page)
        sans_debordement(page)


def test_the_team_s_pages(
    client: Client, ouvrir_contexte: Any, live_server: Any, tmp_path: Path, axe: Callable[[Any], None]
) -> None:
    maison = MaisonFactory(nom="Maison Bleue")
    questionnaire = fabrique.version(departement=maison.departement)
    brouillon = construction.nouvelle_version(questionnaire=questionnaire.questionnaire)
    maisons = [maison, MaisonFactory(nom="Maison Verte")]
    passee, ouverte = (
        fabrique.campagne(vers=questionnaire, departement=maison.departement, maisons=maisons) for _ in range(2)
    )
    for campagne in (passee, ouverte):
        fabrique.repondre_au_hasard(campagne, 80, graine=1, semaines=[fabrique.semaine(3)])
    fabrique.texte(ouverte, "Plus de samedis.")
    campagnes.clore(campagne=passee)
    for campagne in (passee, ouverte):
        publication.publier(campagne=campagne, maintenant=dans())
    entrer(client, personne("pilote", maison))
    contexte = ouvrir_contexte(base_url=live_server.url)
    cle = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexte.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cle, "url": live_server.url}])
    page = contexte.new_page()
    resultats = reverse("admin:enquetes_campagne_resultats", args=[passee.pk])
    question = brouillon.questions.get(code="freins")
    for adresse in (
        reverse("admin:enquetes_questionnaire_change", args=[brouillon.questionnaire_id]),
        reverse("admin:enquetes_version_change", args=[brouillon.pk]),
        reverse("admin:enquetes_version_apercu", args=[brouillon.pk]),
        reverse("admin:enquetes_version_traduire", args=[brouillon.pk, "ar"]),
        reverse("admin:enquetes_question_change", args=[question.pk]),
        reverse("admin:enquetes_campagne_change", args=[ouverte.pk]),
        f"{resultats}?axe=maison",
        f"{resultats}?avec={ouverte.pk}",
        reverse("admin:enquetes_textelibre_changelist"),
        reverse("admin:enquetes_campagne_importer", args=[ouverte.pk]),
    ):
        page.goto(adresse)
        axe(page)
        sans_debordement(page)
    # A file with a wrong cell, then the page that says so.
    fichier = tmp_path / "reponses.xlsx"
    fichier.write_bytes(fabrique.classeur(ouverte, [{"note": 9}]))
    page.locator("input[type=file]").set_input_files(fichier)
    page.locator("button[value=verifier]").click()
    assert "note" in page.locator("tbody").inner_text()
    axe(page)
    sans_debordement(page)
