from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from socle.oidc.provider import AdaptateurOidc


class RetourView(OAuth2CallbackView):
    """The callback, which hands the state found in the session (and removed from it) to the adapter."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        etat, reponse = super()._get_state(request, provider)
        self.adapter.etat = etat
        return etat, reponse


@never_cache
@login_not_required  # type: ignore[untyped-decorator]
def connexion(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _dispatch(OAuth2LoginView, request, provider_id)


@never_cache
@login_not_required  # type: ignore[untyped-decorator]
def retour(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _dispatch(RetourView, request, provider_id)


def _dispatch(vue: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        reponse: HttpResponse = vue.adapter_view(AdaptateurOidc(request, provider_id))(request)
    except SocialApp.DoesNotExist as absent:
        raise Http404 from absent
    return reponse
