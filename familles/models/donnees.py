"""What a person's own rights leave in the database: a key that is soon forgotten, and that something was erased."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from familles.enums import OrigineEffacement
from socle.enums import Canal


class AccesDonnees(models.Model):
    """A link sent to a contact: whoever opens it has shown that the contact is theirs. Known by its hash alone."""

    empreinte = models.CharField(_("empreinte de la clé"), max_length=64, unique=True)
    canal = models.CharField(_("canal"), max_length=10, choices=Canal)
    destinataire = models.CharField(_("destinataire"), max_length=254)
    expire_le = models.DateTimeField(_("valable jusqu'au"))

    class Meta:
        verbose_name = _("accès à ses données")
        verbose_name_plural = _("accès à ses données")

    def __str__(self) -> str:
        return f"{self.get_canal_display()}, {self.expire_le:%d/%m/%Y %H:%M}"


class EffacementQuerySet(models.QuerySet["Effacement"]):
    def a_finir(self) -> EffacementQuerySet:
        return self.filter(fini_le__isnull=True)


class Effacement(models.Model):
    """An erasure asked for, and done: while it is not, which records; afterwards, that it was."""

    origine = models.CharField(_("demandé par"), max_length=12, choices=OrigineEffacement)
    demande_le = models.DateTimeField(_("demandé le"))
    fini_le = models.DateTimeField(_("fini le"), null=True, blank=True)
    # Numbers only, emptied at the end.
    fiches = ArrayField(models.BigIntegerField(), verbose_name=_("fiches"), default=list)
    comptes = ArrayField(models.BigIntegerField(), verbose_name=_("comptes"), default=list)
    lignes = models.PositiveIntegerField(_("lignes effacées"), default=0)

    objects = EffacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("effacement")
        verbose_name_plural = _("effacements")
        constraints = [
            models.CheckConstraint(
                name="effacement_fini_sans_numeros",
                condition=Q(fini_le__isnull=True) | Q(fiches=[], comptes=[]),
            ),
        ]
        indexes = [
            models.Index(name="effacement_a_finir", fields=["demande_le"], condition=Q(fini_le__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_origine_display()}, {self.demande_le:%d/%m/%Y}"
