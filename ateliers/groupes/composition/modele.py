"""What a composition is asked and what it proposes: plain values, no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ateliers.enums import Particularite
from ateliers.groupes.regles import Cadre, Profil

# The most that a wait counts for: beyond, everybody is simply first.
ATTENTE_MAX_JOURS = 180
# What makes a group one for some families alone.
RESERVES: tuple[str, ...] = (Particularite.MULTIPLES.value, Particularite.FRATRIE.value)


@dataclass(frozen=True, kw_only=True)
class Attente:
    """A family that waits for a group."""

    cle: int
    profil: Profil
    attente_jours: int


@dataclass(frozen=True, kw_only=True)
class Endroit:
    """A place of a house where groups may meet."""

    cle: int
    latitude: float
    longitude: float
    # How many new groups its house can lead, all its places together.
    maison: int
    groupes_max: int = 3


@dataclass(frozen=True, kw_only=True)
class Reglages:
    """What a facilitator may change: sizes in parent–baby pairs, the width of a window."""

    taille_min: int = 8
    taille_max: int = 12
    fenetre_jours: int = 56
    # No page waits longer. Work is limited otherwise, far below: a proposal stopped by the clock says so.
    secondes_max: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Candidat:
    """A group that could exist: where, for which births, in which language, at which time; and whom it would suit."""

    endroit: Endroit
    cadre: Cadre
    # Key of the family → kilometres to the place.
    familles: dict[int, float] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class GroupePropose:
    """A group that is proposed, with its families and why each is there."""

    endroit: Endroit
    cadre: Cadre
    # Key of the family → its reasons, as ateliers/groupes/raisons.py puts them into words.
    membres: dict[int, list[dict[str, Any]]] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class Proposition:
    """What is proposed, who stays first in line and why."""

    groupes: Sequence[GroupePropose]
    restantes: dict[int, list[dict[str, Any]]]
    secondes: float = 0.0
    # The best possible is worth this share more at most.
    ecart: float = 0.0
    # By the clock: the same requests might give another proposal.
    interrompue: bool = False

    @property
    def placees(self) -> int:
        return sum(len(groupe.membres) for groupe in self.groupes)


@dataclass(frozen=True, kw_only=True)
class Mesures:
    """What a proposal is judged by."""

    familles: int
    placees: int
    groupes: int
    attente_placees: float
    attente_restantes: float
    # Days between the first and the last birth of a group, on average.
    ecart_ages: float
    km: float


def mesurer(proposition: Proposition, attentes: Sequence[Attente]) -> Mesures:
    par_cle = {attente.cle: attente for attente in attentes}
    placees: list[Attente] = []
    ecarts: list[int] = []
    kilometres: list[float] = []
    for groupe in proposition.groupes:
        membres = [par_cle[cle] for cle in groupe.membres]
        reperes = [membre.profil.repere for membre in membres]
        placees += membres
        ecarts.append((max(reperes) - min(reperes)).days)
        kilometres += [_km(raisons) for raisons in groupe.membres.values()]
    ids = {attente.cle for attente in placees}
    restantes = [attente for attente in attentes if attente.cle not in ids]
    return Mesures(
        familles=len(attentes),
        placees=len(placees),
        groupes=len(proposition.groupes),
        attente_placees=_moyenne([attente.attente_jours for attente in placees]),
        attente_restantes=_moyenne([attente.attente_jours for attente in restantes]),
        ecart_ages=_moyenne(ecarts),
        km=_moyenne(kilometres),
    )


def _km(raisons: Sequence[dict[str, Any]]) -> float:
    return next((float(raison["km"]) for raison in raisons if raison["code"] == "distance"), 0.0)


def _moyenne(valeurs: Sequence[float]) -> float:
    return sum(valeurs) / len(valeurs) if valeurs else 0.0


def milieu(cadre: Cadre) -> date:
    return cadre.naissances_du + (cadre.naissances_au - cadre.naissances_du) // 2


def reserve(cadre: Cadre) -> str:
    """For whom alone a group is; nothing for a group for all."""
    return next((public for public in RESERVES if public in cadre.particularites), "")


def raisons_de(attente: Attente, cadre: Cadre, km: float, *, autres: int) -> list[dict[str, Any]]:
    """Why a family is in a group: what made it fit, and what made it come before others."""
    profil = attente.profil
    raisons: list[dict[str, Any]] = [
        {"code": "age", "jours": abs((profil.repere - milieu(cadre)).days)},
        {"code": "distance", "km": round(km, 1)},
    ]
    if public := reserve(cadre):
        raisons.append({"code": "reserve", "public": public})
    if cadre.langue != "fr":
        raisons.append({"code": "langue", "langue": cadre.langue})
    if profil.moments:
        raisons.append({"code": "moment", "moment": str(cadre.moment)})
    if profil.bebes > 1:
        raisons.append({"code": "multiples", "binomes": profil.bebes})
    raisons.append({"code": "attente", "jours": attente.attente_jours})
    raisons.append({"code": "seule" if autres == 0 else "choix", "nombre": autres})
    return raisons
