from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from maisons.enums import (
    PORTEES_DU_ROLE,
    Action,
    Commodite,
    GenreLieu,
    JourSemaine,
    Langue,
    Portee,
    Role,
    StatutLabel,
    TypeMaison,
    TypeOrganisation,
)
from maisons.models.tenues import tenues
from maisons.models.territoire import Commune, Departement, Territoire
from socle.models import Utilisateur
from socle.suivi import suivre


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> OrganisationQuerySet:
        """Those a person works for, and those that run the houses they see."""
        if utilisateur.is_superuser:
            return self
        siennes = tenues(utilisateur, le=le, roles=roles)
        if siennes.reseau:
            return self
        maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
        return self.filter(
            Q(pk__in=siennes.organisations | siennes.partenaires) | Q(pk__in=maisons.values("organisation"))
        )


class Organisation(models.Model):
    """Who runs houses: a département, a town, an association…"""

    nom = models.CharField(_("nom"), max_length=160, unique=True)
    slug = models.SlugField(_("identifiant d'adresse"), max_length=80, unique=True)
    type = models.CharField(_("type"), max_length=20, choices=TypeOrganisation)
    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, null=True, blank=True
    )
    site = models.URLField(_("site"), blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.nom


class MaisonQuerySet(models.QuerySet["Maison"]):
    def publiees(self) -> MaisonQuerySet:
        return self.filter(publiee=True)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> MaisonQuerySet:
        """The houses a person's running assignments give, for the roles asked (all by default)."""
        if not utilisateur.is_active:
            return self.none()
        if utilisateur.is_superuser:
            return self
        siennes = tenues(utilisateur, le=le, roles=roles)
        if siennes.reseau:
            return self
        return self.filter(
            Q(pk__in=siennes.maisons)
            | Q(organisation__in=siennes.organisations)
            | Q(departement__in=siennes.departements)
        )


@suivre(
    champs=[
        "nom",
        "slug",
        "type",
        "organisation",
        "departement",
        "territoire",
        "presentation",
        "actions",
        "langues",
        "telephone",
        "courriel",
        "site",
        "statut_label",
        "label_le",
        "ouverte",
        "publiee",
    ],
)
class Maison(models.Model):
    """A house of the first 1000 days: fixed, itinerant over several places, a vehicle, or an action with no place."""

    nom = models.CharField(_("nom"), max_length=160)
    slug = models.SlugField(_("identifiant d'adresse"), max_length=80, unique=True)
    type = models.CharField(_("type"), max_length=12, choices=TypeMaison, default=TypeMaison.FIXE)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="maisons"
    )
    # Of the house itself: some have no place at all, and a place may stand over the border.
    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, related_name="maisons"
    )
    territoire = models.ForeignKey(
        Territoire,
        verbose_name=_("territoire"),
        on_delete=models.PROTECT,
        related_name="maisons",
        null=True,
        blank=True,
    )
    presentation = models.TextField(_("présentation"), blank=True)
    actions = ArrayField(
        models.CharField(max_length=30, choices=Action), verbose_name=_("actions"), default=list, blank=True
    )
    langues = ArrayField(
        models.CharField(max_length=3, choices=Langue), verbose_name=_("langues parlées"), default=list, blank=True
    )
    telephone = PhoneNumberField(_("téléphone"), blank=True)
    courriel = models.EmailField(_("e-mail"), blank=True)
    site = models.URLField(_("site"), blank=True)
    statut_label = models.CharField(_("label"), max_length=12, choices=StatutLabel, default=StatutLabel.AUCUN)
    label_le = models.DateField(_("labellisée le"), null=True, blank=True)
    ouverte = models.BooleanField(
        _("ouverte au public"), default=True, help_text=_("Décochez pour une maison en projet.")
    )
    publiee = models.BooleanField(_("visible sur le portail"), default=True)
    demonstration = models.BooleanField(_("donnée de démonstration (fictive)"), default=False)
    source = models.CharField(_("source"), max_length=300, blank=True)
    # What open data call the record's last change.
    modifie_le = models.DateTimeField(_("modifiée le"), auto_now=True)

    objects = MaisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("maison")
        verbose_name_plural = _("maisons")
        constraints = [
            models.CheckConstraint(
                name="maison_label_date",
                condition=Q(statut_label=StatutLabel.LABELLISEE, label_le__isnull=False)
                | (~Q(statut_label=StatutLabel.LABELLISEE) & Q(label_le__isnull=True)),
                violation_error_message=_("La date du label va avec le statut « labellisée », et seulement avec lui."),
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    def get_absolute_url(self) -> str:
        return reverse("portail:maison", args=[self.slug])

    @property
    def actions_libelles(self) -> list[str]:
        return [str(Action(action).label) for action in self.actions]

    @property
    def langues_libelles(self) -> list[str]:
        return [str(Langue(langue).label) for langue in self.langues]


class LieuQuerySet(models.QuerySet["Lieu"]):
    def actifs(self) -> LieuQuerySet:
        return self.filter(actif=True)

    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None) -> LieuQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


@suivre(
    champs=[
        "maison",
        "nom",
        "adresse",
        "commune",
        "code_postal",
        "latitude",
        "longitude",
        "fuseau",
        "acces",
        "genre",
        "commodites",
        "accessibilite",
        "qpv",
        "actif",
    ],
)
class Lieu(models.Model):
    """A place where a house receives families; an itinerant house has several."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="lieux")
    nom = models.CharField(_("nom"), max_length=120)
    adresse = models.CharField(_("adresse"), max_length=200, blank=True)
    commune = models.ForeignKey(Commune, verbose_name=_("commune"), on_delete=models.PROTECT, related_name="lieux")
    code_postal = models.CharField(_("code postal"), max_length=5, blank=True)
    latitude = models.FloatField(_("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(_("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)])
    fuseau = models.CharField(_("fuseau horaire"), max_length=40, default="Europe/Paris")
    genre = models.CharField(_("genre"), max_length=16, choices=GenreLieu, default=GenreLieu.MAISON)
    commodites = ArrayField(
        models.CharField(max_length=16, choices=Commodite),
        verbose_name=_("sur place"),
        default=list,
        blank=True,
    )
    acces = models.TextField(_("venir (transports, stationnement)"), blank=True)
    accessibilite = models.TextField(_("accessibilité"), blank=True)
    qpv = models.BooleanField(_("en quartier prioritaire"), default=False)
    actif = models.BooleanField(_("utilisé"), default=True)
    demonstration = models.BooleanField(_("adresse fictive (démonstration)"), default=False)
    modifie_le = models.DateTimeField(_("modifié le"), auto_now=True)

    objects = LieuQuerySet.as_manager()

    class Meta:
        verbose_name = _("lieu")
        verbose_name_plural = _("lieux")
        constraints = [
            models.UniqueConstraint(
                name="lieu_nom_unique",
                fields=["maison", "nom"],
                violation_error_message=_("Cette maison a déjà un lieu de ce nom."),
            ),
            models.CheckConstraint(
                name="lieu_sur_terre",
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message=_("Ces coordonnées n'existent pas."),
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.fuseau)

    @property
    def commodites_libelles(self) -> list[str]:
        return [str(Commodite(commodite).label) for commodite in self.commodites]

    @property
    def adresse_complete(self) -> str:
        """One line for messages and calendars; its commune must be loaded."""
        commune = f"{self.code_postal} {self.commune.nom}".strip()
        return ", ".join(partie for partie in (self.adresse, commune) if partie)


class PlageOuverture(models.Model):
    """Weekly opening hours of a place, in its local time."""

    class Semaines(models.TextChoices):
        TOUTES = "toutes", _("toutes les semaines")
        PAIRES = "paires", _("semaines paires")
        IMPAIRES = "impaires", _("semaines impaires")

    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.CASCADE, related_name="plages")
    # CASCADE: hours have no meaning without their place.
    jour = models.PositiveSmallIntegerField(_("jour"), choices=JourSemaine)
    debut = models.TimeField(_("de"))
    fin = models.TimeField(_("à"))
    semaines = models.CharField(_("semaines"), max_length=8, choices=Semaines, default=Semaines.TOUTES)
    du = models.DateField(_("valable du"), null=True, blank=True)
    au = models.DateField(_("jusqu'au"), null=True, blank=True)

    class Meta:
        verbose_name = _("plage d'ouverture")
        verbose_name_plural = _("plages d'ouverture")
        constraints = [
            models.CheckConstraint(
                name="plage_ouverture_ordre",
                condition=Q(debut__lt=F("fin")),
                violation_error_message=_("L'heure de fin doit venir après l'heure de début."),
            ),
            models.CheckConstraint(
                name="plage_ouverture_dates",
                condition=Q(du__isnull=True) | Q(au__isnull=True) | Q(du__lte=F("au")),
                violation_error_message=_("La fin de validité doit venir après son début."),
            ),
            models.CheckConstraint(name="plage_ouverture_jour", condition=Q(jour__range=(0, 6))),
        ]

    def __str__(self) -> str:
        return f"{self.get_jour_display()} {self.debut:%H:%M}–{self.fin:%H:%M}"

    def vaut_le(self, jour: date) -> bool:
        if jour.weekday() != self.jour or (self.du and jour < self.du) or (self.au and jour > self.au):
            return False
        paire = jour.isocalendar().week % 2 == 0
        return self.semaines == self.Semaines.TOUTES or paire == (self.semaines == self.Semaines.PAIRES)


class Fermeture(models.Model):
    """Days on which a house is closed whatever its hours say, both ends included."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.CASCADE, related_name="fermetures")
    # CASCADE: a closure has no meaning without its house.
    du = models.DateField(_("du"))
    au = models.DateField(_("au"))
    motif = models.CharField(_("motif"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("fermeture")
        verbose_name_plural = _("fermetures")
        constraints = [
            models.CheckConstraint(
                name="fermeture_ordre",
                condition=Q(du__lte=F("au")),
                violation_error_message=_("Le dernier jour de fermeture doit venir après le premier."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.du:%d/%m/%Y} – {self.au:%d/%m/%Y}"


R = TypeVar("R", bound="models.QuerySet[Any]")


def _dans_la_portee(rangees: R, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None) -> R:
    """Roles on a scope: those on what a person's own running assignments cover."""
    if not utilisateur.is_active:
        return rangees.none()
    if utilisateur.is_superuser:
        return rangees
    siennes = tenues(utilisateur, le=le, roles=roles)
    if siennes.reseau:
        return rangees
    return rangees.filter(
        Q(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))
        | Q(organisation__in=siennes.organisations)
        | Q(departement__in=siennes.departements)
        | Q(organisation__departement__in=siennes.departements)
    )


class AffectationQuerySet(models.QuerySet["Affectation"]):
    def en_cours(self, *, le: date) -> AffectationQuerySet:
        return self.filter(Q(du__lte=le) & (Q(au__isnull=True) | Q(au__gte=le)))

    def for_utilisateur(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> AffectationQuerySet:
        """A person's running assignments, of these roles when some are named."""
        affectations = self.en_cours(le=le).filter(utilisateur=utilisateur)
        return affectations if roles is None else affectations.filter(role__in=roles)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> AffectationQuerySet:
        """Those given on what a person's own assignments cover, past and future ones included."""
        return _dans_la_portee(self, utilisateur, le=le, roles=roles)


def _periode() -> Func:
    return Func(F("du"), F("au"), models.Value("[]"), function="daterange", output_field=DateRangeField())


def _portee_tenue() -> Q:
    """Exactly the scope column that the kind of scope names is filled."""
    colonnes = [Portee.MAISON, Portee.ORGANISATION, Portee.DEPARTEMENT]
    condition = Q()
    for portee in Portee:
        condition |= Q(portee=portee, **{f"{colonne.value}__isnull": colonne != portee for colonne in colonnes})
    return condition


def _role_dans_sa_portee() -> Q:
    condition = Q()
    for role, portees in PORTEES_DU_ROLE.items():
        condition |= Q(role=role, portee__in=sorted(portees))
    return condition


class RoleSurPortee(models.Model):
    """A role and what it extends to: exactly the column that the kind of scope names is filled."""

    role = models.CharField(_("rôle"), max_length=16, choices=Role)
    portee = models.CharField(_("portée"), max_length=12, choices=Portee)
    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, null=True, blank=True
    )
    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="%(class)s_portee",
                condition=_portee_tenue(),
                violation_error_message=_("Choisissez la maison, l'organisation ou le département que dit la portée."),
            ),
            models.CheckConstraint(
                name="%(class)s_role_portee",
                condition=_role_dans_sa_portee(),
                violation_error_message=_("Ce rôle ne se donne pas sur cette portée."),
            ),
        ]


@suivre(
    champs=[
        "utilisateur",
        "role",
        "portee",
        "maison",
        "organisation",
        "departement",
        "du",
        "au",
    ],
)
class Affectation(RoleSurPortee):
    """What a person does, where, from when to when (both days included). It ends by itself."""

    utilisateur = models.ForeignKey(
        Utilisateur, verbose_name=_("personne"), on_delete=models.PROTECT, related_name="affectations"
    )
    du = models.DateField(_("du"))
    au = models.DateField(_("jusqu'au"), null=True, blank=True)

    objects = AffectationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affectation")
        verbose_name_plural = _("affectations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *RoleSurPortee.Meta.constraints,
            models.CheckConstraint(
                name="affectation_dates",
                condition=Q(au__isnull=True) | Q(du__lte=F("au")),
                violation_error_message=_("La date de fin doit venir après la date de début."),
            ),
            ExclusionConstraint(
                name="affectation_sans_doublon",
                expressions=[
                    ("utilisateur", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (models.functions.Coalesce("maison", models.Value(0)), RangeOperators.EQUAL),
                    (models.functions.Coalesce("organisation", models.Value(0)), RangeOperators.EQUAL),
                    (models.functions.Coalesce("departement", models.Value("")), RangeOperators.EQUAL),
                    (_periode(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Cette personne a déjà ce rôle à cet endroit à ces dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} – {self.get_portee_display()}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def ouvertes(self, *, maintenant: datetime) -> InvitationQuerySet:
        """Those that may still be accepted."""
        return self.filter(acceptee_le__isnull=True, revoquee_le__isnull=True, expire_le__gt=maintenant)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> InvitationQuerySet:
        """Those for what a person's own assignments cover."""
        return _dans_la_portee(self, utilisateur, le=le, roles=roles)


class Invitation(RoleSurPortee):
    """A role offered by e-mail: it begins on the day its link is accepted, once, before it expires."""

    email = models.EmailField(_("adresse e-mail"), max_length=254)
    prenom = models.CharField(_("prénom"), max_length=80, blank=True)
    nom = models.CharField(_("nom"), max_length=80, blank=True)
    au = models.DateField(
        _("jusqu'au"), null=True, blank=True, help_text=_("Dernier jour du rôle. Vide : sans date de fin.")
    )
    auteur = models.ForeignKey(
        Utilisateur, verbose_name=_("invitée par"), on_delete=models.PROTECT, related_name="invitations_envoyees"
    )
    cree_le = models.DateTimeField(_("envoyée le"))
    expire_le = models.DateTimeField(_("expire le"))
    acceptee_le = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    revoquee_le = models.DateTimeField(_("retirée le"), null=True, blank=True)
    affectation = models.OneToOneField(
        Affectation, verbose_name=_("affectation"), on_delete=models.PROTECT, null=True, blank=True
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *RoleSurPortee.Meta.constraints,
            models.CheckConstraint(
                name="invitation_une_seule_suite",
                condition=Q(acceptee_le__isnull=True, affectation__isnull=True)
                | Q(acceptee_le__isnull=False, affectation__isnull=False, revoquee_le__isnull=True),
            ),
            models.CheckConstraint(name="invitation_expire", condition=Q(expire_le__gt=F("cree_le"))),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.get_role_display()}"
