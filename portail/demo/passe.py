"""The sessions of the last weeks, with those who came: written in bulk, since nobody is told anything any more."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from ateliers.enums import CanalInscription, Presence, StatutInscription
from ateliers.models import EnfantInscrit, Inscription, Seance
from familles.models import Enfant, Famille
from portail.demo.personnes import FamilleDemo


@dataclass(frozen=True)
class Venue:
    """A fictional family that had booked a past session."""

    seance: Seance
    famille: FamilleDemo
    adultes: int
    enfants: int
    # Of these children, where seats are counted by age.
    petits: int = 0


def inscrire_au_passe(venues: list[Venue], *, maintenant: datetime) -> None:
    """Write the bookings of past sessions, their attendance and their counters."""
    familles = _familles([venue.famille for venue in venues], maintenant=maintenant)
    inscriptions = [_inscription(venue, familles[venue.famille.numero], maintenant=maintenant) for venue in venues]
    Inscription.objects.bulk_create(inscriptions)

    pris: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    par_pk: dict[int, Seance] = {}
    for venue in venues:
        par_pk[venue.seance.pk] = venue.seance
        pris[venue.seance.pk][0] += venue.adultes
        pris[venue.seance.pk][1] += venue.enfants
        pris[venue.seance.pk][2] += venue.petits
    for pk, compteurs in pris.items():
        par_pk[pk].adultes_pris, par_pk[pk].enfants_pris, par_pk[pk].petits_pris = compteurs
    Seance.objects.bulk_update(par_pk.values(), ["adultes_pris", "enfants_pris", "petits_pris"])

    avec_age = [
        (inscription, venue.famille)
        for inscription, venue in zip(inscriptions, venues, strict=True)
        if venue.seance.a_regle_age
    ]
    enfants_de = _enfants([famille for _, famille in avec_age], familles, maintenant=maintenant)
    EnfantInscrit.objects.bulk_create(
        EnfantInscrit(inscription=inscription, enfant=enfants_de[famille.numero]) for inscription, famille in avec_age
    )


def _familles(demandees: list[FamilleDemo], *, maintenant: datetime) -> dict[int, Famille]:
    """The rows of these families by number, created where they are missing."""
    voulues = {famille.numero: famille for famille in demandees}
    par_contact: dict[tuple[str, str], Famille] = {}

    def lire() -> None:
        trouvees = Famille.objects.filter(email__in=[f.email for f in voulues.values() if f.email]) | (
            Famille.objects.filter(email="", telephone__in=[f.telephone for f in voulues.values() if not f.email])
        )
        par_contact.update({_contact(f.email, str(f.telephone)): f for f in trouvees})

    lire()
    Famille.objects.bulk_create(
        Famille(prenom=f.prenom, email=f.email, telephone=f.telephone, langue=f.langue, cree_le=maintenant)
        for f in voulues.values()
        if _contact(f.email, f.telephone) not in par_contact
    )
    lire()
    return {numero: par_contact[_contact(f.email, f.telephone)] for numero, f in voulues.items()}


def _contact(email: str, telephone: str) -> tuple[str, str]:
    """What a family is known by: its address, or its number when it has none."""
    return (email, "") if email else ("", telephone)


def _inscription(venue: Venue, famille: Famille, *, maintenant: datetime) -> Inscription:
    seance, demo = venue.seance, venue.famille
    hasard = random.Random(f"{seance.reference}/{demo.numero}")  # noqa: S311 - nothing to keep secret
    reservee_le = seance.debut - timedelta(days=hasard.randint(1, 12), minutes=hasard.randint(0, 600))
    inscription = Inscription(
        seance=seance,
        famille=famille,
        prenom=demo.prenom,
        email=demo.email,
        telephone=demo.telephone,
        langue=demo.langue,
        adultes=venue.adultes,
        enfants=venue.enfants,
        petits=venue.petits,
        statut=StatutInscription.CONFIRMEE,
        confirmee_le=reservee_le,
        cree_le=reservee_le,
        # Not by phone: the seats taken at the desk are counted apart.
        canal=CanalInscription.EN_LIGNE,
        cle_idempotence=uuid.uuid5(seance.reference, str(demo.numero)),
    )
    # The attendance of the last two days is still to be noted: somebody's work for today.
    if seance.fin < maintenant - timedelta(days=2):
        inscription.presence = hasard.choices(list(Presence), weights=[_POIDS[p] for p in Presence])[0]
        inscription.pointee_le = seance.fin
        if inscription.presence == Presence.PRESENTE:
            inscription.adultes_presents, inscription.enfants_presents = venue.adultes, venue.enfants
    return inscription


_POIDS = {Presence.PRESENTE: 84, Presence.EXCUSEE: 9, Presence.ABSENTE: 7}


def _enfants(demandees: list[FamilleDemo], familles: dict[int, Famille], *, maintenant: datetime) -> dict[int, Enfant]:
    """The child of each family by the family's number, created where it is missing."""
    connus = {
        enfant.famille_id: enfant
        for enfant in Enfant.objects.filter(famille__in=[familles[f.numero] for f in demandees])
    }
    nouveaux: dict[int, Enfant] = {}
    for demo in demandees:
        famille = familles[demo.numero]
        if famille.pk not in connus and famille.pk not in nouveaux:
            age = demo.enfant(aujourd_hui=maintenant.date())
            nouveaux[famille.pk] = Enfant(famille=famille, naissance=age.naissance, terme_prevu=age.terme_prevu)
    Enfant.objects.bulk_create(nouveaux.values())
    return {demo.numero: {**connus, **nouveaux}[familles[demo.numero].pk] for demo in demandees}
