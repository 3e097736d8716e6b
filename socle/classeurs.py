"""Reading a workbook that somebody sends: its first sheet, as texts; formulas are marked, never computed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

# What a small file may swell to once unpacked.
CONTENU_MAX = 20_000_000
FORMULE = "\0formule"


class FichierRefuse(Exception):
    """The file can't be read at all; the message is for the person on screen."""


def rangees(octets: bytes, *, colonnes_max: int, texte_max: int) -> Iterator[list[str]]:
    """The rows of a workbook's first sheet, cut one character after `texte_max`. Raises FichierRefuse."""
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            if sum(info.file_size for info in archive.infolist()) > CONTENU_MAX:
                raise FichierRefuse(_("Ce fichier est trop lourd : gardez seulement la feuille à importer."))
        classeur = load_workbook(BytesIO(octets), read_only=True, data_only=False, keep_links=False)
        for rangee in classeur.worksheets[0].iter_rows(max_col=colonnes_max):
            yield [_texte(cellule)[: texte_max + 1] for cellule in rangee]
    except FichierRefuse:
        raise
    except Exception as erreur:
        # Whatever a file can be: openpyxl has no one exception for what is not a workbook.
        raise FichierRefuse(_("Ce fichier n'est pas un classeur Excel (.xlsx) lisible.")) from erreur


def _texte(cellule: Any) -> str:
    valeur = cellule.value
    if valeur is None:
        return ""
    if cellule.data_type == "f":
        return FORMULE
    match valeur:
        case datetime():
            return valeur.isoformat(sep=" ")
        case date() | time():
            return valeur.isoformat()
        case float() if valeur.is_integer():
            return str(int(valeur))
    return str(valeur).strip()
