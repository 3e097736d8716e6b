"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from maisons.implantation import scenarios
from maisons.label import preuves
from maisons.models import ScenarioImplantation
from maisons.pilotage import travaux


@shared_task
def purger_preuves(**_futur: Any) -> None:
    preuves.purger_orphelins(maintenant=timezone.now())


@shared_task
def tenir_scenarios(**_futur: Any) -> None:
    travaux.tenir(ScenarioImplantation, scenarios.resoudre, horloge=timezone.now)
