"""Births estimated from a population: a rate is a parameter, and its source goes with every figure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Natalite:
    """Births a year per thousand inhabitants, and who says so."""

    pour_mille: float
    source: str | Promise

    def naissances(self, population: float) -> float:
        """Births a year among so many inhabitants."""
        return population * self.pour_mille / 1000


# France as a whole; a département gives its own rate with its own source.
NATALITE_PAR_DEFAUT = Natalite(9.7, _("taux national de 2024 (Insee, bilan démographique), à remplacer par le vôtre"))
