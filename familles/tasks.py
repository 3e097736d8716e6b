"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from familles import acces_donnees, effacement, veille
from socle import conservation


@shared_task
def finir_effacements(**_futur: Any) -> None:
    effacement.finir_effacements(horloge=timezone.now)
    maintenant = timezone.now()
    conservation.compter("acces_donnees", acces_donnees.purger(maintenant=maintenant), maintenant=maintenant)


@shared_task
def prevenir_retards(**_futur: Any) -> None:
    veille.prevenir(maintenant=timezone.now())
