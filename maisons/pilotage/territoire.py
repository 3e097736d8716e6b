"""The territory of a house: which communes, how many births, how far the nearest house and the nearest stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from maisons.implantation.donnees import Parametres, lire_arrets, lire_maisons
from maisons.implantation.probleme import Point, distances_km
from maisons.models import Commune, Maison
from maisons.naissances import Natalite, natalite_de

# Without a territory of its own: the communes around its places.
AUTOUR_KM = 20.0
PROCHE_KM = 15.0


@dataclass(frozen=True)
class Desservie:
    """A commune of the territory; distances are None when there is no house, no stop."""

    commune: Commune
    naissances: float
    maison: str
    km_maison: float | None
    arret: str
    km_arret: float | None

    @property
    def est_proche(self) -> bool:
        return self.km_maison is not None and self.km_maison <= PROCHE_KM


@dataclass(frozen=True)
class Territoire:
    definition: str
    communes: list[Desservie]
    natalite: Natalite

    @property
    def population(self) -> int:
        return sum(desservie.commune.population for desservie in self.communes)

    @property
    def naissances(self) -> float:
        return sum(desservie.naissances for desservie in self.communes)

    @property
    def part_proche(self) -> float:
        """Of births, those within reach of an open house."""
        proches = sum(desservie.naissances for desservie in self.communes if desservie.est_proche)
        return proches / self.naissances if self.naissances else 0.0


def decrire(maison: Maison, *, maintenant: datetime) -> Territoire:
    """The territory as its communes, houses and stops stand now."""
    communes, definition = communes_de(maison)
    natalite = natalite_de(maison.departement_id)
    parametres = Parametres(departement=maison.departement, sites=0, labellisees_seulement=False, natalite=natalite)
    return Territoire(
        definition,
        _desservir(communes, lire_maisons(parametres), lire_arrets(parametres, maintenant=maintenant), natalite),
        natalite,
    )


def communes_de(maison: Maison) -> tuple[list[Commune], str]:
    """The communes of a house's territory, the most populated first, and how they were found."""
    territoire = maison.territoire
    if territoire is not None:
        # A whole département is where a house works, not the ground that its diagnosis walks.
        trouvees = list(territoire.communes.order_by("-population", "code_insee"))
        if trouvees:
            return trouvees, _("Territoire déclaré de la maison : %s.") % territoire.nom
    lieux = [_point_lieu(lieu.latitude, lieu.longitude, lieu.nom) for lieu in maison.lieux.filter(actif=True)]
    toutes = list(Commune.objects.filter(departement=maison.departement).order_by("-population", "code_insee"))
    if not lieux or not toutes:
        return toutes, _("Le département, faute de lieu ou de territoire déclaré.")
    km = distances_km([_point(commune) for commune in toutes], lieux).min(axis=1)
    autour = [commune for commune, distance in zip(toutes, km, strict=True) if distance <= AUTOUR_KM]
    return autour, _("Communes du département à moins de %d km d'un lieu de la maison.") % AUTOUR_KM


def _desservir(
    communes: list[Commune], maisons: list[Point], arrets: list[Point], natalite: Natalite
) -> list[Desservie]:
    if not communes:
        return []
    points = [_point(commune) for commune in communes]
    km = {
        nom: distances_km(points, places) if places else None
        for nom, places in (("maisons", maisons), ("arrets", arrets))
    }

    def nearest(nom: str, places: list[Point], rang: int) -> tuple[str, float | None]:
        matrice = km[nom]
        if matrice is None:
            return "", None
        index = int(matrice[rang].argmin())
        return places[index].nom, round(float(matrice[rang, index]), 1)

    lignes = []
    for rang, commune in enumerate(communes):
        maison, km_maison = nearest("maisons", maisons, rang)
        arret, km_arret = nearest("arrets", arrets, rang)
        naissances = natalite.naissances(commune.population)
        lignes.append(Desservie(commune, naissances, maison, km_maison, arret, km_arret))
    return lignes


def _point(commune: Commune) -> Point:
    return _point_lieu(commune.latitude, commune.longitude, commune.nom)


def _point_lieu(latitude: float, longitude: float, nom: str) -> Point:
    return Point(code="", nom=nom, latitude=latitude, longitude=longitude)
