"""What upper rooms offer beside a session or a group: links that they register and that the pages here show.

A survey's link after a session, a form before and after a group: this room knows neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ateliers.models import GroupePairs, Seance


@dataclass(frozen=True)
class Lien:
    libelle: str
    adresse: str


ApresSeance = Callable[[Seance, datetime], "list[Lien]"]
PourGroupe = Callable[[GroupePairs, datetime], "list[Lien]"]

_APRES_SEANCE: list[ApresSeance] = []
_POUR_GROUPE: list[PourGroupe] = []


def enregistrer_apres_seance(fonction: ApresSeance) -> None:
    _APRES_SEANCE.append(fonction)


def enregistrer_pour_groupe(fonction: PourGroupe) -> None:
    _POUR_GROUPE.append(fonction)


def apres_seance(seance: Seance, *, maintenant: datetime) -> list[Lien]:
    """Links for whoever comes out of a session: shown to all alike, they name nobody."""
    return [lien for fonction in _APRES_SEANCE for lien in fonction(seance, maintenant)]


def pour_groupe(groupe: GroupePairs, *, maintenant: datetime) -> list[Lien]:
    """Links that whoever leads a group gives to its parents."""
    return [lien for fonction in _POUR_GROUPE for lien in fonction(groupe, maintenant)]
