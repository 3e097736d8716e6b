"""What each role may do with partners: a shared directory, and permanences within the scope of the houses."""

from __future__ import annotations

from maisons.perms import DIRECTION, PILOTAGE, TOUS
from partenaires.models import Partenaire, Permanence
from socle.portee import declarer

declarer(Partenaire, view=TOUS, add=DIRECTION, change=PILOTAGE)
declarer(Permanence, view=TOUS, add=DIRECTION, change=DIRECTION)
