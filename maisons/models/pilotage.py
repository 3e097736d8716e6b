"""Steering: where houses could open, what a département aims at, what a candidature costs, documents made once."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pgtrigger
from django.core.files.storage import Storage, storages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maisons.enums import NatureEdition, SensBudget, StatutTravail
from maisons.models.candidatures import Candidature, ParCandidatureQuerySet
from maisons.models.reseau import Maison
from maisons.models.tenues import tenues
from maisons.models.territoire import Departement
from socle.models import Utilisateur

ANNEE_MIN, ANNEE_MAX = 2000, 2100
# Births a year per thousand inhabitants: no country has more.
NATALITE_MAX = 60


def departements_de(
    utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
) -> models.QuerySet[Departement]:
    """The départements a person acts for as a whole: by an assignment on one, or on the network."""
    if utilisateur.is_superuser:
        return Departement.objects.all()
    siennes = tenues(utilisateur, le=le, roles=roles)
    return Departement.objects.all() if siennes.reseau else Departement.objects.filter(pk__in=siennes.departements)


class ParDepartementQuerySet(models.QuerySet[Any]):
    """Rows of a département, seen by those who act for it as a whole."""

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> ParDepartementQuerySet:
        return self.filter(departement__in=departements_de(utilisateur, le=le, roles=roles))


class Travail(models.Model):
    """Something a worker makes under a lease: taken again when a worker dies, given up after a few tries."""

    statut = models.CharField(_("état"), max_length=8, choices=StatutTravail, default=StatutTravail.A_FAIRE)
    bail_jusqu_au = models.DateTimeField(_("réservé jusqu'à"), null=True, blank=True, editable=False)
    tentatives = models.PositiveSmallIntegerField(_("tentatives"), default=0, editable=False)
    progres = models.PositiveSmallIntegerField(
        _("avancement (%)"), default=0, validators=[MaxValueValidator(100)], editable=False
    )

    class Meta:
        abstract = True

    @classmethod
    def bail_conforme(cls, nom: str) -> models.CheckConstraint:
        return models.CheckConstraint(
            name=nom,
            condition=Q(statut=StatutTravail.EN_COURS, bail_jusqu_au__isnull=False)
            | (~Q(statut=StatutTravail.EN_COURS) & Q(bail_jusqu_au__isnull=True)),
        )

    @property
    def est_en_route(self) -> bool:
        return self.statut in (StatutTravail.A_FAIRE, StatutTravail.EN_COURS)

    @property
    def est_pret(self) -> bool:
        return self.statut == StatutTravail.PRET


class ScenarioImplantation(Travail):
    """A question on where to open, kept with its answer: what the solver said on that day, of those houses."""

    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, related_name="scenarios"
    )
    nom = models.CharField(_("nom du scénario"), max_length=120)
    # What was asked (maisons/implantation/scenarios.py reads and writes it) and what `manage.py implanter` answers.
    question = models.JSONField(_("question"))
    reponse = models.JSONField(_("réponse"), null=True, blank=True)
    # How each commune is served, once by each plan: the map and the table.
    dessertes = models.JSONField(_("dessertes"), null=True, blank=True)
    refus = models.CharField(_("pourquoi il n'y a pas de réponse"), max_length=500, blank=True)
    # The day of the answer that is kept: later than the question's once a longer search gave another.
    calcule_le = models.DateTimeField(_("calculé le"), null=True, blank=True, editable=False)
    cree_le = models.DateTimeField(_("demandé le"), default=timezone.now, editable=False)
    cree_par = models.ForeignKey(
        Utilisateur,
        verbose_name=_("demandé par"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        # Of the demonstration.
        null=True,
        blank=True,
    )

    objects = ParDepartementQuerySet.as_manager()

    class Meta:
        verbose_name = _("scénario d'implantation")
        verbose_name_plural = _("où ouvrir les prochaines maisons ?")
        constraints = [
            Travail.bail_conforme("scenario_bail"),
            models.CheckConstraint(
                name="scenario_reponse",
                condition=~Q(statut=StatutTravail.PRET) | Q(reponse__isnull=False) & Q(dessertes__isnull=False),
            ),
            models.CheckConstraint(
                name="scenario_calcule_le", condition=Q(reponse__isnull=True) | Q(calcule_le__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class ObjectifLabel(models.Model):
    """How many houses of a département should bear the label, and by when."""

    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, related_name="objectifs_label"
    )
    nombre = models.PositiveSmallIntegerField(_("maisons labellisées"), validators=[MinValueValidator(1)])
    echeance = models.DateField(_("au plus tard le"))
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("La décision ou le document qui fixe cet objectif.")
    )

    objects = ParDepartementQuerySet.as_manager()

    class Meta:
        verbose_name = _("objectif de labellisation")
        verbose_name_plural = _("objectifs de labellisation")
        constraints = [
            models.UniqueConstraint(
                name="objectif_label_unique",
                fields=["departement", "echeance"],
                violation_error_message=_("Ce département a déjà un objectif à cette date."),
            ),
            models.CheckConstraint(
                name="objectif_label_nombre",
                condition=Q(nombre__gte=1),
                violation_error_message=_("Un objectif compte au moins une maison."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nombre} – {self.echeance:%d/%m/%Y}"


class TauxNatalite(models.Model):
    """A département's births a year per thousand inhabitants, as a source gives them for a year; the latest counts."""

    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, related_name="taux_natalite"
    )
    annee = models.PositiveSmallIntegerField(_("année"))
    pour_mille = models.DecimalField(
        _("naissances par an pour 1 000 habitants"), max_digits=4, decimal_places=2, help_text=_("Par exemple 9,7.")
    )
    source = models.CharField(
        _("source"),
        max_length=160,
        help_text=_("Qui le publie, et où. Elle accompagne chaque chiffre, à l'écran et dans les documents."),
    )

    objects = ParDepartementQuerySet.as_manager()

    class Meta:
        verbose_name = _("taux de natalité")
        verbose_name_plural = _("taux de natalité")
        constraints = [
            models.UniqueConstraint(
                name="taux_natalite_unique",
                fields=["departement", "annee"],
                violation_error_message=_("Ce département a déjà un taux pour cette année."),
            ),
            models.CheckConstraint(
                name="taux_natalite_annee",
                condition=Q(annee__range=(ANNEE_MIN, ANNEE_MAX)),
                violation_error_message=_("Écrivez l'année en quatre chiffres."),
            ),
            models.CheckConstraint(
                name="taux_natalite_bornes",
                condition=Q(pour_mille__gt=0, pour_mille__lte=NATALITE_MAX),
                violation_error_message=_("Un taux de natalité est au-dessus de 0 et ne dépasse pas 60 pour mille."),
            ),
            models.CheckConstraint(
                name="taux_natalite_source",
                condition=Q(source__regex=r"\S"),
                violation_error_message=_("Dites d'où vient ce taux : un chiffre sans source ne se lit pas."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.departement_id} – {self.annee}"


class LigneBudget(models.Model):
    """A line of a candidature's budget: what it costs in a year, or who pays how much."""

    # Part of its candidature, which is never deleted once it has a step.
    candidature = models.ForeignKey(
        Candidature, verbose_name=_("candidature"), on_delete=models.PROTECT, related_name="budget"
    )
    annee = models.PositiveSmallIntegerField(_("année"))
    sens = models.CharField(_("sens"), max_length=8, choices=SensBudget)
    libelle = models.CharField(_("libellé"), max_length=160)
    montant = models.DecimalField(_("montant (€)"), max_digits=11, decimal_places=2)
    financeur = models.CharField(_("financeur"), max_length=120, blank=True)

    objects = ParCandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne de budget")
        verbose_name_plural = _("budget")
        constraints = [
            models.CheckConstraint(
                name="ligne_budget_annee",
                condition=Q(annee__range=(ANNEE_MIN, ANNEE_MAX)),
                violation_error_message=_("Écrivez l'année en quatre chiffres."),
            ),
            models.CheckConstraint(
                name="ligne_budget_montant",
                condition=Q(montant__gte=0),
                violation_error_message=_("Un montant n'est pas négatif : le sens dit si c'est une dépense."),
            ),
            models.CheckConstraint(
                name="ligne_budget_financeur",
                condition=Q(sens=SensBudget.DEPENSE) | ~Q(financeur=""),
                violation_error_message=_("Dites qui finance cette recette."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.annee} – {self.libelle}"


def stockage_des_editions() -> Storage:
    return storages["editions"]


class EditionQuerySet(models.QuerySet["Edition"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> EditionQuerySet:
        """Those of one's houses, and of the départements one acts for as a whole."""
        maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
        departements = departements_de(utilisateur, le=le, roles=roles)
        return self.filter(Q(maison__in=maisons) | Q(maison__isnull=True, departement__in=departements))

    def pretes(self) -> EditionQuerySet:
        return self.filter(statut=StatutTravail.PRET)


class Edition(Travail):
    """A version of a document: its content is written once, its pages are always made again byte for byte from it."""

    nature = models.CharField(_("document"), max_length=8, choices=NatureEdition)
    numero = models.PositiveSmallIntegerField(_("version"))
    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, related_name="editions"
    )
    # None for what tells of a whole département.
    maison = models.ForeignKey(
        Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="editions", null=True, blank=True
    )
    candidature = models.ForeignKey(
        Candidature,
        verbose_name=_("candidature"),
        on_delete=models.PROTECT,
        related_name="editions",
        null=True,
        blank=True,
    )
    du = models.DateField(_("période du"))
    au = models.DateField(_("au"))
    cree_le = models.DateTimeField(_("demandée le"), default=timezone.now, editable=False)
    cree_par = models.ForeignKey(
        Utilisateur,
        verbose_name=_("demandée par"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        # Made at the terminal.
        null=True,
        blank=True,
    )
    contenu = models.JSONField(_("contenu"), null=True, blank=True, editable=False)
    # SHA-256 of the content (canonical JSON), then of the pages.
    empreinte = models.CharField(_("empreinte du contenu"), max_length=64, blank=True, editable=False)
    empreinte_fichier = models.CharField(_("empreinte du fichier"), max_length=64, blank=True, editable=False)
    pages = models.PositiveSmallIntegerField(_("pages"), default=0, editable=False)
    deposee_le = models.DateTimeField(_("déposée le"), null=True, blank=True, editable=False)
    deposee_par = models.ForeignKey(
        Utilisateur,
        verbose_name=_("déposée par"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        null=True,
        blank=True,
    )
    cle = models.UUIDField(_("clé"), default=uuid.uuid4, unique=True, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("dossiers et rapports")
        constraints = [
            Travail.bail_conforme("edition_bail"),
            models.UniqueConstraint(
                name="edition_maison_unique",
                fields=["nature", "maison", "numero"],
                condition=Q(maison__isnull=False),
            ),
            models.UniqueConstraint(
                name="edition_departement_unique",
                fields=["nature", "departement", "numero"],
                condition=Q(maison__isnull=True),
            ),
            models.CheckConstraint(name="edition_periode", condition=Q(du__lte=F("au"))),
            models.CheckConstraint(
                name="edition_sujet",
                condition=Q(nature=NatureEdition.RESEAU, maison__isnull=True)
                | (~Q(nature=NatureEdition.RESEAU) & Q(maison__isnull=False)),
            ),
            models.CheckConstraint(
                name="edition_dossier_candidature",
                condition=~Q(nature=NatureEdition.DOSSIER) | Q(candidature__isnull=False),
            ),
            models.CheckConstraint(
                name="edition_empreinte",
                condition=Q(contenu__isnull=True, empreinte="") | Q(contenu__isnull=False) & ~Q(empreinte=""),
            ),
            models.CheckConstraint(
                name="edition_deposee",
                condition=Q(deposee_le__isnull=True, deposee_par__isnull=True)
                | Q(deposee_le__isnull=False, deposee_par__isnull=False, contenu__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="edition_ecrite_une_fois",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__empreinte__gt=""),
                func="""
                    IF TG_OP = 'UPDATE'
                       AND NEW.contenu = OLD.contenu AND NEW.empreinte = OLD.empreinte
                       AND NEW.nature = OLD.nature AND NEW.numero = OLD.numero
                       AND NEW.maison_id IS NOT DISTINCT FROM OLD.maison_id
                       AND NEW.departement_id = OLD.departement_id
                       AND (OLD.deposee_le IS NULL OR NEW.deposee_le = OLD.deposee_le) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'Cette version est écrite : elle ne change plus. Faites-en une autre.';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} – {self.sujet} – {self.numero}"

    @property
    def sujet(self) -> str:
        """What it is about: its house, or its département, which must be loaded."""
        return str(self.maison or self.departement)

    @property
    def est_brouillon(self) -> bool:
        """A dossier is a draft until somebody entitled hands it in; the other documents are none."""
        return self.nature == NatureEdition.DOSSIER and self.deposee_le is None

    @property
    def nom_de_fichier(self) -> str:
        return f"{self.cle}-depose.pdf" if self.deposee_le else self.nom_du_brouillon

    @property
    def nom_du_brouillon(self) -> str:
        return f"{self.cle}.pdf"
