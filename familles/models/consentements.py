"""The ledger of consents: what was agreed to, when, in which words, and when it was taken back."""

from __future__ import annotations

import pgtrigger
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from familles.enums import ObjetAccord
from socle.models import Utilisateur


class ConsentementQuerySet(models.QuerySet["Consentement"]):
    def en_cours(self) -> ConsentementQuerySet:
        return self.filter(retire_le=None)


class Consentement(models.Model):
    """Someone agreed to something, in these words. The row is written once; only its end is added, once."""

    # CASCADE: the ledger of an account goes with it; a request's goes with the request (GenericRelation).
    utilisateur = models.ForeignKey(
        Utilisateur,
        verbose_name=_("compte"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="consentements",
    )
    objet = models.CharField(_("objet"), max_length=20, choices=ObjetAccord)
    version = models.PositiveSmallIntegerField(_("version du texte"))
    # As it stood on the screen, in its language.
    texte = models.TextField(_("texte"))
    langue = models.CharField(_("langue"), max_length=10)
    donne_le = models.DateTimeField(_("donné le"))
    retire_le = models.DateTimeField(_("retiré le"), null=True, blank=True)
    # What it is about: a request to be called, a reminder…
    cible_type = models.ForeignKey(
        ContentType, verbose_name=_("type d'objet"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cible_id = models.BigIntegerField(_("objet"), null=True, blank=True)
    cible = GenericForeignKey("cible_type", "cible_id")

    objects = ConsentementQuerySet.as_manager()

    class Meta:
        verbose_name = _("accord")
        verbose_name_plural = _("accords")
        constraints = [
            models.CheckConstraint(
                name="consentement_de_quelqu_un",
                condition=Q(utilisateur__isnull=False) | Q(cible_type__isnull=False, cible_id__isnull=False),
            ),
            models.CheckConstraint(
                name="consentement_retire_apres", condition=Q(retire_le__isnull=True) | Q(retire_le__gte=F("donne_le"))
            ),
        ]
        indexes = [models.Index(name="consentement_cible", fields=["cible_type", "cible_id"])]
        triggers = [
            pgtrigger.ReadOnly(name="consentement_ecrit_une_fois", exclude=["retire_le"]),
            pgtrigger.Protect(
                name="consentement_retire_une_fois",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.retire_le IS NOT NULL"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_objet_display()}, {self.donne_le:%d/%m/%Y}"
