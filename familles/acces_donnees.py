"""Opening one's own data without an account: a link to the contact, for an hour. Receiving it is the proof."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from familles import messages
from familles.mes_donnees import Contact, est_connu
from familles.models import AccesDonnees

DUREE = timedelta(hours=1)


@transaction.atomic
def envoyer_acces(*, contact: Contact, langue: str, maintenant: datetime) -> None:
    """Send the link that opens all that is known under a contact, to it; nothing where nothing is known.

    Whoever asks learns nothing from it. A new link ends the one before.
    """
    if not est_connu(contact):
        return
    canal, destinataire = contact
    cle = secrets.token_urlsafe(16)
    AccesDonnees.objects.filter(canal=canal, destinataire__iexact=destinataire).delete()
    acces = AccesDonnees.objects.create(
        empreinte=_empreinte(cle), canal=canal, destinataire=destinataire, expire_le=maintenant + DUREE
    )
    messages.acces_donnees(acces, cle=cle, langue=langue, maintenant=maintenant)


def lire_acces(cle: str, *, maintenant: datetime) -> AccesDonnees | None:
    """What a link opens, as long as it does."""
    return AccesDonnees.objects.filter(empreinte=_empreinte(cle), expire_le__gt=maintenant).first()


def purger(*, maintenant: datetime) -> int:
    """Forget the links that open nothing any more, and the contacts they were sent to; how many."""
    supprimes, _detail = AccesDonnees.objects.filter(expire_le__lte=maintenant).delete()
    return supprimes


def _empreinte(cle: str) -> str:
    return hashlib.sha256(cle.encode()).hexdigest()
