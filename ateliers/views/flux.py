"""Public iCalendar files: one session, a house, or whatever the agenda's address asks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ateliers import ical
from ateliers.filters import SeanceFilter
from ateliers.models import Seance
from ateliers.views.seance import get_seance
from maisons.models import Maison

SEANCES_PAR_FLUX = 500
# Calendars ask again every few hours; a session of yesterday must not vanish from them at midnight.
PASSE = timedelta(days=30)
FRAICHEUR = 15 * 60


@require_safe
def seance_ics(request: HttpRequest, reference: UUID) -> HttpResponse:
    return reponse_ics(request, [get_seance(reference)], fichier="seance.ics", telecharger=True)


@require_safe
def maison_ics(request: HttpRequest, slug: str) -> HttpResponse:
    maison = get_object_or_404(Maison.objects.publiees(), slug=slug)
    seances = Seance.objects.publiques().for_maison(maison).a_venir(maintenant=timezone.now() - PASSE)
    nom = f"{maison.nom} – {_('1000 premiers jours')}"
    return _flux(request, seances.with_cadre().order_by("debut", "pk")[:SEANCES_PAR_FLUX], nom=nom)


@require_safe
def agenda_ics(request: HttpRequest) -> HttpResponse:
    maintenant = timezone.now()
    filtre = SeanceFilter(
        request.GET, queryset=Seance.objects.publiques().a_venir(maintenant=maintenant - PASSE), maintenant=maintenant
    )
    if not filtre.form.is_valid():
        phrases = [str(phrase) for erreurs in filtre.form.errors.values() for phrase in erreurs]
        return HttpResponse("\n".join(phrases), status=422, content_type="text/plain; charset=utf-8")
    seances = filtre.qs.with_cadre().order_by("debut", "pk")[:SEANCES_PAR_FLUX]
    return _flux(request, seances, nom=_("Agenda des 1000 premiers jours"))


def _flux(request: HttpRequest, seances: Iterable[Seance], *, nom: str) -> HttpResponse:
    return reponse_ics(request, list(seances), fichier="agenda.ics", nom=nom)


def reponse_ics(
    request: HttpRequest, seances: list[Seance], *, fichier: str, nom: str = "", telecharger: bool = False
) -> HttpResponse:
    """The file, or 304 for a calendar that has this state already."""
    etag = _etag(seances, nom)
    connus = parse_etags(request.headers.get("If-None-Match", ""))
    response: HttpResponse
    if etag in connus or f"W/{etag}" in connus:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(ical.fichier(seances, nom=nom), content_type="text/calendar; charset=utf-8")
        disposition = "attachment" if telecharger else "inline"
        response["Content-Disposition"] = f'{disposition}; filename="{fichier}"'
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=FRAICHEUR)
    return response


def _etag(seances: list[Seance], nom: str) -> str:
    """Changes with whatever the file says: cheaper than writing it."""
    condense = hashlib.sha256(f"{get_language()}\n{nom}\n".encode())
    for seance in seances:
        lieu = seance.lieu
        etat = (
            seance.reference,
            seance.revision,
            seance.statut,
            seance.debut,
            seance.fin,
            seance.modifiee_le,
            seance.titre,
            seance.precisions,
            seance.public_libelle,
            lieu.nom,
            lieu.adresse_complete,
            lieu.fuseau,
            lieu.latitude,
            lieu.longitude,
        )
        condense.update("\x1f".join(str(partie) for partie in etat).encode())
    return f'"{condense.hexdigest()[:32]}"'
