"""The page of one session."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from ateliers import schema_org
from ateliers.models import Inscription, Seance
from maisons.enums import Langue


def get_seance(reference: UUID) -> Seance:
    """A public session with what its pages show; 404 for drafts and for what is not open to all."""
    return get_object_or_404(
        Seance.objects.publiques().with_cadre().select_related("atelier", "lieu__commune", "lieu__maison"),
        reference=reference,
    )


def familles_en_attente(seance: Seance) -> int:
    return Inscription.objects.en_attente().filter(seance=seance).count()


@require_safe
def seance(request: HttpRequest, reference: UUID) -> HttpResponse:
    maintenant = timezone.now()
    seance = get_seance(reference)
    ouverte = seance.est_ouverte_aux_inscriptions(maintenant=maintenant)
    response = render(
        request,
        "ateliers/seance.html",
        {
            "seance": seance,
            "lieu": seance.lieu,
            "maison": seance.lieu.maison,
            "maintenant": maintenant,
            "ouverte": ouverte,
            "terminee": seance.fin <= maintenant,
            "en_attente": familles_en_attente(seance) if ouverte and seance.est_complete else 0,
            "langues": ", ".join(str(Langue(langue).label) for langue in seance.langues),
            "json_ld": schema_org.json_ld(schema_org.evenement(seance)),
        },
    )
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def seance_repere(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The place of a session, for the map."""
    lieu = get_seance(reference).lieu
    response = JsonResponse(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [lieu.longitude, lieu.latitude]},
                    "properties": {"nom": lieu.nom, "detail": lieu.adresse_complete},
                }
            ],
        },
        content_type="application/geo+json",
    )
    patch_cache_control(response, public=True, max_age=300)
    return response
