"""Locking one row that is read beside others."""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

M = TypeVar("M", bound=models.Model)


def verrouiller(queryset: models.QuerySet[M], pk: int | str) -> M:
    """The row, locked until commit, with what the queryset loads beside it.

    When a foreign key of the row changed while its lock was waited for, PostgreSQL finds the new row beside the old
    neighbour and drops it from the answer. The lock is held by then: read again.
    """
    verrouilles = queryset.select_for_update(of=("self",), no_key=True)
    try:
        return verrouilles.get(pk=pk)
    except ObjectDoesNotExist:
        return verrouilles.get(pk=pk)
