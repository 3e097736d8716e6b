import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from portail.demo.charge import charger_charge
from portail.demo.chargement import ReferenceAbsente

# Databases made to be thrown away.
PREFIXES = ("test", "bench", "essai", "mesure")


class Command(BaseCommand):
    help = "Crée un grand nombre de séances fictives pour mesurer le portail. Jamais sur une base en service."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seances", type=int, default=100_000)
        parser.add_argument("--maisons", type=int, default=300)
        parser.add_argument("--oui", action="store_true", help="accepter une base qui n'est pas de test")

    def handle(self, *args: Any, **options: Any) -> None:
        base = str(connection.settings_dict["NAME"])
        if not base.startswith(PREFIXES) and not options["oui"]:
            raise CommandError(
                f"La base « {base} » n'est pas une base de test. Si c'est bien elle, ajoutez --oui : "
                "les séances créées ne pourront pas être retirées d'un coup."
            )
        debut = time.monotonic()
        try:
            charger_charge(
                seances=options["seances"],
                maisons=options["maisons"],
                maintenant=timezone.now(),
                annoncer=self.stdout.write,
            )
        except ReferenceAbsente as erreur:
            raise CommandError(str(erreur)) from erreur
        self.stdout.write(f"Terminé en {time.monotonic() - debut:.1f} s.")
