"""A timeline of births as numbers to draw: months on an axis, a dot per family, windows of groups above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

LARGEUR = 960
MARGE = 24
PAS = 13
BANDE = 34
MARGE_JOURS = 7


@dataclass(frozen=True)
class Naissance:
    """A family on the timeline. `place`: it is in a group of the draft, or of the house."""

    jour: date
    est_ne: bool
    place: bool = True


@dataclass(frozen=True)
class Periode:
    """A group's window of births."""

    du: date
    au: date
    titre: str


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    genre: str


@dataclass(frozen=True)
class Bande:
    x: float
    y: float
    largeur: float
    milieu: float
    titre: str
    numero: int


@dataclass(frozen=True)
class Frise:
    largeur: int
    hauteur: float
    sol: float
    mois: list[tuple[float, str]]
    points: list[Point]
    bandes: list[Bande]
    aujourd_hui: float | None


def dessiner(*, naissances: Sequence[Naissance], periodes: Sequence[Periode] = (), aujourd_hui: date) -> Frise | None:
    """Lay out a timeline; None when there is nothing to show. Dots of one week are piled up."""
    jours = [naissance.jour for naissance in naissances] + [p.du for p in periodes] + [p.au for p in periodes]
    if not jours:
        return None
    debut, fin = min(jours) - timedelta(days=MARGE_JOURS), max(jours) + timedelta(days=MARGE_JOURS)
    duree = max(1, (fin - debut).days)

    def x(jour: date) -> float:
        return round(MARGE + (LARGEUR - 2 * MARGE) * (jour - debut).days / duree, 1)

    rangs = _rangs(periodes)
    haut_bandes = BANDE * (max(rangs, default=-1) + 1)
    semaines: Counter[int] = Counter()
    piles: list[tuple[int, int, Naissance]] = []
    for naissance in sorted(naissances, key=lambda n: (n.jour, not n.est_ne)):
        semaine = (naissance.jour - debut).days // 7
        piles.append((semaine, semaines[semaine], naissance))
        semaines[semaine] += 1
    sol = haut_bandes + PAS * (max(semaines.values(), default=0) + 1)
    points = [
        Point(
            x(debut + timedelta(days=semaine * 7 + 3)),
            round(sol - PAS * (hauteur + 0.7), 1),
            ("ne" if naissance.est_ne else "attendu") + ("" if naissance.place else " reste"),
        )
        for semaine, hauteur, naissance in piles
    ]
    bandes = [
        Bande(
            x(periode.du),
            BANDE * rang + 4,
            round(x(periode.au) - x(periode.du), 1),
            round((x(periode.du) + x(periode.au)) / 2, 1),
            periode.titre,
            numero,
        )
        for numero, (periode, rang) in enumerate(zip(periodes, rangs, strict=True), start=1)
    ]
    return Frise(
        LARGEUR,
        sol + 30,
        sol,
        [
            (x(premier), date_format(premier, "N Y" if premier.month in (1, 7) else "N").lower())
            for premier in _mois(debut, fin)
        ],
        points,
        bandes,
        x(aujourd_hui) if debut <= aujourd_hui <= fin else None,
    )


def _rangs(periodes: Sequence[Periode]) -> list[int]:
    """The row of each window: the first one where it overlaps no other."""
    libres: list[date] = []
    rangs = []
    for periode in periodes:
        rang = next((r for r, fin in enumerate(libres) if fin < periode.du), len(libres))
        if rang == len(libres):
            libres.append(periode.au)
        else:
            libres[rang] = periode.au
        rangs.append(rang)
    return rangs


def _mois(debut: date, fin: date) -> list[date]:
    premiers = []
    jour = (debut.replace(day=1) + timedelta(days=32)).replace(day=1)
    while jour <= fin:
        premiers.append(jour)
        jour = (jour + timedelta(days=32)).replace(day=1)
    return premiers
