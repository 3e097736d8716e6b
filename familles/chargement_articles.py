"""The first articles, from their file to drafts: a signed review comes before the public."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from familles.models import Article

FICHIER = Path(__file__).parent / "donnees" / "articles.yaml"
REDIGES_LE = date(2026, 11, 22)


def lire_articles() -> list[dict[str, Any]]:
    """The columns of each article, its sources in full."""
    donnees = yaml.safe_load(FICHIER.read_text(encoding="utf-8"))
    return [
        {
            **article,
            "corps": article["corps"].strip(),
            "sources": "\n".join(donnees["sources"][cle] for cle in article["sources"]),
            "redige_le": REDIGES_LE,
        }
        for article in donnees["articles"]
    ]


@transaction.atomic
def charger_articles(*, maintenant: datetime) -> list[Article]:
    """Add the drafts of those that are not there; the ones added."""
    connus = set(Article.objects.values_list("slug", flat=True))
    return [
        Article.objects.create(cree_le=maintenant, **champs)
        for champs in lire_articles()
        if champs["slug"] not in connus
    ]
