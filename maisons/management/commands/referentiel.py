from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from maisons.label import fichier, referentiels
from maisons.models import VersionReferentiel


class Command(BaseCommand):
    help = "Importe, publie, exporte ou compare des versions de référentiels (fichiers YAML)."

    def add_arguments(self, parser: CommandParser) -> None:
        gestes = parser.add_subparsers(dest="geste", required=True)
        importer = gestes.add_parser("importer", help="prend un fichier comme brouillon")
        importer.add_argument("fichier", type=Path)
        importer.add_argument("--dry-run", action="store_true", help="le vérifie seulement : rien n'est enregistré")
        importer.add_argument("--publier", action="store_true", help="et le publie : il ne changera plus")
        exporter = gestes.add_parser("exporter", help="écrit une version en YAML")
        exporter.add_argument("code")
        exporter.add_argument("numero")
        comparer = gestes.add_parser("comparer", help="dit ce qui change d'une version à une autre")
        comparer.add_argument("code")
        comparer.add_argument("avant")
        comparer.add_argument("apres")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['geste']}")(options)
        except fichier.ReferentielInvalide as erreur:
            raise CommandError("\n".join(erreur.erreurs)) from erreur
        except referentiels.ReferentielRefuse as refus:
            raise CommandError(str(refus)) from refus

    def _importer(self, options: dict[str, Any]) -> None:
        try:
            texte = options["fichier"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as erreur:
            raise CommandError(f"Ce fichier ne se lit pas : {options['fichier']}.") from erreur
        contenu = fichier.lire(texte)
        if options["dry_run"]:
            with transaction.atomic():
                version = referentiels.enregistrer(contenu)
                self.stdout.write(f"{version} : le fichier convient, rien n'est enregistré.")
                transaction.set_rollback(True)
            return
        version = referentiels.enregistrer(contenu)
        if options["publier"] and not version.est_publiee:
            version = referentiels.publier(version=version, maintenant=timezone.now())
        self.stdout.write(f"{version} : {version.get_statut_display()}.")

    def _exporter(self, options: dict[str, Any]) -> None:
        version = self._version(options["code"], options["numero"])
        self.stdout.write(fichier.ecrire(referentiels.decrire(version)), ending="")

    def _comparer(self, options: dict[str, Any]) -> None:
        comparaison = referentiels.comparer(
            self._version(options["code"], options["avant"]), self._version(options["code"], options["apres"])
        )
        for code in comparaison.ajoutes:
            self.stdout.write(f"+ {code}")
        for code in comparaison.retires:
            self.stdout.write(f"- {code}")
        for change in comparaison.changements:
            suite = "à réévaluer" if change.est_a_reevaluer else "l'évaluation reste valable"
            self.stdout.write(f"~ {change.code} ({', '.join(change.champs)}) : {suite}")

    def _version(self, code: str, numero: str) -> VersionReferentiel:
        version = VersionReferentiel.objects.filter(referentiel__code=code, numero=numero).first()
        if version is None:
            raise CommandError(f"Version inconnue : {code} {numero}.")
        return version
