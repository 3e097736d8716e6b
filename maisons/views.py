"""What the pages fetch beside themselves: suggestions of communes, points and contours of the map."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maisons.enums import TypeMaison
from maisons.forms import FiltreMaisonsForm, chercher_communes
from maisons.models import Commune, Lieu, Maison

DONNEES = Path(__file__).resolve().parent / "donnees"
CONTOURS = {"departements": "contours_departements.geojson", "ardennes": "contours_communes_08.geojson"}
SUGGESTIONS_MAX = 8
SAISIE_MAX = 80
JOUR = 24 * 3600


@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Communes that begin like what is being typed: JSON, or options for htmx."""
    saisie = request.GET.get("q", "").strip()
    if len(saisie) > SAISIE_MAX or "\x00" in saisie:
        return JsonResponse({"erreur": _("Tapez le nom de votre commune ou son code postal.")}, status=400)
    trouvees = chercher_communes(saisie, maximum=SUGGESTIONS_MAX)[:SUGGESTIONS_MAX] if len(saisie) > 1 else []
    response: HttpResponse
    if request.headers.get("HX-Request"):
        response = render(request, "maisons/includes/communes_options.html", {"communes": trouvees})
    else:
        response = JsonResponse({"communes": [_commune(commune) for commune in trouvees]})
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, public=True, max_age=JOUR)
    return response


def _commune(commune: Commune) -> dict[str, Any]:
    return {
        "code": commune.code_insee,
        "nom": commune.nom,
        "libelle": commune.libelle,
        "departement": commune.departement.nom,
        "codes_postaux": commune.codes_postaux,
    }


@require_safe
def reperes(request: HttpRequest) -> HttpResponse:
    """The places of the houses that the same filters list, or of one house, as GeoJSON points."""
    form = FiltreMaisonsForm(request.GET)
    form.is_valid()
    maisons = form.appliquer(Maison.objects.publiees()).order_by()
    if slug := request.GET.get("maison", "").replace("\x00", ""):
        maisons = maisons.filter(slug=slug)
    lieux = (
        Lieu.objects.actifs()
        .filter(maison__in=maisons.values("pk"))
        .select_related("maison", "commune")
        .order_by("maison__nom", "nom")
    )
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lieu.longitude, lieu.latitude]},
            "properties": {
                "nom": lieu.maison.nom,
                "url": lieu.maison.get_absolute_url(),
                "detail": f"{lieu.nom}, {lieu.commune.nom}",
                "genre": "itinerant" if lieu.maison.type in (TypeMaison.ITINERANTE, TypeMaison.VEHICULE) else "",
            },
        }
        for lieu in lieux
    ]
    response = JsonResponse({"type": "FeatureCollection", "features": points}, content_type="application/geo+json")
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def contours(request: HttpRequest, nom: str) -> HttpResponse:
    """The base layer of the map, our own file: no tile, no third party."""
    if nom not in CONTOURS:
        raise Http404
    response = HttpResponse(_contours(nom), content_type="application/geo+json")
    patch_cache_control(response, public=True, max_age=30 * JOUR if not settings.DEBUG else 0)
    return response


@cache
def _contours(nom: str) -> bytes:
    """Without the white space of the file."""
    contenu = json.loads((DONNEES / CONTOURS[nom]).read_text(encoding="utf-8"))
    return json.dumps(contenu, ensure_ascii=False, separators=(",", ":")).encode()
