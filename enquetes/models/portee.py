from __future__ import annotations

from datetime import date

from django.db.models import Q, Value

from maisons.models import Departement, Maison
from maisons.models.tenues import tenues
from socle.models import Utilisateur

Roles = frozenset[str]


def du_departement(utilisateur: Utilisateur, *, le: date, roles: Roles | None, champ: str = "departement") -> Q:
    """Rows that belong to a département a person works for; all of them, for those who work for the network."""
    siennes = tenues(utilisateur, le=le, roles=roles)
    return Q(Value(True)) if siennes.reseau else Q(**{f"{champ}__in": siennes.departements})


def departements_des_maisons(utilisateur: Utilisateur, *, le: date, roles: Roles | None) -> Q:
    """Rows of the départements where a person sees a house."""
    maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
    return Q(departement__in=Departement.objects.filter(maisons__in=maisons))
