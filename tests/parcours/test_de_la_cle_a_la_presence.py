"""A working day on a tablet: in by a passkey, somebody phones, people come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from ateliers.enums import CanalInscription, Presence
from ateliers.models import Inscription
from tests.comptes.test_connexion import responsable
from tests.factories import SeanceFactory, dans

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True)


def cle_virtuelle(page: Page) -> None:
    """A key of the device itself, which recognises its owner (Chromium's virtual authenticator)."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_in_by_passkey_a_caller_is_registered_and_comes(
    ouvrir_contexte: Callable[..., BrowserContext], live_server: Any, settings: Any
) -> None:
    # The test server speaks http.
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    personne = responsable()
    seance = SeanceFactory(lieu__maison=personne.affectations.get().maison, debut=dans(minutes=20))
    page = ouvrir_contexte(base_url=live_server.url, viewport={"width": 768, "height": 1024}).new_page()
    cle_virtuelle(page)

    page.goto("/equipe/")
    page.get_by_label("Adresse e-mail").fill(personne.email)
    page.get_by_label("Mot de passe", exact=True).fill("secret")
    page.get_by_role("button", name="Je me connecte").click()
    page.get_by_role("link", name="J'utilise une clé d'accès").click()
    page.get_by_label("Nom de cette clé").fill("Tablette de l'accueil")
    page.get_by_role("button", name="J'ajoute la clé").click()
    page.wait_for_url("**/recovery-codes/")
    assert Authenticator.objects.filter(user=personne, type="webauthn").exists()

    # Another morning: the key alone opens the day.
    page.context.clear_cookies()
    page.goto("/equipe/")
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    page.get_by_role("heading", name="Ma journée").wait_for()
    page.get_by_role("button", name="Inscrire", exact=True).click()
    page.get_by_label("Prénom").fill("Lou")
    page.get_by_label("E-mail ou mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="Inscrire", exact=True).click()
    page.get_by_text("Lou a sa place. Un SMS part tout de suite.").wait_for()
    page.goto(reverse("admin:ateliers_seance_presences", args=[seance.pk]))
    page.get_by_role("button", name="Là : Lou").click()
    page.get_by_role("button", name="Défaire : Lou").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    venue = Inscription.objects.get(seance=seance)
    assert (venue.canal, venue.presence) == (CanalInscription.TELEPHONE, Presence.PRESENTE)
