"""What accounts and reminders do when two records of a family are merged."""

from __future__ import annotations

from django.utils.translation import gettext as _

from familles import entretiens
from familles.fusions import Contexte, FusionRefusee, Reprise, enregistrer_reprise
from familles.models import AccesFamille, InvitationCoparent, RappelEntretien


def reprendre_espaces(contexte: Contexte) -> dict[str, list[int]]:
    """A record that an account opens is never merged into another: that would hand one family's children to another
    account on a guess. Its own parents invite each other. Nothing of the record that goes is left to move."""
    if AccesFamille.objects.filter(famille=contexte.de).exists():
        raise FusionRefusee(
            _(
                "La fiche qui disparaîtrait a un espace en ligne : gardez plutôt celle-là. Si les deux en ont un, "
                "c'est à l'un des parents d'inviter l'autre depuis « Mon espace »."
            )
        )
    InvitationCoparent.objects.filter(famille=contexte.de).delete()
    for rappel in list(RappelEntretien.objects.filter(enfant__in=contexte.enfants)):
        garde = contexte.enfants[rappel.enfant_id]
        siens = RappelEntretien.objects.filter(utilisateur=rappel.utilisateur_id, jalon=rappel.jalon_id)
        if siens.filter(enfant=garde).exists():
            entretiens.retirer(siens.filter(pk=rappel.pk), maintenant=contexte.maintenant)
        else:
            siens.filter(pk=rappel.pk).update(enfant_id=garde)
    return {}


enregistrer_reprise(Reprise(modeles=(AccesFamille, InvitationCoparent, RappelEntretien), reprendre=reprendre_espaces))
