"""What this room holds about people: accounts, what was told to them, what keeps them signed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from socle import boite_envoi
from socle.comptes.fermeture import anonymiser_compte
from socle.enums import Canal
from socle.models import Export, Message, Opposition, PassagePurge, QuotaDebit, Utilisateur
from socle.registre import Personne, avec_son_parent, declarations, declarer, sans_donnees

COMPTES, MESSAGES = "comptes", "messages"


def vers(personne: Personne, champ: str = "destinataire") -> Q:
    """Rows addressed to one of a person's contacts, however its address is spelled."""
    condition = Q(pk__in=[])
    for canal, destinataire in sorted(personne.contacts):
        condition |= Q(canal=canal, **{f"{champ}__iexact": destinataire})
    return condition


def _messages(personne: Personne) -> QuerySet[Message]:
    """Those sent to the person's contacts, and those about what is the person's."""
    condition = vers(personne)
    for declaration in declarations():
        relations = declaration.modele._meta.private_fields
        if any(isinstance(champ, GenericRelation) and champ.related_model is Message for champ in relations):
            type_objet = ContentType.objects.get_for_model(declaration.modele)
            condition |= Q(objet_type=type_objet, objet_id__in=declaration.lignes(personne).order_by().values("pk"))
    return Message.objects.filter(condition)


def _oublier_messages(messages: QuerySet[Message], personne: Personne, maintenant: datetime) -> int:
    return boite_envoi.anonymiser(messages)


def _contenu(message: Message) -> Any:
    """A code or a key is nobody's to read but in its message."""
    return {} if message.secret else message.contexte


def _sessions(personne: Personne) -> QuerySet[Session]:
    return Session.objects.filter(pk__in=list(_cles_de_sessions(personne)))


def _cles_de_sessions(personne: Personne) -> Iterator[str]:
    """Sessions are sealed: each is opened. Only those who sign in have one, and none lives longer than two weeks."""
    comptes = {str(pk) for pk in personne.comptes}
    adresses = [adresse.lower() for adresse in personne.destinataires(Canal.EMAIL)]
    if not comptes and not adresses:
        return
    for session in Session.objects.iterator(chunk_size=500):
        contenu = session.get_decoded()
        # Whoever asked for a code to sign in has an address in the session, and no account in it yet.
        if contenu.get(SESSION_KEY) in comptes or any(adresse in str(contenu).lower() for adresse in adresses):
            yield session.session_key


def _effacer_comptes(comptes: QuerySet[Utilisateur], personne: Personne, maintenant: datetime) -> int:
    """Gone; one that worked for a team stays behind what it did, without its name."""
    nombre = 0
    for compte in comptes:
        try:
            with transaction.atomic():
                compte.delete()
        except ProtectedError:
            anonymiser_compte(compte)
        nombre += 1
    return nombre


declarer(
    Utilisateur,
    lambda personne: Utilisateur.objects.filter(pk__in=personne.comptes),
    regle=COMPTES,
    effacer=_effacer_comptes,
    sauf=frozenset({"password", "is_superuser", "is_staff", "is_active", "version_sessions"}),
    titre=_("compte"),
)
declarer(
    EmailAddress,
    lambda personne: EmailAddress.objects.filter(user__in=personne.comptes),
    regle=COMPTES,
    titre=_("adresses du compte"),
)
declarer(
    EmailConfirmation,
    lambda personne: EmailConfirmation.objects.filter(email_address__user__in=personne.comptes),
    regle=COMPTES,
    sauf=frozenset({"key"}),
    effacer=avec_son_parent,
)
declarer(
    Authenticator,
    lambda personne: Authenticator.objects.filter(user__in=personne.comptes),
    regle=COMPTES,
    sauf=frozenset({"data"}),
    titre=_("seconds facteurs"),
)
declarer(
    SocialAccount,
    lambda personne: SocialAccount.objects.filter(user__in=personne.comptes),
    regle=COMPTES,
    titre=_("identités reliées"),
)
declarer(
    SocialToken,
    lambda personne: SocialToken.objects.filter(account__user__in=personne.comptes),
    regle=COMPTES,
    sauf=frozenset({"app", "token", "token_secret"}),
    effacer=avec_son_parent,
)
declarer(
    LogEntry,
    lambda personne: LogEntry.objects.filter(user__in=personne.comptes),
    regle=COMPTES,
    sauf=frozenset({"object_id", "object_repr", "change_message"}),
)
declarer(Export, lambda personne: Export.objects.filter(demandeur__in=personne.comptes), regle="exports")
declarer(Session, _sessions, regle="sessions", sauf=frozenset({"session_data"}), titre=_("sessions ouvertes"))
declarer(
    Message,
    _messages,
    regle=MESSAGES,
    effacer=_oublier_messages,
    dire={"contexte": _contenu},
    sauf=frozenset({"secret", "objet_id", "message_id", "bail_jusqu_au", "erreur"}),
    titre=_("messages"),
)
declarer(Opposition, lambda personne: Opposition.objects.filter(vers(personne)), regle="oppositions")

sans_donnees("droits et réglages du site", "auth.Group", "auth.Permission", "auth.Group_permissions")
sans_donnees("droits donnés aux équipes", "socle.Utilisateur_groups", "socle.Utilisateur_user_permissions")
sans_donnees("noms de tables", "contenttypes.ContentType")
sans_donnees("réglages d'un fournisseur d'identité", "socialaccount.SocialApp")
sans_donnees("vues sans lignes", "pghistory.Context", "pghistory.Events", "pghistory.MiddlewareEvents")
sans_donnees("empreintes à clé, gardées une heure", QuotaDebit)
sans_donnees("chiffres", PassagePurge)
