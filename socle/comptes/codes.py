"""The one-time code of parents: it signs in, and opens the account of an address that has none.

Whoever types the code sent to an address proved that it is theirs: nothing else is asked. The request does the same
work for every address; nothing is kept of one whose code was not typed.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from socle.models import Utilisateur

OUVRABLE = "ouvrable"


class CodeDesParents(LoginCodeVerificationProcess):
    """allauth's process, for an address without an account too."""

    @classmethod
    def demander(
        cls, request: HttpRequest, *, utilisateur: Utilisateur | None, email: str, ouvrable: bool
    ) -> CodeDesParents:
        """Send the code, or what else the owner of the address is to be told, and wait for it in this browser."""
        login = Login(user=utilisateur, email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        etape = LoginByCodeStage(LoginStageController(request, login), request, login)
        etape.state.update(cls.initial_state(user=utilisateur, email=email))
        etape.state.update({"initiated_by_user": True, OUVRABLE: ouvrable})
        processus = cls(stage=etape)
        processus.send()
        processus.persist()
        return processus

    @classmethod
    def resume(cls, stage: Any) -> Any:
        return cls(stage=stage).abort_if_invalid()

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        if self.user or not self.state.get(OUVRABLE):
            super().send_by_email(email, skip_enumeration_mails=skip_enumeration_mails)
            return
        get_adapter().send_mail(
            "account/email/login_code", email, {"request": self.request, "code": self.generate_code()}
        )
        self.add_sent_message({"email": email, "recipient": email})

    def finish(self, redirect_url: str | None) -> HttpResponse:
        if self.user is None:
            self._user = _ouvrir(self.state["email"])
        reponse: HttpResponse = super().finish(redirect_url)
        return reponse


def _ouvrir(email: str) -> Utilisateur:
    """The account of an address that was just proved."""
    try:
        with transaction.atomic():
            return Utilisateur.objects.create_user(email)
    except IntegrityError:
        # Opened meanwhile, in another browser; a team's account is refused when it signs in (pre_login).
        return Utilisateur.objects.get(email=email)
