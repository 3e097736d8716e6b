"""`make demo`: starts everything, watches over it, and leaves nothing running behind.

One process holds all others: PostgreSQL, Valkey, the web server, the Celery worker and beat are its children.
When one of them dies, the rest is stopped and one sentence says so. Ctrl-C, SIGTERM and the closing of the terminal
stop everything; should this process itself be killed, the kernel tells its children to stop (Linux).
"""

from __future__ import annotations

import ctypes.util
import errno
import http.client
import importlib.util
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from portail.embarque import processes, state
from portail.embarque.errors import DisquePleinError, EmbarqueError, from_os_error
from portail.embarque.services import Services
from portail.embarque.steps import say, step

_ROOM_NEEDED = 300_000_000
_ANSWER_SECONDS = 90
_STOP_SECONDS = 10


class StopRequested(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM, a closed terminal."""


@dataclass(frozen=True)
class Child:
    """A process of the demonstration, with the name people know it by."""

    label: str
    process: subprocess.Popen[bytes]
    log: Path | None


class Terminal:
    """The terminal we were started from: not every system sends SIGHUP when it closes."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._poll: select.poll | None = None
        if sys.stdin is not None and sys.stdin.isatty():
            self._poll = select.poll()
            self._poll.register(sys.stdin, 0)

    def is_gone(self) -> bool:
        """Whether it was closed, or `make` was killed; never under nohup."""
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            return False
        hung_up = self._poll is not None and any(event & select.POLLHUP for _, event in self._poll.poll(0))
        return hung_up or os.getppid() != self._parent


class Demonstration:
    """The demonstration, from its first process to its last."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://localhost:{port}"
        self._children: list[Child] = []
        self._services: Services | None = None
        self._stop_requests = 0
        self._terminal = Terminal()

    def run(self) -> None:
        """Start, say where the portal is, and stay until asked to stop.

        Raises EmbarqueError when something is in the way or dies, StopRequested when asked to stop.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup asks to stay
                signal.signal(number, self._on_signal)
        lock = self._lock()
        try:
            check_port(self.port)
            check_room()
            check_pango()
            say(f"Démonstration du portail (ses données restent dans {os.path.relpath(state.DEMO)})")
            environment = self._start_services()
            self._prepare(environment)
            state.publish_environment(environment)
            self._start_portal(environment)
            self._announce()
            while True:
                self._check()
                time.sleep(0.3)
        finally:
            self._stop_everything()
            lock.close()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Only noted here: every wait looks at it, so no start is cut between a fork and its record.
        self._stop_requests += 1

    def _lock(self) -> IO[str]:
        state.LOGS.mkdir(parents=True, exist_ok=True)
        lock = processes.try_lock(state.DEMO_LOCK)
        if lock is None:
            running = state.running_environment() or {}
            where = running.get("URL_PUBLIQUE", "cette machine")
            raise EmbarqueError(
                f"La démonstration tourne déjà sur {where} : "
                "ouvrez-la, ou arrêtez-la d'abord (Ctrl-C dans son terminal)."
            )
        return lock

    def _start_services(self) -> dict[str, str]:
        services = self._services = Services(state.DEMO)
        if services.own_postgresql:
            with step("PostgreSQL"):
                services.start_postgresql(signal_when_parent_dies=signal.SIGINT)
        if services.own_valkey:
            with step("Valkey"):
                services.start_valkey(signal_when_parent_dies=signal.SIGTERM)
        return {
            **services.environment(),
            "DJANGO_SETTINGS_MODULE": "portail.settings.demo",
            "SECRET_KEY": secret_key(),
            "STATIC_ROOT": str(state.DEMO / "statiques"),
            "MEDIA_ROOT": str(state.DEMO / "medias"),
            "EXPORTS_STORAGE_OPTIONS": json.dumps({"location": str(state.DEMO / "exports")}),
            "PREUVES_STORAGE_OPTIONS": json.dumps({"location": str(state.DEMO / "preuves")}),
            "EDITIONS_STORAGE_OPTIONS": json.dumps({"location": str(state.DEMO / "editions")}),
            "MESSAGES_DEMO": str(state.DEMO / "messages"),
            "URL_PUBLIQUE": self.url,
        }

    def _prepare(self, environment: dict[str, str]) -> None:
        command: list[str | Path] = [sys.executable, "-m", "portail.embarque.preparation"]
        child = self._spawn("La préparation", command, environment, None)
        while child.process.poll() is None:
            self._check_services()
            time.sleep(0.05)
        self._children.remove(child)
        if child.process.returncode != 0:
            raise EmbarqueError("La démonstration n'a pas démarré : voyez ci-dessus, corrigez, puis recommencez.")

    def _start_portal(self, environment: dict[str, str]) -> None:
        celery = [sys.executable, "-m", "celery", "--app", "portail.celery:app"]
        self._spawn(
            "Le serveur web",
            [
                *(sys.executable, "-m", "gunicorn", "portail.wsgi:application"),
                *("--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4", "--worker-class", "gthread"),
                # No access log, as in production: the links to a booking carry their key in the path.
                "--no-control-socket",
            ],
            environment,
            state.LOGS / "web.log",
        )
        self._spawn(
            "L'envoi des messages (worker Celery)",
            [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle"],
            environment,
            state.LOGS / "worker.log",
        )
        self._spawn(
            "L'horloge (Celery beat)",
            [*celery, "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", state.DEMO / "beat"],
            environment,
            state.LOGS / "beat.log",
        )
        with step("Portail, worker et beat"):
            self._wait_for_answer()

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            self._check()
            status = http_status(self.port)
            if status is not None and status < 400:
                return
            if status is not None:
                raise EmbarqueError(f"Le portail répond par une erreur {status} : le détail est dans {state.LOGS}.")
            if time.monotonic() > deadline:
                raise EmbarqueError(f"Le portail ne répond pas : le détail est dans {state.LOGS / 'web.log'}.")
            time.sleep(0.1)

    def _announce(self) -> None:
        say()
        say(f"Le portail est prêt : {self.url}/")
        say(f"Les messages envoyés se lisent ici : {self.url}/demo/messages/")
        try:
            say((state.DEMO / "comptes.txt").read_text().rstrip())
        except OSError:
            pass
        say("Ctrl-C arrête tout ; les données restent jusqu'à « make demo-reset ».")

    def _spawn(self, label: str, command: list[str | Path], environment: dict[str, str], log: Path | None) -> Child:
        if log is not None and log.exists():
            log.replace(log.with_suffix(".log.1"))
        process = processes.spawn(
            command,
            log=log,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(state.ROOT)},
            cwd=state.ROOT,
            signal_when_parent_dies=signal.SIGTERM,
        )
        child = Child(label, process, log)
        self._children.append(child)
        return child

    def _check(self) -> None:
        self._check_services()
        for child in self._children:
            if child.process.poll() is not None:
                raise EmbarqueError(
                    f"{child.label} s'est arrêté ({_ending(child.process.returncode)}) : "
                    f"relancez « make demo » ; le détail est dans {child.log}."
                )

    def _check_services(self) -> None:
        if self._stop_requests or self._terminal.is_gone():
            raise StopRequested
        services = self._services
        if services is None:
            return
        watched: list[tuple[str, Callable[[], bool], Path]] = []
        if services.own_postgresql:
            watched.append(("PostgreSQL", services.postgresql.is_running, services.postgresql.log))
        if services.own_valkey:
            watched.append(("Valkey", services.valkey.is_running, services.valkey.log))
        for label, is_running, log in watched:
            if not is_running():
                raise EmbarqueError(f"{label} s'est arrêté : relancez « make demo » ; le détail est dans {log}.")

    def _stop_everything(self) -> None:
        state.withdraw_environment()
        requests = self._stop_requests
        if self._children or self._services:
            say("\nArrêt en cours…")
        for child in self._children:
            _signal_group(child.process, signal.SIGTERM, only_leader=True)
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            # A second Ctrl-C means: now.
            while child.process.poll() is None and time.monotonic() < deadline and self._stop_requests <= requests:
                time.sleep(0.05)
        for child in self._children:
            # Whatever is left of its session goes with it.
            _signal_group(child.process, signal.SIGKILL)
            child.process.wait()
        if self._services is not None:
            self._services.stop()
            say("Tout est arrêté.")


def reset() -> None:
    """Erase the demonstration's data.

    Raises EmbarqueError while it runs.
    """
    if not state.DEMO.exists():
        say("Il n'y a rien à effacer.")
        return
    lock = processes.try_lock(state.DEMO_LOCK)
    if lock is None:
        raise EmbarqueError("La démonstration tourne : arrêtez-la d'abord (Ctrl-C dans son terminal).")
    try:
        Services(state.DEMO).erase()
        if state.DEMO.exists():  # the servers' data were elsewhere
            shutil.rmtree(state.DEMO)
    except OSError as erreur:
        raise from_os_error(erreur, state.DEMO) from erreur
    finally:
        lock.close()
    say("Les données de démonstration sont effacées ; « make demo » repart de zéro.")


def check_port(port: int) -> None:
    """Raises EmbarqueError when the portal could not listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as erreur:
            if erreur.errno == errno.EADDRINUSE:
                raise EmbarqueError(
                    f"Le port {port} est déjà utilisé : choisissez-en un autre, par exemple "
                    f"« make demo PORT={port + 1 if port < 65535 else 8000} »."
                ) from erreur
            raise EmbarqueError(
                f"Le port {port} n'est pas permis à ce compte : choisissez-en un au-dessus de 1024, par exemple "
                "« make demo PORT=8000 »."
            ) from erreur


def check_room() -> None:
    """Raises DisquePleinError when PostgreSQL would soon run out of room."""
    if shutil.disk_usage(state.STATE).free < _ROOM_NEEDED:
        raise DisquePleinError(state.STATE)


def check_pango() -> None:
    """Raises EmbarqueError when PDFs could not be made: WeasyPrint draws with Pango."""
    if importlib.util.find_spec("weasyprint") is None:
        return
    if not (ctypes.util.find_library("pango-1.0") and ctypes.util.find_library("pangoft2-1.0")):
        raise EmbarqueError(
            "La bibliothèque Pango manque (elle dessine les PDF) : installez-la "
            "(apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core), puis recommencez."
        )


def secret_key() -> str:
    """The demonstration's own key, made at its first start and kept: sessions and links survive a restart."""
    path = state.DEMO / "cle-secrete"
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    key = secrets.token_urlsafe(50)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
    return key


def http_status(port: int) -> int | None:
    """The status of the home page, None while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals, *, only_leader: bool = False) -> None:
    try:
        if only_leader:
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _ending(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"code {returncode}"
