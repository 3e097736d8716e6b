"""The stop list: who asked for silence on a channel. The sender reads it before each message."""

from __future__ import annotations

from datetime import datetime

from socle.enums import Canal
from socle.models import Opposition


def est_oppose(*, canal: Canal, destinataire: str) -> bool:
    return Opposition.objects.filter(canal=canal, destinataire=destinataire).exists()


def arreter(*, canal: Canal, destinataire: str, maintenant: datetime) -> None:
    """Send nothing more on this channel to this recipient. Asking twice changes nothing."""
    Opposition.objects.get_or_create(canal=canal, destinataire=destinataire, defaults={"depuis": maintenant})


def reprendre(*, canal: Canal, destinataire: str) -> None:
    """Send again on this channel."""
    Opposition.objects.filter(canal=canal, destinataire=destinataire).delete()
