from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Questionnaire(models.Model):
    """A survey's name; its versions, questions and answers come with the survey engine."""

    titre = models.CharField(_("titre"), max_length=160, unique=True)
    presentation = models.TextField(_("présentation"), blank=True)

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")

    def __str__(self) -> str:
        return self.titre
