"""What partners say of houses: who is really there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from maisons.label.indicateurs import Indicateur, Mesure, Periode, Unite, enregistrer
from partenaires.models import VERIFIE_PENDANT, Permanence


def _partenaires_verifies(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    fin = datetime.combine(periode.au + timedelta(days=1), time(), UTC)
    lignes = dict(
        Permanence.objects.filter(
            active=True,
            lieu__maison__in=maisons,
            partenaire__publie=True,
            partenaire__verifie_le__gt=fin - VERIFIE_PENDANT,
        )
        .values("lieu__maison")
        .annotate(n=Count("partenaire", distinct=True))
        .order_by()
        .values_list("lieu__maison", "n")
    )
    return {maison: Mesure(lignes.get(maison, 0)) for maison in maisons}


enregistrer(
    Indicateur(
        code="partenaires-verifies",
        nom=_("Partenaires dont la permanence est vérifiée"),
        definition=_(
            "Partenaires qui tiennent une permanence en cours dans un lieu de la maison, le jour du calcul, et dont "
            "la fiche a été vérifiée dans les six mois qui précèdent la fin de la période."
        ),
        unite=Unite.NOMBRE,
        mesurer=_partenaires_verifies,
        est_comparable=True,
    )
)
