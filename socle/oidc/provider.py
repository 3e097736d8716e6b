"""ProConnect (staff) and FranceConnect (parents) as allauth providers, beyond what allauth's own one checks.

Added to allauth's OpenID Connect: a nonce bound to the browser's session, the asked level of assurance (acr) checked
in the answer, userinfo as a signed JWT, every signature verified, nothing taken from the query string, and the end of
the provider's session when the portal's ends. Each is an app of SOCIALACCOUNT_PROVIDERS["identite_publique"].
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from socle.oidc.jetons import JetonRefuse, verifier

# What the end of the session needs later: the ID token, and whose it is.
CLE_SESSION = "oidc"


class AdaptateurOidc(OpenIDConnectOAuth2Adapter):
    """One exchange with a provider. `etat` is what the callback found in the session for this answer."""

    etat: Mapping[str, Any] | None = None

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Who signed in. Raises JetonRefuse unless every token is signed, ours, fresh and of the level asked."""
        configuration = self.openid_config
        commun = {
            "cles_url": configuration["jwks_uri"],
            "emetteur": configuration["issuer"],
            "audience": app.client_id,
        }
        brut = kwargs["response"].get("id_token")
        if not brut:
            raise JetonRefuse("No ID token.")
        id_token = verifier(brut, requis=("sub", "nonce", "iat"), **commun)
        attendu = (self.etat or {}).get("nonce") or ""
        if not attendu or not secrets.compare_digest(str(id_token["nonce"]), attendu):
            raise JetonRefuse("Wrong nonce.")
        self._verifier_niveau(app, id_token)
        userinfo = self._userinfo(app, token, commun)
        if userinfo.get("sub") != id_token["sub"]:
            # OpenID Connect Core §5.3.2: else the profile of somebody else could be slipped in.
            raise JetonRefuse("Userinfo of another subject.")
        request.session[CLE_SESSION] = {"fournisseur": app.provider_id, "id_token": brut}
        return self.get_provider().sociallogin_from_response(request, {"userinfo": userinfo, "id_token": id_token})

    def _verifier_niveau(self, app: SocialApp, id_token: Mapping[str, Any]) -> None:
        acceptes = app.settings.get("acr_acceptes") or []
        if acceptes and id_token.get("acr") not in acceptes:
            raise JetonRefuse("Level of assurance too low.")

    def _userinfo(self, app: SocialApp, token: SocialToken, commun: Mapping[str, Any]) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            reponse = session.get(self.profile_url, headers={"Authorization": f"Bearer {token.token}"})
            reponse.raise_for_status()
        type_recu = reponse.headers.get("content-type", "").partition(";")[0].strip().lower()
        if type_recu != "application/jwt":
            raise JetonRefuse("Userinfo is not signed.")
        # A signed userinfo answer need not carry a time: it came over our own call a moment ago.
        return verifier(reponse.text.strip(), requis=("sub",), expire=False, **commun)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        chemin = reverse("identite_publique_callback", kwargs={"provider_id": self.provider_id})
        return str(build_absolute_uri(request, chemin, self.redirect_uri_protocol))

    def fin_de_session(self, id_token: str, *, retour: str) -> str | None:
        """Where to send the browser to end the provider's own session (RP-Initiated Logout 1.0 §2)."""
        adresse = self.openid_config.get("end_session_endpoint")
        if not adresse:
            return None
        parametres = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": retour,
            "state": secrets.token_urlsafe(24),
        }
        return f"{adresse}?{urlencode(parametres)}"


class IdentitePubliqueProvider(OpenIDConnectProvider):
    id = "identite_publique"
    name = "Identité publique"
    oauth2_adapter_class = AdaptateurOidc
    supports_token_authentication = False
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return ["openid", "given_name", "usual_name", "email"]

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        # allauth would add what the query string holds: anybody's link could lower the level asked.
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(32)
        parametres = kwargs.pop("auth_params", None) or self.get_auth_params()
        parametres["nonce"] = nonce
        if acr := self.app.settings.get("acr_values"):
            parametres["acr_values"] = acr
        reponse: HttpResponse = super().redirect(
            request, process, next_url=next_url, data=data, auth_params=parametres, nonce=nonce, **kwargs
        )
        return reponse

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        profil = data["userinfo"]
        return {
            "email": profil.get("email"),
            "first_name": profil.get("given_name", ""),
            "last_name": profil.get("usual_name") or profil.get("family_name", ""),
        }

    def verify_token(self, request: HttpRequest, token: Any) -> SocialLogin:
        # No session, no nonce: there is no safe way in by a token alone.
        raise PermissionDenied


provider_classes = [IdentitePubliqueProvider]
