import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from familles.bien_etre import QuestionsInvalides, lire_questions
from familles.enums import StatutVersion, Variante
from familles.models import QuestionnaireBienEtre
from maisons.models import Departement

CHAMPS = {
    "code",
    "variante",
    "titre",
    "introduction",
    "licence",
    "questions",
    "seuil_attention",
    "seuil_alerte",
    *(f"{genre}_{bande}" for genre in ("titre", "texte") for bande in ("serein", "attention", "alerte", "danger")),
}


class Command(BaseCommand):
    help = (
        "Charge un questionnaire de bien-être dont un département a la licence, en brouillon. "
        "Un médecin de PMI en fixe ensuite les seuils et le publie à l'écran."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)
        parser.add_argument("--departement", required=True, help="Code du département, par exemple 08.")

    def handle(self, *args: Any, **options: Any) -> None:
        departement = Departement.objects.filter(code=options["departement"]).first()
        if departement is None:
            raise CommandError(f"Pas de département « {options['departement']} ».")
        try:
            donnees = json.loads(options["fichier"].read_text(encoding="utf-8"))
        except (OSError, ValueError) as erreur:
            raise CommandError(f"Fichier illisible : {erreur}") from None
        if not isinstance(donnees, dict) or set(donnees) != CHAMPS:
            raise CommandError(f"Le fichier doit avoir exactement ces champs : {', '.join(sorted(CHAMPS))}.")
        try:
            lire_questions(donnees["questions"])
        except QuestionsInvalides as erreur:
            raise CommandError(str(erreur)) from None
        if donnees["variante"] not in Variante.values:
            raise CommandError(f"variante : {' ou '.join(Variante.values)}.")
        versions = QuestionnaireBienEtre.objects.filter(code=donnees["code"])
        if versions.exclude(departement=departement).exists():
            raise CommandError("Ce code est celui d'un autre département.")
        if versions.filter(statut=StatutVersion.BROUILLON).exists():
            raise CommandError("Ce questionnaire a déjà un brouillon : publiez-le d'abord.")
        QuestionnaireBienEtre.objects.create(
            departement=departement, numero=versions.count() + 1, cree_le=timezone.now(), **donnees
        )
        self.stdout.write(f"Brouillon chargé : {donnees['titre']}.")
