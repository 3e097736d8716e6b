"""A scenario as a workbook: the plans compared, what was asked, and how each commune is served by each plan."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maisons.implantation.reponse import CHOIX, GLOUTON, OPTIMUM, plans_de
from maisons.models import ScenarioImplantation
from socle.tableaux import ecrire_classeur

NOMS_DES_PLANS = {
    OPTIMUM: gettext_lazy("Choix du solveur"),
    GLOUTON: gettext_lazy("Une par une (glouton)"),
    CHOIX: gettext_lazy("Votre choix"),
}


def classeur(scenario: ScenarioImplantation) -> bytes:
    """The scenario must have an answer."""
    resume, dessertes = scenario.reponse or {}, scenario.dessertes or {}
    return ecrire_classeur(
        [
            _comparaison(resume),
            _question(scenario.question, resume),
            *(_desserte(str(titre), dessertes[nom]) for nom, titre in NOMS_DES_PLANS.items() if nom in dessertes),
        ]
    )


def _comparaison(resume: dict[str, Any]) -> tuple[str, list[str], list[list[Any]]]:
    entetes = [
        _("Plan"),
        _("Communes"),
        _("Naissances par an"),
        _("À portée"),
        _("Part à portée"),
        _("Km en moyenne"),
        _("Km au plus"),
    ]
    lignes = [
        [
            str(NOMS_DES_PLANS[nom]),
            ", ".join(site["commune"] for site in plan["sites"]),
            plan["naissances_par_an"],
            plan["naissances_couvertes"],
            plan["part_couverte"],
            plan["km_moyen"],
            plan["km_max"],
        ]
        for nom, plan in plans_de(resume)
    ]
    return _("Comparaison"), entetes, lignes


def _question(question: dict[str, Any], resume: dict[str, Any]) -> tuple[str, list[str], list[list[Any]]]:
    lignes = [
        [nom, ", ".join(map(str, valeur)) if isinstance(valeur, list) else valeur] for nom, valeur in question.items()
    ]
    lignes += [
        [_("naissances pour 1 000 habitants"), resume["natalite_pour_mille"]],
        [_("source de ce taux"), resume["source_natalite"]],
        [_("écart à la borne"), resume["ecart"]],
    ]
    return _("Question et sources"), [_("Quoi"), _("Valeur")], lignes


def _desserte(titre: str, dessertes: list[dict[str, Any]]) -> tuple[str, list[str], list[list[Any]]]:
    entetes = [
        _("Code INSEE"),
        _("Commune"),
        _("Naissances par an"),
        _("Maison la plus proche"),
        _("km"),
        _("Arrêt le plus proche"),
        _("km de l'arrêt"),
    ]
    colonnes = ("insee", "commune", "naissances", "par", "km", "arret", "arret_km")
    return titre, entetes, [[ligne.get(colonne) for colonne in colonnes] for ligne in dessertes]
