"""Drop-in childcare: what it is, and the next slots where a child can stay, near a place when one is given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ateliers.enums import AccueilSeance
from maisons.distance import distance_sql
from maisons.forms import ProximiteForm
from portail.cache import page_publique
from portail.presentation import seances_publiques

MINUTE = 60
SEANCES_MAX = 24


@require_safe
@page_publique(MINUTE)
def accueil_ponctuel(request: HttpRequest) -> HttpResponse:
    maintenant = timezone.now()
    form = ProximiteForm.de_l_adresse(request.GET)
    toutes: Any = seances_publiques(maintenant=maintenant).filter(accueil=AccueilSeance.ENFANTS)
    proches = toutes
    if (proximite := form.proximite) is not None:
        km = distance_sql(
            proximite.latitude, proximite.longitude, champ_lat="lieu__latitude", champ_lon="lieu__longitude"
        )
        toutes = proches = toutes.annotate(distance_km=km)
        if proximite.rayon_km is not None:
            proches = toutes.filter(distance_km__lte=proximite.rayon_km)
    seances = list(proches.order_by("debut", "pk")[:SEANCES_MAX])
    contexte: dict[str, Any] = {
        "form": form,
        "maintenant": maintenant,
        "proximite": proximite,
        "saisie": form["lieu"].value() or "",
        "erreur": next(iter(form["lieu"].errors), ""),
        "seances": seances,
        # Nothing that near: the nearest ones, whatever the distance.
        "plus_loin": [] if seances or proximite is None else list(toutes.order_by("distance_km", "debut", "pk")[:3]),
        "url_agenda": f"{reverse('ateliers:agenda')}?format=accueil_ponctuel",
    }
    return render(request, "portail/accueil_ponctuel.html", contexte)
