from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from ateliers.enums import (
    STATUTS_AVEC_PLACE,
    AnnuleePar,
    Besoin,
    CanalInscription,
    Presence,
    StatutInscription,
)
from ateliers.models.catalogue import ADULTES_PAR_INSCRIPTION_MAX, ENFANTS_PAR_INSCRIPTION_MAX
from ateliers.models.seances import Seance
from familles.models import PRENOM_EFFACE, PRENOM_MAX, Enfant, Famille
from socle.models import Message, Utilisateur
from socle.suivi import suivre

if TYPE_CHECKING:
    pass


class InscriptionQuerySet(models.QuerySet["Inscription"]):
    def actives(self) -> InscriptionQuerySet:
        return self.exclude(statut=StatutInscription.ANNULEE)

    def confirmees(self) -> InscriptionQuerySet:
        return self.filter(statut=StatutInscription.CONFIRMEE)

    def en_attente(self) -> InscriptionQuerySet:
        """Those who wait, in the order in which seats are offered."""
        return self.filter(statut=StatutInscription.EN_ATTENTE).order_by("attente_depuis", "pk")

    def with_place(self) -> InscriptionQuerySet:
        return self.filter(statut__in=STATUTS_AVEC_PLACE)

    def with_cadre(self) -> InscriptionQuerySet:
        return self.select_related("seance__lieu__commune", "seance__lieu__maison", "famille")

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> InscriptionQuerySet:
        return self.filter(
            seance__in=Seance.objects.inscrits_visibles_par(utilisateur, le=le, roles=roles).order_by().values("pk")
        )


@suivre(
    champs=[
        "seance",
        "famille",
        "adultes",
        "enfants",
        "petits",
        "statut",
        "annulee_par",
        "canal",
        "presence",
        "adultes_presents",
        "enfants_presents",
    ],
    personnel=True,
    anonyme="famille_id IS NULL",
)
class Inscription(models.Model):
    """A family's place, offer of a place, or wait for a place, at a Seance."""

    seance = models.ForeignKey(Seance, verbose_name=_("séance"), on_delete=models.PROTECT, related_name="inscriptions")
    # Empty: the family was erased, and the booking is only a figure of its session.
    famille = models.ForeignKey(
        Famille,
        verbose_name=_("famille"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inscriptions",
    )
    prenom = models.CharField(_("prénom"), max_length=PRENOM_MAX)
    # Of this booking: whoever writes another contact in a form must not receive what earlier bookings are told.
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    telephone = PhoneNumberField(_("téléphone mobile"), blank=True)
    langue = models.CharField(_("langue des messages"), max_length=10, default="fr")
    adultes = models.PositiveSmallIntegerField(_("adultes"), default=1)
    enfants = models.PositiveSmallIntegerField(_("enfants"), default=0)
    # Of these children, those who were little on the day, where seats are counted by age.
    petits = models.PositiveSmallIntegerField(_("dont petits"), default=0, editable=False)
    besoins = ArrayField(
        models.CharField(max_length=20, choices=Besoin), verbose_name=_("besoins"), default=list, blank=True
    )
    statut = models.CharField(_("statut"), max_length=12, choices=StatutInscription)
    attente_depuis = models.DateTimeField(_("en attente depuis"), null=True, blank=True)
    proposee_le = models.DateTimeField(_("place proposée le"), null=True, blank=True)
    proposee_jusqu_au = models.DateTimeField(_("réponse attendue avant"), null=True, blank=True)
    annulee_le = models.DateTimeField(_("annulée le"), null=True, blank=True)
    annulee_par = models.CharField(_("annulée par"), max_length=10, choices=AnnuleePar, blank=True)
    canal = models.CharField(_("canal"), max_length=10, choices=CanalInscription, default=CanalInscription.EN_LIGNE)
    cle_idempotence = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    # The hour the seat was confirmed: reminders before it are not owed.
    confirmee_le = models.DateTimeField(_("confirmée le"), null=True, blank=True)
    presence = models.CharField(_("présence"), max_length=8, choices=Presence, blank=True)
    adultes_presents = models.PositiveSmallIntegerField(_("adultes venus"), null=True, blank=True)
    enfants_presents = models.PositiveSmallIntegerField(_("enfants venus"), null=True, blank=True)
    pointee_le = models.DateTimeField(_("pointée le"), null=True, blank=True)
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now)
    # Asked for on the booking's page, and forgotten once the link is sent.
    avis_demande = models.BooleanField(_("veut donner son avis après la séance"), default=False, editable=False)
    messages = GenericRelation(Message, content_type_field="objet_type", object_id_field="objet_id")

    objects = InscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inscription")
        verbose_name_plural = _("inscriptions")
        constraints = [
            models.UniqueConstraint(
                name="inscription_active_unique",
                fields=["seance", "famille"],
                condition=~Q(statut=StatutInscription.ANNULEE),
                violation_error_message=_("Cette famille est déjà inscrite à cette séance."),
            ),
            models.CheckConstraint(
                name="inscription_taille",
                condition=Q(adultes__range=(1, ADULTES_PAR_INSCRIPTION_MAX))
                & Q(enfants__range=(0, ENFANTS_PAR_INSCRIPTION_MAX)),
                violation_error_message=_("Indiquez de 1 à 4 adultes et de 0 à 6 enfants."),
            ),
            models.CheckConstraint(name="inscription_petits", condition=Q(petits__lte=F("enfants"))),
            models.CheckConstraint(
                name="inscription_en_ligne_joignable",
                condition=~Q(canal=CanalInscription.EN_LIGNE)
                | ~Q(email="")
                | ~Q(telephone="")
                | Q(famille__isnull=True),
                violation_error_message=_("Indiquez une adresse e-mail ou un numéro de mobile."),
            ),
            models.CheckConstraint(
                name="inscription_anonyme",
                condition=Q(famille__isnull=False) | Q(prenom=PRENOM_EFFACE, email="", telephone="", besoins=[]),
            ),
            models.CheckConstraint(
                name="inscription_annulee_le",
                condition=(Q(statut=StatutInscription.ANNULEE, annulee_le__isnull=False) & ~Q(annulee_par=""))
                | (~Q(statut=StatutInscription.ANNULEE) & Q(annulee_le__isnull=True, annulee_par="")),
            ),
            models.CheckConstraint(
                name="inscription_proposee_jusqu_au",
                condition=Q(
                    statut=StatutInscription.PROPOSEE, proposee_le__isnull=False, proposee_jusqu_au__isnull=False
                )
                | (
                    ~Q(statut=StatutInscription.PROPOSEE) & Q(proposee_le__isnull=True, proposee_jusqu_au__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="inscription_attente_depuis",
                condition=~Q(statut__in=[StatutInscription.EN_ATTENTE, StatutInscription.PROPOSEE])
                | Q(attente_depuis__isnull=False),
            ),
            models.CheckConstraint(
                name="inscription_presence",
                condition=Q(
                    presence="", pointee_le__isnull=True, adultes_presents__isnull=True, enfants_presents__isnull=True
                )
                | Q(
                    presence=Presence.PRESENTE,
                    statut=StatutInscription.CONFIRMEE,
                    pointee_le__isnull=False,
                    adultes_presents__gte=1,
                    enfants_presents__gte=0,
                )
                | Q(
                    presence__in=[Presence.EXCUSEE, Presence.ABSENTE],
                    statut=StatutInscription.CONFIRMEE,
                    pointee_le__isnull=False,
                    adultes_presents__isnull=True,
                    enfants_presents__isnull=True,
                ),
                violation_error_message=_("Une présence se note pour une réservation confirmée, avec qui est venu."),
            ),
            models.CheckConstraint(
                name="inscription_confirmee_le",
                condition=~Q(statut=StatutInscription.CONFIRMEE) | Q(confirmee_le__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="inscription_file_attente",
                fields=["seance", "attente_depuis"],
                condition=Q(statut=StatutInscription.EN_ATTENTE),
            ),
            models.Index(fields=["email"], name="inscription_email", condition=~Q(email="")),
            models.Index(fields=["telephone"], name="inscription_telephone", condition=~Q(telephone="")),
            models.Index(
                name="inscription_propositions",
                fields=["proposee_jusqu_au"],
                condition=Q(statut=StatutInscription.PROPOSEE),
            ),
        ]

    def __str__(self) -> str:
        return self.prenom

    @property
    def est_active(self) -> bool:
        return self.statut != StatutInscription.ANNULEE

    @property
    def tient_une_place(self) -> bool:
        return self.statut in STATUTS_AVEC_PLACE


class EnfantInscrit(models.Model):
    """A child whose age was asked for a booking."""

    inscription = models.ForeignKey(
        Inscription, verbose_name=_("inscription"), on_delete=models.CASCADE, related_name="enfants_inscrits"
    )
    # CASCADE both ways: the row only links the two, and must not keep a child's date alive.
    enfant = models.ForeignKey(
        Enfant, verbose_name=_("enfant"), on_delete=models.CASCADE, related_name="participations"
    )
    age_corrige = models.BooleanField(_("âge corrigé demandé"), default=False)

    class Meta:
        verbose_name = _("enfant inscrit")
        verbose_name_plural = _("enfants inscrits")
        constraints = [models.UniqueConstraint(name="enfant_inscrit_unique", fields=["inscription", "enfant"])]

    def __str__(self) -> str:
        return str(self.enfant_id)
