"""Fixtures for every test."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from tests.greffons import base_modele

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
_NO_CHROMIUM = "Chromium manque : apt install chromium"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "navigateur" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.navigateur)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """What takes minutes begins first, or one worker would wait for the other at the end.

    Of that, first what needs no database of the tests: the other worker is making it.
    """
    if item.get_closest_marker("longue") is None:
        return 2
    return int("live_server" in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def langue_par_defaut() -> None:
    """Each test begins in French: a request for an English page leaves its language in the thread."""
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, services: None, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Replaces pytest-django's: a copy of an already migrated database, on our own server."""
    with django_db_blocker.unblock():
        copy = base_modele.use_copy(afresh=request.config.getvalue("create_db"))
    yield
    with django_db_blocker.unblock():
        base_modele.drop_copy(copy)


@pytest.fixture(autouse=True)
def connexion_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """client.force_login(…) is a whole sign-in: password and second factor. With `facteur=False`, password alone."""
    from django.test import Client

    def force_login(client: Client, user: Any, backend: str | None = None, *, facteur: bool = True) -> None:
        client._login(user, "socle.comptes.authentification.MotDePasseBackend")  # type: ignore[attr-defined]
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [
            {"method": methode, "at": time.time()} for methode in (["password", "mfa"] if facteur else ["password"])
        ]
        session.save()

    monkeypatch.setattr(Client, "force_login", force_login)


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    """A real Chromium, which reaches no other host than this machine.

    Without one the test is skipped, except in CI, where it fails.
    """
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(_NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread, where Django would refuse every query of the test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


class Incidents(list[str]):
    """What went wrong in a page: script errors, refusals of the content security policy, requests to other hosts."""

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.append(f"script error: {error}"))
        page.on("console", lambda message: self._console(message.text) if message.type == "error" else None)
        page.on("request", lambda request: self._request(request.url))

    def _console(self, text: str) -> None:
        # A page answered 4xx on purpose is not an incident.
        if not text.startswith("Failed to load resource"):
            self.append(f"console: {text}")

    def _request(self, url: str) -> None:
        if not url.startswith(("http://localhost", "http://127.0.0.1", "data:", "blob:", "about:")):
            self.append(f"third-party request: {url}")


@pytest.fixture
def ouvrir_contexte(navigateur: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browser contexts (`java_script_enabled=False`, `viewport=…`) in French, closed after the test.

    The test fails on a script error, a refusal of the content security policy or a request to another host.
    """
    contexts: list[BrowserContext] = []
    incidents = Incidents()

    def ouvrir(**options: Any) -> BrowserContext:
        context = navigateur.new_context(
            **{"locale": "fr-FR", "timezone_id": "Europe/Paris", "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(10_000)
        context.on("page", incidents.watch)
        contexts.append(context)
        return context

    yield ouvrir
    for context in contexts:
        context.close()
    assert not incidents, incidents


@pytest.fixture
def page(ouvrir_contexte: Callable[..., BrowserContext]) -> Page:
    """A page of a telephone's size, with JavaScript."""
    return ouvrir_contexte(viewport={"width": 390, "height": 844}).new_page()


@pytest.fixture
def page_sans_js(ouvrir_contexte: Callable[..., BrowserContext]) -> Page:
    """The same page in a browser without JavaScript."""
    return ouvrir_contexte(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Asserts that axe finds nothing to say about a page's accessibility.

    Without its reading of style sheets: it would inline the admin's @import, which the security policy stops.
    """
    from axe_playwright_python.sync_playwright import Axe

    engine = Axe()

    def check(page: Page) -> None:
        found = engine.run(page, options={"preload": False})
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture
def racine() -> Path:
    """The project's folder."""
    return Path(__file__).resolve().parent.parent
