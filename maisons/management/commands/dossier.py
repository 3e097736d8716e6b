import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from maisons.enums import NatureEdition, StatutTravail
from maisons.label.valeurs import periode_courante
from maisons.models import Departement, Edition, Maison
from maisons.pdf import rendre_edition
from maisons.pilotage import editions, travaux

ATTENTE_SECONDES = 180


class Command(BaseCommand):
    help = "Fait le dossier d'une maison (ou un rapport), ou refait une version à l'identique."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sujet", help="identifiant d'adresse de la maison (rethel), ou code du département")
        parser.add_argument("--sortie", required=True, type=Path, help="fichier PDF à écrire")
        parser.add_argument("--nature", choices=NatureEdition.values, default=NatureEdition.DOSSIER.value)
        parser.add_argument("--edition", type=int, help="refaire cette version, au lieu d'en faire une nouvelle")

    def handle(self, *args: Any, **options: Any) -> None:
        nature, maintenant = NatureEdition(options["nature"]), timezone.now()
        maison, departement = self._sujet(nature, options["sujet"])
        if options["edition"] is not None:
            edition = (
                Edition.objects.select_related("maison", "departement")
                .filter(nature=nature, maison=maison, numero=options["edition"])
                .exclude(empreinte="")
                .filter(**({"departement": departement} if maison is None else {}))
                .first()
            )
            if edition is None:
                raise CommandError("Cette version n'existe pas, ou son contenu n'est pas encore écrit.")
        else:
            try:
                edition = editions.demander(
                    nature=nature,
                    periode=periode_courante(timezone.localdate(maintenant)),
                    par=None,
                    maintenant=maintenant,
                    maison=maison,
                    departement=departement,
                )
            except editions.EditionRefusee as refus:
                raise CommandError(str(refus)) from refus
            travaux.faire_tout_de_suite(edition, editions.faire, horloge=timezone.now)
            edition = self._attendre(edition)
            if edition.statut != StatutTravail.PRET:
                raise CommandError("Le document n'a pas pu être fait : voyez le journal.")
        octets, pages = rendre_edition(edition)
        options["sortie"].write_bytes(octets)
        self.stdout.write(
            f"{options['sortie']} : version {edition.numero}, {pages} pages, contenu {edition.empreinte}"
        )

    def _attendre(self, edition: Edition) -> Edition:
        """As it is once made: a worker may have been faster to begin."""
        for _seconde in range(ATTENTE_SECONDES):
            edition = Edition.objects.select_related("maison", "departement").get(pk=edition.pk)
            if not edition.est_en_route:
                break
            time.sleep(1)
        return edition

    def _sujet(self, nature: NatureEdition, sujet: str) -> tuple[Maison | None, Departement | None]:
        if nature == NatureEdition.RESEAU:
            departement = Departement.objects.filter(code=sujet).first()
            if departement is None:
                raise CommandError(f"Département inconnu : {sujet}.")
            return None, departement
        trouvees = Maison.objects.filter(slug=sujet)
        if not trouvees:
            # The end of a slug is enough when only one house has it: "rethel" for "maison-de-rethel".
            trouvees = Maison.objects.filter(slug__endswith=f"-{sujet}")
        if len(trouvees) != 1:
            raise CommandError(f"Aucune maison, ou plusieurs, pour « {sujet} ».")
        return trouvees[0], None
