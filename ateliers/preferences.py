"""How a family wants to be told things."""

from __future__ import annotations

from ateliers.models import Inscription


def demander_avis(*, inscription: Inscription, oui: bool) -> Inscription:
    """Whether this booking wants a link, after the session, to say a word about it."""
    inscription.avis_demande = oui
    inscription.save(update_fields=["avis_demande"])
    return inscription


def changer_langue(*, inscription: Inscription, langue: str) -> Inscription:
    """The messages of this booking that are yet to come speak this language."""
    inscription.langue = langue
    inscription.save(update_fields=["langue"])
    return inscription
