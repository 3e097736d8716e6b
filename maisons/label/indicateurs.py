"""What the portal can measure: each app registers its indicators in `<app>/indicateurs.py`, found like `admin.py`.

An indicator measures many houses at once over a period and gives, per house, what is added up (numerator and, for a
share or a mean, denominator): the value of several houses is that of the sums, never a mean of means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

N = TypeVar("N", int, float)


class Unite(Enum):
    NOMBRE = _("nombre")
    POURCENT = _("%")
    HEURES = _("heures par semaine")
    JOURS = _("jours")
    POINTS = _("points")


@dataclass(frozen=True)
class Periode:
    """Local days, both included."""

    du: date
    au: date


@dataclass(frozen=True)
class Mesure:
    """What an indicator found for a house, ready to be added to another's."""

    numerateur: float
    # None for a plain count.
    denominateur: float | None = None
    # People or families behind the value; None when it tells of none (hours, sessions…).
    effectif: int | None = None

    def __add__(self, autre: Mesure) -> Mesure:
        return Mesure(
            self.numerateur + autre.numerateur,
            _somme(self.denominateur, autre.denominateur),
            _somme(self.effectif, autre.effectif),
        )


def _somme(a: N | None, b: N | None) -> N | None:
    if a is None or b is None:
        return a if b is None else b
    return a + b


# Fewer people or families than this behind a figure, and it is not shown.
EFFECTIF_MIN = 5

MesurerMaisons = Callable[[list[int], Periode], Mapping[int, Mesure]]


@dataclass(frozen=True)
class Indicateur:
    """A figure with its definition. A change of what it counts is a new `version`: old values keep theirs."""

    code: str
    nom: str | Promise
    definition: str | Promise
    unite: Unite
    # Each house has its measure, of nothing when there was nothing: else an older period's value would stand for it.
    mesurer: MesurerMaisons
    version: int = 1
    # Fewer people than this behind a value, and it is not shown.
    effectif_min: int = 0
    # Whether houses may be compared on it: not on what their size decides.
    est_comparable: bool = False

    def valeur(self, mesure: Mesure) -> float | None:
        """The figure people read; None when there is nothing to divide by."""
        if mesure.denominateur is None:
            return mesure.numerateur
        if not mesure.denominateur:
            return None
        rapport = mesure.numerateur / mesure.denominateur
        return 100 * rapport if self.unite == Unite.POURCENT else rapport

    def est_masque(self, mesure: Mesure) -> bool:
        """Too few people to say: a zero tells of nobody and is shown."""
        return mesure.effectif is not None and 0 < mesure.effectif < self.effectif_min

    def total(self, mesures: Iterable[Mesure]) -> Mesure | None:
        """Several houses as one; None without any, or when it may not be shown.

        Less the values that are shown, the sum tells that of the hidden ones together: they must be enough people.
        """
        toutes = list(mesures)
        masquees = totaliser(mesure for mesure in toutes if self.est_masque(mesure))
        return None if masquees and self.est_masque(masquees) else totaliser(toutes)


_REGISTRE: dict[str, Indicateur] = {}


def enregistrer(indicateur: Indicateur) -> Indicateur:
    if indicateur.code in _REGISTRE:
        raise ValueError(f"{indicateur.code} is registered twice.")
    _REGISTRE[indicateur.code] = indicateur
    return indicateur


def tous() -> list[Indicateur]:
    """Every indicator, by its code."""
    return [_REGISTRE[code] for code in sorted(_REGISTRE)]


def trouver(code: str) -> Indicateur | None:
    return _REGISTRE.get(code)


def totaliser(mesures: Iterable[Mesure]) -> Mesure | None:
    """The measures of several houses as that of one; None without any."""
    total: Mesure | None = None
    for mesure in mesures:
        total = mesure if total is None else total + mesure
    return total
