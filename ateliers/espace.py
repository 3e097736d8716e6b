"""What an account sees of bookings and groups: those made with a contact it proved, or the other parent's.

A family's record alone opens nothing: anybody may have typed somebody else's address or number in a form, and records
are merged by hand. The contact a booking was made with is the only key (decision 0038).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ateliers.enums import DEMANDES_OUVERTES, StatutDemande
from ateliers.groupes import regles
from ateliers.groupes.naissances import noter_naissance
from ateliers.models import DemandeGroupe, Inscription
from ateliers.models.inscriptions import InscriptionQuerySet
from familles import espace
from familles.models import Enfant
from socle.models import Utilisateur


def _contacts(utilisateur: Utilisateur, *, fin: str = "") -> Q:
    """The rows made with the account's contacts. Of the other parent's, those whose `fin` is since they share."""
    condition = Q(pk__in=[])
    for contact in espace.contacts_de(utilisateur):
        siens = Q(email=contact.email)
        if contact.telephone:
            # With another address beside the number, they are that address's.
            siens |= Q(email="", telephone=contact.telephone)
        if fin and contact.depuis is not None:
            siens &= Q(**{f"{fin}__gte": contact.depuis})
        condition |= siens
    return condition


def est_sienne(utilisateur: Utilisateur) -> Callable[[Inscription | DemandeGroupe], bool]:
    """Whether a row was made with the account's own contact.

    Who holds the link of a row's page may do all that is done there, whether the sharing lasts or not: nobody is
    given the other parent's.
    """
    telephone = espace.telephone_de(utilisateur)

    def sienne(ligne: Inscription | DemandeGroupe) -> bool:
        if ligne.email:
            return ligne.email == utilisateur.email
        return bool(telephone) and ligne.telephone == telephone

    return sienne


def inscriptions_de(utilisateur: Utilisateur) -> InscriptionQuerySet:
    return Inscription.objects.with_cadre().filter(_contacts(utilisateur, fin="seance__fin"))


def demandes_de(utilisateur: Utilisateur) -> list[DemandeGroupe]:
    """Requests for a group, and places in one, that are not over; each has its own page."""
    return list(
        DemandeGroupe.objects.filter(_contacts(utilisateur))
        .filter(statut__in=(*DEMANDES_OUVERTES, StatutDemande.PLACEE))
        .select_related("maison", "commune")
        .order_by("pk")
    )


@transaction.atomic
def changer_langue(*, utilisateur: Utilisateur, langue: str, maintenant: datetime) -> None:
    """The messages of what was booked with the account's own contact speak this language from now on."""
    Inscription.objects.actives().filter(email=utilisateur.email, seance__fin__gt=maintenant).update(langue=langue)
    DemandeGroupe.objects.filter(email=utilisateur.email).update(langue=langue)


@transaction.atomic
def apres_naissance(*, enfant: Enfant, maintenant: datetime) -> None:
    """The birth of a child is noted in the account: its group counts from it too.

    Not past the first birthday: no group takes the child any more, and what the account says of it stands.
    """
    if enfant.naissance is None or not regles.est_de_la_premiere_annee(
        enfant.naissance, aujourd_hui=timezone.localdate(maintenant)
    ):
        return
    for demande in DemandeGroupe.objects.filter(
        enfants=enfant, est_ne=False, statut__in=(*DEMANDES_OUVERTES, StatutDemande.PLACEE)
    ).order_by("pk"):
        noter_naissance(demande=demande, naissance=enfant.naissance, maintenant=maintenant)
