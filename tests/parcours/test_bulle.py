"""A parent finds the next stop without JavaScript; the team says it is late from a phone, and the parent reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from maisons.enums import Role
from maisons.messages import lien_suivi
from socle.composition import composer_courriel
from socle.models import Message
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    ArretFactory,
    CommuneFactory,
    InscriptionFactory,
    PartenaireFactory,
    PermanenceFactory,
    SeanceFactory,
    SuiviFactory,
)

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_next_stop_near_me_is_found_and_followed_without_javascript(
    page_sans_js: Page, live_server: LiveServer
) -> None:
    page = page_sans_js
    CommuneFactory()
    ArretFactory()
    page.goto(f"{live_server.url}/maisons/")
    page.get_by_role("link", name="où est la Bulle ?", exact=True).click()
    page.get_by_label("Votre commune ou votre code postal").fill("08300")
    page.get_by_role("button", name="Voir le prochain arrêt").click()
    page.get_by_role("heading", name="Le prochain arrêt près de Rethel (08300)").wait_for()
    page.get_by_role("link", name="Me prévenir").click()
    page.get_by_label("Votre e-mail ou votre mobile").fill("ines@exemple.fr")
    page.get_by_role("button", name="Prévenez-moi").click()
    page.get_by_text("Encore un geste").wait_for()
    lien = Message.objects.get().contexte["lien"].split("/s/")[1]
    page.goto(f"{live_server.url}/s/{lien}")
    page.get_by_role("button", name="Oui, prévenez-moi").click()
    page.get_by_text("C'est noté").wait_for()
    page.get_by_role("button", name="Ne plus me prévenir").click()
    page.get_by_role("heading", name="Vous n'êtes plus prévenu").wait_for()


@pytest.mark.parametrize("js", [True, False])
def test_late_in_two_taps_on_a_phone_and_each_person_reads_it_once(
    ouvrir_contexte: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
    live_server: LiveServer,
    client: Client,
    js: bool,
) -> None:
    arret = ArretFactory(en_cours=True)
    seance = SeanceFactory(lieu=arret.lieu, debut=arret.fin - timedelta(minutes=30), fin=arret.fin)
    InscriptionFactory(seance=seance, email="ines@exemple.fr", telephone="")
    SuiviFactory(commune=arret.lieu.commune, destinataire="ines@exemple.fr")
    SuiviFactory(commune=arret.lieu.commune, destinataire="noe@exemple.fr")
    entrer(client, AffectationFactory(maison=arret.equipage.maison, role=Role.ANIMATEUR).utilisateur)
    contexte = ouvrir_contexte(viewport={"width": 360, "height": 740}, java_script_enabled=js)
    contexte.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = contexte.new_page()
    page.goto(f"{live_server.url}/equipe/maisons/arret/route/")
    if js:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for _ in range(2):
        page.locator("summary", has_text="En retard").click()
        page.get_by_role("button", name="20 min").click()
        page.get_by_text("20 min de retard annoncées").first.wait_for()
    page.get_by_text("personne n'est prévenu deux fois").wait_for()
    messages = {m.destinataire: composer_courriel(m) for m in Message.objects.all()}
    assert set(messages) == {"ines@exemple.fr", "noe@exemple.fr"}
    assert "Votre réservation tient toujours" in messages["ines@exemple.fr"].body
    assert "environ 20 minutes de retard" in messages["noe@exemple.fr"].body
    assert Message.objects.count() == 2


def test_axe_finds_nothing_and_nothing_overflows(
    page: Page, axe: Callable[[Page], None], live_server: LiveServer
) -> None:
    """Stops, following them, the directory, childcare and its form: one phone walks through all."""
    CommuneFactory()
    arret = ArretFactory(retard_minutes=20)
    ArretFactory(equipage=arret.equipage, lieu=arret.lieu, annule=True)
    PermanenceFactory(partenaire=PartenaireFactory(commune=arret.lieu.commune, langues=["ar"]))
    accueil = SeanceFactory(accueil_ponctuel=True)
    suivi = lien_suivi(SuiviFactory(commune=arret.lieu.commune)).partition("/s/")[2]
    page.set_viewport_size({"width": 320, "height": 640})
    for adresse in (
        "/ou-est-la-bulle/",
        "/ou-est-la-bulle/?lieu=Rethel",
        "/suivre/08362/",
        f"/s/{suivi}",
        "/partenaires/",
        "/accueil-ponctuel/?lieu=Rethel",
        f"{accueil.get_absolute_url()}inscription/",
    ):
        page.goto(live_server.url + adresse)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, adresse


def test_axe_finds_nothing_on_the_team_s_own_pages(
    ouvrir_contexte: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
    live_server: LiveServer,
    client: Client,
) -> None:
    arret = ArretFactory()
    accueil = SeanceFactory(accueil_ponctuel=True, lieu=arret.lieu)
    PermanenceFactory(lieu=arret.lieu)
    entrer(client, AffectationFactory(maison=arret.equipage.maison, role=Role.RESPONSABLE).utilisateur)
    contexte = ouvrir_contexte(viewport={"width": 768, "height": 1024})
    contexte.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = contexte.new_page()
    for nom, *arguments in (
        ("maisons_couverture",),
        ("partenaires_orientation_changelist",),
        ("ateliers_seance_inscrire", accueil.pk),
    ):
        page.goto(live_server.url + reverse(f"admin:{nom}", args=arguments))
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 768, nom
