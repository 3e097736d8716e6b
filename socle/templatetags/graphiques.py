"""{% graphique titre barres series %}: a chart of socle/graphiques.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from socle.graphiques import Barre, Serie, barres

register = template.Library()


@register.inclusion_tag("composants/graphique.html")
def graphique(
    titre: str, lignes: Sequence[Barre], series: Sequence[Serie] = (), maximum: float = 100, unite: str = "%"
) -> dict[str, Any]:
    """Bars out of `maximum`; put the same figures in a table beside it."""
    return {"dessin": barres(titre, lignes, series=series, maximum=maximum, unite=unite)}
