"""Who came: bookings ticked, people without a booking counted, each undone as easily as done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from ateliers.enums import Presence, StatutInscription, StatutSeance
from ateliers.models import Inscription, Passage, Seance

# Families arrive early; the desk ticks from then on, and for days afterwards when the sheet stayed in a drawer.
OUVERTURE_AVANT = timedelta(minutes=45)
SAISIE_APRES = timedelta(days=31)


class PointageRefuse(Exception):
    """Attendance was not noted; the message is for the person on screen."""


@dataclass(frozen=True, kw_only=True)
class Frequentation:
    """How many came to a session, with and without a booking."""

    adultes: int
    enfants: int
    presentes: int
    absentes: int
    excusees: int
    a_pointer: int


@transaction.atomic
def pointer(
    *,
    inscription: Inscription,
    presence: Presence,
    maintenant: datetime,
    adultes: int | None = None,
    enfants: int | None = None,
) -> Inscription:
    """Note what became of a confirmed booking; a second note replaces the first.

    Present means those booked came, unless other numbers are given. Raises PointageRefuse for a booking without a
    seat, before the doors open, or long after the session.
    """
    inscription = Inscription.objects.select_for_update(of=("self",), no_key=True).with_cadre().get(pk=inscription.pk)
    _verifier(inscription.seance, maintenant)
    if inscription.statut != StatutInscription.CONFIRMEE:
        raise PointageRefuse(_("Seules les réservations confirmées se pointent."))
    inscription.presence = presence
    inscription.pointee_le = maintenant
    inscription.adultes_presents = inscription.enfants_presents = None
    if presence == Presence.PRESENTE:
        inscription.adultes_presents = inscription.adultes if adultes is None else adultes
        inscription.enfants_presents = inscription.enfants if enfants is None else enfants
        if not (1 <= inscription.adultes_presents <= 20 and 0 <= inscription.enfants_presents <= 20):
            raise PointageRefuse(_("Indiquez de 1 à 20 adultes et de 0 à 20 enfants."))
    _enregistrer(inscription)
    return inscription


@transaction.atomic
def se_signaler(*, inscription: Inscription, maintenant: datetime) -> Inscription:
    """The family says at the door that it is there; what the team noted of a family that came stays.

    Raises PointageRefuse as `pointer` does, and once the session is over.
    """
    inscription = Inscription.objects.select_for_update(of=("self",), no_key=True).with_cadre().get(pk=inscription.pk)
    if maintenant > inscription.seance.fin:
        raise PointageRefuse(_("Cette séance est finie."))
    if inscription.presence == Presence.PRESENTE:
        return inscription
    return pointer(inscription=inscription, presence=Presence.PRESENTE, maintenant=maintenant)


def porte_ouverte(seance: Seance, *, maintenant: datetime) -> bool:
    """Whether families may say that they are there: from shortly before the start to the end."""
    return seance.statut != StatutSeance.ANNULEE and seance.debut - OUVERTURE_AVANT <= maintenant <= seance.fin


@transaction.atomic
def depointer(*, inscription: Inscription, maintenant: datetime) -> Inscription:
    """Take a note back: nothing is said of this booking any more."""
    inscription = Inscription.objects.select_for_update(of=("self",), no_key=True).with_cadre().get(pk=inscription.pk)
    _verifier(inscription.seance, maintenant)
    inscription.presence = ""
    inscription.pointee_le = inscription.adultes_presents = inscription.enfants_presents = None
    _enregistrer(inscription)
    return inscription


@transaction.atomic
def excuser(*, inscription: Inscription, maintenant: datetime) -> Inscription:
    """A member of a group says beforehand that she won't come: the place stays hers, no reminder is owed.

    Saying it twice changes nothing. Raises PointageRefuse once the meeting has begun.
    """
    inscription = _avant_le_debut(inscription, maintenant)
    if inscription.presence == Presence.EXCUSEE:
        return inscription
    inscription.presence = Presence.EXCUSEE
    inscription.pointee_le = maintenant
    inscription.adultes_presents = inscription.enfants_presents = None
    _enregistrer(inscription)
    return inscription


@transaction.atomic
def ne_plus_excuser(*, inscription: Inscription, maintenant: datetime) -> Inscription:
    """She comes after all. Raises PointageRefuse once the meeting has begun."""
    inscription = _avant_le_debut(inscription, maintenant)
    if inscription.presence != Presence.EXCUSEE:
        return inscription
    inscription.presence = ""
    inscription.pointee_le = None
    _enregistrer(inscription)
    return inscription


def _avant_le_debut(inscription: Inscription, maintenant: datetime) -> Inscription:
    inscription = Inscription.objects.select_for_update(of=("self",), no_key=True).with_cadre().get(pk=inscription.pk)
    if inscription.seance.statut == StatutSeance.ANNULEE:
        raise PointageRefuse(_("Cette séance est annulée."))
    if inscription.seance.debut <= maintenant:
        raise PointageRefuse(_("Cette séance a déjà commencé."))
    if inscription.statut != StatutInscription.CONFIRMEE:
        raise PointageRefuse(_("Seules les réservations confirmées se pointent."))
    return inscription


def _enregistrer(inscription: Inscription) -> None:
    inscription.save(update_fields=["presence", "pointee_le", "adultes_presents", "enfants_presents"])


@transaction.atomic
def compter_passage(
    *, seance: Seance, adultes: int, enfants: int, premiere_visite: bool, maintenant: datetime
) -> Passage:
    """Count people who came without a booking. Raises PointageRefuse outside the days of noting or for nobody."""
    _verifier(seance, maintenant)
    if adultes + enfants < 1 or not (0 <= adultes <= 50 and 0 <= enfants <= 50):
        raise PointageRefuse(_("Comptez au moins une personne, et au plus 50 à la fois."))
    return Passage.objects.create(
        seance=seance, adultes=adultes, enfants=enfants, premiere_visite=premiere_visite, compte_le=maintenant
    )


@transaction.atomic
def retirer_passage(*, passage: Passage, maintenant: datetime) -> None:
    _verifier(passage.seance, maintenant)
    passage.delete()


@transaction.atomic
def pointer_restantes(*, seance: Seance, maintenant: datetime) -> int:
    """Note as present, as booked, all those of whom nothing is said yet; their number."""
    _verifier(seance, maintenant)
    restantes = list(seance.inscriptions.confirmees().filter(presence="").order_by("pk"))
    for inscription in restantes:
        pointer(inscription=inscription, presence=Presence.PRESENTE, maintenant=maintenant)
    return len(restantes)


def motif_de_refus(seance: Seance, *, maintenant: datetime) -> str:
    """Why attendance can't be noted now, in words; empty when it can."""
    if seance.statut == StatutSeance.ANNULEE:
        return _("Cette séance est annulée.")
    if maintenant < seance.debut - OUVERTURE_AVANT:
        return _("Les présences se notent à partir de 45 minutes avant le début.")
    if maintenant > seance.fin + SAISIE_APRES:
        return _("Cette séance est trop ancienne : ses présences ne changent plus.")
    return ""


def _verifier(seance: Seance, maintenant: datetime) -> None:
    if motif := motif_de_refus(seance, maintenant=maintenant):
        raise PointageRefuse(motif)


def frequentation(seance: Seance) -> Frequentation:
    """The numbers of one session, in two queries whatever its size. A parent who leaves a child goes again."""
    confirmees = seance.inscriptions.filter(statut=StatutInscription.CONFIRMEE).aggregate(
        adultes=Sum("adultes_presents", default=0),
        enfants=Sum("enfants_presents", default=0),
        presentes=Count("pk", filter=Q(presence=Presence.PRESENTE)),
        absentes=Count("pk", filter=Q(presence=Presence.ABSENTE)),
        excusees=Count("pk", filter=Q(presence=Presence.EXCUSEE)),
        a_pointer=Count("pk", filter=Q(presence="")),
    )
    passages = seance.passages.aggregate(adultes=Sum("adultes", default=0), enfants=Sum("enfants", default=0))
    return Frequentation(
        **{
            **confirmees,
            "adultes": (0 if seance.confie_les_enfants else confirmees["adultes"]) + passages["adultes"],
            "enfants": confirmees["enfants"] + passages["enfants"],
        }
    )
