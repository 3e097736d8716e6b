"""What a house offers, told by the rooms that know it: each registers chapters in `<app>/dossier.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from maisons.label.indicateurs import Periode
from maisons.models import Maison
from maisons.pilotage.redaction import Redaction

# Writes the chapter of a house over a period, as of a day; nothing that names or tells of a family.
EcrireChapitre = Callable[[Redaction, Maison, Periode, date], None]


@dataclass(frozen=True)
class Chapitre:
    rang: int
    titre: str | Promise
    ecrire: EcrireChapitre
    # Where it belongs: the offer, or the diagnosis (partners).
    du_diagnostic: bool = False


_CHAPITRES: list[Chapitre] = []


def enregistrer(chapitre: Chapitre) -> None:
    _CHAPITRES.append(chapitre)


def chapitres(*, du_diagnostic: bool) -> Iterator[Chapitre]:
    """In their order."""
    yield from sorted(
        (chapitre for chapitre in _CHAPITRES if chapitre.du_diagnostic == du_diagnostic),
        key=lambda chapitre: chapitre.rang,
    )
