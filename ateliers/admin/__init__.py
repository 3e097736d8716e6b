"""The staff's pages about workshops, sessions and bookings."""

from ateliers.admin import (
    accueil,
    catalogue,
    compositions,
    demandes,
    ecrire,
    groupes,
    inscriptions,
    journee,
    lectures,
    messages,
    permanences,
    prescription,
    presences,
    seances,
)

__all__ = [
    "accueil",
    "catalogue",
    "compositions",
    "demandes",
    "ecrire",
    "groupes",
    "inscriptions",
    "journee",
    "lectures",
    "messages",
    "permanences",
    "prescription",
    "presences",
    "seances",
]
