"""Who works for the network, and whether this session proved it by two factors."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from socle.models import Utilisateur

Appartenance = Callable[[Utilisateur, date], bool]

_APPARTENANCES: list[Appartenance] = []

FACTEURS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What somebody signed in with a moment ago need not be asked for again (seconds).
RECENT = 300


def enregistrer_appartenance(appartenance: Appartenance) -> None:
    """An upper room says who else is of the teams (whoever holds a running assignment)."""
    _APPARTENANCES.append(appartenance)


def est_equipe(utilisateur: Utilisateur, *, le: date) -> bool:
    """Whether a person's account opens the staff's site, or would: the rules of the teams' accounts are theirs.

    Always asks everything: an answer takes the same work for everybody, an account that does not exist included.
    """
    reponses = [appartenance(utilisateur, le) for appartenance in _APPARTENANCES]
    return any(reponses) or utilisateur.is_staff


def dispense(utilisateur: Utilisateur) -> bool:
    """The accounts a demonstration prints do without a second factor.

    Both settings are written in portail/settings/demo.py alone, and read from no environment.
    """
    domaine: str = settings.DOMAINE_DEMO if settings.DEMO else ""
    return bool(domaine and utilisateur.email.endswith(f"@{domaine}"))


def a_un_facteur(utilisateur: Utilisateur) -> bool:
    return bool(Authenticator.objects.filter(user=utilisateur, type__in=FACTEURS).exists())


def deux_facteurs(request: HttpRequest) -> bool:
    """Whether the person signed in by two factors in this very session, or is let off."""
    if not isinstance(request.user, Utilisateur):
        return False
    return dispense(request.user) or any(
        trace.get("method") == "mfa" for trace in get_authentication_records(request, request.user)
    )


def noter_second_facteur(request: HttpRequest, authentificateur: Authenticator) -> None:
    """A factor that was just set up has just been proved: its code is not asked for twice."""
    record_authentication(
        request,
        authentificateur.user,
        "mfa",
        id=authentificateur.pk,
        type=authentificateur.type,
        reauthenticated=True,
    )


def oublier_second_facteur(request: HttpRequest) -> None:
    traces = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [t for t in traces if t.get("method") != "mfa"]


def vient_de_se_connecter(request: HttpRequest) -> bool:
    """Signed in by password or factor in the last minutes."""
    if not isinstance(request.user, Utilisateur):
        return False
    return any(
        trace.get("method") in {"password", "mfa"} and time.time() - trace.get("at", 0) < RECENT
        for trace in get_authentication_records(request, request.user)
    )
