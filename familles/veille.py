"""The watch over what families were promised: rules applied every day, erasures done within the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from familles.models import Effacement
from socle import conservation
from socle.conservation import Regle

# An interrupted erasure is taken up within the minute: after this long, something keeps it from being done.
EFFACEMENT_MAX = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Retards:
    """What is late: rules of retention, and how many erasures."""

    regles: list[Regle]
    effacements: int

    def __bool__(self) -> bool:
        return bool(self.regles or self.effacements)


def retards(*, maintenant: datetime) -> Retards:
    return Retards(
        regles=conservation.en_retard(maintenant=maintenant),
        effacements=Effacement.objects.a_finir().filter(demande_le__lt=maintenant - EFFACEMENT_MAX).count(),
    )
