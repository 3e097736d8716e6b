"""Signing up for a session and everything a family does with its booking: the one engine of all bookable things."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers import accueils, messages
from ateliers.accueils import DemandeAccueil
from ateliers.depassements import Derogation, agrandir
from ateliers.enums import TRANSITIONS, AnnuleePar, CanalInscription, StatutInscription, StatutSeance
from ateliers.liste_attente import (
    a_sa_place,
    ouvrir_places_gardees,
    prendre,
    prendre_pour,
    proposer_places,
    rang,
    rendre_de,
    verrouiller,
)
from ateliers.models import (
    ADULTES_PAR_INSCRIPTION_MAX,
    ENFANTS_PAR_INSCRIPTION_MAX,
    EnfantInscrit,
    Inscription,
    MembreGroupe,
    Seance,
)
from familles.ages import age_en_mois, naissance_corrigee
from familles.models import Enfant, Famille
from familles.rattachement import famille_du_contact


class InscriptionRefusee(Exception):
    """A sign-up or a change was refused; the message is written for the person on screen.

    `champ` names the form field it belongs to, `code` the reason for programs.
    """

    def __init__(self, message: str, *, code: str, champ: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.champ = champ


class DejaInscrite(InscriptionRefusee):
    """The contact has an active booking for this session; its link was sent to it again."""

    def __init__(self, inscription: Inscription) -> None:
        super().__init__(
            _("Il y a déjà une réservation avec ce contact pour cette séance. Nous venons de lui renvoyer son lien."),
            code="deja_inscrite",
        )
        self.inscription = inscription


@dataclass(frozen=True, kw_only=True)
class AgeEnfant:
    """A child as a form tells it: born on a day, or expected on one; both for a corrected age."""

    naissance: date | None = None
    terme_prevu: date | None = None
    age_corrige: bool = False

    @property
    def repere(self) -> date:
        """The day its age counts from."""
        if self.naissance and self.terme_prevu and self.age_corrige:
            return naissance_corrigee(self.naissance, self.terme_prevu)
        repere = self.naissance or self.terme_prevu
        if repere is None:
            raise ValueError("A child needs a birth date or a due date.")
        return repere

    def sera_ne(self, jour: date) -> bool:
        return self.naissance is not None or self.repere <= jour


@dataclass(frozen=True, kw_only=True)
class DemandeInscription:
    """What a person asks for. `enfants` counts seats; where ages are asked, seats follow from them."""

    prenom: str
    email: str = ""
    telephone: str = ""
    langue: str = "fr"
    adultes: int = 1
    enfants: int = 0
    ages: Sequence[AgeEnfant] = ()
    besoins: Sequence[str] = ()
    cle_idempotence: uuid.UUID
    accepte_attente: bool = False
    canal: CanalInscription = CanalInscription.EN_LIGNE
    # Where children stay without their parents, and only there.
    accueil: DemandeAccueil | None = None


@dataclass(frozen=True)
class _Enfants:
    """The children who need a seat, and how many of them are little where seats are counted by age."""

    nombre: int
    petits: int = 0


def inscrire_famille(
    *, seance: Seance, demande: DemandeInscription, maintenant: datetime, derogation: Derogation | None = None
) -> Inscription:
    """Sign a family up for a session: confirmed, or on the waiting list when it is full and that was accepted.

    With a `derogation` of the team the seats that lack are added, and who decided it and why is kept.

    The same `cle_idempotence` always ends in the same booking. Raises InscriptionRefusee, and nothing is written,
    when the session is over, cancelled, closed, full, not for this age, or the contact has too many bookings;
    DejaInscrite when the contact has one here (its link goes out again).
    """
    try:
        with transaction.atomic():
            return _inscrire(seance.pk, demande, maintenant, derogation)
    except DejaInscrite as refus:
        messages.lien_renvoye(refus.inscription, maintenant=maintenant)
        raise


def _inscrire(
    seance_pk: int, demande: DemandeInscription, maintenant: datetime, derogation: Derogation | None
) -> Inscription:
    famille = famille_du_contact(
        prenom=demande.prenom,
        email=demande.email,
        telephone=demande.telephone,
        langue=demande.langue,
        maintenant=maintenant,
    )
    # Sign-ups for one session queue on its row, so the counters below stay true until commit.
    seance = verrouiller(seance_pk)
    deja = (
        Inscription.objects.with_cadre().filter(seance=seance).filter(cle_idempotence=demande.cle_idempotence).first()
    )
    if deja is not None:
        telephone = deja.telephone.as_e164 if deja.telephone else ""
        if (deja.email, telephone) != (demande.email, demande.telephone):
            raise InscriptionRefusee(_("Ce formulaire a déjà servi. Rechargez la page."), code="cle_reprise")
        return deja
    _verifier_ouverte(seance, maintenant)
    _verifier_membre(seance, famille)
    ouvrir_places_gardees(seance, maintenant=maintenant)
    active = Inscription.objects.with_cadre().actives().filter(seance=seance, famille=famille).first()
    if active is not None:
        raise DejaInscrite(active)
    if demande.canal == CanalInscription.EN_LIGNE:
        _verifier_plafond(famille, demande, maintenant)
    venus = _verifier_ages(seance, demande.ages) if seance.a_regle_age else _Enfants(demande.enfants)
    enfants = venus.nombre
    accueil = _verifier_accueil(seance, demande.accueil)
    if derogation is not None and demande.canal != CanalInscription.EN_LIGNE:
        agrandir(
            seance,
            adultes=demande.adultes,
            enfants=enfants,
            petits=venus.petits,
            derogation=derogation,
            maintenant=maintenant,
        )
    _verifier_taille(seance, adultes=demande.adultes, enfants=enfants, petits=venus.petits)

    inscription = Inscription(
        seance=seance,
        famille=famille,
        prenom=demande.prenom,
        email=demande.email,
        telephone=demande.telephone,
        langue=demande.langue,
        adultes=demande.adultes,
        enfants=enfants,
        petits=venus.petits,
        besoins=list(demande.besoins),
        canal=demande.canal,
        cle_idempotence=demande.cle_idempotence,
        cree_le=maintenant,
    )
    if a_sa_place(inscription):
        inscription.statut = StatutInscription.CONFIRMEE
        inscription.confirmee_le = maintenant
        inscription.save(force_insert=True)
        prendre_pour(inscription)
        messages.confirmation(inscription, maintenant=maintenant)
    elif demande.accepte_attente:
        inscription.statut = StatutInscription.EN_ATTENTE
        inscription.attente_depuis = maintenant
        inscription.save(force_insert=True)
        messages.attente(inscription, rang=rang(inscription) or 1, maintenant=maintenant)
    else:
        raise InscriptionRefusee(_phrase_complete(seance), code="complete")
    if seance.a_regle_age:
        _noter_enfants(inscription, demande.ages)
    if accueil is not None:
        accueils.noter(inscription, accueil, maintenant=maintenant)
    return inscription


def _verifier_accueil(seance: Seance, accueil: DemandeAccueil | None) -> DemandeAccueil | None:
    """What a parent must leave with a child, where children stay alone; None anywhere else."""
    if not seance.confie_les_enfants:
        return None
    if (manque := accueils.motif_du_refus(accueil)) is not None:
        champ, phrase = manque
        raise InscriptionRefusee(phrase, code="accueil", champ=champ)
    return accueil


def _verifier_ouverte(seance: Seance, maintenant: datetime) -> None:
    if seance.statut == StatutSeance.ANNULEE:
        raise InscriptionRefusee(_("Cette séance est annulée."), code="annulee")
    if seance.debut <= maintenant:
        raise InscriptionRefusee(_("Cette séance a déjà commencé."), code="commencee")
    if not seance.est_ouverte_aux_inscriptions(maintenant=maintenant):
        raise InscriptionRefusee(_("Les inscriptions à cette séance ne sont pas ouvertes."), code="fermee")


def _verifier_membre(seance: Seance, famille: Famille) -> None:
    """A group's meetings are its members', whoever books: a guest would take a member's seat."""
    if seance.groupe_id is None:
        return
    if not MembreGroupe.objects.membres().filter(groupe=seance.groupe_id, demande__famille=famille).exists():
        raise InscriptionRefusee(
            _("Cette rencontre est réservée aux membres du groupe. Une place se demande pour le groupe entier."),
            code="groupe",
        )


def _verifier_plafond(famille: Famille, demande: DemandeInscription, maintenant: datetime) -> None:
    plafond = settings.INSCRIPTIONS_A_VENIR_MAX
    familles = Famille.objects.joignables_a(email=demande.email, telephone=demande.telephone)
    # The meetings of one's group come with the place in it: they leave the others theirs.
    a_venir = Inscription.objects.actives().filter(
        Q(famille=famille) | Q(famille__in=familles), seance__debut__gt=maintenant, seance__groupe__isnull=True
    )
    if a_venir.count() >= plafond:
        raise InscriptionRefusee(
            ngettext(
                "Vous avez déjà %d réservation à venir. Annulez-la pour réserver celle-ci, ou appelez la maison.",
                "Vous avez déjà %d réservations à venir. Annulez-en une pour réserver celle-ci, ou appelez la maison.",
                plafond,
            )
            % plafond,
            code="plafond",
        )


def _verifier_taille(seance: Seance, *, adultes: int, enfants: int, petits: int = 0) -> None:
    """Refuse numbers that could never fit: waiting for them would be in vain."""
    if seance.confie_les_enfants:
        if adultes != 1:
            raise InscriptionRefusee(
                _("Une réservation par parent qui confie ses enfants."), code="adultes", champ="adultes"
            )
        if enfants < 1:
            raise InscriptionRefusee(_("Indiquez au moins un enfant."), code="enfants", champ="enfants")
    if seance.capacite_petits is not None and (
        petits > seance.capacite_petits or enfants - petits > seance.capacite_enfants - seance.capacite_petits
    ):
        raise InscriptionRefusee(
            _("Cette séance a en tout %(petits)s et %(grands)s.")
            % dict(zip(("petits", "grands"), accueils.places_par_age(seance, en_tout=True), strict=True)),
            code="enfants",
            champ="enfants",
        )
    if not 1 <= adultes <= ADULTES_PAR_INSCRIPTION_MAX:
        raise InscriptionRefusee(
            _("Indiquez de 1 à %d adultes.") % ADULTES_PAR_INSCRIPTION_MAX, code="adultes", champ="adultes"
        )
    if not 0 <= enfants <= ENFANTS_PAR_INSCRIPTION_MAX:
        raise InscriptionRefusee(
            _("Indiquez de 0 à %d enfants.") % ENFANTS_PAR_INSCRIPTION_MAX, code="enfants", champ="enfants"
        )
    if adultes > seance.capacite_adultes:
        raise InscriptionRefusee(
            ngettext(
                "Cette séance a %d place pour les adultes en tout.",
                "Cette séance a %d places pour les adultes en tout.",
                seance.capacite_adultes,
            )
            % seance.capacite_adultes,
            code="adultes",
            champ="adultes",
        )
    if enfants > seance.capacite_enfants:
        phrase = (
            _("Cette séance est pour les adultes : elle n'a pas de place pour les enfants.")
            if seance.capacite_enfants == 0
            else ngettext(
                "Cette séance a %d place pour les enfants en tout.",
                "Cette séance a %d places pour les enfants en tout.",
                seance.capacite_enfants,
            )
            % seance.capacite_enfants
        )
        raise InscriptionRefusee(phrase, code="enfants", champ="enfants")


def _verifier_ages(seance: Seance, ages: Sequence[AgeEnfant]) -> _Enfants:
    """The seats the children need on the day, when each fits the session's ages; a pregnancy needs none."""
    jour = seance.debut_local.date()
    if not ages:
        raise InscriptionRefusee(
            _("Indiquez la date de naissance de votre enfant, ou la date prévue d'accouchement."),
            code="age_manquant",
            champ="ages",
        )
    assis = petits = 0
    for age in ages:
        if not age.sera_ne(jour):
            if not seance.accueille_grossesse:
                raise InscriptionRefusee(
                    _("Cette séance est pour les %(public)s. Elle n'est pas prévue pendant la grossesse.")
                    % {"public": seance.public_libelle},
                    code="age",
                    champ="ages",
                )
            continue
        mois = max(0, age_en_mois(age.repere, jour))
        trop_petit = seance.age_min_mois is not None and mois < seance.age_min_mois
        trop_grand = seance.age_max_mois is not None and mois > seance.age_max_mois
        if trop_petit or trop_grand:
            raise InscriptionRefusee(
                ngettext(
                    "Votre enfant aura %(mois)d mois ce jour-là. Cette séance est pour les %(public)s.",
                    "Votre enfant aura %(mois)d mois ce jour-là. Cette séance est pour les %(public)s.",
                    mois,
                )
                % {"mois": mois, "public": seance.public_libelle},
                code="age",
                champ="ages",
            )
        assis += 1
        petits += seance.petits_avant_mois is not None and mois < seance.petits_avant_mois
    return _Enfants(assis, petits)


def _phrase_complete(seance: Seance) -> str:
    if seance.capacite_petits is not None and seance.places_enfants > 0:
        return _(
            "Il ne reste plus assez de places pour cet âge : %(petits)s, %(grands)s. "
            "Changez le nombre d'enfants, ou mettez-vous en liste d'attente."
        ) % dict(zip(("petits", "grands"), accueils.places_par_age(seance), strict=True))
    if seance.est_complete:
        return _("Cette séance est complète. Vous pouvez vous mettre en liste d'attente.")
    return _(
        "Il ne reste plus assez de places pour vous tous : "
        "%(adultes)d pour les adultes, %(enfants)d pour les enfants. "
        "Changez le nombre de personnes, ou mettez-vous en liste d'attente."
    ) % {"adultes": seance.places_adultes, "enfants": seance.places_enfants}


def _noter_enfants(inscription: Inscription, ages: Sequence[AgeEnfant]) -> None:
    """Link the booking to the family's children; twins share a date and stay two."""
    famille_id = inscription.famille_id
    # Erased: a figure has no children.
    if famille_id is None:
        return
    connus = list(Enfant.objects.filter(famille=famille_id))
    liens = []
    for age in ages:
        enfant = next((e for e in connus if (e.naissance, e.terme_prevu) == (age.naissance, age.terme_prevu)), None)
        if enfant is None:
            enfant = Enfant.objects.create(famille_id=famille_id, naissance=age.naissance, terme_prevu=age.terme_prevu)
        else:
            connus.remove(enfant)
        liens.append(EnfantInscrit(inscription=inscription, enfant=enfant, age_corrige=age.age_corrige))
    EnfantInscrit.objects.bulk_create(liens)


def _verrouiller_avec_seance(inscription: Inscription) -> Inscription:
    """The booking read again under its session's lock."""
    seance = verrouiller(inscription.seance_id)
    inscription = Inscription.objects.select_related("famille").get(pk=inscription.pk)
    inscription.seance = seance
    return inscription


def _verifier_avant_debut(inscription: Inscription, maintenant: datetime) -> None:
    if inscription.seance.statut == StatutSeance.ANNULEE:
        raise InscriptionRefusee(_("Cette séance est annulée."), code="annulee")
    if inscription.seance.debut <= maintenant:
        raise InscriptionRefusee(_("Cette séance a déjà commencé."), code="commencee")


def _passer(inscription: Inscription, statut: StatutInscription) -> None:
    if statut not in TRANSITIONS[StatutInscription(inscription.statut)]:
        raise ValueError(f"No way from {inscription.statut} to {statut}.")
    inscription.statut = statut
    inscription.proposee_le = inscription.proposee_jusqu_au = None


@transaction.atomic
def annuler_inscription(*, inscription: Inscription, par: AnnuleePar, maintenant: datetime) -> Inscription:
    """End a booking, a wait or an offer before the start; its seats are offered to those who wait.

    Cancelling twice changes nothing. Raises InscriptionRefusee once the session has begun.
    """
    inscription = _verrouiller_avec_seance(inscription)
    if not inscription.est_active:
        return inscription
    _verifier_avant_debut(inscription, maintenant)
    tenait = inscription.tient_une_place
    _passer(inscription, StatutInscription.ANNULEE)
    inscription.annulee_le = maintenant
    inscription.annulee_par = par
    # Ticked at the door, then gone before the start: no presence without a seat.
    inscription.presence = ""
    inscription.pointee_le = inscription.adultes_presents = inscription.enfants_presents = None
    inscription.save()
    messages.annulation(inscription, maintenant=maintenant)
    if tenait:
        rendre_de(inscription)
        proposer_places(seance=inscription.seance, maintenant=maintenant)
    return inscription


@transaction.atomic
def modifier_inscription(*, inscription: Inscription, adultes: int, enfants: int, maintenant: datetime) -> Inscription:
    """Change how many people come; seats let go are offered to those who wait.

    Where ages are asked, children can be taken off, not added: a new child is a new question. Raises
    InscriptionRefusee when the seats aren't there; the booking then stays as it was.
    """
    inscription = _verrouiller_avec_seance(inscription)
    _verifier_avant_debut(inscription, maintenant)
    if not inscription.est_active:
        raise InscriptionRefusee(_("Cette réservation est annulée."), code="inactive")
    seance = inscription.seance
    if (adultes, enfants) == (inscription.adultes, inscription.enfants):
        return inscription
    petits = _petits_gardes(inscription, enfants)
    _verifier_taille(seance, adultes=adultes, enfants=enfants, petits=petits)
    if seance.a_regle_age and enfants > inscription.enfants:
        raise InscriptionRefusee(
            _("Pour ajouter un enfant à cette séance, faites une nouvelle réservation ou appelez la maison."),
            code="enfants",
            champ="enfants",
        )
    plus_adultes, plus_enfants = adultes - inscription.adultes, enfants - inscription.enfants
    if inscription.tient_une_place:
        ouvrir_places_gardees(seance, maintenant=maintenant)
        places_adultes, places_enfants = seance.places_pour(inscription.canal)
        if seance.est_prise:
            # By this very family, which may come with one more.
            places_adultes = seance.capacite_adultes - seance.adultes_pris
            places_enfants = seance.capacite_enfants - seance.enfants_pris
        if plus_adultes > max(0, places_adultes) or plus_enfants > max(0, places_enfants):
            raise InscriptionRefusee(
                _("Il ne reste plus assez de places pour ajouter quelqu'un."),
                code="complete",
                champ="adultes" if plus_adultes > places_adultes else "enfants",
            )
        prendre(
            seance,
            adultes=plus_adultes,
            enfants=plus_enfants,
            petits=petits - inscription.petits,
            canal=inscription.canal,
        )
    inscription.adultes, inscription.enfants, inscription.petits = adultes, enfants, petits
    inscription.save(update_fields=["adultes", "enfants", "petits"])
    if seance.a_regle_age:
        _retirer_enfants(inscription)
    messages.modification(inscription, maintenant=maintenant)
    proposer_places(seance=seance, maintenant=maintenant)
    return inscription


def _retirer_enfants(inscription: Inscription) -> None:
    """Keep as many children born by the day as there are seats; a pregnancy stays noted."""
    en_trop = _nes(inscription)[inscription.enfants :]
    EnfantInscrit.objects.filter(pk__in=[lien.pk for lien in en_trop]).delete()


def _nes(inscription: Inscription) -> list[EnfantInscrit]:
    """Those born by the day, in the order in which they were written: the last are the first to be taken off."""
    jour = inscription.seance.debut_local.date()
    return [
        lien
        for lien in inscription.enfants_inscrits.select_related("enfant").order_by("pk")
        if lien.enfant.date_repere <= jour
    ]


def _petits_gardes(inscription: Inscription, enfants: int) -> int:
    """How many little ones stay among `enfants` children, where the session counts seats by age.

    Seats are only let go: a session that moved may find a child older than when it was booked.
    """
    limite = inscription.seance.petits_avant_mois
    if limite is None:
        return 0
    jour = inscription.seance.debut_local.date()
    petits = sum(
        age_en_mois(
            AgeEnfant(
                naissance=lien.enfant.naissance, terme_prevu=lien.enfant.terme_prevu, age_corrige=lien.age_corrige
            ).repere,
            jour,
        )
        < limite
        for lien in _nes(inscription)[:enfants]
    )
    grands = inscription.enfants - inscription.petits
    return max(min(petits, inscription.petits), enfants - grands)


@transaction.atomic
def confirmer_proposition(*, inscription: Inscription, maintenant: datetime) -> Inscription:
    """Accept an offered seat. Accepting twice changes nothing; raises InscriptionRefusee when its time is over."""
    inscription = _verrouiller_avec_seance(inscription)
    if inscription.statut == StatutInscription.CONFIRMEE:
        return inscription
    _verifier_avant_debut(inscription, maintenant)
    if inscription.statut != StatutInscription.PROPOSEE or (
        inscription.proposee_jusqu_au is not None and inscription.proposee_jusqu_au <= maintenant
    ):
        raise InscriptionRefusee(
            _("Le délai pour répondre est passé : la place a été proposée à une autre famille."), code="expiree"
        )
    _confirmer(inscription, maintenant)
    return inscription


@transaction.atomic
def prendre_place_libre(*, inscription: Inscription, maintenant: datetime) -> Inscription:
    """Take a seat that is free now from the waiting list: near the start the first to answer has it.

    Raises InscriptionRefusee when somebody was quicker.
    """
    inscription = _verrouiller_avec_seance(inscription)
    if inscription.statut == StatutInscription.CONFIRMEE:
        return inscription
    _verifier_avant_debut(inscription, maintenant)
    if inscription.statut != StatutInscription.EN_ATTENTE:
        raise InscriptionRefusee(_("Cette réservation n'est plus en liste d'attente."), code="inactive")
    ouvrir_places_gardees(inscription.seance, maintenant=maintenant)
    if not a_sa_place(inscription):
        raise InscriptionRefusee(_("La place vient d'être prise. Vous restez en liste d'attente."), code="complete")
    prendre_pour(inscription)
    _confirmer(inscription, maintenant)
    return inscription


def _confirmer(inscription: Inscription, maintenant: datetime) -> None:
    _passer(inscription, StatutInscription.CONFIRMEE)
    inscription.confirmee_le = maintenant
    inscription.save(update_fields=["statut", "confirmee_le", "proposee_le", "proposee_jusqu_au"])
    messages.confirmation(inscription, maintenant=maintenant)


def refuser_proposition(*, inscription: Inscription, maintenant: datetime) -> Inscription:
    """Decline an offered seat: the wait ends, and the next family is offered it."""
    return annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant)


# ── Members of a group ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class DemandeMembre:
    """A member's bookings: the same people at every meeting, the baby from its birth, or its due date, on."""

    famille: Famille
    prenom: str
    email: str
    telephone: Any
    langue: str
    adultes: int
    bebes: int
    # The due date of who is not born yet.
    nes_le: date | None = None

    def enfants_le(self, jour: date) -> int:
        return 0 if self.nes_le is not None and self.nes_le > jour else self.bebes


@transaction.atomic
def inscrire_membre(*, seances: Sequence[int], demande: DemandeMembre, maintenant: datetime) -> int:
    """Book a group's meetings for a member, telling nobody; those already booked stay as they are. How many were made.

    `seances` come in order of primary key. Raises InscriptionRefusee when a meeting has no seat left.
    """
    faites = 0
    for pk in seances:
        seance = verrouiller(pk)
        if not seance.est_ouverte_aux_inscriptions(maintenant=maintenant):
            continue
        if seance.inscriptions.actives().filter(famille=demande.famille).exists():
            continue
        enfants = demande.enfants_le(seance.debut_local.date())
        joignable = demande.email or demande.telephone
        canal = CanalInscription.EN_LIGNE if joignable else CanalInscription.SUR_PLACE
        if not seance.can_accueillir(adultes=demande.adultes, enfants=enfants, canal=canal):
            raise InscriptionRefusee(_phrase_complete(seance), code="complete")
        Inscription.objects.create(
            seance=seance,
            famille=demande.famille,
            prenom=demande.prenom,
            email=demande.email,
            telephone=demande.telephone,
            langue=demande.langue,
            adultes=demande.adultes,
            enfants=enfants,
            statut=StatutInscription.CONFIRMEE,
            confirmee_le=maintenant,
            canal=canal,
            cree_le=maintenant,
        )
        prendre(seance, adultes=demande.adultes, enfants=enfants, canal=canal)
        faites += 1
    return faites


@transaction.atomic
def liberer_membre(*, inscriptions: Sequence[Inscription], par: AnnuleePar, maintenant: datetime) -> int:
    """End bookings still to come without a word, in order of their sessions; their seats go to who waits."""
    for inscription in inscriptions:
        seance = verrouiller(inscription.seance_id)
        inscription.refresh_from_db()
        if not inscription.est_active:
            continue
        tenait = inscription.tient_une_place
        inscription.statut = StatutInscription.ANNULEE
        inscription.annulee_le, inscription.annulee_par = maintenant, par
        inscription.proposee_le = inscription.proposee_jusqu_au = None
        inscription.presence = ""
        inscription.pointee_le = inscription.adultes_presents = inscription.enfants_presents = None
        inscription.save()
        if tenait:
            inscription.seance = seance
            rendre_de(inscription)
            proposer_places(seance=seance, maintenant=maintenant)
    return len(inscriptions)


@transaction.atomic
def suivre_la_naissance(*, inscriptions: Sequence[Inscription], bebes: int, ne_le: date, maintenant: datetime) -> None:
    """A member's baby is born: it has a seat at the meetings from that day on, one more where none is left.

    `inscriptions` come in order of their sessions.
    """
    for inscription in inscriptions:
        seance = verrouiller(inscription.seance_id)
        inscription.refresh_from_db()
        enfants = bebes if ne_le <= seance.debut_local.date() else 0
        if not inscription.tient_une_place or enfants == inscription.enfants or seance.debut <= maintenant:
            continue
        manquent = enfants - inscription.enfants - seance.libres_enfants
        if manquent > 0:
            # A member's baby is never left outside because somebody lowered the seats.
            seance.capacite_enfants += manquent
            seance.modifiee_le = maintenant
            seance.save(update_fields=["capacite_enfants", "modifiee_le"])
        prendre(seance, adultes=0, enfants=enfants - inscription.enfants, canal=inscription.canal)
        inscription.enfants = enfants
        inscription.save(update_fields=["enfants"])
