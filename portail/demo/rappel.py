"""A visitor of the demonstration has no two days to wait for a reminder."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from ateliers import messages
from ateliers.models import Inscription
from ateliers.rappels import marque


def anticiper_rappel(*, contact: str, maintenant: datetime) -> bool:
    """Put in the outbox now the next reminder of the latest booking (of a contact, when given); whether there is one.

    It takes the place of the one to come: that mark is not told twice.
    """
    inscriptions = Inscription.objects.confirmees().with_cadre().filter(seance__debut__gt=maintenant)
    if contact:
        inscriptions = inscriptions.filter(Q(email__iexact=contact) | Q(telephone=contact))
    inscription = inscriptions.order_by("-confirmee_le").first()
    if inscription is None:
        return False
    seance = inscription.seance
    a_venir = [
        heures
        for heures in sorted(seance.rappels_heures, reverse=True)
        if marque(seance.debut, heures=heures, fuseau=seance.lieu.fuseau) > maintenant
    ]
    if not a_venir:
        return False
    cle = f"{a_venir[0]}h:{int(seance.debut.timestamp())}"
    messages.rappel(inscription, cle_rappel=cle, pas_apres=seance.debut, maintenant=maintenant)
    return True
