from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from socle.suivi import suivre

PRENOM_MAX = 60
# In the place of a first name, on rows that stay as figures after their family was erased.
PRENOM_EFFACE = "–"


class FamilleQuerySet(models.QuerySet["Famille"]):
    def joignables_a(self, *, email: str = "", telephone: str = "") -> FamilleQuerySet:
        """Families reached by this address or by this number: what "one person" means for a limit per contact."""
        condition = Q(pk__in=[])
        if email:
            condition |= Q(email__iexact=email)
        if telephone:
            condition |= Q(telephone=telephone)
        return self.filter(condition)


@suivre(
    champs=[
        "prenom",
        "email",
        "telephone",
        "langue",
        "fusionnee_dans",
    ],
    personnel=True,
    anonyme=f"prenom = '{PRENOM_EFFACE}' AND email = '' AND telephone = ''",
)
class Famille(models.Model):
    """A household as the portal knows it: a first name and a way to reach it. Nothing else is asked."""

    prenom = models.CharField(_("prénom"), max_length=PRENOM_MAX)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    telephone = PhoneNumberField(_("téléphone mobile"), blank=True)
    langue = models.CharField(_("langue des messages"), max_length=10, default="fr")
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now)
    # Another record of the same family: this one stays for the contact it was known by, and goes with that one.
    fusionnee_dans = models.ForeignKey(
        "self",
        verbose_name=_("réunie à"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="absorbees",
    )

    objects = FamilleQuerySet.as_manager()

    class Meta:
        verbose_name = _("famille")
        verbose_name_plural = _("familles")
        constraints = [
            # A family with an address is known by it, one without by its number: two bookings sent at the same
            # moment with one contact end in one family. Staff may register someone who has neither.
            models.UniqueConstraint(Lower("email"), name="famille_email_unique", condition=~Q(email="")),
            models.UniqueConstraint(
                fields=["telephone"], name="famille_telephone_unique", condition=Q(email="") & ~Q(telephone="")
            ),
            models.CheckConstraint(
                name="famille_fusionnee_ailleurs",
                condition=Q(fusionnee_dans__isnull=True) | ~Q(fusionnee_dans=models.F("pk")),
            ),
        ]
        indexes = [models.Index(name="famille_telephone", fields=["telephone"])]

    def __str__(self) -> str:
        return self.prenom


@suivre(
    champs=[
        "famille",
        "prenom",
        "naissance",
        "terme_prevu",
    ],
    personnel=True,
)
class Enfant(models.Model):
    """A child, born or expected: a date is all we need to say which sessions fit."""

    famille = models.ForeignKey(Famille, verbose_name=_("famille"), on_delete=models.CASCADE, related_name="enfants")
    # CASCADE: a child is only known through its family, and goes when the family is erased.
    prenom = models.CharField(_("prénom"), max_length=PRENOM_MAX, blank=True)
    naissance = models.DateField(_("date de naissance"), null=True, blank=True)
    terme_prevu = models.DateField(_("date prévue d'accouchement"), null=True, blank=True)
    # Off: no milestone, no reminder, nothing of it in a calendar. One tap that stops everything turns it off.
    suivi = models.BooleanField(_("montré dans le calendrier"), default=True)

    class Meta:
        verbose_name = _("enfant")
        verbose_name_plural = _("enfants")
        constraints = [
            models.CheckConstraint(
                name="enfant_une_date",
                condition=Q(naissance__isnull=False) | Q(terme_prevu__isnull=False),
                violation_error_message=_("Indiquez la date de naissance ou la date prévue d'accouchement."),
            ),
        ]

    def __str__(self) -> str:
        return self.prenom or str(_("enfant"))

    @property
    def est_ne(self) -> bool:
        return self.naissance is not None

    @property
    def date_repere(self) -> date:
        """The birth, or the due date until then."""
        repere = self.naissance or self.terme_prevu
        if repere is None:
            raise ValueError("The database holds no child without a date.")
        return repere
