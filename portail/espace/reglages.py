"""Wishes: language and channels, a proven number, the calendar's address, and the end of everything."""

from __future__ import annotations

import hmac
import time
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from ateliers.espace import changer_langue
from familles import preferences, silence
from familles.espace import contacts_de, ouvrir, profil_de
from familles.forms import CodeForm, ReglagesForm, TelephoneForm
from familles.messages import CODE_UTILE_PENDANT, USAGE_AGENDA, absolu
from familles.models import FluxParent
from portail.espace.commun import INVALIDE, TROP, avec_espace
from socle import liens, oppositions
from socle.enums import Canal
from socle.models import Utilisateur
from socle.quotas import consommer

# Waits in the session for its code to be typed.
ATTENTE = "telephone_a_prouver"
ESSAIS_MAX = 3


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def reglages(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    profil = profil_de(utilisateur)
    form = ReglagesForm(
        request.POST if request.method == "POST" else None,
        avec_sms=bool(profil.telephone),
        initial={
            "langue": profil.langue,
            "canal_seances": profil.canal_seances,
            "canal_entretiens": profil.canal_entretiens,
        },
    )
    if request.method == "POST" and form.is_valid():
        maintenant = timezone.now()
        with transaction.atomic():
            preferences.changer(utilisateur=utilisateur, maintenant=maintenant, **form.cleaned_data)
            changer_langue(utilisateur=utilisateur, langue=form.cleaned_data["langue"], maintenant=maintenant)
        messages.success(request, _("C'est noté."))
        return redirect("espace:reglages")
    flux = FluxParent.objects.filter(utilisateur=utilisateur).first()
    contexte: dict[str, Any] = {
        "form": form,
        "profil": profil,
        "flux": flux and adresse_du_flux(flux, langue=profil.langue),
    }
    return render(request, "espace/reglages.html", contexte, status=INVALIDE if form.errors else 200)


def adresse_du_flux(flux: FluxParent, *, langue: str) -> str:
    with override(langue):
        return absolu(reverse("espace:agenda_ics", args=[liens.signer(USAGE_AGENDA, flux.pk)]))


@require_POST
@avec_espace
def agenda(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    """Give the calendar an address, a new one in the place of the one that leaked, or none."""
    with transaction.atomic():
        FluxParent.objects.filter(utilisateur=utilisateur).delete()
        if request.POST.get("acte") != "arreter":
            FluxParent.objects.create(utilisateur=utilisateur, cree_le=timezone.now())
    return redirect(f"{reverse('espace:reglages')}#agenda")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def telephone(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    """A number: a code goes to it, and is typed on the next page."""
    form = TelephoneForm(request.POST if request.method == "POST" else None)
    statut = 200
    if request.method == "POST":
        statut = INVALIDE
        if form.is_valid():
            numero = form.cleaned_data["telephone"]
            try:
                empreinte = preferences.envoyer_code(
                    utilisateur=utilisateur,
                    telephone=numero,
                    langue=profil_de(utilisateur).langue,
                    maintenant=timezone.now(),
                )
            except preferences.CodeRefuse as refus:
                form.add_error(None, str(refus))
                statut = TROP
            else:
                request.session[ATTENTE] = {"numero": numero, "empreinte": empreinte, "le": time.time()}
                return redirect("espace:telephone_code")
    return render(request, "espace/telephone.html", {"form": form}, status=statut)


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def telephone_code(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    attente = request.session.get(ATTENTE)
    if not attente or time.time() - attente["le"] > CODE_UTILE_PENDANT.total_seconds():
        request.session.pop(ATTENTE, None)
        return redirect("espace:telephone")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        maintenant = timezone.now()
        # Counted before it is looked at, and by the database: two at once are two.
        if not consommer(
            usage="code_sms_essai", origine=attente["empreinte"], limite=ESSAIS_MAX, maintenant=maintenant
        ):
            del request.session[ATTENTE]
            messages.error(request, _("Ce n'est pas ce code. Demandez-en un autre."))
            return redirect("espace:telephone")
        recue = preferences.empreinte(attente["numero"], form.cleaned_data["code"])
        if hmac.compare_digest(recue, attente["empreinte"]):
            del request.session[ATTENTE]
            preferences.prouver_telephone(utilisateur=utilisateur, telephone=attente["numero"], maintenant=maintenant)
            messages.success(request, _("C'est bien votre numéro. Vous pouvez choisir ce qui arrive par SMS."))
            return redirect("espace:reglages")
        form.add_error("code", _("Ce n'est pas ce code. Vérifiez le SMS."))
    return render(request, "espace/telephone_code.html", {"form": form}, status=INVALIDE if form.errors else 200)


@require_POST
@avec_espace
def telephone_oublier(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    preferences.oublier_telephone(utilisateur=utilisateur, maintenant=timezone.now())
    messages.success(request, _("C'est noté : plus de SMS, et votre numéro est oublié."))
    return redirect("espace:reglages")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def tout_arreter(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    """Everything stops, without a reason asked."""
    if request.method == "POST":
        maintenant = timezone.now()
        with transaction.atomic():
            silence.tout_arreter(famille=ouvrir(utilisateur, maintenant=maintenant), maintenant=maintenant)
        return redirect(f"{reverse('espace:accueil')}?fait=arret")
    return render(request, "espace/tout_arreter.html", {"partage": len(contacts_de(utilisateur)) > 1})


@require_POST
@avec_espace
def reprendre(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    """Messages may come again. What was given up stays given up."""
    oppositions.reprendre(canal=Canal.EMAIL, destinataire=utilisateur.email)
    profil = profil_de(utilisateur)
    if profil.telephone:
        oppositions.reprendre(canal=Canal.SMS, destinataire=profil.telephone.as_e164)
    return redirect(f"{reverse('espace:accueil')}?fait=reprise")
