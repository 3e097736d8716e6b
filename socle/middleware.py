from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from socle import historique
from socle.comptes import sessions
from socle.comptes.equipe import a_un_facteur, deux_facteurs, est_equipe
from socle.models import Utilisateur


class EntetesMiddleware:
    """Headers that every answer bears beside the CSP: no sensor, and no copy of a page made for one person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"
        )
        return response


class HistoriqueMiddleware:
    """Whatever a request changes bears, in the history, who asked for it and on which page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def qui() -> dict[str, Any]:
            page = request.resolver_match.view_name if request.resolver_match else ""
            # Without the cookie nobody is signed in, and no session is read. Someone may sign in meanwhile.
            connu = settings.SESSION_COOKIE_NAME in request.COOKIES or "user" in request.__dict__
            return {"utilisateur": request.user.pk if connu else None, "page": page}

        with historique.contexte(qui):
            return self.get_response(request)


class SessionsMiddleware:
    """Ends sessions that were left alone or open for too long, and keeps the staff's site for two factors.

    Where a person has none yet, they are led to set one up; nothing of /equipe/ answers before, not even a 404.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.equipe = reverse_lazy("admin:index")
        self.libres = {reverse_lazy("admin:login"), reverse_lazy("admin:logout")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the cookie nothing is read, so that public pages stay the same for everybody.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            maintenant = timezone.now()
            if sessions.est_finie(request, maintenant=maintenant):
                logout(request)
                messages.info(request, _("Votre session s'est terminée. Reconnectez-vous pour continuer."))
            else:
                sessions.noter_passage(request, maintenant=maintenant)
        if request.path.startswith(str(self.equipe)) and request.path not in {str(libre) for libre in self.libres}:
            utilisateur = request.user
            if (
                isinstance(utilisateur, Utilisateur)
                and not deux_facteurs(request)
                and est_equipe(utilisateur, le=timezone.localdate())
            ):
                return self._vers_second_facteur(request, utilisateur)
        return self.get_response(request)

    def _vers_second_facteur(self, request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
        if not a_un_facteur(utilisateur):
            return redirect("proteger_compte")
        suite = request.get_full_path() if request.method == "GET" else str(self.equipe)
        methodes = get_adapter(request).get_reauthentication_methods(utilisateur)
        second = next(m["url"] for m in methodes if m["id"].startswith("mfa_"))
        return redirect(f"{second}?{urlencode({'next': suite})}")
