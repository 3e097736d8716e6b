"""What was answered. Nothing here leads to a person, which tests/enquetes/test_anonymat.py holds.

A row's key is drawn at random and no column tells when it came, but for the week: neither order nor time tells who.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

import pgtrigger
from django.db import models
from django.db.models import Case, Count, Q, When
from django.utils.translation import gettext_lazy as _

from enquetes.enums import Moment, StatutTexte
from enquetes.models.campagnes import Campagne
from enquetes.models.declencheurs import reponse_recevable
from enquetes.models.portee import Roles
from enquetes.models.questionnaires import Question
from maisons.models import Maison
from socle.models import Utilisateur


def lundi(jour: date) -> date:
    """The week of a day, as answers know it."""
    return jour - timedelta(days=jour.weekday())


class Reponse(models.Model):
    """One person's ticks, without the person; words they wrote are apart, in TexteLibre."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campagne = models.ForeignKey(
        Campagne, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="reponses"
    )
    maison = models.ForeignKey(
        Maison, verbose_name=_("maison"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    moment = models.CharField(_("moment"), max_length=5, choices=Moment, blank=True, default="")
    semaine = models.DateField(_("semaine du"))
    valeurs = models.JSONField(_("réponses"), default=dict)

    class Meta:
        verbose_name = _("réponse")
        verbose_name_plural = _("réponses")
        constraints = [
            models.CheckConstraint(name="reponse_semaine_lundi", condition=Q(semaine__iso_week_day=1)),
        ]
        indexes = [models.Index(name="reponse_campagne_semaine", fields=["campagne", "semaine"])]
        triggers = [
            reponse_recevable("reponse_recevable"),
            pgtrigger.Protect(name="reponse_ecrite_une_fois", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.semaine:%d/%m/%Y}"


class ReponseEnCours(models.Model):
    """A form being filled in, sealed with a key that only the person's own address or code holds.

    `cle` is a print of that code. The row goes when the form is sent, and at its term when it is not.
    """

    cle = models.CharField(_("empreinte du code"), primary_key=True, max_length=64)
    campagne = models.ForeignKey(
        Campagne, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="en_cours"
    )
    contenu = models.BinaryField(_("contenu scellé"))
    expire_le = models.DateTimeField(_("gardée jusqu'à"))

    class Meta:
        verbose_name = _("réponse en cours")
        verbose_name_plural = _("réponses en cours")
        indexes = [models.Index(name="en_cours_expire", fields=["expire_le"])]

    def __str__(self) -> str:
        return self.cle[:8]


class EtiquetteQuerySet(models.QuerySet["Etiquette"]):
    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> EtiquetteQuerySet:
        return self.filter(campagne__in=Campagne.objects.visibles_par(utilisateur, le=le, roles=roles))


class Etiquette(models.Model):
    """A theme that whoever reads the free texts finds in them."""

    # A list made for one campaign has no use after it.
    campagne = models.ForeignKey(
        Campagne, verbose_name=_("campagne"), on_delete=models.CASCADE, related_name="etiquettes"
    )
    nom = models.CharField(_("nom"), max_length=60)

    objects = EtiquetteQuerySet.as_manager()

    class Meta:
        verbose_name = _("étiquette")
        verbose_name_plural = _("étiquettes")
        constraints = [
            models.UniqueConstraint(
                name="etiquette_unique",
                fields=["campagne", "nom"],
                violation_error_message=_("Cette étiquette existe déjà."),
            )
        ]

    def __str__(self) -> str:
        return self.nom


@dataclass
class Bornes:
    """The last weeks whose words are read: of a campaign as a whole, and with their house's name."""

    commune: date | None = None
    par_maison: dict[int, date] = field(default_factory=dict)


def bornes(comptes: Iterable[tuple[date, int | None, int]], *, seuil: int) -> Bornes:
    """Words come out by batches of whole weeks, each with at least `seuil` answers since the one before.

    comptes: (week, house, answers). A house's batches end where the campaign's do, so that neither cuts the other.
    """
    trouvees, attente, nouvelles = Bornes(), Counter[int | None](), 0
    for semaine, reponses in groupby(sorted(comptes, key=itemgetter(0)), key=itemgetter(0)):
        for _semaine, maison, nombre in reponses:
            attente[maison] += nombre
            nouvelles += nombre
        if nouvelles < seuil:
            continue
        trouvees.commune, nouvelles = semaine, 0
        for maison in [maison for maison, nombre in attente.items() if nombre >= seuil]:
            del attente[maison]
            if maison is not None:
                trouvees.par_maison[maison] = semaine
    return trouvees


def _bornes(textes: models.QuerySet[TexteLibre], le: date) -> dict[int, Bornes]:
    """By campaign, for those that these texts are of; one query."""
    comptees = (
        Reponse.objects.filter(semaine__lt=lundi(le), campagne__in=textes.order_by().values("campagne"))
        .values_list("campagne", "campagne__seuil", "semaine", "maison")
        .annotate(n=Count("pk"))
        .order_by("campagne")
    )
    return {
        campagne: bornes(((semaine, maison, n) for *_campagne, semaine, maison, n in lignes), seuil=seuil)
        for (campagne, seuil), lignes in groupby(comptees, key=lambda ligne: ligne[:2])
    }


class TexteLibreQuerySet(models.QuerySet["TexteLibre"]):
    def montrables(self) -> TexteLibreQuerySet:
        return self.filter(statut=StatutTexte.MONTRE)

    def lisibles(self, *, le: date) -> TexteLibreQuerySet:
        """Of weeks that are over, by batches of enough answers: a text that came out alone would be somebody's.

        `maison_lisible`: whether enough people answered at the text's own house for it to be named.
        """
        communes = par_maison = Q(pk__in=[])
        for campagne, bornes in _bornes(self, le).items():
            if bornes.commune is not None:
                communes |= Q(campagne=campagne, semaine__lte=bornes.commune)
            for semaine in set(bornes.par_maison.values()):
                maisons = [maison for maison, borne in bornes.par_maison.items() if borne == semaine]
                par_maison |= Q(campagne=campagne, maison__in=maisons, semaine__lte=semaine)
        return self.filter(communes).annotate(maison_lisible=Case(When(par_maison, then=True), default=False))

    def visibles_par(self, utilisateur: Utilisateur, *, le: date, roles: Roles | None = None) -> TexteLibreQuerySet:
        """Those of the campaigns one leads, and those left at one's house if enough people answered there."""
        lisibles = self.lisibles(le=le)
        if utilisateur.is_superuser:
            return lisibles
        menees = Campagne.objects.menees_par(utilisateur, le=le, roles=roles)
        maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
        return lisibles.filter(Q(campagne__in=menees) | Q(maison__in=maisons, maison_lisible=True))


class TexteLibre(models.Model):
    """What someone wrote, apart from what they ticked, and shown to nobody else before a person has read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campagne = models.ForeignKey(Campagne, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="textes")
    question = models.ForeignKey(Question, verbose_name=_("question"), on_delete=models.PROTECT, related_name="textes")
    maison = models.ForeignKey(
        Maison, verbose_name=_("maison"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    semaine = models.DateField(_("semaine du"))
    langue = models.CharField(_("langue"), max_length=2, default="fr")
    texte = models.CharField(_("texte"), max_length=500)
    statut = models.CharField(_("état"), max_length=8, choices=StatutTexte, default=StatutTexte.A_LIRE)
    etiquettes = models.ManyToManyField(Etiquette, verbose_name=_("étiquettes"), blank=True, related_name="textes")

    objects = TexteLibreQuerySet.as_manager()

    class Meta:
        verbose_name = _("texte libre")
        verbose_name_plural = _("textes libres")
        constraints = [
            models.CheckConstraint(name="texte_ecrit", condition=~Q(texte="")),
            models.CheckConstraint(name="texte_semaine_lundi", condition=Q(semaine__iso_week_day=1)),
        ]
        indexes = [models.Index(name="texte_campagne_semaine", fields=["campagne", "semaine"])]
        triggers = [reponse_recevable("texte_recevable")]

    def __str__(self) -> str:
        return self.texte[:60]
