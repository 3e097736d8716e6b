"""A facilitator composes a group and plans its meetings in a real browser, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ateliers.enums import StatutDemande, StatutMembre
from ateliers.models import Composition, DemandeGroupe, GroupePairs, MembreGroupe
from maisons.models import Lieu
from tests.equipe import entrer
from tests.factories import AffectationFactory, DemandeGroupeFactory, LieuFactory, MembreGroupeFactory, dans

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True)

TELEPHONE = {"width": 360, "height": 800}


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """As for the other pages of the team: without reading the admin's style sheets."""
    from axe_playwright_python.sync_playwright import Axe

    engine = Axe()

    def verifier(page: Page) -> None:
        trouve = engine.run(page, options={"preload": False})
        assert trouve.violations_count == 0, trouve.generate_report()
        debord = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert debord <= 0, f"{page.url}: {debord} px too wide"

    return verifier


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory()
    for n in range(9):
        DemandeGroupeFactory(
            maison=lieu.maison, repere=dans(days=40 + n).date(), est_ne=False, prenom=f"Fatou-{n}", jumeaux=n == 8
        )
    DemandeGroupeFactory(maison=lieu.maison, repere=dans(days=-200).date(), prenom="Awa")
    return lieu


@pytest.mark.parametrize("javascript", [True, False])
def test_compose_move_validate_and_plan(
    live_server: Any,
    lieu: Lieu,
    client: Client,
    ouvrir_contexte: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
    javascript: bool,
) -> None:
    entrer(client, AffectationFactory(maison=lieu.maison).utilisateur)
    contexte = ouvrir_contexte(base_url=live_server.url, viewport=TELEPHONE, java_script_enabled=javascript)
    cle = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexte.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cle, "url": live_server.url}])
    page = contexte.new_page()

    def regarder() -> None:
        if javascript:
            axe(page)

    page.goto(reverse("admin:ateliers_demandegroupe_changelist"))
    regarder()
    page.get_by_role("link", name="Composer des groupes").click()
    regarder()
    page.get_by_role("button", name="Proposer des groupes").click()
    page.get_by_text("Restent les premières dans la file").wait_for(timeout=30_000)
    regarder()
    page.locator("label", has_text="Fatou-0").locator("input").check()
    page.get_by_label("Déplacer les familles cochées vers").select_option(label="la file d'attente")
    page.get_by_role("button", name="Déplacer").click()
    page.locator("#file", has_text="Fatou-0").wait_for()
    page.get_by_role("link", name="Valider et inviter").click()
    regarder()
    page.get_by_role("button", name="Créer les groupes et inviter").click()
    page.get_by_text("les familles sont invitées").wait_for()
    assert MembreGroupe.objects.filter(statut=StatutMembre.INVITE).count() == 8

    groupe = GroupePairs.objects.get()
    MembreGroupeFactory(groupe=groupe)
    page.goto(reverse("admin:ateliers_groupepairs_change", args=[groupe.pk]))
    regarder()
    page.get_by_role("link", name="Planifier les rencontres").click()
    regarder()
    samedi = "samedi" in groupe.particularites
    premier = dans(days=14).date()
    while (premier.weekday() == 5) is not samedi or premier.weekday() == 6:
        premier += timedelta(days=1)
    page.get_by_label("Première rencontre le").fill(premier.isoformat())
    page.get_by_label("Jusqu'au").fill((premier + timedelta(weeks=4)).isoformat())
    page.get_by_role("button", name="Voir les dates").click()
    page.get_by_text("rencontres à créer").wait_for()
    regarder()
    page.get_by_role("button", name="Créer les rencontres cochées").click()
    page.get_by_text("les membres y ont leur place").wait_for()
    assert groupe.seances.count() >= 2
    page.get_by_role("link", name="Écrire aux membres").click()
    page.get_by_role("heading", name="Écrire aux familles inscrites").wait_for()
    page.go_back()
    page.get_by_label("Ce que le groupe a fait").fill("Premier café, puis tour de présentation.")
    page.get_by_role("button", name="Noter").click()
    page.get_by_text("Premier café, puis tour de présentation.").wait_for()
    regarder()
    if javascript:
        # The pages that the way above doesn't cross.
        attend = DemandeGroupe.objects.filter(statut=StatutDemande.EN_ATTENTE).order_by("pk")[0]
        DemandeGroupe.objects.filter(pk=attend.pk).update(repere=groupe.naissances_du)
        for adresse in (
            reverse("admin:ateliers_transmettre"),
            reverse("admin:ateliers_demandegroupe_add"),
            reverse("admin:ateliers_demandegroupe_change", args=[attend.pk]),
            reverse("admin:ateliers_groupepairs_modifier", args=[groupe.pk]),
            reverse("admin:ateliers_groupepairs_clore", args=[groupe.pk]),
            reverse("admin:ateliers_composition_change", args=[Composition.objects.get().pk]),
        ):
            page.goto(adresse)
            regarder()
