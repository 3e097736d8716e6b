"""Outlines from our own GeoJSON files: a département's, and its communes' where a file gives them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

DONNEES = Path(__file__).resolve().parent / "donnees"
Anneaux = list[list[tuple[float, float]]]


def contour_departement(code: str) -> Anneaux:
    """The rings of a département; none when it has no outline."""
    return _lire("contours_departements.geojson").get(code, [])


def contours_communes(code_departement: str) -> dict[str, Anneaux]:
    """The rings of each commune by its INSEE code; empty for a département without such a file."""
    return _lire(f"contours_communes_{code_departement}.geojson")


@cache
def _lire(nom: str) -> dict[str, Anneaux]:
    chemin = DONNEES / nom
    # A code comes from the database, where it is checked; what is not a file of ours is no outline.
    if chemin.parent != DONNEES or not chemin.is_file():
        return {}
    contenu = json.loads(chemin.read_text(encoding="utf-8"))
    return {trait["properties"]["code"]: _anneaux(trait["geometry"]) for trait in contenu["features"]}


def _anneaux(geometrie: dict[str, Any]) -> Anneaux:
    polygones = geometrie["coordinates"] if geometrie["type"] == "MultiPolygon" else [geometrie["coordinates"]]
    return [[(point[0], point[1]) for point in anneau] for polygone in polygones for anneau in polygone]
