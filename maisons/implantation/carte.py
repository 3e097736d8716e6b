"""A plan on a map: births as discs, covered or not, the sites with their radius, the houses and the stops."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from typing import Any

from django.utils.translation import gettext as _

from maisons.contours import contour_departement, contours_communes
from maisons.models import Commune
from socle.cartes import Carte, Disque, Zone, dessiner

SITE, COUVERTE, LOIN, MAISON = "#b4472f", "#0e5670", "#b9a48c", "#2b6e52"
RAYON_MIN, RAYON_MAX = 1.6, 13.0


def carte_du_plan(
    titre: str,
    *,
    departement: str,
    dessertes: Sequence[Mapping[str, Any]],
    sites: Collection[str],
    rayon_km: float,
    nommer: Collection[str] | None = None,
) -> Carte:
    """The département with what a plan serves; the communes of `sites` bear their name (or those of `nommer`)."""
    communes = {
        code: (nom, latitude, longitude)
        for code, nom, latitude, longitude in Commune.objects.filter(departement=departement).values_list(
            "code_insee", "nom", "latitude", "longitude"
        )
    }
    maximum = max((ligne["naissances"] for ligne in dessertes), default=1.0) or 1.0
    anneaux, disques, marques = [], [], []
    for ligne in dessertes:
        if ligne["insee"] not in communes:
            continue
        nom, latitude, longitude = communes[ligne["insee"]]
        couverte = ligne["km"] <= rayon_km
        rayon = max(RAYON_MIN, RAYON_MAX * sqrt(ligne["naissances"] / maximum))
        disques.append(
            Disque(
                longitude,
                latitude,
                "couverte" if couverte else "loin",
                COUVERTE if couverte else LOIN,
                rayon=round(rayon, 1),
            )
        )
        if ligne["insee"] in sites:
            anneaux.append(Disque(longitude, latitude, "portee", SITE, rayon_km=rayon_km))
            marques.append(Disque(longitude, latitude, "site", SITE, rayon=7, libelle=nom, titre=nom, forme="carre"))
    return dessiner(
        titre,
        zones=[
            *(Zone(contour, "commune", "#fbf7f1") for contour in contours_communes(departement).values()),
            Zone(contour_departement(departement), "departement", "none"),
        ],
        disques=[*anneaux, *disques, *marques],
        legende=[
            (_("maison à ouvrir, avec sa portée"), SITE, "carre"),
            (_("commune à portée d'une maison ; la surface dit les naissances"), COUVERTE, "rond"),
            (_("commune au-delà"), LOIN, "rond"),
        ],
    )
