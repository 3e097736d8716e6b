from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maisons.distance import distance_sql
from maisons.enums import GenreEquipage, MotifArret, ServiceABord, StatutArret
from maisons.models.reseau import Lieu, Maison
from maisons.models.territoire import Commune
from socle.enums import Canal
from socle.models import Utilisateur

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

RETARD_MAX_MINUTES = 240


class EquipageQuerySet(models.QuerySet["Equipage"]):
    def actifs(self) -> EquipageQuerySet:
        return self.filter(actif=True)

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> EquipageQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Equipage(models.Model):
    """What moves: a vehicle, or a team that settles in one place after the other. It is at one place at a time."""

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="equipages")
    nom = models.CharField(_("nom"), max_length=80)
    genre = models.CharField(_("genre"), max_length=12, choices=GenreEquipage, default=GenreEquipage.VEHICULE)
    services = ArrayField(
        models.CharField(max_length=20, choices=ServiceABord),
        verbose_name=_("ce qu'on y trouve"),
        default=list,
        blank=True,
    )
    actif = models.BooleanField(_("en service"), default=True)

    objects = EquipageQuerySet.as_manager()

    class Meta:
        verbose_name = _("équipage")
        verbose_name_plural = _("équipages")
        constraints = [
            models.UniqueConstraint(
                name="equipage_nom_unique",
                fields=["maison", "nom"],
                violation_error_message=_("Cette maison a déjà un équipage de ce nom."),
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def services_libelles(self) -> list[str]:
        return [str(ServiceABord(service).label) for service in self.services]


class TourneeQuerySet(models.QuerySet["Tournee"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> TourneeQuerySet:
        return self.filter(equipage__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Tournee(models.Model):
    """The rule that made stops: the same route on local days given by an RRULE (RFC 5545), minus exceptions."""

    equipage = models.ForeignKey(
        Equipage, verbose_name=_("équipage"), on_delete=models.PROTECT, related_name="tournees"
    )
    nom = models.CharField(_("nom"), max_length=120)
    premier_jour = models.DateField(_("premier jour"))
    rrule = models.CharField(_("récurrence (RRULE)"), max_length=200, blank=True)
    dates_choisies = ArrayField(models.DateField(), verbose_name=_("dates choisies"), default=list, blank=True)
    sauf_feries = models.BooleanField(_("pas les jours fériés"), default=True)
    sauf_vacances = models.BooleanField(_("pas pendant les vacances scolaires"), default=False)
    # Days of the rule without stops (EXDATE): holidays, closures, and those someone took out.
    exceptions = ArrayField(models.DateField(), verbose_name=_("dates exclues"), default=list, blank=True)
    cle_idempotence = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    cree_le = models.DateTimeField(_("créée le"), default=timezone.now, editable=False)

    objects = TourneeQuerySet.as_manager()

    class Meta:
        verbose_name = _("tournée")
        verbose_name_plural = _("tournées")

    def __str__(self) -> str:
        return self.nom


class EtapeTournee(models.Model):
    """One place of a tour: when the team is there, on the clock of the place."""

    tournee = models.ForeignKey(Tournee, verbose_name=_("tournée"), on_delete=models.CASCADE, related_name="etapes")
    # CASCADE: a step has no meaning without its tour.
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="etapes")
    heure = models.TimeField(_("à"))
    duree_minutes = models.PositiveSmallIntegerField(
        _("durée (minutes)"), validators=[MinValueValidator(10), MaxValueValidator(720)]
    )

    class Meta:
        verbose_name = _("étape")
        verbose_name_plural = _("étapes")
        constraints = [models.UniqueConstraint(name="etape_heure_unique", fields=["tournee", "heure"])]

    def __str__(self) -> str:
        return f"{self.heure:%H:%M} {self.lieu_id}"


class ArretQuerySet(models.QuerySet["Arret"]):
    def publics(self) -> ArretQuerySet:
        """What anybody may see: those of published, open houses, cancelled ones included."""
        return self.filter(equipage__maison__publiee=True, equipage__maison__ouverte=True)

    def prevus(self) -> ArretQuerySet:
        return self.filter(statut=StatutArret.PREVU)

    def a_venir(self, *, maintenant: datetime) -> ArretQuerySet:
        """Not over yet: the one that goes on now included."""
        return self.filter(fin__gt=maintenant)

    def with_cadre(self) -> ArretQuerySet:
        return self.select_related("lieu__commune", "equipage__maison")

    def with_distance(self, *, latitude: float, longitude: float) -> ArretQuerySet:
        """Annotates `km`, from a point to the place."""
        return self.annotate(
            km=distance_sql(latitude, longitude, champ_lat="lieu__latitude", champ_lon="lieu__longitude")
        )

    def for_suivi(self, suivi: Suivi) -> ArretQuerySet:
        """Those that who follows a commune is told of, as `messages.concerne` says it; the commune must be loaded."""
        ici = Q(lieu__commune=suivi.commune_id)
        if not suivi.rayon_km:
            return self.filter(ici)
        commune = suivi.commune
        situes = self.with_distance(latitude=commune.latitude, longitude=commune.longitude)
        return situes.filter(ici | Q(km__lte=suivi.rayon_km))

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> ArretQuerySet:
        return self.filter(equipage__maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))


class Arret(models.Model):
    """A dated stop: where a vehicle or a team is, from when to when."""

    reference = models.UUIDField(_("référence"), default=uuid.uuid4, unique=True, editable=False)
    # That of its tour, kept here so that the database refuses two stops of one vehicle at once.
    equipage = models.ForeignKey(Equipage, verbose_name=_("équipage"), on_delete=models.PROTECT, related_name="arrets")
    etape = models.ForeignKey(EtapeTournee, verbose_name=_("étape"), on_delete=models.PROTECT, related_name="arrets")
    # The local day the tour made it for: it keeps its place in the tour when it is moved.
    jour = models.DateField(_("jour dans la tournée"))
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="arrets")
    debut = models.DateTimeField(_("début"))
    fin = models.DateTimeField(_("fin"))
    statut = models.CharField(_("statut"), max_length=8, choices=StatutArret, default=StatutArret.PREVU)
    motif = models.CharField(_("motif"), max_length=8, choices=MotifArret, blank=True)
    annule_le = models.DateTimeField(_("annulé le"), null=True, blank=True, editable=False)
    retard_minutes = models.PositiveSmallIntegerField(_("retard (minutes)"), default=0)
    # iCalendar SEQUENCE, and part of the key of what is told: goes up at each change.
    revision = models.PositiveIntegerField(_("révision"), default=0, editable=False)
    modifie_le = models.DateTimeField(_("modifié le"), default=timezone.now, editable=False)

    objects = ArretQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrêt")
        verbose_name_plural = _("arrêts")
        constraints = [
            models.CheckConstraint(
                name="arret_fin_apres_debut",
                condition=Q(debut__lt=F("fin")),
                violation_error_message=_("La fin doit venir après le début."),
            ),
            models.CheckConstraint(
                name="arret_annule",
                condition=Q(statut=StatutArret.ANNULE, annule_le__isnull=False) & ~Q(motif="")
                | Q(statut=StatutArret.PREVU, annule_le__isnull=True, motif=""),
            ),
            models.CheckConstraint(
                name="arret_retard",
                condition=Q(retard_minutes__lte=RETARD_MAX_MINUTES),
                violation_error_message=_("Au-delà de quatre heures, annulez l'arrêt."),
            ),
            models.UniqueConstraint(name="arret_etape_jour_unique", fields=["etape", "jour"]),
            ExclusionConstraint(
                name="arret_un_seul_lieu_a_la_fois",
                expressions=[
                    ("equipage", RangeOperators.EQUAL),
                    (
                        Func(F("debut"), F("fin"), function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(statut=StatutArret.PREVU),
                violation_error_message=_("Ce véhicule ou cette équipe est déjà ailleurs à ce moment."),
            ),
        ]
        indexes = [
            models.Index(name="arret_debut", fields=["debut", "id"]),
            models.Index(name="arret_lieu_debut", fields=["lieu", "debut"]),
        ]

    def __str__(self) -> str:
        return f"{self.lieu_id} {timezone.localtime(self.debut):%d/%m/%Y %H:%M}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the place, which must be loaded."""
        return self.lieu.zone

    @property
    def est_annule(self) -> bool:
        return self.statut == StatutArret.ANNULE

    @property
    def est_en_retard(self) -> bool:
        return self.retard_minutes > 0 and not self.est_annule


class ComptageArret(models.Model):
    """People who came to a stop: counted, never named."""

    arret = models.ForeignKey(Arret, verbose_name=_("arrêt"), on_delete=models.PROTECT, related_name="comptages")
    adultes = models.PositiveSmallIntegerField(_("adultes"), default=1)
    enfants = models.PositiveSmallIntegerField(_("enfants"), default=0)
    premiere_visite = models.BooleanField(_("première visite"), default=False)
    # Given with the form, so that a second tap counts nobody twice.
    cle = models.UUIDField(_("clé d'idempotence"), default=uuid.uuid4, unique=True, editable=False)
    compte_le = models.DateTimeField(_("compté le"), default=timezone.now)

    class Meta:
        verbose_name = _("comptage")
        verbose_name_plural = _("comptages")
        constraints = [
            models.CheckConstraint(
                name="comptage_taille",
                condition=Q(adultes__range=(0, 50), enfants__range=(0, 50)) & (Q(adultes__gte=1) | Q(enfants__gte=1)),
                violation_error_message=_("Comptez au moins une personne, et au plus 50 à la fois."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adultes} + {self.enfants}"


class SuiviQuerySet(models.QuerySet["Suivi"]):
    def confirmes(self) -> SuiviQuerySet:
        return self.filter(confirme_le__isnull=False)


class Suivi(models.Model):
    """Someone who asked to be told of the stops in and around a commune: a way to reach them, and nothing else."""

    class Rayon(models.IntegerChoices):
        COMMUNE = 0, _("seulement dans cette commune")
        DIX = 10, _("jusqu'à 10 km")
        VINGT = 20, _("jusqu'à 20 km")

    commune = models.ForeignKey(Commune, verbose_name=_("commune"), on_delete=models.PROTECT, related_name="suivis")
    canal = models.CharField(_("canal"), max_length=10, choices=Canal)
    destinataire = models.CharField(_("destinataire"), max_length=254)
    rayon_km = models.PositiveSmallIntegerField(_("distance"), choices=Rayon, default=Rayon.DIX)
    langue = models.CharField(_("langue"), max_length=10, default="fr")
    demande_le = models.DateTimeField(_("demandé le"))
    # Nothing is told before the owner of the address or phone has said yes.
    confirme_le = models.DateTimeField(_("confirmé le"), null=True, blank=True)

    objects = SuiviQuerySet.as_manager()

    class Meta:
        verbose_name = _("suivi d'une commune")
        verbose_name_plural = _("suivis de communes")
        constraints = [
            models.UniqueConstraint(name="suivi_unique", fields=["commune", "canal", "destinataire"]),
        ]

    def __str__(self) -> str:
        return f"{self.commune_id} ({self.get_canal_display()})"
