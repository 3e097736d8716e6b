"""How long a session lives: teams share computers, parents keep their own telephone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest

from socle.models import Utilisateur

OUVERTE, VUE = "session_ouverte", "session_vue"
# Writing the time of every click would write a row for every click.
PAS = 60
CONNEXION_PAS = timedelta(days=1)


def ouvrir(request: HttpRequest, *, maintenant: datetime) -> None:
    """Start counting, when somebody has signed in."""
    instant = int(maintenant.timestamp())
    request.session[OUVERTE] = request.session[VUE] = instant
    # A team member's cookie goes with the browser; the server keeps its own count anyway.
    request.session.set_expiry(0 if _equipe(request) else settings.SESSION_FAMILLE_INACTIVITE)


def est_finie(request: HttpRequest, *, maintenant: datetime) -> bool:
    """Whether nobody used this session for too long, or it was open for too long."""
    instant = int(maintenant.timestamp())
    vue = request.session.get(VUE, instant)
    if not _equipe(request):
        return bool(instant - vue > settings.SESSION_FAMILLE_INACTIVITE)
    ouverte = request.session.get(OUVERTE, instant)
    return bool(
        instant - vue > settings.SESSION_EQUIPE_INACTIVITE or instant - ouverte > settings.SESSION_EQUIPE_MAXIMUM
    )


def noter_passage(request: HttpRequest, *, maintenant: datetime) -> None:
    """Somebody is there: the count of inactivity starts again."""
    instant = int(maintenant.timestamp())
    if OUVERTE not in request.session:
        request.session[OUVERTE] = instant
    if instant - request.session.get(VUE, 0) >= PAS:
        request.session[VUE] = instant
        _noter_connexion(request, maintenant=maintenant)


def _noter_connexion(request: HttpRequest, *, maintenant: datetime) -> None:
    """A session that never ends is a connection all the same: what goes after two years without one counts on it."""
    utilisateur = request.user
    if not isinstance(utilisateur, Utilisateur):
        return
    if utilisateur.last_login is None or maintenant - utilisateur.last_login >= CONNEXION_PAS:
        utilisateur.last_login = maintenant
        utilisateur.save(update_fields=["last_login"])


def fin_au_plus_tard(request: HttpRequest) -> datetime | None:
    """When a team member's session ends, however busy; None for others."""
    if not _equipe(request):
        return None
    ouverte = request.session.get(OUVERTE, time.time())
    return datetime.fromtimestamp(ouverte, tz=UTC) + timedelta(seconds=settings.SESSION_EQUIPE_MAXIMUM)


def fermer_les_autres(request: HttpRequest, utilisateur: Utilisateur) -> None:
    """End every session of this account but this one, on every device."""
    Utilisateur.objects.filter(pk=utilisateur.pk).update(version_sessions=F("version_sessions") + 1)
    utilisateur.refresh_from_db(fields=["version_sessions"])
    update_session_auth_hash(request, utilisateur)


def purger(*, maintenant: datetime) -> int:
    """Forget the sessions that nobody can use any more; how many."""
    supprimees, _detail = Session.objects.filter(expire_date__lte=maintenant).delete()
    return supprimees


def _equipe(request: HttpRequest) -> bool:
    return isinstance(request.user, Utilisateur) and request.user.is_staff
