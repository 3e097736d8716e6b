"""A facilitator's draft of groups to come: proposed by the portal, moved by hand, validated once."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ateliers.enums import Particularite, Rythme, StatutComposition
from ateliers.models.demandes import DemandeGroupe
from ateliers.models.groupes import CAPACITE_MAX, CAPACITE_PAR_DEFAUT, GroupePairs, libelles
from maisons.enums import Langue
from maisons.models import Lieu, Maison
from socle.models import Utilisateur


class CompositionQuerySet(models.QuerySet["Composition"]):
    def brouillons(self) -> CompositionQuerySet:
        return self.filter(statut=StatutComposition.BROUILLON)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> CompositionQuerySet:
        """Those of which a person sees every house: a draft names families of all of them."""
        visibles = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
        ailleurs = Composition.maisons.through.objects.filter(composition=models.OuterRef("pk")).exclude(
            maison__in=visibles
        )
        return self.filter(models.Exists(visibles), ~models.Exists(ailleurs), maisons__isnull=False).distinct()


class Composition(models.Model):
    """One sitting of composing groups from the waiting requests of some houses."""

    maisons = models.ManyToManyField(Maison, verbose_name=_("maisons"), related_name="compositions")
    statut = models.CharField(
        _("statut"), max_length=12, choices=StatutComposition, default=StatutComposition.BROUILLON
    )
    par = models.ForeignKey(Utilisateur, verbose_name=_("préparée par"), on_delete=models.PROTECT, related_name="+")
    # Goes up at each change: two people who move families in one draft see it.
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    # What the optimisation was asked and found: minima, maxima, seconds, gap.
    reglages = models.JSONField(_("réglages"), default=dict, blank=True)
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now)
    finie_le = models.DateTimeField(_("finie le"), null=True, blank=True)

    objects = CompositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("composition de groupes")
        verbose_name_plural = _("compositions de groupes")
        constraints = [
            models.CheckConstraint(
                name="composition_finie_le",
                condition=Q(statut=StatutComposition.BROUILLON, finie_le__isnull=True)
                | (~Q(statut=StatutComposition.BROUILLON) & Q(finie_le__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cree_le:%d/%m/%Y}"


class CohorteProposee(models.Model):
    """A group as a draft proposes it; a group of the house once validated."""

    composition = models.ForeignKey(
        Composition, verbose_name=_("composition"), on_delete=models.CASCADE, related_name="cohortes"
    )  # CASCADE: a part of the draft.
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="+")
    nom = models.CharField(_("nom"), max_length=120)
    naissances_du = models.DateField(_("naissances du"))
    naissances_au = models.DateField(_("au"))
    capacite = models.PositiveSmallIntegerField(
        _("places (binômes parent-bébé)"),
        default=CAPACITE_PAR_DEFAUT,
        validators=[MinValueValidator(2), MaxValueValidator(CAPACITE_MAX)],
    )
    langue = models.CharField(_("langue du groupe"), max_length=3, choices=Langue, default=Langue.FR)
    rythme = models.CharField(_("rythme"), max_length=12, choices=Rythme, default=Rythme.QUINZAINE)
    particularites = ArrayField(
        models.CharField(max_length=12, choices=Particularite),
        verbose_name=_("particularités"),
        default=list,
        blank=True,
    )
    groupe = models.OneToOneField(
        GroupePairs,
        verbose_name=_("groupe créé"),
        on_delete=models.PROTECT,
        related_name="cohorte",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("groupe proposé")
        verbose_name_plural = _("groupes proposés")
        constraints = [
            models.CheckConstraint(
                name="cohorte_naissances_en_ordre", condition=Q(naissances_du__lte=F("naissances_au"))
            ),
            models.CheckConstraint(name="cohorte_capacite", condition=Q(capacite__range=(2, CAPACITE_MAX))),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def particularites_libelles(self) -> list[str]:
        return libelles(self.particularites)


class PlaceProposee(models.Model):
    """A waiting family in a draft: in one of its groups, or among those who stay first in line (`cohorte` empty)."""

    composition = models.ForeignKey(
        Composition, verbose_name=_("composition"), on_delete=models.CASCADE, related_name="places"
    )
    cohorte = models.ForeignKey(
        CohorteProposee,
        verbose_name=_("groupe proposé"),
        on_delete=models.CASCADE,
        related_name="places",
        null=True,
        blank=True,
    )  # CASCADE, all three: a line of the draft, not of the family's record.
    demande = models.ForeignKey(
        DemandeGroupe, verbose_name=_("demande"), on_delete=models.CASCADE, related_name="places_proposees"
    )
    raisons = models.JSONField(_("raisons"), default=list, blank=True)
    # Moved by hand: why the portal had put it elsewhere is no reason any more.
    deplacee = models.BooleanField(_("déplacée à la main"), default=False)

    class Meta:
        verbose_name = _("place proposée")
        verbose_name_plural = _("places proposées")
        constraints = [models.UniqueConstraint(name="place_proposee_unique", fields=["composition", "demande"])]

    def __str__(self) -> str:
        return str(self.demande_id)
