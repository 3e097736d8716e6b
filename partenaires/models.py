from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from maisons.enums import Langue, Role
from maisons.models import Commune, Lieu, Maison, Organisation
from maisons.models.tenues import tenues
from partenaires.enums import ModePermanence, SuiteOrientation, TypePartenaire
from socle.models import Utilisateur

# An entry is taken as right for six months after someone who knows confirmed it.
VERIFIE_PENDANT = timedelta(days=182)
# Then its owner is reminded, and has this long before it is hidden.
DELAI_APRES_RELANCE = timedelta(days=30)


class PartenaireQuerySet(models.QuerySet["Partenaire"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> PartenaireQuerySet:
        """The whole directory for those who work for a house; a partner sees itself."""
        if utilisateur.is_superuser:
            return self
        siennes = tenues(utilisateur, le=le, roles=roles)
        return self if siennes.roles - {Role.PARTENAIRE} else self.filter(organisation__in=siennes.partenaires)

    def a_verifier(self, *, maintenant: datetime) -> PartenaireQuerySet:
        """Those whose entry nobody confirmed for six months."""
        return self.filter(verifie_le__lte=maintenant - VERIFIE_PENDANT)

    def a_relancer(self, *, maintenant: datetime) -> PartenaireQuerySet:
        """Those to be reminded: their last reminder, if any, is older than their last confirmation."""
        return self.a_verifier(maintenant=maintenant).filter(
            Q(relance_le__isnull=True) | Q(relance_le__lt=F("verifie_le")), publie=True
        )

    def publics(self, *, maintenant: datetime) -> PartenaireQuerySet:
        """What the directory shows: published entries, until a month after a reminder that stayed without answer."""
        perimes = Q(relance_le__gte=F("verifie_le"), relance_le__lte=maintenant - DELAI_APRES_RELANCE)
        return self.filter(publie=True).exclude(perimes)


class Partenaire(models.Model):
    """A service or professional that works with a house; the directory says when its entry was last confirmed."""

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
    description = models.TextField(_("ce qu'il propose"), blank=True)
    adresse = models.CharField(_("adresse"), max_length=200, blank=True)
    code_postal = models.CharField(_("code postal"), max_length=5, blank=True)
    commune = models.ForeignKey(
        Commune, verbose_name=_("commune"), on_delete=models.PROTECT, related_name="partenaires", null=True, blank=True
    )
    telephone = PhoneNumberField(_("téléphone"), blank=True)
    courriel = models.EmailField(_("e-mail public"), blank=True)
    site = models.URLField(_("site"), blank=True)
    langues = ArrayField(
        models.CharField(max_length=3, choices=Langue), verbose_name=_("langues parlées"), default=list, blank=True
    )
    # Where the reminder goes; never shown.
    courriel_contact = models.EmailField(
        _("e-mail pour la vérification"), blank=True, help_text=_("Jamais affiché. À défaut, l'e-mail public.")
    )
    publie = models.BooleanField(_("dans l'annuaire public"), default=True)
    demonstration = models.BooleanField(_("donnée de démonstration (fictive)"), default=False)
    verifie_le = models.DateTimeField(_("vérifié le"), default=timezone.now)
    # A reminder leaves before an entry is hidden: never the other way round.
    relance_le = models.DateTimeField(_("relancé le"), null=True, blank=True, editable=False)
    modifie_le = models.DateTimeField(_("modifié le"), default=timezone.now, editable=False)

    objects = PartenaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("partenaire")
        verbose_name_plural = _("partenaires")
        indexes = [models.Index(name="partenaire_verifie", fields=["verifie_le"])]

    def __str__(self) -> str:
        return self.nom

    def get_absolute_url(self) -> str:
        return f"{reverse('portail:annuaire')}#partenaire-{self.pk}"

    @property
    def langues_libelles(self) -> list[str]:
        return [str(Langue(langue).label) for langue in self.langues]

    @property
    def adresse_complete(self) -> str:
        """One line; its commune must be loaded."""
        commune = f"{self.code_postal} {self.commune.nom if self.commune else ''}".strip()
        return ", ".join(partie for partie in (self.adresse, commune) if partie)

    def est_a_verifier(self, *, maintenant: datetime) -> bool:
        return self.verifie_le <= maintenant - VERIFIE_PENDANT

    def est_cache(self, *, maintenant: datetime) -> bool:
        """As `publics` says it in SQL."""
        return not self.publie or (
            self.relance_le is not None
            and self.relance_le >= self.verifie_le
            and self.relance_le <= maintenant - DELAI_APRES_RELANCE
        )


class PermanenceQuerySet(models.QuerySet["Permanence"]):
    def publiques(self, *, maintenant: datetime) -> PermanenceQuerySet:
        """Those families may read of: still held, at a place in use of a published house, by a partner they see."""
        return self.filter(
            active=True,
            lieu__actif=True,
            lieu__maison__publiee=True,
            partenaire__in=Partenaire.objects.publics(maintenant=maintenant),
        )

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> PermanenceQuerySet:
        """Those held at the houses a person sees, and a partner's own."""
        return self.filter(
            Q(lieu__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))
            | Q(partenaire__organisation__in=tenues(utilisateur, le=le, roles=roles).partenaires)
        )


class Permanence(models.Model):
    """A partner's regular presence at a place of a house."""

    partenaire = models.ForeignKey(
        Partenaire, verbose_name=_("partenaire"), on_delete=models.PROTECT, related_name="permanences"
    )
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="permanences")
    intitule = models.CharField(_("intitulé"), max_length=160)
    description = models.TextField(_("pour quoi venir"), blank=True)
    mode = models.CharField(_("on vient"), max_length=12, choices=ModePermanence, default=ModePermanence.LIBRE)
    creneau_minutes = models.PositiveSmallIntegerField(
        _("durée d'un rendez-vous (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
    )
    active = models.BooleanField(_("en cours"), default=True)
    # What open data call the record's last change.
    modifie_le = models.DateTimeField(_("modifiée le"), auto_now=True)

    objects = PermanenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("permanence")
        verbose_name_plural = _("permanences")
        constraints = [
            models.CheckConstraint(
                name="permanence_creneau",
                condition=Q(mode=ModePermanence.RENDEZ_VOUS, creneau_minutes__range=(5, 240))
                | Q(mode=ModePermanence.LIBRE, creneau_minutes__isnull=True),
                violation_error_message=_("La durée d'un rendez-vous va avec « sur rendez-vous », et seulement avec."),
            ),
        ]

    def __str__(self) -> str:
        return self.intitule


class OrientationQuerySet(models.QuerySet["Orientation"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> OrientationQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Orientation(models.Model):
    """A family was directed to a partner, with its agreement: a figure of the house, tied to nobody."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="orientations")
    type = models.CharField(_("vers"), max_length=20, choices=TypePartenaire)
    partenaire = models.ForeignKey(
        Partenaire,
        verbose_name=_("partenaire"),
        on_delete=models.PROTECT,
        related_name="orientations",
        null=True,
        blank=True,
    )
    le = models.DateField(_("le"))
    accord = models.BooleanField(_("la famille est d'accord"), default=False)
    suite = models.CharField(_("contact"), max_length=12, choices=SuiteOrientation, default=SuiteOrientation.INCONNUE)

    objects = OrientationQuerySet.as_manager()

    class Meta:
        verbose_name = _("orientation")
        verbose_name_plural = _("orientations")
        constraints = [
            models.CheckConstraint(
                name="orientation_accord",
                condition=Q(accord=True),
                violation_error_message=_("Sans l'accord de la famille, rien n'est noté."),
            ),
        ]
        indexes = [models.Index(name="orientation_maison_le", fields=["maison", "le"])]

    def __str__(self) -> str:
        return f"{self.get_type_display()} – {self.le:%d/%m/%Y}"


class JeuDeDonnees(models.Model):
    """A file of open data as a worker wrote it last."""

    nom = models.CharField(_("nom"), max_length=40, unique=True)
    contenu = models.TextField(_("contenu"))
    modifie_le = models.DateTimeField(_("modifié le"))

    class Meta:
        verbose_name = _("jeu de données ouvertes")
        verbose_name_plural = _("jeux de données ouvertes")

    def __str__(self) -> str:
        return self.nom
