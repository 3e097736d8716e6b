"""Which account an identity opens: known by its `sub`, tied by its owner, never by an e-mail address alone."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from socle.comptes.equipe import est_equipe
from socle.models import Utilisateur
from socle.oidc.provider import CLE_SESSION, AdaptateurOidc

# An identity that waits in the session for its owner to prove an address (seconds).
ATTENTE, ATTENTE_MAX = "identite_a_lier", 15 * 60


class AdaptateurIdentites(DefaultSocialAccountAdapter):
    """A first sign-in with an identity ties it only to an account that is already open in this browser.

    An address in a profile is what somebody told the provider, not proof for us: whoever already has an account signs
    in as usual once, then ties the identity from "Mon compte". Nobody's account can be taken by an address.
    """

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        request.session.pop(CLE_SESSION, None)
        if sociallogin.provider.app.settings.get("familles"):
            _attendre(request, sociallogin)
            messages.info(
                request,
                _(
                    "Une seule fois : donnez votre adresse e-mail et recopiez le code qu'elle reçoit. "
                    "Ensuite, cette identité suffira."
                ),
            )
            raise ImmediateHttpResponse(redirect(reverse("account_request_login_code")))
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


def _attendre(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Keep who was identified until this browser proves an address: its `sub`, and nothing of the profile."""
    compte = sociallogin.account
    request.session[ATTENTE] = {"fournisseur": compte.provider, "sub": compte.uid, "le": time.time()}


def identite_en_attente(request: HttpRequest) -> SocialAccount | None:
    """Who was identified in this browser and waits for an address to be proved; not saved. None after its time."""
    attente = request.session.get(ATTENTE)
    if attente is None or time.time() - attente["le"] > ATTENTE_MAX:
        return None
    return SocialAccount(provider=attente["fournisseur"], uid=attente["sub"])


def oublier_en_attente(request: HttpRequest) -> None:
    """Whoever was identified before is somebody else: a computer may be shared."""
    request.session.pop(ATTENTE, None)


def lier_en_attente(request: HttpRequest, utilisateur: Utilisateur) -> None:
    """Tie the identity that waits in this browser to the account that was just opened or signed in by a code.

    Both were proved here, minutes apart, and the code's page said that they would be tied. Who comes in any other way
    was told nothing: the identity is forgotten. A team's account is tied from its own page alone, by its owner.
    """
    attente = identite_en_attente(request)
    oublier_en_attente(request)
    par_code = any(trace["method"] == "code" for trace in get_authentication_records(request, utilisateur))
    if attente is None or not par_code or est_equipe(utilisateur, le=timezone.localdate()):
        return
    compte, cree = SocialAccount.objects.get_or_create(
        provider=attente.provider, uid=attente.uid, defaults={"user": utilisateur}
    )
    if cree:
        get_adapter().send_notification_mail(
            "socialaccount/email/account_connected",
            utilisateur,
            context={"account": compte, "provider": compte.get_provider(request)},
        )


def adresse_de_fin(request: HttpRequest, *, retour: str) -> str | None:
    """Where a sign-out continues when the session was opened by an identity provider; else None."""
    ouverte = request.session.get(CLE_SESSION)
    if not ouverte:
        return None
    adaptateur = AdaptateurOidc(request, ouverte["fournisseur"])
    return adaptateur.fin_de_session(ouverte["id_token"], retour=request.build_absolute_uri(retour))
