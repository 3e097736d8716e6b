"""Births estimated from a population: a rate is a parameter, and its source goes with every figure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maisons.models import Maison, TauxNatalite

DONNEES = Path(__file__).resolve().parent / "donnees"


@dataclass(frozen=True)
class Natalite:
    """Births a year per thousand inhabitants, and who says so."""

    pour_mille: float
    source: str | Promise

    def naissances(self, population: float) -> float:
        """Births a year among so many inhabitants."""
        return population * self.pour_mille / 1000


# France as a whole, for a département that gave no rate of its own.
NATALITE_PAR_DEFAUT = Natalite(9.7, _("Insee, bilan démographique 2024, taux national"))


def natalites(departements: Collection[str]) -> dict[str, Natalite]:
    """The latest rate of each département, or the national one; one query."""
    siens = (
        TauxNatalite.objects.filter(departement__in=departements)
        .order_by("departement", "-annee")
        .distinct("departement")
    )
    donnes = {taux.departement_id: Natalite(float(taux.pour_mille), f"{taux.source} ({taux.annee})") for taux in siens}
    return {code: donnes.get(code, NATALITE_PAR_DEFAUT) for code in departements}


def natalite_de(departement: str) -> Natalite:
    return natalites([departement])[departement]


def naissances_par_an(maisons: list[int]) -> dict[int, float]:
    """Births a year in each house's territory, its communes and whole départements; three queries."""
    dans: dict[int, set[str]] = defaultdict(set)
    habitants: dict[str, tuple[str, int]] = {}
    territoires = Maison.objects.filter(pk__in=maisons, territoire__isnull=False)
    for chemin in ("territoire__communes", "territoire__departements__communes"):
        lignes = territoires.filter(**{f"{chemin}__isnull": False}).values_list(
            "pk", f"{chemin}__pk", f"{chemin}__departement", f"{chemin}__population"
        )
        for maison, commune, departement, population in lignes.iterator(chunk_size=5000):
            # A commune named twice is inhabited once.
            dans[maison].add(commune)
            habitants[commune] = (departement, population or 0)
    taux = natalites({departement for departement, _population in habitants.values()})
    return {
        maison: sum(taux[departement].naissances(n) for departement, n in (habitants[code] for code in communes))
        for maison, communes in dans.items()
    }


@cache
def source_de_la_population() -> tuple[str, str]:
    """Who counts the inhabitants of the communes that were loaded, and of which year."""
    dit = json.loads((DONNEES / "communes_france.json").read_text(encoding="utf-8"))
    return dit["source"], dit["annee"]
