"""Celery's entry point; beat calls it every minute."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from enquetes import avis, brassage, campagnes, collecte, demandes
from socle import conservation


@shared_task
def tenir_enquetes(**_futur: Any) -> None:
    maintenant = timezone.now()
    conservation.compter("reponses_en_cours", collecte.purger(maintenant=maintenant), maintenant=maintenant)
    campagnes.clore_les_passees(le=timezone.localdate(maintenant))
    avis.deposer_avis(maintenant=maintenant)
    brassage.brasser(maintenant=maintenant)


@shared_task
def publier_resultats(**_futur: Any) -> None:
    """Apart from the rest: counting a large survey takes its time."""
    demandes.tenir_publications(horloge=timezone.now)
