"""How a family wants to be told things."""

from __future__ import annotations

from django.db import transaction

from ateliers.models import DemandeGroupe, Inscription


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


@transaction.atomic
def changer_langue_du_groupe(*, demande: DemandeGroupe, langue: str) -> DemandeGroupe:
    """The messages about this family's group that are yet to come speak this language, reminders included."""
    demande.langue = langue
    demande.save(update_fields=["langue"])
    Inscription.objects.filter(famille=demande.famille_id, seance__groupe__in=demande.membres.values("groupe")).update(
        langue=langue
    )
    return demande
