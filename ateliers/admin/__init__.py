"""The staff's pages about workshops, sessions and bookings."""

from ateliers.admin import accueil, catalogue, ecrire, inscriptions, journee, lectures, messages, presences, seances

__all__ = ["accueil", "catalogue", "ecrire", "inscriptions", "journee", "lectures", "messages", "presences", "seances"]
