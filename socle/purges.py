"""How the rows of this room go when they are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from socle import boite_envoi, exports, historique, lectures, quotas
from socle.comptes import sessions
from socle.conservation import purge
from socle.enums import StatutMessage
from socle.models import Message


@purge("messages")
def messages(avant: datetime, maintenant: datetime, nombre: int) -> int:
    # One that waits for its day is kept until then, however early it was written.
    lot = (
        Message.objects.filter(cree_le__lt=avant)
        .exclude(destinataire="")
        .exclude(statut=StatutMessage.A_ENVOYER, du_le__gte=avant)
        .order_by("cree_le")[:nombre]
    )
    return boite_envoi.anonymiser(Message.objects.filter(pk__in=list(lot.values_list("pk", flat=True))))


# The database lets nothing younger go (socle/suivi.py, Lecture): for one row of that last hour it refuses a whole lot.
_GARDES_PAR_LA_BASE = timedelta(days=365)


def _lachables(avant: datetime, maintenant: datetime) -> datetime:
    """A year of the calendar is an hour short of so many days when clocks changed later the year before."""
    return min(avant, maintenant - _GARDES_PAR_LA_BASE)


@purge("historique")
def changements(avant: datetime, maintenant: datetime, nombre: int) -> int:
    return historique.purger(avant=_lachables(avant, maintenant), nombre=nombre)


@purge("lectures")
def lectures_de_fiches(avant: datetime, maintenant: datetime, nombre: int) -> int:
    return lectures.purger(avant=_lachables(avant, maintenant), nombre=nombre)


# Each has a round of its own, every minute or hour: these catch what it may have left.


@purge("exports")
def fichiers(avant: datetime, maintenant: datetime, nombre: int) -> int:
    return exports.purger(maintenant=maintenant)


@purge("sessions")
def sessions_finies(avant: datetime, maintenant: datetime, nombre: int) -> int:
    return sessions.purger(maintenant=maintenant)


@purge("quotas")
def fenetres(avant: datetime, maintenant: datetime, nombre: int) -> int:
    return quotas.purger(maintenant=maintenant)
