"""Who read whose record: a row for each page that shows a person's name or contact, without what it showed.

`noter` is called by every page, file or export of the team that names people (tests/test_lectures.py walks them).
An upper room says which of its records are people's, and on whose behalf they are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import models

from socle.models import Lecture, Utilisateur


def noter(
    *,
    utilisateur: Utilisateur,
    page: str,
    modele: type[models.Model],
    objets: Iterable[int],
    cadres: Iterable[int] = (),
    maintenant: datetime,
) -> Lecture | None:
    """Keep that this person saw these records on this page; nothing is written for a page that shows none."""
    uniques = sorted(set(objets))
    if not uniques:
        return None
    return Lecture.objects.create(
        utilisateur=utilisateur,
        page=page,
        objet_type=ContentType.objects.get_for_model(modele),
        objets=uniques,
        cadres=sorted(set(cadres)),
        le=maintenant,
    )


def purger(*, avant: datetime, nombre: int) -> int:
    """Let go of at most so many rows older than that; how many went. The database keeps a year's."""
    lot = Lecture.objects.filter(le__lt=avant).order_by("le", "pk")[:nombre]
    supprimees, _detail = Lecture.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimees
