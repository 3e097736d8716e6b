"""Booking a place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ateliers import inscriptions
from ateliers.forms import InscriptionForm
from ateliers.messages import USAGE_LIEN
from ateliers.models import Seance
from ateliers.views.seance import familles_en_attente, get_seance
from socle import liens
from socle.origine import sans_cookie
from socle.quotas import adresse_client, consommer

INVALIDE = 422
TROP = 429


@sans_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def seance_inscription(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The form, then the booking or the place in the queue; a refusal keeps what was typed."""
    maintenant = timezone.now()
    seance = get_seance(reference)
    aujourd_hui = maintenant.astimezone(seance.zone).date()
    if request.method != "POST":
        if not seance.est_ouverte_aux_inscriptions(maintenant=maintenant):
            return redirect(seance)
        return _page(request, seance, InscriptionForm(seance=seance, aujourd_hui=aujourd_hui))

    form = InscriptionForm(request.POST, seance=seance, aujourd_hui=aujourd_hui)
    if not form.is_valid():
        return _page(request, seance, form, statut=INVALIDE)
    if not consommer(
        usage="inscription",
        origine=adresse_client(request),
        limite=settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE,
        maintenant=maintenant,
    ):
        form.add_error(
            None,
            _(
                "Beaucoup d'inscriptions viennent d'être faites depuis cette connexion. Rien n'est perdu : attendez "
                "une heure et appuyez de nouveau sur le bouton, ou appelez la maison, elle peut vous inscrire."
            ),
        )
        return _page(request, seance, form, statut=TROP)
    demande = form.demande(langue=get_language() or "fr", accepte_attente="attente" in request.POST)
    try:
        inscription = inscriptions.inscrire_famille(seance=seance, demande=demande, maintenant=maintenant)
    except inscriptions.DejaInscrite:
        return redirect("ateliers:inscription_deja", reference=seance.reference)
    except inscriptions.InscriptionRefusee as refus:
        form.add_error(form.champ_de(refus.champ), str(refus))
        # As it is now: it was read before the others booked.
        return _page(request, get_seance(reference), form, statut=INVALIDE, refus=refus.code)
    return redirect("ateliers:inscription_faite", jeton=liens.signer(USAGE_LIEN, inscription.pk))


def _page(
    request: HttpRequest, seance: Seance, form: InscriptionForm, *, statut: int = 200, refus: str = ""
) -> HttpResponse:
    maintenant = timezone.now()
    complete = refus == "complete" or seance.est_complete
    contexte: dict[str, Any] = {
        "seance": seance,
        "lieu": seance.lieu,
        "form": form,
        "maintenant": maintenant,
        "refus": refus,
        "ouverte": seance.est_ouverte_aux_inscriptions(maintenant=maintenant),
        "complete": complete,
        "en_attente": familles_en_attente(seance) if complete else 0,
    }
    response = render(request, "ateliers/seance_inscription.html", contexte, status=statut)
    # Each form has its own key: one kept by a cache would make two families share a booking.
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
def inscription_deja(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What somebody who books twice is told; the booking itself is only told to its own contact."""
    return render(request, "ateliers/inscription_deja.html", {"seance": get_seance(reference)})
