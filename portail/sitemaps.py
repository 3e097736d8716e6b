"""What search engines are told of: pages, houses and sessions to come, in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from ateliers.models import Seance
from enquetes.models import Campagne
from maisons.models import Maison

if TYPE_CHECKING:
    _Sitemap = Sitemap[Any]
else:
    _Sitemap = Sitemap


class _Bilingue(_Sitemap):
    i18n = True
    alternates = True
    x_default = True


class PagesSitemap(_Bilingue):
    def items(self) -> list[str]:
        return [
            "portail:accueil",
            "ateliers:agenda",
            "portail:maisons",
            "portail:bulle",
            "portail:annuaire",
            "portail:groupes",
            "portail:accueil_ponctuel",
            "portail:professionnels",
            "compagnon:calendrier",
            "compagnon:ressources",
            "portail:besoin_aide",
            "enquetes:enquetes",
            "portail:mentions_legales",
            "portail:confidentialite",
            "portail:accessibilite",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class MaisonsSitemap(_Bilingue):
    def items(self) -> QuerySet[Maison]:
        # What is fictional is not for search engines.
        return Maison.objects.publiees().filter(demonstration=False).order_by("pk")


class SeancesSitemap(_Bilingue):
    # Each session stands in the file once a language, and 50,000 addresses are the most a file may hold.
    limit = 20_000

    def items(self) -> QuerySet[Seance]:
        return (
            Seance.objects.publiques()
            .publiees()
            .a_venir(maintenant=timezone.now())
            .filter(lieu__maison__demonstration=False)
            .order_by("debut", "pk")
        )

    def lastmod(self, item: Seance) -> datetime:
        return item.modifiee_le


class EnquetesSitemap(_Bilingue):
    def items(self) -> QuerySet[Campagne]:
        """Surveys whose results everybody may read."""
        return Campagne.objects.publiques().filter(demonstration=False).order_by("pk")


SITEMAPS: dict[str, type[_Sitemap]] = {
    "pages": PagesSitemap,
    "maisons": MaisonsSitemap,
    "seances": SeancesSitemap,
    "enquetes": EnquetesSitemap,
}
