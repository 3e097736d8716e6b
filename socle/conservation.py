"""How long things are kept: rules written in one file, and a daily round that lets go of what is over.

The file is portail/conservation.py. Each app says in its `purges.py` how a rule's rows go, some at a time; each such
lot is a transaction that also counts it, so that a round which is killed leaves true figures, and the next goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import ngettext

from socle.models import PassagePurge

logger = logging.getLogger(__name__)

RETARD = timedelta(hours=26)
_LOT = 1000
# The worker's own limit is 300 seconds: the round stops before, and the next hour's goes on.
DUREE_MAX = timedelta(seconds=200)


@dataclass(frozen=True, kw_only=True)
class Regle:
    """What is kept, for how long after what, and why. The privacy page is made of these."""

    code: str
    quoi: str | Promise
    # Exactly one unit.
    annees: int = 0
    mois: int = 0
    jours: int = 0
    heures: int = 0
    depuis: str | Promise
    ensuite: str | Promise
    raison: str | Promise
    source: str | Promise = ""
    # Told to families on the privacy page.
    publique: bool = True

    def avant(self, maintenant: datetime) -> datetime:
        """The instant before which it is over: years and months on the local calendar, hours on the clock."""
        if self.heures:
            return maintenant.astimezone(UTC) - timedelta(hours=self.heures)
        local = timezone.localtime(maintenant)
        recul = relativedelta(years=self.annees, months=self.mois, days=self.jours)
        # The same hour on the wall that day; 29 February falls back on the 28th, hence never earlier than the term.
        return (local.replace(tzinfo=None) - recul).replace(tzinfo=local.tzinfo, fold=1).astimezone(UTC)

    @property
    def duree(self) -> str:
        """ "2 ans"."""
        if self.annees:
            return ngettext("%d an", "%d ans", self.annees) % self.annees
        if self.mois:
            return ngettext("%d mois", "%d mois", self.mois) % self.mois
        if self.jours:
            return ngettext("%d jour", "%d jours", self.jours) % self.jours
        return ngettext("%d heure", "%d heures", self.heures) % self.heures


# (before when, now, how many at most) → how many went; fewer than asked for means that nothing is left.
Purge = Callable[[datetime, datetime, int], int]

_REGLES: dict[str, Regle] = {}
_PURGES: dict[str, tuple[Purge, int]] = {}


def enregistrer_regles(regles: list[Regle]) -> None:
    """For the room that writes the file."""
    _REGLES.update({regle.code: regle for regle in regles})


def purge(code: str, *, lot: int = _LOT) -> Callable[[Purge], Purge]:
    """Decorator: how the rows of a rule go, a lot at a time, within the transaction that counts them."""

    def decorer(fonction: Purge) -> Purge:
        _PURGES[code] = (fonction, lot)
        return fonction

    return decorer


def regles() -> list[Regle]:
    return list(_REGLES.values())


def regle_de(code: str) -> Regle:
    return _REGLES[code]


def codes_purges() -> set[str]:
    return set(_PURGES)


# The round


def passer(
    *, horloge: Callable[[], datetime], duree_max: timedelta = DUREE_MAX, codes: list[str] | None = None
) -> int:
    """Apply each rule once a day, until nothing is over or the time is up; how many rows went.

    Called every hour: what a round did not finish, the next one does. A rule that fails keeps none of the others.
    """
    fin = time.monotonic() + duree_max.total_seconds()
    total = 0
    for code in codes if codes is not None else list(_REGLES):
        try:
            total += _appliquer(_REGLES[code], horloge, fin)
        except Exception as erreur:
            # Neither rows nor names in the log; the watch tells that the rule is late.
            logger.error("retention rule %s failed: %s", code, type(erreur).__name__)
        if time.monotonic() >= fin:
            break
    return total


def _appliquer(regle: Regle, horloge: Callable[[], datetime], fin: float) -> int:
    fonction, lot = _PURGES[regle.code]
    total = 0
    while True:
        maintenant = horloge()
        with transaction.atomic():
            passage = _passage(regle, maintenant)
            if passage is None:
                return total
            nombre = fonction(regle.avant(maintenant), maintenant, lot)
            passage.nombre += nombre
            passage.fini_le = maintenant if nombre < lot else None
            passage.save(update_fields=["nombre", "fini_le"])
        total += nombre
        if nombre < lot or time.monotonic() >= fin:
            return total


def _passage(regle: Regle, maintenant: datetime) -> PassagePurge | None:
    """Today's row of a rule, locked; None when it is done, or another worker is at it."""
    jour = timezone.localdate(maintenant)
    PassagePurge.objects.get_or_create(regle=regle.code, jour=jour, defaults={"commence_le": maintenant})
    return (
        PassagePurge.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(regle=regle.code, jour=jour, fini_le=None)
        .first()
    )


def compter(code: str, nombre: int, *, maintenant: datetime) -> None:
    """Add what went by a round of its own (every minute, every hour) to the day's figure."""
    if not nombre:
        return
    jour = timezone.localdate(maintenant)
    with transaction.atomic():
        passage, _cree = PassagePurge.objects.select_for_update(of=("self",), no_key=True).get_or_create(
            regle=code, jour=jour, defaults={"commence_le": maintenant}
        )
        passage.nombre += nombre
        passage.save(update_fields=["nombre"])


# The watch


def derniers_passages() -> dict[str, datetime]:
    """When each rule was last applied to the end."""
    finis = PassagePurge.objects.filter(fini_le__isnull=False).values_list("regle").annotate(fini=Max("fini_le"))
    return dict(finis)


def en_retard(*, maintenant: datetime) -> list[Regle]:
    """The rules that were not applied to the end for 26 hours; none on the day the portal is installed."""
    derniers = derniers_passages()
    installation = MigrationRecorder.Migration.objects.aggregate(jour=Max("applied"))["jour"]
    return [
        regle
        for regle in _REGLES.values()
        if maintenant - derniers.get(regle.code, installation or maintenant) > RETARD
    ]


def bilan(*, du: date) -> dict[str, int]:
    """How many rows each rule let go since a day."""
    return dict(PassagePurge.objects.filter(jour__gte=du).values_list("regle").annotate(somme=Sum("nombre")))
