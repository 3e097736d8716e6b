"""Following a commune: ask, say yes, stop. No account; the signed link is the key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maisons import suivis
from maisons.forms import RayonForm, SuiviForm
from maisons.messages import USAGE_SUIVI
from maisons.models import Arret, Commune, Suivi
from socle import liens
from socle.conservation import regle_de
from socle.enums import Canal
from socle.origine import page_privee, sans_cookie
from socle.quotas import adresse_client, consommer

INVALIDE, TROP, PARTI = 422, 429, 410
ARRETS_MONTRES = 10


@sans_cookie
@require_http_methods(["GET", "POST"])
def suivre(request: HttpRequest, code_insee: str) -> HttpResponse:
    """The answer is the same whether the contact follows already or not: nobody learns who does."""
    commune = get_object_or_404(Commune.objects.select_related("departement"), pk=code_insee)
    contexte: dict[str, Any] = {"commune": commune}
    if request.method != "POST":
        return render(
            request, "maisons/suivre.html", {**contexte, "form": SuiviForm(), "envoye": "envoye" in request.GET}
        )
    form = SuiviForm(request.POST)
    if not form.is_valid():
        return render(request, "maisons/suivre.html", {**contexte, "form": form}, status=INVALIDE)
    maintenant = timezone.now()
    if not consommer(
        usage="suivis",
        origine=adresse_client(request),
        limite=settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE,
        maintenant=maintenant,
    ):
        form.add_error(None, _("Trop de demandes viennent de cette connexion. Attendez une heure et recommencez."))
        return render(request, "maisons/suivre.html", {**contexte, "form": form}, status=TROP)
    email = form.cleaned_data.get("email", "")
    suivis.demander_suivi(
        commune=commune,
        canal=Canal.EMAIL if email else Canal.SMS,
        destinataire=email or form.cleaned_data["telephone"],
        rayon_km=form.cleaned_data["rayon_km"],
        langue=get_language() or "fr",
        maintenant=maintenant,
    )
    return redirect(f"{reverse('maisons:suivre', args=[commune.pk])}?envoye")


@page_privee
@require_http_methods(["GET", "POST"])
def suivi(request: HttpRequest, jeton: str) -> HttpResponse:
    """Looking at the page changes nothing: mail filters open links too."""
    try:
        pk = liens.lire(USAGE_SUIVI, jeton)
    except liens.LienInvalide:
        raise Http404 from None
    trouve = Suivi.objects.select_related("commune").filter(pk=pk).first()
    if trouve is None:
        return render(request, "maisons/suivi_arrete.html", status=200 if "fait" in request.GET else PARTI)
    maintenant = timezone.now()
    form = RayonForm(initial={"rayon_km": trouve.rayon_km})
    if request.method == "POST":
        form = RayonForm(request.POST)
        match request.POST.get("acte"):
            case "arreter":
                suivis.arreter_suivi(suivi=trouve)
                return _retour(jeton, "arreter")
            case "confirmer":
                suivis.confirmer_suivi(suivi=trouve, maintenant=maintenant)
                return _retour(jeton, "confirmer")
            case "rayon" if form.is_valid():
                suivis.changer_rayon(suivi=trouve, **form.cleaned_data)
                return _retour(jeton, "rayon")
    contexte = {
        "suivi": trouve,
        "duree": regle_de("suivis").duree,
        "arrets": Arret.objects.publics()
        .a_venir(maintenant=maintenant)
        .for_suivi(trouve)
        .with_cadre()
        .order_by("debut", "pk")[:ARRETS_MONTRES],
        "form": form,
        "fait": request.GET.get("fait", ""),
    }
    return render(request, "maisons/suivi.html", contexte, status=INVALIDE if request.method == "POST" else 200)


def _retour(jeton: str, fait: str) -> HttpResponse:
    return redirect(f"{reverse('maisons:suivi', args=[jeton])}?fait={fait}")
