"""What each role may do with partners: a shared directory, and permanences within the scope of the houses."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from maisons.perms import DIRECTION, PILOTAGE, TOUS, enregistrer_partenariats
from partenaires.models import Partenaire, Permanence
from socle.portee import declarer

declarer(Partenaire, view=TOUS, add=DIRECTION, change=PILOTAGE)
declarer(Permanence, view=TOUS, add=DIRECTION, change=DIRECTION)


def _partenariats() -> QuerySet[Any, dict[str, Any]]:
    """Where each organisation holds a permanence."""
    return Permanence.objects.values(organisation=F("partenaire__organisation"), maison=F("lieu__maison"))


enregistrer_partenariats(_partenariats)
