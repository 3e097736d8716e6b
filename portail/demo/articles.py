"""The demonstration shows its articles as published, signed by a reviewer who does not exist, and says so."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from familles.articles import publier, relire
from familles.chargement_articles import charger_articles
from familles.enums import StatutArticle
from familles.models import Article

NOM = "Rémi Exemple"
FONCTION = "puériculteur de PMI (personne fictive : relecture par un professionnel à faire)"


def publier_articles(*, maintenant: datetime) -> int:
    """Load the drafts and publish those that nobody has touched; how many."""
    charger_articles(maintenant=maintenant)
    brouillons = Article.objects.filter(statut=StatutArticle.BROUILLON, numero=1)
    for article in brouillons:
        relire(article=article, par=None, nom=NOM, fonction=FONCTION, le=timezone.localdate(maintenant))
        publier(article=article, maintenant=maintenant)
    return len(brouillons)
