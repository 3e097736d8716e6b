"""Planning in a real browser, with JavaScript and without; tests/droits/test_navigateur.py crawls every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ateliers.models import Serie
from maisons.enums import Role
from maisons.models import Lieu
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    AtelierFactory,
    FermetureFactory,
    InscriptionFactory,
    LieuFactory,
    MessageFactory,
    PlageOuvertureFactory,
    SeanceFactory,
    dans,
)

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True)

TABLETTE = {"width": 768, "height": 1024}


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory()
    AtelierFactory(maison=lieu.maison, titre="Portage", intervenants="Nadia")
    FermetureFactory(maison=lieu.maison)
    PlageOuvertureFactory(lieu=lieu)
    seance = SeanceFactory(lieu=lieu, debut=dans(hours=2), titre="Café des parents")
    MessageFactory(objet=InscriptionFactory(seance=seance, besoins=["poussette"]))
    InscriptionFactory(seance=seance, attente=True)
    return lieu


@pytest.fixture
def ouvrir(
    live_server: Any, lieu: Lieu, client: Client, ouvrir_contexte: Callable[..., BrowserContext]
) -> Callable[..., Page]:
    """A page of someone who directs the house, on a tablet."""

    def ouvrir(**options: Any) -> Page:
        entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        contexte = ouvrir_contexte(base_url=live_server.url, viewport=TABLETTE, **options)
        cle = client.cookies[settings.SESSION_COOKIE_NAME].value
        contexte.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cle, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


@pytest.mark.parametrize("javascript", [True, False])
def test_plan_move_and_cancel_a_series(
    ouvrir: Callable[..., Page], lieu: Lieu, axe: Callable[[Page], None], javascript: bool
) -> None:
    page = ouvrir(java_script_enabled=javascript)
    premier = timezone.localdate() + timedelta(days=14)
    page.goto(reverse("admin:index"))
    page.get_by_role("link", name="Planifier des séances").click()
    page.get_by_role("button", name="Voir les dates").click()
    page.get_by_role("alert").wait_for()

    page.get_by_label("Atelier", exact=True).select_option(label=f"Portage ({lieu.maison.nom})")
    page.get_by_label("Lieu").select_option(index=1)
    page.get_by_label("Première séance le").fill(premier.isoformat())
    page.get_by_label("À", exact=True).fill("14:00")
    page.get_by_label("ou nombre de fois").fill("3")
    page.get_by_label("Pas les jours fériés").uncheck()
    page.get_by_role("button", name="Voir les dates").click()
    page.get_by_text("3 séances à créer").wait_for()
    assert page.locator("[name=garder]").count() == 3
    if javascript:
        axe(page)
    page.locator("[name=garder]").nth(1).uncheck()
    page.get_by_role("button", name="Créer les séances cochées").click()
    page.get_by_text("2 séances créées.").wait_for()
    serie = Serie.objects.get()
    InscriptionFactory(seance=serie.seances.order_by("debut")[0])

    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Modifier", exact=True).click()
    page.get_by_label("Heure", exact=True).fill("15:30")
    page.get_by_label("toutes les séances à venir").check()
    page.get_by_role("button", name="Voir ce qui change").click()
    page.get_by_text("1 famille sera prévenue").wait_for()
    page.get_by_role("button", name="Modifier et prévenir").click()
    page.get_by_text("2 séances modifiées. 1 famille est prévenue.").wait_for()

    page.get_by_role("link", name="Annuler la séance").click()
    page.get_by_label("Motif").fill("Animatrice absente")
    page.get_by_label("toutes les séances à venir").check()
    page.get_by_role("button", name="Voir qui sera prévenu").click()
    page.get_by_role("button", name="Annuler et prévenir").click()
    page.get_by_text("2 séances annulées. 1 famille est prévenue.").wait_for()
    assert serie.seances.filter(statut="annulee").count() == 2
