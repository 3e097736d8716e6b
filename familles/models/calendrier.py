"""The milestones of the 1000 days: data that the network's editors keep, version after version."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from familles.calendrier import Decalage, Regle
from familles.enums import (
    AideProche,
    Ajustement,
    Ancre,
    Caractere,
    CategorieJalon,
    Condition,
    Confiance,
    PourQui,
    StatutVersion,
)
from socle.models import Utilisateur
from socle.portee import ReferenceQuerySet


class JalonQuerySet(ReferenceQuerySet["Jalon"]):
    pass


class Jalon(models.Model):
    """A milestone as it is known for ever: what it says stands in its versions."""

    code = models.SlugField(_("code"), max_length=60, unique=True)

    objects = JalonQuerySet.as_manager()

    class Meta:
        verbose_name = _("repère du calendrier")
        verbose_name_plural = _("repères du calendrier")

    def __str__(self) -> str:
        return self.code


class VersionJalonQuerySet(ReferenceQuerySet["VersionJalon"]):
    def publiees(self) -> VersionJalonQuerySet:
        """What the public reads."""
        return self.filter(statut=StatutVersion.PUBLIEE, affichee=True).select_related("jalon")


class VersionJalon(models.Model):
    """What a milestone said from one day on. The published one is never changed: a draft takes its place."""

    jalon = models.ForeignKey(Jalon, verbose_name=_("repère"), on_delete=models.PROTECT, related_name="versions")
    numero = models.PositiveSmallIntegerField(_("version"))
    statut = models.CharField(_("statut"), max_length=12, choices=StatutVersion, default=StatutVersion.BROUILLON)

    titre = models.CharField(_("titre"), max_length=160)
    pourquoi = models.TextField(_("à quoi ça sert"), blank=True)
    qui = models.CharField(_("qui peut vous aider"), max_length=240, blank=True)
    prise_en_charge = models.CharField(_("prise en charge"), max_length=240, blank=True)
    categorie = models.CharField(_("catégorie"), max_length=20, choices=CategorieJalon)
    pour_qui = ArrayField(models.CharField(max_length=12, choices=PourQui), verbose_name=_("pour qui"), default=list)
    caractere = models.CharField(_("caractère"), max_length=20, choices=Caractere)
    aide = models.CharField(_("mène, près de chez soi, à"), max_length=20, choices=AideProche, blank=True)

    ancre = models.CharField(_("se compte depuis"), max_length=20, choices=Ancre)
    sans_debut = models.BooleanField(_("sans début"), default=False)
    debut_mois = models.SmallIntegerField(_("début : mois"), default=0)
    debut_semaines = models.SmallIntegerField(_("semaines"), default=0)
    debut_jours = models.SmallIntegerField(_("jours"), default=0)
    sans_fin = models.BooleanField(_("sans fin"), default=False)
    fin_mois = models.SmallIntegerField(_("fin : mois"), default=0)
    fin_semaines = models.SmallIntegerField(_("semaines"), default=0)
    fin_jours = models.SmallIntegerField(_("jours"), default=0)
    fin_ancre = models.CharField(_("la fin se compte depuis"), max_length=20, choices=Ancre, blank=True)
    fin_exclue = models.BooleanField(_("à faire avant le jour de fin"), default=False)
    tolerance_fin = models.CharField(_("reste possible jusqu'à"), max_length=20, choices=Ancre, blank=True)
    ajustement = models.CharField(_("si la fin tombe un jour chômé"), max_length=24, choices=Ajustement, blank=True)
    condition = models.CharField(_("seulement pour"), max_length=12, choices=Condition, blank=True)
    naissances_depuis = models.DateField(_("naissances à partir du"), null=True, blank=True)
    age_corrige = models.BooleanField(_("suit l'âge corrigé d'un enfant né avant terme"), default=False)
    visible_jours = models.PositiveSmallIntegerField(_("sans fin : montré pendant (jours)"), null=True, blank=True)

    regle_ecrite = models.TextField(_("règle, telle que la source l'écrit"))
    sources = models.TextField(_("sources"), help_text=_("Une par ligne."))
    confiance = models.CharField(_("confiance"), max_length=28, choices=Confiance)
    verifiee_le = models.DateField(_("vérifiée le"))
    note = models.TextField(_("note interne"), blank=True)
    affichee = models.BooleanField(_("montrée au public"), default=True)

    motif = models.CharField(_("pourquoi ce changement"), max_length=240, blank=True)
    # Empty: loaded from the reference file.
    auteur = models.ForeignKey(
        Utilisateur, verbose_name=_("auteur"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    creee_le = models.DateTimeField(_("créée le"), default=timezone.now)
    publiee_le = models.DateTimeField(_("publiée le"), null=True, blank=True)

    objects = VersionJalonQuerySet.as_manager()

    class Meta:
        verbose_name = _("version d'un repère")
        verbose_name_plural = _("versions des repères")
        constraints = [
            models.UniqueConstraint(name="version_jalon_numero", fields=["jalon", "numero"]),
            models.UniqueConstraint(
                name="version_jalon_une_publiee",
                fields=["jalon"],
                condition=Q(statut=StatutVersion.PUBLIEE),
                violation_error_message=_("Ce repère a déjà une version publiée."),
            ),
            models.UniqueConstraint(
                name="version_jalon_un_brouillon",
                fields=["jalon"],
                condition=Q(statut=StatutVersion.BROUILLON),
                violation_error_message=_("Ce repère a déjà un brouillon."),
            ),
            models.CheckConstraint(
                name="version_jalon_publiee_le",
                condition=Q(statut=StatutVersion.BROUILLON, publiee_le__isnull=True)
                | (~Q(statut=StatutVersion.BROUILLON) & Q(publiee_le__isnull=False)),
            ),
            models.CheckConstraint(
                name="version_jalon_une_borne",
                condition=Q(sans_debut=False) | Q(sans_fin=False),
                violation_error_message=_("Indiquez au moins un début ou une fin."),
            ),
            models.CheckConstraint(
                name="version_jalon_a_confirmer",
                condition=~Q(confiance=Confiance.A_CONFIRMER, caractere=Caractere.OBLIGATOIRE),
                violation_error_message=_("Une règle à confirmer ne peut pas être dite obligatoire."),
            ),
        ]

    def __str__(self) -> str:
        return self.titre

    @property
    def regle(self) -> Regle:
        return Regle(
            code=self.jalon.code,
            ancre=Ancre(self.ancre),
            debut=None if self.sans_debut else Decalage(self.debut_mois, self.debut_semaines, self.debut_jours),
            fin=None if self.sans_fin else Decalage(self.fin_mois, self.fin_semaines, self.fin_jours),
            fin_ancre=Ancre(self.fin_ancre) if self.fin_ancre else None,
            fin_exclue=self.fin_exclue,
            tolerance_fin=Ancre(self.tolerance_fin) if self.tolerance_fin else None,
            ajustement=Ajustement(self.ajustement) if self.ajustement else None,
            condition=Condition(self.condition) if self.condition else None,
            naissances_depuis=self.naissances_depuis,
            age_corrige=self.age_corrige,
            visible_jours=self.visible_jours,
        )

    @property
    def est_incertaine(self) -> bool:
        return self.confiance in (Confiance.PARTIEL, Confiance.A_CONFIRMER, Confiance.SOURCE_SECONDAIRE)

    @property
    def liste_sources(self) -> list[str]:
        return [ligne for ligne in self.sources.splitlines() if ligne.strip()]
