from typing import Any

from django.core.management.base import BaseCommand

from maisons.chargement import charger_reference


class Command(BaseCommand):
    help = "Charge ou met à jour les départements et les communes. Peut être relancée sans danger."

    def handle(self, *args: Any, **options: Any) -> None:
        charger_reference(annoncer=self.stdout.write)
