"""Sign-in by e-mail address and password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

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

    # It signs in and grants nothing: rights come from assignments alone, without a look at Django's tables of them.

    def has_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        return False

    def get_all_permissions(self, user_obj: AbstractBaseUser | AnonymousUser, obj: Any = None) -> set[str]:
        return set()
