from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enquetes import fournis
from maisons.models import Departement


class Command(BaseCommand):
    help = (
        "Charge les questionnaires fournis : besoins des parents, avis après une séance, avant et après un groupe. "
        "Ceux qui sont déjà là restent tels quels. Relançable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--departement",
            metavar="CODE",
            help="Le département à qui va l'enquête sur les besoins des parents ; sans cela, elle est au réseau.",
        )

    def handle(self, *args: Any, departement: str | None, **options: Any) -> None:
        trouve = None
        if departement is not None:
            trouve = Departement.objects.filter(code=departement).first()
            if trouve is None:
                raise CommandError(f"Aucun département n'a le code « {departement} ».")
        le = timezone.localdate()
        for nom in fournis.NOMS:
            version = fournis.charger(
                fournis.definition(nom), departement=trouve if nom == fournis.BESOINS else None, le=le
            )
            self.stdout.write(f"{version.questionnaire.titre} : version {version.numero}.")
