"""Inviting somebody to a role: a link by e-mail, that serves once and not for ever."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from maisons.affectations import AffectationRefusee, donner_role
from maisons.enums import Portee, Role
from maisons.models import Departement, Invitation, Maison, Organisation
from maisons.perms import can_donner
from socle import liens
from socle.boite_envoi import Envoi, deposer
from socle.comptes import debits
from socle.enums import Canal
from socle.models import Utilisateur

USAGE = "invitation"


class InvitationRefusee(Exception):
    """An invitation was not sent or not accepted; the message is for the person on screen."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


def jeton(invitation: Invitation) -> str:
    return liens.signer(USAGE, invitation.pk)


@transaction.atomic
def inviter(
    *,
    auteur: Utilisateur,
    email: str,
    prenom: str,
    nom: str,
    role: Role,
    portee: Portee,
    maison: Maison | None,
    organisation: Organisation | None,
    departement: Departement | None,
    au: date | None,
    maintenant: datetime,
) -> Invitation:
    """Offer a role by e-mail. An earlier offer of the same role there, still open, is withdrawn.

    Says nothing about whether the address has an account. Raises InvitationRefusee for a role beyond the author's
    own, an end that is over, and too many invitations in an hour.
    """
    le = timezone.localdate(maintenant)
    cible = {"maison": maison, "organisation": organisation, "departement": departement}
    if not can_donner(auteur, role=role, portee=portee, le=le, **cible):  # type: ignore[arg-type]
        raise InvitationRefusee(
            _("Vous ne pouvez pas donner ce rôle à cet endroit : il dépasse le vôtre."), champ="role"
        )
    if au is not None and au < le:
        raise InvitationRefusee(_("Cette date est passée."), champ="au")
    if not debits.invitation_permise(auteur.pk, maintenant=maintenant):
        raise InvitationRefusee(_("Vous avez envoyé beaucoup d'invitations. Recommencez dans une heure."))
    email = email.strip().lower()
    Invitation.objects.ouvertes(maintenant=maintenant).filter(email=email, role=role, portee=portee, **cible).update(
        revoquee_le=maintenant
    )
    invitation = Invitation.objects.create(
        auteur=auteur,
        email=email,
        prenom=prenom,
        nom=nom,
        role=role,
        portee=portee,
        au=au,
        cree_le=maintenant,
        expire_le=maintenant + timedelta(days=settings.INVITATION_DUREE_JOURS),
        **cible,
    )
    _envoyer(invitation, maintenant=maintenant)
    return invitation


def _envoyer(invitation: Invitation, *, maintenant: datetime) -> None:
    with override(settings.LANGUAGE_CODE):
        deposer(
            [
                Envoi(
                    canal=Canal.EMAIL,
                    destinataire=invitation.email,
                    langue=settings.LANGUAGE_CODE,
                    modele="invitation",
                    contexte={
                        "prenom": invitation.prenom,
                        "auteur": invitation.auteur.nom_complet,
                        "role": str(invitation.get_role_display()),
                        "ou": ou(invitation),
                        "lien": f"{settings.URL_PUBLIQUE}{reverse('maisons:invitation', args=[jeton(invitation)])}",
                        "expire_le": invitation.expire_le.isoformat(),
                        "fuseau": settings.TIME_ZONE,
                    },
                    cle_unique=f"invitation:{invitation.pk}",
                    pas_apres=invitation.expire_le,
                    secret=True,
                )
            ],
            maintenant=maintenant,
        )


def ou(invitation: Invitation) -> str:
    lieu = invitation.maison or invitation.organisation or invitation.departement
    return str(lieu if lieu is not None else invitation.get_portee_display())


@transaction.atomic
def retirer(*, auteur: Utilisateur, invitation: Invitation, maintenant: datetime) -> None:
    """Withdraw an offer: its link opens nothing any more. Raises InvitationRefusee once it was accepted."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.acceptee_le is not None:
        raise InvitationRefusee(_("Cette invitation a été acceptée : c'est l'affectation qu'il faut terminer."))
    if not _permise(auteur, invitation, le=timezone.localdate(maintenant)):
        raise InvitationRefusee(_("Cette invitation donne un rôle qui dépasse le vôtre."))
    if invitation.revoquee_le is None:
        invitation.revoquee_le = maintenant
        invitation.save(update_fields=["revoquee_le"])


def lire(texte: str, *, maintenant: datetime) -> Invitation | None:
    """The open invitation of a link; None for one that expired, was used, withdrawn or never made by us."""
    try:
        pk = liens.lire(USAGE, texte)
    except liens.LienInvalide:
        return None
    invitation = (
        Invitation.objects.ouvertes(maintenant=maintenant)
        .select_related("auteur", "maison", "organisation", "departement")
        .filter(pk=pk)
        .first()
    )
    if invitation is None or not _permise(invitation.auteur, invitation, le=timezone.localdate(maintenant)):
        # Whoever lost the role that let them invite invites nobody any more.
        return None
    compte = Utilisateur.objects.filter(email=invitation.email).first()
    return None if compte is not None and not compte.is_active else invitation


def compte_deja_ouvert(invitation: Invitation) -> bool:
    """Whether the person has a password already: they accept as themselves instead of choosing one."""
    compte = Utilisateur.objects.filter(email=invitation.email).first()
    return compte is not None and compte.has_usable_password()


@transaction.atomic
def accepter(
    *,
    invitation: Invitation,
    utilisateur: Utilisateur | None,
    mot_de_passe: str = "",
    prenom: str = "",
    nom: str = "",
    maintenant: datetime,
) -> Utilisateur:
    """Begin the role today, opening the account with this password when there is none yet.

    `utilisateur` is who is signed in. Raises InvitationRefusee when the offer ended meanwhile, when it is for another
    address, and when an account that has a password is not the one signed in.
    """
    fermee = _("Cette invitation ne sert plus. Demandez-en une autre à la personne qui vous a invité.")
    verrouillee = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if verrouillee is None or lire(jeton(invitation), maintenant=maintenant) is None:
        raise InvitationRefusee(fermee)
    if utilisateur is not None and utilisateur.email != invitation.email:
        raise InvitationRefusee(_("Cette invitation est pour une autre adresse que celle de votre compte."))
    le = timezone.localdate(maintenant)
    if utilisateur is None or not utilisateur.has_usable_password():
        utilisateur = _ouvrir_compte(invitation, mot_de_passe=mot_de_passe, prenom=prenom, nom=nom)
    try:
        affectation = donner_role(
            auteur=invitation.auteur,
            utilisateur=utilisateur,
            role=Role(invitation.role),
            portee=Portee(invitation.portee),
            maison=invitation.maison,
            organisation=invitation.organisation,
            departement=invitation.departement,
            du=le,
            au=invitation.au,
            le=le,
        )
    except AffectationRefusee as refus:
        raise InvitationRefusee(str(refus)) from refus
    verrouillee.acceptee_le, verrouillee.affectation = maintenant, affectation
    verrouillee.save(update_fields=["acceptee_le", "affectation"])
    utilisateur.refresh_from_db()
    return utilisateur


def _ouvrir_compte(invitation: Invitation, *, mot_de_passe: str, prenom: str, nom: str) -> Utilisateur:
    compte = Utilisateur.objects.select_for_update(of=("self",)).filter(email=invitation.email).first()
    if compte is not None and compte.has_usable_password():
        raise InvitationRefusee(_("Connectez-vous avec votre compte pour accepter cette invitation."))
    if compte is None:
        compte = Utilisateur(email=invitation.email)
    compte.prenom, compte.nom = prenom or invitation.prenom, nom or invitation.nom
    compte.set_password(mot_de_passe)
    compte.save()
    return compte


def _permise(auteur: Utilisateur, invitation: Invitation, *, le: date) -> bool:
    return auteur.is_active and can_donner(
        auteur,
        role=Role(invitation.role),
        portee=Portee(invitation.portee),
        maison=invitation.maison,
        organisation=invitation.organisation,
        departement=invitation.departement,
        le=le,
    )
