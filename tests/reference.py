"""The whole reference data, for the modules whose tests need every commune: once for a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from maisons.chargement import charger_reference


@contextmanager
def reference_chargee(django_db_blocker: Any) -> Iterator[None]:
    """Communes and départements in a transaction that the tests' own ones nest in, undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        charger_reference()
        yield
        transaction.set_rollback(True)
