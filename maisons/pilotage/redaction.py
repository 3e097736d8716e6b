"""Writing a document as plain data: parts, texts, tables, charts, maps, and where each figure comes from.

What is written here is kept as JSON and never read from the database again: the pages are made of it alone. Every
figure that is given bears the number of its definition (`Redaction.source`), which the annex explains with its date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from socle.cartes import Carte

# Of the shape below; a later portal reads older content by it.
FORMAT = 1


class Redaction:
    """A document being written, part after part."""

    def __init__(self, *, titre: str, sous_titre: str, auteur: str, le: date, version: int) -> None:
        self._entete = {
            "format": FORMAT,
            "titre": titre,
            "sous_titre": sous_titre,
            "auteur": auteur,
            "le": le.isoformat(),
            "version": version,
        }
        self._faits: list[list[str]] = []
        self._parties: list[dict[str, Any]] = []
        self._sources: dict[str, int] = {}
        self._definitions: list[dict[str, str]] = []

    # Cover and parts

    def fait(self, libelle: str, valeur: str) -> None:
        """A line of the cover."""
        self._faits.append([libelle, valeur])

    def partie(self, titre: str, *, niveau: int = 1, suite: bool = False) -> None:
        """A part (1, on a page of its own unless `suite`), a chapter of it (2), a section (3)."""
        self._parties.append({"titre": titre, "niveau": niveau, "suite": suite, "blocs": []})

    def _bloc(self, genre: str, **valeurs: Any) -> None:
        self._parties[-1]["blocs"].append({"genre": genre, **valeurs})

    # Blocks

    def texte(self, *paragraphes: str) -> None:
        for paragraphe in paragraphes:
            if paragraphe.strip():
                self._bloc("texte", texte=paragraphe.strip())

    def note(self, texte: str) -> None:
        self._bloc("note", texte=texte)

    def liste(self, elements: Sequence[str]) -> None:
        if elements:
            self._bloc("liste", elements=list(elements))

    def reperes(self, lignes: Sequence[tuple[str, str, int | None]]) -> None:
        """Large figures: (value, words, number of the definition)."""
        if lignes:
            self._bloc("reperes", lignes=[list(ligne) for ligne in lignes])

    def tableau(
        self,
        titre: str,
        entetes: Sequence[str],
        lignes: Sequence[Sequence[Any]],
        *,
        sources: Sequence[int | None] = (),
        vide: str = "",
        nombres: Sequence[int] = (),
        total: Sequence[Any] | None = None,
    ) -> None:
        """A table; `sources` gives, per column, the number of its definition, `nombres` the columns of figures."""
        if not lignes:
            if vide:
                self.texte(vide)
            return
        self._bloc(
            "tableau",
            titre=titre,
            entetes=list(entetes),
            lignes=[["" if case is None else str(case) for case in ligne] for ligne in lignes],
            sources=list(sources) or [None] * len(entetes),
            nombres=list(nombres),
            total=None if total is None else ["" if case is None else str(case) for case in total],
        )

    def barres(
        self,
        titre: str,
        lignes: Sequence[tuple[str, Sequence[float | None]]],
        *,
        series: Sequence[str] = (),
        unite: str = "",
        maximum: float | None = None,
        source: int | None = None,
    ) -> None:
        """A chart; the same figures belong in a table beside it. `source` is the number of their definition."""
        if not lignes:
            return
        connues = [valeur for _libelle, valeurs in lignes for valeur in valeurs if valeur is not None]
        self._bloc(
            "barres",
            titre=titre,
            # Rounded, a little less than nothing is nothing: never "-0".
            lignes=[
                [libelle, [None if valeur is None else valeur + 0.0 for valeur in valeurs]]
                for libelle, valeurs in lignes
            ],
            series=list(series),
            unite=unite,
            maximum=maximum if maximum is not None else max([*map(abs, connues), 1]),
            source=source,
        )

    def carte(self, carte: Carte) -> None:
        self._bloc("carte", carte=asdict(carte))

    def signatures(self, roles: Sequence[str]) -> None:
        self._bloc("signatures", roles=list(roles))

    # Sources

    def source(self, code: str, *, nom: str, definition: str, origine: str, date: str) -> int:
        """The number under which the annex explains a figure; the same code keeps its number."""
        if code not in self._sources:
            self._sources[code] = len(self._sources) + 1
            self._definitions.append({"nom": nom, "definition": definition, "origine": origine, "date": date})
        return self._sources[code]

    def contenu(self) -> dict[str, Any]:
        return {
            **self._entete,
            "faits": self._faits,
            "parties": self._parties,
            "definitions": self._definitions,
        }


def avec_source(texte: str, numero: int | None) -> str:
    """A cell of a table that bears the number of its own definition."""
    return texte if numero is None else f"{texte}\x1f{numero}"


def empreinte(contenu: dict[str, Any]) -> str:
    """SHA-256 of a content, whatever the order its keys were kept in."""
    canonique = json.dumps(contenu, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonique.encode()).hexdigest()
