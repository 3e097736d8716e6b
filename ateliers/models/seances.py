from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Deferrable, Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ateliers.enums import (
    AccueilSeance,
    Audience,
    CanalInscription,
    Format,
    StatutSeance,
)
from ateliers.models.catalogue import (
    Atelier,
    Public,
    Serie,
    ages_en_ordre,
    langue_par_defaut,
    petits_en_ordre,
    rappels_par_defaut,
)
from ateliers.models.groupes import GroupePairs
from maisons.enums import Langue, Role
from maisons.models import Lieu, Maison, Salle
from partenaires.models import Permanence
from socle.models import Utilisateur
from socle.suivi import suivre

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

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
    "petits_avant_mois",
    "capacite_petits",
    "petits_pris",
    "inscriptions_du",
    "inscriptions_au",
    "accueil",
    "lieu__nom",
    "lieu__fuseau",
    "lieu__demonstration",
    "lieu__commune__nom",
    "lieu__maison__nom",
)


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

    def inscrits_visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> SeanceQuerySet:
        """Those of which a person may read who comes: an animateur those they lead, others those of their houses.

        The facilitators of a group lead all its meetings.
        """
        if not utilisateur.is_active:
            return self.none()
        if utilisateur.is_superuser:
            return self
        tous = frozenset(Role) if roles is None else roles
        animees = Maison.objects.visibles_par(utilisateur, le=le, roles=tous & {Role.ANIMATEUR})
        dirigees = Maison.objects.visibles_par(utilisateur, le=le, roles=tous - {Role.ANIMATEUR})
        elle_mene = Q(animateur=utilisateur) | Q(groupe__in=GroupePairs.objects.filter(facilitateurs=utilisateur))
        return self.filter(Q(lieu__maison__in=dirigees) | elle_mene & Q(lieu__maison__in=animees))

    def with_places(self) -> SeanceQuerySet:
        """Those that can still be booked online: a seat for an adult, or for a child where they stay alone."""
        return self.filter(
            Q(accueil=AccueilSeance.PLACES)
            | Q(accueil=AccueilSeance.FAMILLE, adultes_pris=0)
            | Q(
                accueil=AccueilSeance.ENFANTS,
                capacite_enfants__gt=F("enfants_pris") + Greatest(F("enfants_gardes") - F("enfants_accueil"), 0),
            ),
            capacite_adultes__gt=F("adultes_pris") + Greatest(F("adultes_gardes") - F("adultes_accueil"), 0),
        )

    def sans_repeter_les_creneaux(self, *, maintenant: datetime) -> SeanceQuerySet:
        """Of the appointments of one permanence on one day, only the first that is free: its page has the others."""
        plus_tot = Seance.objects.filter(
            permanence=OuterRef("permanence"),
            lieu=OuterRef("lieu"),
            statut=StatutSeance.PUBLIEE,
            adultes_pris=0,
            debut__gt=Greatest(OuterRef("debut") - timedelta(hours=12), Value(maintenant)),
            debut__lt=OuterRef("debut"),
        )
        creneau = Q(accueil=AccueilSeance.FAMILLE)
        return self.filter(~creneau | (creneau & Q(adultes_pris=0) & ~Exists(plus_tot)))

    def with_carte(self) -> SeanceQuerySet:
        """With what a card of a list shows, and nothing else: a page of them reads a third of the columns."""
        return self.with_cadre().only(*CHAMPS_CARTE)

    def with_cadre(self) -> SeanceQuerySet:
        """With the place, commune and house that every card shows."""
        return self.select_related("lieu__commune", "lieu__maison")


def _duree() -> Func:
    return Func(F("debut"), F("fin"), models.Value("[)"), function="tstzrange", output_field=DateTimeRangeField())


@suivre(
    champs=[
        "atelier",
        "groupe",
        "permanence",
        "serie",
        "lieu",
        "debut",
        "fin",
        "titre",
        "format",
        "intervenants",
        "animateur",
        "salle",
        "precisions",
        "langues",
        "audience",
        "accueil",
        "accueille_grossesse",
        "age_min_mois",
        "age_max_mois",
        "petits_avant_mois",
        "capacite_petits",
        "capacite_adultes",
        "capacite_enfants",
        "adultes_gardes",
        "enfants_gardes",
        "gardes_jusqu_au",
        "inscriptions_du",
        "inscriptions_au",
        "rappels_heures",
        "statut",
        "motif_annulation",
    ],
)
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
    salle = models.ForeignKey(
        Salle, verbose_name=_("salle"), on_delete=models.PROTECT, related_name="seances", null=True, blank=True
    )
    debut = models.DateTimeField(_("début"))
    fin = models.DateTimeField(_("fin"))
    titre = models.CharField(_("titre"), max_length=120)
    format = models.CharField(_("format"), max_length=20, choices=Format)
    # Of the team: reads who comes. What families read of who leads is `intervenants`, guests included.
    animateur = models.ForeignKey(
        Utilisateur,
        verbose_name=_("animateur ou animatrice"),
        on_delete=models.PROTECT,
        related_name="seances_animees",
        null=True,
        blank=True,
    )
    intervenants = models.CharField(_("animée par"), max_length=160, blank=True)
    precisions = models.TextField(_("précisions pour cette séance"), blank=True)
    langues = ArrayField(
        models.CharField(max_length=3, choices=Langue), verbose_name=_("langues"), default=langue_par_defaut
    )
    accueil = models.CharField(_("on vient"), max_length=8, choices=AccueilSeance, default=AccueilSeance.PLACES)
    audience = models.CharField(_("audience"), max_length=16, choices=Audience, default=Audience.TOUS)

    capacite_adultes = models.PositiveSmallIntegerField(_("places adultes"))
    capacite_enfants = models.PositiveSmallIntegerField(_("places enfants"))
    # Seats of confirmed bookings and of offers that await an answer. Written under the row's lock only.
    adultes_pris = models.PositiveSmallIntegerField(_("adultes inscrits"), default=0, editable=False)
    enfants_pris = models.PositiveSmallIntegerField(_("enfants inscrits"), default=0, editable=False)
    # Of the children inscribed, the little ones, where seats are counted by age.
    petits_pris = models.PositiveSmallIntegerField(_("petits inscrits"), default=0, editable=False)
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
                name="seance_libre_sans_reservation",
                condition=~Q(accueil=AccueilSeance.LIBRE) | Q(adultes_pris=0, enfants_pris=0),
                violation_error_message=_("On ne réserve pas une séance sans rendez-vous."),
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
            petits_en_ordre("seance_petits"),
            models.CheckConstraint(
                name="seance_places_petits",
                condition=Q(petits_pris__lte=F("enfants_pris"))
                & (
                    Q(capacite_petits__isnull=True, petits_pris=0)
                    | Q(
                        capacite_petits__isnull=False,
                        petits_pris__lte=F("capacite_petits"),
                        enfants_pris__lte=F("capacite_enfants") - F("capacite_petits") + F("petits_pris"),
                    )
                ),
                violation_error_message=_("Plus d'enfants de cet âge sont inscrits que de places prévues."),
            ),
            # Parents bring their children and leave: one adult a booking, so that children's seats alone decide.
            models.CheckConstraint(
                name="seance_enfants_confies",
                condition=~Q(accueil=AccueilSeance.ENFANTS)
                | Q(capacite_adultes__gte=F("capacite_enfants"), capacite_enfants__gte=1, adultes_gardes=0),
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
            ages_en_ordre("seance_ages_en_ordre"),
            # Deferrable: a series that moves by a week passes through its own slots.
            ExclusionConstraint(
                name="seance_animateur_libre",
                expressions=[("animateur", RangeOperators.EQUAL), (_duree(), RangeOperators.OVERLAPS)],
                condition=Q(animateur__isnull=False) & ~Q(statut=StatutSeance.ANNULEE),
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("Cette personne anime déjà une autre séance à cette heure."),
            ),
            ExclusionConstraint(
                name="seance_salle_libre",
                expressions=[("salle", RangeOperators.EQUAL), (_duree(), RangeOperators.OVERLAPS)],
                condition=Q(salle__isnull=False) & ~Q(statut=StatutSeance.ANNULEE),
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("Cette salle est déjà prise à cette heure."),
            ),
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
        return 0 if self.est_prise else self.capacite_adultes - self.adultes_pris

    @property
    def libres_enfants(self) -> int:
        return 0 if self.est_prise else self.capacite_enfants - self.enfants_pris

    @property
    def est_prise(self) -> bool:
        """An appointment that a family has: whoever else comes would find somebody there."""
        return self.accueil == AccueilSeance.FAMILLE and self.adultes_pris > 0

    @property
    def confie_les_enfants(self) -> bool:
        """Children stay while their parents go: only they take seats."""
        return self.accueil == AccueilSeance.ENFANTS

    @property
    def public_libelle(self) -> str:
        sans_age = self.age_min_mois is None and self.age_max_mois is None
        return str(_("enfants")) if self.confie_les_enfants and sans_age else super().public_libelle

    @property
    def libres_petits(self) -> int:
        """Seats for the little ones, where they are counted apart."""
        return 0 if self.capacite_petits is None else self.capacite_petits - self.petits_pris

    @property
    def libres_grands(self) -> int:
        return self.libres_enfants - self.libres_petits

    @property
    def est_libre(self) -> bool:
        """One comes without booking."""
        return self.accueil == AccueilSeance.LIBRE

    @property
    def places_adultes(self) -> int:
        """Seats open to all: those kept for the desk and not yet used by it are left out."""
        return max(0, self.libres_adultes - max(0, self.adultes_gardes - self.adultes_accueil))

    @property
    def places_enfants(self) -> int:
        return max(0, self.libres_enfants - max(0, self.enfants_gardes - self.enfants_accueil))

    @property
    def places_petits(self) -> int:
        """Seats open to all for each age, where they are counted apart."""
        return min(self.libres_petits, self.places_enfants)

    @property
    def places_grands(self) -> int:
        return min(self.libres_grands, self.places_enfants)

    @property
    def est_annulee(self) -> bool:
        return self.statut == StatutSeance.ANNULEE

    @property
    def est_complete(self) -> bool:
        """No adult can book online any more. A seat without one for a baby may still suit someone who comes alone."""
        return (self.places_enfants if self.confie_les_enfants else self.places_adultes) <= 0

    def places_pour(self, canal: str) -> tuple[int, int]:
        """Seats for adults and for children that a booking made this way may take."""
        if canal == CanalInscription.EN_LIGNE:
            return self.places_adultes, self.places_enfants
        return self.libres_adultes, self.libres_enfants

    def can_accueillir(
        self, *, adultes: int, enfants: int, petits: int = 0, canal: str = CanalInscription.EN_LIGNE
    ) -> bool:
        """Whether there is a seat for each; `petits` of the children are little ones, where seats go by age."""
        places_adultes, places_enfants = self.places_pour(canal)
        if self.capacite_petits is not None and (petits > self.libres_petits or enfants - petits > self.libres_grands):
            return False
        return adultes <= places_adultes and enfants <= places_enfants

    def est_ouverte_aux_inscriptions(self, *, maintenant: datetime) -> bool:
        return (
            self.statut == StatutSeance.PUBLIEE
            and not self.est_libre
            and maintenant < self.debut
            and (self.inscriptions_du is None or self.inscriptions_du <= maintenant)
            and (self.inscriptions_au is None or maintenant < self.inscriptions_au)
        )


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
