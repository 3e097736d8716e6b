"""Where the demonstration keeps its things, and how another process finds the one that runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

from portail.embarque import processes

ROOT = Path(__file__).resolve().parent.parent.parent
# Git-ignored. One folder per use: the demonstration, the tests. PORTAIL_ETAT moves it, to run two demonstrations.
STATE = Path(os.environ.get("PORTAIL_ETAT") or ROOT / ".embarque").resolve()
DEMO = STATE / "demo"
TESTS = STATE / "tests"
LOGS = DEMO / "journaux"
# Held by the demonstration as long as it runs.
DEMO_LOCK = DEMO / "demonstration.verrou"
_RUNNING = DEMO / "en-cours.json"


def publish_environment(environment: dict[str, str]) -> None:
    """Let `manage.py` find the demonstration that runs; the file holds its secret key, so it is closed to others."""
    partial = _RUNNING.with_suffix(".partiel")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(environment, file)
    partial.rename(_RUNNING)


def withdraw_environment() -> None:
    """Make the demonstration unfindable: it stops."""
    _RUNNING.unlink(missing_ok=True)


def running_environment() -> dict[str, str] | None:
    """The settings of the demonstration that runs, None when none does.

    The lock decides: the file alone may have been left by a demonstration that was killed.
    """
    try:
        environment: dict[str, str] = json.loads(_RUNNING.read_text())
        lock = processes.try_lock(DEMO_LOCK, shared=True)
    except (OSError, ValueError):
        return None
    if lock is not None:
        lock.close()
        return None
    return environment
