from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from maisons.models.reseau import Lieu, Maison
from socle.models import Utilisateur


class SalleQuerySet(models.QuerySet["Salle"]):
    def actives(self) -> SalleQuerySet:
        return self.filter(active=True)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> SalleQuerySet:
        return self.filter(lieu__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Salle(models.Model):
    """A room of a place: one session at a time."""

    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.CASCADE, related_name="salles")
    # CASCADE: a room has no meaning without its place; one that sessions use protects both.
    nom = models.CharField(_("nom"), max_length=80)
    active = models.BooleanField(_("utilisée"), default=True)

    objects = SalleQuerySet.as_manager()

    class Meta:
        verbose_name = _("salle")
        verbose_name_plural = _("salles")
        constraints = [
            models.UniqueConstraint(
                name="salle_nom_unique",
                fields=["lieu", "nom"],
                violation_error_message=_("Ce lieu a déjà une salle de ce nom."),
            ),
        ]

    def __str__(self) -> str:
        return self.nom
