"""The team's pages about houses: the network and who works where, tours and their stops."""

from maisons.admin import implantation, reseau, tournees

__all__ = ["implantation", "reseau", "tournees"]
