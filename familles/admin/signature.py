"""Who may put their name under what the public reads: a PMI doctor, under a name."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from maisons.enums import Role
from maisons.perms import roles_en_cours
from socle.portee import utilisateur_de
from socle.versions import EtapeRefusee


def nom_du_medecin(request: HttpRequest) -> str:
    """The name that stands under a review. Raises EtapeRefusee for who is no doctor, all rights or not, or has none.

    The address of an account is never shown in its place.
    """
    personne = utilisateur_de(request)
    if Role.MEDECIN not in roles_en_cours(personne, le=timezone.localdate()):
        raise EtapeRefusee(_("Seul un médecin de PMI signe : aucun autre droit ne le remplace."))
    if not personne.nom_complet:
        raise EtapeRefusee(_("Votre compte n'a pas de nom : il paraît sous ce que vous signez. Faites-le compléter."))
    return personne.nom_complet
