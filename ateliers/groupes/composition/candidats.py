"""The groups that could exist, and whom each would suit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from ateliers.enums import Moment, Particularite
from ateliers.groupes.composition.modele import RESERVES, Attente, Candidat, Endroit, Reglages
from ateliers.groupes.regles import Cadre, distance, obstacles

# The plain group meets by day; the two others are proposed where families can't come then.
_VARIANTES: tuple[tuple[Moment, tuple[str, ...]], ...] = (
    (Moment.JOURNEE, ()),
    (Moment.SOIR, (Particularite.SOIR.value,)),
    (Moment.SAMEDI, (Particularite.SAMEDI.value,)),
)
# A group for all, and those for twins or for second children alone, whose families fit in the one for all too.
_PUBLICS: tuple[tuple[str, ...], ...] = ((), *((reserve,) for reserve in RESERVES))


def candidats(attentes: Sequence[Attente], endroits: Sequence[Endroit], reglages: Reglages) -> list[Candidat]:
    """Each place, language, time of day and public with every window of births worth looking at.

    A window begins on the birth of a family that would be in it: any other holds the same families as one of these.
    A candidate whose families all fit in another of the same kind is left out, as is one with too few of them.
    """
    trouves: list[Candidat] = []
    for endroit in endroits:
        proches = _proches(attentes, endroit)
        for langue in sorted({langue for attente, _km in proches for langue in attente.profil.langues}):
            for moment, particularites in _VARIANTES:
                du_genre = [
                    (attente, km)
                    for attente, km in proches
                    if langue in attente.profil.langues
                    and (not attente.profil.moments or moment in attente.profil.moments)
                ]
                if moment != Moment.JOURNEE:
                    # An evening group where nobody needs the evening is a daytime group at a worse hour.
                    besoin = any(
                        attente.profil.moments and Moment.JOURNEE not in attente.profil.moments
                        for attente, _km in du_genre
                    )
                    if not besoin:
                        continue
                for public in _PUBLICS:
                    trouves += _fenetres(endroit, langue, particularites + public, du_genre, reglages)
    return trouves


def _proches(attentes: Sequence[Attente], endroit: Endroit) -> list[tuple[Attente, float]]:
    ici = Cadre(naissances_du=date.min, naissances_au=date.max, latitude=endroit.latitude, longitude=endroit.longitude)
    kilometres = ((attente, distance(attente.profil, ici)) for attente in attentes)
    return [(attente, km) for attente, km in kilometres if km <= attente.profil.rayon_km]


def _fenetres(
    endroit: Endroit,
    langue: str,
    particularites: tuple[str, ...],
    familles: Iterable[tuple[Attente, float]],
    reglages: Reglages,
) -> list[Candidat]:
    rangees = sorted(familles, key=lambda paire: (paire[0].profil.repere, paire[0].cle))
    retenus: list[Candidat] = []
    precedentes: frozenset[int] = frozenset()
    for debut in sorted({attente.profil.repere for attente, _km in rangees}):
        cadre = Cadre(
            naissances_du=debut,
            naissances_au=debut + timedelta(days=reglages.fenetre_jours - 1),
            langue=langue,
            particularites=particularites,
            latitude=endroit.latitude,
            longitude=endroit.longitude,
        )
        dedans = {attente.cle: km for attente, km in rangees if not obstacles(attente.profil, cadre, km=km)}
        binomes = sum(attente.profil.bebes for attente, _km in rangees if attente.cle in dedans)
        # Windows move forward: only the one before can hold all the families of this one.
        if binomes < reglages.taille_min or precedentes.issuperset(dedans):
            continue
        precedentes = frozenset(dedans)
        # Enough for two groups of the very same births: the window is there twice.
        fois = min(endroit.groupes_max, binomes // reglages.taille_min)
        retenus += [Candidat(endroit=endroit, cadre=cadre, familles=dedans)] * fois
    return retenus


def raisons_de_rester(
    attente: Attente, attentes: Sequence[Attente], endroits: Sequence[Endroit], reglages: Reglages, *, eligible: bool
) -> list[dict[str, Any]]:
    """Why a family stays first in line: too far from any house, too few around it, or full groups."""
    raisons: list[dict[str, Any]] = [{"code": "attente", "jours": attente.attente_jours}]
    if eligible:
        return [{"code": "places_prises"}, *raisons]
    meilleur = 0
    proche = False
    for endroit in endroits:
        voisines = _proches(attentes, endroit)
        if all(autre.cle != attente.cle for autre, _km in voisines):
            continue
        proche = True
        for langue in attente.profil.langues:
            meilleur = max(meilleur, _voisines(attente, langue, voisines, reglages))
    if not proche:
        return [{"code": "trop_loin", "km": attente.profil.rayon_km}, *raisons]
    return [{"code": "trop_peu", "familles": meilleur, "minimum": reglages.taille_min}, *raisons]


def _voisines(attente: Attente, langue: str, voisines: Sequence[tuple[Attente, float]], reglages: Reglages) -> int:
    """The most pairs around one place that share a window and a language with a family."""
    large = timedelta(days=reglages.fenetre_jours - 1)
    reperes = [(autre.profil.repere, autre.profil.bebes) for autre, _km in voisines if langue in autre.profil.langues]
    debuts = {repere for repere, _bebes in reperes if repere <= attente.profil.repere <= repere + large}
    return max(
        (sum(bebes for repere, bebes in reperes if debut <= repere <= debut + large) for debut in debuts), default=0
    )
