"""A family's own page about its group, from the request to the end: whoever holds the link may see and act."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ateliers.groupes import vie
from ateliers.groupes.messages import USAGE_LIEN
from ateliers.models import DemandeGroupe, MembreGroupe
from socle import liens
from socle.origine import page_privee


def get_demande(jeton: str) -> DemandeGroupe:
    """The request that a link names. 404 for a link we did not make."""
    try:
        pk = liens.lire(USAGE_LIEN, jeton)
    except liens.LienInvalide:
        raise Http404 from None
    demande = (
        DemandeGroupe.objects.select_related("famille", "commune", "maison", "groupe_souhaite").filter(pk=pk).first()
    )
    if demande is None:
        raise Http404
    return demande


def avec_demande(
    vue: Callable[[HttpRequest, DemandeGroupe, str], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view the request of its link."""

    @page_privee
    @wraps(vue)
    def enveloppe(request: HttpRequest, jeton: str) -> HttpResponse:
        return vue(request, get_demande(jeton), jeton)

    return enveloppe


def place_de(demande: DemandeGroupe) -> MembreGroupe | None:
    """The family's place, offered or taken, with its group; the last one it had when the group has ended."""
    places = MembreGroupe.objects.with_demande().filter(demande=demande)
    return places.with_place().first() or places.order_by("-pk").first()


@require_safe
@avec_demande
def mon_groupe(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    maintenant = timezone.now()
    membre = place_de(demande)
    rencontres = vie.prochaines_rencontres(membre=membre, maintenant=maintenant) if membre else []
    contexte = {"demande": demande, "membre": membre, "rencontres": rencontres, "jeton": jeton}
    return render(request, "ateliers/mon_groupe.html", contexte)
