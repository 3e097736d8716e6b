from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from maisons.models import Lieu, Organisation
from partenaires.enums import TypePartenaire


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

    class Meta:
        verbose_name = _("partenaire")
        verbose_name_plural = _("partenaires")

    def __str__(self) -> str:
        return self.nom


class Permanence(models.Model):
    """A partner's regular presence at a place of a house."""

    partenaire = models.ForeignKey(
        Partenaire, verbose_name=_("partenaire"), on_delete=models.PROTECT, related_name="permanences"
    )
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="permanences")
    intitule = models.CharField(_("intitulé"), max_length=160)

    class Meta:
        verbose_name = _("permanence")
        verbose_name_plural = _("permanences")

    def __str__(self) -> str:
        return self.intitule
