"""One's own data: read them, take them away, correct them, erase them – with an account, or by a link to a contact."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ateliers.espace import apres_naissance
from ateliers.groupes.demandes import DemandeRefusee
from familles import acces_donnees, corrections, effacement
from familles.enums import OrigineEffacement
from familles.fichiers_donnees import FAIRE
from familles.forms_donnees import CorrectionForm
from familles.mes_donnees import personne_du_compte, personne_du_contact
from familles.models import AccesDonnees, Famille
from portail.conservation import SAUVEGARDES_JOURS
from socle.champs import ContactForm
from socle.conservation import regles
from socle.enums import Canal
from socle.origine import page_privee
from socle.portee import utilisateur_de
from socle.quotas import adresse_client, consommer
from socle.registre import Personne, recueillir

INVALIDE, TROP, FINI = 422, 429, 410


# With an account


def _de_mon_compte(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_required
    @never_cache
    @wraps(vue)
    def enveloppe(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return vue(request, personne_du_compte(utilisateur_de(request)), **kwargs)

    return enveloppe


def _adresses_du_compte() -> dict[str, str]:
    return {
        "json": reverse("donnees:mon_compte_fichier", args=["json"]),
        "pdf": reverse("donnees:mon_compte_fichier", args=["pdf"]),
        "effacer": reverse("donnees:mon_compte_effacer"),
        "retour": reverse("donnees:mon_compte"),
    }


@require_safe
@_de_mon_compte
def mon_compte(request: HttpRequest, personne: Personne) -> HttpResponse:
    return _page(request, personne, _adresses_du_compte())


@require_safe
@_de_mon_compte
def mon_compte_fichier(request: HttpRequest, personne: Personne, genre: str) -> HttpResponse:
    return _fichier(personne, genre)


@require_http_methods(["GET", "HEAD", "POST"])
@_de_mon_compte
def mon_compte_effacer(request: HttpRequest, personne: Personne) -> HttpResponse:
    reponse = _effacer(request, personne, _adresses_du_compte())
    if request.method == "POST" and reponse.status_code != INVALIDE:
        logout(request)
    return reponse


# By a link


@require_http_methods(["GET", "HEAD", "POST"])
@page_privee
def demander(request: HttpRequest) -> HttpResponse:
    """Where the link is asked for; known contact or not, the answer is the same."""
    if request.method != "POST":
        return render(request, "donnees/demander.html", {"form": ContactForm(), "envoye": "envoye" in request.GET})
    maintenant = timezone.now()
    form = ContactForm(request.POST)
    if not form.is_valid():
        return render(request, "donnees/demander.html", {"form": form}, status=INVALIDE)
    if not consommer(
        usage="donnees",
        origine=adresse_client(request),
        limite=settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE,
        maintenant=maintenant,
    ):
        form.add_error(None, _("Trop de demandes viennent de cette connexion. Attendez une heure et recommencez."))
        return render(request, "donnees/demander.html", {"form": form}, status=TROP)
    email, telephone = form.cleaned_data.get("email", ""), form.cleaned_data.get("telephone", "")
    acces_donnees.envoyer_acces(
        contact=(Canal.EMAIL.value, email) if email else (Canal.SMS.value, telephone),
        langue=get_language() or "fr",
        maintenant=maintenant,
    )
    return redirect(f"{reverse('donnees:demander')}?envoye")


def _par_lien(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view what its link opens; a link that is over says where to ask for another."""

    @wraps(vue)
    def enveloppe(request: HttpRequest, /, cle: str, **kwargs: Any) -> HttpResponse:
        ouvert = acces_donnees.lire_acces(cle, maintenant=timezone.now())
        if ouvert is None:
            return render(request, "donnees/lien_termine.html", status=FINI)
        reponse: HttpResponse = vue(request, ouvert, cle, **kwargs)
        return reponse

    return page_privee(enveloppe)


def _personne(ouvert: AccesDonnees) -> Personne:
    return personne_du_contact((ouvert.canal, ouvert.destinataire))


def _famille(personne: Personne) -> Famille | None:
    return Famille.objects.filter(pk__in=personne.fiches, fusionnee_dans=None).order_by("pk").first()


def _adresses_du_lien(cle: str, personne: Personne) -> dict[str, str]:
    adresses = {
        "json": reverse("donnees:acces_fichier", args=[cle, "json"]),
        "pdf": reverse("donnees:acces_fichier", args=[cle, "pdf"]),
        "effacer": reverse("donnees:acces_effacer", args=[cle]),
        "retour": reverse("donnees:acces", args=[cle]),
    }
    return adresses | ({"corriger": reverse("donnees:acces_corriger", args=[cle])} if personne.fiches else {})


@require_safe
@_par_lien
def acces(request: HttpRequest, ouvert: AccesDonnees, cle: str) -> HttpResponse:
    personne = _personne(ouvert)
    return _page(request, personne, _adresses_du_lien(cle, personne))


@require_safe
@_par_lien
def acces_fichier(request: HttpRequest, ouvert: AccesDonnees, cle: str, genre: str) -> HttpResponse:
    return _fichier(_personne(ouvert), genre)


@require_http_methods(["GET", "HEAD", "POST"])
@_par_lien
def acces_corriger(request: HttpRequest, ouvert: AccesDonnees, cle: str) -> HttpResponse:
    personne = _personne(ouvert)
    famille = _famille(personne)
    if famille is None:
        raise Http404
    maintenant = timezone.now()
    donnees = request.POST if request.method == "POST" else None
    form = CorrectionForm(donnees, famille=famille, aujourd_hui=timezone.localdate(maintenant))
    if request.method == "POST" and form.is_valid():
        try:
            _corriger(famille, form, maintenant)
        except DemandeRefusee as refus:
            form.add_error(None, str(refus))
        else:
            return redirect(f"{reverse('donnees:acces', args=[cle])}?corrige")
    contexte = {"form": form, "adresses": _adresses_du_lien(cle, personne)}
    return render(request, "donnees/corriger.html", contexte, status=INVALIDE if form.errors else 200)


@transaction.atomic
def _corriger(famille: Famille, form: CorrectionForm, maintenant: datetime) -> None:
    """What is known of the family, and what its group counts from."""
    nes = corrections.corriger(
        famille=famille,
        prenom=form.cleaned_data["prenom"],
        langue=form.cleaned_data["langue"],
        enfants=form.corriges(),
    )
    for enfant in nes:
        apres_naissance(enfant=enfant, maintenant=maintenant)


@require_http_methods(["GET", "HEAD", "POST"])
@_par_lien
def acces_effacer(request: HttpRequest, ouvert: AccesDonnees, cle: str) -> HttpResponse:
    personne = _personne(ouvert)
    return _effacer(request, personne, _adresses_du_lien(cle, personne))


@require_safe
@page_privee
def effacees(request: HttpRequest) -> HttpResponse:
    return render(request, "donnees/effacees.html", {"sauvegardes_jours": SAUVEGARDES_JOURS})


# Both


def _page(request: HttpRequest, personne: Personne, adresses: dict[str, str]) -> HttpResponse:
    contexte = {
        "sections": recueillir(personne),
        "adresses": adresses,
        "reunies": bool(personne.reunies),
        "corrige": "corrige" in request.GET,
        "regles": [regle for regle in regles() if regle.publique],
    }
    return render(request, "donnees/mes_donnees.html", contexte)


def _fichier(personne: Personne, genre: str) -> HttpResponse:
    if genre not in FAIRE:
        raise Http404
    faire, type_mime = FAIRE[genre]
    reponse = HttpResponse(faire(personne, maintenant=timezone.now()), content_type=type_mime)
    reponse["Content-Disposition"] = f'attachment; filename="mes-donnees.{genre}"'
    return reponse


def _effacer(request: HttpRequest, personne: Personne, adresses: dict[str, str]) -> HttpResponse:
    """A page that asks once; the box must be ticked."""
    contexte = {"adresses": adresses, "oubli": False, "reunies": bool(personne.reunies)}
    if request.method != "POST":
        return render(request, "donnees/effacer.html", contexte)
    if request.POST.get("accord") != "oui":
        return render(request, "donnees/effacer.html", {**contexte, "oubli": True}, status=INVALIDE)
    # Nothing left to erase is no error: it was asked twice.
    with suppress(effacement.EffacementRefuse):
        effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=timezone.now)
    return redirect("donnees:effacees")
