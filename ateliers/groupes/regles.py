"""Who fits in which group: pure functions on plain values, for the search, the team and the optimisation alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from ateliers.enums import Moment, Obstacle, Particularite
from ateliers.models import CohorteProposee, DemandeGroupe, GroupePairs
from familles.ages import naissance_corrigee
from maisons.distance import distance_km


@dataclass(frozen=True, kw_only=True)
class Profil:
    """What counts of a family when a group is looked for."""

    repere: date
    bebes: int = 1
    langues: Collection[str] = ("fr",)
    # Empty: any time.
    moments: Collection[str] = ()
    a_deja_un_enfant: bool = False
    coparent: bool = False
    latitude: float
    longitude: float
    rayon_km: float

    @classmethod
    def de(cls, demande: DemandeGroupe) -> Profil:
        """The commune must be loaded."""
        return cls(
            repere=demande.repere,
            bebes=demande.bebes,
            langues=tuple(demande.langues),
            moments=tuple(demande.moments),
            a_deja_un_enfant=demande.a_deja_un_enfant,
            coparent=demande.coparent,
            latitude=demande.commune.latitude,
            longitude=demande.commune.longitude,
            rayon_km=demande.rayon_km,
        )


@dataclass(frozen=True, kw_only=True)
class Cadre:
    """What counts of a group, existing or proposed."""

    naissances_du: date
    naissances_au: date
    langue: str = "fr"
    particularites: Collection[str] = ()
    latitude: float
    longitude: float

    @classmethod
    def de(cls, groupe: GroupePairs | CohorteProposee) -> Cadre:
        """The place must be loaded."""
        return cls(
            naissances_du=groupe.naissances_du,
            naissances_au=groupe.naissances_au,
            langue=groupe.langue,
            particularites=tuple(groupe.particularites),
            latitude=groupe.lieu.latitude,
            longitude=groupe.lieu.longitude,
        )

    @property
    def moment(self) -> Moment:
        if Particularite.SAMEDI in self.particularites:
            return Moment.SAMEDI
        return Moment.SOIR if Particularite.SOIR in self.particularites else Moment.JOURNEE


# Groups meet until the first birthday; a request for an older child would wait in vain.
AGE_MAX = relativedelta(years=1)


def est_de_la_premiere_annee(repere: date, *, aujourd_hui: date) -> bool:
    """Whether a baby whose age counts from this day is still of an age for groups: its first birthday included."""
    return repere >= aujourd_hui - AGE_MAX


def repere_de(*, naissance: date | None, terme_prevu: date | None, age_corrige: bool = False) -> date:
    """The day a cohort counts from: the birth; the due date until then, and also after it for a corrected age."""
    if naissance and terme_prevu and age_corrige:
        return naissance_corrigee(naissance, terme_prevu)
    repere = naissance or terme_prevu
    if repere is None:
        raise ValueError("A child needs a birth date or a due date.")
    return repere


def distance(profil: Profil, cadre: Cadre) -> float:
    """In kilometres, as the crow flies, from the commune to the place."""
    return distance_km(profil.latitude, profil.longitude, cadre.latitude, cadre.longitude)


def obstacles(profil: Profil, cadre: Cadre, *, km: float | None = None) -> list[Obstacle]:
    """Why a family does not fit in a group; none when it does. Free places are another question.

    A window holds both its ends. A group for twins or for second children is for them alone; any other welcomes them
    too. A coparent who can't come to every meeting keeps nobody out.
    """
    km = distance(profil, cadre) if km is None else km
    trouves = []
    if not cadre.naissances_du <= profil.repere <= cadre.naissances_au:
        trouves.append(Obstacle.FENETRE)
    if cadre.langue not in profil.langues:
        trouves.append(Obstacle.LANGUE)
    if profil.moments and cadre.moment not in profil.moments:
        trouves.append(Obstacle.MOMENT)
    if km > profil.rayon_km:
        trouves.append(Obstacle.DISTANCE)
    if Particularite.MULTIPLES in cadre.particularites and profil.bebes < 2:
        trouves.append(Obstacle.MULTIPLES)
    if Particularite.FRATRIE in cadre.particularites and not profil.a_deja_un_enfant:
        trouves.append(Obstacle.FRATRIE)
    return trouves


def convient(profil: Profil, cadre: Cadre, *, km: float | None = None) -> bool:
    return not obstacles(profil, cadre, km=km)
