"""Closing an account for good, where what was done with it must stay."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from socle.models import Utilisateur

# Can receive nothing (RFC 2606).
DOMAINE_EFFACE = "@efface.invalid"


def anonymiser_compte(utilisateur: Utilisateur) -> None:
    """The account stays as a number behind what it did: no name, no address, no way in. Harmless twice."""
    for modele in (EmailAddress, Authenticator, SocialAccount):
        modele.objects.filter(user=utilisateur).delete()
    utilisateur.email = f"compte-{utilisateur.pk}{DOMAINE_EFFACE}"
    utilisateur.prenom = utilisateur.nom = ""
    utilisateur.is_active = utilisateur.is_staff = utilisateur.is_superuser = False
    utilisateur.version_sessions += 1
    utilisateur.set_unusable_password()
    utilisateur.save()
