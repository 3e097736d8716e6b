"""Compiles the translations in pure Python: the compiled files stay out of git, and no machine need have gettext."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(folder: Path) -> int:
    """Compile each catalogue that is newer than its compiled file; returns how many were."""
    compiled = 0
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        # Two test workers may compile at once: the file appears complete.
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=".mo-")
        with os.fdopen(handle, "wb") as file:
            write_mo(file, catalogue)
        os.chmod(partial, 0o644)
        os.replace(partial, target)
        compiled += 1
    return compiled
