"""Celery's entry points, called by beat."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from socle import conservation, envoi, exports, quotas
from socle.comptes import sessions


@shared_task
def envoyer_messages(**_futur: Any) -> None:
    envoi.vider_boite()


@shared_task
def purger_quotas(**_futur: Any) -> None:
    maintenant = timezone.now()
    conservation.compter("quotas", quotas.purger(maintenant=maintenant), maintenant=maintenant)


@shared_task
def purger_sessions(**_futur: Any) -> None:
    maintenant = timezone.now()
    conservation.compter("sessions", sessions.purger(maintenant=maintenant), maintenant=maintenant)


@shared_task
def tenir_exports(**_futur: Any) -> None:
    exports.tenir_exports(horloge=timezone.now)


@shared_task
def appliquer_conservation(**_futur: Any) -> None:
    conservation.passer(horloge=timezone.now)
