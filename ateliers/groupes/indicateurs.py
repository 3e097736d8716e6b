"""What groups of parents say of houses: opened, alive after six months, left, and what changed for their members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from dateutil.relativedelta import relativedelta
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ateliers.enums import ItemBilan, MomentBilan, StatutMembre
from ateliers.groupes.bilans import REPONSES_MIN
from ateliers.models import GroupePairs, MembreGroupe, ReponseBilan
from maisons.label.indicateurs import EFFECTIF_MIN, Indicateur, Mesure, Periode, Unite, enregistrer

SIX_MOIS = relativedelta(months=6)


def _groupes_ouverts(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    lignes = dict(
        GroupePairs.objects.filter(maison__in=maisons, premiere_rencontre__range=(periode.du, periode.au))
        # Ended before it met: it never opened.
        .exclude(clos_le__date__lt=F("premiere_rencontre"))
        .values("maison")
        .annotate(n=Count("pk"))
        .order_by()
        .values_list("maison", "n")
    )
    return {maison: Mesure(lignes.get(maison, 0)) for maison in maisons}


def _groupes_vivants(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    vivants = dict.fromkeys(maisons, 0)
    # A day wider on both sides, since months differ in length; the six months are then counted one by one.
    debuts = (periode.du - SIX_MOIS - relativedelta(days=3), periode.au - SIX_MOIS + relativedelta(days=3))
    groupes = GroupePairs.objects.filter(maison__in=maisons, premiere_rencontre__range=debuts)
    for maison, premiere, clos_le in groupes.values_list("maison", "premiere_rencontre", "clos_le").order_by():
        if premiere is None:
            continue
        age = premiere + SIX_MOIS
        if periode.du <= age <= periode.au and (clos_le is None or clos_le.date() >= age):
            vivants[maison] += 1
    return {maison: Mesure(n) for maison, n in vivants.items()}


def _abandons(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    debut, fin = _minuit(periode.du), _minuit(periode.au + relativedelta(days=1))
    lignes = {
        ligne["groupe__maison"]: ligne
        for ligne in MembreGroupe.objects.filter(
            Q(fini_le__isnull=True) | Q(fini_le__gte=debut), groupe__maison__in=maisons, membre_depuis__lt=fin
        )
        .values("groupe__maison")
        .annotate(
            total=Count("pk"),
            partis=Count("pk", filter=Q(statut=StatutMembre.PARTI, fini_le__lt=fin)),
            # Those that were erased together count for one.
            familles=Count(Coalesce("demande__famille", 0), distinct=True),
        )
        .order_by()
    }
    rien = {"total": 0, "partis": 0, "familles": 0}
    return {
        maison: Mesure(ligne["partis"], ligne["total"], effectif=ligne["familles"])
        for maison in maisons
        for ligne in [lignes.get(maison, rien)]
    }


def _minuit(jour: date) -> datetime:
    return datetime.combine(jour, time(), UTC)


def _avant_apres(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    """Each group's change counts for as many as answered at its end: groups, then houses, can be added up."""
    # moment → (sum of notes, notes, sheets) of each group
    feuilles: dict[tuple[int, int], dict[str, list[float]]] = defaultdict(
        lambda: {moment: [0.0, 0.0, 0.0] for moment in MomentBilan.values}
    )
    reponses = ReponseBilan.objects.filter(
        groupe__maison__in=maisons,
        groupe__clos_le__gte=_minuit(periode.du),
        groupe__clos_le__lt=_minuit(periode.au + relativedelta(days=1)),
    )
    for maison, groupe, moment, notes in reponses.values_list(
        "groupe__maison", "groupe", "moment", "reponses"
    ).iterator(chunk_size=2000):
        dites = [note for item, note in notes.items() if item in ItemBilan.values]
        somme = feuilles[maison, groupe][moment]
        somme[0] += sum(dites)
        somme[1] += len(dites)
        somme[2] += 1
    gains: dict[int, list[float]] = {maison: [0.0, 0.0] for maison in maisons}
    for (maison, _groupe), par_moment in feuilles.items():
        avant, apres = par_moment[MomentBilan.AVANT], par_moment[MomentBilan.APRES]
        # Under this number of sheets a group's mean could be one person's answer.
        if min(avant[2], apres[2]) >= REPONSES_MIN and avant[1] and apres[1]:
            gains[maison][0] += (apres[0] / apres[1] - avant[0] / avant[1]) * apres[2]
            gains[maison][1] += apres[2]
    return {maison: Mesure(gain, n, effectif=int(n)) for maison, (gain, n) in gains.items()}


for _indicateur in (
    Indicateur(
        code="groupes-ouverts",
        nom=_("Groupes de parents ouverts"),
        definition=_("Groupes de pair-aidance dont la première rencontre est dans la période."),
        unite=Unite.NOMBRE,
        mesurer=_groupes_ouverts,
        version=2,
    ),
    Indicateur(
        code="groupes-vivants",
        nom=_("Groupes vivants après six mois"),
        definition=_(
            "Groupes qui ont eu six mois dans la période (première rencontre, plus six mois) sans être terminés avant."
        ),
        unite=Unite.NOMBRE,
        mesurer=_groupes_vivants,
    ),
    Indicateur(
        code="abandons-groupes",
        nom=_("Départs en cours de groupe"),
        definition=_(
            "Parmi les familles membres d'un groupe pendant la période, celles qui l'ont quitté avant sa fin."
        ),
        unite=Unite.POURCENT,
        mesurer=_abandons,
        version=2,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    ),
    Indicateur(
        code="avant-apres",
        nom=_("Avant et après un groupe"),
        definition=_(
            "Ce que les membres disent de leurs liens et de leur aisance, de 1 à 5 : moyenne à la fin moins moyenne "
            "au début, pour les groupes terminés dans la période qui ont au moins cinq réponses anonymes à chaque "
            "fois. Ce n'est pas une mesure de santé."
        ),
        unite=Unite.POINTS,
        mesurer=_avant_apres,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    ),
):
    enregistrer(_indicateur)
