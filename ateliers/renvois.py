"""Sending people the links of their bookings again."""

from __future__ import annotations

from datetime import datetime

from ateliers import messages
from ateliers.models import Inscription
from socle.enums import Canal

LIENS_MAX = 10


def renvoyer_liens(*, email: str = "", telephone: str = "", langue: str, maintenant: datetime) -> None:
    """Send the links of the coming bookings made with this very contact to it; nothing when there are none."""
    filtre = {"email": email} if email else {"telephone": telephone}
    inscriptions = (
        Inscription.objects.with_cadre()
        .actives()
        .filter(**filtre, seance__fin__gt=maintenant)
        .order_by("seance__debut", "pk")[:LIENS_MAX]
    )
    messages.liens_reservations(
        inscriptions,
        canal=Canal.EMAIL if email else Canal.SMS,
        destinataire=email or telephone,
        langue=langue,
        maintenant=maintenant,
    )
