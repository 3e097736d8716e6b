"""From a due date to a birth: one question, everything recomputed. And one tap that stops everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ateliers import inscriptions
from ateliers.enums import AnnuleePar, StatutDemande, StatutMembre
from ateliers.groupes import places, regles
from ateliers.groupes.demandes import DemandeRefusee
from ateliers.models import DemandeGroupe, GroupePairs, Inscription, MembreGroupe
from familles.ages import est_premature
from familles.effacement import enregistrer_depart
from familles.mes_donnees import portees
from familles.models import Famille
from familles.silence import contacts_de, enregistrer_silence
from socle.registre import Personne


@transaction.atomic
def noter_naissance(
    *, demande: DemandeGroupe, naissance: date, age_corrige: bool = False, maintenant: datetime
) -> DemandeGroupe:
    """The baby is born: the cohort counts from that day (from the due date, for a corrected age).

    A request that waits is looked at anew for every group. A member keeps the place, even when the birth falls outside
    the window: the facilitator sees it and decides with her (`garder_hors_fenetre`, or another group). From the birth
    on the baby has a seat at the meetings. Raises DemandeRefusee for an impossible date.
    """
    demande = places.verrouiller_demande(demande.pk)
    aujourd_hui = timezone.localdate(maintenant)
    enfants = list(demande.enfants.order_by("pk"))
    terme = enfants[0].terme_prevu if enfants else None if demande.est_ne else demande.repere
    # Born on its due date or after, a baby has no age to correct.
    age_corrige = age_corrige and terme is not None and est_premature(naissance, terme)
    repere = regles.repere_de(naissance=naissance, terme_prevu=terme, age_corrige=age_corrige)
    if naissance > aujourd_hui or not regles.est_de_la_premiere_annee(repere, aujourd_hui=aujourd_hui):
        raise DemandeRefusee(
            _("Cette date est trop ancienne, ou pas encore là. Vérifiez l'année de naissance."),
            code="age",
            champ="naissance",
        )
    for enfant in enfants:
        enfant.naissance = naissance
        enfant.save(update_fields=["naissance"])
    demande.repere = repere
    demande.est_ne, demande.age_corrige = True, age_corrige
    souhait = demande.groupe_souhaite
    if souhait is not None and not souhait.dans_la_fenetre(demande.repere):
        demande.groupe_souhaite = None
    demande.save(update_fields=["repere", "est_ne", "age_corrige", "groupe_souhaite"])
    membre = demande.membres.membres().select_related("groupe").first()
    if membre is not None:
        membre.demande = demande
        inscriptions.suivre_la_naissance(
            inscriptions=list(
                places.inscriptions_de(membre).actives().filter(seance__debut__gt=maintenant).order_by("seance_id")
            ),
            bebes=membre.binomes,
            ne_le=naissance,
            maintenant=maintenant,
        )
    return demande


@transaction.atomic
def garder_hors_fenetre(*, membre: MembreGroupe, maintenant: datetime) -> MembreGroupe:
    """The facilitator and the family keep the place although the baby was born outside the window."""
    membre = MembreGroupe.objects.select_for_update(of=("self",), no_key=True).get(pk=membre.pk)
    if membre.garde_hors_fenetre_le is None:
        membre.garde_hors_fenetre_le = maintenant
        membre.save(update_fields=["garde_hors_fenetre_le"])
    return membre


@enregistrer_silence
def _tout_arreter(famille: Famille, maintenant: datetime) -> set[tuple[str, str]]:
    """The family's groups, requests and bookings end without a word; a freed place goes on to the next as any other.

    Nothing tells why: the request is withdrawn like any other.
    """
    return _cesser(Q(famille=famille), maintenant)


@enregistrer_depart
def _quitter(personne: Personne, maintenant: datetime) -> None:
    """The same, for what is one person's on a record that is two people's."""
    _cesser(portees(personne) & ~Q(famille__in=personne.fiches), maintenant)


def _cesser(porte: Q, maintenant: datetime) -> set[tuple[str, str]]:
    """End the requests and bookings that fulfil a condition, and the places in groups which come of them."""
    siennes = _verrouiller_tout(porte)
    contacts: set[tuple[str, str]] = set()
    for demande in siennes.demandes:
        contacts |= contacts_de(demande)
        if demande.statut in (StatutDemande.EN_ATTENTE, StatutDemande.INVITEE, StatutDemande.PLACEE):
            places.passer(demande, StatutDemande.RETIREE)
            demande.retiree_le = maintenant
            demande.save(update_fields=["statut", "retiree_le"])
    for membre in siennes.membres:
        membre.statut = StatutMembre.PARTI if membre.statut == StatutMembre.MEMBRE else StatutMembre.DECLINE
        membre.fini_le, membre.fini_par = maintenant, AnnuleePar.FAMILLE
        # Her name is on nobody's page any more, in no former list either.
        membre.prenom_visible = False
        membre.save(update_fields=["statut", "fini_le", "fini_par", "prenom_visible"])
        places.prendre(siennes.groupes[membre.groupe_id], -membre.binomes)
    # Only now that none of her requests waits any more: a place of hers is not offered to herself.
    for groupe in siennes.groupes.values():
        places.offrir_places(groupe=groupe, maintenant=maintenant)
    a_venir = list(
        Inscription.objects.actives().filter(porte, seance__debut__gt=maintenant).order_by("seance_id", "pk")
    )
    for inscription in a_venir:
        contacts |= contacts_de(inscription)
    inscriptions.liberer_membre(inscriptions=a_venir, par=AnnuleePar.FAMILLE, maintenant=maintenant)
    return contacts


@dataclass(frozen=True)
class _Siennes:
    """Groups, requests and places, all locked."""

    groupes: dict[int, GroupePairs]
    demandes: list[DemandeGroupe]
    membres: list[MembreGroupe]


class _AutreGroupe(Exception):
    """She was asked for one more group between reading her places and locking them."""


def _verrouiller_tout(porte: Q) -> _Siennes:
    """Lock groups, then requests, then read the places again: an offer or an answer made meanwhile has won.

    Where it came from a group that is not locked yet, the locks are let go and taken anew, in order.
    """
    while True:
        try:
            with transaction.atomic():
                groupes = {pk: places.verrouiller_groupe(pk) for pk in _groupes_de(porte)}
                demandes = [places.verrouiller_demande(pk) for pk in _demandes_de(porte)]
                membres = list(_places_de(porte).order_by("pk"))
                if not {membre.groupe_id for membre in membres} <= groupes.keys():
                    raise _AutreGroupe
                return _Siennes(groupes, demandes, membres)
        except _AutreGroupe:
            continue


def _places_de(porte: Q) -> QuerySet[MembreGroupe]:
    return MembreGroupe.objects.with_place().filter(demande__in=DemandeGroupe.objects.filter(porte).values("pk"))


def _groupes_de(porte: Q) -> list[int]:
    return sorted(set(_places_de(porte).order_by().values_list("groupe", flat=True)))


def _demandes_de(porte: Q) -> list[int]:
    return list(DemandeGroupe.objects.filter(porte).order_by("pk").values_list("pk", flat=True))
