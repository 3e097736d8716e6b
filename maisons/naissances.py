"""Births estimated from a population: a rate is a parameter, and its source goes with every figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maisons.models import Maison


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


def populations(maisons: list[int]) -> dict[int, int]:
    """The inhabitants of each house's territory, its communes and whole départements; two queries."""
    dans: dict[int, set[str]] = defaultdict(set)
    habitants: dict[str, int] = {}
    territoires = Maison.objects.filter(pk__in=maisons, territoire__isnull=False)
    for chemin in ("territoire__communes", "territoire__departements__communes"):
        lignes = territoires.filter(**{f"{chemin}__isnull": False}).values_list(
            "pk", f"{chemin}__pk", f"{chemin}__population"
        )
        for maison, commune, population in lignes.iterator(chunk_size=5000):
            # A commune named twice is inhabited once.
            dans[maison].add(commune)
            habitants[commune] = population or 0
    return {maison: sum(habitants[commune] for commune in communes) for maison, communes in dans.items()}
