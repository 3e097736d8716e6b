from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portail.demo.chargement import ReferenceAbsente, charger_demo


class Command(BaseCommand):
    help = (
        "Charge les données de démonstration, ou les complète pour les jours venus depuis. Ne change rien d'existant."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            charger_demo(maintenant=timezone.now(), annoncer=self.stdout.write)
        except ReferenceAbsente as erreur:
            raise CommandError(str(erreur)) from erreur
