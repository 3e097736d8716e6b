"""What surveys say of houses: only from results that were published, whose small counts are already hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from enquetes.enums import TypeQuestion, Usage
from enquetes.models import Instantane
from enquetes.publication import MAISON
from enquetes.tableaux import SANS
from maisons.label.indicateurs import EFFECTIF_MIN, Indicateur, Mesure, Periode, Unite, enregistrer

# On a scale, the points that count as satisfied: the two highest.
POINTS_HAUTS = 2


def _satisfaction(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    trouves: dict[int, list[int]] = {maison: [0, 0] for maison in maisons}
    publies = (
        Instantane.objects.filter(
            campagne__version__questionnaire__usage=Usage.SATISFACTION,
            jusqu_a__range=(periode.du, periode.au),
        )
        # The last publication of each campaign stands for the earlier ones.
        .order_by("campagne", "-numero")
        .distinct("campagne")
        .values_list("campagne__maison", "contenu")
    )
    for maison_seule, contenu in publies.iterator(chunk_size=100):
        for question in contenu["questions"]:
            if question["type"] != TypeQuestion.ECHELLE:
                continue
            for tableau in question["tableaux"]:
                for maison, comptes in _par_maison(tableau, contenu, maison_seule):
                    if maison in trouves:
                        _compter(trouves[maison], tableau["modalites"], comptes)
    return {maison: Mesure(oui, total, effectif=total) for maison, (oui, total) in trouves.items()}


def _par_maison(
    tableau: dict[str, Any], contenu: dict[str, Any], maison_seule: int | None
) -> Iterator[tuple[int, list[int | None]]]:
    """The counts of each house that stands alone in a table."""
    if maison_seule is not None:
        yield maison_seule, tableau["total"]
        return
    groupes = contenu["axes"].get(MAISON, [])
    for groupe, comptes in zip(groupes, tableau["axes"].get(MAISON, []), strict=False):
        if len(groupe["membres"]) == 1 and isinstance(groupe["membres"][0], int):
            yield groupe["membres"][0], comptes


def _compter(somme: list[int], modalites: list[list[str]], comptes: list[int | None]) -> None:
    """Add the answers of a scale; one with a hidden count says nothing that may be added."""
    points = [compte for (code, _libelle), compte in zip(modalites, comptes, strict=True) if code != SANS]
    if any(point is None for point in points):
        return
    dits = [point or 0 for point in points]
    somme[0] += sum(dits[-POINTS_HAUTS:])
    somme[1] += sum(dits)


enregistrer(
    Indicateur(
        code="satisfaction",
        nom=_("Parents satisfaits"),
        definition=_(
            "Parmi les réponses anonymes aux échelles des questionnaires de satisfaction dont les résultats ont été "
            "publiés pour une semaine de la période, celles qui donnent un des deux points les plus hauts. Une "
            "question dont un effectif est masqué ne compte pas."
        ),
        unite=Unite.POURCENT,
        mesurer=_satisfaction,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    )
)
