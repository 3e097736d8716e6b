"""Reads of families' records, kept for each house on whose behalf they were read (socle/lectures.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone

from familles.models import Famille
from socle import lectures
from socle.models import Lecture, Utilisateur
from socle.portee import utilisateur_de

# (the reader, families, day) → the houses through which the reader knows them.
Maisons = Callable[[Utilisateur, list[int], date], Iterable[int]]
_MAISONS: list[Maisons] = []


def enregistrer_maisons(fonction: Maisons) -> None:
    """For upper rooms: through which houses families are known."""
    _MAISONS.append(fonction)


def noter(
    *,
    utilisateur: Utilisateur,
    page: str,
    familles: Iterable[int | None],
    maisons: Iterable[int] | None = None,
    maintenant: datetime,
) -> Lecture | None:
    """Keep that a person was shown these families. `page` is a URL's name, or "export:…" for a file made later.

    Without `maisons`, it is on behalf of the houses through which the reader knows them.
    """
    # A row that stayed as a figure is of no family.
    pks = sorted({pk for pk in familles if pk is not None})
    if not pks:
        return None
    if maisons is None:
        le = timezone.localdate(maintenant)
        maisons = {pk for fonction in _MAISONS for pk in fonction(utilisateur, pks, le)}
    return lectures.noter(
        utilisateur=utilisateur, page=page, modele=Famille, objets=pks, cadres=maisons, maintenant=maintenant
    )


def noter_page(request: HttpRequest, familles: Iterable[int | None], *, maisons: Iterable[int] | None = None) -> None:
    """The same for the page that answers this request."""
    page = request.resolver_match.view_name if request.resolver_match else request.path
    noter(
        utilisateur=utilisateur_de(request),
        page=page,
        familles=familles,
        maisons=maisons,
        maintenant=timezone.now(),
    )
