"""What a family that waits may know: its rank, and how many wait near it for a baby of the same age."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from ateliers.enums import StatutDemande
from ateliers.models import FENETRE_SEMAINES, DemandeGroupe
from maisons.distance import distance_sql

# Two babies that far apart may still share a window.
ECART = timedelta(weeks=FENETRE_SEMAINES)


def rang(demande: DemandeGroupe) -> int | None:
    """Its place, from 1, among those who wait for the very group it asked for; None when it waits for any."""
    if demande.statut != StatutDemande.EN_ATTENTE or demande.groupe_souhaite_id is None:
        return None
    avant = DemandeGroupe.objects.filter(
        statut=StatutDemande.EN_ATTENTE, groupe_souhaite=demande.groupe_souhaite_id
    ).filter(
        Q(en_attente_depuis__lt=demande.en_attente_depuis)
        | Q(en_attente_depuis=demande.en_attente_depuis, pk__lt=demande.pk)
    )
    return avant.count() + 1


def voisines(demande: DemandeGroupe) -> int:
    """How many other families wait within the distance, with a baby that could be of one group with hers.

    The commune must be loaded.
    """
    commune = demande.commune
    km = distance_sql(
        commune.latitude, commune.longitude, champ_lat="commune__latitude", champ_lon="commune__longitude"
    )
    return (
        DemandeGroupe.objects.filter(
            statut=StatutDemande.EN_ATTENTE, repere__range=(demande.repere - ECART, demande.repere + ECART)
        )
        .exclude(pk=demande.pk)
        .annotate(km=km)
        .filter(km__lte=demande.rayon_km)
        .count()
    )
