"""Signing in as a team member does, without typing a password and a code in every test."""

from __future__ import annotations

import time

from allauth.account.internal.flows import login
from django.test import Client

from socle.models import Utilisateur


def entrer(client: Client, utilisateur: Utilisateur) -> Client:
    """A session of this person, opened by two factors a moment ago."""
    client.force_login(utilisateur)
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(utilisateur.pk)
    session.save()
    return client
