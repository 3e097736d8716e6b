"""Sign-in by e-mail address and password."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from socle.models import Utilisateur


class MotDePasseBackend(AuthenticationBackend):
    """One query and one hashing for every address: an account shows neither by what is answered nor by how soon.

    allauth hashes the password when nobody was found, Django when the account has no password; allauth's own look-up
    takes another number of queries for a known address than for an unknown one.
    """

    def _authenticate_by_email(self, email: str, password: str) -> Utilisateur | None:
        utilisateur = Utilisateur.objects.filter(email=email.strip().lower()).first()
        trouve: Utilisateur | None = self._check_password(utilisateur, password)
        return trouve
