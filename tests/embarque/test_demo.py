"""`make demo` for real, in a terminal: it starts, is found by manage.py, and leaves nothing behind."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portail.embarque import demo
from portail.embarque.__main__ import parse_port
from portail.embarque.errors import EmbarqueError
from portail.embarque.privileges import fingerprint
from portail.embarque.services import Services

READY = "Ctrl-C arrête tout"
START_SECONDS = 240


class TerminalDemo:
    """The demonstration in a terminal of its own, with its state in a folder of its own."""

    def __init__(self, racine: Path, folder: Path, port: int) -> None:
        self.racine, self.folder, self.port = racine, folder, port
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        } | {"PORTAIL_ETAT": str(folder)}
        self.said = ""
        self.pid = 0

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "portail.embarque", *arguments]

    def start(self) -> None:
        self.said = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # A terminal's program listens to it, also when these tests were started in the background.
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.chdir(self.racine)
            command = self.command("demo", "--port", str(self.port))
            os.execve(command[0], command, self.environment)
        self.read_until(READY)

    def read_until(self, text: str | None) -> None:
        """Read the terminal until this text, or until its end."""
        deadline = time.monotonic() + START_SECONDS
        while text is None or text not in self.said:
            assert time.monotonic() < deadline, self.said
            if not select.select([self.terminal], [], [], 1)[0]:
                continue
            try:
                read = os.read(self.terminal, 65536)
            except OSError:
                read = b""
            if not read:
                assert text is None, self.said
                return
            self.said += read.decode(errors="replace")

    def wait(self) -> int:
        self.read_until(None)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.racine, env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )

    def processes(self) -> dict[int, str]:
        """Every process that belongs to this demonstration, by its environment or its command line."""
        marks = (str(self.folder).encode(), fingerprint(str(self.folder / "demo")).encode())
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                known = command + (process / "environ").read_bytes() if command else b""
                if any(mark in known for mark in marks):
                    found[int(process.name)] = command.replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalDemo]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    racine = Path(__file__).resolve().parent.parent.parent
    running = TerminalDemo(racine, tmp_path_factory.mktemp("etat"), port)
    yield running
    for pid in running.processes():
        os.kill(pid, signal.SIGKILL)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL")
        patch.delenv("REDIS_URL")
        Services(running.folder / "demo").erase()


@pytest.mark.longue
def test_demonstration_from_its_first_start_to_its_reset(demonstration: TerminalDemo) -> None:
    """One story, since a start takes seconds: each part begins where the one before ended."""
    demonstration.start()
    _is_up(demonstration)
    _is_found_by_manage_py(demonstration)
    _refuses_a_second_start_and_a_reset(demonstration)
    _stops_on_ctrl_c(demonstration)
    _stops_when_a_child_dies(demonstration)
    _leaves_nothing_when_killed(demonstration)
    _starts_again_and_stops_on_sigterm(demonstration)
    _is_reset(demonstration)


def _is_up(demonstration: TerminalDemo) -> None:
    assert f"http://localhost:{demonstration.port}/" in demonstration.said
    commands = " ".join(demonstration.processes().values())
    for expected in ("gunicorn", "worker", "beat", "postgres", "valkey"):
        assert expected in commands


def _is_found_by_manage_py(demonstration: TerminalDemo) -> None:
    code = "from maisons.models import Commune; print(Commune.objects.count())"
    counted = demonstration.run(sys.executable, "manage.py", "shell", "--command", code)
    assert int(counted.stdout.split()[-1]) > 30_000, counted.stderr


def _refuses_a_second_start_and_a_reset(demonstration: TerminalDemo) -> None:
    for arguments in (("demo",), ("demo-reset",)):
        refused = demonstration.run(*demonstration.command(*arguments))
        assert refused.returncode == 1
        assert re.fullmatch(r"Erreur : La démonstration tourne.*\n", refused.stderr)


def _stops_on_ctrl_c(demonstration: TerminalDemo) -> None:
    os.write(demonstration.terminal, b"\x03")
    assert demonstration.wait() == 0
    assert "Tout est arrêté." in demonstration.said
    assert demonstration.processes() == {}
    absent = demonstration.run(sys.executable, "manage.py", "showmigrations")
    assert absent.returncode == 1
    assert absent.stderr.strip().endswith("ou donnez DATABASE_URL.")


def _stops_when_a_child_dies(demonstration: TerminalDemo) -> None:
    beginning = time.monotonic()
    demonstration.start()
    # 15 s on a quiet machine; this one may be busy with other tests.
    assert time.monotonic() - beginning < 60
    beat = min(pid for pid, command in demonstration.processes().items() if " beat " in command)
    os.kill(beat, signal.SIGKILL)
    assert demonstration.wait() == 1
    assert "Erreur : L'horloge (Celery beat) s'est arrêté (signal 9) : relancez « make demo »" in demonstration.said
    assert demonstration.processes() == {}


def _leaves_nothing_when_killed(demonstration: TerminalDemo) -> None:
    demonstration.start()
    os.kill(demonstration.pid, signal.SIGKILL)
    assert demonstration.wait() == -signal.SIGKILL
    deadline = time.monotonic() + 30
    while demonstration.processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert demonstration.processes() == {}


def _starts_again_and_stops_on_sigterm(demonstration: TerminalDemo) -> None:
    demonstration.start()
    os.kill(demonstration.pid, signal.SIGTERM)
    assert demonstration.wait() == 0
    assert demonstration.processes() == {}


def _is_reset(demonstration: TerminalDemo) -> None:
    assert demonstration.run(*demonstration.command("demo-reset")).returncode == 0
    assert not (demonstration.folder / "demo").exists()


def test_port_in_use_is_said_before_anything_starts(demonstration: TerminalDemo) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", demonstration.port))
        other.listen()
        refused = demonstration.run(*demonstration.command("demo", "--port", str(demonstration.port)))
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        f"Erreur : Le port {demonstration.port} est déjà utilisé : choisissez-en un autre"
    )
    assert refused.stderr.count("\n") == 1
    assert demonstration.processes() == {}


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "8000 8001", "²"])
def test_port_that_is_none(port: str) -> None:
    with pytest.raises(EmbarqueError, match="numéro de port"):
        parse_port(port)


def test_full_disk_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo.state, "STATE", tmp_path)
    monkeypatch.setattr(demo, "_ROOM_NEEDED", 10**18)
    with pytest.raises(EmbarqueError, match="Le disque est plein"):
        demo.check_room()


def test_missing_pango_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(demo.ctypes.util, "find_library", lambda name: None)
    with pytest.raises(EmbarqueError, match="apt install libpango"):
        demo.check_pango()
