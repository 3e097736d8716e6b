"""Tables as files: xlsx, ods and csv, in which no cell can run anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import tablib

from socle.enums import FormatTableau

TYPES = {
    FormatTableau.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FormatTableau.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    FormatTableau.CSV: "text/csv; charset=utf-8",
}
# What a spreadsheet takes for the beginning of a formula, the wide forms of East Asian keyboards included.
_FORMULE = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What XML can't hold.
_INVISIBLES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def neutraliser(valeur: Any) -> Any:
    """A text that a spreadsheet would read as a formula gets an apostrophe before it; all else stays as it is."""
    if not isinstance(valeur, str):
        return valeur
    texte = _INVISIBLES.sub("", valeur)
    # Some readers trim before they look.
    if texte.startswith(_FORMULE) or texte.lstrip().startswith(_FORMULE):
        return f"'{texte}"
    return texte


def ecrire(format_: FormatTableau, *, titre: str, entetes: Sequence[str], lignes: Iterable[Sequence[Any]]) -> bytes:
    """The file of a table, every cell neutralised."""
    tableau = tablib.Dataset(headers=[neutraliser(entete) for entete in entetes], title=titre[:31])
    for ligne in lignes:
        tableau.append([neutraliser("" if valeur is None else valeur) for valeur in ligne])
    if format_ == FormatTableau.CSV:
        # Semicolons and a byte-order mark: what French spreadsheets open without asking.
        texte: str = tableau.export("csv", delimiter=";")
        return texte.encode("utf-8-sig")
    contenu: bytes = tableau.export(format_.value)
    return contenu


def ecrire_classeur(feuilles: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """A workbook (xlsx) of several tables: title, headings, rows; every cell neutralised."""
    livre = tablib.Databook()
    for titre, entetes, lignes in feuilles:
        feuille = tablib.Dataset(headers=[neutraliser(entete) for entete in entetes], title=_nom_de_feuille(titre))
        for ligne in lignes:
            feuille.append([neutraliser("" if valeur is None else valeur) for valeur in ligne])
        livre.add_sheet(feuille)
    contenu: bytes = livre.export("xlsx")
    return contenu


def _nom_de_feuille(titre: str) -> str:
    """What spreadsheets take for a sheet's name."""
    return re.sub(r"[\\/*?:\[\]]", " ", titre)[:31]
