"""Likely doubles: the list with its reasons, two records side by side, and one of two answers."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from familles import doublons, fusions, lectures
from familles.forms_doublons import FusionForm, dire_enfant
from familles.models import Famille
from socle.admin import PorteeAdmin
from socle.pages import nommer_pages
from socle.portee import utilisateur_de

INVALIDE = 422

nommer_pages(
    {
        "admin:familles_famille_doublons": gettext_lazy("Fiches en double"),
        "admin:familles_famille_fusion": gettext_lazy("Deux fiches côte à côte"),
    }
)


def urls(model_admin: PorteeAdmin) -> list[URLPattern]:
    vue = model_admin.admin_site.admin_view
    return [
        path("doublons/", vue(partial(liste, model_admin)), name="familles_famille_doublons"),
        path(
            "doublons/<int:premiere>/<int:seconde>/",
            vue(partial(fusion, model_admin)),
            name="familles_famille_fusion",
        ),
    ]


def _familles(request: HttpRequest) -> Any:
    if not request.user.has_perm("familles.fusionner_famille"):
        raise PermissionDenied
    return fusions.visibles_pour_fusion(utilisateur_de(request), timezone.now())


def liste(model_admin: PorteeAdmin, request: HttpRequest) -> HttpResponse:
    """The likely pairs among the families one receives, each with its reason."""
    paires = doublons.chercher(_familles(request))
    fiches = {famille.pk: famille for paire in paires for famille in (paire.premiere, paire.seconde)}
    _preparer(request, list(fiches.values()))
    lectures.noter_page(request, fiches)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Fiches en double"),
        "opts": model_admin.opts,
        "paires": [(fiches[paire.premiere.pk], fiches[paire.seconde.pk], paire.raisons) for paire in paires],
    }
    return TemplateResponse(request, "admin/familles/famille/doublons.html", context)


def fusion(model_admin: PorteeAdmin, request: HttpRequest, premiere: int, seconde: int) -> HttpResponse:
    """Two records: merge them value by value, or say that they are two families."""
    visibles = _familles(request).filter(fusionnee_dans__isnull=True)
    trouvees = visibles.in_bulk([premiere, seconde])
    if premiere == seconde or len(trouvees) != 2:
        raise Http404(_("Cette page n'existe pas."))
    une, autre = trouvees[premiere], trouvees[seconde]
    par, maintenant = utilisateur_de(request), timezone.now()
    retour = reverse("admin:familles_famille_doublons")
    if request.method == "POST" and request.POST.get("etape") == "distinguer":
        try:
            fusions.distinguer(premiere=premiere, seconde=seconde, par=par, maintenant=maintenant)
        except fusions.FusionRefusee as refus:
            messages.error(request, str(refus))
        else:
            messages.success(request, _("C'est retenu : ces deux fiches ne seront plus rapprochées."))
        return HttpResponseRedirect(retour)
    form = FusionForm(
        request.POST if request.method == "POST" else None,
        premiere=une,
        seconde=autre,
        conflits=fusions.conflits(une, autre, par=par, maintenant=maintenant),
    )
    if request.method == "POST" and form.is_valid():
        try:
            faite = fusions.fusionner(
                premiere=premiere, seconde=seconde, par=par, maintenant=maintenant, **form.demande()
            )
        except fusions.FusionRefusee as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, _("Les deux fiches n'en font plus qu'une."))
            return HttpResponseRedirect(reverse("admin:familles_famille_change", args=[faite.conservee_id]))
    fiches = [une, autre]
    _preparer(request, fiches)
    lectures.noter_page(request, trouvees)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Deux fiches côte à côte"),
        "opts": model_admin.opts,
        "fiches": fiches,
        "raisons": doublons.raisons_de(une, autre),
        "form": form,
    }
    status = INVALIDE if form.is_bound else 200
    return TemplateResponse(request, "admin/familles/famille/fusion.html", context, status=status)


def _preparer(request: HttpRequest, fiches: list[Famille]) -> None:
    """What tells two records apart, beside their own fields: children, bookings."""
    dits = fusions.resumes([famille.pk for famille in fiches], par=utilisateur_de(request), maintenant=timezone.now())
    for famille in fiches:
        famille.enfants_dits = [dire_enfant(enfant) for enfant in famille.enfants.all()]  # type: ignore[attr-defined]
        famille.resumes = dits[famille.pk]  # type: ignore[attr-defined]
