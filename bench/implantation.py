"""`python -m bench.implantation`: where to open six houses in real départements, with time and proven gap.

No database: the communes are read from the file that the portal ships. Each question is solved for both objectives,
beside the greedy answer; the file itself is read once, all 34,870 communes. Prints a table, writes
bench/implantation.json.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

RESULTATS = Path(__file__).with_name("implantation.json")
COMMUNES = Path(__file__).resolve().parents[1] / "maisons" / "donnees" / "communes_france.csv"
SITES, RAYON_KM, POPULATION_MIN, SECONDES = 6, 15.0, 1000, 20.0
# A small one, the largest by communes, the most populated, one overseas.
DEPARTEMENTS = ("08", "62", "59", "974")


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portail.settings.test")
    # Never connected to: settings only want an address.
    os.environ.setdefault("DATABASE_URL", "postgresql://bench@localhost/bench")
    os.environ.setdefault("REDIS_URL", "redis://localhost/0")
    os.environ.setdefault("SECRET_KEY", "bench")
    import django

    django.setup()
    from maisons.implantation import glouton, optimum
    from maisons.implantation.probleme import Objectif, Probleme

    depart = time.perf_counter()
    communes = lire()
    lecture = time.perf_counter() - depart
    nombre = sum(len(points) for points in communes.values())
    print(f"Où ouvrir {SITES} maisons ({nombre} communes lues en {lecture:.1f} s, portée {RAYON_KM:g} km)")
    entetes = ("département", "communes", "candidates", "objectif", "secondes", "écart", "solveur", "glouton")
    print("{:>11} {:>8} {:>10} {:>11} {:>8} {:>8} {:>10} {:>10}".format(*entetes))
    mesures: list[dict[str, Any]] = []
    for departement in DEPARTEMENTS:
        points = communes[departement]
        for objectif in Objectif:
            probleme = Probleme(
                communes=[point for point, _habitants in points],
                candidats=[point for point, habitants in points if habitants >= POPULATION_MIN],
                existants=[],
                sites=SITES,
                rayon_km=RAYON_KM,
                objectif=objectif,
            )
            debut = time.perf_counter()
            resultat = optimum.choisir(probleme, secondes=SECONDES)
            secondes = time.perf_counter() - debut
            mesure = {
                "departement": departement,
                "communes": len(points),
                "candidates": len(probleme.ouvrables),
                "objectif": objectif.value,
                "secondes": round(secondes, 2),
                "ecart": round(resultat.ecart, 6),
                "solveur": round(resultat.plan.valeur(objectif), 2),
                "glouton": round(glouton.choisir(probleme).valeur(objectif), 2),
            }
            mesures.append(mesure)
            print(
                f"{departement:>11} {mesure['communes']:>8} {mesure['candidates']:>10} {objectif.value:>11} "
                f"{mesure['secondes']:>8.2f} {mesure['ecart']:>8.2%} {mesure['solveur']:>10} {mesure['glouton']:>10}"
            )
    resume = {"communes_lues": nombre, "secondes_de_lecture": round(lecture, 2), "mesures": mesures}
    RESULTATS.write_text(json.dumps(resume, ensure_ascii=False, indent=2) + "\n")
    return 0


def lire() -> dict[str, list[tuple[Any, int]]]:
    """Per département: the points of its communes, weighted by estimated births, and their inhabitants."""
    from maisons.implantation.probleme import Point
    from maisons.naissances import NATALITE_PAR_DEFAUT

    trouvees: dict[str, list[tuple[Any, int]]] = defaultdict(list)
    with COMMUNES.open(encoding="utf-8", newline="") as fichier:
        for ligne in csv.DictReader(fichier):
            habitants = int(ligne["population"] or 0)
            point = Point(
                ligne["code_insee"],
                ligne["nom"],
                float(ligne["lat"]),
                float(ligne["lon"]),
                NATALITE_PAR_DEFAUT.naissances(habitants),
            )
            trouvees[ligne["departement"]].append((point, habitants))
    return trouvees


if __name__ == "__main__":
    sys.exit(main())
