"""Passkeys in a real browser, with Chromium's virtual authenticator; the pages of an account under axe."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from socle.models import Utilisateur
from tests.comptes.test_connexion import avec_application, responsable

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def personne(settings: Any) -> Utilisateur:
    # The test server speaks http.
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    return responsable()


@pytest.fixture
def authentificateur(page: Page) -> Any:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    return cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.fixture
def entrer(page: Page, live_server: Any, personne: Utilisateur) -> Callable[[], None]:
    def entrer() -> None:
        page.goto(f"{live_server.url}/equipe/")
        page.get_by_label("Adresse e-mail").fill(personne.email)
        page.get_by_label("Mot de passe", exact=True).fill("secret")
        page.get_by_role("button", name="Je me connecte").click()

    return entrer


@pytest.mark.usefixtures("authentificateur")
def test_a_passkey_is_added_then_signs_in_alone(
    page: Page, live_server: Any, entrer: Callable[[], None], axe: Callable[[Page], None]
) -> None:
    entrer()
    page.wait_for_url("**/compte/protection/")
    axe(page)
    page.get_by_role("link", name="J'utilise une clé d'accès").click()
    axe(page)
    page.get_by_label("Nom de cette clé").fill("Ordinateur de la maison")
    page.get_by_role("button", name="J'ajoute la clé").click()
    page.wait_for_url("**/recovery-codes/")
    axe(page)
    assert Authenticator.objects.get(type="webauthn").wrap().name == "Ordinateur de la maison"
    page.goto(f"{live_server.url}/equipe/")
    assert page.url == f"{live_server.url}/equipe/"

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/equipe/maisons/maison/")
    axe(page)
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    page.wait_for_url("**/equipe/maisons/maison/")

    # After a password, it is the second factor.
    page.context.clear_cookies()
    entrer()
    page.wait_for_url("**/2fa/authenticate/")
    axe(page)
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    page.wait_for_url("**/equipe/")

    page.goto(f"{live_server.url}{reverse('mon_compte')}")
    axe(page)
    page.get_by_role("link", name="Retirer Ordinateur de la maison").click()
    axe(page)
    page.get_by_role("button", name="Je retire la clé").click()
    page.wait_for_url("**/compte/protection/")
    page.goto(f"{live_server.url}/equipe/")
    assert page.url.endswith("/compte/protection/")


def test_a_key_that_does_not_answer_is_said(page: Page, live_server: Any, personne: Utilisateur) -> None:
    page.goto(f"{live_server.url}{reverse('account_login')}")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('non')) }")
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    page.get_by_text("La clé n'a pas répondu").wait_for()


def test_an_application_without_javascript(page_sans_js: Page, live_server: Any, personne: Utilisateur) -> None:
    page = page_sans_js
    page.goto(f"{live_server.url}/equipe/")
    assert not page.get_by_role("button", name="Utiliser ma clé d'accès").is_visible()
    page.get_by_label("Adresse e-mail").fill(personne.email)
    page.get_by_label("Mot de passe", exact=True).fill("secret")
    page.get_by_role("button", name="Je me connecte").click()
    page.get_by_role("link", name="J'utilise une application").click()
    secret = page.locator(".cle-secrete").inner_text()
    page.get_by_label("Code affiché par l'application").fill(
        format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    )
    page.get_by_role("button", name="Je relie l'application").click()
    assert page.locator(".codes-secours li").count() == 10
    page.get_by_role("link", name="C'est noté, je continue").click()
    assert page.url == f"{live_server.url}/equipe/"


PAGES = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_request_login_code",
    "account_inactive",
]


@pytest.mark.parametrize("nom", PAGES)
def test_the_way_in_is_accessible(page: Page, live_server: Any, nom: str, axe: Callable[[Page], None]) -> None:
    page.goto(f"{live_server.url}{reverse(nom)}")
    axe(page)


PAGES_CONNECTEES = [
    "/compte/",
    "/compte/2fa/recovery-codes/",
    "/compte/2fa/recovery-codes/generate/",
    "/compte/2fa/totp/deactivate/",
    "/compte/2fa/reauthenticate/",
    "/compte/reauthenticate/",
    "/compte/password/change/",
    "/compte/3rdparty/",
    "/compte/logout/",
    "/equipe/maisons/invitation/",
    "/invitation/inconnue/",
]


def test_the_pages_of_an_account_are_accessible(
    page: Page, live_server: Any, client: Client, personne: Utilisateur, axe: Callable[[Page], None]
) -> None:
    RecoveryCodes.activate(avec_application(personne))
    client.force_login(personne)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([session])  # type: ignore[list-item]
    page.set_viewport_size({"width": 360, "height": 740})
    for adresse in PAGES_CONNECTEES:
        page.goto(f"{live_server.url}{adresse}")
        assert page.url == f"{live_server.url}{adresse}"
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, adresse
