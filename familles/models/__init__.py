"""The models of this room, by topic."""

from familles.models.calendrier import Jalon, JalonQuerySet, VersionJalon, VersionJalonQuerySet
from familles.models.familles import PRENOM_MAX, Enfant, Famille, FamilleQuerySet
from familles.models.fusions import FamillesDistinctes, Fusion

__all__ = [
    "PRENOM_MAX",
    "Enfant",
    "Famille",
    "FamilleQuerySet",
    "FamillesDistinctes",
    "Fusion",
    "Jalon",
    "JalonQuerySet",
    "VersionJalon",
    "VersionJalonQuerySet",
]
