"""What everybody may read: surveys that run, and what came of those that did."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enquetes import lecture
from enquetes.enums import CanalEnquete
from enquetes.models import Acces, Campagne
from enquetes.plan import lire
from socle.origine import sans_cookie


@require_safe
@sans_cookie
def enquetes(request: HttpRequest) -> HttpResponse:
    le = timezone.localdate()
    ouvertes = (
        Acces.objects.ouverts(le=le)
        .filter(canal=CanalEnquete.LIEN)
        .select_related("campagne__version__questionnaire")
        .order_by("campagne__ferme_le", "pk")
    )
    publiees = Campagne.objects.publiques().prefetch_related("suites").order_by("-ferme_le", "pk")
    contexte = {
        "ouvertes": [(acces, lire(acces.campagne.version)) for acces in ouvertes],
        "publiees": publiees,
    }
    return render(request, "enquetes/enquetes.html", contexte)


@require_safe
@sans_cookie
def campagne(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Vous avez dit, nous avons fait": the whole figures, the words that may be shown, and what was done."""
    campagne = get_object_or_404(Campagne.objects.publiques(), slug=slug)
    instantane = campagne.instantanes.order_by("-numero")[0]
    contexte = {
        "campagne": campagne,
        "instantane": instantane,
        "questions": lecture.questions(instantane.contenu),
        "paroles": lecture.paroles(campagne, le=timezone.localdate()),
        "suites": campagne.suites.order_by("rang", "pk"),
        "porte": campagne.acces.filter(canal=CanalEnquete.LIEN, actif=True).first()
        if campagne.est_ouverte(le=timezone.localdate())
        else None,
    }
    return render(request, "enquetes/campagne.html", contexte)
