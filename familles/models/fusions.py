"""Two records of one family: what was merged into what, and what is known not to be the same."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from familles.models.familles import Famille
from socle.models import Utilisateur


class Fusion(models.Model):
    """That a record was merged into another, by whom, and what moved with it: numbers, no contact. Never changed.

    The record that went stays as the known other contact of the one that is kept (Famille.fusionnee_dans).
    """

    conservee = models.ForeignKey(
        Famille, verbose_name=_("famille conservée"), on_delete=models.CASCADE, related_name="fusions"
    )
    # CASCADE both ways: what is left of an erased family is nothing.
    absorbee = models.OneToOneField(
        Famille, verbose_name=_("famille réunie à elle"), on_delete=models.CASCADE, related_name="fusion"
    )
    # {"prenom": "absorbee"}: from which record each value was kept, where they differed.
    choix = models.JSONField(_("valeurs gardées"), default=dict)
    # {"ateliers.inscription": [3, 8]}: what belonged to the record that went.
    reprises = models.JSONField(_("repris"), default=dict)
    par = models.ForeignKey(Utilisateur, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+")
    le = models.DateTimeField(_("le"))

    class Meta:
        verbose_name = _("fusion")
        verbose_name_plural = _("fusions")
        constraints = [models.CheckConstraint(name="fusion_de_deux", condition=~Q(conservee=F("absorbee")))]
        triggers = [pgtrigger.Protect(name="fusion_jamais_changee", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.absorbee_id} → {self.conservee_id}"


class FamillesDistinctes(models.Model):
    """Two records that look alike and are two families: said once, not asked again."""

    premiere = models.ForeignKey(Famille, verbose_name=_("famille"), on_delete=models.CASCADE, related_name="+")
    # CASCADE: the answer goes with either family.
    seconde = models.ForeignKey(Famille, verbose_name=_("autre famille"), on_delete=models.CASCADE, related_name="+")
    par = models.ForeignKey(Utilisateur, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+")
    le = models.DateTimeField(_("le"))

    class Meta:
        verbose_name = _("familles distinctes")
        verbose_name_plural = _("familles distinctes")
        constraints = [
            models.UniqueConstraint(name="familles_distinctes_unique", fields=["premiere", "seconde"]),
            models.CheckConstraint(name="familles_distinctes_en_ordre", condition=Q(premiere__lt=F("seconde"))),
        ]

    def __str__(self) -> str:
        return f"{self.premiere_id} ≠ {self.seconde_id}"
