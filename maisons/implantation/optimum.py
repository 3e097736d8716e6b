"""The best plan there is, or the best found in the time given with how far it may be from it (HiGHS, open source)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maisons.implantation.probleme import (
    ImplantationImpossible,
    Matrice,
    Objectif,
    Plan,
    Probleme,
    evaluer,
)
from socle.solveur import nouveau_solveur

SECONDES_PAR_DEFAUT = 20.0
# Below this distance between the plan and the bound, the solver calls the plan the best there is.
ECART_NUL = 1e-6
TEMPS_ECOULE = gettext_lazy("Aucune solution trouvée dans le temps donné : proposez moins de communes candidates.")

Entiers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Optimum:
    plan: Plan
    # No plan at all can do better than this (births within the radius, or mean km).
    borne: float
    # How far the plan may be from the best there is, as a share of its value; 0 when it is proven best.
    ecart: float

    @property
    def est_prouve(self) -> bool:
        return self.ecart == 0.0


def choisir(probleme: Probleme, *, secondes: float = SECONDES_PAR_DEFAUT) -> Optimum:
    """The best sites, in about `secondes` of the solver.

    Raises ImplantationImpossible when no choice fulfils the conditions, or none was found in time.
    """
    probleme.verifier()
    if not probleme.existants and probleme.sites == 0:
        raise ImplantationImpossible(_("Il faut au moins une maison."))
    if probleme.objectif == Objectif.COUVERTURE:
        codes, borne = _Couverture(probleme, secondes).resoudre()
    else:
        codes, borne = _Distance(probleme, secondes).resoudre()
    plan = evaluer(probleme, codes)
    valeur = plan.valeur(probleme.objectif)
    if math.isclose(borne, valeur, rel_tol=ECART_NUL):
        return Optimum(plan=plan, borne=valeur, ecart=0.0)
    return Optimum(plan=plan, borne=borne, ecart=abs(borne - valeur) / max(abs(valeur), 1e-9))


class _Modele:
    """What both programs share: one binary column per site that may open, their number, the equity floor."""

    def __init__(self, probleme: Probleme, secondes: float) -> None:
        self.probleme = probleme
        self.fin = time.monotonic() + secondes
        self.highs = nouveau_solveur(ecart=ECART_NUL)
        self.nombre = len(probleme.ouvrables)
        for site in probleme.ouvrables:
            self.highs.addCol(0.0, 1.0 if site.code in probleme.obligatoires else 0.0, 1.0, 0, [], [])
        sites = np.arange(self.nombre)
        self._ligne(probleme.sites, probleme.sites, sites, np.ones(self.nombre))
        self._equite()

    def _equite(self) -> None:
        """Each commune that no house serves within the floor's distance needs one that opens there."""
        plafond = self.probleme.plafond_km
        if plafond is None:
            return
        for rang in np.flatnonzero(self.probleme.km_existants > plafond):
            proches = np.flatnonzero(self.probleme.km_candidats[rang] <= plafond)
            if not len(proches):
                commune = self.probleme.communes[int(rang)].nom
                raise ImplantationImpossible(
                    _("Aucune commune candidate à moins de %(km)g km de %(commune)s : le plafond ne peut être tenu.")
                    % {"km": plafond, "commune": commune}
                )
            self._ligne(1, math.inf, proches, np.ones(len(proches)))

    def _colonne(self, cout: float, maximum: float) -> int:
        self.highs.addCol(cout, 0.0, maximum, 0, [], [])
        return int(self.highs.getNumCol()) - 1

    def _ligne(self, minimum: float, maximum: float, colonnes: Entiers, coefficients: Matrice) -> None:
        self.highs.addRow(minimum, maximum, len(colonnes), colonnes.astype(np.int32), coefficients)

    def _entiers(self, *, oui: bool) -> None:
        kind = highspy.HighsVarType.kInteger if oui else highspy.HighsVarType.kContinuous
        sites = np.arange(self.nombre, dtype=np.int32)
        self.highs.changeColsIntegrality(self.nombre, sites, np.full(self.nombre, kind))

    def _lancer(self) -> Matrice | None:
        """One run within the time that is left; the columns' values, None when it found none."""
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(self.fin - time.monotonic(), 0.1))
        self.highs.run()
        if self.highs.getModelStatus() in (
            highspy.HighsModelStatus.kInfeasible,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            raise ImplantationImpossible(_("Aucun choix de communes ne remplit toutes ces conditions."))
        if self.highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return np.array(self.highs.getSolution().col_value)

    def _codes(self, valeurs: Matrice) -> list[str]:
        return [self.probleme.ouvrables[index].code for index in np.flatnonzero(valeurs[: self.nombre] > 0.5)]

    def _borne(self) -> float:
        return float(self.highs.getInfo().mip_dual_bound)


class _Couverture(_Modele):
    """max Σ births × z, where z ≤ Σ sites within the radius: covered as soon as one of them opens."""

    def resoudre(self) -> tuple[list[str], float]:
        probleme = self.probleme
        self.highs.setMaximize()
        deja = probleme.km_existants <= probleme.rayon_km
        self.highs.changeObjectiveOffset(float(probleme.poids[deja].sum()))
        for rang in np.flatnonzero(~deja):
            proches = np.flatnonzero(probleme.km_candidats[rang] <= probleme.rayon_km)
            if len(proches):
                z = self._colonne(float(probleme.poids[rang]), 1.0)
                self._ligne(0, math.inf, np.append(proches, z), np.append(np.ones(len(proches)), -1.0))
        self._entiers(oui=True)
        valeurs = self._lancer()
        if valeurs is None:
            raise ImplantationImpossible(str(TEMPS_ECOULE))
        return self._codes(valeurs), self._borne()


class _Distance(_Modele):
    """min Σ births × θ, θ being a commune's km to its nearest house, bound from below by cuts (Benders).

    With the sites in order of distance from a commune, and for any of their distances D: θ ≥ D - Σ (D - d) x over the
    sites nearer than D. Only the cuts that the current answer violates are added, first to the relaxed program, then
    to the whole one: a full matrix of communes × sites would hold a million columns.
    """

    def resoudre(self) -> tuple[list[str], float]:
        probleme = self.probleme
        self.highs.setMinimize()
        # Far enough to stand for "no house yet": cuts never go beyond.
        loin = probleme.km_candidats.max(axis=1) + 1.0
        self.deja = np.minimum(probleme.km_existants, loin)
        self.theta = [self._colonne(float(poids), math.inf) for poids in probleme.poids]
        self.ordre = np.argsort(probleme.km_candidats, axis=1, kind="stable")
        valeurs = self._lancer()
        while valeurs is not None and self._couper(valeurs) and time.monotonic() < self.fin:
            valeurs = self._lancer()

        self._entiers(oui=True)
        total = float(probleme.poids.sum()) or 1.0
        meilleur: tuple[float, list[str]] | None = None
        borne = 0.0
        while True:
            valeurs = self._lancer()
            if valeurs is None:
                break
            borne = max(borne, self._borne() / total)
            codes = self._codes(valeurs)
            valeur = evaluer(probleme, codes).km_moyen
            if meilleur is None or valeur < meilleur[0]:
                meilleur = (valeur, codes)
            if time.monotonic() >= self.fin or not self._couper(valeurs):
                break
        if meilleur is None:
            raise ImplantationImpossible(str(TEMPS_ECOULE))
        return meilleur[1], borne

    def _couper(self, valeurs: Matrice) -> int:
        """Add, for each commune, the cut that these values violate most; how many there were."""
        ajoutees = 0
        for rang, ordre in enumerate(self.ordre):
            km, x = self.probleme.km_candidats[rang, ordre], valeurs[ordre]
            # The distance at which the opened shares add up to one house.
            place = int(np.searchsorted(np.cumsum(x), 1.0 - 1e-9))
            seuil = min(float(km[place]) if place < len(km) else math.inf, float(self.deja[rang]))
            proches = ordre[km < seuil]
            pente = seuil - self.probleme.km_candidats[rang, proches]
            if valeurs[self.theta[rang]] < seuil - float(pente @ valeurs[proches]) - 1e-6:
                colonnes, coefficients = np.append(proches, self.theta[rang]), np.append(pente, 1.0)
                self._ligne(seuil, math.inf, colonnes, coefficients)
                ajoutees += 1
        return ajoutees
