"""How forms that were begun go when their time is over: also each minute, with the surveys' own round."""

from __future__ import annotations

from datetime import datetime

from enquetes import collecte
from socle.conservation import purge


@purge("reponses_en_cours")
def reponses_en_cours(avant: datetime, maintenant: datetime, nombre: int) -> int:
    return collecte.purger(maintenant=maintenant)
