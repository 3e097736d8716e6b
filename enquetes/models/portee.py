from __future__ import annotations

from datetime import date

from django.db.models import Exists, Q

from maisons.enums import Portee, Role
from maisons.models import Affectation, Departement, Maison
from socle.models import Utilisateur

Roles = frozenset[str]


def est_lecture(roles: Roles | None) -> bool:
    """Whether these roles are those an act of reading is open to: the people at a house are among them.

    A département's questionnaire is read in all its houses, and changed at the département alone.
    """
    return roles is None or Role.ANIMATEUR in roles


def du_departement(utilisateur: Utilisateur, *, le: date, roles: Roles | None, champ: str = "departement") -> Q:
    """Rows that belong to a département a person works for, or to the network for those who work for it."""
    affectations = Affectation.objects.for_utilisateur(utilisateur, le=le, roles=roles)
    return Q(**{f"{champ}__in": affectations.values("departement")}) | Q(
        Exists(affectations.filter(portee=Portee.RESEAU))
    )


def departements_des_maisons(utilisateur: Utilisateur, *, le: date, roles: Roles | None) -> Q:
    """Rows of the départements where a person sees a house."""
    maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
    return Q(departement__in=Departement.objects.filter(maisons__in=maisons))
