"""The coverage drawn: communes as dots, places as marks, on the outline of a département; plain SVG, no tile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, radians, sqrt
from pathlib import Path

from maisons.couverture import CommuneVue, Desserte

CONTOURS = Path(__file__).parent / "donnees" / "contours_departements.geojson"
LARGEUR = 720
MARGE = 16
RAYON_MIN, RAYON_MAX = 1.6, 14.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Rond:
    """A commune: its place on the drawing, a disc as large as its population."""

    x: float
    y: float
    r: float
    titre: str
    desservie: bool


@dataclass(frozen=True)
class Marque:
    x: float
    y: float
    titre: str
    arrets: int


@dataclass(frozen=True)
class Plan:
    largeur: int
    hauteur: int
    contour: str
    ronds: Sequence[Rond]
    marques: Sequence[Marque]


@cache
def _contours() -> dict[str, list[list[Point]]]:
    """Outer rings of each département by its code, as (longitude, latitude)."""
    rings: dict[str, list[list[Point]]] = {}
    for trait in json.loads(CONTOURS.read_text(encoding="utf-8"))["features"]:
        geometrie = trait["geometry"]
        polygones = geometrie["coordinates"] if geometrie["type"] == "MultiPolygon" else [geometrie["coordinates"]]
        rings[trait["properties"]["code"]] = [[(lon, lat) for lon, lat in polygone[0]] for polygone in polygones]
    return rings


def dessiner(code_departement: str, vues: Iterable[CommuneVue], servis: Iterable[Desserte]) -> Plan | None:
    """The drawing of a département; None when its outline and its communes are unknown."""
    vues = list(vues)
    anneaux = _contours().get(code_departement, [])
    points = [point for anneau in anneaux for point in anneau] or [
        (vue.commune.longitude, vue.commune.latitude) for vue in vues
    ]
    if not points:
        return None
    ouest, est = min(lon for lon, _lat in points), max(lon for lon, _lat in points)
    sud, nord = min(lat for _lon, lat in points), max(lat for _lon, lat in points)
    # Degrees of longitude are shorter than those of latitude: by the cosine, at this height.
    serre = cos(radians((sud + nord) / 2))
    echelle = (LARGEUR - 2 * MARGE) / max((est - ouest) * serre, 0.01)
    hauteur = round((nord - sud) * echelle) + 2 * MARGE

    def placer(lon: float, lat: float) -> Point:
        return round(MARGE + (lon - ouest) * serre * echelle, 1), round(MARGE + (nord - lat) * echelle, 1)

    plus_grande = max((vue.commune.population for vue in vues), default=0) or 1
    ronds = []
    for vue in vues:
        x, y = placer(vue.commune.longitude, vue.commune.latitude)
        r = max(RAYON_MIN, RAYON_MAX * sqrt(vue.commune.population / plus_grande))
        ronds.append(Rond(x, y, round(r, 1), vue.commune.nom, vue.desservie))
    marques = []
    for desserte in servis:
        x, y = placer(desserte.lieu.longitude, desserte.lieu.latitude)
        if 0 <= x <= LARGEUR and 0 <= y <= hauteur:
            marques.append(Marque(x, y, f"{desserte.lieu.maison.nom}, {desserte.lieu.commune.nom}", desserte.arrets))
    contour = " ".join(
        "M" + "L".join(f"{x} {y}" for x, y in (placer(lon, lat) for lon, lat in anneau)) + "Z" for anneau in anneaux
    )
    return Plan(LARGEUR, hauteur, contour, ronds, marques)
