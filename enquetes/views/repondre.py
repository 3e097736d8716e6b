"""Answering, one question a screen. No cookie, no session: the address holds the code of the form in progress.

Each screen is a page of its own, so that the browser's own way back works; nothing needs JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from ateliers.views.reservation import INVALIDE, TROP
from enquetes import collecte, plan
from enquetes.collecte import Formulaire
from enquetes.enums import CanalEnquete, LangueQuestionnaire, TypeQuestion, Usage
from enquetes.forms import QuestionForm
from enquetes.models import Acces
from maisons.models import Commune
from socle.origine import page_privee
from socle.quotas import adresse_client, consommer

# A tablet goes back to its first screen by itself, which no script and no other site has a hand in.
BORNE_QUESTION_S = 180
BORNE_MERCI_S = 15
# Everybody in a house may share its address.
BORNE_PAR_HEURE = 120
CODES_PAR_HEURE = 20
LANGUES: dict[str, str] = {plan.FRANCAIS: "Français", **dict(LangueQuestionnaire.choices)}


def avec_formulaire(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the form that the address opens; past its term, or once sent, a page that says so."""

    @page_privee
    @wraps(vue)
    def enveloppe(request: HttpRequest, /, cle: str, **parties: Any) -> HttpResponse:
        code, porte = collecte.lire_cle(cle)
        try:
            formulaire = collecte.lire(code=code, maintenant=timezone.now())
            reponse = vue(request, formulaire, **parties)
        except collecte.CodeInconnu:
            if porte:
                # A tablet that slept: whoever wakes it begins at the first screen.
                return redirect("enquetes:debut", code=porte)
            return render(request, "enquetes/termine.html", status=410)
        except collecte.EnqueteFermee:
            return render(request, "enquetes/fermee.html", status=410)
        if formulaire.est_borne and reponse.status_code in (200, INVALIDE):
            _revenir(reponse, reverse("enquetes:laisser", args=[formulaire.cle]), BORNE_QUESTION_S)
        return reponse

    return enveloppe


def _revenir(reponse: HttpResponse, adresse: str, secondes: int) -> None:
    reponse["Refresh"] = f"{secondes}; url={adresse}"


def _cadre(acces: Acces, lu: plan.Plan, langue: str) -> dict[str, Any]:
    mots = lu.mots(langue)
    return {
        "acces": acces,
        "langue": langue,
        "sens": plan.sens(langue),
        "mots": mots,
        "plan": lu.dans(langue),
        "borne": acces.canal == CanalEnquete.BORNE,
        "maison": acces.maison,
        "duree": mots["duree"].format(n=lu.minutes),
    }


def _acces(code: str) -> Acces:
    acces = Acces.objects.select_related("campagne__version", "maison").filter(code=code).first()
    if acces is None:
        raise Http404
    return acces


def _langue(request: HttpRequest, lu: plan.Plan) -> str:
    """The one asked for, else the site's, where the questionnaire has it."""
    for langue in (request.POST.get("langue"), request.GET.get("langue"), get_language()):
        if langue in lu.langues or langue == plan.FRANCAIS:
            return str(langue)
    return plan.FRANCAIS


@require_http_methods(["GET", "HEAD", "POST"])
@page_privee
def debut(request: HttpRequest, code: str, jeton: str = "") -> HttpResponse:
    """What the survey is for, how it stays anonymous, in which language; then the first question."""
    acces = _acces(code)
    maintenant = timezone.now()
    if not acces.actif or not acces.campagne.est_ouverte(le=timezone.localdate(maintenant)):
        return render(request, "enquetes/fermee.html", {"campagne": acces.campagne}, status=410)
    if acces.canal == CanalEnquete.INVITATION and not jeton:
        raise Http404
    lu = plan.lire(acces.campagne.version)
    langue = _langue(request, lu)
    contexte = {
        **_cadre(acces, lu, langue),
        "langues": [(nom, LANGUES[nom], plan.sens(nom)) for nom in (plan.FRANCAIS, *lu.langues)],
    }
    if request.method == "POST":
        if not _dans_la_limite(request, acces):
            return render(request, "enquetes/debut.html", {**contexte, "trop": True}, status=TROP)
        try:
            if jeton:
                ouvert = collecte.commencer_invite(acces=acces, jeton=jeton, langue=langue, maintenant=maintenant)
            else:
                ouvert = collecte.commencer(acces=acces, langue=langue, maintenant=maintenant)
        except collecte.InvitationInvalide:
            raise Http404 from None
        except collecte.DejaRepondu:
            return render(request, "enquetes/termine.html", {"deja": True}, status=410)
        return redirect("enquetes:suite", cle=collecte.cle_de(acces, ouvert))
    reponse = render(request, "enquetes/debut.html", contexte)
    if contexte["borne"]:
        # What a browser may have kept of the last visitor.
        reponse["Clear-Site-Data"] = '"cache"'
    return reponse


def _dans_la_limite(request: HttpRequest, acces: Acces) -> bool:
    borne = acces.canal == CanalEnquete.BORNE
    # Apart: what a tablet takes is not taken from the telephones on the same connection.
    return consommer(
        usage="enquete_borne" if borne else "enquete",
        origine=f"{acces.campagne_id}:{adresse_client(request)}",
        limite=BORNE_PAR_HEURE if borne else settings.ENQUETES_PAR_ADRESSE_ET_HEURE,
        maintenant=timezone.now(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page_privee
def reprendre(request: HttpRequest) -> HttpResponse:
    """The code that was noted, and back to where one was."""
    contexte: dict[str, Any] = {"tape": "", "erreur": ""}
    if request.method != "POST":
        return render(request, "enquetes/reprendre.html", contexte)
    maintenant = timezone.now()
    contexte["tape"] = request.POST.get("code", "")[:40]
    if not consommer(
        usage="enquete_code", origine=adresse_client(request), limite=CODES_PAR_HEURE, maintenant=maintenant
    ):
        return render(request, "enquetes/reprendre.html", {**contexte, "erreur": "trop"}, status=TROP)
    try:
        formulaire = collecte.lire(code=collecte.normaliser_code(contexte["tape"]), maintenant=maintenant)
    except collecte.CodeInconnu:
        return render(request, "enquetes/reprendre.html", {**contexte, "erreur": "inconnu"}, status=INVALIDE)
    return redirect("enquetes:suite", cle=formulaire.cle)


@require_safe
@avec_formulaire
def suite(request: HttpRequest, formulaire: Formulaire) -> HttpResponse:
    """To the first question that is not answered yet."""
    posees = formulaire.posees
    derniere = max((i for i, q in enumerate(posees) if q.code in formulaire.valeurs), default=-1)
    if derniere + 1 < len(posees):
        return redirect("enquetes:question", cle=formulaire.cle, question=posees[derniere + 1].code)
    return redirect("enquetes:relire", cle=formulaire.cle)


@require_http_methods(["GET", "HEAD", "POST"])
@avec_formulaire
def question(request: HttpRequest, formulaire: Formulaire, question: str) -> HttpResponse:
    posees = formulaire.posees
    place = next((i for i, q in enumerate(posees) if q.code == question), None)
    if place is None:
        # A question that another answer took away.
        return redirect("enquetes:suite", cle=formulaire.cle)
    cadre = _cadre(formulaire.acces, formulaire.plan, formulaire.langue)
    affichee = cadre["plan"].par_code[question]
    relire_ensuite = "relire" in request.GET
    form = QuestionForm(
        request.POST if request.method == "POST" else None,
        question=affichee,
        mots=cadre["mots"],
        valeur=formulaire.valeurs.get(question),
    )
    if request.method == "POST" and form.is_valid():
        formulaire = collecte.repondre(
            code=formulaire.code, question=question, valeur=form.valeur, maintenant=timezone.now()
        )
        return _apres(formulaire, question, relire_ensuite=relire_ensuite)
    contexte = {
        **cadre,
        "formulaire": formulaire,
        "form": form,
        "question": affichee,
        "numero": place + 1,
        "total": len(posees),
        "avancement": cadre["mots"]["avancement"].format(n=place + 1, total=len(posees)),
        "precedente": posees[place - 1].code if place else "",
        "erreurs": [erreur for liste in form.errors.values() for erreur in liste] if form.is_bound else [],
        "derniere": _est_direct(formulaire) and place + 1 == len(posees),
    }
    return render(request, "enquetes/question.html", contexte, status=INVALIDE if contexte["erreurs"] else 200)


def _est_direct(formulaire: Formulaire) -> bool:
    """Three questions are not read again before they are sent."""
    return formulaire.plan.usage == Usage.SATISFACTION


def _apres(formulaire: Formulaire, question: str, *, relire_ensuite: bool) -> HttpResponse:
    posees = formulaire.posees
    place = next(i for i, q in enumerate(posees) if q.code == question)
    if relire_ensuite:
        return redirect("enquetes:relire", cle=formulaire.cle)
    if place + 1 < len(posees):
        return redirect("enquetes:question", cle=formulaire.cle, question=posees[place + 1].code)
    if _est_direct(formulaire):
        return _envoyer(formulaire)
    return redirect("enquetes:relire", cle=formulaire.cle)


def _envoyer(formulaire: Formulaire) -> HttpResponse:
    try:
        acces = collecte.envoyer(code=formulaire.code, maintenant=timezone.now())
    except collecte.ReponseIrrecevable:
        manquante = next(q for q in formulaire.posees if q.obligatoire and q.code not in formulaire.valeurs)
        return redirect("enquetes:question", cle=formulaire.cle, question=manquante.code)
    adresse = reverse("enquetes:merci", args=[acces.code])
    return redirect(f"{adresse}?langue={formulaire.langue}")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_formulaire
def relire(request: HttpRequest, formulaire: Formulaire) -> HttpResponse:
    """All the answers, each with the way back to it; then they are sent."""
    if request.method == "POST":
        return _envoyer(formulaire)
    cadre = _cadre(formulaire.acces, formulaire.plan, formulaire.langue)
    lu: plan.Plan = cadre["plan"]
    lignes = [
        (lu.par_code[q.code], _en_mots(lu.par_code[q.code], formulaire.valeurs.get(q.code))) for q in formulaire.posees
    ]
    derniere = formulaire.posees[-1].code if formulaire.posees else ""
    return render(
        request,
        "enquetes/relire.html",
        {**cadre, "formulaire": formulaire, "lignes": lignes, "precedente": derniere},
    )


def _en_mots(question: plan.PlanQuestion, valeur: Any) -> list[str]:
    if plan.est_vide(valeur):
        return []
    libelles = {c.code: c.libelle for c in question.choix}
    match question.type:
        case TypeQuestion.MULTIPLE:
            return [libelles[code] for code in valeur]
        case TypeQuestion.UNIQUE:
            return [libelles[valeur]]
        case TypeQuestion.MATRICE:
            return [
                f"{ligne.libelle} : {libelles[valeur[ligne.code]]}"
                for ligne in question.lignes
                if ligne.code in valeur
            ]
        case TypeQuestion.COMMUNE:
            return list(Commune.objects.filter(code_insee=valeur).values_list("nom", flat=True))
    return [str(valeur)]


@require_safe
@avec_formulaire
def plus_tard(request: HttpRequest, formulaire: Formulaire) -> HttpResponse:
    """The code to note, and the address to keep."""
    cadre = _cadre(formulaire.acces, formulaire.plan, formulaire.langue)
    adresse = request.build_absolute_uri(reverse("enquetes:suite", args=[formulaire.code]))
    return render(
        request,
        "enquetes/plus_tard.html",
        {**cadre, "formulaire": formulaire, "code": collecte.lisible(formulaire.code), "adresse": adresse},
    )


@require_safe
@page_privee
def laisser(request: HttpRequest, cle: str) -> HttpResponse:
    """A tablet left in the middle: its form is forgotten, and it is at its first screen again.

    Reached by a page that turns by itself, hence by GET; only a tablet's form is let go so.
    """
    code, porte = collecte.lire_cle(cle)
    try:
        formulaire = collecte.lire(code=code, maintenant=timezone.now())
    except collecte.CodeInconnu:
        if not porte:
            raise Http404 from None
    else:
        porte = formulaire.acces.code
        if formulaire.est_borne:
            collecte.oublier(code=code)
    return redirect("enquetes:debut", code=porte)


@require_safe
@page_privee
def merci(request: HttpRequest, code: str) -> HttpResponse:
    acces = _acces(code)
    lu = plan.lire(acces.campagne.version)
    cadre = _cadre(acces, lu, _langue(request, lu))
    reponse = render(request, "enquetes/merci.html", cadre)
    if cadre["borne"]:
        _revenir(reponse, reverse("enquetes:debut", args=[acces.code]), BORNE_MERCI_S)
    return reponse
