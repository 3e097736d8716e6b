"""The portal to measure: PostgreSQL, Valkey and gunicorn of its own in a folder that goes afterwards.

Durable as in the demonstration (fsync on), reached on the loopback only.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from portail.embarque import processes
from portail.embarque.services import Services
from portail.embarque.state import ROOT

WORKERS, THREADS = 2, 4
_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 60
_STATEMENT = re.compile(rb"LOG:  (?:statement|execute [^:]*): ")


@dataclass(frozen=True)
class Cpu:
    """CPU seconds, user and system."""

    web: float
    base: float

    @property
    def total(self) -> float:
        return self.web + self.base

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.web - other.web, self.base - other.base)


class Serveur:
    """Runs while it is entered."""

    def __init__(self) -> None:
        self.port = _free_port()
        self._gunicorn: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # Always servers of its own: a measure must not depend on, nor fill, somebody's database.
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        self.folder = Path(tempfile.mkdtemp(prefix="portail-bench-"))
        self.folder.chmod(0o711)
        try:
            self.services = Services(self.folder)
            self.services.start_postgresql(signal_when_parent_dies=signal.SIGINT)
            self.services.start_valkey(signal_when_parent_dies=signal.SIGTERM)
            os.environ.update(
                self.services.environment(),
                DJANGO_SETTINGS_MODULE="bench.settings",
                SECRET_KEY="cle-du-banc-de-mesure-sans-valeur-ailleurs-que-la",
                STATIC_ROOT=str(self.folder / "statiques"),
                MESSAGES_DEMO=str(self.folder / "messages"),
                URL_PUBLIQUE=f"http://127.0.0.1:{self.port}",
                PYTHONPATH=str(ROOT),
            )
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._gunicorn is not None:
            processes.stop_process(self._gunicorn.pid, first=signal.SIGTERM, timeout=10)
            self._gunicorn.wait()
        if hasattr(self, "services"):
            self.services.stop()
            shutil.rmtree(self.services.postgresql.sockets, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_web(self) -> None:
        """Start gunicorn as `make demo` does, and wait until every worker has answered once."""
        self._gunicorn = processes.spawn(
            [
                *(sys.executable, "-m", "gunicorn", "portail.wsgi:application"),
                *("--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS), "--threads", str(THREADS)),
                *("--worker-class", "gthread", "--access-logfile", "-", "--no-control-socket"),
            ],
            log=self.folder / "web.log",
            env=os.environ,
            cwd=ROOT,
            signal_when_parent_dies=signal.SIGTERM,
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._gunicorn.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("Le portail ne répond pas :\n" + self.web_log()[-2000:])
            time.sleep(0.1)

    def web_log(self) -> str:
        try:
            return (self.folder / "web.log").read_text(errors="replace")
        except OSError:
            return ""

    def _answers(self) -> bool:
        # gunicorn listens before its workers have loaded the portal, or failed to.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_START_SECONDS)
        try:
            connection.request("GET", "/sante/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def cpu(self) -> Cpu:
        """What the web's and the database's processes have used so far, those that ended included."""
        web = self._gunicorn.pid if self._gunicorn else 0
        return Cpu(_tree_seconds(web), _tree_seconds(self.services.postgresql.pid() or 0))

    def count_statements(self, *, on: bool) -> None:
        """Make PostgreSQL itself log every statement, or stop it."""
        with psycopg.connect(
            host=str(self.services.postgresql.sockets), user="postgres", dbname="postgres", autocommit=True
        ) as server:
            server.execute(f"ALTER SYSTEM SET log_statement = '{'all' if on else 'none'}'")
            server.execute("SELECT pg_reload_conf()")
        # The processes reread their settings between two statements.
        time.sleep(1)
        self._log_position = self.services.postgresql.log.stat().st_size

    def statements(self) -> list[str]:
        """The statements PostgreSQL received since the last call, BEGIN and COMMIT included."""
        with self.services.postgresql.log.open("rb") as log:
            log.seek(self._log_position)
            said = log.read()
            self._log_position = log.tell()
        return [part.decode(errors="replace").split("\n")[0][:150] for part in _STATEMENT.split(said)[1:]]


def _tree_seconds(pid: int) -> float:
    """A process, its living children, and its dead ones."""
    ticks = _ticks(pid, dead_children=True)
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return (ticks + sum(_ticks(int(child), dead_children=True) for child in children)) / _TICKS


def _ticks(pid: int, *, dead_children: bool) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    # proc(5): utime, stime, cutime, cstime are fields 14 to 17.
    return sum(int(fields[i]) for i in ((11, 12, 13, 14) if dead_children else (11, 12)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
