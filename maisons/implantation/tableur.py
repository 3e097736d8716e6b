"""A scenario as a workbook: the plans compared, what was asked, and how each commune is served by each plan."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maisons.implantation import scenarios
from maisons.implantation.probleme import Objectif
from maisons.implantation.reponse import CHOIX, GLOUTON, OPTIMUM, plans_de
from maisons.models import Commune, ScenarioImplantation
from socle.tableaux import ecrire_classeur

NOMS_DES_PLANS = {
    OPTIMUM: gettext_lazy("Choix du solveur"),
    GLOUTON: gettext_lazy("Une par une (glouton)"),
    CHOIX: gettext_lazy("Votre choix"),
}
OBJECTIFS = {
    Objectif.COUVERTURE: gettext_lazy("le plus de naissances à cette distance d'une maison"),
    Objectif.DISTANCE: gettext_lazy("la plus petite distance moyenne d'une naissance à une maison"),
}


def classeur(scenario: ScenarioImplantation) -> bytes:
    """The scenario must have an answer."""
    resume, dessertes = scenario.reponse or {}, scenario.dessertes or {}
    return ecrire_classeur(
        [
            _comparaison(resume),
            _question(scenario, resume),
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


def _question(scenario: ScenarioImplantation, resume: dict[str, Any]) -> tuple[str, list[str], list[list[Any]]]:
    """What was asked in the words of the page, with the names of the communes and where the figures come from."""
    question = scenarios.Question.lire(scenario.question)
    listes = {
        _("Communes imposées"): question.obligatoires,
        _("Communes écartées"): question.exclus,
        _("Communes candidates"): question.candidats,
        _("Choix fait à la main"): question.choix,
    }
    noms = dict(
        Commune.objects.filter(pk__in={code for codes in listes.values() for code in codes}).values_list("pk", "nom")
    )
    lignes: list[list[Any]] = [
        [_("Département"), str(scenario.departement)],
        [_("Maisons à ouvrir"), question.sites],
        [_("Distance jugée proche (km)"), question.rayon_km],
        [_("Ce que l'on cherche"), str(OBJECTIFS[question.objectif])],
        [_("Équité : aucune commune à plus de (km)"), question.plafond_km],
        [
            _("Maisons déjà là"),
            _("les maisons labellisées") if question.labellisees_seulement else _("toutes les maisons ouvertes"),
        ],
        [_("Arrêts à venir comptés comme une desserte"), _("oui") if question.arrets_comptent else _("non")],
        *([titre, ", ".join(f"{noms.get(code, code)} ({code})" for code in codes)] for titre, codes in listes.items()),
        [_("Sans liste, habitants qu'il faut"), question.population_min],
        [_("Naissances par an pour 1 000 habitants"), resume["natalite_pour_mille"]],
        [_("Source de ce taux"), resume["source_natalite"]],
        [_("Maisons comptées"), ", ".join(resume["maisons_existantes"])],
        [_("Écart à la borne"), resume["ecart"]],
        [_("Calculé le"), timezone.localtime(scenario.calcule_le).date() if scenario.calcule_le else None],
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
