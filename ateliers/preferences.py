"""How a family wants to be told things."""

from __future__ import annotations

from ateliers.models import Inscription


def changer_langue(*, inscription: Inscription, langue: str) -> Inscription:
    """The messages of this booking that are yet to come speak this language."""
    inscription.langue = langue
    inscription.save(update_fields=["langue"])
    return inscription
