"""Results as they were published: what is read, exported and printed comes from here, never from the answers."""

from __future__ import annotations

from datetime import date, datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enquetes.models.campagnes import Campagne
from enquetes.models.portee import Roles
from socle.models import Utilisateur


class InstantaneQuerySet(models.QuerySet["Instantane"]):
    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> InstantaneQuerySet:
        return self.filter(campagne__in=Campagne.objects.visibles_par(utilisateur, le=le, roles=roles))


class Instantane(models.Model):
    """The protected tables of a campaign up to a week, written once. A hidden cell's count is not in it."""

    campagne = models.ForeignKey(
        Campagne, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="instantanes"
    )
    numero = models.PositiveSmallIntegerField(_("numéro"))
    jusqu_a = models.DateField(_("jusqu'à la semaine du"))
    definitif = models.BooleanField(_("définitif"), default=False)
    contenu = models.JSONField(_("tableaux"))

    objects = InstantaneQuerySet.as_manager()

    class Meta:
        verbose_name = _("résultats publiés")
        verbose_name_plural = _("résultats publiés")
        constraints = [
            models.UniqueConstraint(name="instantane_numero_unique", fields=["campagne", "numero"]),
            models.UniqueConstraint(name="instantane_un_definitif", fields=["campagne"], condition=Q(definitif=True)),
            models.CheckConstraint(name="instantane_semaine_lundi", condition=Q(jusqu_a__iso_week_day=1)),
        ]
        triggers = [pgtrigger.Protect(name="instantane_ecrit_une_fois", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.campagne} – {self.numero}"


class DemandePublicationQuerySet(models.QuerySet["DemandePublication"]):
    def a_faire(self, *, maintenant: datetime) -> DemandePublicationQuerySet:
        """Those to make now: asked for, or claimed by a worker whose lease ran out."""
        return self.filter(Q(refus="") & (Q(bail_jusqu_au__isnull=True) | Q(bail_jusqu_au__lte=maintenant)))

    def en_attente(self) -> DemandePublicationQuerySet:
        return self.filter(refus="")


class DemandePublication(models.Model):
    """Results asked for, one demand a campaign: the minute's task makes them, and the row goes once they are out.

    A refused one stays, with its reason, until it is asked for again.
    """

    campagne = models.OneToOneField(
        Campagne,
        verbose_name=_("campagne"),
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="demande_publication",
    )
    demandee_le = models.DateTimeField(_("demandée le"), default=timezone.now)
    bail_jusqu_au = models.DateTimeField(_("réservée jusqu'à"), null=True, blank=True)
    tentatives = models.PositiveSmallIntegerField(_("tentatives"), default=0)
    refus = models.CharField(_("refus"), max_length=240, blank=True)

    objects = DemandePublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande de publication")
        verbose_name_plural = _("demandes de publication")
        constraints = [
            models.CheckConstraint(
                name="demande_publication_refusee_sans_bail", condition=Q(refus="") | Q(bail_jusqu_au__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.campagne_id)
