"""Signed answers of an identity provider (JWT, RFC 7519): read only once their signature and claims are verified."""

from __future__ import annotations

import json
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

# Asymmetric signatures only: "none" proves nothing, and an HMAC key would be our own client secret.
ALGORITHMES = ["RS256", "PS256", "ES256"]
# Seconds two clocks may differ.
DERIVE = 30


class JetonRefuse(OAuth2Error):
    """A token whose signature, issuer, audience, time or nonce is not what it must be."""


def verifier(
    jeton: str, *, cles_url: str, emetteur: str, audience: str, requis: tuple[str, ...] = (), expire: bool = True
) -> dict[str, Any]:
    """The claims of a token signed by the provider for us. Raises JetonRefuse for anything else."""
    try:
        cle = _cle(jeton, cles_url)
        revendications: dict[str, Any] = jwt.decode(
            jeton,
            key=cle,
            algorithms=ALGORITHMES,
            audience=audience,
            issuer=emetteur,
            leeway=DERIVE,
            options={"require": [*requis, *(["exp"] if expire else [])], "verify_exp": True},
        )
    except jwt.PyJWTError as erreur:
        raise JetonRefuse(str(erreur)) from erreur
    return revendications


def _cle(jeton: str, cles_url: str) -> jwt.PyJWK:
    """The provider's published key that the token says it was signed with."""
    kid = jwt.get_unverified_header(jeton).get("kid")
    with get_adapter().get_requests_session() as session:
        reponse = session.get(cles_url)
        reponse.raise_for_status()
        jeu = jwt.PyJWKSet.from_json(json.dumps(reponse.json()))
    cles = [cle for cle in jeu.keys if kid is None or cle.key_id == kid]
    if len(cles) != 1:
        raise JetonRefuse("No such key.")
    return cles[0]
