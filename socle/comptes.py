from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from socle.oidc.liaison import adresse_de_fin


class AdaptateurComptes(DefaultAccountAdapter):
    """Accounts are opened by invitation: nobody signs up alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Home, by way of the identity provider that opened the session."""
        accueil: str = super().get_logout_redirect_url(request)
        return adresse_de_fin(request, retour=accueil) or accueil
