"""Signing in through a real OpenID Connect provider, in a real browser, and every lie it may be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from allauth.socialaccount.models import SocialAccount

from socle.models import Utilisateur
from tests.factories import UtilisateurFactory
from tests.oidc.conftest import Fournisseur

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fournisseur")]


@pytest.fixture
def camille() -> Utilisateur:
    return UtilisateurFactory(email="camille@exemple.fr", prenom="Camille")


@pytest.fixture
def aller(page: Page, live_server: Any) -> Callable[[str], None]:
    """Goes through the provider: the portal's button, then the provider's own sign-in when it asks for it."""

    def aller(suite: str = "") -> None:
        page.goto(f"{live_server.url}/compte/oidc/proconnect/{suite}")
        page.locator("main form button[type=submit], form[method=post] button").first.click()
        if "/compte/login" in page.url and "127.0.0.1" in page.url:
            page.get_by_label("Username").fill("camille")
            page.get_by_label("Password").fill("secret")
            page.get_by_role("button", name="Sign In").click()
        page.wait_for_url(f"{live_server.url}/**")

    return aller


@pytest.fixture
def connecte(page: Page, live_server: Any) -> Callable[[], bool]:
    def connecte() -> bool:
        from django.contrib.sessions.models import Session

        cookies = {c["name"]: c["value"] for c in page.context.cookies(live_server.url)}
        session = Session.objects.filter(pk=cookies.get("sessionid")).first()
        return session is not None and "_auth_user_id" in session.get_decoded()

    return connecte


def lier(camille: Utilisateur, ouvrir_session: Callable[[Any], None], aller: Callable[[str], None]) -> None:
    ouvrir_session(camille)
    aller("?process=connect")


class TestParcours:
    def test_tied_by_its_owner_then_signs_in_and_out_of_both(
        self,
        page: Page,
        live_server: Any,
        camille: Utilisateur,
        ouvrir_session: Callable[[Any], None],
        aller: Callable[..., None],
        connecte: Callable[[], bool],
    ) -> None:
        lier(camille, ouvrir_session, aller)
        assert SocialAccount.objects.get().user == camille
        page.context.clear_cookies()
        aller()
        assert connecte()
        # Signing out ends the provider's session as well: the next sign-in asks for the password again.
        page.goto(f"{live_server.url}/compte/logout/")
        page.locator("main form button[type=submit], form[method=post] button").first.click()
        page.wait_for_url(f"{live_server.url}/**")
        assert not connecte()
        page.goto(f"{live_server.url}/compte/oidc/proconnect/")
        page.locator("main form button[type=submit], form[method=post] button").first.click()
        page.wait_for_url("http://127.0.0.1:*/compte/login/**")

    def test_an_address_alone_opens_nobodys_account(
        self, camille: Utilisateur, aller: Callable[..., None], connecte: Callable[[], bool]
    ) -> None:
        """The provider vouches for camille@exemple.fr; the portal's account of that address stays closed."""
        aller()
        assert not connecte()
        assert not SocialAccount.objects.exists()
        assert Utilisateur.objects.count() == 1


class TestMensonges:
    @pytest.mark.parametrize(
        "faute", ["nonce", "signature", "userinfo_en_clair", "sujet", "acr", "emetteur", "audience"]
    )
    def test_a_wrong_answer_opens_nothing(
        self,
        faute: str,
        page: Page,
        fournisseur: Fournisseur,
        camille: Utilisateur,
        ouvrir_session: Callable[[Any], None],
        aller: Callable[..., None],
        connecte: Callable[[], bool],
    ) -> None:
        lier(camille, ouvrir_session, aller)
        page.context.clear_cookies()
        fournisseur.mentir(faute)
        aller()
        assert not connecte()
        fournisseur.mentir("")
        page.context.clear_cookies()
        aller()
        assert connecte()  # the control: the same way with the truth

    def test_an_answer_serves_once_and_only_in_its_own_browser(
        self,
        page: Page,
        live_server: Any,
        camille: Utilisateur,
        ouvrir_session: Callable[[Any], None],
        aller: Callable[..., None],
        connecte: Callable[[], bool],
        ouvrir_contexte: Callable[..., Any],
    ) -> None:
        lier(camille, ouvrir_session, aller)
        page.context.clear_cookies()
        retours: list[str] = []
        page.on("request", lambda requete: retours.append(requete.url) if "/retour/?" in requete.url else None)
        aller()
        assert connecte()
        page.context.clear_cookies()
        page.goto(retours[0])
        assert not connecte()
        ailleurs = ouvrir_contexte().new_page()
        ailleurs.goto(retours[0])
        assert not [c for c in ailleurs.context.cookies(live_server.url) if c["name"] == "sessionid" and c["value"]]

    def test_the_query_string_cannot_lower_what_is_asked(self, page: Page, live_server: Any) -> None:
        demandes: list[str] = []
        page.on("request", lambda requete: demandes.append(requete.url) if "/authorize" in requete.url else None)
        page.goto(f"{live_server.url}/compte/oidc/proconnect/?auth_params=acr_values%3Deidas0&scope=autre")
        page.locator("main form button[type=submit], form[method=post] button").first.click()
        assert "acr_values=eidas1" in demandes[0]
        assert "eidas0" not in demandes[0]
        assert "autre" not in demandes[0]
        assert "nonce=" in demandes[0]
        assert "code_challenge_method=S256" in demandes[0]


class TestEteint:
    def test_nothing_is_offered_until_configured(self, client: Any, settings: Any) -> None:
        settings.SOCIALACCOUNT_PROVIDERS = {"identite_publique": {"APPS": []}}
        assert client.get("/compte/oidc/proconnect/").status_code == 404
        assert client.get("/compte/oidc/proconnect/retour/?code=x&state=y").status_code == 404
