"""Who may do what, on which rows: the mechanism. Upper rooms say which roles exist and what they give.

Two questions, always asked together:

- *Which acts?* Each app's `perms.py` declares, for its models, the roles that each act is open to (`declarer`).
  What nobody declared is open to nobody.
- *Which rows?* A model's QuerySet answers with `.visibles_par(utilisateur, le=…, roles=…)`: the rows that the person's
  running assignments give, counting only those whose role is in `roles`. A model of a lower room whose scope an upper
  room knows gets it by `enregistrer_portee`. A model with neither shows no row at all.

The answer to both is given through Django's own `user.has_perm(permission, objet)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth import get_permission_codename
from django.db import models
from django.http import HttpRequest

from socle.models import Utilisateur

M = TypeVar("M", bound=models.Model)

Roles = frozenset[str]
Portee = Callable[["models.QuerySet[Any]", Utilisateur, date, "Roles | None"], "models.QuerySet[Any]"]

# Entering the staff's site at all.
PERMISSION_EQUIPE = "socle.acceder_equipe"

# "ateliers.change_seance" → the roles it is open to.
_DROITS: dict[str, Roles] = {}
_PORTEES: dict[type[models.Model], Portee] = {}


class ReferenceQuerySet(models.QuerySet[M]):
    """Reference data that belongs to nobody: all of it is visible to whoever may see the model."""

    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> ReferenceQuerySet[M]:
        return self


def declarer(modele: type[models.Model], **actes: Iterable[str]) -> None:
    """Open acts on a model to roles: declarer(Seance, view={…}, change={…}). Any verb may be an act."""
    for acte, roles in actes.items():
        permission = nom_permission(modele, acte)
        if permission in _DROITS:
            raise ValueError(f"{permission} is declared twice.")
        _DROITS[permission] = frozenset(roles)


def declarer_permission(permission: str, roles: Iterable[str]) -> None:
    """Open to roles an act that is on no model."""
    _DROITS[permission] = frozenset(roles)


def enregistrer_portee(modele: type[models.Model], portee: Portee) -> None:
    _PORTEES[modele] = portee


def nom_permission(modele: type[models.Model], acte: str) -> str:
    return f"{modele._meta.app_label}.{get_permission_codename(acte, modele._meta)}"


def permissions_declarees() -> dict[str, Roles]:
    return dict(_DROITS)


def roles_autorises(permission: str) -> Roles:
    return _DROITS.get(permission, frozenset())


def visibles(
    queryset: models.QuerySet[M], utilisateur: Utilisateur, *, le: date, roles: Roles | None = None
) -> models.QuerySet[M]:
    """The rows of a queryset that this person's assignments give; none when nobody said what they give."""
    if not utilisateur.is_active:
        return queryset.none()
    if utilisateur.is_superuser:
        return queryset
    portee = _PORTEES.get(queryset.model)
    if portee is not None:
        return portee(queryset, utilisateur, le, roles)
    visibles_par = getattr(queryset, "visibles_par", None)
    if visibles_par is None:
        return queryset.none()
    resultat: models.QuerySet[M] = visibles_par(utilisateur, le=le, roles=roles)
    return resultat


def utilisateur_de(request: HttpRequest) -> Utilisateur:
    """The person who is signed in; the page must have made sure that there is one."""
    if not isinstance(request.user, Utilisateur):
        raise TypeError("Nobody is signed in.")
    return request.user
