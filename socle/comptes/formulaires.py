"""allauth's forms with our limits, and the same answers for known and unknown addresses."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.account.internal.flows.password_reset import get_reset_password_from_key_url
from allauth.account.internal.flows.signup import send_unknown_account_mail
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socle.comptes import debits
from socle.comptes.equipe import est_equipe
from socle.comptes.facteurs import pas_du_code, prendre_code
from socle.models import Utilisateur

AIDE_EMAIL = _("L'adresse de votre compte.")
AIDE_MOT_DE_PASSE = _(
    "Au moins douze caractères : une phrase courte que vous seul ou vous seule connaissez convient bien."
)


def _compte_demande(email: str) -> tuple[Utilisateur | None, str]:
    """The account of an address, and what its owner is told: always the same queries, whoever it is."""
    trouve = Utilisateur.objects.filter(email=email.strip().lower()).first()
    equipe = est_equipe(trouve or Utilisateur(pk=0), le=timezone.localdate())
    if trouve is not None and not trouve.is_active:
        return None, "ferme"
    return trouve, ("equipe" if equipe else "famille") if trouve else "inconnu"


def _sans_exemple(champ: forms.Field) -> None:
    # A label says what a field is for; words in the field vanish at the first letter.
    champ.widget.attrs.pop("placeholder", None)


def _nouveau_mot_de_passe(form: forms.Form) -> None:
    # One sentence for what Django's validators say in a list.
    form.fields["password1"].label, form.fields["password1"].help_text = _("Nouveau mot de passe"), AIDE_MOT_DE_PASSE
    form.fields["password2"].label = _("Le même, une seconde fois")


class ConnexionForm(LoginForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for champ in self.fields.values():
            _sans_exemple(champ)
        self.fields["login"].label = _("Adresse e-mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        # The way to a new password stands beside the buttons.
        self.fields["password"].help_text = ""
        self.fields["password"].label = _("Mot de passe")


class DemandeCodeForm(RequestLoginCodeForm):
    """A code for parents. Teams, who must give more than a code, are told so by e-mail, not on screen."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _sans_exemple(self.fields["email"])
        self.fields["email"].label = _("Adresse e-mail")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if not debits.demande_permise(context.request, "code", email, maintenant=timezone.now()):
            raise get_adapter().validation_error("too_many_login_attempts")
        utilisateur, genre = _compte_demande(email)
        self._user = utilisateur if genre == "famille" else None
        # Without an account, typing the code opens one.
        self.ouvrable = genre == "inconnu"
        context.request.compte_demande = {"equipe": "code_equipe"}.get(genre, "inconnu")
        return email


class CodeConnexionForm(ConfirmLoginCodeForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _preparer_code(self.fields["code"], _("Code reçu par e-mail"))


class MotDePasseOublieForm(ResetPasswordForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _sans_exemple(self.fields["email"])
        self.fields["email"].label = _("Adresse e-mail")
        self.fields["email"].help_text = AIDE_EMAIL

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if not debits.demande_permise(context.request, "mot_de_passe", email, maintenant=timezone.now()):
            raise get_adapter().validation_error("too_many_login_attempts")
        return email

    def save(self, request: HttpRequest, **options: Any) -> str:
        """Tell the owner of the account, if there is one: a link for teams, for parents that they need no password."""
        email: str = self.cleaned_data["email"]
        trouve, genre = _compte_demande(email)
        compte = trouve or Utilisateur(pk=0, email=email, password=UNUSABLE_PASSWORD_PREFIX)
        cle = f"{user_pk_to_url_str(compte)}-{default_token_generator.make_token(compte)}"
        lien = get_reset_password_from_key_url(request, cle)
        if genre == "equipe":
            contexte = {"user": compte, "password_reset_url": lien, "request": request}
            get_adapter().send_mail("account/email/password_reset_key", email, contexte)
        else:
            request.compte_demande = {"famille": "sans_mot_de_passe"}.get(genre, "inconnu")  # type: ignore[attr-defined]
            send_unknown_account_mail(request, email)
        return email


class ChangementForm(ChangePasswordForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for champ in self.fields.values():
            _sans_exemple(champ)
        self.fields["oldpassword"].help_text = ""
        _nouveau_mot_de_passe(self)

    def clean_oldpassword(self) -> str:
        assert self.user is not None  # noqa: S101 (the page is for people who are signed in)
        essai = debits.essayer_mot_de_passe(self.user.pk, maintenant=timezone.now())
        if essai is None:
            raise get_adapter().validation_error("too_many_login_attempts")
        actuel: str = super().clean_oldpassword()
        essai.reussi()
        return actuel


class ChoixForm(ResetPasswordKeyForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for champ in self.fields.values():
            _sans_exemple(champ)
        _nouveau_mot_de_passe(self)


# Second factor


def _preparer_code(champ: forms.Field, libelle: Any) -> None:
    _sans_exemple(champ)
    champ.label = libelle
    champ.widget.attrs.update({"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"})


class _Code:
    """A code counted in PostgreSQL and taken under a lock, in place of allauth's cache."""

    user: Utilisateur
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        essai = debits.essayer_code(self.user.pk, maintenant=timezone.now())
        if essai is None:
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = self.cleaned_data["code"]
        authentificateur = prendre_code(utilisateur=self.user, code=code)
        if authentificateur is None:
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator = authentificateur
        essai.reussi()
        return code


class SecondFacteurForm(_Code, AuthenticateForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _preparer_code(self.fields["code"], _("Code de votre application, ou code de secours"))


class ConfirmationForm(_Code, ReauthenticateForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _preparer_code(self.fields["code"], _("Code de votre application, ou code de secours"))


class ActivationForm(ActivateTOTPForm):
    """Remembers which code proved the application, so that it does not open a session afterwards."""

    pas: int | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _preparer_code(self.fields["code"], _("Code affiché par l'application"))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        essai = debits.essayer_code(self.user.pk, maintenant=timezone.now())
        if essai is None:
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        self.pas = pas_du_code(self.secret, "".join(code.split()))
        essai.reussi()
        return code


class CleForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = _("Nom de cette clé")
        self.fields["name"].required = False
        self.fields["name"].help_text = _("Pour la reconnaître : « Téléphone », « Ordinateur de la maison ».")
        self.fields["passwordless"].label = _("Me connecter aussi sans mot de passe avec cette clé")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = _("Elle demande alors votre visage, votre doigt ou votre code.")
