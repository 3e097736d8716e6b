"""Outlines from our own GeoJSON files: a département's, and its communes' where a file gives them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import reverse

DONNEES = Path(__file__).resolve().parent / "donnees"
# The one file that isn't a département's.
DEPARTEMENTS = "departements"
Anneaux = list[list[tuple[float, float]]]


def geojson(nom: str) -> bytes | None:
    """The départements, or the communes of the département of this code; None where there is no such file of ours."""
    chemin = _chemin(nom)
    return _sans_blancs(chemin) if chemin is not None else None


def adresse_des_communes(code_departement: str) -> str:
    """Where a map gets the communes of a département; empty when nobody has given their outlines."""
    if _chemin(code_departement) is None:
        return ""
    return reverse("maisons:contours", args=[code_departement])


def contour_departement(code: str) -> Anneaux:
    """The rings of a département; none when it has no outline."""
    return _lire(DEPARTEMENTS).get(code, [])


def contours_communes(code_departement: str) -> dict[str, Anneaux]:
    """The rings of each commune by its INSEE code; empty for a département without such a file."""
    return _lire(code_departement)


def _chemin(nom: str) -> Path | None:
    """A name comes from an address or the database: what is not a file of ours is no outline."""
    chemin = DONNEES / f"contours_{nom if nom == DEPARTEMENTS else f'communes_{nom}'}.geojson"
    return chemin if chemin.parent == DONNEES and chemin.is_file() else None


@cache
def _sans_blancs(chemin: Path) -> bytes:
    contenu = json.loads(chemin.read_text(encoding="utf-8"))
    return json.dumps(contenu, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _lire(nom: str) -> dict[str, Anneaux]:
    chemin = _chemin(nom)
    if chemin is None:
        return {}
    contenu = json.loads(chemin.read_text(encoding="utf-8"))
    return {trait["properties"]["code"]: _anneaux(trait["geometry"]) for trait in contenu["features"]}


def _anneaux(geometrie: dict[str, Any]) -> Anneaux:
    polygones = geometrie["coordinates"] if geometrie["type"] == "MultiPolygon" else [geometrie["coordinates"]]
    return [[(point[0], point[1]) for point in anneau] for polygone in polygones for anneau in polygone]
