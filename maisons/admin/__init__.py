"""The team's pages about houses: the network and who works where, tours and their stops, the label."""

from maisons.admin import (
    candidatures,
    couverture,
    editions,
    implantation,
    indicateurs,
    pilotage,
    referentiels,
    reseau,
    tournees,
)

__all__ = [
    "candidatures",
    "couverture",
    "editions",
    "implantation",
    "indicateurs",
    "pilotage",
    "referentiels",
    "reseau",
    "tournees",
]
