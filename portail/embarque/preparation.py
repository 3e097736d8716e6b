"""Brings the demonstration's database and files up to date: a process of its own, since it loads Django.

Each part is skipped when what it depends on has not changed since.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.utils import timezone

from portail.embarque.state import DEMO, LOGS, ROOT
from portail.embarque.steps import say, step
from portail.embarque.translations import compile_catalogues

ACCOUNTS = DEMO / "comptes.txt"
_STAMPS = DEMO / "prepare.json"


def main() -> int:
    """Prepare everything; the status tells whether the demonstration may start."""
    try:
        prepare()
    except Exception as erreur:
        log = LOGS / "preparation.log"
        log.write_text(traceback.format_exc())
        say(f"La préparation a échoué ({type(erreur).__name__} : {erreur}).")
        say(f"Le détail est dans {log} ; « make demo-reset » repart de zéro.")
        return 1
    return 0


def prepare() -> None:
    """Compile the translations, migrate, load the data, collect the static files, list the accounts."""
    with step("Traductions"):
        compile_catalogues(ROOT / "locale")
    django.setup()
    with step("Base de données à jour"):
        call_command("migrate", verbosity=0, interactive=False)
    stamps = Stamps()
    reference = fingerprint(_source_files("maisons"))
    stamps.run("Données de référence", "charger_reference", reference, needed=not _has_rows("maisons", "Commune"))
    calendar = fingerprint(_source_files("familles"))
    stamps.run("Calendrier des 1000 jours", "charger_calendrier", calendar, needed=not _has_rows("familles", "Jalon"))
    code = fingerprint(_source_files())
    today = timezone.localdate().isoformat()
    stamps.run("Données de démonstration", "charger_demo", code + today, needed=not _has_rows("maisons", "Maison"))
    stamps.run(
        "Fichiers statiques",
        "collectstatic",
        fingerprint(_static_files()),
        needed=not Path(settings.STATIC_ROOT or "").is_dir(),
        interactive=False,
        clear=True,
        verbosity=0,
    )
    with ACCOUNTS.open("w") as file:
        call_command("comptes_demo", stdout=file)


class Stamps:
    """Remembers what each part was last made from."""

    def __init__(self) -> None:
        try:
            self._known: dict[str, str] = json.loads(_STAMPS.read_text())
        except (OSError, ValueError):
            self._known = {}

    def run(self, label: str, command: str, key: str, *, needed: bool, **options: object) -> None:
        """Run a management command unless its key is the one of last time."""
        # Another database (DATABASE_URL) has its own past.
        key = hashlib.sha256(f"{os.environ['DATABASE_URL']} {key}".encode()).hexdigest()
        if not needed and self._known.get(command) == key:
            return
        with step(label) as output:
            call_command(command, stdout=output, **options)
        self._known[command] = key
        _STAMPS.write_text(json.dumps(self._known))


def fingerprint(files: Iterable[Path]) -> str:
    """Changes when a file is added, removed, resized or touched."""
    digest = hashlib.sha256()
    for path in sorted(files):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _has_rows(app: str, model: str) -> bool:
    return bool(apps.get_model(app, model)._default_manager.exists())


def _source_files(*labels: str) -> list[Path]:
    """The code and data that loading depends on, of these apps or of all of ours."""
    folders = [Path(config.path) for config in apps.get_app_configs() if not labels or config.label in labels]
    ours = [folder for folder in folders if folder.parent == ROOT]
    return [
        path for folder in ours for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"
    ]


def _static_files() -> list[Path]:
    found: list[Path] = []
    for finder in get_finders():
        listing: Callable[..., Iterable[tuple[str, object]]] = finder.list
        for name, storage in listing(None):
            found.append(Path(storage.path(name)))  # type: ignore[attr-defined]
    return found


if __name__ == "__main__":
    sys.exit(main())
