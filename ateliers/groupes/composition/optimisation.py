"""Choosing groups and their families by integer programming (HiGHS).

    maximise   Σ x(f,c) · interest(f,c)  –  Σ y(c) · COUT_GROUPE
    each family in one group at most            Σc x(f,c) ≤ 1
    a group of a proper size, or none           min · y(c) ≤ Σf babies(f) · x(f,c) ≤ max · y(c)
    only in a group that exists                 x(f,c) ≤ y(c)
    no more groups than a house can lead        Σ y(c) ≤ groupes_max

Placing a family counts for most, then how long it has waited (fairness), then how near it is in distance and in age;
last, that twins or second children are among themselves: their families fit in a group for all as well, so one for
them alone is proposed where it places as many.
Solved at once for eight houses it would take minutes; so it starts from a good choice (never a worse one than groups
composed one by one) and is solved again and again for one house or two neighbours, the rest left as it is, until
nothing gets better. Houses that share no family are apart. How far the result is at most from the best there is
follows from the same program without whole numbers, which takes a tenth of a second.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import highspy

from ateliers.groupes.composition import gloutonne
from ateliers.groupes.composition.candidats import candidats, raisons_de_rester
from ateliers.groupes.composition.modele import (
    ATTENTE_MAX_JOURS,
    Attente,
    Candidat,
    Endroit,
    GroupePropose,
    Proposition,
    Reglages,
    milieu,
    raisons_de,
    reserve,
)
from socle.solveur import nouveau_solveur

# In points: a placed family is worth 100, half a year of waiting 50 more; the farthest place costs 20, the edge of the
# window 15; twelve families among themselves are worth less than the least placed one. A group costs 40: two families
# more are worth opening one, a slightly better match is not.
INTERET_PLACE = 100.0
INTERET_ATTENTE = 50.0
COUT_DISTANCE = 20.0
COUT_AGE = 15.0
INTERET_ENTRE_SOI = 5.0
COUT_GROUPE = 40.0
# Better by less than this share is not worth the wait.
ECART_VOULU = 0.005
NOEUDS_MAX = 100
TOURS_MAX = 20


def proposer(
    *, attentes: Sequence[Attente], endroits: Sequence[Endroit], reglages: Reglages | None = None
) -> Proposition:
    """The groups to make, each with its families and the reason of each; the others stay first in line."""
    reglages = reglages or Reglages()
    depart = time.monotonic()
    par_cle = {attente.cle: attente for attente in attentes}
    tous = candidats(attentes, endroits, reglages)
    une_par_une = gloutonne.proposer(attentes=attentes, endroits=endroits, reglages=reglages).groupes
    parties = sorted(_parties(tous), key=len)
    groupes: list[GroupePropose] = []
    valeur, borne, interrompue = 0.0, 0.0, False
    for partie in parties:
        choix, trop_long = _resoudre(partie, par_cle, reglages, une_par_une, fin=depart + reglages.secondes_max)
        interrompue |= trop_long
        valeur += _valeur(choix, partie, par_cle)
        borne += _Programme(partie, par_cle, reglages).borne()
        groupes += _groupes(choix, partie, par_cle)
    placees = {cle for groupe in groupes for cle in groupe.membres}
    eligibles = {cle for candidat in tous for cle in candidat.familles}
    return Proposition(
        groupes=sorted(groupes, key=lambda g: (g.endroit.cle, g.cadre.naissances_du)),
        restantes={
            attente.cle: raisons_de_rester(attente, attentes, endroits, reglages, eligible=attente.cle in eligibles)
            for attente in attentes
            if attente.cle not in placees
        },
        secondes=time.monotonic() - depart,
        ecart=max(0.0, borne - valeur) / borne if borne > 0 else 0.0,
        interrompue=interrompue,
    )


def _parties(tous: Sequence[Candidat]) -> list[list[Candidat]]:
    """Candidates in bundles that share neither a family nor a house."""
    racine: dict[object, object] = {}

    def trouver(noeud: object) -> object:
        racine.setdefault(noeud, noeud)
        while racine[noeud] != noeud:
            racine[noeud] = racine[racine[noeud]]
            noeud = racine[noeud]
        return noeud

    for candidat in tous:
        maison = trouver(("maison", candidat.endroit.maison))
        for famille in candidat.familles:
            racine[trouver(famille)] = maison
            maison = trouver(maison)
    parties: dict[object, list[Candidat]] = defaultdict(list)
    for candidat in tous:
        parties[trouver(("maison", candidat.endroit.maison))].append(candidat)
    return list(parties.values())


def interet(attente: Attente, candidat: Candidat) -> float:
    """What it is worth, in points, to have this family in this group."""
    demi_fenetre = max(1, (candidat.cadre.naissances_au - candidat.cadre.naissances_du).days / 2)
    age = abs((attente.profil.repere - milieu(candidat.cadre)).days) / demi_fenetre
    return (
        INTERET_PLACE
        + INTERET_ATTENTE * min(attente.attente_jours, ATTENTE_MAX_JOURS) / ATTENTE_MAX_JOURS
        - COUT_DISTANCE * candidat.familles[attente.cle] / max(1.0, attente.profil.rayon_km)
        - COUT_AGE * min(age, 1.0)
        + (INTERET_ENTRE_SOI if reserve(candidat.cadre) else 0.0)
    )


# Of the groups that could exist, by their number: their families.
_Choix = dict[int, list[int]]


def _resoudre(
    partie: Sequence[Candidat],
    par_cle: dict[int, Attente],
    reglages: Reglages,
    une_par_une: Sequence[GroupePropose],
    *,
    fin: float,
) -> tuple[_Choix, bool]:
    """A good choice of groups, made better house by house, then by pairs of houses that share families.

    Each step is solved with everything else left as it is, and never makes things worse. It ends when a whole round
    changes nothing, after TOURS_MAX of them, or, which is then told, at the hour given.
    """
    departs = (_premiere_idee(partie, par_cle, reglages), _repris(une_par_une, partie))
    choix = max(departs, key=lambda depart: _valeur(depart, partie, par_cle))
    maisons = sorted({candidat.endroit.maison for candidat in partie})
    voisinages = [{maison} for maison in maisons] + [set(paire) for paire in _voisines(partie)]
    for _tour in range(TOURS_MAX):
        avant = _valeur(choix, partie, par_cle)
        for voisinage in voisinages:
            if time.monotonic() >= fin:
                return choix, True
            choix = _ameliorer(choix, voisinage, partie, par_cle, reglages)
        if _valeur(choix, partie, par_cle) <= avant + 1e-6:
            break
    return choix, False


def _voisines(partie: Sequence[Candidat]) -> list[tuple[int, int]]:
    """Pairs of houses for which a family could go to either, those that share most first."""
    familles: dict[int, set[int]] = defaultdict(set)
    for candidat in partie:
        familles[candidat.endroit.maison] |= candidat.familles.keys()
    paires = {paire: len(familles[paire[0]] & familles[paire[1]]) for paire in combinations(sorted(familles), 2)}
    return sorted((paire for paire, communes in paires.items() if communes), key=lambda p: (-paires[p], p))


def _valeur(choix: _Choix, partie: Sequence[Candidat], par_cle: dict[int, Attente]) -> float:
    return sum(sum(interet(par_cle[cle], partie[rang]) for cle in cles) - COUT_GROUPE for rang, cles in choix.items())


def _ameliorer(
    choix: _Choix,
    maisons: set[int],
    partie: Sequence[Candidat],
    par_cle: dict[int, Attente],
    reglages: Reglages,
) -> _Choix:
    """The best choice for some houses, the groups of the others kept as they are."""
    gardes = {rang: cles for rang, cles in choix.items() if partie[rang].endroit.maison not in maisons}
    prises = {cle for cles in gardes.values() for cle in cles}
    rangs, reduits = [], []
    for rang, candidat in enumerate(partie):
        libres = {cle: km for cle, km in candidat.familles.items() if cle not in prises}
        if candidat.endroit.maison in maisons and (
            sum(par_cle[cle].profil.bebes for cle in libres) >= reglages.taille_min
        ):
            rangs.append(rang)
            reduits.append(replace(candidat, familles=libres))
    if not rangs:
        return choix
    programme = _Programme(reduits, par_cle, reglages)
    actuel = {place: choix[rang] for place, rang in enumerate(rangs) if rang in choix}
    trouve = programme.resoudre(actuel)
    if _valeur(trouve, reduits, par_cle) <= _valeur(actuel, reduits, par_cle):
        return choix
    return {**gardes, **{rangs[place]: cles for place, cles in trouve.items()}}


def _repris(groupes: Iterable[GroupePropose], partie: Sequence[Candidat]) -> _Choix:
    """Groups composed otherwise, as a choice among these candidates: each in one that holds all its families."""
    choix: _Choix = {}
    for groupe in groupes:
        for rang, candidat in enumerate(partie):
            if (
                rang not in choix
                and candidat.endroit == groupe.endroit
                and candidat.cadre.langue == groupe.cadre.langue
                and candidat.cadre.particularites == groupe.cadre.particularites
                and candidat.familles.keys() >= groupe.membres.keys()
            ):
                choix[rang] = list(groupe.membres)
                break
    return choix


def _premiere_idee(
    partie: Sequence[Candidat], par_cle: dict[int, Attente], reglages: Reglages
) -> dict[int, list[int]]:
    """A good beginning: the group worth most, then the group worth most among the families left, and so on."""
    libres = {cle for candidat in partie for cle in candidat.familles}
    ouverts: dict[int, int] = defaultdict(int)
    choisis: dict[int, list[int]] = {}
    while True:
        meilleur: tuple[float, int, list[int]] | None = None
        for rang, candidat in enumerate(partie):
            if rang in choisis or ouverts[candidat.endroit.maison] >= candidat.endroit.groupes_max:
                continue
            valeur, membres = _remplir(candidat, libres, par_cle, reglages)
            if membres and (meilleur is None or valeur > meilleur[0]):
                meilleur = (valeur, rang, membres)
        if meilleur is None:
            return choisis
        _valeur, rang, membres = meilleur
        choisis[rang] = membres
        ouverts[partie[rang].endroit.maison] += 1
        libres -= set(membres)


def _remplir(
    candidat: Candidat, libres: set[int], par_cle: dict[int, Attente], reglages: Reglages
) -> tuple[float, list[int]]:
    """The families of most interest up to the size of a group; none when they are too few."""
    dedans = sorted(
        ((interet(par_cle[cle], candidat), cle) for cle in candidat.familles if cle in libres), reverse=True
    )
    valeur, binomes, membres = -COUT_GROUPE, 0, []
    for points, cle in dedans:
        bebes = par_cle[cle].profil.bebes
        if binomes + bebes <= reglages.taille_max:
            valeur, binomes = valeur + points, binomes + bebes
            membres.append(cle)
    return (valeur, membres) if binomes >= reglages.taille_min else (0.0, [])


def _groupes(choix: _Choix, partie: Sequence[Candidat], par_cle: dict[int, Attente]) -> list[GroupePropose]:
    autres = _autres_choix(partie, choix)
    return [
        GroupePropose(
            endroit=partie[rang].endroit,
            cadre=partie[rang].cadre,
            membres={
                cle: raisons_de(par_cle[cle], partie[rang].cadre, partie[rang].familles[cle], autres=autres[cle] - 1)
                for cle in sorted(cles, key=lambda c: (par_cle[c].profil.repere, c))
            },
        )
        for rang, cles in sorted(choix.items())
    ]


def _autres_choix(partie: Sequence[Candidat], retenus: Iterable[int]) -> dict[int, int]:
    """In how many of the groups proposed each family would fit."""
    nombres: dict[int, int] = defaultdict(int)
    for rang in retenus:
        for cle in partie[rang].familles:
            nombres[cle] += 1
    return nombres


class _Programme:
    """The rows and columns: first one column per group that could exist, then one per family in it."""

    def __init__(self, partie: Sequence[Candidat], par_cle: dict[int, Attente], reglages: Reglages) -> None:
        self.partie = partie
        self.couples = [(cle, rang) for rang, candidat in enumerate(partie) for cle in candidat.familles]
        self.interets = [-COUT_GROUPE] * len(partie) + [
            interet(par_cle[cle], partie[rang]) for cle, rang in self.couples
        ]
        self.debuts: list[int] = []
        self.colonnes: list[int] = []
        self.valeurs: list[float] = []
        self.bas: list[float] = []
        self.haut: list[float] = []
        colonnes_de: dict[int, list[int]] = defaultdict(list)
        for colonne, (cle, rang) in enumerate(self.couples, start=len(partie)):
            colonnes_de[cle].append(colonne)
            self._rang({colonne: 1.0, rang: -1.0}, haut=0.0)
        for colonnes in colonnes_de.values():
            self._rang(dict.fromkeys(colonnes, 1.0), haut=1.0)
        tailles: dict[int, dict[int, float]] = defaultdict(dict)
        for colonne, (cle, rang) in enumerate(self.couples, start=len(partie)):
            tailles[rang][colonne] = float(par_cle[cle].profil.bebes)
        for rang, termes in tailles.items():
            self._rang({**termes, rang: -float(reglages.taille_max)}, haut=0.0)
            self._rang({**termes, rang: -float(reglages.taille_min)}, bas=0.0)
        for rang, (une, autre) in enumerate(pairwise(partie)):
            if (une.endroit, une.cadre) == (autre.endroit, autre.cadre):
                # Two groups of the same births are alike: the second only after the first.
                self._rang({rang: 1.0, rang + 1: -1.0}, bas=0.0)
        par_maison: dict[int, list[int]] = defaultdict(list)
        for rang, candidat in enumerate(partie):
            par_maison[candidat.endroit.maison].append(rang)
        for rangs in par_maison.values():
            self._rang(dict.fromkeys(rangs, 1.0), haut=float(partie[rangs[0]].endroit.groupes_max))

    def _rang(
        self, termes: dict[int, float], *, bas: float = -highspy.kHighsInf, haut: float = highspy.kHighsInf
    ) -> None:
        self.debuts.append(len(self.colonnes))
        self.colonnes += termes.keys()
        self.valeurs += termes.values()
        self.bas.append(bas)
        self.haut.append(haut)

    def borne(self) -> float:
        """No choice among these groups is worth more: families and groups may be cut in pieces."""
        solveur = nouveau_solveur()
        lp = self.modele()
        lp.integrality_ = []
        solveur.passModel(lp)
        solveur.run()
        return float(solveur.getInfo().objective_function_value)

    def resoudre(self, actuel: _Choix) -> _Choix:
        """The best choice found from the present one on; the present one when nothing better is."""
        solveur = nouveau_solveur(ecart=ECART_VOULU)
        # A limit in work, none in time: the same requests give the same proposal on any machine.
        solveur.setOptionValue("mip_max_nodes", NOEUDS_MAX)
        solveur.passModel(self.modele())
        depart = highspy.HighsSolution()
        depart.col_value = self.depart(actuel)
        solveur.setSolution(depart)
        solveur.run()
        valeurs = solveur.getSolution().col_value
        if not valeurs:
            return actuel
        membres: _Choix = {rang: [] for rang in range(len(self.partie)) if valeurs[rang] > 0.5}
        for colonne, (cle, rang) in enumerate(self.couples, start=len(self.partie)):
            if valeurs[colonne] > 0.5 and rang in membres:
                membres[rang].append(cle)
        return {rang: cles for rang, cles in membres.items() if cles}

    def depart(self, idee: dict[int, list[int]]) -> list[float]:
        """A choice of groups and families as values of the columns."""
        voulus = {(cle, rang) for rang, cles in idee.items() for cle in cles}
        groupes = [1.0 if rang in idee else 0.0 for rang in range(len(self.partie))]
        return groupes + [1.0 if couple in voulus else 0.0 for couple in self.couples]

    def modele(self) -> highspy.HighsLp:
        nombre = len(self.interets)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = nombre, len(self.bas)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = self.interets
        lp.col_lower_, lp.col_upper_ = [0.0] * nombre, [1.0] * nombre
        lp.row_lower_, lp.row_upper_ = self.bas, self.haut
        lp.integrality_ = [highspy.HighsVarType.kInteger] * nombre
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = [*self.debuts, len(self.colonnes)]
        lp.a_matrix_.index_ = self.colonnes
        lp.a_matrix_.value_ = self.valeurs
        return lp
