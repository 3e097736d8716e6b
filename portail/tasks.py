"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from familles import entretiens
from portail import donnees_ouvertes
from portail.compagnon.lignes import est_ferie


@shared_task
def rafraichir_donnees_ouvertes(**_futur: Any) -> None:
    donnees_ouvertes.rafraichir(maintenant=timezone.now())


@shared_task
def rappeler_entretiens(**_futur: Any) -> None:
    entretiens.deposer_rappels(maintenant=timezone.now(), est_ferie=est_ferie)
