from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal
from socle.oidc.liaison import adresse_de_fin


class AdaptateurComptes(DefaultAccountAdapter):
    """Accounts are opened by invitation: nobody signs up alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put allauth's message in the outbox: a web request never waits for a mail server, known address or not."""
        courriel = self.render_mail(template_prefix, email, {"email": email, **context})
        maintenant = timezone.now()
        deposer(
            [
                Envoi(
                    canal=Canal.EMAIL,
                    destinataire=email,
                    langue=get_language() or settings.LANGUAGE_CODE,
                    modele="compte",
                    contexte={"objet": courriel.subject, "texte": courriel.body},
                    cle_unique=f"compte:{uuid.uuid4()}",
                    pas_apres=maintenant + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
                )
            ],
            maintenant=maintenant,
        )

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Home, by way of the identity provider that opened the session."""
        accueil: str = super().get_logout_redirect_url(request)
        return adresse_de_fin(request, retour=accueil) or accueil
