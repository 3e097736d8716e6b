"""Shows on the terminal, in French, what is being done and how long it took."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_WIDTH = 34


def say(text: str = "") -> None:
    """Print one line; a terminal that has gone away is no reason to stop half-way."""
    _write(text + "\n")


@contextmanager
def step(label: str) -> Iterator[StepOutput]:
    """Print `label`, then how long its block took. What the block writes to the yielded stream is shown indented."""
    _write(f"  {label} ".ljust(_WIDTH, "."))
    output = StepOutput()
    beginning = time.monotonic()
    try:
        yield output
    except BaseException:
        _write("\n")
        raise
    seconds = f"{time.monotonic() - beginning:.1f}".replace(".", ",")
    _write(f"  {'fait':.>{_WIDTH - 2}} {seconds} s\n" if output.used else f" {seconds} s\n")


class StepOutput(io.TextIOBase):
    """A stream for a management command's own progress."""

    def __init__(self) -> None:
        self.used = False
        self._at_line_start = True

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not self.used:
            _write("\n")
            self.used = True
        for line in text.splitlines(keepends=True):
            _write(("    " if self._at_line_start else "") + line)
            self._at_line_start = line.endswith(("\n", "\r"))
        return len(text)


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        pass
