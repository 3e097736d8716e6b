"""Short articles by stage of the 1000 days: written, reviewed by someone named, published until a day."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from familles.enums import Etape, StatutArticle, ThemeArticle
from socle.models import Utilisateur
from socle.portee import ReferenceQuerySet

_VIVANTS = [StatutArticle.RELU, StatutArticle.PUBLIEE]


class ArticleQuerySet(ReferenceQuerySet["Article"]):
    def publies(self, *, le: date) -> ArticleQuerySet:
        """What the public reads: nothing that was to be reviewed again before this day."""
        return self.filter(statut=StatutArticle.PUBLIEE, a_revoir_le__gte=le)


class Article(models.Model):
    """A version of an article. One that is reviewed or published is not changed: a draft takes its place."""

    slug = models.SlugField(_("adresse"), max_length=80)
    numero = models.PositiveSmallIntegerField(_("version"), default=1)
    statut = models.CharField(_("statut"), max_length=12, choices=StatutArticle, default=StatutArticle.BROUILLON)
    titre = models.CharField(_("titre"), max_length=120)
    resume = models.CharField(_("en une phrase"), max_length=240)
    corps = models.TextField(
        _("texte"),
        help_text=_(
            "En Markdown : ## pour un intertitre, - pour une liste, **gras**. "
            "Une image : ![ce qu'elle montre](/static/img/…)."
        ),
    )
    etapes = ArrayField(models.CharField(max_length=16, choices=Etape), verbose_name=_("étapes"))
    theme = models.CharField(_("thème"), max_length=16, choices=ThemeArticle)
    sources = models.TextField(_("sources publiques"), help_text=_("Une par ligne."))
    redige_le = models.DateField(_("rédigé le"))

    relu_par = models.ForeignKey(
        Utilisateur, verbose_name=_("relu par"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Kept as words: they stand under the article after the account is gone.
    relu_par_nom = models.CharField(_("nom de qui a relu"), max_length=120, blank=True)
    relu_par_fonction = models.CharField(_("fonction de qui a relu"), max_length=120, blank=True)
    relu_le = models.DateField(_("relu le"), null=True, blank=True)
    a_revoir_le = models.DateField(_("à revoir le"), null=True, blank=True)
    cree_le = models.DateTimeField(_("créé le"), default=timezone.now)
    publie_le = models.DateTimeField(_("publié le"), null=True, blank=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(name="article_version", fields=["slug", "numero"]),
            models.UniqueConstraint(
                name="article_un_publie", fields=["slug"], condition=Q(statut=StatutArticle.PUBLIEE)
            ),
            models.UniqueConstraint(
                name="article_un_brouillon",
                fields=["slug"],
                condition=Q(statut__in=[StatutArticle.BROUILLON, StatutArticle.RELU]),
                violation_error_message=_("Cet article a déjà un brouillon."),
            ),
            models.CheckConstraint(
                name="article_relu",
                condition=~Q(statut__in=_VIVANTS)
                | Q(
                    relu_par_nom__regex=r"\S",
                    relu_par_fonction__regex=r"\S",
                    relu_le__isnull=False,
                    a_revoir_le__isnull=False,
                ),
                violation_error_message=_("Sans relecture signée, un article ne se publie pas."),
            ),
            models.CheckConstraint(
                name="article_a_revoir",
                condition=Q(a_revoir_le__isnull=True) | Q(a_revoir_le__gt=models.F("relu_le")),
                violation_error_message=_("La date de révision doit venir après la relecture."),
            ),
            models.CheckConstraint(
                name="article_publie_le", condition=~Q(statut=StatutArticle.PUBLIEE) | Q(publie_le__isnull=False)
            ),
            models.CheckConstraint(
                name="article_source",
                condition=Q(sources__regex=r"\S"),
                violation_error_message=_("Citez au moins une source publique."),
            ),
        ]

    def __str__(self) -> str:
        return self.titre

    def get_absolute_url(self) -> str:
        return reverse("compagnon:article", args=[self.slug])

    @property
    def liste_sources(self) -> list[str]:
        return [ligne for ligne in self.sources.splitlines() if ligne.strip()]
