from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ateliers.enums import (
    Format,
)
from maisons.enums import Langue
from maisons.models import Lieu, Maison, Salle
from socle.models import Utilisateur
from socle.portee import ReferenceQuerySet
from socle.suivi import suivre

if TYPE_CHECKING:
    pass

# Hours before the start at which people are reminded, unless a workshop says otherwise.
RAPPELS_PAR_DEFAUT = [48, 3]
# Hours before the start at which seats kept for the desk open to all; four weeks at most.
GARDES_HEURES_PAR_DEFAUT = 24
GARDES_HEURES_MAX = 672
ADULTES_PAR_INSCRIPTION_MAX = 4
# Seats by age part children who don't walk yet from those who do, or toddlers from those who go to school.
PETITS_AVANT_MAX_MOIS = 72
ENFANTS_PAR_INSCRIPTION_MAX = 6


def rappels_par_defaut() -> list[int]:
    return list(RAPPELS_PAR_DEFAUT)


def langue_par_defaut() -> list[str]:
    return [Langue.FR.value]


class ThemeQuerySet(ReferenceQuerySet["Theme"]):
    pass


class Theme(models.Model):
    """What a workshop is about, as parents look for it."""

    nom = models.CharField(_("nom"), max_length=60, unique=True)
    slug = models.SlugField(_("identifiant d'adresse"), max_length=60, unique=True)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("thème")
        verbose_name_plural = _("thèmes")

    def __str__(self) -> str:
        return self.nom


class Public(models.Model):
    """For whom a bookable thing is. Ages in whole months on the day of the session, both ends included."""

    accueille_grossesse = models.BooleanField(_("ouvert pendant la grossesse"), default=True)
    age_min_mois = models.PositiveSmallIntegerField(_("âge minimum du bébé (mois)"), null=True, blank=True)
    age_max_mois = models.PositiveSmallIntegerField(_("âge maximum du bébé (mois)"), null=True, blank=True)
    # Of the children's seats, those for the little ones; the others are for older children alone.
    petits_avant_mois = models.PositiveSmallIntegerField(
        _("un petit a moins de (mois)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(PETITS_AVANT_MAX_MOIS)],
    )
    capacite_petits = models.PositiveSmallIntegerField(_("places pour les petits"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def a_regle_age(self) -> bool:
        return self.age_min_mois is not None or self.age_max_mois is not None or self.petits_avant_mois is not None

    @property
    def public_libelle(self) -> str:
        """For whom, in the words of a card: "bébés de 3 à 9 mois"."""
        minimum, maximum = self.age_min_mois, self.age_max_mois
        if minimum is not None and maximum is not None:
            ages = ngettext("bébés de %(min)d à %(max)d mois", "bébés de %(min)d à %(max)d mois", maximum) % {
                "min": minimum,
                "max": maximum,
            }
        elif minimum is not None:
            ages = ngettext("enfants à partir de %d mois", "enfants à partir de %d mois", minimum) % minimum
        elif maximum is not None:
            ages = ngettext("bébés jusqu'à %d mois", "bébés jusqu'à %d mois", maximum) % maximum
        else:
            return str(_("futurs parents et parents")) if self.accueille_grossesse else str(_("parents et bébés"))
        return _("futurs parents et %(ages)s") % {"ages": ages} if self.accueille_grossesse else ages


def ages_en_ordre(nom: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=nom,
        condition=Q(age_min_mois__isnull=True) | Q(age_max_mois__isnull=True) | Q(age_min_mois__lte=F("age_max_mois")),
        violation_error_message=_("L'âge maximum doit venir après l'âge minimum."),
    )


def petits_en_ordre(nom: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=nom,
        condition=Q(petits_avant_mois__isnull=True, capacite_petits__isnull=True)
        # A comparison with nothing would pass: PostgreSQL refuses only what is false.
        | Q(
            petits_avant_mois__isnull=False,
            capacite_petits__isnull=False,
            petits_avant_mois__range=(1, PETITS_AVANT_MAX_MOIS),
            capacite_petits__lte=F("capacite_enfants"),
        ),
        violation_error_message=_("Les places des petits vont avec leur âge, et font partie des places des enfants."),
    )


class AtelierQuerySet(models.QuerySet["Atelier"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> AtelierQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


@suivre(
    champs=[
        "maison",
        "titre",
        "format",
        "description",
        "a_apporter",
        "intervenants",
        "animateur",
        "salle",
        "langues",
        "accueille_grossesse",
        "age_min_mois",
        "age_max_mois",
        "petits_avant_mois",
        "capacite_petits",
        "duree_minutes",
        "capacite_adultes",
        "capacite_enfants",
        "adultes_gardes",
        "enfants_gardes",
        "gardes_heures_avant",
        "rappels_heures",
        "actif",
    ],
)
class Atelier(Public):
    """A workshop of a house's catalogue: what its sessions have in common."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="ateliers")
    titre = models.CharField(_("titre"), max_length=120)
    format = models.CharField(_("format"), max_length=20, choices=Format)
    themes = models.ManyToManyField(Theme, verbose_name=_("thèmes"), blank=True, related_name="ateliers")
    description = models.TextField(_("description"), blank=True)
    a_apporter = models.CharField(_("à apporter"), max_length=200, blank=True)
    intervenants = models.CharField(_("animé par"), max_length=160, blank=True)
    # What its sessions start from; each may have another.
    animateur = models.ForeignKey(
        Utilisateur,
        verbose_name=_("animateur ou animatrice"),
        on_delete=models.PROTECT,
        related_name="ateliers_animes",
        null=True,
        blank=True,
    )
    salle = models.ForeignKey(
        Salle, verbose_name=_("salle"), on_delete=models.PROTECT, related_name="ateliers", null=True, blank=True
    )
    langues = ArrayField(
        models.CharField(max_length=3, choices=Langue), verbose_name=_("langues"), default=langue_par_defaut
    )
    duree_minutes = models.PositiveSmallIntegerField(
        _("durée (minutes)"), default=90, validators=[MinValueValidator(10), MaxValueValidator(720)]
    )
    capacite_adultes = models.PositiveSmallIntegerField(_("places adultes"), default=10)
    capacite_enfants = models.PositiveSmallIntegerField(_("places enfants"), default=10)
    # Of these, seats that its sessions keep for people who phone or come to the desk.
    adultes_gardes = models.PositiveSmallIntegerField(_("places adultes gardées pour l'accueil"), default=0)
    enfants_gardes = models.PositiveSmallIntegerField(_("places enfants gardées pour l'accueil"), default=0)
    gardes_heures_avant = models.PositiveSmallIntegerField(
        _("ouvertes à tous (heures avant)"),
        default=GARDES_HEURES_PAR_DEFAUT,
        validators=[MaxValueValidator(GARDES_HEURES_MAX)],
    )
    rappels_heures = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(336)]),
        verbose_name=_("rappels (heures avant)"),
        default=rappels_par_defaut,
        blank=True,
        size=4,
    )
    actif = models.BooleanField(_("au catalogue"), default=True)

    objects = AtelierQuerySet.as_manager()

    class Meta:
        verbose_name = _("atelier")
        verbose_name_plural = _("ateliers")
        constraints = [
            ages_en_ordre("atelier_ages_en_ordre"),
            petits_en_ordre("atelier_petits"),
            models.CheckConstraint(
                name="atelier_accueil_ponctuel",
                condition=~Q(format=Format.ACCUEIL_PONCTUEL) | Q(capacite_enfants__gte=1),
                violation_error_message=_("Un accueil ponctuel a au moins une place pour un enfant."),
            ),
            models.CheckConstraint(
                name="atelier_capacite_adultes",
                condition=Q(capacite_adultes__gte=1),
                violation_error_message=_("Prévoyez au moins une place adulte."),
            ),
            models.CheckConstraint(
                name="atelier_places_gardees",
                condition=Q(adultes_gardes__lte=F("capacite_adultes"), enfants_gardes__lte=F("capacite_enfants")),
                violation_error_message=_("On ne peut pas garder plus de places qu'il n'y en a."),
            ),
        ]

    def __str__(self) -> str:
        return self.titre


class SerieQuerySet(models.QuerySet["Serie"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> SerieQuerySet:
        return self.filter(lieu__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Serie(models.Model):
    """A rule that made sessions: local start times of a place by an RRULE (RFC 5545), minus exceptions."""

    atelier = models.ForeignKey(
        Atelier, verbose_name=_("atelier"), on_delete=models.PROTECT, related_name="series", null=True, blank=True
    )
    groupe = models.ForeignKey(
        "ateliers.GroupePairs",
        verbose_name=_("groupe"),
        on_delete=models.PROTECT,
        related_name="series",
        null=True,
        blank=True,
    )
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="series")
    # Local to the place: the hour on its wall clock stays the same over changes of time.
    premier_jour = models.DateField(_("première séance le"))
    heure = models.TimeField(_("à"))
    duree_minutes = models.PositiveSmallIntegerField(_("durée (minutes)"), default=90)
    animateur = models.ForeignKey(
        Utilisateur,
        verbose_name=_("animateur ou animatrice"),
        on_delete=models.PROTECT,
        related_name="series_animees",
        null=True,
        blank=True,
    )
    salle = models.ForeignKey(
        Salle, verbose_name=_("salle"), on_delete=models.PROTECT, related_name="series", null=True, blank=True
    )
    rrule = models.CharField(_("récurrence (RRULE)"), max_length=200, blank=True)
    sauf_feries = models.BooleanField(_("pas les jours fériés"), default=True)
    sauf_vacances = models.BooleanField(_("pas pendant les vacances scolaires"), default=False)
    # The days of a series without a rule (RFC 5545's RDATE).
    dates_choisies = ArrayField(models.DateField(), verbose_name=_("dates choisies"), default=list, blank=True)
    # Days of the rule without a session (EXDATE): holidays, closures, and those someone took out.
    exceptions = ArrayField(models.DateField(), verbose_name=_("dates exclues"), default=list, blank=True)
    cle_idempotence = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now)

    objects = SerieQuerySet.as_manager()

    class Meta:
        verbose_name = _("série")
        verbose_name_plural = _("séries")
        constraints = [
            models.CheckConstraint(
                name="serie_une_origine",
                condition=Q(atelier__isnull=False, groupe__isnull=True)
                | Q(atelier__isnull=True, groupe__isnull=False),
                violation_error_message=_("Une série vient d'un atelier ou d'un groupe."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.atelier or self.groupe} – {self.premier_jour:%d/%m/%Y}"
