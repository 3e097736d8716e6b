"""Files that other processes read while we write."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def ecrire_une_fois(chemin: Path, contenu: bytes) -> bool:
    """Write a whole file at once, unless it is there: False then, and the file is as it was."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    descripteur, provisoire = tempfile.mkstemp(dir=chemin.parent, prefix=".")
    try:
        with os.fdopen(descripteur, "wb") as fichier:
            fichier.write(contenu)
        os.link(provisoire, chemin)  # unlike a rename, refuses to replace
    except FileExistsError:
        return False
    finally:
        os.unlink(provisoire)
    return True
