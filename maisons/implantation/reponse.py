"""The whole answer to a question of where to open: the plan, its gap, what it is compared with. One for all that asks.

`manage.py implanter` prints it, a scenario keeps it: the same figures for the same question.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from maisons.implantation import glouton, optimum
from maisons.implantation.donnees import Parametres, lire_arrets, poser_probleme, verifier_choix
from maisons.implantation.probleme import Plan, Point, Probleme, distances_km, evaluer

# The names of plans in an answer.
OPTIMUM, GLOUTON, CHOIX = "optimum", "glouton", "choix"


@dataclass(frozen=True)
class Reponse:
    # What is printed as JSON.
    resume: dict[str, Any]
    # Per plan, what serves each commune.
    dessertes: dict[str, list[dict[str, Any]]]


def repondre(
    parametres: Parametres,
    *,
    maintenant: datetime,
    secondes: float = optimum.SECONDES_PAR_DEFAUT,
    choix: Collection[str] = (),
    avancer: Callable[[int], None] = lambda pour_cent: None,
) -> Reponse:
    """Solve, and compare with the plain way and, when `choix` names communes, with a person's own choice.

    Raises ImplantationImpossible with what cannot be.
    """
    arrets = lire_arrets(parametres, maintenant=maintenant)
    probleme = poser_probleme(parametres, arrets=arrets)
    a_la_main = verifier_choix(parametres, probleme, choix)
    avancer(10)
    debut = time.perf_counter()
    resultat = optimum.choisir(probleme, secondes=secondes)
    duree = time.perf_counter() - debut
    avancer(80)
    plans: dict[str, Plan] = {OPTIMUM: resultat.plan, GLOUTON: glouton.choisir(probleme)}
    if a_la_main is not None:
        plans[CHOIX] = evaluer(a_la_main, sorted(choix))
    # Stops that count serve as houses do, and are none.
    maisons = [point for point in probleme.existants if point not in arrets]
    resume = {
        "departement": parametres.departement.code,
        "objectif": probleme.objectif.value,
        "rayon_km": probleme.rayon_km,
        "plafond_km": probleme.plafond_km,
        "natalite_pour_mille": parametres.natalite.pour_mille,
        "source_natalite": str(parametres.natalite.source),
        "maisons_existantes": [point.nom for point in maisons],
        "communes_candidates": len(probleme.ouvrables),
        "arrets": [point.nom for point in arrets],
        "arrets_comptent": parametres.arrets_comptent,
        # Where those are, for the map: a kept answer is drawn with what was there on its day.
        "lieux": {"maisons": _placer(maisons), "arrets": _placer(arrets)},
        **_decrire(resultat.plan, probleme, arrets),
        "borne": round(resultat.borne, 4),
        "ecart": round(resultat.ecart, 6),
        "secondes": round(duree, 2),
    }
    for nom in (GLOUTON, CHOIX):
        if nom in plans:
            resume[nom] = _decrire(plans[nom], probleme, arrets)
    return Reponse(resume, {nom: _dessertes(plan, arrets) for nom, plan in plans.items()})


def _placer(points: Iterable[Point]) -> list[list[Any]]:
    return [[point.nom, round(point.latitude, 5), round(point.longitude, 5)] for point in points]


def _decrire(plan: Plan, probleme: Probleme, arrets: Sequence[Point]) -> dict[str, Any]:
    return {
        "sites": [{"insee": site.code, "commune": site.nom} for site in plan.sites],
        "naissances_par_an": round(plan.naissances, 1),
        "naissances_couvertes": round(plan.naissances_couvertes, 1),
        "part_couverte": round(plan.part_couverte, 4),
        "part_couverte_avec_arrets": round(_part_avec(plan, probleme, arrets), 4),
        "km_moyen": round(plan.km_moyen, 2),
        "km_max": round(plan.km_max, 2),
    }


def _part_avec(plan: Plan, probleme: Probleme, arrets: Sequence[Point]) -> float:
    """The share of births within the radius of a house or, failing that, of a stop."""
    if not arrets or not plan.naissances:
        return plan.part_couverte
    km = distances_km(probleme.communes, arrets).min(axis=1)
    maisons = np.array([desserte.km for desserte in plan.dessertes])
    return float(probleme.poids[np.minimum(km, maisons) <= probleme.rayon_km].sum()) / plan.naissances


def _dessertes(plan: Plan, arrets: Sequence[Point]) -> list[dict[str, Any]]:
    communes = [desserte.commune for desserte in plan.dessertes]
    au_plus_pres = distances_km(communes, arrets) if arrets else None
    lignes = []
    for rang, desserte in enumerate(plan.dessertes):
        commune = desserte.commune
        ligne: dict[str, Any] = {
            "insee": commune.code,
            "commune": commune.nom,
            "naissances": round(commune.poids, 2),
            "par": desserte.par.nom,
            "km": desserte.km,
        }
        if au_plus_pres is not None:
            proche = int(au_plus_pres[rang].argmin())
            ligne["arret"], ligne["arret_km"] = arrets[proche].nom, round(float(au_plus_pres[rang, proche]), 2)
        lignes.append(ligne)
    return lignes


def plans_de(resume: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The plans of an answer with their names, the best first."""
    return [(OPTIMUM, resume), *((nom, resume[nom]) for nom in (GLOUTON, CHOIX) if nom in resume)]
