"""Sharing the family with the other parent, and the ledger of what was agreed to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ateliers.models import DemandeGroupe
from familles import accords, coparents
from familles.accords import FORMULATIONS
from familles.enums import GenreAcces, ObjetAccord
from familles.espace import profil_de
from familles.forms import CoparentForm
from familles.models import AccesFamille, Consentement, DemandeRappel, InvitationCoparent
from portail.espace.commun import INVALIDE, avec_espace
from socle.models import Utilisateur
from socle.origine import page_privee

PARTI = 410


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def partage(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    """Who shares what; a POST invites."""
    form = CoparentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            coparents.inviter(par=utilisateur, email=form.cleaned_data["email"], maintenant=timezone.now())
        except coparents.PartageRefuse as refus:
            form.add_error("email", str(refus))
        else:
            messages.success(request, _("L'invitation part. Elle sert une fois, pendant quelques jours."))
            return redirect("espace:partage")
    siens = AccesFamille.objects.filter(utilisateur=utilisateur)
    contexte = {
        "form": form,
        "accord": FORMULATIONS[ObjetAccord.PARTAGE].texte,
        # With me, and of whom I am a guest.
        "coparents": list(
            AccesFamille.objects.filter(
                famille__in=siens.filter(genre=GenreAcces.TITULAIRE).values("famille"), genre=GenreAcces.COPARENT
            ).select_related("utilisateur")
        ),
        "invites": list(siens.filter(genre=GenreAcces.COPARENT).select_related("famille")),
        "invitations": list(
            InvitationCoparent.objects.ouvertes(maintenant=timezone.now()).filter(par=utilisateur).order_by("pk")
        ),
    }
    return render(request, "espace/partage.html", contexte, status=INVALIDE if form.errors else 200)


@require_POST
@avec_espace
def partage_cesser(request: HttpRequest, utilisateur: Utilisateur, pk: int) -> HttpResponse:
    """End a sharing: one's own as a guest, or a guest's of one's family."""
    siennes = AccesFamille.objects.filter(utilisateur=utilisateur, genre=GenreAcces.TITULAIRE).values("famille")
    acces = get_object_or_404(
        AccesFamille.objects.filter(genre=GenreAcces.COPARENT)
        .filter(Q(utilisateur=utilisateur) | Q(famille__in=siennes))
        .select_related("utilisateur"),
        pk=pk,
    )
    coparents.cesser(acces=acces, maintenant=timezone.now())
    messages.success(request, _("C'est fait : vous ne partagez plus rien."))
    return redirect("espace:partage")


@require_POST
@avec_espace
def invitation_retirer(request: HttpRequest, utilisateur: Utilisateur, pk: int) -> HttpResponse:
    invitation = get_object_or_404(InvitationCoparent, pk=pk, par=utilisateur)
    coparents.retirer_invitation(invitation=invitation, maintenant=timezone.now())
    return redirect("espace:partage")


@require_safe
@page_privee
def invitation(request: HttpRequest, jeton: str) -> HttpResponse:
    """What is offered, and by whom; looking at it changes nothing."""
    trouvee = coparents.lire(jeton, maintenant=timezone.now())
    if trouvee is None:
        return render(request, "espace/invitation_terminee.html", status=PARTI)
    connecte = request.user if isinstance(request.user, Utilisateur) else None
    suite = urlencode({"next": request.get_full_path()})
    contexte: dict[str, Any] = {
        "invitation": trouvee,
        "jeton": jeton,
        "accord": FORMULATIONS[ObjetAccord.PARTAGE].texte,
        "connecte": connecte is not None,
        "pour_moi": connecte is not None and connecte.email == trouvee.email,
        "connexion": f"{reverse('account_request_login_code')}?{suite}",
    }
    return render(request, "espace/invitation.html", contexte)


@require_POST
@avec_espace
def invitation_accepter(request: HttpRequest, utilisateur: Utilisateur, jeton: str) -> HttpResponse:
    maintenant = timezone.now()
    trouvee = coparents.lire(jeton, maintenant=maintenant)
    if trouvee is None:
        return render(request, "espace/invitation_terminee.html", status=PARTI)
    try:
        coparents.accepter(invitation=trouvee, utilisateur=utilisateur, maintenant=maintenant)
    except coparents.PartageRefuse as refus:
        messages.error(request, str(refus))
        return redirect("espace:invitation", jeton=jeton)
    messages.success(request, _("C'est fait : vous partagez cette famille."))
    return redirect("espace:accueil")


def _accords_de(utilisateur: Utilisateur) -> Any:
    """Hers, and those of what was asked with her proven contacts: to be called, a group for which she was referred."""
    groupes = DemandeGroupe.objects.filter(email=utilisateur.email).values("pk")
    siens = Q(utilisateur=utilisateur)
    siens |= Q(cible_type=ContentType.objects.get_for_model(DemandeGroupe), cible_id__in=groupes)
    profil = profil_de(utilisateur)
    if profil.telephone:
        demandes = DemandeRappel.objects.filter(telephone=profil.telephone).values("pk")
        siens |= Q(cible_type=ContentType.objects.get_for_model(DemandeRappel), cible_id__in=demandes)
    return Consentement.objects.filter(siens)


@require_safe
@avec_espace
def mes_accords(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    lignes = _accords_de(utilisateur).order_by("-donne_le", "-pk")
    return render(request, "espace/accords.html", {"accords": list(lignes)})


@require_POST
@avec_espace
def accord_retirer(request: HttpRequest, utilisateur: Utilisateur, pk: int) -> HttpResponse:
    accords.retirer(consentement=get_object_or_404(_accords_de(utilisateur), pk=pk), maintenant=timezone.now())
    messages.success(request, _("C'est retiré."))
    return redirect("espace:accords")
