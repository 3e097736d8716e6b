"""The watch over what families were promised: rules applied every day, erasures done within the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from familles import messages
from familles.models import Effacement
from maisons.enums import Role
from maisons.models import Affectation
from socle import conservation
from socle.conservation import Regle
from socle.models import Utilisateur

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


@transaction.atomic
def prevenir(*, maintenant: datetime) -> bool:
    """Tell the network's administrators that something is late, once a day as long as it is; whether it is."""
    if not retards(maintenant=maintenant):
        return False
    le = timezone.localdate(maintenant)
    administration = Affectation.objects.en_cours(le=le).filter(role=Role.ADMINISTRATEUR)
    # Those who read the page: before the first assignment, whoever installed the portal.
    lecteurs = Utilisateur.objects.filter(
        Q(is_superuser=True) | Q(pk__in=administration.values("utilisateur")), is_active=True, is_staff=True
    )
    messages.conservation_retard(lecteurs.order_by("pk"), jour=le, maintenant=maintenant)
    return True
