"""Celery's entry points."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from maisons.implantation import scenarios
from maisons.label import mesures, preuves, rappels
from maisons.models import Edition, ScenarioImplantation
from maisons.pilotage import editions, travaux


@shared_task
def purger_preuves(**_futur: Any) -> None:
    preuves.purger_orphelins(maintenant=timezone.now())


@shared_task
def tenir_scenarios(**_futur: Any) -> None:
    travaux.tenir(ScenarioImplantation, scenarios.resoudre, horloge=timezone.now)


@shared_task
def rappeler_label(**_futur: Any) -> None:
    rappels.deposer_rappels(maintenant=timezone.now())


@shared_task
def arreter_indicateurs(**_futur: Any) -> None:
    mesures.arreter_le_mois(le=timezone.localdate())


@shared_task
def tenir_editions(**_futur: Any) -> None:
    travaux.tenir(Edition, editions.faire, horloge=timezone.now)
