"""The world of the matrix, built once a module: each request is undone, so that it stays as it is."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from importlib import reload
from typing import Any

import pytest
from django.contrib import admin
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
def menu_connu() -> Iterator[None]:
    """What the menu offers depends on the person alone: it is asked for once a person, not with every page."""
    connus: dict[Any, Any] = {}
    demander = admin.site.get_app_list

    def get_app_list(request: HttpRequest, app_label: str | None = None) -> Any:
        cle = (request.user.pk, app_label)
        if cle not in connus:
            connus[cle] = demander(request, app_label)
        return connus[cle]

    admin.site.get_app_list = get_app_list  # type: ignore[method-assign]
    yield
    admin.site.get_app_list = demander  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def monde(
    django_db_setup: None, django_db_blocker: Any, adresses_de_demonstration: None, menu_connu: None
) -> Iterator[Monde]:
    with django_db_blocker.unblock(), transaction.atomic():
        translation.deactivate()
        cache.clear()
        monde = Monde()
        # Nothing of it is garbage: it need not be looked through again and again.
        gc.collect()
        gc.freeze()
        yield monde
        gc.unfreeze()
        transaction.set_rollback(True)
    cache.clear()
