"""Making, changing and closing groups, and planning their meetings by the engine of series."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers import seances
from ateliers.enums import (
    AnnuleePar,
    Etendue,
    MomentBilan,
    Particularite,
    StatutDemande,
    StatutGroupe,
    StatutMembre,
    StatutSeance,
)
from ateliers.groupes import messages, places
from ateliers.models import (
    CAPACITE_PAR_DEFAUT,
    SOIR_A_PARTIR_DE,
    GroupePairs,
    MembreGroupe,
    Seance,
    Serie,
    fin_de_groupe,
)
from ateliers.seances import Projet
from maisons.enums import Frequence, JourSemaine
from maisons.models import Lieu
from maisons.recurrence import JourPrevu, Regle
from socle.models import Utilisateur


class GroupeRefuse(Exception):
    """A change to a group was refused and nothing was written; the message is for the person on screen."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


@dataclass(frozen=True, kw_only=True)
class Cohorte:
    """A group as a form, or a validated draft, wants it."""

    lieu: Lieu
    nom: str
    naissances_du: date
    naissances_au: date
    capacite: int = CAPACITE_PAR_DEFAUT
    rythme: str = "quinzaine"
    langue: str = "fr"
    particularites: Sequence[str] = ()
    fin_prevue: date | None = None
    accepte_demandes: bool = True
    # None: those there are, when a group is changed by somebody who may not say who leads it.
    facilitateurs: Sequence[Utilisateur] | None = None


@transaction.atomic
def creer_groupe(*, cohorte: Cohorte, maintenant: datetime) -> GroupePairs:
    """Make a group of the house of its place. It ends on its youngest baby's first birthday unless told otherwise."""
    groupe = GroupePairs.objects.create(
        maison=cohorte.lieu.maison,
        lieu=cohorte.lieu,
        nom=cohorte.nom,
        naissances_du=cohorte.naissances_du,
        naissances_au=cohorte.naissances_au,
        capacite=cohorte.capacite,
        rythme=cohorte.rythme,
        langue=cohorte.langue,
        particularites=list(cohorte.particularites),
        fin_prevue=cohorte.fin_prevue or fin_de_groupe(cohorte.naissances_au),
        accepte_demandes=cohorte.accepte_demandes,
        cree_le=maintenant,
    )
    groupe.facilitateurs.set(cohorte.facilitateurs or ())
    return groupe


@transaction.atomic
def modifier_groupe(*, groupe: GroupePairs, cohorte: Cohorte, maintenant: datetime) -> GroupePairs:
    """Change a group; its meetings to come follow its name and number of places. More places go to who waits.

    Raises GroupeRefuse when it is closed, or would have fewer places than are taken.
    """
    groupe = places.verrouiller_groupe(groupe.pk)
    if groupe.est_clos:
        raise GroupeRefuse(_("Ce groupe est terminé : il ne change plus."))
    if cohorte.capacite < groupe.binomes_pris:
        raise GroupeRefuse(
            ngettext(
                "%d place est déjà prise : gardez-en au moins autant.",
                "%d places sont déjà prises : gardez-en au moins autant.",
                groupe.binomes_pris,
            )
            % groupe.binomes_pris,
            champ="capacite",
        )
    if cohorte.lieu.maison_id != groupe.maison_id:
        raise GroupeRefuse(_("Ce lieu n'est pas de la maison du groupe."), champ="lieu")
    agrandi = cohorte.capacite > groupe.capacite
    groupe.lieu = cohorte.lieu
    for nom in ("nom", "naissances_du", "naissances_au", "capacite", "rythme", "langue", "accepte_demandes"):
        setattr(groupe, nom, getattr(cohorte, nom))
    groupe.particularites = list(cohorte.particularites)
    groupe.fin_prevue = cohorte.fin_prevue or fin_de_groupe(cohorte.naissances_au)
    groupe.save()
    avant = meneurs(groupe)
    if cohorte.facilitateurs is not None:
        groupe.facilitateurs.set(cohorte.facilitateurs)
    _suivre(groupe, avant, maintenant)
    places.oublier_le_souhait(groupe, sauf_du=groupe.naissances_du, sauf_au=groupe.naissances_au)
    if agrandi:
        places.offrir_places(groupe=groupe, maintenant=maintenant)
    return groupe


@dataclass(frozen=True)
class Meneurs:
    """Who leads a group, as its meetings carry it: the one who reads who comes, and the names families read."""

    personnes: Sequence[Utilisateur]

    @property
    def animateur(self) -> Utilisateur | None:
        return next(iter(self.personnes), None)

    @property
    def intervenants(self) -> str:
        return ", ".join(personne.prenom for personne in self.personnes if personne.prenom)[:160]


def meneurs(groupe: GroupePairs) -> Meneurs:
    return Meneurs(list(groupe.facilitateurs.order_by("prenom", "pk")))


def places_rencontre(groupe: GroupePairs) -> tuple[int, int]:
    """Seats of a meeting, for adults and for babies: enough for every pair, whatever it brings."""
    deux = Particularite.COPARENTS in groupe.particularites
    return groupe.capacite * (2 if deux else 1), groupe.capacite


def _suivre(groupe: GroupePairs, avant: Meneurs, maintenant: datetime) -> None:
    """Meetings to come follow their group; one given to somebody else by hand stays with them."""
    adultes, enfants = places_rencontre(groupe)
    apres = meneurs(groupe)
    partis = {None, *(personne.pk for personne in avant.personnes)} - {personne.pk for personne in apres.personnes}
    for seance in (
        Seance.objects.filter(groupe=groupe, statut=StatutSeance.PUBLIEE, debut__gt=maintenant)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    ):
        seance.titre = groupe.nom
        seance.langues = [groupe.langue]
        if seance.animateur_id in partis:
            seance.animateur = apres.animateur
        if seance.intervenants == avant.intervenants:
            seance.intervenants = apres.intervenants
        seance.capacite_adultes = max(adultes, seance.adultes_pris)
        seance.capacite_enfants = max(enfants, seance.enfants_pris)
        seance.modifiee_le = maintenant
        seance.save(
            update_fields=[
                "titre",
                "langues",
                "animateur",
                "intervenants",
                "capacite_adultes",
                "capacite_enfants",
                "modifiee_le",
            ]
        )


# ── Meetings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def projet(
    *,
    groupe: GroupePairs,
    premier_jour: date,
    heure: time,
    duree_minutes: int | None = None,
    jusqu_au: date | None = None,
) -> Projet:
    """The series of a group's meetings, as the planning engine wants it. The place and its house must be loaded."""
    adultes, enfants = places_rencontre(groupe)
    qui = meneurs(groupe)
    return Projet(
        groupe=groupe,
        lieu=groupe.lieu,
        animateur=qui.animateur,
        regle=Regle(
            frequence=Frequence(groupe.rythme),
            premier_jour=premier_jour,
            heure=heure,
            duree_minutes=duree_minutes or groupe.duree_minutes,
            jusqu_au=jusqu_au or groupe.fin_prevue,
        ),
        intervenants=qui.intervenants,
        capacite_adultes=adultes,
        capacite_enfants=enfants,
    )


def prevoir_rencontres(*, projet: Projet, maintenant: datetime) -> list[JourPrevu]:
    """Every date of the meetings, those left out with their reason. Writes nothing."""
    return seances.prevoir_projet(projet=projet, maintenant=maintenant)


@transaction.atomic
def planifier_rencontres(
    *, groupe: GroupePairs, projet: Projet, jours: Collection[date], cle: uuid.UUID, maintenant: datetime
) -> Serie:
    """Create the meetings, book them for every member, and tell each once.

    The same `cle` always ends in the same series. Raises GroupeRefuse for a closed group or an hour that contradicts
    what families were told (evening, Saturday), seances.SeanceRefusee when no day is left.
    """
    groupe = places.verrouiller_groupe(groupe.pk)
    if groupe.est_clos:
        raise GroupeRefuse(_("Ce groupe est terminé."))
    regle = projet.regle
    verifier_moment(groupe, regle)
    if (deja := Serie.objects.filter(cle_idempotence=cle, groupe=groupe).first()) is not None:
        return deja
    serie = seances.creer_serie(projet=projet, jours=jours, cle=cle, maintenant=maintenant)
    rencontres = serie.seances.order_by("debut")
    premiere = rencontres.select_related("lieu").first()
    if premiere is not None and (
        groupe.premiere_rencontre is None or groupe.premiere_rencontre > premiere.debut_local.date()
    ):
        groupe.premiere_rencontre = premiere.debut_local.date()
        groupe.heure = regle.heure
        groupe.duree_minutes = regle.duree_minutes
        groupe.save(update_fields=["premiere_rencontre", "heure", "duree_minutes"])
    membres = list(groupe.membres.membres().select_related("demande__famille").order_by("demande__famille"))
    try:
        places.inscrire_aux_rencontres(membres=membres, groupe=groupe, maintenant=maintenant)
    except places.PlaceRefusee as refus:
        raise GroupeRefuse(str(refus)) from refus
    nombre = rencontres.count()
    for membre in membres:
        membre.groupe = groupe
        if premiere is not None:
            messages.rencontres_planifiees(membre, debut=premiere.debut, nombre=nombre, maintenant=maintenant)
    return serie


def verifier_moment(groupe: GroupePairs, regle: Regle) -> None:
    """Raises GroupeRefuse for a day or an hour that contradicts what families were told."""
    samedi = regle.premier_jour.weekday() == JourSemaine.SAMEDI
    if samedi != (Particularite.SAMEDI in groupe.particularites):
        raise GroupeRefuse(
            _("Ce groupe se réunit le samedi : choisissez un samedi.")
            if not samedi
            else _("Les familles ont choisi un groupe en semaine : choisissez un autre jour que le samedi."),
            champ="premier_jour",
        )
    soir = regle.heure.hour >= SOIR_A_PARTIR_DE
    if soir != (Particularite.SOIR in groupe.particularites):
        raise GroupeRefuse(
            _("Ce groupe se réunit le soir : choisissez 18 h ou plus tard.")
            if not soir
            else _("Les familles ont choisi un groupe en journée : choisissez une heure avant 18 h."),
            champ="heure",
        )


# ── The end ───────────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def clore_groupe(*, groupe: GroupePairs, maintenant: datetime) -> GroupePairs:
    """Close a group: invitations end, meetings still to come are cancelled, members are thanked and asked once more.

    Closing twice changes nothing.
    """
    groupe = places.verrouiller_groupe(groupe.pk)
    if groupe.est_clos:
        return groupe
    membres = list(groupe.membres.with_place().order_by("pk"))
    # Requests before the first session, the members' and the others' alike: nobody waits here for a session's lock
    # with a request that closing has yet to take.
    souhaits = groupe.demandes.filter(statut=StatutDemande.EN_ATTENTE).values_list("pk", flat=True)
    demandes = {
        pk: places.verrouiller_demande(pk) for pk in sorted({*souhaits, *(membre.demande_id for membre in membres)})
    }
    places.oublier_le_souhait(groupe)
    for membre in membres:
        membre.groupe, membre.demande = groupe, demandes[membre.demande_id]
        _terminer(membre, maintenant)
    groupe.statut = StatutGroupe.CLOS
    groupe.clos_le = maintenant
    groupe.accepte_demandes = False
    groupe.binomes_pris = 0
    groupe.save(update_fields=["statut", "clos_le", "accepte_demandes", "binomes_pris"])
    # Nobody has a booking there any more: cancelling tells nobody a second time.
    for seance in Seance.objects.filter(pk__in=places.rencontres_a_venir(groupe, maintenant=maintenant)).order_by(
        "pk"
    ):
        seances.annuler_seances(
            seance=seance, etendue=Etendue.SEULE, motif=_("Le groupe est terminé."), maintenant=maintenant
        )
    return groupe


def _terminer(membre: MembreGroupe, maintenant: datetime) -> None:
    """A member's time is over; one who was only asked waits on, with the rank she had."""
    invite = membre.statut == StatutMembre.INVITE
    places.liberer_les_rencontres(membre, par=AnnuleePar.MAISON, maintenant=maintenant)
    membre.statut = StatutMembre.EXPIRE if invite else StatutMembre.TERMINE
    membre.fini_le, membre.fini_par = maintenant, AnnuleePar.MAISON
    membre.save(update_fields=["statut", "fini_le", "fini_par"])
    places.passer(membre.demande, StatutDemande.EN_ATTENTE if invite else StatutDemande.TERMINEE)
    membre.demande.groupe_souhaite = None
    membre.demande.save(update_fields=["statut", "groupe_souhaite"])
    if not invite:
        messages.groupe_termine(membre, maintenant=maintenant)
        messages.bilan(membre, moment=MomentBilan.APRES, maintenant=maintenant)
