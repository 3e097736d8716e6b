"""Celery's entry points; beat calls them every minute."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from ateliers import liste_attente, rappels
from ateliers.groupes import bilans, places


@shared_task
def deposer_rappels(**_futur: Any) -> None:
    rappels.deposer_rappels(maintenant=timezone.now())


@shared_task
def tenir_listes_attente(**_futur: Any) -> None:
    liste_attente.tenir_listes_attente(maintenant=timezone.now())


@shared_task
def tenir_groupes(**_futur: Any) -> None:
    places.tenir_groupes(maintenant=timezone.now())
    bilans.inviter_avant(maintenant=timezone.now())
