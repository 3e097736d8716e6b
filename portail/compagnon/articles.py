"""Short articles by stage of the 1000 days."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from familles.articles import en_html
from familles.calendrier import OuJenSuis
from familles.enums import Etape, ThemeArticle
from familles.models import Article
from portail.cache import page_publique
from portail.numeros import numeros_verifies

MINUTE = 60
# Months of age from which a stage is the child's.
_ETAPES = ((12, Etape.DEUXIEME_ANNEE), (6, Etape.SIX_MOIS), (1, Etape.PREMIERS_MOIS))


def etape_de(ou: OuJenSuis) -> Etape:
    """The stage that a family is in: its first month is the birth's."""
    if not ou.est_ne:
        return Etape.GROSSESSE
    return next((etape for mois, etape in _ETAPES if ou.mois >= mois), Etape.NAISSANCE)


@require_safe
@page_publique(MINUTE)
def ressources(request: HttpRequest) -> HttpResponse:
    """All of them by stage, or those of one theme."""
    theme = request.GET.get("theme", "")
    articles = Article.objects.publies(le=timezone.localdate()).defer("corps").order_by("theme", "titre")
    if theme in ThemeArticle.values:
        articles = articles.filter(theme=theme)
    tous = list(articles)
    contexte = {
        "groupes": [
            (etape, siens) for etape in Etape if (siens := [article for article in tous if etape in article.etapes])
        ],
        "themes": ThemeArticle.choices,
        "theme": theme if theme in ThemeArticle.values else "",
    }
    return render(request, "compagnon/ressources.html", contexte)


@require_safe
@page_publique(MINUTE)
def article(request: HttpRequest, slug: str) -> HttpResponse:
    publie = get_object_or_404(Article.objects.publies(le=timezone.localdate()), slug=slug)
    contexte: dict[str, Any] = {
        "article": publie,
        "corps": en_html(publie.corps),
        "etapes": [Etape(etape).label for etape in publie.etapes],
        "fil": [(_("Accueil"), reverse("portail:accueil")), (_("Ressources"), reverse("compagnon:ressources"))],
        "numeros": numeros_verifies(),
    }
    return render(request, "compagnon/article.html", contexte)
