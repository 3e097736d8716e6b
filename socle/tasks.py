"""Celery's entry points; beat calls them every minute."""

from typing import Any

from celery import shared_task

from socle import envoi


@shared_task
def envoyer_messages(**_futur: Any) -> None:
    envoi.vider_boite()
