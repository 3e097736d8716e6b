"""The agenda of all houses: a list by day, or one week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from ateliers.cartes import carte
from ateliers.filters import SeanceFilter, criteres, entre_jours, libelle_semaine, semaine_iso
from ateliers.models import Seance, SeanceQuerySet
from maisons.forms import RAYON_PAR_DEFAUT_KM, RAYONS_KM, SANS_RAYON
from maisons.models import Lieu
from maisons.recherche import lieux_proches

SEANCES_PAR_PAGE = 20
SEANCES_PAR_JOUR = 8
SUITE, AVANT = "apres", "avant"
# Not filters: where in the list, and in which shape.
HORS_FILTRES = (SUITE, AVANT, "vue")


@dataclass
class Jour:
    """The sessions of one local day."""

    date: date
    seances: list[Seance] = field(default_factory=list)
    incomplet: bool = False


@dataclass(frozen=True, kw_only=True)
class Puce:
    """A filter in force and the address without it."""

    libelle: str
    parametre: str
    url: str


@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """Public sessions to come, narrowed by the address; htmx asks for the results alone."""
    maintenant = timezone.now()
    filtre = SeanceFilter(request.GET, queryset=_a_venir(maintenant), maintenant=maintenant)
    filtre.form.is_valid()
    en_semaine = request.GET.get("vue") == "semaine"
    contexte: dict[str, Any] = {
        "filtre": filtre,
        "form": filtre.form,
        "maintenant": maintenant,
        "en_semaine": en_semaine,
        **(_semaine if en_semaine else _liste)(request, filtre, maintenant),
    }
    # The week shown is said by its heading.
    contexte["puces"] = [puce for puce in _puces(request, filtre) if not (en_semaine and puce.parametre == "semaine")]
    contexte["url_liste"] = _adresse(request, vue=None)
    contexte["url_semaine"] = _adresse(request, vue="semaine")
    contexte["url_ics"] = _url_ics(request)
    if not contexte["jours"]:
        contexte |= _etape_suivante(request, filtre)

    seul = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")
    gabarit = "ateliers/includes/agenda_resultats.html" if seul else "ateliers/agenda.html"
    # htmx only swaps what succeeds; the words at the field come with the swap.
    statut = 200 if seul or filtre.form.is_valid() else 422
    response = render(request, gabarit, {**contexte, "fragment": seul}, status=statut)
    if seul:
        response["HX-Push-Url"] = _adresse(request)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _a_venir(maintenant: datetime) -> SeanceQuerySet:
    """A morning of appointments is one card, that of the first still free."""
    a_venir: SeanceQuerySet = Seance.objects.publiques().a_venir(maintenant=maintenant)
    return a_venir.sans_repeter_les_creneaux(maintenant=maintenant)


def _liste(request: HttpRequest, filtre: SeanceFilter, maintenant: datetime) -> dict[str, Any]:
    seances, plus_tard, plus_tot = _page(
        filtre.qs.with_carte(), apres=_curseur(request.GET.get(SUITE, "")), avant=_curseur(request.GET.get(AVANT, ""))
    )
    for seance in _with_distances(seances, filtre.distances):
        seance.carte = carte(seance, maintenant=maintenant, niveau=4, sans_jour=True)  # type: ignore[attr-defined]
    return {
        "jours": _par_jour(seances),
        "nombre": len(seances),
        "url_suite": _adresse(request, **{SUITE: _position(seances[-1]), AVANT: None}) if plus_tard else "",
        "url_avant": _adresse(request, **{AVANT: _position(seances[0]), SUITE: None}) if plus_tot and seances else "",
    }


def _page(
    queryset: SeanceQuerySet, *, apres: tuple[datetime, int] | None, avant: tuple[datetime, int] | None
) -> tuple[list[Seance], bool, bool]:
    """One page by position in the order of time, and whether there is more after and before it. Nothing is counted."""
    if avant is not None:
        moment, pk = avant
        lignes = list(
            queryset.filter(Q(debut__lt=moment) | Q(debut=moment, pk__lt=pk), debut__lte=moment).order_by(
                "-debut", "-pk"
            )[: SEANCES_PAR_PAGE + 1]
        )
        return lignes[:SEANCES_PAR_PAGE][::-1], True, len(lignes) > SEANCES_PAR_PAGE
    if apres is not None:
        moment, pk = apres
        # The plain bound beside the pair is what the index reads.
        queryset = queryset.filter(Q(debut__gt=moment) | Q(debut=moment, pk__gt=pk), debut__gte=moment)
    lignes = list(queryset.order_by("debut", "pk")[: SEANCES_PAR_PAGE + 1])
    return lignes[:SEANCES_PAR_PAGE], len(lignes) > SEANCES_PAR_PAGE, apres is not None


def _position(seance: Seance) -> str:
    return f"{int(seance.debut.timestamp())}.{seance.debut.microsecond:06d}-{seance.pk}"


def _curseur(texte: str) -> tuple[datetime, int] | None:
    """The position that an address holds; None for anything else than one of ours."""
    moment, tiret, pk = texte.partition("-")
    secondes, _point, micros = moment.partition(".")
    parties = (secondes, micros, pk)
    if not tiret or not all(partie.isascii() and partie.isdigit() and len(partie) < 16 for partie in parties):
        return None
    try:
        debut = datetime.fromtimestamp(int(secondes), tz=timezone.get_default_timezone())
    except (ValueError, OverflowError, OSError):
        return None
    return debut.replace(microsecond=int(micros[:6])), int(pk)


def _semaine(request: HttpRequest, filtre: SeanceFilter, maintenant: datetime) -> dict[str, Any]:
    """Seven days, each with its first sessions, whatever the number of sessions in the week."""
    donnees = getattr(filtre.form, "cleaned_data", {})
    demande = donnees.get("jour") or donnees.get("semaine") or timezone.localdate(maintenant)
    lundi = demande - timedelta(days=demande.weekday())
    semaine = [Jour(lundi + timedelta(days=n)) for n in range(7)]
    for jour in semaine:
        jour_seul = entre_jours(filtre.qs, jour.date, jour.date).with_carte().order_by("debut", "pk")
        jour.seances = list(jour_seul[: SEANCES_PAR_JOUR + 1])
        jour.incomplet = len(jour.seances) > SEANCES_PAR_JOUR
        jour.seances = _with_distances(jour.seances[:SEANCES_PAR_JOUR], filtre.distances)
    avant, apres = lundi - timedelta(weeks=1), lundi + timedelta(weeks=1)
    return {
        "jours": semaine if any(jour.seances for jour in semaine) else [],
        "nombre": sum(len(jour.seances) for jour in semaine),
        "semaine_libelle": libelle_semaine(lundi),
        "semaine_lundi": lundi,
        "url_semaine_avant": _adresse(request, semaine=semaine_iso(avant), jour=None)
        if avant + timedelta(days=7) > timezone.localdate(maintenant)
        else "",
        "url_semaine_apres": _adresse(request, semaine=semaine_iso(apres), jour=None),
    }


def _with_distances(seances: list[Seance], distances: dict[int, float]) -> list[Seance]:
    for seance in seances:
        seance.distance_km = distances.get(seance.lieu_id)  # type: ignore[attr-defined]
    return seances


def _par_jour(seances: Iterable[Seance]) -> list[Jour]:
    """By day of the place: two places of different zones may share an hour and not a date."""
    jours: dict[date, Jour] = {}
    for seance in seances:
        jour = seance.debut_local.date()
        jours.setdefault(jour, Jour(jour)).seances.append(seance)
    return [jours[jour] for jour in sorted(jours)]


def _parametres(request: HttpRequest) -> QueryDict:
    """The address's parameters that say something."""
    propres = QueryDict(mutable=True)
    for nom, valeurs in request.GET.lists():
        pleines = [valeur for valeur in valeurs if valeur]
        if pleines:
            propres.setlist(nom, pleines)
    # A distance says nothing without a place, nor the usual one with it.
    if not propres.keys() & {"lieu", "commune", "lat"} or propres.get("rayon") == str(RAYON_PAR_DEFAUT_KM):
        propres.pop("rayon", None)
    return propres


def _adresse(request: HttpRequest, **changements: str | None) -> str:
    """This page's address with some parameters changed (None takes one off); moving in the list starts afresh."""
    parametres = _parametres(request)
    if changements.keys() - {SUITE, AVANT}:
        for nom in (SUITE, AVANT):
            parametres.pop(nom, None)
    for nom, valeur in changements.items():
        parametres.pop(nom, None)
        if valeur is not None:
            parametres[nom] = valeur
    requete = parametres.urlencode()
    return f"{request.path}?{requete}" if requete else request.path


def _puces(request: HttpRequest, filtre: SeanceFilter) -> list[Puce]:
    puces = []
    for libelle, parametre, valeur in criteres(filtre):
        parametres = _parametres(request)
        reste = [autre for autre in parametres.getlist(parametre) if valeur and autre != valeur]
        noms = ("lieu", "commune", "lat", "lon", "rayon") if parametre == "lieu" else (parametre,)
        for nom in (*noms, SUITE, AVANT):
            parametres.pop(nom, None)
        if reste:
            parametres.setlist(parametre, reste)
        requete = parametres.urlencode()
        puces.append(
            Puce(libelle=libelle, parametre=parametre, url=f"{request.path}?{requete}" if requete else request.path)
        )
    return puces


def _url_ics(request: HttpRequest) -> str:
    parametres = _parametres(request)
    for nom in HORS_FILTRES:
        parametres.pop(nom, None)
    requete = parametres.urlencode()
    chemin = reverse("ateliers:agenda_ics")
    return f"{chemin}?{requete}" if requete else chemin


def _etape_suivante(request: HttpRequest, filtre: SeanceFilter) -> dict[str, Any]:
    """What to try when nothing fits: just as far as something does, the nearest house, or no filter at all."""
    etape: dict[str, Any] = {"url_tout": request.path}
    proximite = filtre.proximite
    if proximite is None:
        return etape
    distances = lieux_proches(latitude=proximite.latitude, longitude=proximite.longitude, rayon_km=None)
    if proximite.rayon_km is not None:
        lieux = filtre.sans_rayon.order_by().values_list("lieu", flat=True).distinct()
        if plus_proches := [distances[lieu] for lieu in lieux if lieu in distances]:
            plus_loin = next((km for km in RAYONS_KM if km >= min(plus_proches)), SANS_RAYON)
            etape |= {"rayon_plus_large": plus_loin, "url_plus_large": _adresse(request, rayon=str(plus_loin))}
    if distances:
        pk, km = next(iter(distances.items()))
        etape |= {"lieu_proche": Lieu.objects.select_related("maison").get(pk=pk), "lieu_proche_km": km}
    return etape
