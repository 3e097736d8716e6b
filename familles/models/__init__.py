"""The models of this room, by topic."""

from familles.models.calendrier import Jalon, JalonQuerySet, VersionJalon, VersionJalonQuerySet
from familles.models.familles import PRENOM_MAX, Enfant, Famille, FamilleQuerySet

__all__ = [
    "PRENOM_MAX",
    "Enfant",
    "Famille",
    "FamilleQuerySet",
    "Jalon",
    "JalonQuerySet",
    "VersionJalon",
    "VersionJalonQuerySet",
]
