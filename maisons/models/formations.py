"""Who was trained to lead groups and sessions, and until when that counts."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maisons.models.reseau import Affectation
from socle.models import Utilisateur


class FormationQuerySet(models.QuerySet["Formation"]):
    def a_jour(self, *, le: date) -> FormationQuerySet:
        """Followed by then, and still valid on that day."""
        return self.filter(suivie_le__lte=le).filter(Q(valable_au__isnull=True) | Q(valable_au__gte=le))

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> FormationQuerySet:
        """Those of the people who have or had a role where this person has one."""
        affectations = Affectation.objects.visibles_par(utilisateur, le=le, roles=roles)
        return self.filter(utilisateur__in=affectations.values("utilisateur"))


class Formation(models.Model):
    """A facilitator's training: it follows the person, not the post."""

    utilisateur = models.ForeignKey(
        Utilisateur, verbose_name=_("personne"), on_delete=models.PROTECT, related_name="formations"
    )
    intitule = models.CharField(_("formation"), max_length=160)
    suivie_le = models.DateField(_("suivie le"))
    valable_au = models.DateField(
        _("valable jusqu'au"), null=True, blank=True, help_text=_("Vide : sans date de fin.")
    )

    objects = FormationQuerySet.as_manager()

    class Meta:
        verbose_name = _("formation de facilitateur")
        verbose_name_plural = _("formations de facilitateur")
        constraints = [
            models.UniqueConstraint(
                name="formation_unique",
                fields=["utilisateur", "intitule", "suivie_le"],
                violation_error_message=_("Cette formation est déjà notée."),
            ),
            models.CheckConstraint(
                name="formation_dates",
                condition=Q(valable_au__isnull=True) | Q(valable_au__gte=F("suivie_le")),
                violation_error_message=_("La fin de validité doit venir après la formation."),
            ),
        ]

    def __str__(self) -> str:
        return self.intitule
