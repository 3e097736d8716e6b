from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maisons.models import Maison
from socle.models import Utilisateur

if TYPE_CHECKING:
    pass


class GroupePairsQuerySet(models.QuerySet["GroupePairs"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> GroupePairsQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class GroupePairs(models.Model):
    """A group of parents whose babies are the same age; its rules and life come with the groups' engine."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="groupes")
    nom = models.CharField(_("nom"), max_length=120)
    naissances_du = models.DateField(_("naissances du"))
    naissances_au = models.DateField(_("au"))

    objects = GroupePairsQuerySet.as_manager()

    class Meta:
        verbose_name = _("groupe de pair-aidance")
        verbose_name_plural = _("groupes de pair-aidance")
        constraints = [
            models.CheckConstraint(
                name="groupe_naissances_en_ordre",
                condition=Q(naissances_du__lte=F("naissances_au")),
                violation_error_message=_("La fin de la fenêtre de naissances doit venir après son début."),
            ),
        ]

    def __str__(self) -> str:
        return self.nom
