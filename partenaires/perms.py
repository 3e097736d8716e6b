"""What each role may do with partners.

| role                      | directory                  | permanences                       | orientations (figures) |
|---------------------------|----------------------------|-----------------------------------|------------------------|
| animateur                 | see                        | see, plan, cancel a day           | note, see              |
| responsable de maison     | see, add, change           | see, add, change, plan, cancel    | note, see              |
| partenaire                | see and change its own     | see its own, cancel a day of them | –                      |
| pilote départemental      | see, add, change           | see, add, change                  | see                    |
| administrateur du réseau  | see, add, change           | see, add, change                  | see                    |

The directory is shared by all houses; permanences and orientations stay within the scope of the house.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from maisons.enums import Role
from maisons.perms import DIRECTION, EQUIPES, MAISON, TOUS, enregistrer_partenariats
from partenaires.models import Orientation, Partenaire, Permanence
from socle.portee import declarer

declarer(Partenaire, view=TOUS, add=DIRECTION, change=DIRECTION | {Role.PARTENAIRE})
declarer(
    Permanence,
    view=TOUS,
    add=DIRECTION,
    change=DIRECTION,
    planifier=MAISON,
    annuler=MAISON | {Role.PARTENAIRE},
)
declarer(Orientation, view=EQUIPES, add=MAISON, change=MAISON, delete=MAISON)


def _partenariats() -> QuerySet[Any, Any]:
    """Where each organisation holds a permanence."""
    return Permanence.objects.values(organisation=F("partenaire__organisation"), maison=F("lieu__maison"))


enregistrer_partenariats(_partenariats)
