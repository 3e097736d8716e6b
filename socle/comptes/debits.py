"""How often one may try to get in. Counted in PostgreSQL (socle/quotas.py): it holds with the cache down.

Every answer is the same whether the account exists or not: what is counted is what was typed.

Nobody is locked out by somebody else: a browser in which a person has signed in before keeps a signed cookie for that
address, and its attempts are counted apart from those of the rest of the world (OWASP, "device cookies"). A passkey
is not counted at all: there is nothing to guess.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from socle.quotas import adresse_client, consommer, oublier, rendre

# Failures in the running hour. A whole house is behind one network address.
ECHECS_PAR_ADRESSE = 100
ECHECS_PAR_COMPTE = 20
ECHECS_PAR_APPAREIL = 20
CODES_FAUX_PAR_COMPTE = 15
MOTS_DE_PASSE_FAUX_EN_SESSION = 10
# Requests in the running hour, whether they were of use or not.
DEMANDES_PAR_ADRESSE = 40
DEMANDES_PAR_COMPTE = 5
INVITATIONS_PAR_AUTEUR = 60

COOKIE_APPAREIL = "appareil"
_SEL = "socle.comptes.appareil"
_DUREE_APPAREIL = 180 * 24 * 3600
_COMPTES_PAR_APPAREIL = 8


@dataclass(frozen=True)
class Essai:
    """Attempts that were counted; `reussi` gives them back: only failures wear a limit out."""

    comptes: tuple[tuple[str, str], ...]
    maintenant: datetime

    def reussi(self) -> None:
        for usage, origine in self.comptes:
            rendre(usage=usage, origine=origine, maintenant=self.maintenant)


def essayer_connexion(request: HttpRequest, email: str, *, maintenant: datetime) -> Essai | None:
    """Count one sign-in by password before it is tried; None when it is one too many."""
    email = email.strip().lower()
    appareil = _appareil(request, email)
    if appareil:
        limites = [("connexion_appareil", appareil, ECHECS_PAR_APPAREIL)]
    else:
        limites = [("connexion_compte", email, ECHECS_PAR_COMPTE)]
        if adresse := adresse_client(request):
            limites.append(("connexion_adresse", adresse, ECHECS_PAR_ADRESSE))
    permis = [consommer(usage=u, origine=o, limite=limite, maintenant=maintenant) for u, o, limite in limites]
    return Essai(tuple((u, o) for u, o, _ in limites), maintenant) if all(permis) else None


def essayer_code(utilisateur_id: int, *, maintenant: datetime) -> Essai | None:
    """Count one code of a second factor, from whoever already gave the password."""
    return _essayer("second_facteur", str(utilisateur_id), CODES_FAUX_PAR_COMPTE, maintenant=maintenant)


def essayer_mot_de_passe(utilisateur_id: int, *, maintenant: datetime) -> Essai | None:
    """Count one current password typed by somebody who is signed in."""
    return _essayer("mot_de_passe", str(utilisateur_id), MOTS_DE_PASSE_FAUX_EN_SESSION, maintenant=maintenant)


def demande_permise(request: HttpRequest, usage: str, email: str, *, maintenant: datetime) -> bool:
    """Count one request for a code or for a new password."""
    limites = [(f"{usage}_compte", email.strip().lower(), DEMANDES_PAR_COMPTE)]
    if adresse := adresse_client(request):
        limites.append((f"{usage}_adresse", adresse, DEMANDES_PAR_ADRESSE))
    permis = [consommer(usage=u, origine=o, limite=limite, maintenant=maintenant) for u, o, limite in limites]
    return all(permis)


def invitation_permise(auteur_id: int, *, maintenant: datetime) -> bool:
    return consommer(usage="invitation", origine=str(auteur_id), limite=INVITATIONS_PAR_AUTEUR, maintenant=maintenant)


def oublier_echecs(email: str, *, maintenant: datetime) -> None:
    """Who chose a new password through their mail box starts again."""
    oublier(usage="connexion_compte", origine=email.strip().lower(), maintenant=maintenant)


def _essayer(usage: str, origine: str, limite: int, *, maintenant: datetime) -> Essai | None:
    permis = consommer(usage=usage, origine=origine, limite=limite, maintenant=maintenant)
    return Essai(((usage, origine),), maintenant) if permis else None


# Browsers that are known


def reconnaitre_appareil(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Remember in this browser that the owner of this address signed in here."""
    connus = _connus(request)
    empreinte = _empreinte(email)
    connus = {**{e: n for e, n in connus.items() if e != empreinte}, empreinte: secrets.token_urlsafe(12)}
    connus = dict(list(connus.items())[-_COMPTES_PAR_APPAREIL:])
    response.set_cookie(
        COOKIE_APPAREIL,
        signing.dumps(connus, salt=_SEL),
        max_age=_DUREE_APPAREIL,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/compte/",
    )


def _appareil(request: HttpRequest, email: str) -> str:
    return _connus(request).get(_empreinte(email), "")


def _connus(request: HttpRequest) -> dict[str, str]:
    try:
        connus: dict[str, str] = signing.loads(
            request.COOKIES.get(COOKIE_APPAREIL, ""), salt=_SEL, max_age=_DUREE_APPAREIL
        )
    except signing.BadSignature:
        return {}
    return connus


def _empreinte(email: str) -> str:
    return salted_hmac(_SEL, email.strip().lower(), algorithm="sha256").hexdigest()[:24]
