"""Steering in the demonstration: what the département aims at, and a first question of where to open."""

from __future__ import annotations

from datetime import date, datetime

from maisons.enums import SensBudget
from maisons.implantation import scenarios
from maisons.implantation.probleme import ImplantationImpossible
from maisons.models import Candidature, Commune, Departement, LigneBudget, ObjectifLabel, ScenarioImplantation

DEPARTEMENT = "08"
NOM = "Six maisons à moins de 15 km (essai)"
# A choice made by hand, to compare with: the most populated towns.
CHOIX = 6
ANNEES = (2026, 2027)
BUDGET = (
    (SensBudget.DEPENSE, "Facilitatrice (temps plein)", "", 42_000),
    (SensBudget.DEPENSE, "Fonctionnement et matériel", "", 9_500),
    (SensBudget.DEPENSE, "Formation et analyse de pratiques", "", 3_200),
    (SensBudget.RECETTE, "Participation du département", "Département", 30_700),
    (SensBudget.RECETTE, "Pacte local des solidarités", "État", 16_000),
    (SensBudget.RECETTE, "Prestation et appels à projets", "CAF", 8_000),
)


def charger_pilotage(*, maintenant: datetime) -> None:
    """Complete what is not there; an official's own target and scenarios are never touched."""
    departement = Departement.objects.filter(code=DEPARTEMENT).first()
    if departement is None:
        return
    ObjectifLabel.objects.get_or_create(
        departement=departement,
        echeance=date(2027, 12, 31),
        defaults={"nombre": 7, "source": "Annonce du département : six Maisons des Solidarités après la première"},
    )
    _chiffrer(departement)
    if ScenarioImplantation.objects.filter(departement=departement).exists():
        return
    villes = Commune.objects.filter(departement=departement).order_by("-population", "pk")[:CHOIX]
    question = scenarios.Question(
        sites=6, labellisees_seulement=True, choix=[commune.code_insee for commune in villes]
    )
    try:
        scenarios.demander(departement=departement, nom=NOM, question=question, par=None, maintenant=maintenant)
    except ImplantationImpossible:
        # The network was changed by visitors so much that the question has no answer: nothing to show.
        return


def _chiffrer(departement: Departement) -> None:
    """A fictional budget for the candidatures that have none."""
    LigneBudget.objects.bulk_create(
        LigneBudget(
            candidature=candidature,
            annee=annee,
            sens=sens,
            libelle=f"{libelle} (fictif)",
            financeur=financeur,
            montant=montant,
        )
        for candidature in Candidature.objects.filter(maison__departement=departement, budget__isnull=True)
        for annee in ANNEES
        for sens, libelle, financeur, montant in BUDGET
    )
