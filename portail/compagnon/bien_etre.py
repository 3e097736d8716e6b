"""The well-being self-questionnaire: computed in the browser, or in one request that writes nothing anywhere.

What makes it so: no cookie is set or read, no query is in an address, the answers are in the body of the one POST and
in the page that it gets back, nothing is kept by a cache or a history, and an error report holds no posted value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from familles import demandes_rappel
from familles.bien_etre import Bande, coter
from familles.enums import AideProche
from familles.forms import BienEtreForm, EtreRappeleForm
from familles.models import QuestionnaireBienEtre
from maisons.forms import Proximite, ProximiteForm
from maisons.models import Maison
from maisons.perms import avec_equipe
from portail.compagnon.calendrier import INVALIDE, sans_trace
from portail.compagnon.proches import proches
from portail.numeros import numeros_verifies
from portail.presentation import maisons_proches
from socle.origine import sans_cookie
from socle.quotas import adresse_client, consommer

P = ParamSpec("P")
Vue = Callable[Concatenate[HttpRequest, P], HttpResponse]

TROP = 429
DEMANDES_PAR_ADRESSE_ET_HEURE = 10
MAISONS_PROPOSEES = 6
# First of all when safety is at stake.
NUMEROS_DANGER = ("3114", "15")


def discrete(vue: Vue[P]) -> Vue[P]:
    """A page that leaves nothing behind: no copy in a cache, and none for the browser's "back"."""

    @wraps(vue)
    def enveloppe(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        reponse = sans_trace(vue(request, *args, **kwargs))
        reponse.headers["X-Robots-Tag"] = "noindex"
        return reponse

    return enveloppe


@require_safe
@discrete
def bien_etre(request: HttpRequest) -> HttpResponse:
    """What it is, for whom, and what becomes of the answers: nothing."""
    contexte = {
        **_cadre(),
        "questionnaires": list(
            QuestionnaireBienEtre.objects.publies().order_by("departement__nom", "-variante", "pk")
        ),
    }
    return render(request, "compagnon/bien_etre.html", contexte)


@sensitive_post_parameters()
@sensitive_variables()
@discrete
@sans_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(request: HttpRequest, code: str) -> HttpResponse:
    """The questions; then, where there is no JavaScript, the result in the answer to the one request."""
    version = get_object_or_404(QuestionnaireBienEtre.objects.publies(), code=code)
    questions = version.questions_lues
    form = BienEtreForm(request.POST if request.method == "POST" else None, questions=questions)
    contexte: dict[str, Any] = {
        **_cadre(),
        "version": version,
        "form": form,
        "maximum": sum(question.maximum for question in questions),
        # What static/js/bien_etre.js needs to reckon by itself.
        "regles": {
            "questions": [
                {
                    "code": question.code,
                    "maximum": question.maximum,
                    "inversee": question.inversee,
                    "securite": question.securite,
                }
                for question in questions
            ],
            "attention": version.seuil_attention,
            "alerte": version.seuil_alerte,
        },
        "bandes": [bande.value for bande in Bande],
    }
    if request.method != "POST":
        return render(request, "compagnon/questionnaire.html", contexte)
    if not form.is_valid():
        return render(request, "compagnon/questionnaire.html", contexte, status=INVALIDE)
    resultat = coter(
        questions,
        form.reponses(),
        seuil_attention=version.seuil_attention,
        seuil_alerte=version.seuil_alerte,
    )
    contexte |= {"resultat": resultat, "bande": resultat.bande.value}
    return render(request, "compagnon/questionnaire_resultat.html", contexte)


@require_safe
@discrete
def aide(request: HttpRequest) -> HttpResponse:
    """Who is near, for whoever looks for someone to talk to; the address holds a place, and nothing else."""
    form = _lieu(request)
    contexte: dict[str, Any] = {**_cadre(), "form": form, "proximite": form.proximite, "maintenant": timezone.now()}
    if form.proximite is not None:
        contexte["proches"] = proches(AideProche.ENTRETIEN, form.proximite, maintenant=contexte["maintenant"])
    return render(request, "compagnon/aide.html", contexte)


@discrete
@sans_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def etre_rappele(request: HttpRequest) -> HttpResponse:
    """A first name, a number, a time, a house. Nothing says where the person comes from, or why."""
    lieu = _lieu(request)
    if request.method != "POST":
        if request.GET.get("fait"):
            return render(request, "compagnon/etre_rappele.html", {**_cadre(), "fait": True})
        form = EtreRappeleForm(maisons=_maisons(lieu.proximite))
        return render(request, "compagnon/etre_rappele.html", {**_cadre(), "form": form, "lieu": lieu})
    form = EtreRappeleForm(request.POST, maisons=_joignables())
    contexte = {**_cadre(), "form": form, "lieu": lieu}
    if not form.is_valid():
        return render(request, "compagnon/etre_rappele.html", contexte, status=INVALIDE)
    maintenant = timezone.now()
    if not consommer(
        usage="etre_rappele",
        origine=adresse_client(request),
        limite=DEMANDES_PAR_ADRESSE_ET_HEURE,
        maintenant=maintenant,
    ):
        form.add_error(None, _("Beaucoup de demandes viennent de cette connexion. Appelez la maison directement."))
        return render(request, "compagnon/etre_rappele.html", contexte, status=TROP)
    demandes_rappel.demander(demande=form.demande(), maintenant=maintenant)
    return redirect(f"{reverse('compagnon:etre_rappele')}?fait=1")


def _cadre() -> dict[str, Any]:
    numeros = numeros_verifies()
    return {
        "numeros": numeros,
        "numeros_danger": [n for code in NUMEROS_DANGER for n in numeros if n.numero == code],
        "sortie": settings.SORTIE_RAPIDE_URL or reverse("portail:accueil"),
    }


def _lieu(request: HttpRequest) -> ProximiteForm:
    return ProximiteForm.de_l_adresse(request.GET)


def _joignables() -> Any:
    """Open houses where somebody is there to call."""
    maisons = avec_equipe(Maison.objects.publiees().filter(ouverte=True), le=timezone.localdate())
    return maisons.select_related("departement").order_by("departement", "nom")


def _maisons(proximite: Proximite | None) -> Any:
    """The nearest houses once a place is given, else all of them."""
    if proximite is None:
        return _joignables()
    pks = [maison.pk for maison in maisons_proches(proximite, _joignables(), maximum=MAISONS_PROPOSEES)]
    return _joignables().filter(pk__in=pks)
