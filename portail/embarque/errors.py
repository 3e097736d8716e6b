"""What can stop a start. Messages are written for the person in front of the terminal, in French."""

from __future__ import annotations

import errno
from pathlib import Path


class EmbarqueError(Exception):
    """A start that cannot go on; the message is one French sentence that says what to do."""


class DisquePleinError(EmbarqueError):
    """No room is left where a server keeps its files."""

    def __init__(self, dossier: Path) -> None:
        super().__init__(f"Le disque est plein : libérez au moins 500 Mo là où se trouve {dossier}, puis recommencez.")


def from_os_error(erreur: OSError, dossier: Path) -> EmbarqueError:
    """Turn a system error met while working in `dossier` into a sentence."""
    if erreur.errno in (errno.ENOSPC, errno.EDQUOT):
        return DisquePleinError(dossier)
    if isinstance(erreur, PermissionError):
        fautif = erreur.filename or dossier
        return EmbarqueError(
            f"Pas le droit d'écrire dans {fautif} : donnez ce dossier à votre compte "
            f'(sudo chown -R "$USER" {dossier}) ou supprimez-le, puis recommencez.'
        )
    return EmbarqueError(f"Le système refuse une opération ({erreur}) : corrigez cela, puis recommencez.")
