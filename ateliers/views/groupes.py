"""Looking for a group of parents, and asking for one. A baby's date comes by POST: it stands in no address."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ateliers.forms_groupes import DemandeGroupeForm, RechercheGroupeForm
from ateliers.groupes import demandes
from ateliers.groupes.messages import jeton
from ateliers.models import GroupePairs
from ateliers.views.mon_groupe import retour
from socle.origine import page_privee
from socle.quotas import adresse_client, consommer

INVALIDE = 422
TROP = 429


@require_http_methods(["GET", "HEAD", "POST"])
@page_privee
def groupes_chercher(request: HttpRequest) -> HttpResponse:
    """The groups that fit a date and a commune, nearest first; nothing is kept."""
    if request.method != "POST":
        return redirect("portail:groupes")
    form = RechercheGroupeForm(request.POST, aujourd_hui=timezone.localdate())
    if not form.is_valid() or form.ville is None:
        return render(request, "ateliers/groupes_chercher.html", {"form": form}, status=INVALIDE)
    proches = demandes.groupes_proches(profil=form.profil())
    contexte = {
        "form": form,
        "commune": form.ville,
        "groupes": [proche for proche in proches if proche.convient],
        "autres": [proche for proche in proches if not proche.convient],
    }
    return render(request, "ateliers/groupes_chercher.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@page_privee
def groupe_demande(request: HttpRequest) -> HttpResponse:
    """ "Je demande à en être", or "Prévenez-moi": whom to tell, then the request."""
    if request.method != "POST":
        return redirect("portail:groupes")
    maintenant = timezone.now()
    recherche = RechercheGroupeForm(request.POST, aujourd_hui=timezone.localdate())
    if not recherche.is_valid() or recherche.ville is None:
        return render(request, "ateliers/groupes_chercher.html", {"form": recherche}, status=INVALIDE)
    if "envoyer" not in request.POST:
        initiales = {nom: recherche[nom].value() for nom in RechercheGroupeForm.base_fields}
        form = DemandeGroupeForm(
            initial={**initiales, "groupe": request.POST.get("groupe")}, aujourd_hui=timezone.localdate()
        )
        return _page(request, recherche, form, _groupe(request.POST.get("groupe", "")))

    form = DemandeGroupeForm(request.POST, aujourd_hui=timezone.localdate())
    groupe = _groupe(request.POST.get("groupe", ""))
    if not form.is_valid() or form.ville is None:
        return _page(request, recherche, form, groupe, statut=INVALIDE)
    if not consommer(
        usage="demande_groupe",
        origine=adresse_client(request),
        limite=settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE,
        maintenant=maintenant,
    ):
        form.add_error(
            None,
            _(
                "Beaucoup de demandes viennent d'être faites depuis cette connexion. Rien n'est perdu : attendez une "
                "heure et appuyez de nouveau sur le bouton, ou appelez la maison."
            ),
        )
        return _page(request, recherche, form, groupe, statut=TROP)
    try:
        gardee = demandes.deposer_demande(demande=form.demande(groupe=groupe), maintenant=maintenant)
    except demandes.DemandeDejaFaite:
        return redirect("ateliers:groupe_demande_deja")
    except demandes.DemandeRefusee as refus:
        form.add_error(refus.champ if refus.champ in ("prenom", "email", "telephone") else None, str(refus))
        return _page(request, recherche, form, groupe, statut=INVALIDE)
    return retour(jeton(gardee), "demandee")


@require_http_methods(["GET", "HEAD"])
@page_privee
def groupe_demande_deja(request: HttpRequest) -> HttpResponse:
    """What somebody who asks twice is told; the request itself is only told to its own contact."""
    return render(request, "ateliers/groupe_demande_deja.html")


def _groupe(numero: str) -> GroupePairs | None:
    """The group that was tapped, while parents may find it."""
    if not numero.isdecimal() or len(numero) > 18:
        return None
    return GroupePairs.objects.publics().with_cadre().filter(pk=int(numero)).first()


def _page(
    request: HttpRequest,
    recherche: RechercheGroupeForm,
    form: DemandeGroupeForm,
    groupe: GroupePairs | None,
    *,
    statut: int = 200,
) -> HttpResponse:
    contexte: dict[str, Any] = {"form": form, "recherche": recherche, "commune": recherche.ville, "groupe": groupe}
    return render(request, "ateliers/groupe_demande.html", contexte, status=statut)
