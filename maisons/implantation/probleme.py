"""The question put to the solver, and what its answer tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from maisons.distance import RAYON_TERRE_KM

Matrice = npt.NDArray[np.float64]


class Objectif(StrEnum):
    # Maximal covering location: the most births within the radius.
    COUVERTURE = "couverture"
    # p-median: the least mean distance from a birth to its nearest house.
    DISTANCE = "distance"


class ImplantationImpossible(Exception):
    """No choice of sites fulfils the conditions; the message is written for the person on screen."""


@dataclass(frozen=True)
class Point:
    """A commune to serve or a place that serves, by its town hall or address (WGS 84)."""

    code: str
    nom: str
    latitude: float
    longitude: float
    # Births a year; 0 for a place that only serves.
    poids: float = 0.0


@dataclass(frozen=True)
class Probleme:
    """Which `sites` communes of `candidats` should receive a house, beside those that are there.

    Distances are straight lines in km. `plafond_km`: no commune may be further from its nearest house (None: no such
    floor). `obligatoires` count among the `sites`.
    """

    communes: Sequence[Point]
    candidats: Sequence[Point]
    existants: Sequence[Point]
    sites: int
    rayon_km: float
    objectif: Objectif = Objectif.COUVERTURE
    obligatoires: frozenset[str] = field(default_factory=frozenset)
    exclus: frozenset[str] = field(default_factory=frozenset)
    plafond_km: float | None = None

    @cached_property
    def ouvrables(self) -> list[Point]:
        """The candidates that are not excluded, in the order of their codes: equal inputs give equal answers."""
        return sorted((site for site in self.candidats if site.code not in self.exclus), key=lambda site: site.code)

    @cached_property
    def poids(self) -> Matrice:
        return np.array([commune.poids for commune in self.communes], dtype=float)

    @cached_property
    def km_candidats(self) -> Matrice:
        """Distance of each commune (row) to each site that may open (column)."""
        return distances_km(self.communes, self.ouvrables)

    @cached_property
    def km_existants(self) -> Matrice:
        """Distance of each commune to the nearest house there is; infinite without one."""
        if not self.existants:
            return np.full(len(self.communes), np.inf)
        nearest: Matrice = distances_km(self.communes, self.existants).min(axis=1)
        return nearest

    def verifier(self) -> None:
        """Raises ImplantationImpossible for a question that has no sense."""
        codes = {site.code for site in self.ouvrables}
        if not self.communes:
            raise ImplantationImpossible(_("Aucune commune à desservir dans ce territoire."))
        if self.obligatoires & self.exclus:
            raise ImplantationImpossible(_("Une même commune est à la fois imposée et exclue."))
        if manquantes := self.obligatoires - codes:
            raise ImplantationImpossible(_("Pas parmi les communes candidates : %s.") % ", ".join(sorted(manquantes)))
        if len(self.obligatoires) > self.sites:
            raise ImplantationImpossible(_("Plus de communes imposées que de maisons à ouvrir."))
        if self.sites > len(codes):
            raise ImplantationImpossible(_("Plus de maisons à ouvrir que de communes candidates."))


@dataclass(frozen=True)
class Desserte:
    """How one commune is served once the plan is real."""

    commune: Point
    par: Point
    km: float


@dataclass(frozen=True)
class Plan:
    """Sites, and what they change; shares are of the births of all the communes."""

    sites: tuple[Point, ...]
    dessertes: tuple[Desserte, ...]
    naissances: float
    naissances_couvertes: float
    km_moyen: float
    km_max: float

    @property
    def part_couverte(self) -> float:
        return self.naissances_couvertes / self.naissances if self.naissances else 0.0

    def valeur(self, objectif: Objectif) -> float:
        """What the objective counts: births within the radius, or kilometres on average."""
        return self.naissances_couvertes if objectif == Objectif.COUVERTURE else self.km_moyen


def evaluer(probleme: Probleme, codes: Sequence[str]) -> Plan:
    """What a choice of sites gives, whoever made it: the solver, the greedy way or a person."""
    sites = [site for site in probleme.ouvrables if site.code in set(codes)]
    places = [*probleme.existants, *sites]
    if not places:
        raise ImplantationImpossible(_("Il faut au moins une maison."))
    km = distances_km(probleme.communes, places)
    nearest = km.argmin(axis=1)
    km_min = km[np.arange(len(probleme.communes)), nearest]
    total = float(probleme.poids.sum())
    return Plan(
        sites=tuple(sites),
        dessertes=tuple(
            Desserte(commune, places[int(index)], round(float(distance), 2))
            for commune, index, distance in zip(probleme.communes, nearest, km_min, strict=True)
        ),
        naissances=total,
        naissances_couvertes=float(probleme.poids[km_min <= probleme.rayon_km].sum()),
        km_moyen=float(probleme.poids @ km_min) / total if total else 0.0,
        km_max=float(km_min.max()),
    )


def distances_km(de: Sequence[Point], a: Sequence[Point]) -> Matrice:
    """Every straight-line distance in km, by the formula of `maisons.distance` (haversine)."""
    lat1, lon1 = _radians(de)
    lat2, lon2 = _radians(a)
    corde = (
        np.sin((lat2[None, :] - lat1[:, None]) / 2) ** 2
        + np.cos(lat1)[:, None] * np.cos(lat2)[None, :] * np.sin((lon2[None, :] - lon1[:, None]) / 2) ** 2
    )
    km: Matrice = 2 * RAYON_TERRE_KM * np.arcsin(np.minimum(1.0, np.sqrt(corde)))
    return km


def _radians(points: Sequence[Point]) -> tuple[Matrice, Matrice]:
    return (
        np.radians(np.array([point.latitude for point in points], dtype=float)),
        np.radians(np.array([point.longitude for point in points], dtype=float)),
    )
