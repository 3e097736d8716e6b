"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from partenaires import verification


@shared_task
def relancer_partenaires(**_futur: Any) -> None:
    verification.relancer(maintenant=timezone.now())
