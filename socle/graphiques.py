"""Charts as inline SVG: bars only, with their words in the drawing, the same on screen and in a PDF.

Lengths are shares of the drawing's width and type is in pixels, so that words stay readable on a telephone. Colours
are attributes, which neither the security policy nor WeasyPrint minds; screens in dark theme change them by class.
A chart is never alone: its page has the same figures in a table.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.translation import gettext as _

# Told apart in grey and by colour-blind eyes; five at most on a chart.
COULEURS = ("#0e5670", "#b4472f", "#2b6e52", "#8a5a00", "#6d3b5e")
ENCRE, DOUX = "#17384a", "#4a606d"
_CARACTERES = 44
_LIGNE, _BARRE, _ECART, _TITRE = 18, 16, 14, 6


@dataclass(frozen=True)
class Serie:
    nom: str


@dataclass(frozen=True)
class Barre:
    """A line of the chart: a value for each series, None for one that is not shown."""

    libelle: str
    valeurs: Sequence[float | None]


@dataclass(frozen=True)
class Rectangle:
    y: int
    largeur: str
    couleur: str
    classe: str
    texte: str
    texte_x: str


@dataclass(frozen=True)
class Bloc:
    lignes: list[tuple[int, str]]
    rectangles: list[Rectangle]


@dataclass(frozen=True)
class Dessin:
    """What templates/composants/graphique.html draws."""

    titre: str
    hauteur: int
    blocs: list[Bloc] = field(default_factory=list)
    legende: list[tuple[str, str, str]] = field(default_factory=list)


def barres(
    titre: str, lignes: Sequence[Barre], *, series: Sequence[Serie] = (), maximum: float = 100, unite: str = "%"
) -> Dessin:
    """Horizontal bars, several to a line when there are several series."""
    y, blocs = 0, []
    for ligne in lignes:
        mots = []
        for morceau in textwrap.wrap(ligne.libelle, _CARACTERES) or [""]:
            y += _LIGNE
            mots.append((y - 4, morceau))
        rectangles = []
        for rang, valeur in enumerate(ligne.valeurs):
            rectangles.append(_rectangle(y + _TITRE // 2, rang, valeur, maximum, unite))
            y += _BARRE + 2
        y += _ECART
        blocs.append(Bloc(mots, rectangles))
    legende = [
        (serie.nom, COULEURS[i % len(COULEURS)], f"serie-{i % len(COULEURS) + 1}") for i, serie in enumerate(series)
    ]
    return Dessin(titre, max(y, 1), blocs, legende if len(legende) > 1 else [])


def _rectangle(y: int, rang: int, valeur: float | None, maximum: float, unite: str) -> Rectangle:
    couleur, classe = COULEURS[rang % len(COULEURS)], f"serie-{rang % len(COULEURS) + 1}"
    if valeur is None:
        return Rectangle(y, "0", couleur, classe, _("masqué"), "0")
    # The longest bar leaves room for its figure; what is below zero has no length, its figure says it.
    largeur = 84 * max(0.0, min(valeur, maximum)) / maximum if maximum else 0
    return Rectangle(y, f"{largeur:.2f}%", couleur, classe, _nombre(valeur, unite), f"{largeur + 1.5:.2f}%")


def _nombre(valeur: float, unite: str) -> str:
    if unite == "€":
        texte = number_format(valeur, decimal_pos=0 if valeur == int(valeur) else 2)
    else:
        # Rounded, a little less than nothing is nothing: never "-0".
        texte = number_format(round(valeur) if unite == "%" or valeur == int(valeur) else round(valeur, 1) + 0.0)
    return f"{texte}\u00a0{unite}" if unite else texte
