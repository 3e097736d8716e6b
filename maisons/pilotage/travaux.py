"""What is made by workers: claimed with SKIP LOCKED for the time of a lease, made outside any transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from maisons.enums import StatutTravail
from maisons.models import Travail

logger = logging.getLogger(__name__)

BAIL = timedelta(minutes=10)
TENTATIVES_MAX = 3
T = TypeVar("T", bound=Travail)
# (the claimed row, now, what to call with the share done) → done, or raises to be tried again.
Faire = Callable[[T, datetime, Callable[[int], None]], None]


def tenir(
    modele: type[T], faire: Faire[T], *, horloge: Callable[[], datetime], duree_max: timedelta = timedelta(seconds=50)
) -> int:
    """Make what is asked for, until nothing is due or the next tick is near; how many."""
    depart, faits = time.monotonic(), 0
    while time.monotonic() - depart < duree_max.total_seconds():
        travail = _reserver(modele, maintenant=horloge())
        if travail is None:
            break
        if travail.statut == StatutTravail.EN_COURS:
            _faire(travail, faire, horloge)
        faits += 1
    return faits


def faire_tout_de_suite(travail: T, faire: Faire[T], *, horloge: Callable[[], datetime]) -> bool:
    """Make one row here and now, under the same lease; False when it is not to be made, or somebody makes it."""
    reserve = _reserver(type(travail), maintenant=horloge(), pk=travail.pk)
    if reserve is None or reserve.statut != StatutTravail.EN_COURS:
        return False
    _faire(reserve, faire, horloge)
    return True


@transaction.atomic
def _reserver(modele: type[T], *, maintenant: datetime, pk: int | None = None) -> T | None:
    rangees = modele._default_manager.filter(
        Q(statut=StatutTravail.A_FAIRE) | Q(statut=StatutTravail.EN_COURS, bail_jusqu_au__lte=maintenant)
    )
    if pk is not None:
        rangees = rangees.filter(pk=pk)
    travail = rangees.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
    if travail is None:
        return None
    travail.tentatives += 1
    travail.progres = 0
    if travail.tentatives > TENTATIVES_MAX:
        travail.statut, travail.bail_jusqu_au = StatutTravail.ECHEC, None
    else:
        travail.statut, travail.bail_jusqu_au = StatutTravail.EN_COURS, maintenant + BAIL
    travail.save(update_fields=["statut", "bail_jusqu_au", "tentatives", "progres"])
    return travail


def _faire(travail: T, faire: Faire[T], horloge: Callable[[], datetime]) -> None:
    siennes = type(travail)._default_manager.filter(pk=travail.pk, statut=StatutTravail.EN_COURS)

    def avancer(pour_cent: int) -> None:
        siennes.update(progres=pour_cent)

    try:
        faire(travail, horloge(), avancer)
    except Exception as erreur:
        # The lease runs out and it is tried again; no name in the log.
        logger.error("%s %s failed: %s", travail._meta.model_name, travail.pk, type(erreur).__name__)
        return
    siennes.update(statut=StatutTravail.PRET, bail_jusqu_au=None, progres=100)
