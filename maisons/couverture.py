"""How many people live near each stop and each house, and which communes nobody serves.

A commune counts whole, from the point of its town hall and as the crow flies: an order of magnitude, said to be one.
Distances and sums are made in the database, in one statement each, however many places there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from maisons.distance import distance_en_sql
from maisons.enums import StatutArret
from maisons.models import Commune, Departement, Equipage, Lieu, PlageOuverture
from maisons.naissances import Natalite

RAYONS_KM = (5, 10, 20)
# A box that holds every commune within the farthest radius, in degrees; longitudes narrow toward the poles.
_BOITE_LATITUDE = 0.19
TOUT = "tout"


@dataclass(frozen=True, kw_only=True)
class Periode:
    """From a moment (included) to another (excluded)."""

    du: datetime
    au: datetime


@dataclass(frozen=True)
class Desserte:
    """A place where families are received in a period: by a house that is there, or by stops."""

    lieu: Lieu
    arrets: int


@dataclass(frozen=True)
class Bassin:
    """Who lives within 5, 10 and 20 km."""

    population: tuple[int, ...]
    communes: int

    def naissances(self, taux: Natalite) -> list[int]:
        """Births a year."""
        return [round(taux.naissances(habitants)) for habitants in self.population]


@dataclass(frozen=True)
class CommuneVue:
    """A commune, whether somebody receives families in it, and how far the nearest place is."""

    commune: Commune
    desservie: bool
    # None when there is no place at all.
    proche_km: float | None
    proche_nom: str


VIDE = Bassin((0,) * len(RAYONS_KM), 0)


def dessertes(lieux: QuerySet[Lieu], periode: Periode) -> list[Desserte]:
    """The places that serve in a period, with their stops, in one query.

    A place serves when a stop is held there, when it has opening hours, or when its house does not travel at all.
    """
    tenus = Q(arrets__statut=StatutArret.PREVU, arrets__debut__gte=periode.du, arrets__debut__lt=periode.au)
    voyagent = Equipage.objects.filter(maison=OuterRef("maison"))
    servis = (
        lieux.filter(actif=True, maison__ouverte=True)
        .annotate(arrets_tenus=Count("arrets", filter=tenus))
        .filter(Q(arrets_tenus__gt=0) | Exists(PlageOuverture.objects.filter(lieu=OuterRef("pk"))) | ~Exists(voyagent))
        .select_related("maison", "commune")
        .order_by("maison__nom", "commune__nom", "nom", "pk")
    )
    return [Desserte(lieu, lieu.arrets_tenus) for lieu in servis]


# From the town hall of a commune to a place.
_KM = distance_en_sql("commune.latitude", "commune.longitude", "point.lat", "point.lon")

_BASSINS = f"""
    SELECT cle,
           COALESCE(SUM(population) FILTER (WHERE km <= 5), 0),
           COALESCE(SUM(population) FILTER (WHERE km <= 10), 0),
           COALESCE(SUM(population), 0),
           COUNT(*)
      FROM (
        SELECT point.cle, commune.population, MIN({_KM}) AS km
          FROM unnest(%s::text[], %s::float8[], %s::float8[]) AS point(cle, lat, lon)
          JOIN maisons_commune commune
            ON commune.latitude BETWEEN point.lat - %s AND point.lat + %s
           AND commune.longitude BETWEEN point.lon - %s / COS(RADIANS(point.lat))
                                     AND point.lon + %s / COS(RADIANS(point.lat))
         GROUP BY point.cle, commune.code_insee, commune.population
      ) proches
     WHERE km <= 20
     GROUP BY cle
"""  # noqa: S608


def bassins(servis: Sequence[Desserte]) -> dict[str, Bassin]:
    """Who lives near each place ("lieu-1"), each house ("maison-1") and all of them ("tout"), in one query.

    A commune near two places of a house counts once for the house.
    """
    points = [
        (cle, desserte.lieu.latitude, desserte.lieu.longitude)
        for desserte in servis
        for cle in (cle_lieu(desserte.lieu), cle_maison(desserte.lieu.maison_id), TOUT)
    ]
    if not points:
        return {}
    cles, latitudes, longitudes = (list(colonne) for colonne in zip(*points, strict=True))
    boite = [_BOITE_LATITUDE] * 4
    with connection.cursor() as curseur:
        curseur.execute(_BASSINS, [cles, latitudes, longitudes, *boite])
        return {
            cle: Bassin((int(cinq), int(dix), int(vingt)), int(nombre))
            for cle, cinq, dix, vingt, nombre in curseur.fetchall()
        }


def cle_lieu(lieu: Lieu) -> str:
    return f"lieu-{lieu.pk}"


def cle_maison(pk: int) -> str:
    return f"maison-{pk}"


_PROCHES = f"""
    SELECT commune.code_insee, proche.cle, proche.km
      FROM maisons_commune commune
      LEFT JOIN LATERAL (
        SELECT point.cle, {_KM} AS km
          FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS point(cle, lat, lon)
         ORDER BY km, point.cle
         LIMIT 1
      ) proche ON TRUE
     WHERE commune.departement_id = %s
"""  # noqa: S608


def communes_vues(departement: Departement, servis: Sequence[Desserte]) -> list[CommuneVue]:
    """Every commune of a département beside the nearest of these places, by population; two queries."""
    par_pk = {desserte.lieu.pk: desserte.lieu for desserte in servis}
    lieux = list(par_pk.values())
    with connection.cursor() as curseur:
        curseur.execute(
            _PROCHES,
            [
                [lieu.pk for lieu in lieux],
                [lieu.latitude for lieu in lieux],
                [lieu.longitude for lieu in lieux],
                departement.pk,
            ],
        )
        proches: dict[str, tuple[int | None, float | None]] = {code: (cle, km) for code, cle, km in curseur.fetchall()}
    desservies = {lieu.commune_id for lieu in lieux}
    vues = []
    for commune in Commune.objects.filter(departement=departement).order_by("-population", "code_insee"):
        cle, km = proches[commune.pk]
        vues.append(CommuneVue(commune, commune.pk in desservies, km, _nom(par_pk[cle]) if cle is not None else ""))
    return vues


def _nom(lieu: Lieu) -> str:
    return f"{lieu.maison.nom}, {lieu.commune.nom}"


def jamais_desservies(vues: Sequence[CommuneVue], *, au_dela_km: float = 0) -> list[CommuneVue]:
    """Those where nobody receives families and, when asked, with nobody within a distance either."""
    return [vue for vue in vues if not vue.desservie and (vue.proche_km is None or vue.proche_km > au_dela_km)]
