"""Well-being questionnaires (texts, thresholds, who validated them) – never an answer – and requests to be called."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from familles.bien_etre import Question, lire_questions
from familles.enums import Moment, StatutRappel, StatutVersion, Variante
from familles.models.consentements import Consentement
from familles.models.familles import PRENOM_MAX
from maisons.models import Departement, Maison
from maisons.models.tenues import tenues
from socle.models import Utilisateur


class QuestionnaireBienEtreQuerySet(models.QuerySet["QuestionnaireBienEtre"]):
    def publies(self) -> QuestionnaireBienEtreQuerySet:
        return self.filter(statut=StatutVersion.PUBLIEE).select_related("departement")

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> QuestionnaireBienEtreQuerySet:
        """Those of a doctor's own département; all of them for the network."""
        if utilisateur.is_superuser:
            return self
        siennes = tenues(utilisateur, le=le, roles=roles)
        return self if siennes.reseau else self.filter(departement__in=siennes.departements)


class QuestionnaireBienEtre(models.Model):
    """A version of a questionnaire that a département may publish. No answer to it is stored anywhere."""

    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, related_name="+"
    )
    code = models.SlugField(_("code"), max_length=60)
    variante = models.CharField(_("variante"), max_length=12, choices=Variante)
    numero = models.PositiveSmallIntegerField(_("version"), default=1)
    statut = models.CharField(_("statut"), max_length=12, choices=StatutVersion, default=StatutVersion.BROUILLON)

    titre = models.CharField(_("titre"), max_length=120)
    introduction = models.TextField(
        _("introduction"), help_text=_("Dit ce que c'est, et que ce n'est pas un diagnostic.")
    )
    questions = models.JSONField(_("questions"))
    licence = models.CharField(
        _("licence du texte"),
        max_length=240,
        blank=True,
        help_text=_("Ce qui permet de publier ces questions en ligne : autorisation écrite, licence, auteur."),
    )

    seuil_attention = models.PositiveSmallIntegerField(_("« en parler » à partir de"))
    seuil_alerte = models.PositiveSmallIntegerField(_("« en parler vite » à partir de"))
    titre_serein = models.CharField(_("titre, sous le premier seuil"), max_length=120)
    texte_serein = models.TextField(_("texte, sous le premier seuil"))
    titre_attention = models.CharField(_("titre, « en parler »"), max_length=120)
    texte_attention = models.TextField(_("texte, « en parler »"))
    titre_alerte = models.CharField(_("titre, « en parler vite »"), max_length=120)
    texte_alerte = models.TextField(_("texte, « en parler vite »"))
    titre_danger = models.CharField(_("titre, quand une question de sécurité est touchée"), max_length=120)
    texte_danger = models.TextField(_("texte, quand une question de sécurité est touchée"))

    valide_par = models.ForeignKey(
        Utilisateur, verbose_name=_("validé par"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Kept as words: the name stands on the public page after the account is gone.
    valide_par_nom = models.CharField(_("validé par (nom et fonction)"), max_length=160, blank=True)
    cree_le = models.DateTimeField(_("créé le"), default=timezone.now)
    publie_le = models.DateTimeField(_("publié le"), null=True, blank=True)

    objects = QuestionnaireBienEtreQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire de bien-être")
        verbose_name_plural = _("questionnaires de bien-être")
        constraints = [
            models.UniqueConstraint(name="bien_etre_version", fields=["code", "numero"]),
            models.UniqueConstraint(
                name="bien_etre_un_publie",
                fields=["code"],
                condition=Q(statut=StatutVersion.PUBLIEE),
                violation_error_message=_("Ce questionnaire a déjà une version publiée."),
            ),
            models.UniqueConstraint(
                name="bien_etre_un_brouillon",
                fields=["code"],
                condition=Q(statut=StatutVersion.BROUILLON),
                violation_error_message=_("Ce questionnaire a déjà un brouillon."),
            ),
            models.CheckConstraint(
                name="bien_etre_licence",
                condition=Q(statut=StatutVersion.BROUILLON) | Q(licence__regex=r"\S"),
                violation_error_message=_("Sans licence du texte, ce questionnaire ne peut pas être publié."),
            ),
            models.CheckConstraint(
                name="bien_etre_valide",
                condition=Q(statut=StatutVersion.BROUILLON, publie_le__isnull=True)
                | (~Q(statut=StatutVersion.BROUILLON) & Q(publie_le__isnull=False, valide_par_nom__regex=r"\S")),
                violation_error_message=_(
                    "Un médecin de PMI doit valider les seuils et les textes avant publication."
                ),
            ),
            models.CheckConstraint(
                name="bien_etre_seuils",
                condition=Q(seuil_attention__gte=1, seuil_alerte__gt=F("seuil_attention")),
                violation_error_message=_(
                    "Le second seuil doit être plus haut que le premier, et le premier plus haut que zéro."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.titre

    @property
    def questions_lues(self) -> tuple[Question, ...]:
        return lire_questions(self.questions)


class DemandeRappelQuerySet(models.QuerySet["DemandeRappel"]):
    def ouvertes(self) -> DemandeRappelQuerySet:
        return self.filter(statut=StatutRappel.A_RAPPELER)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> DemandeRappelQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class DemandeRappel(models.Model):
    """Someone asked a house's PMI professional to call: a first name, a number, a time. Never why."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="+")
    prenom = models.CharField(_("prénom"), max_length=PRENOM_MAX)
    telephone = PhoneNumberField(_("téléphone"))
    moment = models.CharField(_("meilleur moment"), max_length=12, choices=Moment, default=Moment.PEU_IMPORTE)
    statut = models.CharField(_("statut"), max_length=12, choices=StatutRappel, default=StatutRappel.A_RAPPELER)
    demandee_le = models.DateTimeField(_("demandée le"))
    traitee_le = models.DateTimeField(_("traitée le"), null=True, blank=True)
    traitee_par = models.ForeignKey(
        Utilisateur, verbose_name=_("traitée par"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cle_idempotence = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    consentements = GenericRelation(Consentement, content_type_field="cible_type", object_id_field="cible_id")

    objects = DemandeRappelQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande à être rappelé")
        verbose_name_plural = _("demandes à être rappelé")
        constraints = [
            models.CheckConstraint(
                name="demande_rappel_traitee",
                condition=Q(statut=StatutRappel.A_RAPPELER, traitee_le__isnull=True)
                | (~Q(statut=StatutRappel.A_RAPPELER) & Q(traitee_le__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="demande_rappel_maison", fields=["maison", "statut", "demandee_le"])]

    def __str__(self) -> str:
        return self.prenom
