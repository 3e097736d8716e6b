"""What houses can say of themselves: when they are open, in which languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from django.utils.translation import gettext_lazy as _

from maisons.enums import JourSemaine
from maisons.label.indicateurs import Indicateur, Mesure, Periode, Unite, enregistrer
from maisons.models import Maison, PlageOuverture

SOIR = time(18)


def _heures(plage: PlageOuverture, *, apres: time = time(0)) -> float:
    """Hours of a weekly stretch, from an hour of the day on; every second week counts half."""
    heures = max(0.0, _heure(plage.fin) - _heure(max(plage.debut, apres)))
    return heures if plage.semaines == PlageOuverture.Semaines.TOUTES else heures / 2


def _heure(moment: time) -> float:
    return moment.hour + moment.minute / 60


def _plages(maisons: list[int], periode: Periode) -> list[PlageOuverture]:
    """The hours that are valid on the period's last day, of the places in use."""
    plages = PlageOuverture.objects.filter(lieu__maison__in=maisons, lieu__actif=True).select_related("lieu")
    return [
        plage
        for plage in plages.order_by("pk")
        if (plage.du is None or plage.du <= periode.au) and (plage.au is None or plage.au >= periode.au)
    ]


def _heures_ouvertes(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    heures: dict[int, float] = dict.fromkeys(maisons, 0.0)
    for plage in _plages(maisons, periode):
        heures[plage.lieu.maison_id] += _heures(plage)
    return {maison: Mesure(total) for maison, total in heures.items()}


def _heures_elargies(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    heures: dict[int, float] = dict.fromkeys(maisons, 0.0)
    for plage in _plages(maisons, periode):
        jour_entier = plage.jour in (JourSemaine.SAMEDI, JourSemaine.DIMANCHE)
        heures[plage.lieu.maison_id] += _heures(plage, apres=time(0) if jour_entier else SOIR)
    return {maison: Mesure(total) for maison, total in heures.items()}


def _langues(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    parlees = Maison.objects.filter(pk__in=maisons).values_list("pk", "langues")
    return {maison: Mesure(len(set(langues))) for maison, langues in parlees}


enregistrer(
    Indicateur(
        code="heures-ouvertes",
        nom=_("Heures d'ouverture"),
        definition=_(
            "Heures d'ouverture hebdomadaires de tous les lieux utilisés, d'après les horaires valables le dernier "
            "jour de la période ; une semaine sur deux compte pour moitié."
        ),
        unite=Unite.HEURES,
        mesurer=_heures_ouvertes,
    )
)
enregistrer(
    Indicateur(
        code="heures-elargies",
        nom=_("Heures d'ouverture le samedi, le dimanche ou après 18 h"),
        definition=_(
            "Parmi les heures d'ouverture hebdomadaires, celles du samedi, du dimanche, et des autres jours à partir "
            "de 18 h."
        ),
        unite=Unite.HEURES,
        mesurer=_heures_elargies,
        est_comparable=True,
    )
)
enregistrer(
    Indicateur(
        code="langues",
        nom=_("Langues parlées"),
        definition=_("Nombre de langues que la maison indique parler."),
        unite=Unite.NOMBRE,
        mesurer=_langues,
        est_comparable=True,
    )
)
