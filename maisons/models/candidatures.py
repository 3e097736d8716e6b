"""A house on its way to a label: where it stands, what it shows, what it will do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pgtrigger
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maisons.enums import NaturePreuve
from maisons.models.label import Critere, Etape, VersionReferentiel
from maisons.models.reseau import Maison
from socle.models import Utilisateur


def stockage_des_preuves() -> Storage:
    """Where the files of evidence lie: under no address."""
    return storages["preuves"]


class CandidatureQuerySet(models.QuerySet["Candidature"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> CandidatureQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))

    def with_cadre(self) -> CandidatureQuerySet:
        return self.select_related("maison", "version__referentiel", "etape")


class Candidature(models.Model):
    """A house under a version of a référentiel: it keeps that version as long as it lasts."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="candidatures")
    version = models.ForeignKey(
        VersionReferentiel, verbose_name=_("référentiel"), on_delete=models.PROTECT, related_name="candidatures"
    )
    etape = models.ForeignKey(Etape, verbose_name=_("étape"), on_delete=models.PROTECT, related_name="candidatures")
    depuis = models.DateField(_("à cette étape depuis le"))
    echeance = models.DateField(_("à franchir avant le"), null=True, blank=True)
    visee_le = models.DateField(_("label visé pour le"), null=True, blank=True)
    cree_le = models.DateTimeField(_("ouverte le"), default=timezone.now, editable=False)

    objects = CandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidature")
        verbose_name_plural = _("candidatures")
        constraints = [
            models.UniqueConstraint(
                name="candidature_unique",
                fields=["maison", "version"],
                violation_error_message=_("Cette maison a déjà une candidature sous cette version."),
            ),
            models.CheckConstraint(
                name="candidature_echeance",
                condition=Q(echeance__isnull=True) | Q(echeance__gte=F("depuis")),
                violation_error_message=_("L'échéance vient après le début de l'étape."),
            ),
        ]
        triggers = [
            # A step of another version would be a step of nobody's way.
            pgtrigger.Trigger(
                name="candidature_etape_de_sa_version",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM maisons_etape e WHERE e.id = NEW.etape_id AND e.version_id = NEW.version_id
                    ) THEN
                        RAISE EXCEPTION 'Cette étape est d''une autre version du référentiel.'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.maison} – {self.version}"


class ParCandidatureQuerySet(models.QuerySet[Any]):
    """Rows that a candidature carries, directly or by an assessment; seen by those who see its house."""

    chemin = "candidature"

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> ParCandidatureQuerySet:
        maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
        return self.filter(**{f"{self.chemin}__maison__in": maisons})


class ParEvaluationQuerySet(ParCandidatureQuerySet):
    chemin = "evaluation__candidature"


class Franchissement(models.Model):
    """A step taken: when, by whom, why. Written once, never changed."""

    candidature = models.ForeignKey(
        Candidature, verbose_name=_("candidature"), on_delete=models.PROTECT, related_name="franchissements"
    )
    # None for the first step.
    de = models.ForeignKey(
        Etape, verbose_name=_("de"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    vers = models.ForeignKey(Etape, verbose_name=_("vers"), on_delete=models.PROTECT, related_name="+")
    le = models.DateField(_("en date du"))
    motif = models.CharField(_("motif"), max_length=300, blank=True)
    par = models.ForeignKey(
        Utilisateur, verbose_name=_("décidé par"), on_delete=models.PROTECT, related_name="franchissements"
    )
    ecrit_le = models.DateTimeField(_("écrit le"), default=timezone.now)

    objects = ParCandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("étape franchie")
        verbose_name_plural = _("étapes franchies")
        triggers = [
            pgtrigger.Protect(name="franchissement_ecrit_une_fois", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.vers} ({self.le:%d/%m/%Y})"


class Evaluation(models.Model):
    """One criterion for one house: what the house says of itself, and the evaluator's opinion beside it."""

    candidature = models.ForeignKey(
        Candidature, verbose_name=_("candidature"), on_delete=models.PROTECT, related_name="evaluations"
    )
    critere = models.ForeignKey(
        Critere, verbose_name=_("critère"), on_delete=models.PROTECT, related_name="evaluations"
    )
    niveau = models.PositiveSmallIntegerField(_("niveau selon la maison"), null=True, blank=True)
    commentaire = models.TextField(_("commentaire de la maison"), blank=True)
    evaluee_le = models.DateTimeField(_("évaluée le"), null=True, blank=True)
    avis = models.PositiveSmallIntegerField(_("niveau selon l'évaluation"), null=True, blank=True)
    avis_commentaire = models.TextField(_("avis"), blank=True)
    avis_par = models.ForeignKey(
        Utilisateur, verbose_name=_("avis de"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    avis_le = models.DateTimeField(_("avis donné le"), null=True, blank=True)
    # One more at each write: a form filled beside somebody else's is told so instead of overwriting it.
    revision = models.PositiveIntegerField(_("révision"), default=0, editable=False)

    objects = ParCandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("évaluation d'un critère")
        verbose_name_plural = _("évaluations des critères")
        constraints = [
            models.UniqueConstraint(name="evaluation_unique", fields=["candidature", "critere"]),
            models.CheckConstraint(
                name="evaluation_avis_signe",
                condition=Q(avis__isnull=True) | Q(avis__isnull=False, avis_par__isnull=False, avis_le__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.critere)

    @property
    def niveau_retenu(self) -> int | None:
        """The evaluator's opinion, or the house's own word until there is one."""
        return self.niveau if self.avis is None else self.avis


class Preuve(models.Model):
    """What shows that a criterion is met."""

    evaluation = models.ForeignKey(
        Evaluation, verbose_name=_("évaluation"), on_delete=models.PROTECT, related_name="preuves"
    )
    nature = models.CharField(_("nature"), max_length=12, choices=NaturePreuve)
    intitule = models.CharField(_("intitulé"), max_length=160)
    lien = models.URLField(_("adresse"), max_length=500, blank=True)
    # The name in the store is drawn by lot; the name given by people is `nom_fichier`.
    fichier = models.FileField(_("fichier"), storage=stockage_des_preuves, max_length=60, blank=True)
    nom_fichier = models.CharField(_("nom du fichier"), max_length=110, blank=True)
    type_mime = models.CharField(_("type"), max_length=40, blank=True)
    taille = models.PositiveIntegerField(_("taille (octets)"), null=True, blank=True)
    empreinte = models.CharField(_("empreinte SHA-256"), max_length=64, blank=True)
    # Of the document or of the figure: how old the evidence is.
    datee_du = models.DateField(_("datée du"))
    deposee_par = models.ForeignKey(
        Utilisateur, verbose_name=_("déposée par"), on_delete=models.PROTECT, related_name="+"
    )
    deposee_le = models.DateTimeField(_("déposée le"), default=timezone.now)

    objects = ParEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("preuve")
        verbose_name_plural = _("preuves")
        constraints = [
            models.CheckConstraint(
                name="preuve_lien",
                condition=(Q(nature=NaturePreuve.LIEN) & ~Q(lien="")) | (~Q(nature=NaturePreuve.LIEN) & Q(lien="")),
                violation_error_message=_("Donnez l'adresse de cette preuve."),
            ),
            models.CheckConstraint(
                name="preuve_fichier",
                condition=(
                    Q(nature=NaturePreuve.FICHIER, taille__gt=0)
                    & ~Q(fichier="")
                    & ~Q(nom_fichier="")
                    & ~Q(type_mime="")
                    & ~Q(empreinte="")
                )
                | (
                    ~Q(nature=NaturePreuve.FICHIER)
                    & Q(fichier="", nom_fichier="", type_mime="", empreinte="", taille__isnull=True)
                ),
                violation_error_message=_("Joignez le fichier de cette preuve."),
            ),
        ]

    def __str__(self) -> str:
        return self.intitule


class ActionPrevue(models.Model):
    """What will be done so that a criterion is met: by whom, before when."""

    evaluation = models.ForeignKey(
        Evaluation, verbose_name=_("évaluation"), on_delete=models.PROTECT, related_name="actions"
    )
    quoi = models.CharField(_("action"), max_length=300)
    qui = models.CharField(_("qui s'en charge"), max_length=120)
    avant_le = models.DateField(_("avant le"))
    faite_le = models.DateField(_("faite le"), null=True, blank=True)

    objects = ParEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("action prévue")
        verbose_name_plural = _("plan d'action")

    def __str__(self) -> str:
        return self.quoi


class NoteVisite(models.Model):
    """What an evaluator notes on a criterion during a visit: their own working paper, until they give an opinion."""

    evaluation = models.ForeignKey(
        Evaluation, verbose_name=_("évaluation"), on_delete=models.PROTECT, related_name="notes"
    )
    par = models.ForeignKey(Utilisateur, verbose_name=_("note de"), on_delete=models.PROTECT, related_name="+")
    niveau = models.PositiveSmallIntegerField(_("niveau constaté"), null=True, blank=True)
    texte = models.TextField(_("note"), blank=True)
    # One more at each write: the same person's other device is told so instead of being overwritten.
    revision = models.PositiveIntegerField(_("révision"), default=0, editable=False)
    ecrite_le = models.DateTimeField(_("écrite le"), default=timezone.now)

    objects = ParEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("note de visite")
        verbose_name_plural = _("notes de visite")
        constraints = [
            models.UniqueConstraint(name="note_visite_unique", fields=["evaluation", "par"]),
        ]

    def __str__(self) -> str:
        return str(self.evaluation)
