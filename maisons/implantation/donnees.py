"""The question read from the database: communes with their births, candidates, houses that serve already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from maisons.enums import GenreLieu, StatutLabel
from maisons.implantation.probleme import ImplantationImpossible, Objectif, Point, Probleme, distances_km
from maisons.models import Arret, Commune, Departement, Lieu
from maisons.naissances import NATALITE_PAR_DEFAUT, Natalite

POPULATION_MIN_PAR_DEFAUT = 1000
# Houses of neighbouring départements count as far as this beyond the nearest commune.
VOISINAGE_KM = 60.0


@dataclass(frozen=True)
class Parametres:
    """What an official chooses; communes by their INSEE codes."""

    departement: Departement
    sites: int
    rayon_km: float = 15.0
    objectif: Objectif = Objectif.COUVERTURE
    plafond_km: float | None = None
    obligatoires: frozenset[str] = frozenset()
    exclus: frozenset[str] = frozenset()
    # The communes that may receive a house; when empty, those of at least `population_min` inhabitants.
    candidats: frozenset[str] = frozenset()
    population_min: int = POPULATION_MIN_PAR_DEFAUT
    # Only labelled houses are taken as there already; otherwise every open one.
    labellisees_seulement: bool = True
    natalite: Natalite = NATALITE_PAR_DEFAUT
    # Whether the stops to come of a house that travels serve as a house does, or only complete the plan.
    arrets_comptent: bool = False


def poser_probleme(parametres: Parametres, *, arrets: Collection[Point] = ()) -> Probleme:
    """The problem of a département as its communes and houses stand now; `arrets` are what `lire_arrets` found.

    Raises ImplantationImpossible for codes that are no communes of the département.
    """
    communes = list(Commune.objects.filter(departement=parametres.departement).order_by("code_insee"))
    _verifier_codes(communes, parametres.candidats | parametres.obligatoires | parametres.exclus)
    candidats = [commune for commune in communes if _peut_ouvrir(commune, parametres)]
    points = [_point(commune, parametres.natalite) for commune in communes]
    return Probleme(
        communes=points,
        candidats=[_point(commune, parametres.natalite) for commune in candidats],
        existants=[*_existants(parametres, points), *(arrets if parametres.arrets_comptent else ())],
        sites=parametres.sites,
        rayon_km=parametres.rayon_km,
        objectif=parametres.objectif,
        obligatoires=parametres.obligatoires,
        exclus=parametres.exclus,
        plafond_km=parametres.plafond_km,
    )


def verifier_choix(parametres: Parametres, probleme: Probleme, choix: Collection[str]) -> Probleme | None:
    """The same problem where a person's own choice may open too; None without one.

    Raises ImplantationImpossible for codes that are no communes of the département.
    """
    if not choix:
        return None
    communes = Commune.objects.filter(departement=parametres.departement)
    _verifier_codes(communes, choix)
    connus = {point.code for point in probleme.candidats}
    autres = [point for point in probleme.communes if point.code in choix and point.code not in connus]
    return replace(probleme, candidats=[*probleme.candidats, *autres], exclus=probleme.exclus - set(choix))


def _peut_ouvrir(commune: Commune, parametres: Parametres) -> bool:
    if commune.code_insee in parametres.obligatoires:
        return True
    if parametres.candidats:
        return commune.code_insee in parametres.candidats
    return commune.population >= parametres.population_min


def _verifier_codes(communes: Iterable[Commune], codes: Collection[str]) -> None:
    if inconnus := set(codes) - {commune.code_insee for commune in communes}:
        raise ImplantationImpossible(
            _("Ces codes ne sont pas des communes de ce département : %s.") % ", ".join(sorted(inconnus))
        )


def _point(commune: Commune, natalite: Natalite) -> Point:
    return Point(
        code=commune.code_insee,
        nom=commune.nom,
        latitude=commune.latitude,
        longitude=commune.longitude,
        poids=natalite.naissances(commune.population),
    )


def lire_arrets(parametres: Parametres, *, maintenant: datetime) -> list[Point]:
    """The places in and around the département where a stop is planned, each once."""
    communes = Commune.objects.filter(departement=parametres.departement)
    lieux = Lieu.objects.filter(
        pk__in=Arret.objects.publics().prevus().a_venir(maintenant=maintenant).values("lieu")
    ).select_related("commune")
    points = [_point(commune, parametres.natalite) for commune in communes]
    return _proches(lieux, points, lambda lieu: (f"arret-{lieu.pk}", f"{lieu.commune.nom} ({lieu.nom})"))


def lire_maisons(parametres: Parametres) -> list[Point]:
    """The places of the houses that are there, in and around the département."""
    communes = Commune.objects.filter(departement=parametres.departement)
    return _existants(parametres, [_point(commune, parametres.natalite) for commune in communes])


def _existants(parametres: Parametres, communes: list[Point]) -> list[Point]:
    """Places in use of houses that are open, over the border too: families don't stop there.

    A place where a vehicle only parks is a stop, not a house.
    """
    lieux = (
        Lieu.objects.actifs()
        .filter(maison__ouverte=True, maison__publiee=True)
        .exclude(genre=GenreLieu.STATIONNEMENT)
        .select_related("maison")
    )
    if parametres.labellisees_seulement:
        lieux = lieux.filter(maison__statut_label=StatutLabel.LABELLISEE)
    return _proches(lieux, communes, lambda lieu: (f"lieu-{lieu.pk}", lieu.maison.nom))


def _proches(lieux: QuerySet[Lieu], communes: list[Point], nommer: Callable[[Lieu], tuple[str, str]]) -> list[Point]:
    """Those places that are near enough to count, under a code and a name."""
    if not communes:
        return []
    latitudes = [point.latitude for point in communes]
    longitudes = [point.longitude for point in communes]
    # About a degree of margin; the exact distance decides below.
    lieux = lieux.filter(
        Q(latitude__range=(min(latitudes) - 1, max(latitudes) + 1)),
        Q(longitude__range=(min(longitudes) - 1, max(longitudes) + 1)),
    )
    places = [Point(*nommer(lieu), latitude=lieu.latitude, longitude=lieu.longitude) for lieu in lieux.order_by("pk")]
    if not places:
        return []
    nearest = distances_km(places, communes).min(axis=1)
    return [place for place, km in zip(places, nearest, strict=True) if km <= VOISINAGE_KM]
