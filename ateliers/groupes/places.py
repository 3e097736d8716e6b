"""Places in a group: offered until a date, taken, let go, and offered to the next while the group is young.

A place is counted on the group's row, under its lock, in parent–baby pairs. Whoever is asked holds it until the
answer. A member has a booking at every meeting to come, made by the booking engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _

from ateliers import inscriptions
from ateliers.enums import (
    MEMBRES_AVEC_PLACE,
    TRANSITIONS_DEMANDE,
    AnnuleePar,
    OrigineMembre,
    Particularite,
    StatutDemande,
    StatutGroupe,
    StatutMembre,
    StatutSeance,
)
from ateliers.groupes import messages, regles
from ateliers.models import DemandeGroupe, GroupePairs, Inscription, MembreGroupe, Seance
from maisons.distance import distance_sql
from socle import verrous


class PlaceRefusee(Exception):
    """A place was not given or taken; the message is for the person on screen, `code` the reason for programs."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def verrouiller_groupe(pk: int) -> GroupePairs:
    """The group with its row locked: whatever changes its places queues here until commit."""
    return verrous.verrouiller(GroupePairs.objects.with_cadre(), pk)


def verrouiller_demande(pk: int) -> DemandeGroupe:
    return (
        DemandeGroupe.objects.select_related("famille", "commune")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=pk)
    )


def passer(demande: DemandeGroupe, statut: StatutDemande) -> None:
    if statut not in TRANSITIONS_DEMANDE[StatutDemande(demande.statut)]:
        raise ValueError(f"No way from {demande.statut} to {statut}.")
    demande.statut = statut


def prendre(groupe: GroupePairs, binomes: int) -> None:
    """Add to the counter of a locked group (a negative number lets places go)."""
    groupe.binomes_pris += binomes
    groupe.save(update_fields=["binomes_pris"])


def adultes_de(demande: DemandeGroupe, groupe: GroupePairs) -> int:
    """Seats for adults at each meeting: the coparent has one where coparents are welcome."""
    return 2 if demande.coparent and Particularite.COPARENTS in groupe.particularites else 1


# ── Asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def inviter(
    *,
    groupe: GroupePairs,
    demande: DemandeGroupe,
    origine: OrigineMembre,
    repondre_avant: datetime,
    maintenant: datetime,
    raisons: Sequence[dict[str, Any]] = (),
) -> MembreGroupe:
    """Offer a waiting family a place of a group, held until `repondre_avant`. Group and request are locked already.

    Raises PlaceRefusee when the family no longer waits or the group has no room for it.
    """
    _verifier(groupe, demande)
    membre = MembreGroupe.objects.create(
        groupe=groupe,
        demande=demande,
        statut=StatutMembre.INVITE,
        origine=origine,
        binomes=demande.binomes,
        adultes=adultes_de(demande, groupe),
        raisons=list(raisons),
        invite_le=maintenant,
        repondre_avant=repondre_avant,
        cree_le=maintenant,
    )
    passer(demande, StatutDemande.INVITEE)
    demande.save(update_fields=["statut"])
    prendre(groupe, membre.binomes)
    messages.invitation(membre, maintenant=maintenant)
    return membre


def _verifier(groupe: GroupePairs, demande: DemandeGroupe) -> None:
    if groupe.statut != StatutGroupe.OUVERT:
        raise PlaceRefusee(_("Ce groupe est terminé."), code="clos")
    if demande.statut != StatutDemande.EN_ATTENTE:
        raise PlaceRefusee(
            _("%s n'attend plus : une place lui est déjà proposée, ou sa demande est retirée.") % demande.prenom,
            code="plus_en_attente",
        )
    if MembreGroupe.objects.with_place().filter(groupe=groupe, demande__famille=demande.famille_id).exists():
        raise PlaceRefusee(_("%s a déjà une place dans ce groupe.") % demande.prenom, code="deja_membre")
    if demande.binomes > groupe.binomes_libres:
        raise PlaceRefusee(_("Il n'y a plus assez de places dans ce groupe."), code="complet")


@transaction.atomic
def ajouter_membre(
    *, groupe: GroupePairs, demande: DemandeGroupe, origine: OrigineMembre, maintenant: datetime
) -> MembreGroupe:
    """Take a waiting family into a group at once: she asked for it, or the team agreed with her.

    Raises PlaceRefusee when it is full or closed, or the family no longer waits.
    """
    groupe = verrouiller_groupe(groupe.pk)
    demande = verrouiller_demande(demande.pk)
    _verifier(groupe, demande)
    membre = MembreGroupe.objects.create(
        groupe=groupe,
        demande=demande,
        statut=StatutMembre.MEMBRE,
        origine=origine,
        binomes=demande.binomes,
        adultes=adultes_de(demande, groupe),
        membre_depuis=maintenant,
        cree_le=maintenant,
    )
    prendre(groupe, membre.binomes)
    _devenir_membre(membre, maintenant)
    return membre


# ── Answering ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _verrouiller(membre: MembreGroupe) -> MembreGroupe:
    """The place read again under the locks of its group and request."""
    groupe = verrouiller_groupe(membre.groupe_id)
    demande = verrouiller_demande(membre.demande_id)
    membre = MembreGroupe.objects.get(pk=membre.pk)
    membre.groupe, membre.demande = groupe, demande
    return membre


@transaction.atomic
def accepter(*, membre: MembreGroupe, maintenant: datetime) -> MembreGroupe:
    """Say yes to an invitation: a place, and a booking at every meeting to come. Saying it twice changes nothing.

    Raises PlaceRefusee when its time is over.
    """
    membre = _verrouiller(membre)
    if membre.statut == StatutMembre.MEMBRE:
        return membre
    if membre.statut != StatutMembre.INVITE or (membre.repondre_avant and membre.repondre_avant <= maintenant):
        raise PlaceRefusee(
            _("Le délai pour répondre est passé : la place a été proposée à une autre famille."), code="expiree"
        )
    membre.statut = StatutMembre.MEMBRE
    membre.membre_depuis = maintenant
    membre.save(update_fields=["statut", "membre_depuis"])
    _devenir_membre(membre, maintenant)
    return membre


def _devenir_membre(membre: MembreGroupe, maintenant: datetime) -> None:
    demande = membre.demande
    passer(demande, StatutDemande.PLACEE)
    demande.groupe_souhaite = None
    demande.maison = membre.groupe.maison
    demande.save(update_fields=["statut", "groupe_souhaite", "maison"])
    inscrire_aux_rencontres(membres=[membre], groupe=membre.groupe, maintenant=maintenant)
    messages.bienvenue(membre, maintenant=maintenant)


@transaction.atomic
def decliner(*, membre: MembreGroupe, garder_la_demande: bool, maintenant: datetime) -> MembreGroupe:
    """Say no to an invitation: the wait goes on with its rank, or ends. The place goes to the next."""
    membre = _verrouiller(membre)
    if membre.statut != StatutMembre.INVITE:
        return membre
    _finir(membre, StatutMembre.DECLINE, par=AnnuleePar.FAMILLE, maintenant=maintenant)
    _rendre(membre.demande, garder_la_demande, maintenant)
    offrir_places(groupe=membre.groupe, maintenant=maintenant)
    return membre


@transaction.atomic
def quitter(
    *,
    membre: MembreGroupe,
    garder_la_demande: bool = False,
    par: AnnuleePar = AnnuleePar.FAMILLE,
    maintenant: datetime,
) -> MembreGroupe:
    """Leave a group: its bookings end, and while the group is young the next pair is offered the place.

    With `garder_la_demande` the family waits for another group, with the rank it had.
    """
    membre = _verrouiller(membre)
    if not membre.tient_une_place:
        return membre
    liberer_les_rencontres(membre, par=par, maintenant=maintenant)
    _finir(membre, StatutMembre.PARTI, par=par, maintenant=maintenant)
    _rendre(membre.demande, garder_la_demande, maintenant)
    messages.sortie(membre, maintenant=maintenant)
    offrir_places(groupe=membre.groupe, maintenant=maintenant)
    return membre


def _finir(membre: MembreGroupe, statut: StatutMembre, *, par: AnnuleePar, maintenant: datetime) -> None:
    membre.statut = statut
    membre.fini_le = maintenant
    membre.fini_par = par
    membre.save(update_fields=["statut", "fini_le", "fini_par"])
    prendre(membre.groupe, -membre.binomes)


def _rendre(demande: DemandeGroupe, garder: bool, maintenant: datetime) -> None:
    """Back in the line, or out of it. A family that made another request since does not wait twice."""
    autre = DemandeGroupe.objects.ouvertes().filter(famille=demande.famille_id).exclude(pk=demande.pk).exists()
    if garder and not autre:
        passer(demande, StatutDemande.EN_ATTENTE)
        demande.groupe_souhaite = None
        demande.save(update_fields=["statut", "groupe_souhaite"])
        return
    passer(demande, StatutDemande.RETIREE)
    demande.retiree_le = maintenant
    demande.save(update_fields=["statut", "retiree_le"])


def oublier_le_souhait(groupe: GroupePairs, *, sauf_du: date | None = None, sauf_au: date | None = None) -> None:
    """Those who wait for this very group wait for any: it is closed, or (given a window) no longer of their age."""
    demandes = DemandeGroupe.objects.filter(groupe_souhaite=groupe, statut=StatutDemande.EN_ATTENTE)
    if sauf_du is not None and sauf_au is not None:
        demandes = demandes.exclude(repere__range=(sauf_du, sauf_au))
    pks = [demande.pk for demande in demandes.order_by("pk").select_for_update(of=("self",), no_key=True)]
    DemandeGroupe.objects.filter(pk__in=pks).update(groupe_souhaite=None)


# ── The next in line ──────────────────────────────────────────────────────────────────────────────────────────────


def offrir_places(*, groupe: GroupePairs, maintenant: datetime) -> int:
    """Offer the free places of a locked group to those who wait, first come first served; the number asked.

    Only while the group is young: later a newcomer would find a circle already closed. Those who asked for this very
    group come first. Who declined it, or did not answer, is not asked for it again. Before its members have ever been
    asked, a group's places are the team's to give.
    """
    if not groupe.membres.exists() or not _est_jeune(groupe, maintenant):
        return 0
    cadre = regles.Cadre.de(groupe)
    repondre_avant = maintenant + timedelta(days=settings.GROUPES_PLACE_LIBEREE_JOURS)
    prevenues = 0
    while groupe.binomes_libres > 0:
        # The query has left out all who don't fit; the rule itself has the last word.
        suivante = next(
            (
                demande
                for demande in _candidates(groupe).select_for_update(of=("self",), skip_locked=True, no_key=True)[:5]
                if regles.convient(regles.Profil.de(demande), cadre)
            ),
            None,
        )
        if suivante is None:
            break
        inviter(
            groupe=groupe,
            demande=suivante,
            origine=OrigineMembre.PLACE_LIBEREE,
            repondre_avant=repondre_avant,
            maintenant=maintenant,
        )
        prevenues += 1
    return prevenues


def _est_jeune(groupe: GroupePairs, maintenant: datetime) -> bool:
    return groupe.est_jeune(maintenant=maintenant, semaines=settings.GROUPES_JEUNE_SEMAINES)


def _candidates(groupe: GroupePairs) -> QuerySet[DemandeGroupe]:
    """Those a free place suits, in the order in which they are asked: who asked for this very group, then by wait.

    The rules are `regles.obstacles`, in SQL so that nobody is beyond a limit. A family that has a place already, in
    this group or in another of this age, is not asked for the same baby twice.
    """
    cadre = regles.Cadre.de(groupe)
    km = distance_sql(cadre.latitude, cadre.longitude, champ_lat="commune__latitude", champ_lon="commune__longitude")
    deja = MembreGroupe.objects.with_place().filter(
        demande__famille=OuterRef("famille"),
        groupe__naissances_du__lte=OuterRef("repere"),
        groupe__naissances_au__gte=OuterRef("repere"),
    )
    candidates = (
        DemandeGroupe.objects.en_attente()
        .annotate(km=km)
        .filter(
            Q(moments=[]) | Q(moments__contains=[cadre.moment]),
            repere__range=(groupe.naissances_du, groupe.naissances_au),
            langues__contains=[groupe.langue],
            bebes__lte=groupe.binomes_libres,
            km__lte=F("rayon_km"),
        )
        .exclude(membres__groupe=groupe)
        .exclude(Exists(deja))
        .select_related("commune", "famille")
        .order_by(Case(When(groupe_souhaite=groupe.pk, then=0), default=1), "en_attente_depuis", "pk")
    )
    if Particularite.MULTIPLES in groupe.particularites:
        candidates = candidates.filter(bebes__gte=2)
    if Particularite.FRATRIE in groupe.particularites:
        candidates = candidates.filter(a_deja_un_enfant=True)
    return candidates


def tenir_groupes(*, maintenant: datetime) -> int:
    """The minute's round: end the invitations left without answer, offer free places to the next; the number ended.

    Who did not answer waits on, at the end of the line. A place freed when nobody fitted goes to who asked since.
    """
    groupes = MembreGroupe.objects.a_repondre(maintenant=maintenant).values_list("groupe", flat=True).distinct()
    expires = sum(_expirer_de(pk, maintenant) for pk in sorted(groupes.order_by()))
    for groupe in _aux_places_liberees():
        if _est_jeune(groupe, maintenant) and _candidates(groupe).exists():
            _offrir_a(groupe.pk, maintenant)
    return expires


def _aux_places_liberees() -> QuerySet[GroupePairs]:
    """The open groups with free places which somebody has left or declined."""
    quittes = MembreGroupe.objects.filter(groupe=OuterRef("pk")).exclude(statut__in=MEMBRES_AVEC_PLACE)
    return (
        GroupePairs.objects.ouverts()
        .with_cadre()
        .filter(Exists(quittes), binomes_pris__lt=F("capacite"))
        .order_by("pk")
    )


@transaction.atomic
def _offrir_a(groupe_pk: int, maintenant: datetime) -> int:
    return offrir_places(groupe=verrouiller_groupe(groupe_pk), maintenant=maintenant)


@transaction.atomic
def _expirer_de(groupe_pk: int, maintenant: datetime) -> int:
    groupe = verrouiller_groupe(groupe_pk)
    # Read under the lock: an answer given meanwhile has won.
    expires = list(groupe.membres.a_repondre(maintenant=maintenant).order_by("demande"))
    for membre in expires:
        membre.groupe, membre.demande = groupe, verrouiller_demande(membre.demande_id)
        _finir(membre, StatutMembre.EXPIRE, par=AnnuleePar.DELAI, maintenant=maintenant)
        if membre.demande.statut != StatutDemande.INVITEE:
            continue
        passer(membre.demande, StatutDemande.EN_ATTENTE)
        membre.demande.en_attente_depuis = maintenant
        membre.demande.groupe_souhaite = None
        membre.demande.save(update_fields=["statut", "en_attente_depuis", "groupe_souhaite"])
        messages.invitation_expiree(membre, maintenant=maintenant)
    if expires:
        offrir_places(groupe=groupe, maintenant=maintenant)
    return len(expires)


# ── Meetings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def inscrire_aux_rencontres(*, membres: Sequence[MembreGroupe], groupe: GroupePairs, maintenant: datetime) -> int:
    """Give members of a locked group a booking at each meeting to come, by the one booking engine, telling nobody.

    Their group's places were counted, so the meetings have a seat for each. How many bookings were made. Raises
    PlaceRefusee where one is full all the same: its seats were changed by hand.
    """
    rencontres = rencontres_a_venir(groupe, maintenant=maintenant)
    try:
        return sum(
            inscriptions.inscrire_membre(
                seances=rencontres,
                demande=inscriptions.DemandeMembre(
                    famille=membre.demande.famille,
                    prenom=membre.demande.prenom,
                    email=membre.demande.email,
                    telephone=membre.demande.telephone,
                    langue=membre.demande.langue,
                    adultes=membre.adultes,
                    bebes=membre.binomes,
                    nes_le=None if membre.demande.est_ne else membre.demande.repere,
                ),
                maintenant=maintenant,
            )
            for membre in membres
            if membre.demande.famille is not None
        )
    except inscriptions.InscriptionRefusee as refus:
        raise PlaceRefusee(
            _("Une des rencontres du groupe n'a plus de place libre : la maison doit d'abord en ajouter une."),
            code="rencontre_complete",
        ) from refus


def rencontres_a_venir(groupe: GroupePairs, *, maintenant: datetime) -> list[int]:
    """Their keys, in the order in which they are locked."""
    return list(
        Seance.objects.filter(groupe=groupe, statut=StatutSeance.PUBLIEE, debut__gt=maintenant)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def inscriptions_de(membre: MembreGroupe) -> Any:
    """The bookings of a member at the meetings of its group."""
    # Of an erased family nothing tells which bookings were its own.
    return Inscription.objects.filter(
        seance__groupe=membre.groupe_id, famille=membre.demande.famille_id, famille__isnull=False
    )


def liberer_les_rencontres(membre: MembreGroupe, *, par: AnnuleePar, maintenant: datetime) -> None:
    """End a member's bookings of the meetings to come, telling nobody: who leaves knows it."""
    inscriptions.liberer_membre(
        inscriptions=list(
            inscriptions_de(membre).actives().filter(seance__debut__gt=maintenant).order_by("seance_id")
        ),
        par=par,
        maintenant=maintenant,
    )
