"""The waiting list: a freed seat is offered to the first who fits, for a set time, then to the next.

The rule is docs/decisions/0003-liste-attente.md: rank is the order of arrival; a family too large for the seats now
free is passed over and keeps its rank; an offer left without answer ends the wait; in the last hours nothing is held
and the first to answer has the seat.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from ateliers import messages
from ateliers.enums import AccueilSeance, AnnuleePar, CanalInscription, StatutInscription, StatutSeance
from ateliers.models import Inscription, Seance
from socle import verrous

# The shortest time worth offering a seat for: less, and a person at work has no chance to read it.
PROPOSITION_MINIMUM = timedelta(minutes=30)


def fin_des_propositions(seance: Seance) -> datetime:
    """From here on nothing is held: seats are first come, first served."""
    return seance.debut - timedelta(hours=settings.PROPOSITION_ARRET_HEURES)


def echeance_proposition(seance: Seance, *, maintenant: datetime) -> datetime | None:
    """Until when a seat offered now is held, or None when it is too late to hold one.

    The usual time is shortened near the start to half of what remains, so that a second family still has its turn,
    but not under PROPOSITION_MINIMUM; it never passes the hour at which offers stop.
    """
    reste = fin_des_propositions(seance) - maintenant
    if reste <= timedelta(0):
        return None
    duree = min(timedelta(hours=settings.PROPOSITION_DUREE_HEURES), max(reste / 2, PROPOSITION_MINIMUM))
    return maintenant + min(duree, reste)


def rang(inscription: Inscription) -> int | None:
    """The place in the queue, from 1; None for whoever does not wait."""
    if inscription.statut != StatutInscription.EN_ATTENTE:
        return None
    devant = (
        Inscription.objects.en_attente()
        .filter(seance=inscription.seance_id)
        .filter(
            Q(attente_depuis__lt=inscription.attente_depuis)
            | Q(attente_depuis=inscription.attente_depuis, pk__lt=inscription.pk)
        )
    )
    return devant.count() + 1


def verrouiller(pk: int) -> Seance:
    """The session with its row locked: whatever changes seats queues here until commit."""
    return verrous.verrouiller(Seance.objects.with_cadre(), pk)


def prendre(seance: Seance, *, adultes: int, enfants: int, canal: str, petits: int = 0) -> None:
    """Add to the counters of a locked session (negative numbers let seats go); `petits` are among the children."""
    seance.adultes_pris += adultes
    seance.enfants_pris += enfants
    seance.petits_pris += petits
    if canal != CanalInscription.EN_LIGNE:
        seance.adultes_accueil += adultes
        seance.enfants_accueil += enfants
    seance.save(update_fields=["adultes_pris", "enfants_pris", "petits_pris", "adultes_accueil", "enfants_accueil"])


def prendre_pour(inscription: Inscription) -> None:
    """Count the seats of a booking in its locked session."""
    prendre(
        inscription.seance,
        adultes=inscription.adultes,
        enfants=inscription.enfants,
        petits=inscription.petits,
        canal=inscription.canal,
    )


def rendre_de(inscription: Inscription) -> None:
    """Let the seats of a booking go, in its locked session."""
    prendre(
        inscription.seance,
        adultes=-inscription.adultes,
        enfants=-inscription.enfants,
        petits=-inscription.petits,
        canal=inscription.canal,
    )


def a_sa_place(inscription: Inscription) -> bool:
    """Whether the seats of a booking are free in its session."""
    return inscription.seance.can_accueillir(
        adultes=inscription.adultes,
        enfants=inscription.enfants,
        petits=inscription.petits,
        canal=inscription.canal,
    )


def ouvrir_places_gardees(seance: Seance, *, maintenant: datetime) -> None:
    """Open to all, on a locked session, the seats kept for the desk once their hour has come."""
    if seance.gardes_jusqu_au is None or seance.gardes_jusqu_au > maintenant:
        return
    seance.adultes_gardes = seance.enfants_gardes = 0
    seance.gardes_jusqu_au = None
    seance.save(update_fields=["adultes_gardes", "enfants_gardes", "gardes_jusqu_au"])


def proposer_places(*, seance: Seance, maintenant: datetime) -> int:
    """Offer the free seats of a locked session down the queue; the number of families told."""
    if seance.statut != StatutSeance.PUBLIEE or seance.debut <= maintenant:
        return 0
    ouvrir_places_gardees(seance, maintenant=maintenant)
    if seance.libres_adultes <= 0:
        return 0
    echeance = echeance_proposition(seance, maintenant=maintenant)
    prevenues = 0
    for inscription in Inscription.objects.en_attente().filter(seance=seance).select_related("famille"):
        inscription.seance = seance
        if not a_sa_place(inscription):
            continue
        prevenues += 1
        if echeance is None:
            messages.place_libre(inscription, maintenant=maintenant)
            continue
        inscription.statut = StatutInscription.PROPOSEE
        inscription.proposee_le = maintenant
        inscription.proposee_jusqu_au = echeance
        inscription.save(update_fields=["statut", "proposee_le", "proposee_jusqu_au"])
        prendre_pour(inscription)
        messages.proposition(inscription, maintenant=maintenant)
        if seance.libres_adultes <= 0:
            break
    return prevenues


def expirer_propositions(*, maintenant: datetime) -> int:
    """End the offers whose time is over and offer their seats to the next; the number ended."""
    seances = (
        Inscription.objects.filter(statut=StatutInscription.PROPOSEE, proposee_jusqu_au__lte=maintenant)
        .values_list("seance", flat=True)
        .distinct()
        .order_by("seance")
    )
    return sum(_expirer_de(pk, maintenant=maintenant) for pk in list(seances))


@transaction.atomic
def _expirer_de(seance_pk: int, *, maintenant: datetime) -> int:
    seance = verrouiller(seance_pk)
    # Read under the lock: an answer given meanwhile has won.
    expirees = list(seance.inscriptions.filter(statut=StatutInscription.PROPOSEE, proposee_jusqu_au__lte=maintenant))
    for inscription in expirees:
        inscription.seance = seance
        inscription.statut = StatutInscription.ANNULEE
        inscription.annulee_le = maintenant
        inscription.annulee_par = AnnuleePar.DELAI
        inscription.proposee_le = inscription.proposee_jusqu_au = None
        inscription.save(update_fields=["statut", "annulee_le", "annulee_par", "proposee_le", "proposee_jusqu_au"])
        rendre_de(inscription)
        messages.proposition_expiree(inscription, maintenant=maintenant)
    if expirees:
        proposer_places(seance=seance, maintenant=maintenant)
    return len(expirees)


def tenir_listes_attente(*, maintenant: datetime) -> int:
    """The minute's round: end offers, open kept seats, offer any seat left free beside a queue (a crash, a raised
    capacity).

    Returns how many offers ended or were told. Running it again at once changes nothing.
    """
    total = expirer_propositions(maintenant=maintenant)
    echues = Seance.objects.filter(gardes_jusqu_au__lte=maintenant).filter(
        Q(adultes_gardes__gt=0) | Q(enfants_gardes__gt=0)
    )
    for pk in list(echues.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            seance = verrouiller(pk)
            ouvrir_places_gardees(seance, maintenant=maintenant)
            total += proposer_places(seance=seance, maintenant=maintenant)
    en_file = Inscription.objects.filter(
        seance=OuterRef("pk"),
        statut=StatutInscription.EN_ATTENTE,
        # Of all free seats: which of them this family may have is looked at under the lock.
        adultes__lte=OuterRef("capacite_adultes") - OuterRef("adultes_pris"),
        enfants__lte=OuterRef("capacite_enfants") - OuterRef("enfants_pris"),
    )
    oubliees = Seance.objects.publiees().filter(
        Exists(en_file), debut__gt=maintenant, adultes_pris__lt=F("capacite_adultes")
    )
    oubliees = oubliees.exclude(accueil=AccueilSeance.FAMILLE, adultes_pris__gt=0)
    for pk in list(oubliees.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            total += proposer_places(seance=verrouiller(pk), maintenant=maintenant)
    return total
