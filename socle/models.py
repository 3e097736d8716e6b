from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from socle.enums import Canal, FormatExport, StatutExport, StatutMessage
from socle.suivi import suivre


class UtilisateurManager(BaseUserManager["Utilisateur"]):
    def create_user(self, email: str, password: str | None = None, **champs: Any) -> Utilisateur:
        utilisateur = self.model(email=email.strip().lower(), **champs)
        utilisateur.set_password(password)
        utilisateur.save(using=self._db)
        return utilisateur

    def create_superuser(self, email: str, password: str | None = None, **champs: Any) -> Utilisateur:
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **champs})

    def get_by_natural_key(self, username: str | None) -> Utilisateur:
        return self.get(email__iexact=username)


@suivre(
    champs=[
        "email",
        "prenom",
        "nom",
        "is_staff",
        "is_superuser",
        "is_active",
    ],
    personnel=True,
)
class Utilisateur(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, with an e-mail address as login: staff, and parents who want their own space."""

    email = models.EmailField(
        _("adresse e-mail"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Un compte existe déjà avec cette adresse e-mail.")},
    )
    prenom = models.CharField(_("prénom"), max_length=80, blank=True)
    nom = models.CharField(_("nom"), max_length=80, blank=True)
    is_staff = models.BooleanField(_("accède à l'espace des équipes"), default=False)
    is_active = models.BooleanField(_("compte actif"), default=True)
    date_joined = models.DateTimeField(_("créé le"), default=timezone.now)
    # "Se déconnecter partout" adds one: sessions opened before are worth nothing any more.
    version_sessions = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UtilisateurManager()

    class Meta:
        verbose_name = _("utilisateur")
        verbose_name_plural = _("utilisateurs")
        constraints = [
            # One spelling of an address, so that the unique index sees every double.
            models.CheckConstraint(name="utilisateur_email_minuscules", condition=Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.nom_complet or self.email

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        cle = f"{self.password}{self.version_sessions}"
        return salted_hmac("socle.models.Utilisateur.session", cle, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.nom_complet

    def get_short_name(self) -> str:
        return self.prenom


class MessageQuerySet(models.QuerySet["Message"]):
    def dus(self, *, maintenant: datetime) -> MessageQuerySet:
        """Those to send now: due, or claimed by a worker whose lease ran out."""
        return self.filter(
            Q(statut=StatutMessage.A_ENVOYER, du_le__lte=maintenant)
            | Q(statut=StatutMessage.EN_COURS, bail_jusqu_au__lte=maintenant)
        )


class Message(models.Model):
    """A row of the outbox: one thing told to one person on one channel, written with the change it tells of."""

    canal = models.CharField(_("canal"), max_length=10, choices=Canal)
    destinataire = models.CharField(_("destinataire"), max_length=254)
    langue = models.CharField(_("langue"), max_length=10, default="fr")
    modele = models.CharField(_("modèle"), max_length=60, help_text=_("Nom du dossier de gabarits."))
    contexte = models.JSONField(_("contexte"), default=dict, blank=True)
    # A code or a link that opens an account: the context is emptied once there is nothing more to send.
    secret = models.BooleanField(_("contient un secret"), default=False)
    cle_unique = models.CharField(_("clé unique"), max_length=200, unique=True)
    du_le = models.DateTimeField(_("à envoyer à partir de"))
    pas_apres = models.DateTimeField(_("inutile après"), null=True, blank=True)
    statut = models.CharField(_("statut"), max_length=12, choices=StatutMessage, default=StatutMessage.A_ENVOYER)
    bail_jusqu_au = models.DateTimeField(_("réservé par un envoi jusqu'à"), null=True, blank=True)
    tentatives = models.PositiveSmallIntegerField(_("tentatives"), default=0)
    message_id = models.CharField(_("identifiant du message"), max_length=120, unique=True)
    envoye_le = models.DateTimeField(_("envoyé le"), null=True, blank=True)
    erreur = models.CharField(_("dernière erreur"), max_length=300, blank=True)
    cree_le = models.DateTimeField(_("créé le"), default=timezone.now)
    # What the message is about (a booking…), for the pages that show a record's messages.
    objet_type = models.ForeignKey(
        ContentType, verbose_name=_("type d'objet"), on_delete=models.PROTECT, null=True, blank=True
    )
    objet_id = models.BigIntegerField(_("objet"), null=True, blank=True)
    objet = GenericForeignKey("objet_type", "objet_id")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                name="message_envoye_le",
                condition=Q(statut=StatutMessage.ENVOYE, envoye_le__isnull=False)
                | (~Q(statut=StatutMessage.ENVOYE) & Q(envoye_le__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_bail",
                condition=Q(statut=StatutMessage.EN_COURS, bail_jusqu_au__isnull=False)
                | (~Q(statut=StatutMessage.EN_COURS) & Q(bail_jusqu_au__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="message_file",
                fields=["du_le"],
                condition=Q(statut__in=[StatutMessage.A_ENVOYER, StatutMessage.EN_COURS]),
            ),
            models.Index(
                name="message_sms_du_jour",
                fields=["destinataire", "envoye_le"],
                condition=Q(canal=Canal.SMS),
            ),
            models.Index(name="message_objet", fields=["objet_type", "objet_id"]),
            # What was told to one contact, when its owner wants to read or erase it.
            models.Index(Upper("destinataire"), name="message_destinataire"),
            # What is old enough to lose its address.
            models.Index(name="message_a_oublier", fields=["cree_le"], condition=~Q(destinataire="")),
        ]

    def __str__(self) -> str:
        return f"{self.modele} ({self.get_canal_display()})"


class Opposition(models.Model):
    """A recipient who asked for silence on a channel: the sender holds everything back while the row stands."""

    canal = models.CharField(_("canal"), max_length=10, choices=Canal)
    destinataire = models.CharField(_("destinataire"), max_length=254)
    depuis = models.DateTimeField(_("depuis le"))

    class Meta:
        verbose_name = _("opposition")
        verbose_name_plural = _("oppositions")
        constraints = [models.UniqueConstraint(name="opposition_unique", fields=["canal", "destinataire"])]

    def __str__(self) -> str:
        return f"{self.get_canal_display()} depuis {self.depuis:%d/%m/%Y}"


class QuotaDebit(models.Model):
    """How often something was done from one origin in one time window; holds when the cache is down."""

    cle = models.CharField(_("clé hachée"), max_length=64)
    fenetre = models.DateTimeField(_("début de la fenêtre"))
    compte = models.PositiveIntegerField(_("compte"), default=0)

    class Meta:
        verbose_name = _("quota de débit")
        verbose_name_plural = _("quotas de débit")
        constraints = [models.UniqueConstraint(name="quota_debit_unique", fields=["cle", "fenetre"])]
        indexes = [models.Index(name="quota_debit_fenetre", fields=["fenetre"])]

    def __str__(self) -> str:
        return f"{self.fenetre:%d/%m/%Y %H:%M} : {self.compte}"


class LectureQuerySet(models.QuerySet["Lecture"]):
    def for_objets(self, modele: type[models.Model], pks: Iterable[int]) -> LectureQuerySet:
        """Those in which one of these records was shown."""
        return self.filter(objet_type=ContentType.objects.get_for_model(modele), objets__overlap=list(pks))


class Lecture(models.Model):
    """A page that showed people's records to someone: who, when, which page, which records; nothing they hold.

    Rows are written by socle/lectures.py, and no one changes them: the database refuses it, and lets them go after a
    year only (docs/decisions/0015-lectures.md).
    """

    utilisateur = models.ForeignKey(
        Utilisateur, verbose_name=_("lue par"), on_delete=models.PROTECT, related_name="lectures"
    )
    page = models.CharField(_("page"), max_length=100)
    objet_type = models.ForeignKey(
        ContentType, verbose_name=_("type d'objet"), on_delete=models.PROTECT, related_name="+"
    )
    objets = ArrayField(models.BigIntegerField(), verbose_name=_("fiches lues"))
    # On whose behalf it was read, as the upper room counts it: it decides who may consult the row.
    cadres = ArrayField(models.BigIntegerField(), verbose_name=_("au titre de"), default=list, blank=True)
    le = models.DateTimeField(_("le"), default=timezone.now)

    objects = LectureQuerySet.as_manager()

    class Meta:
        verbose_name = _("lecture")
        verbose_name_plural = _("lectures")
        constraints = [models.CheckConstraint(name="lecture_de_quelque_chose", condition=Q(objets__len__gt=0))]
        indexes = [
            models.Index(name="lecture_le", fields=["le", "id"]),
            GinIndex(name="lecture_objets", fields=["objets"]),
        ]
        triggers = [
            pgtrigger.Protect(name="lecture_jamais_changee", operation=pgtrigger.Update),
            pgtrigger.Protect(
                name="lecture_gardee_un_an",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.le > NOW() - INTERVAL '365 days'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} ({len(self.objets)})"


def stockage_des_exports() -> Storage:
    """Where files wait for whoever asked for them: under no address."""
    return storages["exports"]


class ExportQuerySet(models.QuerySet["Export"]):
    def a_faire(self, *, maintenant: datetime) -> ExportQuerySet:
        """Those to make now: asked for, or claimed by a worker whose lease ran out."""
        return self.filter(
            Q(statut=StatutExport.A_FAIRE) | Q(statut=StatutExport.EN_COURS, bail_jusqu_au__lte=maintenant)
        )

    def prets(self, *, maintenant: datetime) -> ExportQuerySet:
        return self.filter(statut=StatutExport.PRET, expire_le__gt=maintenant)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> ExportQuerySet:
        """One's own."""
        return self.filter(demandeur=utilisateur)


class Export(models.Model):
    """A file someone asked for, made by a worker; theirs alone, for six hours."""

    cle = models.UUIDField(_("clé"), default=uuid.uuid4, unique=True, editable=False)
    # CASCADE: a file is of no use to anybody else.
    demandeur = models.ForeignKey(
        Utilisateur, verbose_name=_("demandé par"), on_delete=models.CASCADE, related_name="exports"
    )
    quoi = models.CharField(_("contenu"), max_length=40)
    # The list's filters and search, as its address said them.
    criteres = models.CharField(_("critères"), max_length=1000, blank=True)
    format = models.CharField(_("format"), max_length=4, choices=FormatExport)
    statut = models.CharField(_("état"), max_length=8, choices=StatutExport, default=StatutExport.A_FAIRE)
    bail_jusqu_au = models.DateTimeField(_("réservé jusqu'à"), null=True, blank=True)
    tentatives = models.PositiveSmallIntegerField(_("tentatives"), default=0)
    lignes = models.PositiveIntegerField(_("lignes"), default=0)
    cree_le = models.DateTimeField(_("demandé le"), default=timezone.now)
    expire_le = models.DateTimeField(_("disponible jusqu'au"), null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("mes exports")
        constraints = [
            models.CheckConstraint(
                name="export_bail",
                condition=Q(statut=StatutExport.EN_COURS, bail_jusqu_au__isnull=False)
                | (~Q(statut=StatutExport.EN_COURS) & Q(bail_jusqu_au__isnull=True)),
            ),
            models.CheckConstraint(
                name="export_expire",
                condition=Q(statut__in=[StatutExport.PRET, StatutExport.ECHEC], expire_le__isnull=False)
                | Q(statut__in=[StatutExport.A_FAIRE, StatutExport.EN_COURS], expire_le__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="export_file",
                fields=["cree_le"],
                condition=Q(statut__in=[StatutExport.A_FAIRE, StatutExport.EN_COURS]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quoi} ({self.get_format_display()})"

    @property
    def nom_de_fichier(self) -> str:
        return f"{self.cle}.{self.format}"


class PassagePurge(models.Model):
    """How much a rule of retention let go on one day: a number, nothing of what went (socle/conservation.py)."""

    regle = models.CharField(_("règle"), max_length=40)
    jour = models.DateField(_("jour"))
    commence_le = models.DateTimeField(_("commencé le"))
    fini_le = models.DateTimeField(_("fini le"), null=True, blank=True)
    nombre = models.PositiveIntegerField(_("lignes retirées"), default=0)

    class Meta:
        verbose_name = _("passage d'une règle de conservation")
        verbose_name_plural = _("conservation des données")
        constraints = [models.UniqueConstraint(name="passage_purge_unique", fields=["regle", "jour"])]

    def __str__(self) -> str:
        return f"{self.regle} {self.jour:%d/%m/%Y} : {self.nombre}"
