"""Looking for a group and asking for one: a parent, the team, or a professional with the parent's agreement."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ateliers.enums import CanalDemande, Obstacle, OrigineMembre, StatutDemande
from ateliers.groupes import messages, places, regles
from ateliers.models import BEBES_MAX, RAYON_PAR_DEFAUT_KM, DemandeGroupe, GroupePairs, MembreGroupe
from ateliers.models.groupes import GroupePairsQuerySet
from familles import accords
from familles.ages import est_premature, terme_plausible
from familles.enums import ObjetAccord
from familles.models import Consentement, Enfant, Famille
from familles.rattachement import famille_du_contact
from maisons.distance import distance_sql
from maisons.models import Commune, Lieu, Maison


class DemandeRefusee(Exception):
    """A request was refused and nothing was written; the message is for the person on screen, `champ` its field."""

    def __init__(self, message: str, *, code: str, champ: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.champ = champ


class DemandeDejaFaite(DemandeRefusee):
    """The contact has an open request; its link was sent to it again."""

    def __init__(self, demande: DemandeGroupe) -> None:
        super().__init__(
            _("Une demande est déjà en cours avec ce contact. Nous venons de lui renvoyer son lien."),
            code="deja_faite",
        )
        self.demande = demande


@dataclass(frozen=True, kw_only=True)
class GroupeProche:
    """A group around a commune, with what keeps this family out of it, if anything does."""

    groupe: GroupePairs
    km: float
    obstacles: Sequence[Obstacle]
    complet: bool

    @property
    def convient(self) -> bool:
        return not self.obstacles


def groupes_proches(*, profil: regles.Profil, parmi: GroupePairsQuerySet | None = None) -> list[GroupeProche]:
    """The open groups of this age within the distance, nearest first, full ones included (she may wait for a place).

    `parmi`: of these, instead of those that parents may find. One query. Those whose language, time or public does
    not suit come with their obstacles.
    """
    km = distance_sql(profil.latitude, profil.longitude, champ_lat="lieu__latitude", champ_lon="lieu__longitude")
    groupes: QuerySet[Any] = (
        (GroupePairs.objects.publics() if parmi is None else parmi)
        .for_repere(profil.repere)
        .with_cadre()
        .annotate(km=km)
        .filter(km__lte=profil.rayon_km)
        .order_by("km", "pk")
    )
    return [
        GroupeProche(
            groupe=groupe,
            km=groupe.km,
            obstacles=regles.obstacles(profil, regles.Cadre.de(groupe), km=groupe.km),
            complet=groupe.binomes_libres < profil.bebes,
        )
        for groupe in groupes
    ]


@dataclass(frozen=True, kw_only=True)
class DemandeParent:
    """What a form asks. Exactly one of `naissance` and `terme_prevu` is enough; both for a corrected age."""

    prenom: str
    email: str = ""
    telephone: str = ""
    langue: str = "fr"
    naissance: date | None = None
    terme_prevu: date | None = None
    age_corrige: bool = False
    bebes: int = 1
    a_deja_un_enfant: bool = False
    coparent: bool = False
    commune: Commune
    rayon_km: int = RAYON_PAR_DEFAUT_KM
    langues: Sequence[str] = ("fr",)
    moments: Sequence[str] = ()
    themes: Sequence[int] = ()
    # The group she asks to join, or the house whose leaflet she holds; else the nearest house.
    groupe: GroupePairs | None = None
    maison: Maison | None = None
    canal: CanalDemande = CanalDemande.EN_LIGNE
    prescripteur: str = ""
    # A professional declares that the parent agreed: without it nothing is written.
    accord: bool = False
    cle_idempotence: uuid.UUID

    @property
    def repere(self) -> date:
        return regles.repere_de(naissance=self.naissance, terme_prevu=self.terme_prevu, age_corrige=self.age_corrige)


def deposer_demande(*, demande: DemandeParent, maintenant: datetime) -> DemandeGroupe:
    """Keep a request for a group ("prévenez-moi"), and tell the parent.

    The same `cle_idempotence` always ends in the same request. Raises DemandeRefusee, and nothing is written, for an
    impossible date, without agreement, with no house around, or for a group that does not fit; DemandeDejaFaite when
    the contact has an open request (its link goes out again).
    """
    try:
        with transaction.atomic():
            return _deposer(demande, maintenant)
    except DemandeDejaFaite as refus:
        messages.lien_renvoye(refus.demande, maintenant=maintenant)
        raise


def _deposer(demande: DemandeParent, maintenant: datetime) -> DemandeGroupe:
    _verifier(demande, maintenant)
    famille = famille_du_contact(
        prenom=demande.prenom,
        email=demande.email,
        telephone=demande.telephone,
        langue=demande.langue,
        maintenant=maintenant,
    )
    deja = DemandeGroupe.objects.filter(cle_idempotence=demande.cle_idempotence).first()
    if deja is not None:
        if deja.famille_id != famille.pk:
            raise DemandeRefusee(_("Ce formulaire a déjà servi. Rechargez la page."), code="cle_reprise")
        return deja
    ouverte = DemandeGroupe.objects.ouvertes().select_related("maison").filter(famille=famille).first()
    if ouverte is not None:
        raise DemandeDejaFaite(ouverte)
    par_prescripteur = demande.canal == CanalDemande.PRESCRIPTEUR
    gardee = DemandeGroupe.objects.create(
        famille=famille,
        prenom=demande.prenom,
        email=demande.email,
        telephone=demande.telephone,
        langue=demande.langue,
        bebes=demande.bebes,
        repere=demande.repere,
        est_ne=demande.naissance is not None,
        age_corrige=demande.age_corrige,
        a_deja_un_enfant=demande.a_deja_un_enfant,
        coparent=demande.coparent,
        commune=demande.commune,
        rayon_km=demande.rayon_km,
        langues=list(demande.langues),
        moments=list(demande.moments),
        maison=_maison(demande),
        groupe_souhaite=demande.groupe,
        en_attente_depuis=maintenant,
        canal=demande.canal,
        prescripteur=demande.prescripteur if par_prescripteur else "",
        accord_le=maintenant if par_prescripteur else None,
        cle_idempotence=demande.cle_idempotence,
        cree_le=maintenant,
    )
    if par_prescripteur:
        accords.donner(objet=ObjetAccord.TRANSMISSION, cible=gardee, maintenant=maintenant)
    gardee.enfants.set(_enfants(famille, demande))
    gardee.themes.set(demande.themes)
    messages.demande_recue(gardee, maintenant=maintenant)
    return gardee


def _verifier(demande: DemandeParent, maintenant: datetime) -> None:
    aujourd_hui = timezone.localdate(maintenant)
    if demande.naissance is None and demande.terme_prevu is None:
        raise DemandeRefusee(
            _("Indiquez la date de naissance ou la date prévue d'accouchement."), code="date", champ="repere"
        )
    if (
        demande.naissance is not None
        and demande.age_corrige
        and not (demande.terme_prevu is not None and est_premature(demande.naissance, demande.terme_prevu))
    ):
        raise DemandeRefusee(
            _("Pour un bébé né avant terme, cette date vient après la naissance. Vérifiez les deux dates."),
            code="terme",
            champ="terme",
        )
    if demande.naissance is not None and not (
        demande.naissance <= aujourd_hui and regles.est_de_la_premiere_annee(demande.repere, aujourd_hui=aujourd_hui)
    ):
        raise DemandeRefusee(
            _("Ces groupes sont pour la première année : indiquez une date de naissance de moins d'un an."),
            code="age",
            champ="naissance",
        )
    if (
        demande.naissance is None
        and demande.terme_prevu is not None
        and not terme_plausible(demande.terme_prevu, aujourd_hui=aujourd_hui)
    ):
        raise DemandeRefusee(
            _("Cette date prévue d'accouchement n'est pas possible : vérifiez-la."), code="terme", champ="terme_prevu"
        )
    if not 1 <= demande.bebes <= BEBES_MAX:
        raise DemandeRefusee(_("Indiquez de 1 à %d bébés.") % BEBES_MAX, code="bebes", champ="bebes")
    if demande.canal == CanalDemande.PRESCRIPTEUR and not (demande.accord and demande.prescripteur):
        raise DemandeRefusee(
            _("Une demande se transmet avec l'accord du parent : demandez-le, et dites de quel service vous êtes."),
            code="accord",
            champ="accord",
        )
    if demande.groupe is not None and (demande.groupe.est_clos or not demande.groupe.dans_la_fenetre(demande.repere)):
        raise DemandeRefusee(
            _("Ce groupe est pour des bébés d'un autre âge : laissez une demande, la maison vous préviendra."),
            code="groupe",
            champ="groupe",
        )


def _enfants(famille: Famille, demande: DemandeParent) -> list[Enfant]:
    """The family's children of this date, made where they lack; twins share a date and stay two."""
    connus = list(
        famille.enfants.filter(naissance=demande.naissance, terme_prevu=demande.terme_prevu).order_by("pk")[
            : demande.bebes
        ]
    )
    manquants = [
        Enfant(famille=famille, naissance=demande.naissance, terme_prevu=demande.terme_prevu)
        for _rang in range(demande.bebes - len(connus))
    ]
    return connus + Enfant.objects.bulk_create(manquants)


def _maison(demande: DemandeParent) -> Maison:
    if demande.groupe is not None:
        return demande.groupe.maison
    if demande.maison is not None:
        return demande.maison
    commune = demande.commune
    plus_proche = (
        Lieu.objects.actifs()
        .filter(maison__publiee=True, maison__ouverte=True)
        .annotate(km=distance_sql(commune.latitude, commune.longitude))
        .filter(km__lte=settings.GROUPES_MAISON_MAX_KM)
        .select_related("maison")
        .order_by("km", "pk")
        .first()
    )
    if plus_proche is None:
        raise DemandeRefusee(
            _("Il n'y a pas encore de maison près de cette commune."), code="aucune_maison", champ="commune"
        )
    return plus_proche.maison


@transaction.atomic
def retirer_demande(*, demande: DemandeGroupe, maintenant: datetime) -> DemandeGroupe:
    """Stop waiting, saying nothing more to anybody. Raises DemandeRefusee for a member: she leaves her group."""
    demande = places.verrouiller_demande(demande.pk)
    if demande.statut == StatutDemande.RETIREE:
        return demande
    if demande.statut != StatutDemande.EN_ATTENTE:
        raise DemandeRefusee(_("Répondez d'abord à l'invitation, ou quittez le groupe."), code="statut")
    places.passer(demande, StatutDemande.RETIREE)
    demande.retiree_le = maintenant
    demande.save(update_fields=["statut", "retiree_le"])
    return demande


@transaction.atomic
def demander_un_groupe(*, demande: DemandeGroupe, groupe: GroupePairs | None, maintenant: datetime) -> DemandeGroupe:
    """A waiting family asks for a group it found, or for none in particular any more.

    Its request is then the concern of that group's house. Raises DemandeRefusee when the ages do not fit.
    """
    demande = places.verrouiller_demande(demande.pk)
    if demande.statut != StatutDemande.EN_ATTENTE:
        raise DemandeRefusee(_("Cette demande n'attend plus de groupe."), code="statut")
    if groupe is not None and (groupe.est_clos or not groupe.dans_la_fenetre(demande.repere)):
        raise DemandeRefusee(_("Ce groupe est pour des bébés d'un autre âge."), code="groupe")
    demande.groupe_souhaite = groupe
    if groupe is not None:
        demande.maison = groupe.maison
    demande.save(update_fields=["groupe_souhaite", "maison"])
    return demande


@accords.au_retrait(ObjetAccord.TRANSMISSION)
def _au_retrait(consentement: Consentement, maintenant: datetime) -> None:
    """A request passed on for a parent who no longer agrees waits no more; a place that was taken is left by hand."""
    if isinstance(consentement.cible, DemandeGroupe) and consentement.cible.statut == StatutDemande.EN_ATTENTE:
        retirer_demande(demande=consentement.cible, maintenant=maintenant)


def accueillir(*, demande: DemandeGroupe, groupe: GroupePairs, maintenant: datetime) -> MembreGroupe:
    """The facilitator takes a family into her group: it asked for it, or she agreed with it. Raises PlaceRefusee."""
    a_demande = demande.groupe_souhaite_id == groupe.pk
    return places.ajouter_membre(
        groupe=groupe,
        demande=demande,
        origine=OrigineMembre.DEMANDE if a_demande else OrigineMembre.EQUIPE,
        maintenant=maintenant,
    )
