"""Celery's entry point; beat calls it every minute."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from enquetes import avis, campagnes, collecte


@shared_task
def tenir_enquetes(**_futur: Any) -> None:
    maintenant = timezone.now()
    collecte.purger(maintenant=maintenant)
    campagnes.clore_les_passees(le=timezone.localdate(maintenant))
    avis.deposer_avis(maintenant=maintenant)
