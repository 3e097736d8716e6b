"""From a due date to a birth: one question, everything recomputed. And one tap that stops everything."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ateliers import inscriptions
from ateliers.enums import AnnuleePar, StatutDemande, StatutMembre
from ateliers.groupes import places, regles
from ateliers.groupes.demandes import AGE_MAX_JOURS, DemandeRefusee
from ateliers.models import DemandeGroupe, Inscription, MembreGroupe
from familles.models import Famille
from familles.silence import contacts_de, enregistrer_silence


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
    if not 0 <= (timezone.localdate(maintenant) - naissance).days <= AGE_MAX_JOURS:
        raise DemandeRefusee(
            _("Indiquez une date de naissance passée, de moins d'un an."), code="age", champ="naissance"
        )
    enfants = list(demande.enfants.order_by("pk"))
    terme = enfants[0].terme_prevu if enfants else None if demande.est_ne else demande.repere
    for enfant in enfants:
        enfant.naissance = naissance
        enfant.save(update_fields=["naissance"])
    demande.repere = regles.repere_de(naissance=naissance, terme_prevu=terme, age_corrige=age_corrige)
    demande.est_ne, demande.age_corrige = True, age_corrige
    demande.save(update_fields=["repere", "est_ne", "age_corrige"])
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
    contacts: set[tuple[str, str]] = set()
    membres = (
        MembreGroupe.objects.with_place().filter(demande__famille=famille).order_by("groupe").select_related("demande")
    )
    for membre in list(membres):
        groupe = places.verrouiller_groupe(membre.groupe_id)
        membre.groupe, membre.demande = groupe, places.verrouiller_demande(membre.demande_id)
        membre.statut = StatutMembre.PARTI if membre.statut == StatutMembre.MEMBRE else StatutMembre.DECLINE
        membre.fini_le, membre.fini_par = maintenant, AnnuleePar.FAMILLE
        # Her name is on nobody's page any more, in no former list either.
        membre.prenom_visible = False
        membre.save(update_fields=["statut", "fini_le", "fini_par", "prenom_visible"])
        places.prendre(groupe, -membre.binomes)
        places.offrir_places(groupe=groupe, maintenant=maintenant)
    for demande in DemandeGroupe.objects.filter(famille=famille).order_by("pk"):
        contacts |= contacts_de(demande)
        if demande.statut in (StatutDemande.EN_ATTENTE, StatutDemande.INVITEE, StatutDemande.PLACEE):
            demande = places.verrouiller_demande(demande.pk)
            places.passer(demande, StatutDemande.RETIREE)
            demande.retiree_le = maintenant
            demande.save(update_fields=["statut", "retiree_le"])
    a_venir = list(
        Inscription.objects.actives().filter(famille=famille, seance__debut__gt=maintenant).order_by("seance_id")
    )
    for inscription in a_venir:
        contacts |= contacts_de(inscription)
    inscriptions.liberer_membre(inscriptions=a_venir, par=AnnuleePar.FAMILLE, maintenant=maintenant)
    return contacts
