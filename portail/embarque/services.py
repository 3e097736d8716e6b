"""PostgreSQL and Valkey together: addresses from the environment, or servers of our own in a folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from portail.embarque import privileges, processes
from portail.embarque.errors import from_os_error
from portail.embarque.postgresql import PostgreSQL
from portail.embarque.valkey import Valkey


class Services:
    """The two servers the portal needs. DATABASE_URL and REDIS_URL, when set, name existing ones instead."""

    def __init__(self, folder: Path, *, ephemeral: bool = False) -> None:
        self.wanted = wanted = folder.resolve()
        try:
            wanted.mkdir(parents=True, exist_ok=True)
            self.folder = privileges.reachable_folder(wanted, privileges.service_account(wanted))
            self.account = privileges.service_account(self.folder / "postgresql")
            if self.folder != wanted:
                privileges.private_folder(self.folder, None)
                self.folder.chmod(0o711)
            sockets = privileges.socket_folder(wanted, self.account)
        except OSError as erreur:
            raise from_os_error(erreur, wanted) from erreur
        self.postgresql = PostgreSQL(self.folder, sockets=sockets, account=self.account, ephemeral=ephemeral)
        self.valkey = Valkey(self.folder, sockets=sockets, account=self.account, ephemeral=ephemeral)
        # A child of ours inherits the addresses we gave: these are still our own servers.
        self.own_postgresql = os.environ.get("DATABASE_URL") in (None, "", self.postgresql.url())
        self.own_valkey = os.environ.get("REDIS_URL") in (None, "", self.valkey.url())

    def environment(self) -> dict[str, str]:
        """What the portal's settings read. Known before the servers run."""
        return {
            "DATABASE_URL": os.environ.get("DATABASE_URL") or self.postgresql.url(),
            "REDIS_URL": os.environ.get("REDIS_URL") or self.valkey.url(),
        }

    def start_postgresql(self, *, signal_when_parent_dies: signal.Signals | None = None) -> None:
        """Make PostgreSQL run, unless DATABASE_URL names another."""
        if self.own_postgresql:
            with self.starting():
                self.postgresql.start(signal_when_parent_dies=signal_when_parent_dies)

    def start_valkey(self, *, signal_when_parent_dies: signal.Signals | None = None) -> None:
        """Make Valkey run, unless REDIS_URL names another."""
        if self.own_valkey:
            with self.starting():
                self.valkey.start(signal_when_parent_dies=signal_when_parent_dies)

    def stop(self) -> None:
        """Stop the servers of our own."""
        if self.own_valkey:
            self.valkey.stop()
        if self.own_postgresql:
            self.postgresql.stop()

    def erase(self) -> None:
        """Stop the servers and remove everything they kept, wherever it is."""
        self.stop()
        shutil.rmtree(self.postgresql.sockets, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Only one process at a time starts or stops these servers."""
        try:
            lock = processes.exclusive_lock(self.folder / "demarrage.verrou")
            with lock:
                yield
        except OSError as erreur:
            raise from_os_error(erreur, self.folder) from erreur


class SharedServices:
    """Servers that several processes use at once (pytest's workers, two test runs): the last to leave stops them.

    Users hold a shared lock, which the kernel releases when one of them is killed. Servers that outlive a killed
    last user are found and used by the next.
    """

    def __init__(self, folder: Path) -> None:
        self.services = Services(folder, ephemeral=True)
        self._usage: IO[str] | None = None

    def __enter__(self) -> Self:
        with self.services.starting():
            usage = (self.services.folder / "usage.verrou").open("a")
            fcntl.flock(usage, fcntl.LOCK_SH)
            self._usage = usage
        try:
            self.services.start_postgresql()
            self.services.start_valkey()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._usage is None:
            return
        with self.services.starting(), self._usage:
            try:
                fcntl.flock(self._usage, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # others still use them
            self.services.stop()
