"""What the pages fetch beside themselves (communes, points and contours of the map), and the link of an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from maisons import invitations
from maisons.contours import geojson
from maisons.enums import TypeMaison
from maisons.forms import AcceptationForm, FiltreMaisonsForm, chercher_communes
from maisons.models import Commune, Lieu, Maison
from socle.models import Utilisateur

SUGGESTIONS_MAX = 8
SAISIE_MAX = 80
JOUR = 24 * 3600


@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Communes that begin like what is being typed: JSON, or options for htmx."""
    saisie = request.GET.get("q", "").strip()
    if len(saisie) > SAISIE_MAX or "\x00" in saisie:
        return JsonResponse({"erreur": _("Tapez le nom de votre commune ou son code postal.")}, status=400)
    trouvees = chercher_communes(saisie, maximum=SUGGESTIONS_MAX)[:SUGGESTIONS_MAX] if len(saisie) > 1 else []
    response: HttpResponse
    if request.headers.get("HX-Request"):
        response = render(request, "maisons/includes/communes_options.html", {"communes": trouvees})
    else:
        response = JsonResponse({"communes": [_commune(commune) for commune in trouvees]})
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, public=True, max_age=JOUR)
    return response


def _commune(commune: Commune) -> dict[str, Any]:
    return {
        "code": commune.code_insee,
        "nom": commune.nom,
        "libelle": commune.libelle,
        "departement": commune.departement.nom,
        "codes_postaux": commune.codes_postaux,
    }


@require_safe
def reperes(request: HttpRequest) -> HttpResponse:
    """The places of the houses that the same filters list, or of one house, as GeoJSON points."""
    form = FiltreMaisonsForm(request.GET)
    form.is_valid()
    maisons = form.appliquer(Maison.objects.publiees()).order_by()
    if slug := request.GET.get("maison", "").replace("\x00", ""):
        maisons = maisons.filter(slug=slug)
    lieux = (
        Lieu.objects.actifs()
        .filter(maison__in=maisons.values("pk"))
        .select_related("maison", "commune")
        .order_by("maison__nom", "nom")
    )
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lieu.longitude, lieu.latitude]},
            "properties": {
                "nom": lieu.maison.nom,
                "url": lieu.maison.get_absolute_url(),
                "detail": f"{lieu.nom}, {lieu.commune.nom}",
                "genre": "itinerant" if lieu.maison.type in (TypeMaison.ITINERANTE, TypeMaison.VEHICULE) else "",
            },
        }
        for lieu in lieux
    ]
    response = JsonResponse({"type": "FeatureCollection", "features": points}, content_type="application/geo+json")
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def contours(request: HttpRequest, nom: str) -> HttpResponse:
    """The base layer of the map, our own files: no tile, no third party."""
    contenu = geojson(nom)
    if contenu is None:
        raise Http404
    response = HttpResponse(contenu, content_type="application/geo+json")
    patch_cache_control(response, public=True, max_age=30 * JOUR if not settings.DEBUG else 0)
    return response


@sensitive_post_parameters("mot_de_passe", "confirmation")
@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest, jeton: str) -> HttpResponse:
    """Whoever holds the link holds the mail box. Looking at it changes nothing: mail filters open links too."""
    maintenant = timezone.now()
    offre = invitations.lire(jeton, maintenant=maintenant)
    if offre is None:
        return render(request, "maisons/invitation_terminee.html", status=410)
    connecte = request.user if isinstance(request.user, Utilisateur) else None
    autre = connecte is not None and connecte.email != offre.email
    a_un_compte = invitations.compte_deja_ouvert(offre)
    initial = {"prenom": offre.prenom, "nom": offre.nom}
    form = AcceptationForm(request.POST or None, initial=initial, email=offre.email)
    contexte = {"offre": offre, "ou": invitations.ou(offre), "autre": autre, "a_un_compte": a_un_compte, "form": form}
    if request.method == "POST" and not autre:
        if a_un_compte and connecte is None:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
        if a_un_compte or form.is_valid():
            try:
                accepteur = invitations.accepter(
                    invitation=offre,
                    utilisateur=connecte,
                    maintenant=maintenant,
                    **({} if a_un_compte else form.compte()),
                )
            except invitations.InvitationRefusee as refus:
                return render(request, "maisons/invitation.html", {**contexte, "refus": str(refus)}, status=409)
            if a_un_compte:
                return redirect("admin:index")
            login = Login(user=accepteur, email=accepteur.email, redirect_url=reverse("admin:index"))
            reponse: HttpResponse = perform_password_login(request, {"email": accepteur.email}, login)
            return reponse
    return render(request, "maisons/invitation.html", contexte, status=422 if request.POST and form.errors else 200)
