from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maisons.enums import NatureAxe, Role, StatutLabel, StatutReferentiel
from maisons.models.reseau import Maison
from socle.models import Utilisateur
from socle.portee import ReferenceQuerySet

CODE = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Minuscules, chiffres et tirets."))


class Referentiel(models.Model):
    """Whose requirements: a mark, a label of the State, another. Its versions say which."""

    code = models.CharField(_("code"), max_length=60, unique=True, validators=[CODE])
    nom = models.CharField(_("nom"), max_length=160)
    porteur = models.CharField(_("porté par"), max_length=160, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("référentiel")
        verbose_name_plural = _("référentiels")

    def __str__(self) -> str:
        return self.nom


class VersionReferentielQuerySet(ReferenceQuerySet["VersionReferentiel"]):
    def en_vigueur(self, *, le: date) -> VersionReferentielQuerySet:
        """Published, begun, and not over on a day."""
        return self.filter(statut=StatutReferentiel.PUBLIEE, valide_du__lte=le).filter(
            Q(valide_au__isnull=True) | Q(valide_au__gte=le)
        )


class VersionReferentiel(models.Model):
    """A state of a référentiel that houses are assessed under; once published it is frozen, by the database."""

    referentiel = models.ForeignKey(
        Referentiel, verbose_name=_("référentiel"), on_delete=models.PROTECT, related_name="versions"
    )
    numero = models.CharField(_("version"), max_length=30)
    statut = models.CharField(
        _("statut"), max_length=12, choices=StatutReferentiel, default=StatutReferentiel.BROUILLON
    )
    # Nobody with the authority to has confirmed it: every page and print that shows it says so.
    a_valider = models.BooleanField(_("proposition à valider"), default=True)
    valide_du = models.DateField(_("valable du"))
    valide_au = models.DateField(_("au"), null=True, blank=True)
    sources = ArrayField(models.CharField(max_length=300), verbose_name=_("sources"), default=list, blank=True)
    publiee_le = models.DateTimeField(_("publiée le"), null=True, blank=True)

    objects = VersionReferentielQuerySet.as_manager()

    class Meta:
        verbose_name = _("version d'un référentiel")
        verbose_name_plural = _("versions des référentiels")
        constraints = [
            models.UniqueConstraint(
                name="version_referentiel_unique",
                fields=["referentiel", "numero"],
                violation_error_message=_("Ce référentiel a déjà une version de ce numéro."),
            ),
            models.CheckConstraint(
                name="version_referentiel_dates",
                condition=Q(valide_au__isnull=True) | Q(valide_au__gte=F("valide_du")),
                violation_error_message=_("La fin de validité doit venir après son début."),
            ),
            models.CheckConstraint(
                name="version_referentiel_publiee_le",
                condition=Q(statut=StatutReferentiel.BROUILLON, publiee_le__isnull=True)
                | (~Q(statut=StatutReferentiel.BROUILLON) & Q(publiee_le__isnull=False)),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="version_referentiel_figee",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__statut__df=StatutReferentiel.BROUILLON.value)
                | pgtrigger.Q(old__publiee_le__isnull=False),
                # The end of its validity, its withdrawal and its confirmation may still be written.
                func="""
                    IF TG_OP = 'UPDATE'
                       AND NEW.referentiel_id = OLD.referentiel_id AND NEW.numero = OLD.numero
                       AND NEW.valide_du = OLD.valide_du AND NEW.sources = OLD.sources
                       AND NEW.publiee_le = OLD.publiee_le AND NEW.statut <> 'brouillon' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'Cette version du référentiel est publiée : elle ne change plus.';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referentiel} – {self.numero}"

    @property
    def est_publiee(self) -> bool:
        return self.statut == StatutReferentiel.PUBLIEE


def _figee_avec_sa_version(nom: str, version_de: str) -> pgtrigger.Trigger:
    """Refuses to add, change or delete a part of a version that is not a draft any more."""
    return pgtrigger.Trigger(
        name=nom,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            IF TG_OP <> 'INSERT' AND EXISTS ({version_de.format(rangee="OLD")}) THEN
                RAISE EXCEPTION 'Cette version du référentiel est publiée : elle ne change plus.';
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            IF EXISTS ({version_de.format(rangee="NEW")}) THEN
                RAISE EXCEPTION 'Cette version du référentiel est publiée : elle ne change plus.';
            END IF;
            RETURN NEW;
        """,
    )


class Axe(models.Model):
    """A chapter of a référentiel."""

    # Part of its version: a draft that is thrown away takes its chapters with it.
    version = models.ForeignKey(
        VersionReferentiel, verbose_name=_("version"), on_delete=models.CASCADE, related_name="axes"
    )
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    rang = models.PositiveSmallIntegerField(_("rang"))
    nature = models.CharField(_("nature"), max_length=16, choices=NatureAxe)
    intitule = models.CharField(_("intitulé"), max_length=160)
    description = models.TextField(_("description"), blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("axe")
        verbose_name_plural = _("axes")
        constraints = [
            models.UniqueConstraint(name="axe_code_unique", fields=["version", "code"]),
            models.UniqueConstraint(name="axe_rang_unique", fields=["version", "rang"]),
        ]
        triggers = [
            _figee_avec_sa_version(
                "axe_fige",
                "SELECT 1 FROM maisons_versionreferentiel v "
                "WHERE v.id = {rangee}.version_id AND v.statut <> 'brouillon'",
            )
        ]

    def __str__(self) -> str:
        return self.intitule


class Critere(models.Model):
    """What a house must show: levels from the least to the most, and the one from which it is met.

    With an indicator, the portal computes its value and compares it with the bound; people still decide.
    """

    NIVEAUX_PAR_DEFAUT: ClassVar[tuple[str, ...]] = ("pas encore", "en cours", "atteint")

    # Part of its chapter.
    axe = models.ForeignKey(Axe, verbose_name=_("axe"), on_delete=models.CASCADE, related_name="criteres")
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    rang = models.PositiveSmallIntegerField(_("rang"))
    intitule = models.CharField(_("intitulé"), max_length=300)
    attendu = models.TextField(_("preuves attendues"), blank=True)
    niveaux = ArrayField(models.CharField(max_length=80), verbose_name=_("niveaux"))
    # Counted from 0, in `niveaux`.
    niveau_requis = models.PositiveSmallIntegerField(_("niveau requis"))
    imperatif = models.BooleanField(_("impératif"), default=False)
    poids = models.PositiveSmallIntegerField(_("poids"), default=1, validators=[MinValueValidator(1)])
    indicateur = models.CharField(_("indicateur"), max_length=60, blank=True)
    indicateur_min = models.FloatField(_("au moins"), null=True, blank=True)
    indicateur_max = models.FloatField(_("au plus"), null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("critère")
        verbose_name_plural = _("critères")
        constraints = [
            models.UniqueConstraint(name="critere_code_unique", fields=["axe", "code"]),
            models.UniqueConstraint(name="critere_rang_unique", fields=["axe", "rang"]),
            models.CheckConstraint(name="critere_niveaux", condition=Q(niveaux__len__gte=2)),
            models.CheckConstraint(
                name="critere_niveau_requis",
                condition=Q(niveau_requis__gte=1, niveau_requis__lt=F("niveaux__len")),
            ),
            models.CheckConstraint(name="critere_poids", condition=Q(poids__gte=1)),
            models.CheckConstraint(
                name="critere_seuil_avec_indicateur",
                condition=~Q(indicateur="") | Q(indicateur_min__isnull=True, indicateur_max__isnull=True),
            ),
        ]
        triggers = [
            _figee_avec_sa_version(
                "critere_fige",
                "SELECT 1 FROM maisons_axe a JOIN maisons_versionreferentiel v ON v.id = a.version_id "
                "WHERE a.id = {rangee}.axe_id AND v.statut <> 'brouillon'",
            )
        ]

    def __str__(self) -> str:
        return self.intitule

    def est_atteint(self, niveau: int | None) -> bool:
        return niveau is not None and niveau >= self.niveau_requis


class ValeurIndicateurQuerySet(models.QuerySet["ValeurIndicateur"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> ValeurIndicateurQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class ValeurIndicateur(models.Model):
    """What an indicator said of a house, under which definition and on which day: kept, so that it can be traced."""

    maison = models.ForeignKey(
        Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="valeurs_indicateurs"
    )
    indicateur = models.CharField(_("indicateur"), max_length=60)
    definition = models.PositiveSmallIntegerField(_("version de la définition"))
    du = models.DateField(_("du"))
    au = models.DateField(_("au"))
    # The day it was computed; again on the same day replaces it.
    arretee_le = models.DateField(_("arrêtée le"))
    numerateur = models.FloatField(_("numérateur"))
    denominateur = models.FloatField(_("dénominateur"), null=True, blank=True)
    effectif = models.PositiveIntegerField(_("personnes ou familles"), null=True, blank=True)

    objects = ValeurIndicateurQuerySet.as_manager()

    class Meta:
        verbose_name = _("valeur d'un indicateur")
        verbose_name_plural = _("valeurs des indicateurs")
        constraints = [
            models.UniqueConstraint(
                name="valeur_indicateur_unique",
                fields=["maison", "indicateur", "definition", "du", "au", "arretee_le"],
            ),
            models.CheckConstraint(name="valeur_indicateur_periode", condition=Q(du__lte=F("au"))),
        ]

    def __str__(self) -> str:
        return f"{self.indicateur} ({self.du:%d/%m/%Y} – {self.au:%d/%m/%Y})"


# The way to the label


class Etape(models.Model):
    """A step of a référentiel's way: what the house may call itself meanwhile, and how long the step should last."""

    # Part of its version.
    version = models.ForeignKey(
        VersionReferentiel, verbose_name=_("version"), on_delete=models.CASCADE, related_name="etapes"
    )
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    rang = models.PositiveSmallIntegerField(_("rang"))
    intitule = models.CharField(_("intitulé"), max_length=160)
    statut_label = models.CharField(_("label de la maison"), max_length=12, choices=StatutLabel)
    # Days in which the next step is due; None: no deadline.
    delai_jours = models.PositiveSmallIntegerField(_("délai (jours)"), null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("étape")
        verbose_name_plural = _("étapes")
        constraints = [
            models.UniqueConstraint(name="etape_code_unique", fields=["version", "code"]),
            models.UniqueConstraint(name="etape_rang_unique", fields=["version", "rang"]),
        ]
        triggers = [
            _figee_avec_sa_version(
                "etape_figee",
                "SELECT 1 FROM maisons_versionreferentiel v "
                "WHERE v.id = {rangee}.version_id AND v.statut <> 'brouillon'",
            )
        ]

    def __str__(self) -> str:
        return self.intitule


class Transition(models.Model):
    """From one step to another: who may decide it, and what must be there."""

    # Part of its steps.
    de = models.ForeignKey(Etape, verbose_name=_("de"), on_delete=models.CASCADE, related_name="departs")
    vers = models.ForeignKey(Etape, verbose_name=_("vers"), on_delete=models.CASCADE, related_name="arrivees")
    roles = ArrayField(models.CharField(max_length=20, choices=Role), verbose_name=_("qui décide"))
    tout_evalue = models.BooleanField(_("tous les critères sont évalués"), default=False)
    imperatifs_atteints = models.BooleanField(_("les critères impératifs sont atteints"), default=False)
    # Criteria ("axis.criterion") that need at least one piece of evidence.
    preuves = ArrayField(models.CharField(max_length=121), verbose_name=_("preuves exigées"), default=list, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage possible")
        verbose_name_plural = _("passages possibles")
        constraints = [
            models.UniqueConstraint(name="transition_unique", fields=["de", "vers"]),
            models.CheckConstraint(name="transition_ailleurs", condition=~Q(de=F("vers"))),
        ]
        triggers = [
            _figee_avec_sa_version(
                "transition_figee",
                "SELECT 1 FROM maisons_etape e JOIN maisons_versionreferentiel v ON v.id = e.version_id "
                "WHERE e.id = {rangee}.de_id AND v.statut <> 'brouillon'",
            )
        ]

    def __str__(self) -> str:
        return f"{self.de} → {self.vers}"
