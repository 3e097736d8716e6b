"""The private calendar: bookings and milestones at an address that only its owner was given, and may take back."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ateliers.espace import est_sienne, inscriptions_de
from ateliers.ical import evenement_prive
from ateliers.messages import lien_reservation
from familles import ical
from familles.entretiens import reperes_de
from familles.espace import enfants_de
from familles.messages import USAGE_AGENDA, absolu
from familles.models import FluxParent, VersionJalon
from portail.compagnon.lignes import est_ferie
from socle import liens
from socle.ical import EvenementICal, JourneesICal, calendrier
from socle.origine import page_privee

# Calendars ask again every few hours; a session of yesterday must not vanish from them at midnight.
PASSE = timedelta(days=30)
RESERVATIONS_MAX = 200


@require_safe
@page_privee
def agenda_ics(request: HttpRequest, jeton: str) -> HttpResponse:
    """No first name, of nobody: titles and places of sessions, milestones, each with a link."""
    try:
        pk = liens.lire(USAGE_AGENDA, jeton)
    except liens.LienInvalide:
        raise Http404 from None
    flux = FluxParent.objects.select_related("utilisateur").filter(pk=pk, utilisateur__is_active=True).first()
    if flux is None:
        raise Http404
    maintenant = timezone.now()
    le = timezone.localdate(maintenant)
    inscriptions = (
        inscriptions_de(flux.utilisateur)
        .confirmees()
        .filter(seance__fin__gt=maintenant - PASSE)
        .order_by("seance__debut", "pk")[:RESERVATIONS_MAX]
    )
    sienne = est_sienne(flux.utilisateur)
    evenements: list[EvenementICal | JourneesICal] = [
        evenement_prive(
            inscription.seance,
            # The page of the other parent's booking is that parent's.
            url=lien_reservation(inscription) if sienne(inscription) else absolu(reverse("espace:accueil")),
        )
        for inscription in inscriptions
    ]
    versions = list(VersionJalon.objects.publiees())
    for enfant in enfants_de(flux.utilisateur).filter(suivi=True).order_by("pk"):
        evenements += ical.evenements(
            versions,
            reperes_de(enfant),
            maintenant=maintenant,
            a_partir_du=le,
            adresse=lambda code: absolu(reverse("compagnon:repere", args=[code])),
            est_ferie=est_ferie,
            prefixe_uid=f"1000-jours-{enfant.pk}",
        )
    contenu = calendrier(evenements, nom=_("Mes 1000 premiers jours"))
    return HttpResponse(contenu, content_type="text/calendar; charset=utf-8")
