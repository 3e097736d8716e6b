from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from socle.comptes.facteurs import retirer_tous
from socle.models import Utilisateur


class Command(BaseCommand):
    help = "Retire les seconds facteurs d'une personne qui les a tous perdus : elle en choisira un à sa connexion."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        utilisateur = Utilisateur.objects.filter(email=options["email"].strip().lower()).first()
        if utilisateur is None:
            raise CommandError(_("Aucun compte n'a cette adresse."))
        nombre = retirer_tous(utilisateur=utilisateur, maintenant=timezone.now())
        self.stdout.write(_("%(nombre)d facteurs retirés ; la personne est prévenue par e-mail.") % {"nombre": nombre})
