"""What allauth asks us: how accounts open, how mails leave, who may come in which way, for how long."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from socle.boite_envoi import Envoi, deposer
from socle.comptes import debits, sessions
from socle.comptes.equipe import est_equipe, vient_de_se_connecter
from socle.enums import Canal
from socle.models import Utilisateur
from socle.oidc.liaison import adresse_de_fin, lier_en_attente
from socle.quotas import adresse_client

# Reserved: never delivered anywhere (RFC 2606).
PERSONNE = "personne@portail.invalid"
CODE, LIEN, NOUVELLE = timedelta(minutes=15), timedelta(hours=24), timedelta(days=2)
_UTILE = {"account/email/login_code": CODE, "account/email/password_reset_key": LIEN}
# What proves a team member: a one-time code sent by e-mail is not among them.
_PREUVES_EQUIPE = {"password", "mfa", "socialaccount"}


class AdaptateurComptes(DefaultAccountAdapter):
    """Teams' accounts are opened by invitation, parents' by the code that proves their address: no sign-up form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": gettext_lazy(
            "Trop d'essais en peu de temps. Attendez une heure au plus, puis recommencez."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return adresse_client(request) or "0.0.0.0"  # noqa: S104 (says "unknown", binds nothing)

    # Mails

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put allauth's message in the outbox: a web request never waits for a mail server, known address or not.

        An address that has no account gets a row like any other, which is addressed to nobody and never sent: the
        request does the same work, and we keep no address of somebody who is not here.
        """
        destinataire, utile = email, _UTILE.get(template_prefix, NOUVELLE)
        if template_prefix == "account/email/unknown_account":
            genre = getattr(self.request, "compte_demande", "inconnu")
            template_prefix = f"account/email/{genre}"
            if genre == "inconnu":
                destinataire, utile = PERSONNE, timedelta(0)
        identites = f"{settings.URL_PUBLIQUE.rstrip('/')}{reverse('socialaccount_connections')}"
        courriel = self.render_mail(template_prefix, email, {"email": email, "identites": identites, **context})
        maintenant = timezone.now()
        deposer(
            [
                Envoi(
                    canal=Canal.EMAIL,
                    destinataire=destinataire,
                    langue=get_language() or settings.LANGUAGE_CODE,
                    modele="compte",
                    contexte={"objet": courriel.subject, "texte": courriel.body},
                    cle_unique=f"compte:{uuid.uuid4()}",
                    pas_apres=maintenant + utile,
                    secret=True,
                )
            ],
            maintenant=maintenant,
        )

    # Attempts

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self._essai = debits.essayer_connexion(request, credentials.get("email") or "", maintenant=timezone.now())
        if self._essai is None:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        # allauth calls it when the password was right.
        if self._essai is not None:
            self._essai.reussi()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        # allauth calls it for each address of somebody who chose a new password.
        debits.oublier_echecs(credentials.get("email") or "", maintenant=timezone.now())

    # Coming in

    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse | None:
        refus: HttpResponse | None = super().pre_login(request, user, **options)
        if refus is not None:
            return refus
        preuves = {trace["method"] for trace in get_authentication_records(request, user)}
        if est_equipe(user, le=timezone.localdate()) and not preuves & _PREUVES_EQUIPE:
            # The request for a code already turns them away: nothing else may bring them here.
            clear_login(request)
            messages.error(request, _("Les équipes se connectent par leur mot de passe et un second facteur."))
            return redirect("account_login")
        return None

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        sessions.ouvrir(request, maintenant=timezone.now())
        lier_en_attente(request, user)

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        reponse: HttpResponse = super().post_login(request, user, **options)
        debits.reconnaitre_appareil(request, reponse, user.email)
        return reponse

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        equipe = isinstance(request.user, Utilisateur) and request.user.is_staff
        return resolve_url("admin:index" if equipe else settings.ACCUEIL_DES_COMPTES)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("mon_compte")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Home, by way of the identity provider that opened the session."""
        accueil: str = super().get_logout_redirect_url(request)
        return adresse_de_fin(request, retour=accueil) or accueil

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Setting up a first factor comes right after the password: it is not asked for twice in five minutes."""
        if app == "allauth.mfa" and vient_de_se_connecter(self.request):
            return False
        requise: bool = super().is_reauthentication_required(app=app, **options)
        return requise


class AdaptateurFacteurs(DefaultMFAAdapter):
    """Secrets of second factors are encrypted in the database; SECRET_KEY_FALLBACKS still reads the older ones."""

    def encrypt(self, text: str) -> str:
        return self._coffre().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._coffre().decrypt(encrypted_text.encode()).decode()

    def _coffre(self) -> MultiFernet:
        return MultiFernet([_fernet(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])

    def get_totp_issuer(self) -> str:
        return "1000 premiers jours"

    def build_totp_svg(self, url: str) -> str:
        # Presentation attributes only: the content security policy lets no inline style through.
        svg: str = segno.make(url, error="m").svg_inline(scale=5, border=4, dark="#17384a", light="#ffffff")
        return svg

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Ma clé d'accès du %(jour)s") % {"jour": f"{timezone.localdate():%d/%m/%Y}"}


def _fernet(secret: str) -> Fernet:
    condense = salted_hmac("socle.comptes.facteurs", "coffre", secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(condense))
