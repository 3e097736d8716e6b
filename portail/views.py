"""The pages that put the apps together. They ask for nothing personal and show the same to everybody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from ateliers.forms_groupes import RechercheGroupeForm
from ateliers.schema_org import json_ld
from familles import veille
from maisons.contours import adresse_des_communes
from maisons.enums import Action
from maisons.forms import RAYON_PAR_DEFAUT_KM, FiltreMaisonsForm, ProximiteForm
from maisons.models import Maison
from maisons.recherche import with_lieux
from portail.accessibilite import DECLARATION
from portail.annuaire import permanences_de
from portail.cache import page_publique
from portail.conservation import SAUVEGARDES_JOURS
from portail.donnees_structurees import organisation
from portail.numeros import numeros_verifies
from portail.presentation import (
    cartes_maisons,
    est_itinerante,
    horaires_de,
    lieux_de,
    maisons_proches,
    ouverture_de,
    passages_de,
    seances_libres,
    seances_proches,
    seances_publiques,
)
from socle.conservation import regles

MINUTE = 60
HEURE = 3600
MAISONS_PAR_PAGE = 24
MAISONS_PROCHES = 3
SEANCES_ACCUEIL = 3
SEANCES_MAISON = 4
SEANCES_MAISON_TOUTES = 100
NUMEROS_ACCUEIL = ("15", "3114", "119")


@require_safe
@page_publique(MINUTE)
def accueil(request: HttpRequest) -> HttpResponse:
    maintenant = timezone.now()
    form = ProximiteForm.de_l_adresse(request.GET)
    contexte: dict[str, Any] = {
        "form": form,
        "maintenant": maintenant,
        "numeros": [numero for numero in numeros_verifies() if numero.numero in NUMEROS_ACCUEIL],
    }
    if form.proximite is None:
        contexte["seances"] = seances_libres(maintenant=maintenant)[:SEANCES_ACCUEIL]
    else:
        seances, elargi = seances_proches(form.proximite, maintenant=maintenant, maximum=SEANCES_ACCUEIL)
        maisons = maisons_proches(form.proximite, Maison.objects.publiees(), maximum=MAISONS_PROCHES)
        contexte |= {
            "proximite": form.proximite,
            "seances": seances,
            "elargi": elargi,
            "cartes": cartes_maisons(maisons, maintenant=maintenant),
        }
    return render(request, "portail/accueil.html", contexte)


@require_safe
@page_publique(MINUTE)
def maisons(request: HttpRequest) -> HttpResponse:
    maintenant = timezone.now()
    form = FiltreMaisonsForm(request.GET)
    form.is_valid()
    trouvees = form.appliquer(Maison.objects.publiees())
    page = Paginator(with_lieux(trouvees), MAISONS_PAR_PAGE).get_page(request.GET.get("page"))
    contexte: dict[str, Any] = {
        "form": form,
        "page": page,
        "cartes": cartes_maisons(page.object_list, maintenant=maintenant),
        "proximite": form.proximite,
        "affine": any(form.cleaned_data.get(champ) for champ in ("departement", "label"))
        or form.cleaned_data.get("rayon") != RAYON_PAR_DEFAUT_KM,
        "reperes": f"{reverse('maisons:reperes')}?{request.GET.urlencode()}",
    }
    if not page.object_list and form.proximite is not None:
        plus_loin = maisons_proches(form.proximite, Maison.objects.publiees(), maximum=MAISONS_PROCHES)
        contexte["plus_loin"] = cartes_maisons(plus_loin, maintenant=maintenant)
    fragment = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    gabarit = "portail/includes/maisons_liste.html" if fragment else "portail/maisons.html"
    return render(request, gabarit, contexte)


@require_safe
@page_publique(MINUTE)
def maison(request: HttpRequest, slug: str) -> HttpResponse:
    maintenant = timezone.now()
    maison = get_object_or_404(with_lieux(Maison.objects.publiees()), slug=slug)
    lieux = lieux_de(maison)
    itinerante = est_itinerante(maison)
    toutes = request.GET.get("activites") == "toutes"
    maximum = SEANCES_MAISON_TOUTES if toutes else SEANCES_MAISON
    # One more than shown tells whether there are more.
    seances = list(seances_publiques(maintenant=maintenant).for_maison(maison).order_by("debut", "pk")[: maximum + 1])
    contexte: dict[str, Any] = {
        "maison": maison,
        "maintenant": maintenant,
        "fil": [(_("Accueil"), reverse("portail:accueil")), (_("Maisons"), reverse("portail:maisons"))],
        "reperes": f"{reverse('maisons:reperes')}?maison={maison.slug}",
        "contours_communes": adresse_des_communes(maison.departement_id),
        "lieux": [(lieu, None if itinerante else horaires_de(lieu, maintenant=maintenant)) for lieu in lieux],
        "itinerante": itinerante,
        "passages": passages_de(maison, maintenant=maintenant) if itinerante else [],
        "permanences": permanences_de(maison, maintenant=maintenant),
        "fermetures": sorted(
            (fermeture for fermeture in maison.fermetures.all() if fermeture.au >= maintenant.date()),
            key=lambda fermeture: fermeture.du,
        ),
        "ouverture": ouverture_de(maison, maintenant=maintenant),
        "seances": seances[:maximum],
        "autres_seances": len(seances) > maximum and not toutes,
    }
    # Fictional houses are not described to search engines.
    if not maison.demonstration:
        contexte["json_ld"] = json_ld(organisation(maison, lieux))
    return render(request, "portail/maison.html", contexte)


@require_safe
@page_publique(MINUTE)
def groupes(request: HttpRequest) -> HttpResponse:
    """The search for a parents' group, what such a group is, and whom to ask by word of mouth."""
    maisons = Maison.objects.publiees().filter(ouverte=True, actions__contains=[Action.GROUPE_PAIRS])
    recherche = RechercheGroupeForm(
        initial={"maison": request.GET.get("maison", "")[:50]}, aujourd_hui=timezone.localdate()
    )
    return _page_contacts(request, "portail/groupes.html", maisons, recherche=recherche)


@require_safe
@page_publique(MINUTE)
def professionnels(request: HttpRequest) -> HttpResponse:
    return _page_contacts(request, "portail/professionnels.html", Maison.objects.publiees().filter(ouverte=True))


def _page_contacts(request: HttpRequest, gabarit: str, maisons: QuerySet[Maison], **contexte: Any) -> HttpResponse:
    """A page that ends on the houses to ring or write to: the nearest ones once a place is given."""
    form = ProximiteForm.de_l_adresse(request.GET)
    if form.proximite is not None:
        proches = maisons_proches(form.proximite, maisons, maximum=MAISONS_PROCHES * 2)
        cartes = cartes_maisons(proches, maintenant=timezone.now())
    else:
        cartes = []
    return render(request, gabarit, {"form": form, "proximite": form.proximite, "cartes": cartes, **contexte})


@require_safe
@page_publique(HEURE)
def besoin_aide(request: HttpRequest) -> HttpResponse:
    numeros = numeros_verifies()
    contexte = {
        "urgences": [numero for numero in numeros if numero.urgent],
        "ecoute": [numero for numero in numeros if not numero.urgent],
    }
    return render(request, "portail/besoin_aide.html", contexte)


@require_safe
@page_publique(HEURE)
def mentions_legales(request: HttpRequest) -> HttpResponse:
    return render(request, "portail/mentions_legales.html", {"editeur": settings.EDITEUR})


@require_safe
@page_publique(HEURE)
def confidentialite(request: HttpRequest) -> HttpResponse:
    contexte = {
        "editeur": settings.EDITEUR,
        "sous_traitants": settings.SOUS_TRAITANTS,
        "regles": [regle for regle in regles() if regle.publique],
        "sauvegardes_jours": SAUVEGARDES_JOURS,
    }
    return render(request, "portail/confidentialite.html", contexte)


@require_safe
@page_publique(HEURE)
def accessibilite(request: HttpRequest) -> HttpResponse:
    contexte = {"editeur": settings.EDITEUR, "declaration": DECLARATION}
    return render(request, "portail/accessibilite.html", contexte)


@require_safe
@never_cache
def sante(request: HttpRequest) -> JsonResponse:
    """For the supervisor: can this server do its work? It says no more than that."""
    try:
        with connection.cursor() as curseur:
            curseur.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"statut": "indisponible"}, status=503)
    return JsonResponse({"statut": "ok"})


@require_safe
@never_cache
def sante_conservation(request: HttpRequest) -> JsonResponse:
    """For the supervisor, as of a cron: was every rule applied in the last 26 hours, every erasure done in one?"""
    en_retard = veille.retards(maintenant=timezone.now())
    return JsonResponse({"statut": "en retard" if en_retard else "ok"}, status=503 if en_retard else 200)


@require_safe
@cache_control(public=True, max_age=HEURE)
def robots(request: HttpRequest) -> HttpResponse:
    """A demonstration stays out of search engines; elsewhere, what belongs to one person or to the staff does."""
    contexte = {"plan": request.build_absolute_uri(reverse("plan_du_site_index")), "demo": settings.DEMO}
    return render(request, "portail/robots.txt", contexte, content_type="text/plain; charset=utf-8")
