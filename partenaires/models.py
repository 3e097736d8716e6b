from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from maisons.enums import Role
from maisons.models import Affectation, Lieu, Maison, Organisation
from partenaires.enums import TypePartenaire
from socle.models import Utilisateur


class PartenaireQuerySet(models.QuerySet["Partenaire"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> PartenaireQuerySet:
        """The whole directory for those who work for a house; a partner sees itself."""
        if utilisateur.is_superuser:
            return self
        affectations = Affectation.objects.for_utilisateur(utilisateur, le=le, roles=roles)
        return self.filter(
            Q(Exists(affectations.exclude(role=Role.PARTENAIRE)))
            | Q(organisation__in=affectations.filter(role=Role.PARTENAIRE).values("organisation"))
        )


class Partenaire(models.Model):
    """A service or professional that works with a house."""

    nom = models.CharField(_("nom"), max_length=160, unique=True)
    type = models.CharField(_("type"), max_length=20, choices=TypePartenaire)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="partenaires",
        null=True,
        blank=True,
    )

    objects = PartenaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("partenaire")
        verbose_name_plural = _("partenaires")

    def __str__(self) -> str:
        return self.nom


class PermanenceQuerySet(models.QuerySet["Permanence"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> PermanenceQuerySet:
        """Those held at the houses a person sees, and a partner's own."""
        organisations = Affectation.objects.for_utilisateur(utilisateur, le=le, roles=roles).filter(
            role=Role.PARTENAIRE
        )
        return self.filter(
            Q(lieu__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))
            | Q(partenaire__organisation__in=organisations.values("organisation"))
        )


class Permanence(models.Model):
    """A partner's regular presence at a place of a house."""

    partenaire = models.ForeignKey(
        Partenaire, verbose_name=_("partenaire"), on_delete=models.PROTECT, related_name="permanences"
    )
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="permanences")
    intitule = models.CharField(_("intitulé"), max_length=160)

    objects = PermanenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("permanence")
        verbose_name_plural = _("permanences")

    def __str__(self) -> str:
        return self.intitule
