"""What the activity says of houses: sessions, people who came, seats taken, waiting.

A session belongs to the local day of its place. Each indicator is one or two grouped queries, whatever the activity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DateField, DurationField, ExpressionWrapper, F, Func, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ateliers.enums import AccueilSeance, Presence, StatutInscription, StatutSeance

# Registers what groups say.
from ateliers.groupes import indicateurs as _des_groupes  # noqa: F401
from ateliers.models import EnfantInscrit, Inscription, Passage, Seance
from maisons.label.indicateurs import EFFECTIF_MIN, Indicateur, Mesure, Periode, Unite, enregistrer
from maisons.naissances import naissances_par_an

UN_JOUR = timedelta(days=1)
# Of bookings: one family that came ten times is one family. All those that were erased together count for one.
NOMBRE_DE_FAMILLES = Count(Coalesce("famille", 0), distinct=True)


class _JourLocal(Func):
    """The day of a moment on the clock of a time zone."""

    function = "timezone"
    template = "(%(function)s(%(expressions)s))::date"
    output_field = DateField()


def _tenues(maisons: list[int], periode: Periode) -> Any:
    """Sessions that took place: published, not cancelled, on a day of the period."""
    return (
        Seance.objects.filter(
            # A day wider on both sides, which an index answers; the local day then decides.
            debut__gte=datetime.combine(periode.du - UN_JOUR, time(), UTC),
            debut__lt=datetime.combine(periode.au + 2 * UN_JOUR, time(), UTC),
            statut=StatutSeance.PUBLIEE,
            lieu__maison__in=maisons,
        )
        .alias(jour=_JourLocal(F("lieu__fuseau"), F("debut")))
        .filter(jour__gte=periode.du, jour__lte=periode.au)
    )


def _reservations(maisons: list[int], periode: Periode) -> Any:
    """Bookings of sessions that took place, whatever became of them, with their house as `maison`."""
    return Inscription.objects.filter(seance__in=_tenues(maisons, periode)).annotate(maison=F("seance__lieu__maison"))


def _passages(maisons: list[int], periode: Periode) -> Any:
    return Passage.objects.filter(seance__in=_tenues(maisons, periode)).annotate(maison=F("seance__lieu__maison"))


def _par_maison(lignes: Iterable[Mapping[str, Any]], *, cle: str = "maison") -> dict[int, Mapping[str, Any]]:
    return {ligne[cle]: ligne for ligne in lignes}


def _seances_tenues(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    lignes = _tenues(maisons, periode).values("lieu__maison").annotate(n=Count("pk")).order_by()
    trouvees = _par_maison(lignes, cle="lieu__maison")
    return {maison: Mesure(trouvees.get(maison, {"n": 0})["n"]) for maison in maisons}


def _part_gratuite(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    return {
        maison: Mesure(mesure.numerateur, mesure.numerateur)
        for maison, mesure in _seances_tenues(maisons, periode).items()
    }


def _restes(reservations: Any) -> Any:
    """Bookings whose adults stayed: a parent who leaves a child goes again."""
    return reservations.exclude(seance__accueil=AccueilSeance.ENFANTS)


def _accueillis(qui: str) -> Any:
    """People who came, of one kind ("adultes" or "enfants"), with and without a booking."""

    def mesurer(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
        venus: dict[int, float] = dict.fromkeys(maisons, 0.0)
        effectifs: dict[int, int] = dict.fromkeys(maisons, 0)
        presentes = _reservations(maisons, periode).filter(presence=Presence.PRESENTE, **{f"{qui}_presents__gt": 0})
        if qui == "adultes":
            presentes = _restes(presentes)
        passages = _passages(maisons, periode)
        for lignes in (
            presentes.values("maison").annotate(n=Sum(f"{qui}_presents"), personnes=NOMBRE_DE_FAMILLES).order_by(),
            # Nobody says which of those who came without a booking came before.
            passages.values("maison").annotate(n=Sum(qui, default=0), personnes=Sum(qui, default=0)).order_by(),
        ):
            for ligne in lignes:
                venus[ligne["maison"]] += ligne["n"]
                effectifs[ligne["maison"]] += ligne["personnes"]
        return {maison: Mesure(n, effectif=effectifs[maison]) for maison, n in venus.items()}

    return mesurer


def _familles(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    lignes = (
        _reservations(maisons, periode)
        .filter(presence=Presence.PRESENTE)
        .values("maison")
        .annotate(n=Count("famille", distinct=True))
        .order_by()
    )
    trouvees = _par_maison(lignes)
    return {maison: Mesure(n, effectif=n) for maison in maisons for n in [trouvees.get(maison, {"n": 0})["n"]]}


def _premieres_visites(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    """Among the families who came: those whose first time at this house is in the period."""
    venues = (
        Inscription.objects.filter(presence=Presence.PRESENTE, famille__isnull=False, seance__lieu__maison__in=maisons)
        .annotate(maison=F("seance__lieu__maison"))
        .values("maison", "famille")
        .annotate(
            premiere=Min(_JourLocal(F("seance__lieu__fuseau"), F("seance__debut"))),
            dans=Count("pk", filter=Q(seance__in=_tenues(maisons, periode))),
        )
        .filter(dans__gt=0)
        .order_by()
    )
    toutes: dict[int, int] = dict.fromkeys(maisons, 0)
    nouvelles: dict[int, int] = dict.fromkeys(maisons, 0)
    # One short row per family that came: read in a stream, so that memory stays the same whatever their number.
    for maison, premiere in venues.values_list("maison", "premiere").iterator(chunk_size=5000):
        toutes[maison] += 1
        nouvelles[maison] += premiere >= periode.du
    return {maison: Mesure(nouvelles[maison], toutes[maison], effectif=toutes[maison]) for maison in maisons}


def _part(queryset: Any, maisons: list[int], *, parmi: Q, compte: Q) -> Mapping[int, Mesure]:
    """Per house, how many rows answer `compte` among those that answer `parmi`."""
    lignes = _par_maison(
        queryset.filter(parmi)
        .values("maison")
        .annotate(total=Count("pk"), oui=Count("pk", filter=compte), familles=NOMBRE_DE_FAMILLES)
        .order_by()
    )
    rien = {"oui": 0, "total": 0, "familles": 0}
    return {
        maison: Mesure(ligne["oui"], ligne["total"], effectif=ligne["familles"])
        for maison in maisons
        for ligne in [lignes.get(maison, rien)]
    }


def _assiduite(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    return _part(
        _reservations(maisons, periode),
        maisons,
        parmi=Q(statut=StatutInscription.CONFIRMEE) & ~Q(presence=""),
        compte=Q(presence=Presence.PRESENTE),
    )


def _presences_relevees(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    """Among sessions that had bookings: those of which every one was ticked."""
    confirmee = Q(inscriptions__statut=StatutInscription.CONFIRMEE)
    lignes = (
        _tenues(maisons, periode)
        .values("pk", "lieu__maison")
        .annotate(
            reservees=Count("inscriptions", filter=confirmee),
            a_pointer=Count("inscriptions", filter=confirmee & Q(inscriptions__presence="")),
        )
        .filter(reservees__gt=0)
        .order_by()
    )
    totaux: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for maison, a_pointer in lignes.values_list("lieu__maison", "a_pointer").iterator(chunk_size=5000):
        totaux[maison][0] += a_pointer == 0
        totaux[maison][1] += 1
    return {maison: Mesure(*totaux[maison]) for maison in maisons}


def _coparents(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    return _part(
        _restes(_reservations(maisons, periode)),
        maisons,
        parmi=Q(presence=Presence.PRESENTE),
        compte=Q(adultes_presents__gte=2),
    )


def _delai_attente(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    lignes = _par_maison(
        _reservations(maisons, periode)
        .filter(statut=StatutInscription.CONFIRMEE, attente_depuis__isnull=False, confirmee_le__isnull=False)
        .values("maison")
        .annotate(
            n=Count("pk"),
            familles=NOMBRE_DE_FAMILLES,
            attente=Sum(
                ExpressionWrapper(F("confirmee_le") - F("attente_depuis"), output_field=DurationField()),
            ),
        )
        .order_by()
    )
    return {
        maison: Mesure(ligne["attente"] / UN_JOUR, ligne["n"], effectif=ligne["familles"])
        for maison in maisons
        for ligne in [lignes.get(maison, {"attente": timedelta(0), "n": 0, "familles": 0})]
    }


def _part_naissances(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    venus = dict(
        EnfantInscrit.objects.filter(
            inscription__in=_reservations(maisons, periode).filter(presence=Presence.PRESENTE),
            enfant__naissance__range=(periode.du, periode.au),
        )
        .values("inscription__seance__lieu__maison")
        .annotate(n=Count("enfant", distinct=True))
        .order_by()
        .values_list("inscription__seance__lieu__maison", "n")
    )
    annees = ((periode.au - periode.du).days + 1) / 365.25
    naissances = naissances_par_an(maisons)
    return {
        maison: Mesure(
            venus.get(maison, 0),
            naissances.get(maison, 0) * annees,
            effectif=venus.get(maison, 0),
        )
        for maison in maisons
    }


for _indicateur in (
    Indicateur(
        code="part-naissances",
        nom=_("Part des naissances du territoire rencontrées"),
        definition=_(
            "Enfants nés dans la période et venus au moins une fois avec une réservation, rapportés aux naissances "
            "estimées des communes du territoire de la maison (population légale × taux de natalité de leur "
            "département, ou à défaut 9,7 pour mille et par an, Insee 2024). Les enfants venus sans réservation ou "
            "sans date de naissance ne comptent pas : c'est un minimum. Sans territoire renseigné, sans objet."
        ),
        unite=Unite.POURCENT,
        mesurer=_part_naissances,
        # 2: the rate of the département, where it gave one.
        version=2,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    ),
    Indicateur(
        code="seances-tenues",
        nom=_("Séances tenues"),
        definition=_("Séances publiées, non annulées, dont le jour est dans la période, dans tous les lieux."),
        unite=Unite.NOMBRE,
        mesurer=_seances_tenues,
    ),
    Indicateur(
        code="part-gratuite",
        nom=_("Part des séances gratuites"),
        definition=_(
            "Séances tenues sans paiement, parmi les séances tenues. Le portail ne sait pas tenir de séance payante : "
            "cette part y vaut toujours 100 %, et l'attestation du porteur reste demandée."
        ),
        unite=Unite.POURCENT,
        mesurer=_part_gratuite,
    ),
    Indicateur(
        code="parents-accueillis",
        nom=_("Venues d'adultes"),
        definition=_(
            "Adultes présents aux séances tenues, réservation ou non ; une personne compte à chaque venue. "
            "Un parent qui confie son enfant à un accueil ponctuel n'est pas compté."
        ),
        unite=Unite.NOMBRE,
        mesurer=_accueillis("adultes"),
        version=3,
        effectif_min=EFFECTIF_MIN,
    ),
    Indicateur(
        code="enfants-accueillis",
        nom=_("Venues d'enfants"),
        definition=_("Enfants présents aux séances tenues, réservation ou non ; un enfant compte à chaque venue."),
        unite=Unite.NOMBRE,
        mesurer=_accueillis("enfants"),
        version=2,
        effectif_min=EFFECTIF_MIN,
    ),
    Indicateur(
        code="familles",
        nom=_("Familles différentes"),
        definition=_("Familles venues au moins une fois avec une réservation ; chacune compte une fois par maison."),
        unite=Unite.NOMBRE,
        mesurer=_familles,
        effectif_min=EFFECTIF_MIN,
    ),
    Indicateur(
        code="premieres-visites",
        nom=_("Part des nouvelles familles"),
        definition=_(
            "Parmi les familles venues avec une réservation, celles dont la première venue dans cette maison est dans "
            "la période."
        ),
        unite=Unite.POURCENT,
        mesurer=_premieres_visites,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    ),
    Indicateur(
        code="assiduite",
        nom=_("Assiduité"),
        definition=_("Réservations honorées, parmi les réservations confirmées dont la présence est relevée."),
        unite=Unite.POURCENT,
        mesurer=_assiduite,
        version=2,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    ),
    Indicateur(
        code="presences-relevees",
        nom=_("Séances dont la présence est relevée"),
        definition=_("Parmi les séances tenues qui avaient des réservations, celles où toutes sont pointées."),
        unite=Unite.POURCENT,
        mesurer=_presences_relevees,
        est_comparable=True,
    ),
    Indicateur(
        code="coparents",
        nom=_("Venues à deux adultes"),
        definition=_(
            "Parmi les réservations honorées, hors accueil ponctuel, celles où deux adultes ou plus sont venus."
        ),
        unite=Unite.POURCENT,
        mesurer=_coparents,
        version=3,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    ),
    Indicateur(
        code="delai-attente",
        nom=_("Attente avant une place"),
        definition=_(
            "Pour les réservations passées par la liste d'attente et confirmées : jours entre l'entrée sur la liste "
            "et la confirmation, en moyenne."
        ),
        unite=Unite.JOURS,
        mesurer=_delai_attente,
        version=2,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    ),
):
    enregistrer(_indicateur)
