"""Sharing a family with the other parent: an invitation by e-mail, accepted by whoever signs in with that address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from familles import accords, entretiens, messages
from familles.enums import GenreAcces, ObjetAccord
from familles.espace import ouvrir, profil_de
from familles.models import AccesFamille, Consentement, Famille, InvitationCoparent, RappelEntretien
from socle import liens
from socle.models import Utilisateur
from socle.quotas import consommer

COPARENTS_MAX = 3
INVITATIONS_PAR_HEURE = 5


class PartageRefuse(Exception):
    """Nothing was shared; the message is for the person on screen."""


@transaction.atomic
def inviter(*, par: Utilisateur, email: str, maintenant: datetime) -> InvitationCoparent:
    """Send the link that shares one's own family. An earlier one to this address is withdrawn.

    Says nothing of whether that address has an account. Raises PartageRefuse for one's own address, too many, or for
    an address that the family is shared with already.
    """
    email = email.strip().lower()
    if email == par.email:
        raise PartageRefuse(_("C'est votre propre adresse : indiquez celle de l'autre parent."))
    famille = ouvrir(par, maintenant=maintenant)
    autres = AccesFamille.objects.filter(famille=famille, genre=GenreAcces.COPARENT)
    if autres.filter(utilisateur__email=email).exists():
        raise PartageRefuse(_("Cette personne partage déjà votre famille."))
    if autres.count() >= COPARENTS_MAX:
        raise PartageRefuse(_("Votre famille est déjà partagée avec %d personnes.") % COPARENTS_MAX)
    if not consommer(usage="coparent", origine=str(par.pk), limite=INVITATIONS_PAR_HEURE, maintenant=maintenant):
        raise PartageRefuse(_("Vous avez envoyé plusieurs invitations. Recommencez dans une heure."))
    InvitationCoparent.objects.filter(famille=famille, email=email, acceptee_le=None, retiree_le=None).update(
        retiree_le=maintenant
    )
    invitation = InvitationCoparent.objects.create(
        famille=famille,
        par=par,
        email=email,
        cree_le=maintenant,
        expire_le=maintenant + timedelta(days=settings.INVITATION_DUREE_JOURS),
    )
    accords.donner(objet=ObjetAccord.PARTAGE, utilisateur=par, cible=invitation, maintenant=maintenant)
    messages.invitation_coparent(invitation, langue=profil_de(par).langue, maintenant=maintenant)
    return invitation


def lire(jeton: str, *, maintenant: datetime) -> InvitationCoparent | None:
    """The open invitation of a link; None for one that expired, served, was withdrawn or never made by us."""
    try:
        pk = liens.lire(messages.USAGE_COPARENT, jeton)
    except liens.LienInvalide:
        return None
    ouvertes = InvitationCoparent.objects.ouvertes(maintenant=maintenant)
    return ouvertes.select_related("par", "famille").filter(pk=pk, famille__fusionnee_dans=None).first()


@transaction.atomic
def accepter(*, invitation: InvitationCoparent, utilisateur: Utilisateur, maintenant: datetime) -> AccesFamille:
    """Share the family with whoever proved the invited address.

    Raises PartageRefuse for anybody else, and when as many as may be share it by now.
    """
    if utilisateur.email != invitation.email:
        raise PartageRefuse(_("Cette invitation est pour une autre adresse que celle de votre compte."))
    _verrouiller(invitation, utilisateur)
    ouvertes = InvitationCoparent.objects.ouvertes(maintenant=maintenant)
    verrouillee = ouvertes.select_for_update(of=("self",), no_key=True).filter(pk=invitation.pk).first()
    if verrouillee is None:
        raise PartageRefuse(_("Cette invitation ne sert plus. Demandez-en une autre."))
    autres = AccesFamille.objects.filter(famille=verrouillee.famille_id, genre=GenreAcces.COPARENT)
    if autres.exclude(utilisateur=utilisateur).count() >= COPARENTS_MAX:
        raise PartageRefuse(_("Cette famille est déjà partagée avec %d personnes.") % COPARENTS_MAX)
    # Both see what the other books: the one who accepts has a family of her own to be known by.
    ouvrir(utilisateur, maintenant=maintenant)
    acces, _cree = AccesFamille.objects.get_or_create(
        utilisateur=utilisateur,
        famille_id=verrouillee.famille_id,
        defaults={"genre": GenreAcces.COPARENT, "depuis": maintenant},
    )
    verrouillee.acceptee_le = maintenant
    verrouillee.save(update_fields=["acceptee_le"])
    accords.donner(objet=ObjetAccord.PARTAGE, utilisateur=utilisateur, cible=acces, maintenant=maintenant)
    return acces


def _verrouiller(invitation: InvitationCoparent, utilisateur: Utilisateur) -> None:
    """Both families at once and in order: two parents may accept each other's invitation at the same moment."""
    siennes = AccesFamille.objects.filter(utilisateur=utilisateur, genre=GenreAcces.TITULAIRE)
    familles = Famille.objects.filter(Q(pk=invitation.famille_id) | Q(pk__in=siennes.values("famille")))
    list(familles.select_for_update(of=("self",), no_key=True).order_by("pk"))


@transaction.atomic
def retirer_invitation(*, invitation: InvitationCoparent, maintenant: datetime) -> None:
    """The link opens nothing any more."""
    InvitationCoparent.objects.filter(pk=invitation.pk, acceptee_le=None, retiree_le=None).update(
        retiree_le=maintenant
    )
    _clore(InvitationCoparent.objects.filter(pk=invitation.pk), maintenant)


@transaction.atomic
def cesser(*, acces: AccesFamille, maintenant: datetime) -> None:
    """Stop sharing, whoever asks: at once, in both directions, and nobody is told why.

    Reminders that the guest asked for about the family's children end with it.
    """
    rappels = RappelEntretien.objects.filter(utilisateur=acces.utilisateur_id, enfant__famille=acces.famille_id)
    entretiens.retirer(rappels, maintenant=maintenant)
    invitations = InvitationCoparent.objects.filter(famille=acces.famille_id, email=acces.utilisateur.email)
    _clore(invitations, maintenant)
    _clore(AccesFamille.objects.filter(pk=acces.pk), maintenant)
    AccesFamille.objects.filter(pk=acces.pk, genre=GenreAcces.COPARENT).delete()


def _clore(cibles: QuerySet[InvitationCoparent] | QuerySet[AccesFamille], maintenant: datetime) -> None:
    accords.clore(objet=ObjetAccord.PARTAGE, cibles=cibles, maintenant=maintenant)


@accords.au_retrait(ObjetAccord.PARTAGE)
def _au_retrait(consentement: Consentement, maintenant: datetime) -> None:
    cible = consentement.cible
    if isinstance(cible, InvitationCoparent):
        retirer_invitation(invitation=cible, maintenant=maintenant)
        partages = AccesFamille.objects.filter(famille=cible.famille_id, utilisateur__email=cible.email)
        for acces in partages.filter(genre=GenreAcces.COPARENT).select_related("utilisateur"):
            cesser(acces=acces, maintenant=maintenant)
    elif isinstance(cible, AccesFamille):
        cesser(acces=cible, maintenant=maintenant)
