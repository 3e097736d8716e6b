"""What the rules of retention would have let go of in the last days: figures alone, for the page that shows them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from socle import conservation
from socle.models import PassagePurge

# An example, a day: (rule, how many rows).
EXEMPLE = {"messages": 34, "historique": 21, "lectures": 17, "sessions": 9, "familles": 1, "demandes_rappel": 1}
JOURS = 12


def charger_conservation(*, maintenant: datetime) -> None:
    """Twelve days of passages; today's are left to the portal itself."""
    jour = timezone.localdate(maintenant)
    PassagePurge.objects.bulk_create(
        [
            PassagePurge(
                regle=regle.code,
                jour=jour - timedelta(days=recul),
                commence_le=maintenant - timedelta(days=recul),
                fini_le=maintenant - timedelta(days=recul),
                nombre=EXEMPLE.get(regle.code, 0) * (recul % 3) // 2,
            )
            for regle in conservation.regles()
            for recul in range(1, JOURS)
        ],
        ignore_conflicts=True,
    )
