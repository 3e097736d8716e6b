"""The life of a campaign: prepared, opened with its doors, closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from enquetes.enums import TRANSITIONS_CAMPAGNE, CanalEnquete, Moment, StatutCampagne, StatutVersion, Usage
from enquetes.models import Acces, Campagne

# The doors that each use calls for, at the houses and for the campaign as a whole.
_CANAUX: dict[str, tuple[tuple[CanalEnquete, ...], tuple[CanalEnquete, ...]]] = {
    Usage.ENQUETE: ((CanalEnquete.AFFICHE, CanalEnquete.BORNE), (CanalEnquete.LIEN,)),
    Usage.SATISFACTION: (
        (CanalEnquete.SEANCE, CanalEnquete.INVITATION, CanalEnquete.AFFICHE, CanalEnquete.BORNE),
        (),
    ),
    Usage.AVANT_APRES: ((CanalEnquete.GROUPE,), ()),
}


class CampagneRefusee(Exception):
    """A campaign can't do this now; the message is for the team."""


def _verrouiller(campagne: Campagne) -> Campagne:
    return (
        Campagne.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version__questionnaire")
        .get(pk=campagne.pk)
    )


def _passer(campagne: Campagne, statut: StatutCampagne) -> None:
    if statut not in TRANSITIONS_CAMPAGNE[campagne.statut]:
        raise CampagneRefusee(
            _("Une campagne %(de)s ne peut pas être %(a)s.") % {"de": campagne.get_statut_display(), "a": statut.label}
        )
    campagne.statut = statut
    campagne.save(update_fields=["statut"])


@transaction.atomic
def ouvrir(*, campagne: Campagne, le: date) -> Campagne:
    """Open a campaign and its doors. Raises CampagneRefusee when its version is a draft or its dates are over."""
    campagne = _verrouiller(campagne)
    if campagne.version.statut == StatutVersion.BROUILLON:
        raise CampagneRefusee(_("Publiez d'abord le questionnaire."))
    if campagne.ferme_le < le:
        raise CampagneRefusee(_("La date de fin est passée."))
    if not campagne.maisons.exists() and campagne.version.questionnaire.usage != Usage.ENQUETE:
        raise CampagneRefusee(_("Choisissez au moins une maison."))
    _passer(campagne, StatutCampagne.OUVERTE)
    creer_acces(campagne)
    return campagne


def creer_acces(campagne: Campagne) -> None:
    """The doors a campaign needs; those it has stay as they are, printed posters too."""
    en_maison, partout = _CANAUX[campagne.version.questionnaire.usage]
    moments: Iterable[str] = (
        (Moment.AVANT, Moment.APRES) if campagne.version.questionnaire.usage == Usage.AVANT_APRES else (Moment.AUCUN,)
    )
    voulus = [(canal, None, "") for canal in partout] + [
        (canal, maison.pk, moment) for maison in campagne.maisons.all() for canal in en_maison for moment in moments
    ]
    existants = set(campagne.acces.values_list("canal", "maison_id", "moment"))
    Acces.objects.bulk_create(
        Acces(campagne=campagne, canal=canal, maison_id=maison, moment=moment)
        for canal, maison, moment in voulus
        if (canal, maison, moment) not in existants
    )


@transaction.atomic
def clore(*, campagne: Campagne) -> Campagne:
    """No answer comes any more; its last results may be published."""
    campagne = _verrouiller(campagne)
    _passer(campagne, StatutCampagne.CLOSE)
    return campagne


def clore_les_passees(*, le: date) -> int:
    """Close the campaigns whose last day is over; how many."""
    nombre = 0
    for campagne in Campagne.objects.filter(statut=StatutCampagne.OUVERTE, ferme_le__lt=le).order_by("pk"):
        try:
            clore(campagne=campagne)
        except CampagneRefusee:
            continue
        nombre += 1
    return nombre


@transaction.atomic
def tenir_porte(*, campagne: Campagne, acces: int, ouverte: bool) -> None:
    """Close a door that was abused – a link passed around, a poster copied –, or open it again."""
    campagne = _verrouiller(campagne)
    if not campagne.acces.filter(pk=acces).update(actif=ouverte):
        raise CampagneRefusee(_("Cet accès n'est pas de cette campagne."))


def acces_ouvert(*, usage: Usage, canal: CanalEnquete, maison: int, le: date) -> Acces | None:
    """The open door of this kind at a house, of the campaign opened last."""
    return (
        Acces.objects.ouverts(le=le)
        .filter(canal=canal, maison=maison, campagne__version__questionnaire__usage=usage)
        .select_related("campagne__version", "maison")
        .order_by("-campagne__ouvre_le", "-pk")
        .first()
    )
