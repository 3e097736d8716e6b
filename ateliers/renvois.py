"""Sending people the links of their bookings again."""

from __future__ import annotations

from datetime import datetime

from ateliers import messages
from ateliers.enums import DEMANDES_OUVERTES, StatutDemande
from ateliers.groupes.messages import lien_renvoye
from ateliers.models import DemandeGroupe, Inscription
from socle.enums import Canal

LIENS_MAX = 10


def renvoyer_liens(*, email: str = "", telephone: str = "", langue: str, maintenant: datetime) -> None:
    """Send the links of the coming bookings, and of the group, of this very contact to it; nothing without any."""
    filtre = {"email": email} if email else {"telephone": telephone}
    inscriptions = (
        Inscription.objects.with_cadre()
        .actives()
        # Those of a group's meetings are on the page of the group.
        .filter(**filtre, seance__fin__gt=maintenant, seance__groupe=None)
        .order_by("seance__debut", "pk")[:LIENS_MAX]
    )
    messages.liens_reservations(
        inscriptions,
        canal=Canal.EMAIL if email else Canal.SMS,
        destinataire=email or telephone,
        langue=langue,
        maintenant=maintenant,
    )
    for demande in DemandeGroupe.objects.filter(
        **filtre, statut__in=(*DEMANDES_OUVERTES, StatutDemande.PLACEE)
    ).select_related("maison")[:LIENS_MAX]:
        lien_renvoye(demande, maintenant=maintenant)
