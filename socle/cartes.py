"""Maps drawn on the server as inline SVG: outlines, discs and labels, without a tile, a script or another host.

Knows longitudes, latitudes and words, nothing of what they stand for. The same drawing goes on screens and into PDFs,
so colours are attributes; screens in dark theme change them by class. A map is never alone: its page has the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import cos, radians

LARGEUR = 720
KM_PAR_DEGRE = 111.2
_MARGE = 0.04

Contour = Sequence[Sequence[tuple[float, float]]]


@dataclass(frozen=True)
class Disque:
    """A point of the map: its radius in pixels, or in kilometres for a ring drawn around it."""

    longitude: float
    latitude: float
    classe: str
    couleur: str
    rayon: float = 3.0
    rayon_km: float = 0.0
    titre: str = ""
    libelle: str = ""
    # A shape besides the colour, for those that must be told apart in grey: "carre", "losange", "triangle".
    forme: str = "rond"


@dataclass(frozen=True)
class Trace:
    chemin: str
    classe: str
    remplissage: str
    titre: str = ""


@dataclass(frozen=True)
class Signe:
    x: float
    y: float
    r: float
    disque: Disque
    anneau: bool
    texte_x: float
    texte_y: float
    ancre: str


@dataclass(frozen=True)
class Carte:
    """What templates/composants/carte_fixe.html draws."""

    titre: str
    largeur: int
    hauteur: int
    traces: list[Trace]
    signes: list[Signe]
    legende: Sequence[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Zone:
    """An outline: rings of (longitude, latitude)."""

    contour: Contour
    classe: str = "fond"
    remplissage: str = "#f3ede4"
    titre: str = ""


def dessiner(
    titre: str,
    *,
    zones: Iterable[Zone],
    disques: Sequence[Disque],
    legende: Sequence[tuple[str, str, str]] = (),
    largeur: int = LARGEUR,
) -> Carte:
    """A map that holds its outlines and discs; a legend is (words, colour, class)."""
    zones = list(zones)
    points = [point for zone in zones for anneau in zone.contour for point in anneau]
    points += [(disque.longitude, disque.latitude) for disque in disques]
    if not points:
        return Carte(titre, largeur, 1, [], [], legende)
    ouest, est = min(p[0] for p in points), max(p[0] for p in points)
    sud, nord = min(p[1] for p in points), max(p[1] for p in points)
    # A degree of longitude is shorter than one of latitude; at the scale of a département one factor is enough.
    etroit = cos(radians((sud + nord) / 2))
    etendue = max((est - ouest) * etroit, (nord - sud) * 0.6, 0.02)
    marge = etendue * _MARGE
    echelle = largeur / (etendue + 2 * marge)
    hauteur = max(120, round(((nord - sud) + 2 * marge) * echelle))
    decalage = (largeur - (est - ouest) * etroit * echelle) / 2

    def x(longitude: float) -> float:
        return round((longitude - ouest) * etroit * echelle + decalage, 1)

    def y(latitude: float) -> float:
        return round((nord - latitude + marge) * echelle, 1)

    traces = [
        Trace(
            "".join(
                "M" + "L".join(f"{x(lon)} {y(lat)}" for lon, lat in anneau) + "Z" for anneau in zone.contour if anneau
            ),
            zone.classe,
            zone.remplissage,
            zone.titre,
        )
        for zone in zones
    ]
    signes = []
    for disque in disques:
        rayon = disque.rayon_km / KM_PAR_DEGRE * echelle if disque.rayon_km else disque.rayon
        cx, cy = x(disque.longitude), y(disque.latitude)
        gauche = cx > largeur * 0.75
        signes.append(
            Signe(
                cx,
                cy,
                round(rayon, 1),
                disque,
                bool(disque.rayon_km),
                round(cx - rayon - 5 if gauche else cx + rayon + 5, 1),
                round(cy + 5, 1),
                "end" if gauche else "start",
            )
        )
    return Carte(titre, largeur, hauteur, traces, signes, legende)
