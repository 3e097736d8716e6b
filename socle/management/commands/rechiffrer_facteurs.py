from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from socle.comptes.facteurs import rechiffrer


class Command(BaseCommand):
    help = "Rechiffre les secrets des seconds facteurs avec SECRET_KEY, avant de retirer l'ancienne clé."

    def handle(self, *args: Any, **options: Any) -> None:
        faits, perdus = rechiffrer(Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN))
        self.stdout.write(
            _("%(faits)d secrets rechiffrés, %(perdus)d illisibles.") % {"faits": faits, "perdus": perdus}
        )
