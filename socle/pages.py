"""What pages are called where the log of reads and the history name them."""

from __future__ import annotations

from django.utils.functional import Promise

# "admin:ateliers_seance_change" → what a person calls that page.
_PAGES: dict[str, str | Promise] = {}


def nommer_pages(pages: dict[str, str | Promise]) -> None:
    """Say what pages are called, by the names of their addresses."""
    _PAGES.update(pages)


def nom_de_page(page: str) -> str:
    """A page in words; one that nobody named shows its address' name."""
    return str(_PAGES.get(page, page))
