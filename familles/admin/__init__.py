"""The team's pages of this room, by topic."""

from familles.admin import bien_etre, conservation, familles, redaction

__all__ = ["bien_etre", "conservation", "familles", "redaction"]
