"""What is asked: a questionnaire, its versions, and what a version is made of."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enquetes.enums import LangueQuestionnaire, RoleQuestion, StatutVersion, TypeQuestion, Usage
from enquetes.models.declencheurs import partie_de_brouillon, questionnaire_tenu, version_figee
from enquetes.models.portee import Roles, departements_des_maisons, du_departement
from maisons.models import Departement
from maisons.models.tenues import tenues
from socle.models import Utilisateur

M = TypeVar("M", bound=models.Model)

CODE = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Des lettres minuscules sans accent, des chiffres, des « _ »."))


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> QuestionnaireQuerySet:
        """To read: the network's, and those of the départements where one works."""
        if utilisateur.is_superuser:
            return self
        travaille = bool(tenues(utilisateur, le=le, roles=roles).roles)
        return self.filter(
            du_departement(utilisateur, le=le, roles=roles)
            | departements_des_maisons(utilisateur, le=le, roles=roles)
            | (Q(departement__isnull=True) & Q(models.Value(travaille)))
        )

    def menes_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> QuestionnaireQuerySet:
        """To write: those of one's own département, or of the network for those who work for it."""
        if utilisateur.is_superuser:
            return self
        return self.filter(du_departement(utilisateur, le=le, roles=roles))


class Questionnaire(models.Model):
    """A survey as people know it; what is asked is in its versions."""

    titre = models.CharField(_("titre"), max_length=160, unique=True)
    presentation = models.TextField(_("présentation"), blank=True)
    usage = models.CharField(_("sert à"), max_length=12, choices=Usage, default=Usage.ENQUETE)
    departement = models.ForeignKey(
        Departement,
        verbose_name=_("département"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questionnaires",
        help_text=_("Vide : le questionnaire est au réseau, toutes les maisons peuvent s'en servir."),
    )

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        triggers = [questionnaire_tenu()]

    def __str__(self) -> str:
        return self.titre

    def a_une_version_publiee(self) -> bool:
        return self.versions.exclude(statut=StatutVersion.BROUILLON).exists()


class VersionQuerySet(models.QuerySet["Version"]):
    def publiees(self) -> VersionQuerySet:
        return self.filter(statut=StatutVersion.PUBLIEE)

    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> VersionQuerySet:
        return self.filter(questionnaire__in=Questionnaire.objects.visibles_par(utilisateur, le=le, roles=roles))


class Version(models.Model):
    """A state of a questionnaire: written as a draft, then published and never changed again."""

    questionnaire = models.ForeignKey(
        Questionnaire, verbose_name=_("questionnaire"), on_delete=models.PROTECT, related_name="versions"
    )
    numero = models.PositiveSmallIntegerField(_("numéro"))
    statut = models.CharField(_("état"), max_length=10, choices=StatutVersion, default=StatutVersion.BROUILLON)
    publiee_le = models.DateField(_("publiée le"), null=True, blank=True)
    accueil = models.TextField(
        _("mot d'accueil"), blank=True, help_text=_("Lu avant la première question : pourquoi, combien de temps.")
    )
    merci = models.TextField(_("mot de la fin"), blank=True)
    langues = ArrayField(
        models.CharField(max_length=2, choices=LangueQuestionnaire),
        verbose_name=_("traduite en"),
        default=list,
        blank=True,
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(name="version_numero_unique", fields=["questionnaire", "numero"]),
            models.UniqueConstraint(
                name="version_un_brouillon",
                fields=["questionnaire"],
                condition=Q(statut=StatutVersion.BROUILLON),
                violation_error_message=_("Ce questionnaire a déjà un brouillon."),
            ),
            models.CheckConstraint(
                name="version_publiee_le",
                condition=Q(statut=StatutVersion.BROUILLON, publiee_le__isnull=True)
                | (~Q(statut=StatutVersion.BROUILLON) & Q(publiee_le__isnull=False)),
            ),
        ]
        triggers = [version_figee()]

    def __str__(self) -> str:
        return f"{self.questionnaire} – {self.numero}"

    @property
    def est_brouillon(self) -> bool:
        return self.statut == StatutVersion.BROUILLON


class PartieQuerySet(models.QuerySet[M]):
    """Parts of a version: seen by those who see it."""

    chemin = "version"

    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> PartieQuerySet[M]:
        versions = Version.objects.visibles_par(utilisateur, le=le, roles=roles)
        return self.filter(**{f"{self.chemin}__in": versions})


class SectionQuerySet(PartieQuerySet["Section"]):
    pass


class QuestionQuerySet(PartieQuerySet["Question"]):
    pass


class TraductionQuerySet(PartieQuerySet["Traduction"]):
    pass


class ChoixQuerySet(PartieQuerySet["Choix"]):
    chemin = "question__version"


class LigneMatriceQuerySet(PartieQuerySet["LigneMatrice"]):
    chemin = "question__version"


class ConditionQuerySet(PartieQuerySet["Condition"]):
    chemin = "question__version"


class Section(models.Model):
    """Questions on one subject; its title stands above each of them."""

    # A draft is deleted whole; the database refuses it for the rest.
    version = models.ForeignKey(Version, verbose_name=_("version"), on_delete=models.CASCADE, related_name="sections")
    rang = models.PositiveSmallIntegerField(_("rang"))
    titre = models.CharField(_("titre"), max_length=120)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("partie")
        verbose_name_plural = _("parties")
        constraints = [
            models.UniqueConstraint(
                name="section_rang_unique", fields=["version", "rang"], deferrable=models.Deferrable.DEFERRED
            )
        ]
        triggers = [partie_de_brouillon("section_de_brouillon", "{r}.version_id")]

    def __str__(self) -> str:
        return self.titre


class Question(models.Model):
    """One block of a screen."""

    # As for sections: what is published can't be deleted.
    version = models.ForeignKey(Version, verbose_name=_("version"), on_delete=models.CASCADE, related_name="questions")
    section = models.ForeignKey(Section, verbose_name=_("partie"), on_delete=models.CASCADE, related_name="questions")
    code = models.CharField(
        _("nom court"),
        max_length=30,
        validators=[CODE],
        help_text=_("Reste le même d'une version à l'autre : c'est lui qui permet de comparer."),
    )
    rang = models.PositiveSmallIntegerField(_("rang"))
    type = models.CharField(_("type"), max_length=10, choices=TypeQuestion)
    intitule = models.CharField(_("question"), max_length=240)
    aide = models.CharField(_("aide"), max_length=240, blank=True)
    obligatoire = models.BooleanField(_("réponse obligatoire"), default=False)
    role = models.CharField(_("rôle dans les résultats"), max_length=10, choices=RoleQuestion, blank=True, default="")
    minimum = models.SmallIntegerField(_("de"), null=True, blank=True)
    maximum = models.SmallIntegerField(_("à"), null=True, blank=True)
    libelle_minimum = models.CharField(_("mot au début de l'échelle"), max_length=60, blank=True)
    libelle_maximum = models.CharField(_("mot à la fin de l'échelle"), max_length=60, blank=True)
    choix_maximum = models.PositiveSmallIntegerField(
        _("choix au plus"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    bornes = ArrayField(
        models.SmallIntegerField(),
        verbose_name=_("bornes des classes"),
        default=list,
        blank=True,
        help_text=_("Pour un nombre : « 5,10,20 » compte de 0 à 4, de 5 à 9, de 10 à 19, 20 et plus."),
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                name="question_code_unique",
                fields=["version", "code"],
                violation_error_message=_("Une autre question porte déjà ce nom court."),
            ),
            models.UniqueConstraint(
                name="question_rang_unique", fields=["section", "rang"], deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                name="question_un_role",
                fields=["version", "role"],
                condition=~Q(role=""),
                violation_error_message=_("Une autre question tient déjà ce rôle."),
            ),
            models.CheckConstraint(
                name="question_etape_a_choix",
                condition=Q(role="") | Q(type=TypeQuestion.UNIQUE),
                violation_error_message=_("Ce rôle va à une question à un seul choix."),
            ),
            models.CheckConstraint(
                name="question_etendue",
                condition=(
                    Q(type__in=[TypeQuestion.ECHELLE, TypeQuestion.NOMBRE])
                    & Q(minimum__isnull=False, maximum__isnull=False, minimum__lt=F("maximum"))
                )
                | (
                    ~Q(type__in=[TypeQuestion.ECHELLE, TypeQuestion.NOMBRE])
                    & Q(minimum__isnull=True, maximum__isnull=True)
                ),
                violation_error_message=_("Une échelle et un nombre vont d'une valeur à une autre, plus grande."),
            ),
            models.CheckConstraint(
                name="question_echelle_courte",
                condition=~Q(type=TypeQuestion.ECHELLE) | Q(maximum__lte=F("minimum") + 10),
                violation_error_message=_("Une échelle a onze points au plus."),
            ),
            models.CheckConstraint(
                name="question_choix_maximum",
                condition=Q(choix_maximum__isnull=True) | Q(type=TypeQuestion.MULTIPLE),
                violation_error_message=_("Seule une question à plusieurs choix en limite le nombre."),
            ),
        ]
        triggers = [
            # A section of the very same version.
            partie_de_brouillon(
                "question_de_brouillon",
                "SELECT s.version_id FROM enquetes_section s "
                "WHERE s.id = {r}.section_id AND s.version_id = {r}.version_id",
            )
        ]

    def __str__(self) -> str:
        return self.intitule


class _Modalite(models.Model):
    rang = models.PositiveSmallIntegerField(_("rang"))
    code = models.CharField(_("nom court"), max_length=30, validators=[CODE])
    libelle = models.CharField(_("texte"), max_length=160)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.libelle


_PAR_QUESTION = "SELECT q.version_id FROM enquetes_question q WHERE q.id = {r}.question_id"


class Choix(_Modalite):
    """An answer to tick; a column of a table of choices."""

    # Parts of a draft go with it.
    question = models.ForeignKey(Question, verbose_name=_("question"), on_delete=models.CASCADE, related_name="choix")
    exclusif = models.BooleanField(_("exclut les autres (« rien de tout cela »)"), default=False)

    objects = ChoixQuerySet.as_manager()

    class Meta:
        verbose_name = _("choix")
        verbose_name_plural = _("choix")
        constraints = [models.UniqueConstraint(name="choix_code_unique", fields=["question", "code"])]
        triggers = [partie_de_brouillon("choix_de_brouillon", _PAR_QUESTION)]


class LigneMatrice(_Modalite):
    """A row of a table of choices."""

    # Parts of a draft go with it.
    question = models.ForeignKey(Question, verbose_name=_("question"), on_delete=models.CASCADE, related_name="lignes")

    objects = LigneMatriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne")
        verbose_name_plural = _("lignes")
        constraints = [models.UniqueConstraint(name="ligne_code_unique", fields=["question", "code"])]
        triggers = [partie_de_brouillon("ligne_de_brouillon", _PAR_QUESTION)]


class Condition(models.Model):
    """A question is asked when an earlier one got one of these answers; several conditions must all hold."""

    # Parts of a draft go with it.
    question = models.ForeignKey(
        Question, verbose_name=_("question"), on_delete=models.CASCADE, related_name="conditions"
    )
    source = models.ForeignKey(
        Question, verbose_name=_("si la question"), on_delete=models.CASCADE, related_name="commande"
    )
    valeurs = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("a une de ces réponses"),
        help_text=_("Noms courts des choix, ou points de l'échelle, séparés par des virgules."),
    )

    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        constraints = [
            models.UniqueConstraint(name="condition_unique", fields=["question", "source"]),
            models.CheckConstraint(
                name="condition_autre_question",
                condition=~Q(question=F("source")),
                violation_error_message=_("Une question ne dépend pas d'elle-même."),
            ),
        ]
        triggers = [partie_de_brouillon("condition_de_brouillon", _PAR_QUESTION)]

    def __str__(self) -> str:
        return f"{self.source} = {', '.join(self.valeurs)}"


class Traduction(models.Model):
    """A sentence of a version in another language; `cle` names the sentence (see enquetes/plan.py)."""

    # Parts of a draft go with it.
    version = models.ForeignKey(
        Version, verbose_name=_("version"), on_delete=models.CASCADE, related_name="traductions"
    )
    langue = models.CharField(_("langue"), max_length=2, choices=LangueQuestionnaire)
    cle = models.CharField(_("phrase"), max_length=80)
    texte = models.TextField(_("traduction"))

    objects = TraductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("traduction")
        verbose_name_plural = _("traductions")
        constraints = [
            models.UniqueConstraint(name="traduction_unique", fields=["version", "langue", "cle"]),
            models.CheckConstraint(name="traduction_ecrite", condition=~Q(texte="")),
        ]
        triggers = [partie_de_brouillon("traduction_de_brouillon", "{r}.version_id")]

    def __str__(self) -> str:
        return f"{self.cle} ({self.langue})"
