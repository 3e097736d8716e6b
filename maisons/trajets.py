"""How long it takes to drive from one place to another, without asking anybody: an estimate, and said to be one.

Straight line × FACTEUR_ROUTE gives the road (country roads are about a third longer than the crow flies), driven at
VITESSE_KMH on average, plus INSTALLATION to park, unpack and pack up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils.translation import gettext as _

from maisons.distance import distance_km
from maisons.models import Lieu
from socle.dates import heure

FACTEUR_ROUTE = 1.3
VITESSE_KMH = 50
INSTALLATION = timedelta(minutes=10)


@dataclass(frozen=True)
class Trajet:
    """From one place to the next: the road and the time it takes, and the time there is."""

    depuis: str
    km: float
    duree: timedelta
    disponible: timedelta

    @property
    def est_trop_court(self) -> bool:
        return self.disponible < self.duree

    @property
    def minutes(self) -> int:
        return ceil(self.duree / timedelta(minutes=1))

    @property
    def minutes_disponibles(self) -> int:
        return int(self.disponible / timedelta(minutes=1))


def trajet(*, depuis: Lieu, vers: Lieu, depart: datetime, arrivee: datetime) -> Trajet:
    """The way between two stops of one team; none at all when they are at the same place."""
    km = distance_km(depuis.latitude, depuis.longitude, vers.latitude, vers.longitude) * FACTEUR_ROUTE
    duree = timedelta() if depuis.pk == vers.pk else timedelta(hours=km / VITESSE_KMH) + INSTALLATION
    return Trajet(depuis.nom, km, duree, arrivee - depart)


def regle_du_calcul() -> str:
    """The rule as it is told to whoever plans."""
    return _(
        "Trajets estimés : ligne droite × %(facteur)s, à %(vitesse)d km/h, plus %(minutes)d min d'installation."
    ) % {
        "facteur": str(FACTEUR_ROUTE).replace(".", ","),
        "vitesse": VITESSE_KMH,
        "minutes": INSTALLATION / timedelta(minutes=1),
    }


def horaires_courts(debut: datetime, fin: datetime, lieu: Lieu) -> str:
    return f"{heure(debut, lieu.zone)} – {heure(fin, lieu.zone)}"
