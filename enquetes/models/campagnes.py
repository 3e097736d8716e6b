"""Where, when and of whom a published version is asked."""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from enquetes.enums import CanalEnquete, Moment, StatutCampagne
from enquetes.models.declencheurs import campagne_tenue
from enquetes.models.portee import Roles, du_departement
from enquetes.models.questionnaires import Version
from maisons.models import Departement, Maison
from socle.models import Utilisateur

SEUIL = 11
# Below this nothing protects anybody.
SEUIL_MINIMUM = 5
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def code_acces() -> str:
    return get_random_string(8, _ALPHABET)


class CampagneQuerySet(models.QuerySet["Campagne"]):
    def ouvertes(self, *, le: date) -> CampagneQuerySet:
        return self.filter(statut=StatutCampagne.OUVERTE, ouvre_le__lte=le, ferme_le__gte=le)

    def publiques(self) -> CampagneQuerySet:
        """Those whose results everybody may read."""
        return self.filter(resultats_publics=True, instantanes__isnull=False).distinct()

    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> CampagneQuerySet:
        """To read: those that one's house, département or network leads, and those that ask at one's house."""
        if utilisateur.is_superuser:
            return self
        maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
        # A subquery, not a join: a campaign in two of one's houses is one row.
        chez_elle = Campagne.maisons.through.objects.filter(maison__in=maisons).values("campagne")
        return self.filter(self._menees(utilisateur, le=le, roles=roles) | Q(pk__in=chez_elle))

    def menees_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> CampagneQuerySet:
        """To change: those one's house, département or network leads."""
        if utilisateur.is_superuser:
            return self
        return self.filter(self._menees(utilisateur, le=le, roles=roles))

    @staticmethod
    def _menees(utilisateur: Utilisateur, *, le: date, roles: Roles | None) -> Q:
        maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
        return du_departement(utilisateur, le=le, roles=roles) | Q(maison__in=maisons)


class Campagne(models.Model):
    """A version asked at some houses, from one day to another."""

    version = models.ForeignKey(
        Version, verbose_name=_("questionnaire"), on_delete=models.PROTECT, related_name="campagnes"
    )
    titre = models.CharField(_("titre"), max_length=160, help_text=_("Celui que les parents lisent."))
    slug = models.SlugField(_("identifiant d'adresse"), max_length=80, unique=True)
    public = models.CharField(
        _("pour qui"),
        max_length=160,
        blank=True,
        help_text=_("« Futurs parents et parents d'enfants de moins de 3 ans »"),
    )
    departement = models.ForeignKey(
        Departement,
        verbose_name=_("menée par le département"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campagnes",
    )
    maison = models.ForeignKey(
        Maison,
        verbose_name=_("menée par la maison"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campagnes_menees",
    )
    maisons = models.ManyToManyField(Maison, verbose_name=_("maisons"), blank=True, related_name="campagnes")
    ouvre_le = models.DateField(_("du"))
    ferme_le = models.DateField(_("au"))
    statut = models.CharField(_("état"), max_length=12, choices=StatutCampagne, default=StatutCampagne.PREPARATION)
    seuil = models.PositiveSmallIntegerField(
        _("réponses au moins pour montrer un chiffre"),
        default=SEUIL,
        validators=[MinValueValidator(SEUIL_MINIMUM), MaxValueValidator(100)],
    )
    resultats_publics = models.BooleanField(
        _("résultats sur le site public"), default=False, help_text=_("Avec « Vous avez dit, nous avons fait ».")
    )
    demonstration = models.BooleanField(_("donnée de démonstration (fictive)"), default=False)

    objects = CampagneQuerySet.as_manager()

    class Meta:
        verbose_name = _("campagne")
        verbose_name_plural = _("campagnes")
        constraints = [
            models.CheckConstraint(
                name="campagne_dates",
                condition=Q(ouvre_le__lte=F("ferme_le")),
                violation_error_message=_("La fin doit venir après le début."),
            ),
            models.CheckConstraint(
                name="campagne_seuil",
                condition=Q(seuil__gte=SEUIL_MINIMUM),
                violation_error_message=_("Le seuil est de 5 réponses au moins."),
            ),
            models.CheckConstraint(
                name="campagne_menee_par",
                condition=Q(departement__isnull=True) | Q(maison__isnull=True),
                violation_error_message=_("Une campagne est menée par un département ou par une maison."),
            ),
        ]
        triggers = [campagne_tenue()]

    def __str__(self) -> str:
        return self.titre

    def get_absolute_url(self) -> str:
        return reverse("enquetes:campagne", args=[self.slug])

    def est_ouverte(self, *, le: date) -> bool:
        return self.statut == StatutCampagne.OUVERTE and self.ouvre_le <= le <= self.ferme_le


class AccesQuerySet(models.QuerySet["Acces"]):
    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> AccesQuerySet:
        return self.filter(campagne__in=Campagne.objects.visibles_par(utilisateur, le=le, roles=roles))

    def ouverts(self, *, le: date) -> AccesQuerySet:
        return self.filter(actif=True, campagne__in=Campagne.objects.ouvertes(le=le))


class Acces(models.Model):
    """A door to a campaign: an address for one channel and, where there is one, one house."""

    campagne = models.ForeignKey(Campagne, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="acces")
    canal = models.CharField(_("canal"), max_length=10, choices=CanalEnquete)
    maison = models.ForeignKey(
        Maison,
        verbose_name=_("maison"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acces_enquetes",
    )
    moment = models.CharField(_("moment"), max_length=5, choices=Moment, blank=True, default="")
    code = models.CharField(_("code"), max_length=12, unique=True, default=code_acces, editable=False)
    actif = models.BooleanField(_("ouvert"), default=True)

    objects = AccesQuerySet.as_manager()

    class Meta:
        verbose_name = _("accès")
        verbose_name_plural = _("accès")
        constraints = [
            models.UniqueConstraint(
                name="acces_unique", fields=["campagne", "canal", "maison", "moment"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="acces_borne_en_maison",
                condition=~Q(canal=CanalEnquete.BORNE) | Q(maison__isnull=False),
                violation_error_message=_("Une tablette est dans une maison."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_canal_display()} – {self.maison or self.campagne}"

    def get_absolute_url(self) -> str:
        return reverse("enquetes:debut", args=[self.code])


class JetonUtilise(models.Model):
    """What serves once: the print of an opened invitation's secret, or of an imported file; nothing else of it.

    An invitation's is written when the form is opened, not when it is sent: the two rows don't share a transaction.
    """

    empreinte = models.CharField(_("empreinte"), primary_key=True, max_length=64)
    campagne = models.ForeignKey(
        Campagne, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="jetons_utilises"
    )

    class Meta:
        verbose_name = _("invitation utilisée")
        verbose_name_plural = _("invitations utilisées")

    def __str__(self) -> str:
        return self.empreinte[:8]


class SuiteDonneeQuerySet(models.QuerySet["SuiteDonnee"]):
    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> SuiteDonneeQuerySet:
        return self.filter(campagne__in=Campagne.objects.visibles_par(utilisateur, le=le, roles=roles))


class SuiteDonnee(models.Model):
    """ "Vous avez dit, nous avons fait": what came of an answer."""

    campagne = models.ForeignKey(Campagne, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="suites")
    rang = models.PositiveSmallIntegerField(_("rang"), default=1)
    dit = models.CharField(_("vous avez dit"), max_length=240)
    fait = models.TextField(_("nous avons fait"))

    objects = SuiteDonneeQuerySet.as_manager()

    class Meta:
        verbose_name = _("suite donnée")
        verbose_name_plural = _("vous avez dit, nous avons fait")

    def __str__(self) -> str:
        return self.dit
