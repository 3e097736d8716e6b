"""A group of parents whose babies are the same age."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ateliers.enums import Particularite, Rythme, StatutGroupe
from maisons.enums import JourSemaine, Langue, Role
from maisons.models import Lieu, Maison
from socle.models import Utilisateur
from socle.suivi import suivre

FENETRE_SEMAINES = 8
CAPACITE_PAR_DEFAUT = 10
CAPACITE_MAX = 20
DUREE_RENCONTRE = 90
# An evening begins here on the clock of the place.
SOIR_A_PARTIR_DE = 18


def fin_de_fenetre(naissances_du: date) -> date:
    """The last day of a window of eight weeks, both ends included."""
    return naissances_du + timedelta(weeks=FENETRE_SEMAINES, days=-1)


def fin_de_groupe(naissances_au: date) -> date:
    """The first birthday of the youngest baby: when a group ends unless it is told otherwise."""
    return naissances_au + relativedelta(years=1)


def libelles(particularites: Iterable[str]) -> list[str]:
    return [str(Particularite(valeur).label) for valeur in particularites]


class GroupePairsQuerySet(models.QuerySet["GroupePairs"]):
    def ouverts(self) -> GroupePairsQuerySet:
        return self.filter(statut=StatutGroupe.OUVERT)

    def publics(self) -> GroupePairsQuerySet:
        """Those that a parent may find and ask for."""
        return self.ouverts().filter(accepte_demandes=True, maison__publiee=True)

    def for_repere(self, repere: date) -> GroupePairsQuerySet:
        """Those whose window holds a birth or due date, both ends included."""
        return self.filter(naissances_du__lte=repere, naissances_au__gte=repere)

    def with_cadre(self) -> GroupePairsQuerySet:
        return self.select_related("lieu__commune", "lieu__maison", "maison")

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> GroupePairsQuerySet:
        return self.filter(maison__in=Maison.objects.visibles_par(utilisateur, le=le, roles=roles))

    def familles_visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> GroupePairsQuerySet:
        """Those of which a person may read who is in them: an animateur those they lead, others those of their houses.

        The same rule as for sessions (SeanceQuerySet.inscrits_visibles_par).
        """
        if not utilisateur.is_active:
            return self.none()
        if utilisateur.is_superuser:
            return self
        tous = frozenset(Role) if roles is None else roles
        menes = Maison.objects.visibles_par(utilisateur, le=le, roles=tous & {Role.ANIMATEUR})
        dirigees = Maison.objects.visibles_par(utilisateur, le=le, roles=tous - {Role.ANIMATEUR})
        return self.filter(
            Q(maison__in=dirigees)
            | Q(pk__in=GroupePairs.objects.filter(facilitateurs=utilisateur).values("pk"), maison__in=menes)
        )


@suivre(
    champs=[
        "maison",
        "lieu",
        "nom",
        "naissances_du",
        "naissances_au",
        "capacite",
        "rythme",
        "premiere_rencontre",
        "heure",
        "duree_minutes",
        "fin_prevue",
        "langue",
        "particularites",
        "accepte_demandes",
        "statut",
    ],
)
class GroupePairs(models.Model):
    """About ten parents and ten babies of one age who meet during the first year; the group stays the same.

    Places are counted in parent–baby pairs: twins are two pairs with one parent.
    """

    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="groupes")
    lieu = models.ForeignKey(Lieu, verbose_name=_("lieu"), on_delete=models.PROTECT, related_name="groupes")
    nom = models.CharField(_("nom"), max_length=120)
    facilitateurs = models.ManyToManyField(
        Utilisateur, verbose_name=_("facilitateurs"), blank=True, related_name="groupes_menes"
    )
    naissances_du = models.DateField(_("naissances du"))
    naissances_au = models.DateField(_("au"))
    capacite = models.PositiveSmallIntegerField(
        _("places (binômes parent-bébé)"),
        default=CAPACITE_PAR_DEFAUT,
        validators=[MinValueValidator(2), MaxValueValidator(CAPACITE_MAX)],
    )
    # Pairs of members and of those whose answer is awaited. Written under the row's lock only.
    binomes_pris = models.PositiveSmallIntegerField(_("places prises"), default=0, editable=False)
    rythme = models.CharField(_("rythme"), max_length=12, choices=Rythme, default=Rythme.QUINZAINE)
    # Local to the place; empty until the meetings are planned.
    premiere_rencontre = models.DateField(_("première rencontre le"), null=True, blank=True)
    heure = models.TimeField(_("à"), null=True, blank=True)
    duree_minutes = models.PositiveSmallIntegerField(
        _("durée (minutes)"),
        default=DUREE_RENCONTRE,
        validators=[MinValueValidator(30), MaxValueValidator(240)],
    )
    fin_prevue = models.DateField(_("fin prévue le"))
    langue = models.CharField(_("langue du groupe"), max_length=3, choices=Langue, default=Langue.FR)
    particularites = ArrayField(
        models.CharField(max_length=12, choices=Particularite),
        verbose_name=_("particularités"),
        default=list,
        blank=True,
    )
    accepte_demandes = models.BooleanField(
        _("visible des parents"), default=True, help_text=_("Les parents le trouvent et peuvent demander à en être.")
    )
    statut = models.CharField(_("statut"), max_length=8, choices=StatutGroupe, default=StatutGroupe.OUVERT)
    clos_le = models.DateTimeField(_("terminé le"), null=True, blank=True, editable=False)
    cree_le = models.DateTimeField(_("créé le"), default=timezone.now, editable=False)

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
            models.CheckConstraint(
                name="groupe_capacite",
                condition=Q(capacite__range=(2, CAPACITE_MAX)),
                violation_error_message=_("Un groupe compte de 2 à 20 binômes."),
            ),
            models.CheckConstraint(
                name="groupe_places",
                condition=Q(binomes_pris__lte=F("capacite")),
                violation_error_message=_("Ce groupe a déjà plus de binômes que de places prévues."),
            ),
            models.CheckConstraint(
                name="groupe_fin_apres_fenetre",
                condition=Q(fin_prevue__gt=F("naissances_au")),
                violation_error_message=_("Le groupe se termine après les naissances."),
            ),
            models.CheckConstraint(
                name="groupe_clos_le",
                condition=Q(statut=StatutGroupe.CLOS, clos_le__isnull=False)
                | Q(statut=StatutGroupe.OUVERT, clos_le__isnull=True),
            ),
            models.CheckConstraint(
                name="groupe_rencontres_completes",
                condition=Q(premiere_rencontre__isnull=True, heure__isnull=True)
                | Q(premiere_rencontre__isnull=False, heure__isnull=False),
                violation_error_message=_("Donnez le jour et l'heure de la première rencontre, ou aucun des deux."),
            ),
        ]
        indexes = [
            models.Index(
                name="groupe_fenetre",
                fields=["naissances_du", "naissances_au"],
                condition=Q(statut=StatutGroupe.OUVERT),
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def est_clos(self) -> bool:
        return self.statut == StatutGroupe.CLOS

    @property
    def binomes_libres(self) -> int:
        return self.capacite - self.binomes_pris

    @property
    def jour_de_semaine(self) -> str:
        return str(JourSemaine(self.premiere_rencontre.weekday()).label) if self.premiere_rencontre else ""

    @property
    def debut_premiere(self) -> datetime | None:
        """When the first meeting begins; the place must be loaded."""
        if self.premiere_rencontre is None or self.heure is None:
            return None
        return datetime.combine(self.premiere_rencontre, self.heure, tzinfo=self.lieu.zone)

    @property
    def particularites_libelles(self) -> list[str]:
        return libelles(self.particularites)

    def dans_la_fenetre(self, repere: date) -> bool:
        return self.naissances_du <= repere <= self.naissances_au

    def est_jeune(self, *, maintenant: datetime, semaines: int) -> bool:
        """Whether a newcomer still finds a group that is getting to know itself. The place must be loaded."""
        if self.est_clos:
            return False
        if self.premiere_rencontre is None:
            return True
        jour = maintenant.astimezone(self.lieu.zone).date()
        return jour <= self.premiere_rencontre + timedelta(weeks=semaines)
