"""Which account an identity opens: known by its `sub`, tied by its owner, never by an e-mail address alone."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from socle.oidc.provider import CLE_SESSION, AdaptateurOidc


class AdaptateurIdentites(DefaultSocialAccountAdapter):
    """A first sign-in with an identity ties it only to an account that is already open in this browser.

    An address in a profile is what somebody told the provider, not proof for us: whoever already has an account signs
    in as usual once, then ties the identity from "Mon compte". Nobody's account can be taken by an address.
    """

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        request.session.pop(CLE_SESSION, None)
        messages.info(
            request,
            _(
                "Cette identité n'est liée à aucun compte. Connectez-vous d'abord comme d'habitude, "
                "puis liez-la depuis votre compte."
            ),
        )
        raise ImmediateHttpResponse(redirect(reverse("account_login")))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("socialaccount_connections")


def adresse_de_fin(request: HttpRequest, *, retour: str) -> str | None:
    """Where a sign-out continues when the session was opened by an identity provider; else None."""
    ouverte = request.session.get(CLE_SESSION)
    if not ouverte:
        return None
    adaptateur = AdaptateurOidc(request, ouverte["fournisseur"])
    return adaptateur.fin_de_session(ouverte["id_token"], retour=request.build_absolute_uri(retour))
