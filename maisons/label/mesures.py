"""Values of indicators, computed and kept with the definition and the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from maisons.label.indicateurs import Indicateur, Mesure, Periode, tous
from maisons.label.valeurs import periode_courante
from maisons.models import Maison, ValeurIndicateur


def mesurer(maisons: Iterable[Maison], periode: Periode) -> dict[Indicateur, dict[int, Mesure]]:
    """Every indicator of these houses as of now: a fixed number of queries, whatever the houses and their activity."""
    ids = sorted({maison.pk for maison in maisons})
    return {indicateur: dict(indicateur.mesurer(ids, periode)) for indicateur in tous()}


@transaction.atomic
def arreter(*, maisons: Iterable[Maison], periode: Periode, le: date) -> int:
    """Keep the values of these houses as of a day; how many. Again on the same day replaces them."""
    lignes = [
        ValeurIndicateur(
            maison_id=maison_id,
            indicateur=indicateur.code,
            definition=indicateur.version,
            du=periode.du,
            au=periode.au,
            arretee_le=le,
            numerateur=mesure.numerateur,
            denominateur=mesure.denominateur,
            effectif=mesure.effectif,
        )
        for indicateur, par_maison in mesurer(maisons, periode).items()
        for maison_id, mesure in par_maison.items()
    ]
    ValeurIndicateur.objects.bulk_create(
        lignes,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["maison", "indicateur", "definition", "du", "au", "arretee_le"],
        update_fields=["numerateur", "denominateur", "effectif"],
    )
    return len(lignes)


# A night's work is cut in pieces, so that one transaction never holds the whole network.
MAISONS_PAR_LOT = 50


def arreter_le_mois(*, le: date) -> int:
    """Keep the values of the twelve whole months before a day, for every house that has none yet; how many.

    Harmless twice: what was kept for this period stays as it is until somebody asks for it anew.
    """
    periode = periode_courante(le)
    deja = ValeurIndicateur.objects.filter(du=periode.du, au=periode.au).values("maison")
    restantes = list(Maison.objects.exclude(pk__in=deja).order_by("pk"))
    return sum(
        arreter(maisons=restantes[debut : debut + MAISONS_PAR_LOT], periode=periode, le=le)
        for debut in range(0, len(restantes), MAISONS_PAR_LOT)
    )
