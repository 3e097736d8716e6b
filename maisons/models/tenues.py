"""What a person's running assignments cover, as plain values: every query of the staff's site is narrowed by them.

They are read once for a person as a request knows them. As subqueries they would stand four or five times in each
statement, to be written by Django and planned by PostgreSQL anew for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from maisons.enums import Portee, Role
from socle.models import Utilisateur

# role, scope, and the number of the scope's house, organisation and département
_Ligne = tuple[str, str, int | None, int | None, str | None]


@dataclass(frozen=True, kw_only=True)
class Tenues:
    """Where a person has a role on a day."""

    roles: frozenset[str] = frozenset()
    maisons: frozenset[int] = frozenset()
    # Where they work, and those as whose partner they come.
    organisations: frozenset[int] = frozenset()
    partenaires: frozenset[int] = frozenset()
    departements: frozenset[str] = frozenset()
    reseau: bool = False


# the assignments of a day, and what those of some roles cover
_Memoire = tuple[dict[date, list[_Ligne]], dict[tuple[date, frozenset[str] | None], Tenues]]


def tenues(utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None) -> Tenues:
    """What the running assignments of these roles (all by default) cover."""
    lues, connues = _memoire(utilisateur)
    if le not in lues:
        lues[le] = list(
            utilisateur.affectations.en_cours(le=le)
            .order_by()
            .values_list("role", "portee", "maison", "organisation", "departement")
        )
    # A page asks a hundred times what its reader may do.
    if (le, roles) not in connues:
        connues[le, roles] = _de([ligne for ligne in lues[le] if roles is None or ligne[0] in roles])
    return connues[le, roles]


def _memoire(utilisateur: Utilisateur) -> _Memoire:
    """What is kept with the person. `request.user` stands before them: its own `__dict__` would be a second memory."""
    memoire: _Memoire | None = getattr(utilisateur, "_tenues", None)
    if memoire is None:
        memoire = utilisateur._tenues = ({}, {})  # type: ignore[attr-defined]
    return memoire


def _de(siennes: Sequence[_Ligne]) -> Tenues:
    return Tenues(
        roles=frozenset(role for role, *_reste in siennes),
        maisons=frozenset(maison for _r, _p, maison, _o, _d in siennes if maison is not None),
        organisations=frozenset(o for role, _p, _m, o, _d in siennes if o is not None and role != Role.PARTENAIRE),
        partenaires=frozenset(o for role, _p, _m, o, _d in siennes if o is not None and role == Role.PARTENAIRE),
        departements=frozenset(departement for *_reste, departement in siennes if departement is not None),
        reseau=any(portee == Portee.RESEAU for _r, portee, *_reste in siennes),
    )
