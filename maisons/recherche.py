"""Houses and places around a point."""

from __future__ import annotations

from django.db.models import F, FloatField, OuterRef, Prefetch, QuerySet, Subquery

from maisons.distance import distance_sql
from maisons.models import Lieu, Maison, PlageOuverture


def lieux_proches(*, latitude: float, longitude: float, rayon_km: int | None) -> dict[int, float]:
    """The distance in km of each place of a published house within the radius, nearest first."""
    lieux = Lieu.objects.actifs().filter(maison__publiee=True).annotate(km=distance_sql(latitude, longitude))
    if rayon_km is not None:
        lieux = lieux.filter(km__lte=rayon_km)
    return dict(lieux.order_by("km", "pk").values_list("pk", "km"))


def with_distance(
    maisons: QuerySet[Maison], *, latitude: float, longitude: float, rayon_km: int | None = None
) -> QuerySet[Maison]:
    """Annotates `distance_km`, to the nearest place of each house, nearest first; within the radius if there is one.

    Without radius, houses that have no place come last, with no distance.
    """
    km = distance_sql(latitude, longitude)
    plus_proche = Lieu.objects.actifs().filter(maison=OuterRef("pk")).annotate(km=km).order_by("km").values("km")[:1]
    proches = maisons.annotate(distance_km=Subquery(plus_proche, output_field=FloatField()))
    if rayon_km is not None:
        proches = proches.filter(distance_km__lte=rayon_km)
    return proches.order_by(F("distance_km").asc(nulls_last=True), "nom", "pk")


def with_lieux(maisons: QuerySet[Maison]) -> QuerySet[Maison]:
    """With what cards and opening hours need, in a fixed number of queries; the places in use are `lieux_actifs`."""
    plages = PlageOuverture.objects.order_by("jour", "debut")
    lieux = (
        Lieu.objects.actifs().select_related("commune").prefetch_related(Prefetch("plages", plages)).order_by("nom")
    )
    return maisons.select_related("organisation", "departement", "territoire").prefetch_related(
        Prefetch("lieux", lieux, to_attr="lieux_actifs"), "fermetures"
    )
