"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from maisons.label import preuves


@shared_task
def purger_preuves(**_futur: Any) -> None:
    preuves.purger_orphelins(maintenant=timezone.now())
