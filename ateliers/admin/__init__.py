"""The staff's pages about workshops, sessions and bookings."""

from ateliers.admin import catalogue, inscriptions, journee, messages, seances

__all__ = ["catalogue", "inscriptions", "journee", "messages", "seances"]
