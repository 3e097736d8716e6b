"""The world of the matrix, built once a module: each request is undone, so that it stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import reload
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import clear_url_caches
from django.utils import translation

from portail import urls
from tests.droits.monde import Monde


@pytest.fixture(scope="module")
def adresses_de_demonstration(tmp_path_factory: Any) -> Iterator[None]:
    """The addresses that a demonstration has beside those of every installation."""
    with override_settings(MESSAGES_DEMO=str(tmp_path_factory.mktemp("messages")), DEBUG_PROPAGATE_EXCEPTIONS=True):
        with override_settings(DEMO=True):
            reload(urls)
            clear_url_caches()
        # Thousands of refusals, all of one page.
        urls.handler403, urls.handler404 = _bref(403), _bref(404)  # type: ignore[attr-defined]
        yield
        del urls.handler403, urls.handler404  # type: ignore[attr-defined]
        reload(urls)
        clear_url_caches()


def _bref(statut: int) -> Any:
    def page(request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponse(str(exception), status=statut)

    return page


@pytest.fixture(scope="module")
def monde(django_db_setup: None, django_db_blocker: Any, adresses_de_demonstration: None) -> Iterator[Monde]:
    with django_db_blocker.unblock(), transaction.atomic():
        translation.deactivate()
        cache.clear()
        yield Monde()
        transaction.set_rollback(True)
    cache.clear()
