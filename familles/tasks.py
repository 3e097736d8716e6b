"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from familles import effacement, veille


@shared_task
def finir_effacements(**_futur: Any) -> None:
    effacement.finir_effacements(horloge=timezone.now)


@shared_task
def prevenir_retards(**_futur: Any) -> None:
    veille.prevenir(maintenant=timezone.now())
