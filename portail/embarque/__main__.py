"""Command line: `demo`, `demo-reset`, and `executer` (run a command with ephemeral servers)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from portail.embarque import state
from portail.embarque.demo import Demonstration, StopRequested, reset
from portail.embarque.errors import EmbarqueError, from_os_error
from portail.embarque.services import SharedServices


def main() -> int:
    """Run the asked command; its status is 0 only when all went well."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show « é »
    parser = argparse.ArgumentParser(prog="python -m portail.embarque")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="starts the demonstration")
    demo.add_argument("--port", default="8000")
    commands.add_parser("demo-reset", help="erases the demonstration's data")
    run = commands.add_parser("executer", help="runs a command with PostgreSQL and Valkey of the tests")
    run.add_argument("programme", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        if options.command == "demo":
            Demonstration(parse_port(options.port)).run()
        elif options.command == "demo-reset":
            reset()
        else:
            return run_with_services(options.programme)
    except StopRequested:
        return 0
    except EmbarqueError as erreur:
        sys.stderr.write(f"Erreur : {erreur}\n")
        return 1
    except OSError as erreur:
        sys.stderr.write(f"Erreur : {from_os_error(erreur, state.STATE)}\n")
        return 1
    return 0


def parse_port(text: str) -> int:
    """Raises EmbarqueError when this is no port number."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise EmbarqueError(f"PORT={text} n'est pas un numéro de port : donnez un nombre entre 1024 et 65535.")
    return int(text)


def run_with_services(command: list[str]) -> int:
    """Run a command that finds the servers in its environment; they stop after it."""
    command = command[1:] if command[:1] == ["--"] else command
    with SharedServices(state.TESTS) as shared:
        return subprocess.run(command, env={**os.environ, **shared.services.environment()}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
