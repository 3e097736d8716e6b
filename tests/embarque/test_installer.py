"""The first step runs on any Python, and says what is missing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from portail.embarque import installer


def test_old_pythons_can_read_it() -> None:
    tree = ast.parse(Path(installer.__file__).read_text(), feature_version=(3, 6))
    imported = {
        name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    assert imported <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.NamedExpr)]


def test_too_old_python_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer.sys, "version_info", (3, 8, 10))
    monkeypatch.setattr(installer.shutil, "which", lambda name: None)
    with pytest.raises(installer.Arret, match=r"Python 3\.8 est trop ancien : installez Python 3\.11"):
        installer.use_recent_python(["demo"])


def test_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    fails = [sys.executable, "-c", "import sys; sys.exit('OSError: [Errno 28] No space left on device')"]
    monkeypatch.setattr(installer, "LOG", "/dev/null")
    monkeypatch.setattr(installer.subprocess, "call", _write_and_fail(fails))
    with pytest.raises(installer.Arret, match="L'installation a échoué"):
        installer.run(fails)


def _write_and_fail(command: list[str]) -> object:
    def call(*args: object, **kwargs: object) -> int:
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode

    return call


def test_full_disk_found_in_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installer, "LOG", str(tmp_path / "installation.log"))
    with pytest.raises(installer.Arret, match="Le disque est plein"):
        installer.run([sys.executable, "-c", "import sys; sys.exit('No space left on device')"])


def test_lock_holds_the_installer_and_no_address() -> None:
    lock = Path(installer.LOCK).read_text()
    assert "\nuv==" in lock
    assert "://" not in lock


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["-n", "2", "--dist", "worksteal"]),
        (["-x"], ["-n", "2", "--dist", "worksteal"]),
        (["tests/ateliers/test_agenda.py"], []),
        (["tests/test_x.py::test_y"], []),
        (["-n0"], []),
        (["--pdb"], []),
    ],
)
def test_only_the_whole_suite_runs_in_parallel(options: list[str], expected: list[str]) -> None:
    assert installer.parallel_options(options) == expected
