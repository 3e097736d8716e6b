"""Who asks for a group of parents, and who is in one."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from ateliers.enums import (
    DEMANDES_OUVERTES,
    MEMBRES_AVEC_PLACE,
    AnnuleePar,
    CanalDemande,
    Moment,
    OrigineMembre,
    StatutDemande,
    StatutMembre,
)
from ateliers.models.catalogue import Theme, langue_par_defaut
from ateliers.models.groupes import GroupePairs
from familles.models import PRENOM_EFFACE, PRENOM_MAX, Consentement, Enfant, Famille
from maisons.enums import Langue
from maisons.models import Commune, Maison
from socle.models import Message, Utilisateur
from socle.suivi import suivre

BEBES_MAX = 4
RAYON_PAR_DEFAUT_KM = 20


class DemandeGroupeQuerySet(models.QuerySet["DemandeGroupe"]):
    def en_attente(self) -> DemandeGroupeQuerySet:
        """Those who wait for a group, first come first."""
        return self.filter(statut=StatutDemande.EN_ATTENTE).order_by("en_attente_depuis", "pk")

    def ouvertes(self) -> DemandeGroupeQuerySet:
        return self.filter(statut__in=DEMANDES_OUVERTES)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> DemandeGroupeQuerySet:
        """Those that wait at the houses a person sees; of the others, those of the groups whose families they know."""
        connus = GroupePairs.objects.familles_visibles_par(utilisateur, le=le, roles=roles)
        return self.filter(
            Q(statut__in=DEMANDES_OUVERTES, maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))
            | Q(pk__in=MembreGroupe.objects.filter(groupe__in=connus).values("demande"))
        )


@suivre(
    champs=[
        "famille",
        "bebes",
        "age_corrige",
        "coparent",
        "commune",
        "rayon_km",
        "langues",
        "moments",
        "maison",
        "groupe_souhaite",
        "statut",
        "canal",
    ],
    personnel=True,
    anonyme="famille_id IS NULL",
)
class DemandeGroupe(models.Model):
    """A family's request for a group ("prévenez-moi"), from the first click to the end of the group."""

    # Empty: the family was erased, and what is left counts for its group.
    famille = models.ForeignKey(
        Famille,
        verbose_name=_("famille"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demandes_groupe",
    )
    prenom = models.CharField(_("prénom"), max_length=PRENOM_MAX)
    # Of this request, as for a booking: see Inscription.
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    telephone = PhoneNumberField(_("téléphone mobile"), blank=True)
    langue = models.CharField(_("langue des messages"), max_length=10, default="fr")
    enfants = models.ManyToManyField(Enfant, verbose_name=_("enfants"), blank=True, related_name="demandes_groupe")
    bebes = models.PositiveSmallIntegerField(
        _("bébés"), default=1, validators=[MinValueValidator(1), MaxValueValidator(BEBES_MAX)]
    )
    # The day the cohort counts from: the due date until the birth. Written with its children, by one service.
    repere = models.DateField(_("naissance ou date prévue"))
    est_ne = models.BooleanField(_("déjà né"), default=False)
    age_corrige = models.BooleanField(_("âge corrigé demandé"), default=False)
    a_deja_un_enfant = models.BooleanField(_("a déjà un enfant"), default=False)
    coparent = models.BooleanField(_("viendra avec un coparent"), default=False)
    commune = models.ForeignKey(Commune, verbose_name=_("commune"), on_delete=models.PROTECT, related_name="+")
    rayon_km = models.PositiveSmallIntegerField(
        _("distance acceptée (km)"),
        default=RAYON_PAR_DEFAUT_KM,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    langues = ArrayField(
        models.CharField(max_length=3, choices=Langue), verbose_name=_("langues parlées"), default=langue_par_defaut
    )
    # None ticked: any time will do.
    moments = ArrayField(
        models.CharField(max_length=8, choices=Moment), verbose_name=_("peut venir"), default=list, blank=True
    )
    themes = models.ManyToManyField(
        Theme, verbose_name=_("thèmes souhaités"), blank=True, related_name="demandes_groupe"
    )
    # Whose team looks after the request: the nearest house, or that of the group she asked for.
    maison = models.ForeignKey(
        Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="demandes_groupe"
    )
    groupe_souhaite = models.ForeignKey(
        GroupePairs,
        verbose_name=_("groupe demandé"),
        on_delete=models.PROTECT,
        related_name="demandes",
        null=True,
        blank=True,
    )
    statut = models.CharField(_("statut"), max_length=12, choices=StatutDemande, default=StatutDemande.EN_ATTENTE)
    # Kept when an invitation comes to nothing by no fault of hers: she stays first in line.
    en_attente_depuis = models.DateTimeField(_("en attente depuis"), default=timezone.now)
    retiree_le = models.DateTimeField(_("retirée le"), null=True, blank=True)
    canal = models.CharField(_("canal"), max_length=12, choices=CanalDemande, default=CanalDemande.EN_LIGNE)
    prescripteur = models.CharField(_("service qui a transmis la demande"), max_length=120, blank=True)
    accord_le = models.DateTimeField(_("accord du parent recueilli le"), null=True, blank=True)
    cle_idempotence = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now)
    messages = GenericRelation(Message, content_type_field="objet_type", object_id_field="objet_id")
    consentements = GenericRelation(Consentement, content_type_field="cible_type", object_id_field="cible_id")

    objects = DemandeGroupeQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande de groupe")
        verbose_name_plural = _("demandes de groupe")
        constraints = [
            models.UniqueConstraint(
                name="demande_groupe_ouverte_unique",
                fields=["famille"],
                condition=Q(statut__in=DEMANDES_OUVERTES),
                violation_error_message=_("Cette famille a déjà une demande en cours."),
            ),
            models.CheckConstraint(
                name="demande_groupe_bebes",
                condition=Q(bebes__range=(1, BEBES_MAX)),
                violation_error_message=_("Indiquez de 1 à 4 bébés."),
            ),
            models.CheckConstraint(
                name="demande_groupe_joignable",
                condition=~Q(canal__in=[CanalDemande.EN_LIGNE, CanalDemande.PRESCRIPTEUR])
                | ~Q(email="")
                | ~Q(telephone="")
                | Q(famille__isnull=True),
                violation_error_message=_("Indiquez une adresse e-mail ou un numéro de mobile."),
            ),
            models.CheckConstraint(
                name="demande_groupe_anonyme",
                condition=Q(famille__isnull=False)
                | (
                    Q(prenom=PRENOM_EFFACE, email="", telephone="", prescripteur="") & ~Q(statut__in=DEMANDES_OUVERTES)
                ),
            ),
            models.CheckConstraint(
                name="demande_groupe_accord",
                condition=(Q(canal=CanalDemande.PRESCRIPTEUR, accord_le__isnull=False) & ~Q(prescripteur=""))
                | (~Q(canal=CanalDemande.PRESCRIPTEUR) & Q(accord_le__isnull=True, prescripteur="")),
                violation_error_message=_("Une demande transmise par un professionnel l'est avec l'accord du parent."),
            ),
            models.CheckConstraint(
                name="demande_groupe_retiree_le",
                condition=Q(statut=StatutDemande.RETIREE, retiree_le__isnull=False)
                | (~Q(statut=StatutDemande.RETIREE) & Q(retiree_le__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="demande_groupe_file",
                fields=["maison", "repere"],
                condition=Q(statut=StatutDemande.EN_ATTENTE),
            ),
        ]

    def __str__(self) -> str:
        return self.prenom

    @property
    def binomes(self) -> int:
        """Places it takes in a group: one per baby."""
        return self.bebes

    @property
    def est_ouverte(self) -> bool:
        return self.statut in DEMANDES_OUVERTES


class MembreGroupeQuerySet(models.QuerySet["MembreGroupe"]):
    def with_place(self) -> MembreGroupeQuerySet:
        return self.filter(statut__in=MEMBRES_AVEC_PLACE)

    def membres(self) -> MembreGroupeQuerySet:
        return self.filter(statut=StatutMembre.MEMBRE)

    def a_repondre(self, *, maintenant: datetime) -> MembreGroupeQuerySet:
        return self.filter(statut=StatutMembre.INVITE, repondre_avant__lte=maintenant)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> MembreGroupeQuerySet:
        return self.filter(groupe__in=GroupePairs.objects.familles_visibles_par(utilisateur, le=le, roles=roles))


@suivre(champs=["groupe", "demande", "statut", "origine", "binomes", "adultes", "fini_par"], personnel=True)
class MembreGroupe(models.Model):
    """A family's place in a group: offered until a date, then taken, left or let go."""

    groupe = models.ForeignKey(GroupePairs, verbose_name=_("groupe"), on_delete=models.PROTECT, related_name="membres")
    demande = models.ForeignKey(
        DemandeGroupe, verbose_name=_("demande"), on_delete=models.PROTECT, related_name="membres"
    )
    statut = models.CharField(_("statut"), max_length=8, choices=StatutMembre)
    origine = models.CharField(_("origine"), max_length=14, choices=OrigineMembre)
    # What this place takes: pairs of the group, and adults' seats at its meetings.
    binomes = models.PositiveSmallIntegerField(_("binômes"), default=1)
    adultes = models.PositiveSmallIntegerField(_("adultes"), default=1)
    # "Why this group": codes and figures, put into words by ateliers/groupes/raisons.py.
    raisons = models.JSONField(_("raisons"), default=list, blank=True)
    invite_le = models.DateTimeField(_("invité le"), null=True, blank=True)
    repondre_avant = models.DateTimeField(_("réponse attendue avant"), null=True, blank=True)
    membre_depuis = models.DateTimeField(_("membre depuis"), null=True, blank=True)
    fini_le = models.DateTimeField(_("fini le"), null=True, blank=True)
    fini_par = models.CharField(_("fini par"), max_length=10, choices=AnnuleePar, blank=True)
    # Each says so for oneself; a name is shown only between two who both did.
    prenom_visible = models.BooleanField(_("montre son prénom aux autres membres"), default=False)
    garde_hors_fenetre_le = models.DateTimeField(_("gardé malgré la date de naissance le"), null=True, blank=True)
    # Only that an answer was given, so that nobody is asked twice; the answers are apart (ReponseBilan).
    bilan_avant_donne = models.BooleanField(default=False, editable=False)
    bilan_apres_donne = models.BooleanField(default=False, editable=False)
    cree_le = models.DateTimeField(_("créé le"), default=timezone.now)
    messages = GenericRelation(Message, content_type_field="objet_type", object_id_field="objet_id")

    objects = MembreGroupeQuerySet.as_manager()

    class Meta:
        verbose_name = _("membre d'un groupe")
        verbose_name_plural = _("membres de groupes")
        constraints = [
            models.UniqueConstraint(
                name="membre_groupe_un_seul",
                fields=["demande"],
                condition=Q(statut__in=MEMBRES_AVEC_PLACE),
                violation_error_message=_("Cette famille a déjà une place dans un groupe."),
            ),
            models.CheckConstraint(
                name="membre_groupe_taille",
                condition=Q(binomes__range=(1, BEBES_MAX), adultes__range=(1, 2)),
            ),
            models.CheckConstraint(
                name="membre_groupe_invite",
                condition=~Q(statut=StatutMembre.INVITE) | Q(invite_le__isnull=False, repondre_avant__isnull=False),
            ),
            models.CheckConstraint(
                name="membre_groupe_membre",
                condition=~Q(statut__in=[StatutMembre.MEMBRE, StatutMembre.TERMINE]) | Q(membre_depuis__isnull=False),
            ),
            models.CheckConstraint(
                name="membre_groupe_fini",
                condition=Q(statut__in=MEMBRES_AVEC_PLACE, fini_le__isnull=True, fini_par="")
                | (~Q(statut__in=MEMBRES_AVEC_PLACE) & Q(fini_le__isnull=False) & ~Q(fini_par="")),
            ),
        ]
        indexes = [
            models.Index(
                name="membre_groupe_reponses",
                fields=["repondre_avant"],
                condition=Q(statut=StatutMembre.INVITE),
            ),
        ]

    def __str__(self) -> str:
        return self.demande.prenom

    @property
    def tient_une_place(self) -> bool:
        return self.statut in MEMBRES_AVEC_PLACE

    @property
    def est_a_decider(self) -> bool:
        """Whether the baby's date is outside the window and nobody has decided; group and request must be loaded."""
        return self.garde_hors_fenetre_le is None and not self.groupe.dans_la_fenetre(self.demande.repere)
