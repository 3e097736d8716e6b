"""Processes and locks: starting a child that cannot outlive us, stopping one, holding a file lock."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from portail.embarque.privileges import Account

_PR_SET_PDEATHSIG = 1


class Child(subprocess.Popen[bytes]):
    """A started process that may outlive us: forgetting it is no oversight to warn about, unlike with its parent."""

    def __del__(self) -> None:
        pass


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    env: Mapping[str, str],
    cwd: str | Path = "/",
    account: Account | None = None,
    signal_when_parent_dies: signal.Signals | None = None,
) -> Child:
    """Start a command in a session of its own, so that a Ctrl-C in the terminal reaches only its parent.

    Its output goes to `log`, or to the terminal without one. With `signal_when_parent_dies` (Linux), the kernel sends
    that signal when we die, even from kill -9.
    """
    parent = os.getpid()

    def bind_to_parent() -> None:
        if signal_when_parent_dies is None or not sys.platform.startswith("linux"):
            return
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal_when_parent_dies))
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    output = log.open("ab") if log is not None else None
    try:
        return Child(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            # No thread runs here when a child is started.
            preexec_fn=bind_to_parent,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    finally:
        if output is not None:
            output.close()


def is_alive(pid: int) -> bool:
    """Whether a process runs under this id; a zombie does not count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"


def command_line(pid: int) -> str:
    """The command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        pass
    answer = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False, env={"PATH": os.defpath}
    )
    return answer.stdout.strip()


def wait_until_gone(pid: int, *, timeout: float) -> bool:
    """Wait for a process to end, reaping it when it is our child; False when it still runs after `timeout`."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
        if not is_alive(pid):
            return True
        time.sleep(0.02)
    return not is_alive(pid)


def stop_process(pid: int, *, first: signal.Signals, timeout: float) -> None:
    """Ask a process to end, and kill it when it has not after `timeout` seconds."""
    try:
        os.kill(pid, first)
        if not wait_until_gone(pid, timeout=timeout):
            os.kill(pid, signal.SIGKILL)
            wait_until_gone(pid, timeout=5)
    except ProcessLookupError:
        pass


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the kernel releases it when its holder dies, however it dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def try_lock(path: Path, *, shared: bool = False) -> IO[str] | None:
    """Take a lock at once or give up: the open file holds it until closed; None when somebody else has it."""
    file = path.open("a")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
