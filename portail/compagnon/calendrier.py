"""The calendar of the 1000 days, without an account: a date is typed, answered, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from familles import ical
from familles.calendrier import Reperes, bornes, ou_j_en_suis
from familles.enums import AideProche
from familles.forms import CalendrierForm
from familles.models import Article, VersionJalon
from familles.mots_calendrier import en_mois, mention
from familles.mots_calendrier import ou_j_en_suis as en_mots
from maisons.forms import ProximiteForm
from portail.cache import page_publique
from portail.compagnon.articles import etape_de
from portail.compagnon.lignes import ENTRETIENS, est_ferie, frise, lignes, parties
from portail.compagnon.proches import proches
from portail.numeros import numeros_verifies
from socle.origine import sans_cookie

INVALIDE = 422
HEURE = 3600
MINUTE = 60
ARTICLES_MAX = 6
MOIS_DES_GROUPES = 12


def sans_trace(reponse: HttpResponse) -> HttpResponse:
    """An answer made from what was typed: nobody on the way, and no browser, keeps a copy."""
    patch_cache_control(reponse, private=True, no_store=True)
    return reponse


@sans_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def calendrier(request: HttpRequest) -> HttpResponse:
    """The form; then, from what it sends in the body of a POST, the page or the file made of it."""
    maintenant = timezone.now()
    aujourd_hui = timezone.localdate(maintenant)
    if request.method != "POST":
        return _accueil(request)
    form = CalendrierForm(request.POST, aujourd_hui=aujourd_hui)
    if not form.is_valid():
        contexte = {"form": form, "numeros": numeros_verifies()}
        return sans_trace(render(request, "compagnon/calendrier.html", contexte, status=INVALIDE))
    reperes = form.reperes()
    versions = list(VersionJalon.objects.publiees())
    if request.POST.get("format") == "ics":
        contenu = ical.fichier(
            versions,
            reperes,
            maintenant=maintenant,
            a_partir_du=aujourd_hui,
            adresse=lambda code: request.build_absolute_uri(reverse("compagnon:repere", args=[code])),
            est_ferie=est_ferie,
        )
        fichier = HttpResponse(contenu, content_type="text/calendar; charset=utf-8")
        fichier["Content-Disposition"] = 'attachment; filename="mes-1000-jours.ics"'
        return sans_trace(fichier)
    ou = ou_j_en_suis(reperes, le=aujourd_hui)
    toutes = lignes(versions, reperes, le=aujourd_hui)
    du, au = bornes(reperes)
    contexte = {
        "form": form,
        "reperes": reperes,
        "ou": ou,
        "ou_en_mots": en_mots(ou),
        "age_corrige": en_mois(ou.mois_corriges) if ou.mois_corriges is not None else "",
        "articles": Article.objects.publies(le=aujourd_hui)
        .filter(etapes__contains=[etape_de(ou)])
        .defer("corps")
        .order_by("theme", "titre")[:ARTICLES_MAX],
        "parties": parties(toutes, le=aujourd_hui),
        "frise": frise(toutes, reperes, le=aujourd_hui),
        "du": du,
        "au": au,
        "aujourd_hui": aujourd_hui,
        "fragment": fragment(reperes),
        # Groups meet until the first birthday.
        "groupe_etat": ("ne" if ou.est_ne else "attendu") if not ou.est_ne or ou.mois < MOIS_DES_GROUPES else "",
        "numeros": numeros_verifies(),
    }
    return sans_trace(render(request, "compagnon/calendrier_resultat.html", contexte))


@page_publique(HEURE)
def _accueil(request: HttpRequest) -> HttpResponse:
    """The same for everybody: what the calendar is, the form, and its milestones for who only looks."""
    versions = VersionJalon.objects.publiees().filter(jalon__code__in=ENTRETIENS)
    contexte: dict[str, Any] = {
        "form": CalendrierForm(aujourd_hui=timezone.localdate()),
        "entretiens": sorted(versions, key=lambda version: ENTRETIENS.index(version.jalon.code)),
        "numeros": numeros_verifies(),
    }
    return render(request, "compagnon/calendrier.html", contexte)


def fragment(reperes: Reperes) -> str:
    """What a saved link says after the #: browsers never send it. static/js/calendrier.js reads it."""
    valeurs: Iterable[tuple[str, Any]] = (
        ("terme", reperes.terme and reperes.terme.isoformat()),
        ("naissance", reperes.naissance and reperes.naissance.isoformat()),
        ("bebes", reperes.bebes if reperes.bebes > 1 else None),
        ("rang", reperes.rang and reperes.rang.value),
    )
    return urlencode([(nom, valeur) for nom, valeur in valeurs if valeur])


@require_safe
@page_publique(MINUTE)
def repere(request: HttpRequest, code: str) -> HttpResponse:
    """One milestone for everybody: what it is, who helps, where it comes from, and what is near."""
    version = get_object_or_404(VersionJalon.objects.publiees(), jalon__code=code)
    form = ProximiteForm.de_l_adresse(request.GET)
    contexte: dict[str, Any] = {
        "version": version,
        "mention": mention(version.confiance),
        "form": form,
        "proximite": form.proximite,
        "fil": [(_("Accueil"), reverse("portail:accueil")), (_("Calendrier"), reverse("compagnon:calendrier"))],
        "maintenant": timezone.now(),
        "numeros": numeros_verifies(),
    }
    if form.proximite is not None and version.aide:
        contexte["proches"] = proches(AideProche(version.aide), form.proximite, maintenant=contexte["maintenant"])
    return render(request, "compagnon/repere.html", contexte)
