"""Celery's entry points, called by beat."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from socle import envoi, exports, quotas
from socle.comptes import sessions


@shared_task
def envoyer_messages(**_futur: Any) -> None:
    envoi.vider_boite()


@shared_task
def purger_quotas(**_futur: Any) -> None:
    quotas.purger(maintenant=timezone.now())


@shared_task
def purger_sessions(**_futur: Any) -> None:
    sessions.purger()


@shared_task
def tenir_exports(**_futur: Any) -> None:
    exports.tenir_exports(horloge=timezone.now)
