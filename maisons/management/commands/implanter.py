import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from maisons.implantation import optimum
from maisons.implantation.donnees import POPULATION_MIN_PAR_DEFAUT, Parametres
from maisons.implantation.probleme import ImplantationImpossible, Objectif
from maisons.implantation.reponse import repondre
from maisons.models import Departement
from maisons.naissances import Natalite, natalite_de


class Command(BaseCommand):
    help = "Choisit où ouvrir les prochaines maisons d'un département ; répond en JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--departement", required=True, help="code du département, par exemple 08")
        parser.add_argument("--sites", type=_positif(int), required=True, help="maisons à ouvrir")
        parser.add_argument("--rayon-km", type=_positif(float), default=15.0, help="distance jugée proche")
        parser.add_argument(
            "--objectif",
            choices=[objectif.value for objectif in Objectif],
            default=Objectif.COUVERTURE.value,
            help="le plus de naissances dans le rayon, ou la plus petite distance moyenne",
        )
        parser.add_argument("--plafond-km", type=_positif(float), help="aucune commune plus loin que cela")
        parser.add_argument("--imposer", nargs="*", default=[], metavar="INSEE", help="communes à retenir")
        parser.add_argument("--exclure", nargs="*", default=[], metavar="INSEE", help="communes à écarter")
        parser.add_argument("--candidates", nargs="*", default=[], metavar="INSEE", help="communes possibles")
        parser.add_argument(
            "--population-min",
            type=int,
            default=POPULATION_MIN_PAR_DEFAUT,
            help="sans --candidates : habitants qu'il faut à une commune pour l'être",
        )
        parser.add_argument(
            "--toutes-les-maisons",
            action="store_true",
            help="tenir compte des maisons ouvertes sans label, et non des seules labellisées",
        )
        parser.add_argument(
            "--avec-arrets",
            action="store_true",
            help="les arrêts à venir d'une maison itinérante desservent comme une maison",
        )
        parser.add_argument(
            "--comparer", nargs="*", default=[], metavar="INSEE", help="votre propre choix, mesuré de la même façon"
        )
        parser.add_argument(
            "--natalite",
            type=_positif(float),
            help="naissances par an pour mille habitants (sinon le taux du département)",
        )
        parser.add_argument("--source-natalite", default="", help="d'où vient ce taux")
        parser.add_argument("--secondes", type=_positif(float), default=optimum.SECONDES_PAR_DEFAUT)

    def handle(self, *args: Any, **options: Any) -> None:
        departement = Departement.objects.filter(code=options["departement"]).first()
        if departement is None:
            raise CommandError(f"Département inconnu : {options['departement']}.")
        natalite = natalite_de(departement.pk)
        if options["natalite"]:
            natalite = Natalite(options["natalite"], options["source_natalite"] or "donné à la commande")
        try:
            reponse = repondre(
                Parametres(
                    departement=departement,
                    sites=options["sites"],
                    rayon_km=options["rayon_km"],
                    objectif=Objectif(options["objectif"]),
                    plafond_km=options["plafond_km"],
                    obligatoires=frozenset(options["imposer"]),
                    exclus=frozenset(options["exclure"]),
                    candidats=frozenset(options["candidates"]),
                    population_min=options["population_min"],
                    labellisees_seulement=not options["toutes_les_maisons"],
                    natalite=natalite,
                    arrets_comptent=options["avec_arrets"],
                ),
                maintenant=timezone.now(),
                secondes=options["secondes"],
                choix=frozenset(options["comparer"]),
            )
        except ImplantationImpossible as refus:
            raise CommandError(str(refus)) from refus
        self.stdout.write(json.dumps(reponse.resume, ensure_ascii=False, indent=2))


def _positif(kind: type) -> Any:
    def lire(texte: str) -> Any:
        valeur = kind(texte)
        if valeur <= 0:
            raise ArgumentTypeError("un nombre positif est attendu")
        return valeur

    lire.__name__ = "nombre positif"
    return lire
