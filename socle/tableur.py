"""Cells of spreadsheets that stay text: what people wrote must not be read as a formula when a sheet is opened."""

from __future__ import annotations

# What Excel, LibreOffice and their kin take for the start of a formula, once leading blanks are dropped.
_FORMULES = ("=", "+", "-", "@", "\t", "\r", "\n")


def cellule_sure(texte: str) -> str:
    """The text with an apostrophe before what would be a formula (OWASP, CSV injection)."""
    return f"'{texte}" if texte.lstrip(" \u00a0").startswith(_FORMULES) else texte
