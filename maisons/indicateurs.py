"""What houses can say of themselves: hours, languages, stops on the road, a team that is trained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import time
from typing import Any

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from maisons.enums import JourSemaine, Role, StatutArret
from maisons.label.indicateurs import Indicateur, Mesure, Periode, Unite, enregistrer
from maisons.models import Affectation, Arret, Formation, Maison, PlageOuverture

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


def _arrets(maisons: list[int], periode: Periode) -> Any:
    """Stops that took place, with their house as `maison`, by the day their tour made them for."""
    return (
        Arret.objects.filter(
            equipage__maison__in=maisons, statut=StatutArret.PREVU, jour__range=(periode.du, periode.au)
        )
        .annotate(maison=F("equipage__maison"))
        .order_by()
    )


def _compter_arrets(compte: Count) -> Any:
    def mesurer(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
        lignes = dict(_arrets(maisons, periode).values("maison").annotate(n=compte).values_list("maison", "n"))
        return {maison: Mesure(lignes.get(maison) or 0) for maison in maisons}

    return mesurer


def _facilitateurs_formes(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    """Among the animateurs in post on the period's last day; one of an organisation counts at each of its houses."""
    en_poste = Affectation.objects.en_cours(le=periode.au).filter(role=Role.ANIMATEUR, utilisateur__is_active=True)
    par_organisation: dict[int, list[int]] = defaultdict(list)
    for maison, organisation in Maison.objects.filter(pk__in=maisons).values_list("pk", "organisation"):
        par_organisation[organisation].append(maison)
    equipes: dict[int, set[int]] = {maison: set() for maison in maisons}
    for maison, organisation, personne in en_poste.filter(
        Q(maison__in=maisons) | Q(organisation__in=list(par_organisation))
    ).values_list("maison", "organisation", "utilisateur"):
        for ici in [maison] if maison is not None else par_organisation[organisation]:
            equipes[ici].add(personne)
    formes = set(
        Formation.objects.a_jour(le=periode.au)
        .filter(utilisateur__in=set().union(*equipes.values()))
        .values_list("utilisateur", flat=True)
    )
    return {maison: Mesure(len(equipe & formes), len(equipe)) for maison, equipe in equipes.items()}


enregistrer(
    Indicateur(
        code="arrets-tenus",
        nom=_("Arrêts itinérants tenus"),
        definition=_("Arrêts des tournées de la maison, non annulés, dont le jour est dans la période."),
        unite=Unite.NOMBRE,
        mesurer=_compter_arrets(Count("pk", distinct=True)),
    )
)
enregistrer(
    Indicateur(
        code="communes-couvertes",
        nom=_("Communes où l'itinérance s'arrête"),
        definition=_(
            "Communes différentes où un arrêt a été tenu dans la période ; chacune compte une fois par maison."
        ),
        unite=Unite.NOMBRE,
        mesurer=_compter_arrets(Count("lieu__commune", distinct=True)),
    )
)
enregistrer(
    Indicateur(
        code="facilitateurs-formes",
        nom=_("Facilitateurs dont la formation est à jour"),
        definition=_(
            "Parmi les animateurs et animatrices en poste le dernier jour de la période, ceux qui ont suivi une "
            "formation de facilitateur encore valable ce jour-là."
        ),
        unite=Unite.POURCENT,
        mesurer=_facilitateurs_formes,
        est_comparable=True,
    )
)
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
