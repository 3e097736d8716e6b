from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jwt
from allauth.core.internal import jwkkit
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from allauth.idp.oidc.views import user_info
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt


def faute() -> str:
    return Path(settings.FAUTE).read_text().strip()


class Fournisseur(DefaultOIDCAdapter):
    """Adds what ProConnect says beside the standard (acr), and lies on demand."""

    def populate_id_token(
        self, id_token: dict[str, Any], client: Client, scopes: Iterable[str], **kwargs: Any
    ) -> None:
        id_token["acr"] = "eidas0" if faute() == "acr" else "eidas1"
        if faute() == "nonce":
            id_token["nonce"] = "d-une-autre-session"
        if faute() == "emetteur":
            id_token["iss"] = "https://ailleurs.exemple.fr"


@csrf_exempt
def userinfo_signe(request: HttpRequest) -> HttpResponse:
    """allauth's own answer, as the signed JWT that the State's providers give."""
    reponse = user_info(request)
    if reponse.status_code != 200 or faute() == "userinfo_en_clair":
        return reponse
    profil = json.loads(reponse.content)
    cle = Fournisseur().get_signing_key()
    jwk, privee = jwkkit.load_jwk_from_pem(cle.pem)
    if faute() == "signature":
        privee = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    profil |= {
        "iss": request.build_absolute_uri("/").rstrip("/"),
        "aud": "autre-client" if faute() == "audience" else "portail",
        "given_name": "Camille",
        "usual_name": "Démo",
    }
    if faute() == "sujet":
        profil["sub"] = "quelqu-un-d-autre"
    jeton = jwt.encode(profil, privee, algorithm="RS256", headers={"kid": jwk["kid"]})
    return HttpResponse(jeton, content_type="application/jwt")
