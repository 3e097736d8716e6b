"""Gives the tests a real PostgreSQL and a real Valkey, and each worker a copy of an already migrated database.

The servers start with the first test that needs them and stop with the last process that uses them.
"""

from __future__ import annotations

import os

# Before the project is imported: Celery and pytest-django both read it.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portail.settings.test")

from collections.abc import Iterator

import pytest

from portail.embarque.services import SharedServices
from portail.embarque.state import ROOT, TESTS
from portail.embarque.translations import compile_catalogues

_services = SharedServices(TESTS)
os.environ.update(_services.services.environment())
compile_catalogues(ROOT / "locale")


@pytest.fixture(scope="session")
def services() -> Iterator[None]:
    """PostgreSQL and Valkey run."""
    with _services:
        yield


@pytest.fixture
def valkey(services: None) -> str:
    """The address of a real Valkey, shared by the workers: never empty it, use keys of your own."""
    return os.environ["REDIS_URL"]
