"""The staff's pages about workshops, sessions and bookings."""

from ateliers.admin import accueil, catalogue, ecrire, inscriptions, journee, messages, presences, seances

__all__ = ["accueil", "catalogue", "ecrire", "inscriptions", "journee", "messages", "presences", "seances"]
