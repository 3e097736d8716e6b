"""The way to socle.pdf for pages that seldom print."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language


def rendre(gabarit: str, contexte: dict[str, Any]) -> bytes:
    """The PDF of a template, in the language of the moment unless the context says another."""
    # WeasyPrint takes a third of a second and Pango to import: only who prints pays for it.
    from socle import pdf

    return pdf.rendre(gabarit, {"langue": get_language() or "fr", **contexte})
