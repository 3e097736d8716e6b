"""The coverage on a map: communes as dots, served or not, the houses' places and the stops."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from django.utils.translation import gettext as _

from maisons.contours import contour_departement, contours_communes
from maisons.couverture import CommuneVue, Desserte
from maisons.implantation.carte import ARRET, COUVERTE, LOIN, MAISON, RAYON_MAX, RAYON_MIN
from maisons.models import Departement
from socle.cartes import Carte, Disque, Zone, dessiner


def carte_de_couverture(departement: Departement, vues: Sequence[CommuneVue], servis: Sequence[Desserte]) -> Carte:
    """Discs as large as populations, in the colours and shapes of the maps that say where to open a house."""
    plus_grande = max((vue.commune.population for vue in vues), default=0) or 1
    communes = [
        Disque(
            vue.commune.longitude,
            vue.commune.latitude,
            "couverte" if vue.desservie else "loin",
            COUVERTE if vue.desservie else LOIN,
            rayon=round(max(RAYON_MIN, RAYON_MAX * sqrt(vue.commune.population / plus_grande)), 1),
            titre=vue.commune.nom,
        )
        for vue in vues
    ]
    places = [
        Disque(
            desserte.lieu.longitude,
            desserte.lieu.latitude,
            "arret" if desserte.arrets else "maison",
            ARRET if desserte.arrets else MAISON,
            rayon=6,
            titre=f"{desserte.lieu.maison.nom}, {desserte.lieu.commune.nom}",
            forme="triangle" if desserte.arrets else "losange",
        )
        for desserte in servis
    ]
    return dessiner(
        _("Communes et lieux : %s") % departement.nom,
        zones=[
            *(Zone(contour, "commune", "#fbf7f1") for contour in contours_communes(departement.pk).values()),
            Zone(contour_departement(departement.pk), "departement", "none"),
        ],
        disques=[*communes, *places],
        legende=[
            (_("une maison"), MAISON, "losange"),
            (_("un arrêt"), ARRET, "triangle"),
            (_("commune où l'on reçoit"), COUVERTE, "rond"),
            (_("commune sans arrêt (plus le rond est grand, plus elle est peuplée)"), LOIN, "rond"),
        ],
    )
