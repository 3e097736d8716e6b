"""The page of one session."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from ateliers import schema_org
from ateliers.enums import AccueilSeance
from ateliers.models import Inscription, Seance
from maisons.contours import adresse_des_communes
from maisons.enums import Langue


def get_seance(reference: UUID) -> Seance:
    """A public session with what its pages show; 404 for drafts and for what is not open to all."""
    return get_object_or_404(
        Seance.objects.publiques().with_cadre().select_related("atelier", "lieu__commune", "lieu__maison"),
        reference=reference,
    )


def familles_en_attente(seance: Seance) -> int:
    return Inscription.objects.en_attente().filter(seance=seance).count()


def autres_creneaux(seance: Seance, *, maintenant: datetime) -> list[Seance]:
    """The other appointments of the same permanence on the same day that are free."""
    if seance.accueil != AccueilSeance.FAMILLE or seance.permanence_id is None:
        return []
    jour = seance.debut_local.date()
    proches = (
        Seance.objects.publiques()
        .publiees()
        .a_venir(maintenant=maintenant)
        .filter(permanence=seance.permanence_id, lieu=seance.lieu_id, adultes_pris=0)
        .filter(debut__gt=seance.debut - timedelta(hours=14), debut__lt=seance.debut + timedelta(hours=14))
        .exclude(pk=seance.pk)
        .select_related("lieu")
        .order_by("debut")
    )
    return [autre for autre in proches if autre.debut_local.date() == jour]


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
            "contours_communes": adresse_des_communes(seance.lieu.commune.departement_id),
            "maintenant": maintenant,
            "ouverte": ouverte,
            "terminee": seance.fin <= maintenant,
            "en_attente": familles_en_attente(seance) if ouverte and seance.est_complete else 0,
            "langues": ", ".join(str(Langue(langue).label) for langue in seance.langues),
            "creneaux": autres_creneaux(seance, maintenant=maintenant),
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
