"""Make the map's contours light enough for a telephone: run by hand when the source contours change.

    python maisons/donnees/simplifier_contours.py SOURCE.geojson maisons/donnees/NOM.geojson TOLERANCE

Borders that two shapes share stay shared: the points of all shapes are first put on one grid, cut into lines between
the points where borders meet, and each line is simplified once (Visvalingam: points whose triangle with their
neighbours is smaller than TOLERANCE, in square degrees, go first).
"""

from __future__ import annotations

import heapq
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

# 4 decimals of a degree: about 10 metres.
DECIMALES = 4
Point = tuple[int, int]
Anneau = list[Point]


def _anneaux(geometrie: dict[str, Any]) -> list[list[list[list[float]]]]:
    return [geometrie["coordinates"]] if geometrie["type"] == "Polygon" else geometrie["coordinates"]


def _sur_grille(anneau: list[list[float]]) -> Anneau:
    """The ring on the grid, its repeated points and closing point left out."""
    facteur = 10**DECIMALES
    points: Anneau = []
    for lon, lat in anneau:
        point = (round(lon * facteur), round(lat * facteur))
        if not points or point != points[-1]:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points


def _simplifier(ligne: Anneau, tolerance: float) -> Anneau:
    """Visvalingam on an open line whose ends stay."""
    avant = list(range(-1, len(ligne) - 1))
    apres = list(range(1, len(ligne) + 1))
    vivants = [True] * len(ligne)

    def aire(i: int) -> float:
        (x1, y1), (x2, y2), (x3, y3) = ligne[avant[i]], ligne[i], ligne[apres[i]]
        return abs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)) / 2

    tas = [(aire(i), i) for i in range(1, len(ligne) - 1)]
    heapq.heapify(tas)
    aires = {i: a for a, i in tas}
    while tas:
        a, i = heapq.heappop(tas)
        if not vivants[i] or aires[i] != a:
            continue
        if a >= tolerance:
            break
        vivants[i] = False
        apres[avant[i]], avant[apres[i]] = apres[i], avant[i]
        for voisin in (avant[i], apres[i]):
            if 0 < voisin < len(ligne) - 1:
                aires[voisin] = max(a, aire(voisin))
                heapq.heappush(tas, (aires[voisin], voisin))
    return [point for point, vivant in zip(ligne, vivants, strict=True) if vivant]


def simplifier(collection: dict[str, Any], tolerance: float) -> dict[str, Any]:
    seuil = tolerance * 10 ** (2 * DECIMALES)
    formes = [
        [[_sur_grille(anneau) for anneau in polygone] for polygone in _anneaux(forme["geometry"])]
        for forme in collection["features"]
    ]
    # A point where the set of neighbours differs from one ring to another is a node: lines are cut there.
    voisins: dict[Point, set[frozenset[Point]]] = defaultdict(set)
    for anneau in (a for forme in formes for polygone in forme for a in polygone):
        for i, point in enumerate(anneau):
            voisins[point].add(frozenset({anneau[i - 1], anneau[(i + 1) % len(anneau)]}))
    noeuds = {point for point, paires in voisins.items() if len(paires) > 1}
    connues: dict[tuple[Point, ...], Anneau] = {}

    def alleger(anneau: Anneau) -> Anneau:
        coupures = [i for i, point in enumerate(anneau) if point in noeuds]
        if not coupures:
            # A ring that meets no other (an island) is cut at its lowest point and at the one half-way round.
            depart = anneau.index(min(anneau))
            coupures = sorted({depart, (depart + len(anneau) // 2) % len(anneau)})
        resultat: Anneau = []
        for n, debut in enumerate(coupures):
            fin = coupures[(n + 1) % len(coupures)]
            if fin <= debut:
                fin += len(anneau)
            ligne = [anneau[i % len(anneau)] for i in range(debut, fin + 1)]
            sens = ligne[0] < ligne[-1] or (ligne[0] == ligne[-1] and ligne[1] <= ligne[-2])
            cle = tuple(ligne if sens else ligne[::-1])
            if cle not in connues:
                connues[cle] = _simplifier(list(cle), seuil)
            resultat += (connues[cle] if sens else connues[cle][::-1])[:-1]
        return resultat

    def en_degres(anneau: Anneau) -> list[list[float]]:
        return [[x / 10**DECIMALES, y / 10**DECIMALES] for x, y in [*anneau, anneau[0]]]

    sorties = []
    for forme, source in zip(formes, collection["features"], strict=True):
        polygones = [[alleger(anneau) for anneau in polygone if len(anneau) > 2] for polygone in forme]
        # Under four points a ring has no area left: the smallest islands go, but never a whole shape.
        gardes = [[a for a in p if len(a) > 2] for p in polygones if p and len(p[0]) > 2] or [
            [max((a for p in forme for a in p), key=len)]
        ]
        sorties.append(
            {
                "type": "Feature",
                "properties": {"code": source["properties"]["code"], "nom": source["properties"]["nom"]},
                "geometry": {"type": "MultiPolygon", "coordinates": [[en_degres(a) for a in p] for p in gardes]},
            }
        )
    return {"type": "FeatureCollection", "features": sorties}


if __name__ == "__main__":
    source, cible, tolerance = sys.argv[1:]
    allegee = simplifier(json.loads(Path(source).read_text()), float(tolerance))
    Path(cible).write_text(json.dumps(allegee, ensure_ascii=False, separators=(",", ":")) + "\n")
