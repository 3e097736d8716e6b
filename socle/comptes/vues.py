"""The pages of one's account that allauth does not have, or has otherwise."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from socle.comptes import sessions
from socle.comptes.codes import CodeDesParents
from socle.comptes.equipe import (
    a_un_facteur,
    deux_facteurs,
    noter_second_facteur,
    oublier_second_facteur,
)
from socle.comptes.facteurs import codes_restants, noter_pas
from socle.oidc.liaison import identite_en_attente, oublier_en_attente
from socle.portee import utilisateur_de


@require_safe
@never_cache
@login_required
def mon_compte(request: HttpRequest) -> HttpResponse:
    utilisateur = utilisateur_de(request)
    if utilisateur.is_staff and not deux_facteurs(request):
        return redirect("proteger_compte")
    facteurs = list(Authenticator.objects.filter(user=utilisateur).order_by("created_at"))
    secours = next((f for f in facteurs if f.type == Authenticator.Type.RECOVERY_CODES), None)
    contexte = {
        "application": next((f for f in facteurs if f.type == Authenticator.Type.TOTP), None),
        "cles": [f for f in facteurs if f.type == Authenticator.Type.WEBAUTHN],
        "secours": codes_restants(secours) if secours else None,
        "fin_au_plus_tard": sessions.fin_au_plus_tard(request),
        "identites": SocialAccount.objects.filter(user=utilisateur).count(),
        "fournisseurs": get_social_adapter().list_providers(request),
    }
    return render(request, "account/mon_compte.html", contexte)


@require_safe
@never_cache
@login_required
def proteger_compte(request: HttpRequest) -> HttpResponse:
    """Where a team member without a second factor is led; nothing of the staff's site opens before."""
    if deux_facteurs(request):
        return redirect("mon_compte")
    if a_un_facteur(utilisateur_de(request)):
        return redirect("mfa_reauthenticate")
    return render(request, "account/proteger_compte.html")


@require_POST
@login_required
def fermer_sessions(request: HttpRequest) -> HttpResponse:
    sessions.fermer_les_autres(request, utilisateur_de(request))
    messages.success(request, _("C'est fait : votre compte n'est plus ouvert que dans ce navigateur."))
    return redirect("mon_compte")


def vers_mon_compte(request: HttpRequest, **_options: Any) -> HttpResponse:
    """In the place of pages that would let an account have several addresses, or open by itself."""
    return redirect("mon_compte")


# The code of parents: allauth's pages, which open an account where there is none


class DemanderCode(RequestLoginCodeView):
    def form_valid(self, form: Any) -> HttpResponse:
        CodeDesParents.demander(
            self.request, utilisateur=form._user, email=form.cleaned_data["email"], ouvrable=form.ouvrable
        )
        return redirect(self.get_success_url())


@method_decorator(
    login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_request_login_code"), name="dispatch"
)
class ConfirmerCode(ConfirmLoginCodeView):
    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        self.stage = request._login_stage  # type: ignore[attr-defined]
        self._process = CodeDesParents.resume(self.stage)
        if self._process is None:
            return redirect("account_request_login_code")
        # Past allauth's own dispatch, which would resume its own process.
        reponse: HttpResponse = super(ConfirmLoginCodeView, self).dispatch(request, *args, **options)
        return reponse

    def get_context_data(self, **contexte: Any) -> dict[str, Any]:
        attente = identite_en_attente(self.request)
        contexte["identite"] = attente.get_provider(self.request).name if attente is not None else ""
        donnees: dict[str, Any] = super().get_context_data(**contexte)
        return donnees


@require_POST
def oublier_identite(request: HttpRequest) -> HttpResponse:
    """The code that is waited for ties nothing any more; it still signs in."""
    oublier_en_attente(request)
    messages.success(request, _("C'est noté : cette identité ne sera reliée à aucun compte."))
    return redirect("account_confirm_login_code")


# Second factors: allauth's pages, and what a session is worth afterwards


@method_decorator(login_required, name="dispatch")
class ActiverApplication(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        reponse: HttpResponse = super().form_valid(form)
        authentificateur = Authenticator.objects.get(user=utilisateur_de(self.request), type=Authenticator.Type.TOTP)
        if form.pas is not None:
            noter_pas(authentificateur, form.pas)
        noter_second_facteur(self.request, authentificateur)
        return reponse


@method_decorator(login_required, name="dispatch")
class AjouterCle(AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        reponse: HttpResponse = super().form_valid(form)
        authentificateur = Authenticator.objects.filter(
            user=utilisateur_de(self.request), type=Authenticator.Type.WEBAUTHN
        ).latest("pk")
        noter_second_facteur(self.request, authentificateur)
        return reponse


class RetirerApplication(DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        reponse: HttpResponse = super().form_valid(form)
        _apres_retrait(self.request)
        return reponse


@method_decorator(login_required, name="dispatch")
class RetirerCle(RemoveWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        reponse: HttpResponse = super().form_valid(form)
        _apres_retrait(self.request)
        return reponse


def _apres_retrait(request: HttpRequest) -> None:
    """Other devices sign in again; without any factor left, this one is led to set one up."""
    utilisateur = utilisateur_de(request)
    sessions.fermer_les_autres(request, utilisateur)
    if not a_un_facteur(utilisateur):
        oublier_second_facteur(request)
