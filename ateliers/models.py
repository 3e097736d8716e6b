from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from phonenumber_field.modelfields import PhoneNumberField

from ateliers.enums import (
    STATUTS_AVEC_PLACE,
    AnnuleePar,
    Audience,
    Besoin,
    CanalInscription,
    Format,
    Presence,
    StatutInscription,
    StatutSeance,
)
from familles.models import PRENOM_MAX, Enfant, Famille
from maisons.enums import Langue
from maisons.models import Lieu, Maison
from partenaires.models import Permanence
from socle.models import Message, Utilisateur
from socle.portee import ReferenceQuerySet

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# Hours before the start at which people are reminded, unless a workshop says otherwise.
RAPPELS_PAR_DEFAUT = [48, 3]
# Hours before the start at which seats kept for the desk open to all; four weeks at most.
GARDES_HEURES_PAR_DEFAUT = 24
GARDES_HEURES_MAX = 672
ADULTES_PAR_INSCRIPTION_MAX = 4
ENFANTS_PAR_INSCRIPTION_MAX = 6

CHAMPS_CARTE = (
    "reference",
    "statut",
    "titre",
    "format",
    "langues",
    "debut",
    "fin",
    "accueille_grossesse",
    "age_min_mois",
    "age_max_mois",
    "capacite_adultes",
    "capacite_enfants",
    "adultes_pris",
    "enfants_pris",
    "adultes_gardes",
    "enfants_gardes",
    "adultes_accueil",
    "enfants_accueil",
    "inscriptions_du",
    "inscriptions_au",
    "lieu__nom",
    "lieu__fuseau",
    "lieu__demonstration",
    "lieu__commune__nom",
    "lieu__maison__nom",
)


def rappels_par_defaut() -> list[int]:
    return list(RAPPELS_PAR_DEFAUT)


def langue_par_defaut() -> list[str]:
    return [Langue.FR.value]


class ThemeQuerySet(ReferenceQuerySet["Theme"]):
    pass


class Theme(models.Model):
    """What a workshop is about, as parents look for it."""

    nom = models.CharField(_("nom"), max_length=60, unique=True)
    slug = models.SlugField(_("identifiant d'adresse"), max_length=60, unique=True)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("thème")
        verbose_name_plural = _("thèmes")

    def __str__(self) -> str:
        return self.nom


class Public(models.Model):
    """For whom a bookable thing is. Ages in whole months on the day of the session, both ends included."""

    accueille_grossesse = models.BooleanField(_("ouvert pendant la grossesse"), default=True)
    age_min_mois = models.PositiveSmallIntegerField(_("âge minimum du bébé (mois)"), null=True, blank=True)
    age_max_mois = models.PositiveSmallIntegerField(_("âge maximum du bébé (mois)"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def a_regle_age(self) -> bool:
        return self.age_min_mois is not None or self.age_max_mois is not None

    @property
    def public_libelle(self) -> str:
        """For whom, in the words of a card: "bébés de 3 à 9 mois"."""
        minimum, maximum = self.age_min_mois, self.age_max_mois
        if minimum is not None and maximum is not None:
            ages = ngettext("bébés de %(min)d à %(max)d mois", "bébés de %(min)d à %(max)d mois", maximum) % {
                "min": minimum,
                "max": maximum,
            }
        elif minimum is not None:
            ages = ngettext("enfants à partir de %d mois", "enfants à partir de %d mois", minimum) % minimum
        elif maximum is not None:
            ages = ngettext("bébés jusqu'à %d mois", "bébés jusqu'à %d mois", maximum) % maximum
        else:
            return str(_("futurs parents et parents")) if self.accueille_grossesse else str(_("parents et bébés"))
        return _("futurs parents et %(ages)s") % {"ages": ages} if self.accueille_grossesse else ages


def _ages_en_ordre(nom: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=nom,
        condition=Q(age_min_mois__isnull=True) | Q(age_max_mois__isnull=True) | Q(age_min_mois__lte=F("age_max_mois")),
        violation_error_message=_("L'âge maximum doit venir après l'âge minimum."),
    )


class AtelierQuerySet(models.QuerySet["Atelier"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> AtelierQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Atelier(Public):
    """A workshop of a house's catalogue: what its sessions have in common."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="ateliers")
    titre = models.CharField(_("titre"), max_length=120)
    format = models.CharField(_("format"), max_length=20, choices=Format)
    themes = models.ManyToManyField(Theme, verbose_name=_("thèmes"), blank=True, related_name="ateliers")
    description = models.TextField(_("description"), blank=True)
    a_apporter = models.CharField(_("à apporter"), max_length=200, blank=True)
    intervenants = models.CharField(_("animé par"), max_length=160, blank=True)
    langues = ArrayField(
        models.CharField(max_length=3, choices=Langue), verbose_name=_("langues"), default=langue_par_defaut
    )
    duree_minutes = models.PositiveSmallIntegerField(
        _("durée (minutes)"), default=90, validators=[MinValueValidator(10), MaxValueValidator(720)]
    )
    capacite_adultes = models.PositiveSmallIntegerField(_("places adultes"), default=10)
    capacite_enfants = models.PositiveSmallIntegerField(_("places enfants"), default=10)
    # Of these, seats that its sessions keep for people who phone or come to the desk.
    adultes_gardes = models.PositiveSmallIntegerField(_("places adultes gardées pour l'accueil"), default=0)
    enfants_gardes = models.PositiveSmallIntegerField(_("places enfants gardées pour l'accueil"), default=0)
    gardes_heures_avant = models.PositiveSmallIntegerField(
        _("ouvertes à tous (heures avant)"),
        default=GARDES_HEURES_PAR_DEFAUT,
        validators=[MaxValueValidator(GARDES_HEURES_MAX)],
    )
    rappels_heures = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(336)]),
        verbose_name=_("rappels (heures avant)"),
        default=rappels_par_defaut,
        blank=True,
        size=4,
    )
    actif = models.BooleanField(_("au catalogue"), default=True)

    objects = AtelierQuerySet.as_manager()

    class Meta:
        verbose_name = _("atelier")
        verbose_name_plural = _("ateliers")
        constraints = [
            _ages_en_ordre("atelier_ages_en_ordre"),
            models.CheckConstraint(
                name="atelier_capacite_adultes",
                condition=Q(capacite_adultes__gte=1),
                violation_error_message=_("Prévoyez au moins une place adulte."),
            ),
            models.CheckConstraint(
                name="atelier_places_gardees",
                condition=Q(adultes_gardes__lte=F("capacite_adultes"), enfants_gardes__lte=F("capacite_enfants")),
                violation_error_message=_("On ne peut pas garder plus de places qu'il n'y en a."),
            ),
        ]

    def __str__(self) -> str:
        return self.titre


class SerieQuerySet(models.QuerySet["Serie"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> SerieQuerySet:
        return self.filter(atelier__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Serie(models.Model):
    """A rule that made sessions: local start times of a place by an RRULE (RFC 5545), minus exceptions."""

    atelier = models.ForeignKey(Atelier, verbose_name=_("atelier"), on_delete=models.PROTECT, related_name="series")
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="series")
    # Local to the place: the hour on its wall clock stays the same over changes of time.
    premier_jour = models.DateField(_("première séance le"))
    heure = models.TimeField(_("à"))
    duree_minutes = models.PositiveSmallIntegerField(_("durée (minutes)"), default=90)
    rrule = models.CharField(_("récurrence (RRULE)"), max_length=200, blank=True)
    sauf_feries = models.BooleanField(_("pas les jours fériés"), default=True)
    sauf_vacances = models.BooleanField(_("pas pendant les vacances scolaires"), default=False)
    # The days of a series without a rule (RFC 5545's RDATE).
    dates_choisies = ArrayField(models.DateField(), verbose_name=_("dates choisies"), default=list, blank=True)
    # Days of the rule without a session (EXDATE): holidays, closures, and those someone took out.
    exceptions = ArrayField(models.DateField(), verbose_name=_("dates exclues"), default=list, blank=True)
    cle_idempotence = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now)

    objects = SerieQuerySet.as_manager()

    class Meta:
        verbose_name = _("série")
        verbose_name_plural = _("séries")

    def __str__(self) -> str:
        return f"{self.atelier} – {self.premier_jour:%d/%m/%Y}"


class GroupePairsQuerySet(models.QuerySet["GroupePairs"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> GroupePairsQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class GroupePairs(models.Model):
    """A group of parents whose babies are the same age; its rules and life come with the groups' engine."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="groupes")
    nom = models.CharField(_("nom"), max_length=120)
    naissances_du = models.DateField(_("naissances du"))
    naissances_au = models.DateField(_("au"))

    objects = GroupePairsQuerySet.as_manager()

    class Meta:
        verbose_name = _("groupe de pair-aidance")
        verbose_name_plural = _("groupes de pair-aidance")
        constraints = [
            models.CheckConstraint(
                name="groupe_naissances_en_ordre",
                condition=Q(naissances_du__lte=F("naissances_au")),
                violation_error_message=_("La fin de la fenêtre de naissances doit venir après son début."),
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class SeanceQuerySet(models.QuerySet["Seance"]):
    def publiques(self) -> SeanceQuerySet:
        """What the public agenda may show: published or cancelled since, open to all, at a published house."""
        return self.exclude(statut=StatutSeance.BROUILLON).filter(audience=Audience.TOUS, lieu__maison__publiee=True)

    def publiees(self) -> SeanceQuerySet:
        return self.filter(statut=StatutSeance.PUBLIEE)

    def a_venir(self, *, maintenant: datetime) -> SeanceQuerySet:
        return self.filter(debut__gt=maintenant)

    def for_maison(self, maison: Maison) -> SeanceQuerySet:
        return self.filter(lieu__maison=maison)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> SeanceQuerySet:
        """Those of the houses a person sees, and those of a partner's own permanences."""
        permanences = Permanence.objects.visibles_par(utilisateur, le=le, roles=roles)
        return self.filter(
            Q(lieu__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))
            | Q(permanence__in=permanences)
        )

    def with_places(self) -> SeanceQuerySet:
        """Those that an adult can still book online."""
        return self.filter(
            capacite_adultes__gt=F("adultes_pris") + Greatest(F("adultes_gardes") - F("adultes_accueil"), 0)
        )

    def with_carte(self) -> SeanceQuerySet:
        """With what a card of a list shows, and nothing else: a page of them reads a third of the columns."""
        return self.with_cadre().only(*CHAMPS_CARTE)

    def with_cadre(self) -> SeanceQuerySet:
        """With the place, commune and house that every card shows."""
        return self.select_related("lieu__commune", "lieu__maison")


class Seance(Public):
    """The one bookable thing: a place, a time, seats for adults and for children, and exactly one origin."""

    reference = models.UUIDField(_("référence"), default=uuid.uuid4, unique=True, editable=False)
    atelier = models.ForeignKey(
        Atelier, verbose_name=_("atelier"), on_delete=models.PROTECT, related_name="seances", null=True, blank=True
    )
    groupe = models.ForeignKey(
        GroupePairs, verbose_name=_("groupe"), on_delete=models.PROTECT, related_name="seances", null=True, blank=True
    )
    permanence = models.ForeignKey(
        Permanence,
        verbose_name=_("permanence"),
        on_delete=models.PROTECT,
        related_name="seances",
        null=True,
        blank=True,
    )
    serie = models.ForeignKey(
        Serie, verbose_name=_("série"), on_delete=models.PROTECT, related_name="seances", null=True, blank=True
    )
    # The local day the series made it for: it keeps its place in the series when it is moved.
    jour_serie = models.DateField(_("jour dans la série"), null=True, blank=True)
    modifiee_seule = models.BooleanField(_("modifiée à part de sa série"), default=False)

    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="seances")
    debut = models.DateTimeField(_("début"))
    fin = models.DateTimeField(_("fin"))
    titre = models.CharField(_("titre"), max_length=120)
    format = models.CharField(_("format"), max_length=20, choices=Format)
    intervenants = models.CharField(_("animée par"), max_length=160, blank=True)
    precisions = models.TextField(_("précisions pour cette séance"), blank=True)
    langues = ArrayField(
        models.CharField(max_length=3, choices=Langue), verbose_name=_("langues"), default=langue_par_defaut
    )
    audience = models.CharField(_("audience"), max_length=16, choices=Audience, default=Audience.TOUS)

    capacite_adultes = models.PositiveSmallIntegerField(_("places adultes"))
    capacite_enfants = models.PositiveSmallIntegerField(_("places enfants"))
    # Seats of confirmed bookings and of offers that await an answer. Written under the row's lock only.
    adultes_pris = models.PositiveSmallIntegerField(_("adultes inscrits"), default=0, editable=False)
    enfants_pris = models.PositiveSmallIntegerField(_("enfants inscrits"), default=0, editable=False)
    # Kept for people who phone or come to the desk, until an hour at which the minute's round opens them to all.
    adultes_gardes = models.PositiveSmallIntegerField(_("places adultes gardées pour l'accueil"), default=0)
    enfants_gardes = models.PositiveSmallIntegerField(_("places enfants gardées pour l'accueil"), default=0)
    gardes_jusqu_au = models.DateTimeField(_("ouvertes à tous à partir du"), null=True, blank=True)
    # Of the seats taken, those taken by phone or at the desk: they use up what is kept.
    adultes_accueil = models.PositiveSmallIntegerField(_("adultes inscrits par l'accueil"), default=0, editable=False)
    enfants_accueil = models.PositiveSmallIntegerField(_("enfants inscrits par l'accueil"), default=0, editable=False)
    inscriptions_du = models.DateTimeField(_("inscriptions à partir du"), null=True, blank=True)
    inscriptions_au = models.DateTimeField(_("inscriptions jusqu'au"), null=True, blank=True)
    rappels_heures = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(336)]),
        verbose_name=_("rappels (heures avant)"),
        default=rappels_par_defaut,
        blank=True,
        size=4,
    )

    statut = models.CharField(_("statut"), max_length=12, choices=StatutSeance, default=StatutSeance.PUBLIEE)
    annulee_le = models.DateTimeField(_("annulée le"), null=True, blank=True, editable=False)
    motif_annulation = models.CharField(_("motif de l'annulation"), max_length=200, blank=True)
    # iCalendar SEQUENCE (RFC 5545 §3.8.7.4): goes up at each change told to people.
    revision = models.PositiveIntegerField(_("révision"), default=0, editable=False)
    modifiee_le = models.DateTimeField(_("modifiée le"), default=timezone.now, editable=False)

    objects = SeanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("séance")
        verbose_name_plural = _("séances")
        constraints = [
            models.CheckConstraint(
                name="seance_une_origine",
                condition=Q(atelier__isnull=False, groupe__isnull=True, permanence__isnull=True)
                | Q(atelier__isnull=True, groupe__isnull=False, permanence__isnull=True)
                | Q(atelier__isnull=True, groupe__isnull=True, permanence__isnull=False),
                violation_error_message=_("Une séance vient d'un atelier, d'un groupe ou d'une permanence."),
            ),
            models.CheckConstraint(
                name="seance_fin_apres_debut",
                condition=Q(debut__lt=F("fin")),
                violation_error_message=_("La fin doit venir après le début."),
            ),
            models.CheckConstraint(
                name="seance_places_adultes",
                condition=Q(adultes_pris__gte=0, adultes_pris__lte=F("capacite_adultes")),
                violation_error_message=_("Plus d'adultes sont inscrits que de places prévues."),
            ),
            models.CheckConstraint(
                name="seance_places_enfants",
                condition=Q(enfants_pris__gte=0, enfants_pris__lte=F("capacite_enfants")),
                violation_error_message=_("Plus d'enfants sont inscrits que de places prévues."),
            ),
            models.CheckConstraint(
                name="seance_places_gardees",
                condition=Q(adultes_gardes__lte=F("capacite_adultes"), enfants_gardes__lte=F("capacite_enfants")),
                violation_error_message=_("On ne peut pas garder plus de places qu'il n'y en a."),
            ),
            models.CheckConstraint(
                name="seance_places_accueil",
                condition=Q(adultes_accueil__lte=F("adultes_pris"), enfants_accueil__lte=F("enfants_pris")),
            ),
            models.CheckConstraint(
                name="seance_annulee_le",
                condition=Q(statut=StatutSeance.ANNULEE, annulee_le__isnull=False)
                | (~Q(statut=StatutSeance.ANNULEE) & Q(annulee_le__isnull=True)),
            ),
            models.CheckConstraint(
                name="seance_fenetre_inscription",
                condition=Q(inscriptions_du__isnull=True)
                | Q(inscriptions_au__isnull=True)
                | Q(inscriptions_du__lt=F("inscriptions_au")),
                violation_error_message=_("La fin des inscriptions doit venir après leur ouverture."),
            ),
            models.CheckConstraint(
                name="seance_serie_jour",
                condition=Q(serie__isnull=True, jour_serie__isnull=True)
                | Q(serie__isnull=False, jour_serie__isnull=False),
            ),
            models.UniqueConstraint(
                name="seance_serie_unique",
                fields=["serie", "jour_serie"],
                condition=Q(serie__isnull=False),
            ),
            _ages_en_ordre("seance_ages_en_ordre"),
        ]
        indexes = [
            models.Index(name="seance_debut", fields=["debut", "id"]),
            models.Index(name="seance_lieu_debut", fields=["lieu", "debut"]),
            models.Index(name="seance_format_debut", fields=["format", "debut"]),
            models.Index(name="seance_atelier_debut", fields=["atelier", "debut"]),
            GinIndex(name="seance_langues", fields=["langues"]),
            models.Index(
                name="seance_gardes",
                fields=["gardes_jusqu_au"],
                condition=Q(gardes_jusqu_au__isnull=False) & (Q(adultes_gardes__gt=0) | Q(enfants_gardes__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.titre} – {timezone.localtime(self.debut):%d/%m/%Y %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("ateliers:seance", args=[self.reference])

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the place, which must be loaded."""
        return self.lieu.zone

    @property
    def debut_local(self) -> datetime:
        return self.debut.astimezone(self.zone)

    @property
    def fin_locale(self) -> datetime:
        return self.fin.astimezone(self.zone)

    @property
    def libres_adultes(self) -> int:
        """Seats nobody has, kept ones included: what the desk can give."""
        return self.capacite_adultes - self.adultes_pris

    @property
    def libres_enfants(self) -> int:
        return self.capacite_enfants - self.enfants_pris

    @property
    def places_adultes(self) -> int:
        """Seats open to all: those kept for the desk and not yet used by it are left out."""
        return max(0, self.libres_adultes - max(0, self.adultes_gardes - self.adultes_accueil))

    @property
    def places_enfants(self) -> int:
        return max(0, self.libres_enfants - max(0, self.enfants_gardes - self.enfants_accueil))

    @property
    def est_annulee(self) -> bool:
        return self.statut == StatutSeance.ANNULEE

    @property
    def est_complete(self) -> bool:
        """No adult can book online any more. A seat without one for a baby may still suit someone who comes alone."""
        return self.places_adultes <= 0

    def places_pour(self, canal: str) -> tuple[int, int]:
        """Seats for adults and for children that a booking made this way may take."""
        if canal == CanalInscription.EN_LIGNE:
            return self.places_adultes, self.places_enfants
        return self.libres_adultes, self.libres_enfants

    def can_accueillir(self, *, adultes: int, enfants: int, canal: str = CanalInscription.EN_LIGNE) -> bool:
        places_adultes, places_enfants = self.places_pour(canal)
        return adultes <= places_adultes and enfants <= places_enfants

    def est_ouverte_aux_inscriptions(self, *, maintenant: datetime) -> bool:
        return (
            self.statut == StatutSeance.PUBLIEE
            and maintenant < self.debut
            and (self.inscriptions_du is None or self.inscriptions_du <= maintenant)
            and (self.inscriptions_au is None or maintenant < self.inscriptions_au)
        )


class InscriptionQuerySet(models.QuerySet["Inscription"]):
    def actives(self) -> InscriptionQuerySet:
        return self.exclude(statut=StatutInscription.ANNULEE)

    def confirmees(self) -> InscriptionQuerySet:
        return self.filter(statut=StatutInscription.CONFIRMEE)

    def en_attente(self) -> InscriptionQuerySet:
        """Those who wait, in the order in which seats are offered."""
        return self.filter(statut=StatutInscription.EN_ATTENTE).order_by("attente_depuis", "pk")

    def with_place(self) -> InscriptionQuerySet:
        return self.filter(statut__in=STATUTS_AVEC_PLACE)

    def with_cadre(self) -> InscriptionQuerySet:
        return self.select_related("seance__lieu__commune", "seance__lieu__maison", "famille")

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> InscriptionQuerySet:
        return self.filter(seance__lieu__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Inscription(models.Model):
    """A family's place, offer of a place, or wait for a place, at a Seance."""

    seance = models.ForeignKey(Seance, verbose_name=_("séance"), on_delete=models.PROTECT, related_name="inscriptions")
    famille = models.ForeignKey(
        Famille, verbose_name=_("famille"), on_delete=models.PROTECT, related_name="inscriptions"
    )
    prenom = models.CharField(_("prénom"), max_length=PRENOM_MAX)
    # Of this booking: whoever writes another contact in a form must not receive what earlier bookings are told.
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    telephone = PhoneNumberField(_("téléphone mobile"), blank=True)
    langue = models.CharField(_("langue des messages"), max_length=10, default="fr")
    adultes = models.PositiveSmallIntegerField(_("adultes"), default=1)
    enfants = models.PositiveSmallIntegerField(_("enfants"), default=0)
    besoins = ArrayField(
        models.CharField(max_length=20, choices=Besoin), verbose_name=_("besoins"), default=list, blank=True
    )
    statut = models.CharField(_("statut"), max_length=12, choices=StatutInscription)
    attente_depuis = models.DateTimeField(_("en attente depuis"), null=True, blank=True)
    proposee_le = models.DateTimeField(_("place proposée le"), null=True, blank=True)
    proposee_jusqu_au = models.DateTimeField(_("réponse attendue avant"), null=True, blank=True)
    annulee_le = models.DateTimeField(_("annulée le"), null=True, blank=True)
    annulee_par = models.CharField(_("annulée par"), max_length=10, choices=AnnuleePar, blank=True)
    canal = models.CharField(_("canal"), max_length=10, choices=CanalInscription, default=CanalInscription.EN_LIGNE)
    cle_idempotence = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    # The hour the seat was confirmed: reminders before it are not owed.
    confirmee_le = models.DateTimeField(_("confirmée le"), null=True, blank=True)
    presence = models.CharField(_("présence"), max_length=8, choices=Presence, blank=True)
    adultes_presents = models.PositiveSmallIntegerField(_("adultes venus"), null=True, blank=True)
    enfants_presents = models.PositiveSmallIntegerField(_("enfants venus"), null=True, blank=True)
    pointee_le = models.DateTimeField(_("pointée le"), null=True, blank=True)
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now)
    messages = GenericRelation(Message, content_type_field="objet_type", object_id_field="objet_id")

    objects = InscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inscription")
        verbose_name_plural = _("inscriptions")
        constraints = [
            models.UniqueConstraint(
                name="inscription_active_unique",
                fields=["seance", "famille"],
                condition=~Q(statut=StatutInscription.ANNULEE),
                violation_error_message=_("Cette famille est déjà inscrite à cette séance."),
            ),
            models.CheckConstraint(
                name="inscription_taille",
                condition=Q(adultes__range=(1, ADULTES_PAR_INSCRIPTION_MAX))
                & Q(enfants__range=(0, ENFANTS_PAR_INSCRIPTION_MAX)),
                violation_error_message=_("Indiquez de 1 à 4 adultes et de 0 à 6 enfants."),
            ),
            models.CheckConstraint(
                name="inscription_en_ligne_joignable",
                condition=~Q(canal=CanalInscription.EN_LIGNE) | ~Q(email="") | ~Q(telephone=""),
                violation_error_message=_("Indiquez une adresse e-mail ou un numéro de mobile."),
            ),
            models.CheckConstraint(
                name="inscription_annulee_le",
                condition=(Q(statut=StatutInscription.ANNULEE, annulee_le__isnull=False) & ~Q(annulee_par=""))
                | (~Q(statut=StatutInscription.ANNULEE) & Q(annulee_le__isnull=True, annulee_par="")),
            ),
            models.CheckConstraint(
                name="inscription_proposee_jusqu_au",
                condition=Q(
                    statut=StatutInscription.PROPOSEE, proposee_le__isnull=False, proposee_jusqu_au__isnull=False
                )
                | (
                    ~Q(statut=StatutInscription.PROPOSEE) & Q(proposee_le__isnull=True, proposee_jusqu_au__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="inscription_attente_depuis",
                condition=~Q(statut__in=[StatutInscription.EN_ATTENTE, StatutInscription.PROPOSEE])
                | Q(attente_depuis__isnull=False),
            ),
            models.CheckConstraint(
                name="inscription_presence",
                condition=Q(
                    presence="", pointee_le__isnull=True, adultes_presents__isnull=True, enfants_presents__isnull=True
                )
                | Q(
                    presence=Presence.PRESENTE,
                    statut=StatutInscription.CONFIRMEE,
                    pointee_le__isnull=False,
                    adultes_presents__gte=1,
                    enfants_presents__gte=0,
                )
                | Q(
                    presence__in=[Presence.EXCUSEE, Presence.ABSENTE],
                    statut=StatutInscription.CONFIRMEE,
                    pointee_le__isnull=False,
                    adultes_presents__isnull=True,
                    enfants_presents__isnull=True,
                ),
                violation_error_message=_("Une présence se note pour une réservation confirmée, avec qui est venu."),
            ),
            models.CheckConstraint(
                name="inscription_confirmee_le",
                condition=~Q(statut=StatutInscription.CONFIRMEE) | Q(confirmee_le__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="inscription_file_attente",
                fields=["seance", "attente_depuis"],
                condition=Q(statut=StatutInscription.EN_ATTENTE),
            ),
            models.Index(fields=["email"], name="inscription_email", condition=~Q(email="")),
            models.Index(fields=["telephone"], name="inscription_telephone", condition=~Q(telephone="")),
            models.Index(
                name="inscription_propositions",
                fields=["proposee_jusqu_au"],
                condition=Q(statut=StatutInscription.PROPOSEE),
            ),
        ]

    def __str__(self) -> str:
        return self.prenom

    @property
    def est_active(self) -> bool:
        return self.statut != StatutInscription.ANNULEE

    @property
    def tient_une_place(self) -> bool:
        return self.statut in STATUTS_AVEC_PLACE


class EnfantInscrit(models.Model):
    """A child whose age was asked for a booking."""

    inscription = models.ForeignKey(
        Inscription, verbose_name=_("inscription"), on_delete=models.CASCADE, related_name="enfants_inscrits"
    )
    # CASCADE both ways: the row only links the two, and must not keep a child's date alive.
    enfant = models.ForeignKey(
        Enfant, verbose_name=_("enfant"), on_delete=models.CASCADE, related_name="participations"
    )
    age_corrige = models.BooleanField(_("âge corrigé demandé"), default=False)

    class Meta:
        verbose_name = _("enfant inscrit")
        verbose_name_plural = _("enfants inscrits")
        constraints = [models.UniqueConstraint(name="enfant_inscrit_unique", fields=["inscription", "enfant"])]

    def __str__(self) -> str:
        return str(self.enfant_id)


class Passage(models.Model):
    """People who came to a session without a booking: counted, never named."""

    seance = models.ForeignKey(Seance, verbose_name=_("séance"), on_delete=models.PROTECT, related_name="passages")
    adultes = models.PositiveSmallIntegerField(_("adultes"), default=1)
    enfants = models.PositiveSmallIntegerField(_("enfants"), default=0)
    premiere_visite = models.BooleanField(_("première visite"), default=False)
    compte_le = models.DateTimeField(_("compté le"), default=timezone.now)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.CheckConstraint(
                name="passage_taille",
                condition=Q(adultes__range=(0, 50), enfants__range=(0, 50)) & (Q(adultes__gte=1) | Q(enfants__gte=1)),
                violation_error_message=_("Comptez au moins une personne, et au plus 50 à la fois."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adultes} + {self.enfants}"


class Depassement(models.Model):
    """Seats added to a full session for one family, why, and by whom: written once, never changed."""

    seance = models.ForeignKey(Seance, verbose_name=_("séance"), on_delete=models.PROTECT, related_name="depassements")
    adultes_de = models.PositiveSmallIntegerField(_("places adultes avant"))
    adultes_a = models.PositiveSmallIntegerField(_("places adultes après"))
    enfants_de = models.PositiveSmallIntegerField(_("places enfants avant"))
    enfants_a = models.PositiveSmallIntegerField(_("places enfants après"))
    motif = models.CharField(_("motif"), max_length=200)
    par = models.ForeignKey(
        Utilisateur, verbose_name=_("décidé par"), on_delete=models.PROTECT, related_name="depassements"
    )
    le = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("dépassement")
        verbose_name_plural = _("dépassements")
        constraints = [
            models.CheckConstraint(
                name="depassement_agrandit",
                condition=Q(adultes_a__gte=F("adultes_de"), enfants_a__gte=F("enfants_de"))
                & (Q(adultes_a__gt=F("adultes_de")) | Q(enfants_a__gt=F("enfants_de"))),
            ),
            models.CheckConstraint(name="depassement_motif", condition=~Q(motif="")),
        ]
        triggers = [
            pgtrigger.Protect(name="depassement_ecrit_une_fois", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.motif


class MotDeLaMaison(models.Model):
    """What a team wrote to the people coming to a session, with its placeholders; who and when."""

    seance = models.ForeignKey(Seance, verbose_name=_("séance"), on_delete=models.PROTECT, related_name="mots")
    texte = models.TextField(_("texte"))
    destinataires = models.PositiveSmallIntegerField(_("familles prévenues"))
    par = models.ForeignKey(Utilisateur, verbose_name=_("écrit par"), on_delete=models.PROTECT, related_name="mots")
    le = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("mot de la maison")
        verbose_name_plural = _("mots de la maison")

    def __str__(self) -> str:
        return self.texte[:60]
