"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portail import donnees_ouvertes


@shared_task
def rafraichir_donnees_ouvertes(**_futur: Any) -> None:
    donnees_ouvertes.rafraichir(maintenant=timezone.now())
