"""A partner's own entry, by the signed link of its reminder: to read, correct and confirm, without an account."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from partenaires import verification
from partenaires.forms import FicheForm
from partenaires.messages import USAGE_FICHE
from partenaires.models import Partenaire
from socle import liens
from socle.origine import page_privee


@page_privee
@require_http_methods(["GET", "POST"])
def fiche(request: HttpRequest, jeton: str) -> HttpResponse:
    try:
        pk = liens.lire(USAGE_FICHE, jeton)
    except liens.LienInvalide:
        raise Http404 from None
    partenaire = Partenaire.objects.select_related("commune").filter(pk=pk).first()
    if partenaire is None:
        raise Http404
    form = FicheForm(request.POST or None, instance=partenaire)
    if request.method == "POST" and form.is_valid():
        verification.confirmer(partenaire=partenaire, maintenant=timezone.now(), **form.cleaned_data)
        return redirect(f"{request.path}?fait")
    contexte = {"partenaire": partenaire, "form": form, "fait": "fait" in request.GET}
    return render(request, "partenaires/fiche.html", contexte, status=422 if form.errors else 200)
