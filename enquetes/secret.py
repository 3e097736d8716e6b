"""Keeping small counts hidden: which cells of the published tables to leave out, and the proof that it is enough.

A count from 1 to k - 1 is hidden. Since lines add up to published totals, other cells must be hidden with it, until
nobody who knows everything that was published – these tables, those of the days before, the totals – can tell a hidden
small count to within k: the smallest and the largest value it may have, by linear programming, differ by k at least.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import highspy

from socle.solveur import nouveau_solveur

Cellule = Hashable
# Solvers count in floating point; counts are whole.
_TOLERANCE = 1e-6


class SecretImpossible(Exception):
    """It can't be shown that small counts stay hidden: what was published before tells one, or the solver gave up."""


@dataclass
class Systeme:
    """The counts of one table over all its axes and all the days it was published, and how they add up."""

    effectifs: dict[Cellule, int] = field(default_factory=dict)
    # Each line: cells with their sign, and what they add up to.
    lignes: list[tuple[dict[Cellule, int], int]] = field(default_factory=list)
    # What may be shown this time; what was shown, and hidden, before. The rest is never shown by itself.
    publiables: set[Cellule] = field(default_factory=set)
    publiees: set[Cellule] = field(default_factory=set)
    cachees: set[Cellule] = field(default_factory=set)
    # Totals: hidden only when nothing else does.
    cheres: set[Cellule] = field(default_factory=set)

    def ajouter(self, cellule: Cellule, effectif: int, *, publiable: bool = False, chere: bool = False) -> None:
        self.effectifs[cellule] = effectif
        if chere:
            self.cheres.add(cellule)
        if publiable:
            self.publiables.add(cellule)

    def ajouter_ancienne(self, cellule: Cellule, effectif: int, *, montree: bool) -> None:
        self.effectifs[cellule] = effectif
        (self.publiees if montree else self.cachees).add(cellule)

    def prix(self, cellule: Cellule) -> tuple[bool, bool, int, str]:
        """What hiding a cell costs the reader, to choose the cheapest."""
        effectif = self.effectifs[cellule]
        return cellule in self.cheres, effectif == 0, effectif, str(cellule)

    def additionner(self, parties: Iterable[Cellule], *, total: Cellule | None = None, vaut: int = 0) -> None:
        """The parts add up to a cell, or to a number that everybody knows."""
        signes: dict[Cellule, int] = dict.fromkeys(parties, 1)
        if total is not None:
            signes[total] = -1
        self.lignes.append((signes, vaut))


def proteger(systeme: Systeme, *, seuil: int, secondaire: bool = True) -> set[Cellule]:
    """The cells to leave out, among those that may be shown. `secondaire=False` hides small counts alone (for tests).

    Raises SecretImpossible.
    """
    caches = {c for c in systeme.publiables if 0 < systeme.effectifs[c] < seuil}
    if not secondaire:
        return caches
    de_la_cellule: dict[Cellule, list[int]] = defaultdict(list)
    for numero, (signes, _) in enumerate(systeme.lignes):
        for cellule in signes:
            de_la_cellule[cellule].append(numero)
    while True:
        _isoler_aucune(systeme, caches)
        inconnues = _inconnues(systeme, caches)
        # A zero that was hidden with the small counts must not come out either: it would bring them with it.
        sensibles = [
            c
            for c in inconnues
            if systeme.effectifs[c] < seuil and (systeme.effectifs[c] or c in caches or c in systeme.cachees)
        ]
        connues_de_trop = [
            c
            for c, (bas, haut) in intervalles(systeme, inconnues, cibles=sensibles).items()
            if haut - bas < seuil - _TOLERANCE
        ]
        if not connues_de_trop:
            return caches - _devinables(systeme, inconnues, caches, seuil)
        montrees = systeme.publiables - caches
        if not montrees:
            raise SecretImpossible
        for cellule in connues_de_trop:
            voisines = {v for n in de_la_cellule[cellule] for v in systeme.lignes[n][0]} & montrees
            # Through a hidden neighbour, when all of its own lines are hidden already.
            if not voisines:
                proches = {v for n in de_la_cellule[cellule] for v in systeme.lignes[n][0]}
                voisines = {v for p in proches for n in de_la_cellule[p] for v in systeme.lignes[n][0]} & montrees
            choix = voisines or montrees
            caches.add(min(choix, key=systeme.prix))
            montrees = systeme.publiables - caches
            if not montrees:
                break


def _inconnues(systeme: Systeme, caches: set[Cellule]) -> list[Cellule]:
    return [c for c in systeme.effectifs if c not in systeme.publiees and (c not in systeme.publiables or c in caches)]


def _isoler_aucune(systeme: Systeme, caches: set[Cellule]) -> None:
    """A single hidden cell in a line is the line's total less the others: hide a second one, cheaply, beforehand."""
    change = True
    while change:
        change = False
        inconnues = set(_inconnues(systeme, caches))
        for signes, _vaut in systeme.lignes:
            if len(inconnues & signes.keys()) != 1:
                continue
            autres = [c for c in signes if c in systeme.publiables and c not in caches]
            if autres:
                choisie = min(autres, key=systeme.prix)
                caches.add(choisie)
                inconnues.add(choisie)
                change = True


def _devinables(systeme: Systeme, inconnues: list[Cellule], caches: set[Cellule], seuil: int) -> set[Cellule]:
    """Cells hidden for nothing: what is shown tells them anyway, and they are no small count."""
    grandes = [c for c in inconnues if c in caches and systeme.effectifs[c] >= seuil]
    return {
        c for c, (bas, haut) in intervalles(systeme, inconnues, cibles=grandes).items() if haut - bas < 1 - _TOLERANCE
    }


def intervalles(
    systeme: Systeme, inconnues: list[Cellule], *, cibles: Iterable[Cellule]
) -> dict[Cellule, tuple[float, float]]:
    """The smallest and the largest count each target may have, given everything else that is known."""
    cibles = list(cibles)
    if not cibles:
        return {}
    rang = {cellule: i for i, cellule in enumerate(inconnues)}
    debuts, colonnes, coefficients, seconds = [0], [], [], []
    for signes, vaut in systeme.lignes:
        presentes = [(rang[c], signe) for c, signe in signes.items() if c in rang]
        if not presentes:
            continue
        connu = sum(signe * systeme.effectifs[c] for c, signe in signes.items() if c not in rang)
        colonnes += [i for i, _ in presentes]
        coefficients += [float(signe) for _, signe in presentes]
        debuts.append(len(colonnes))
        seconds.append(float(vaut - connu))
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(inconnues), len(seconds)
    programme.col_cost_ = [0.0] * len(inconnues)
    programme.col_lower_ = [0.0] * len(inconnues)
    programme.col_upper_ = [highspy.kHighsInf] * len(inconnues)
    programme.row_lower_ = programme.row_upper_ = seconds
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.start_ = debuts
    programme.a_matrix_.index_ = colonnes
    programme.a_matrix_.value_ = coefficients
    solveur = nouveau_solveur()
    # From one target to the next only the aim changes: the last answer is the best place to start from.
    solveur.setOptionValue("presolve", "off")
    solveur.passModel(programme)
    trouves = {}
    for cible in cibles:
        solveur.changeColCost(rang[cible], 1.0)
        trouves[cible] = (
            _optimum(solveur, highspy.ObjSense.kMinimize),
            _optimum(solveur, highspy.ObjSense.kMaximize),
        )
        solveur.changeColCost(rang[cible], 0.0)
    return trouves


def _optimum(solveur: Any, sens: Any) -> float:
    """Raises SecretImpossible when the solver gives none: what was not computed is not protected."""
    solveur.changeObjectiveSense(sens)
    solveur.run()
    statut = solveur.getModelStatus()
    if statut == highspy.HighsModelStatus.kOptimal:
        return float(solveur.getInfo().objective_function_value)
    # Counts are not negative: only the largest may have no bound.
    if statut == highspy.HighsModelStatus.kUnbounded and sens == highspy.ObjSense.kMaximize:
        return float("inf")
    raise SecretImpossible
