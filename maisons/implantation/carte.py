"""A plan on a map: births as discs, covered or not, the sites with their radius, the houses and the stops."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from typing import Any

from django.utils.translation import gettext as _

from maisons.contours import contour_departement, contours_communes
from maisons.implantation.probleme import Point, distances_km
from maisons.models import Commune
from socle.cartes import Carte, Disque, Zone, dessiner

SITE, COUVERTE, LOIN, MAISON, ARRET = "#b4472f", "#0e5670", "#b9a48c", "#2b6e52", "#6d3b5e"
RAYON_MIN, RAYON_MAX = 1.6, 13.0
# What is farther than this from every commune, and than the plan's radius, would only make the map smaller.
AUTOUR_KM = 15.0
# A place: its name, latitude and longitude.
Place = tuple[str, float, float]


def carte_du_plan(
    titre: str,
    *,
    departement: str,
    dessertes: Sequence[Mapping[str, Any]],
    sites: Collection[str],
    rayon_km: float,
    maisons: Sequence[Place] = (),
    arrets: Sequence[Place] = (),
) -> Carte:
    """The département with what a plan serves, and the houses and stops in and around it; `sites` bear their name."""
    communes = {
        code: Point(code, nom, latitude, longitude)
        for code, nom, latitude, longitude in Commune.objects.filter(departement=departement).values_list(
            "code_insee", "nom", "latitude", "longitude"
        )
    }
    maximum = max((ligne["naissances"] for ligne in dessertes), default=1.0) or 1.0
    anneaux, disques, marques = [], [], []
    for ligne in dessertes:
        commune = communes.get(ligne["insee"])
        if commune is None:
            continue
        position = (commune.longitude, commune.latitude)
        couverte = ligne["km"] <= rayon_km
        rayon = max(RAYON_MIN, RAYON_MAX * sqrt(ligne["naissances"] / maximum))
        disques.append(
            Disque(
                *position, "couverte" if couverte else "loin", COUVERTE if couverte else LOIN, rayon=round(rayon, 1)
            )
        )
        if ligne["insee"] in sites:
            anneaux.append(Disque(*position, "portee", SITE, rayon_km=rayon_km))
            marques.append(
                Disque(*position, "site", SITE, rayon=7, libelle=commune.nom, titre=commune.nom, forme="carre")
            )
    deja = [
        *_dessiner_places(maisons, communes, rayon_km, "maison", MAISON, "losange"),
        *_dessiner_places(arrets, communes, rayon_km, "arret", ARRET, "triangle"),
    ]
    presentes = {disque.classe for disque in deja}
    legende = [
        (_("maison à ouvrir, avec sa portée"), SITE, "carre"),
        (_("maison déjà là"), MAISON, "losange") if "maison" in presentes else None,
        (_("arrêt prévu d'une maison itinérante"), ARRET, "triangle") if "arret" in presentes else None,
        (_("commune à portée d'une maison ; la surface dit les naissances"), COUVERTE, "rond"),
        (_("commune au-delà"), LOIN, "rond"),
    ]
    return dessiner(
        titre,
        zones=[
            *(Zone(contour, "commune", "#fbf7f1") for contour in contours_communes(departement).values()),
            Zone(contour_departement(departement), "departement", "none"),
        ],
        disques=[*anneaux, *disques, *deja, *marques],
        legende=[entree for entree in legende if entree is not None],
    )


def _dessiner_places(
    places: Sequence[Place], communes: Mapping[str, Point], rayon_km: float, classe: str, couleur: str, forme: str
) -> list[Disque]:
    points = [Point("", *place) for place in places]
    if not points or not communes:
        return []
    proches = distances_km(points, list(communes.values())).min(axis=1) <= max(rayon_km, AUTOUR_KM)
    return [
        Disque(point.longitude, point.latitude, classe, couleur, rayon=6, titre=point.nom, forme=forme)
        for point, proche in zip(points, proches, strict=True)
        if proche
    ]
