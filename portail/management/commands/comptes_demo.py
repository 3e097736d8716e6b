from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portail.demo.comptes import COMPTES, DonneesAbsentes, HorsDemonstration, preparer_comptes
from portail.demo.espace import parent_de_demonstration


class Command(BaseCommand):
    help = "Crée les comptes de la démonstration, un par rôle, et affiche leur mot de passe."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            secret = preparer_comptes(aujourd_hui=timezone.localdate())
        except (HorsDemonstration, DonneesAbsentes) as erreur:
            raise CommandError(str(erreur)) from erreur
        largeur = max(len(compte.email) for compte in COMPTES)
        self.stdout.write(f"Comptes de démonstration (mot de passe : {secret})")
        for compte in COMPTES:
            self.stdout.write(f"  {compte.email:<{largeur}}  {compte.description}")
        parent = parent_de_demonstration()
        if parent is not None:
            self.stdout.write(
                f"  {parent.email:<{largeur}}  parent, sur /mon-espace/ : code à lire sur /demo/messages/"
            )
