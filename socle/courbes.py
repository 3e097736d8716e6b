"""Curves of counts over time as inline SVG: steps, a mark to reach, a range. The page gives the figures in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format

LARGEUR, HAUTEUR = 720, 300
_GAUCHE, _DROITE, _HAUT, _BAS = 34, 116, 18, 34


@dataclass(frozen=True)
class Marche:
    """A count that changes on days: (day, count from that day on)."""

    nom: str
    points: Sequence[tuple[date, int]]
    couleur: str
    tirets: str = ""


@dataclass(frozen=True)
class Trait:
    nom: str
    chemin: str
    couleur: str
    tirets: str
    x: float
    y: float


@dataclass(frozen=True)
class Courbe:
    """What templates/composants/courbe.html draws."""

    titre: str
    largeur: int
    hauteur: int
    traits: list[Trait]
    graduations: list[tuple[float, str]]
    niveaux: list[tuple[float, int]]
    cible: tuple[float, float, str] | None = None
    plage: tuple[float, float, float, str] | None = None
    aujourd_hui: float | None = None
    legende: Sequence[tuple[str, str, str]] = field(default_factory=list)


def escalier(
    titre: str,
    marches: Sequence[Marche],
    *,
    du: date,
    au: date,
    maximum: int,
    cible: tuple[date, int, str] | None = None,
    plage: tuple[date, int, int, str] | None = None,
    aujourd_hui: date | None = None,
) -> Courbe:
    """Steps from a day to another; `cible` is a point to reach, `plage` a range of counts on a day."""
    jours = max((au - du).days, 1)
    haut = max(maximum, 1)

    def x(jour: date) -> float:
        return round(_GAUCHE + (min(max(jour, du), au) - du).days / jours * (LARGEUR - _GAUCHE - _DROITE), 1)

    def y(nombre: float) -> float:
        return round(HAUTEUR - _BAS - nombre / haut * (HAUTEUR - _HAUT - _BAS), 1)

    traits = []
    for marche in marches:
        points = sorted(marche.points)
        if not points:
            continue
        chemin = f"M{x(points[0][0])} {y(points[0][1])}"
        for (_avant, compte), (jour, nouveau) in zip(points, points[1:], strict=False):
            chemin += f"L{x(jour)} {y(compte)}L{x(jour)} {y(nouveau)}"
        dernier_jour, dernier = points[-1]
        traits.append(Trait(marche.nom, chemin, marche.couleur, marche.tirets, x(dernier_jour), y(dernier)))
    mois = []
    for annee in range(du.year, au.year + 1):
        for numero in (1, 4, 7, 10):
            jour = date(annee, numero, 1)
            if du <= jour <= au:
                mois.append((x(jour), date_format(jour, "N Y")))
    # Words every so often, so that they don't run into each other.
    pas = max(1, -(-len(mois) // 7))
    return Courbe(
        titre,
        LARGEUR,
        HAUTEUR,
        traits,
        mois[::pas],
        [(y(niveau), niveau) for niveau in range(0, haut + 1, max(1, haut // 8))],
        (x(cible[0]), y(cible[1]), cible[2]) if cible else None,
        (x(plage[0]), y(plage[1]), y(plage[2]), plage[3]) if plage else None,
        x(aujourd_hui) if aujourd_hui and du <= aujourd_hui <= au else None,
        [(marche.nom, marche.couleur, marche.tirets) for marche in marches],
    )
