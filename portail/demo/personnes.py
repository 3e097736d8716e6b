"""Fictional families: plainly invented names, addresses that cannot exist, numbers set aside for fiction (Arcep)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ateliers.inscriptions import AgeEnfant
from socle.texte import normaliser

DOMAINE = "demo.invalid"
NOM = "Démo"
PRENOMS = (
    "Inès", "Camille", "Yanis", "Fatou", "Lucie", "Mehdi", "Élodie", "Aylin", "Thomas", "Maria", "Oksana", "Baptiste",
    "Nadia", "Julien", "Awa", "Sophie", "Karim", "Pauline", "Emre", "Chloé", "Léa", "Samuel", "Ioana", "Marion",
    "Hugo", "Salima", "Noémie", "Paulo", "Anaïs", "Adama", "Clara", "Ludovic", "Zeynep", "Margaux", "Rachid",
)  # fmt: skip
# One fictional baby every so many days since a fixed day: the same family has the same child at every load.
_ORIGINE = date(2024, 1, 1)
_PAS = timedelta(days=4)
# From the fourth month of pregnancy to the second birthday.
_AVANT = timedelta(days=180)
_APRES = timedelta(days=730)


@dataclass(frozen=True)
class FamilleDemo:
    numero: int
    prenom: str
    repere: date  # the day its child was born, or is expected

    @property
    def email(self) -> str:
        """One family in four is only reached by telephone."""
        return "" if self.numero % 4 == 3 else f"{normaliser(self.prenom.split()[0])}.{self.numero}@{DOMAINE}"

    @property
    def telephone(self) -> str:
        """In 06 39 98 00 00 to 99 99, never given to anyone."""
        return "" if self.numero % 4 == 1 else f"+3363998{self.numero % 10_000:04}"

    @property
    def langue(self) -> str:
        return "en" if self.numero % 12 == 2 else "fr"

    def enfant(self, *, aujourd_hui: date) -> AgeEnfant:
        if self.repere > aujourd_hui:
            return AgeEnfant(terme_prevu=self.repere)
        return AgeEnfant(naissance=self.repere)


def familles(*, aujourd_hui: date) -> list[FamilleDemo]:
    """Those within their 1000 days today, from the eldest child to the last expected."""
    premiere = max(0, (aujourd_hui - _APRES - _ORIGINE) // _PAS)
    derniere = (aujourd_hui + _AVANT - _ORIGINE) // _PAS
    return [
        FamilleDemo(n, f"{PRENOMS[n % len(PRENOMS)]} {NOM}", _ORIGINE + n * _PAS)
        for n in range(premiere, derniere + 1)
    ]
