"""What a change at a stop does to the sessions held there: they are cancelled or moved with it, or told to be late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import override

from ateliers import messages, seances
from ateliers.enums import Etendue
from ateliers.models import Inscription, Seance
from ateliers.occupations import reserver
from maisons.arrets import ArretRefuse, Changement, Contact
from maisons.recurrence import decalage_local, decaler
from socle.enums import Canal


def annoncer(changement: Changement, maintenant: datetime) -> set[Contact]:
    """Tell the families that booked something at a stop; the contacts that were told.

    Raises ArretRefuse when a session there cannot follow.
    """
    arret = changement.arret
    ici = list(
        Seance.objects.publiees()
        .with_cadre()
        .select_related("animateur", "salle")
        .filter(lieu=changement.lieu_avant, debut__lt=changement.fin_avant, fin__gt=changement.debut_avant)
        .order_by("pk")
    )
    prevenus: set[Contact] = set()
    if arret.est_annule:
        # Those already there were told by word of mouth.
        for seance in (seance for seance in ici if seance.debut > maintenant):
            prevenus |= _contacts(seance)
            # Kept with the session and read by all, whatever the language of who cancels.
            with override(settings.LANGUAGE_CODE):
                motif = str(arret.get_motif_display())
            seances.annuler_seances(seance=seance, etendue=Etendue.SEULE, motif=motif, maintenant=maintenant)
    elif (changement.lieu_avant.pk, changement.debut_avant) != (arret.lieu_id, arret.debut):
        # All leaders and rooms, then all sessions, before any moves: everybody locks them in this order.
        reserver(animateurs=[seance.animateur for seance in ici], salles=[seance.salle for seance in ici])
        list(
            Seance.objects.filter(pk__in=[seance.pk for seance in ici])
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True)
            .values_list("pk")
        )
        # One after the other of one leader: the last makes room first when they move later, the first when earlier.
        plus_tard = arret.debut > changement.debut_avant
        for seance in sorted(ici, key=lambda seance: (seance.debut, seance.pk), reverse=plus_tard):
            prevenus |= _contacts(seance)
            _deplacer(seance, changement, maintenant)
    else:
        for inscription in Inscription.objects.with_place().with_cadre().filter(seance__in=ici).order_by("pk"):
            siens = _contact(inscription)
            if not siens <= prevenus:
                messages.arret_retard(inscription, arret=arret, maintenant=maintenant)
            prevenus |= siens
    return prevenus


def _deplacer(seance: Seance, changement: Changement, maintenant: datetime) -> None:
    """Along with its stop, by as much on the wall clock."""
    arret, avant = changement.arret, changement.lieu_avant
    decalage = decalage_local(changement.debut_avant, avant.zone, arret.debut, arret.zone)
    changements = replace(
        seances.Changements.de(seance),
        debut=decaler(seance.debut, seance.zone, decalage, vers=arret.zone),
        lieu=arret.lieu,
        # A room stays where it is.
        salle=seance.salle if arret.lieu_id == avant.pk else None,
    )
    try:
        seances.modifier_seances(
            seance=seance,
            changements=changements,
            etendue=Etendue.SEULE,
            version=seance.modifiee_le,
            maintenant=maintenant,
        )
    except seances.SeanceRefusee as refus:
        raise ArretRefuse(str(refus)) from None


def _contacts(seance: Seance) -> set[Contact]:
    contacts: set[Contact] = set()
    for inscription in seance.inscriptions.actives():
        contacts |= _contact(inscription)
    return contacts


def _contact(inscription: Inscription) -> set[Contact]:
    contacts: set[Contact] = set()
    if inscription.email:
        contacts.add((Canal.EMAIL.value, inscription.email))
    if inscription.telephone:
        contacts.add((Canal.SMS.value, inscription.telephone.as_e164))
    return contacts
