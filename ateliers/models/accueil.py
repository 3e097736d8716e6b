from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from ateliers.enums import RaisonAccueil
from ateliers.models.inscriptions import Inscription

URGENCE_MAX = 80


class FicheAccueil(models.Model):
    """What a parent leaves with a child for some hours: whom to call, the authorisation, a reason among choices."""

    # CASCADE: it has no meaning without the booking, and must not outlive it.
    inscription = models.OneToOneField(
        Inscription, verbose_name=_("inscription"), on_delete=models.CASCADE, related_name="fiche_accueil"
    )
    urgence_nom = models.CharField(_("personne à prévenir"), max_length=URGENCE_MAX, blank=True)
    urgence_telephone = PhoneNumberField(_("son téléphone"), blank=True)
    raison = models.CharField(_("raison"), max_length=12, choices=RaisonAccueil)
    autorisation = models.BooleanField(_("autorisation parentale"), default=False)
    autorisee_le = models.DateTimeField(_("autorisation donnée le"))
    # Whom to call is of no more use once the child has gone home; the reason stays, for figures.
    effacee_le = models.DateTimeField(_("contact effacé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("fiche d'accueil ponctuel")
        verbose_name_plural = _("fiches d'accueil ponctuel")
        constraints = [
            models.CheckConstraint(
                name="fiche_accueil_autorisation",
                condition=Q(autorisation=True),
                violation_error_message=_("Sans l'autorisation d'un parent, l'enfant ne peut pas être accueilli."),
            ),
            models.CheckConstraint(
                name="fiche_accueil_urgence",
                condition=(Q(effacee_le__isnull=True) & ~Q(urgence_nom="") & ~Q(urgence_telephone=""))
                | Q(effacee_le__isnull=False, urgence_nom="", urgence_telephone=""),
                violation_error_message=_("Indiquez qui prévenir, et son téléphone."),
            ),
        ]
        indexes = [
            models.Index(name="fiche_accueil_a_effacer", fields=["inscription"], condition=Q(effacee_le__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.get_raison_display()} – {timezone.localtime(self.autorisee_le):%d/%m/%Y}"
