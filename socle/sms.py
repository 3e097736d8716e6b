"""Text messages through interchangeable backends, as Django does for e-mail: settings.SMS_BACKEND names one."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from socle import gsm7
from socle.fichiers import ecrire_une_fois

E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True, kw_only=True)
class Sms:
    """A text for a number in E.164. `reference` stays the same when the same message is sent again."""

    destinataire: str
    texte: str
    reference: str
    # An earlier try may have gone through: a provider that can tell is asked before sending again.
    deja_tente: bool = False


class Issue(Enum):
    ENVOYE = "envoye"
    A_RETENTER = "a_retenter"  # may work later
    REFUSE = "refuse"  # never will


@dataclass(frozen=True, kw_only=True)
class ResultatSms:
    """What became of one SMS. `erreur` is for the staff and the logs: it never holds a number or the text."""

    issue: Issue
    erreur: str = ""


ENVOYE = ResultatSms(issue=Issue.ENVOYE)


class BaseSmsBackend:
    """Sends SMS. One result per SMS, in order; an SMS that can't be sent is a result, not an exception."""

    def open(self) -> None:
        """Get ready for several calls of `send_messages`."""

    def close(self) -> None:
        """Let go of what `open` took."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def send_messages(self, messages: Sequence[Sms]) -> list[ResultatSms]:
        return [self.send(message) for message in messages]

    def send(self, sms: Sms) -> ResultatSms:
        raise NotImplementedError


class ConsoleBackend(BaseSmsBackend):
    """Writes on the standard output, for development."""

    def send(self, sms: Sms) -> ResultatSms:
        parties = gsm7.segments(sms.texte)
        sys.stdout.write(f"--- SMS {sms.reference} → {sms.destinataire} ({parties}) ---\n{sms.texte}\n")
        return ENVOYE


class LocmemBackend(BaseSmsBackend):
    """Keeps messages in memory, for tests: `LocmemBackend.boite`, emptied by `vider`."""

    boite: ClassVar[list[Sms]] = []

    @classmethod
    def vider(cls) -> None:
        cls.boite.clear()

    def send(self, sms: Sms) -> ResultatSms:
        self.boite.append(sms)
        return ENVOYE


class FichierBackend(BaseSmsBackend):
    """Writes each SMS to a JSON file of settings.SMS_DOSSIER; the same reference is written once."""

    SUFFIXE = ".sms.json"

    def __init__(self, dossier: str | Path | None = None) -> None:
        self.dossier = Path(dossier or settings.SMS_DOSSIER)

    def send(self, sms: Sms) -> ResultatSms:
        nom = hashlib.sha256(sms.reference.encode()).hexdigest()[:32]
        contenu = json.dumps(
            {"destinataire": sms.destinataire, "texte": sms.texte, "reference": sms.reference}, ensure_ascii=False
        )
        # A reference already there was sent by a worker that died before recording it.
        ecrire_une_fois(self.dossier / f"{nom}{self.SUFFIXE}", contenu.encode())
        return ENVOYE


class OvhBackend(BaseSmsBackend):
    """OVHcloud's SMS API: POST /sms/{service}/jobs, each call signed; settings.OVH_SMS holds the keys.

    Time-outs, cuts and 5xx answers are tried again a few times at once, with growing pauses, then left for later.
    OVHcloud has no idempotency key: the reference goes in as the tag, and before an SMS is sent again after a try
    whose end nobody saw, the provider is asked whether that tag went out.
    """

    ESSAIS = 3
    PAUSE = 0.5  # seconds, doubled at each try
    DELAI = httpx.Timeout(10.0, connect=5.0)
    TAG_MAX = 20

    def __init__(self, *, dormir: Callable[[float], None] = time.sleep, **options: str) -> None:
        self.options: dict[str, str] = {**settings.OVH_SMS, **options}
        self.url = self.options["url"].rstrip("/")
        self.dormir = dormir
        self._client: httpx.Client | None = None
        self._decalage: int | None = None

    def open(self) -> None:
        self._ouvert()

    def _ouvert(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(timeout=self.DELAI, follow_redirects=False)
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._decalage = None

    def send_messages(self, messages: Sequence[Sms]) -> list[ResultatSms]:
        deja_ouvert = self._client is not None
        self.open()
        try:
            return super().send_messages(messages)
        finally:
            if not deja_ouvert:
                self.close()

    def send(self, sms: Sms) -> ResultatSms:
        if not E164.fullmatch(sms.destinataire):
            return ResultatSms(issue=Issue.REFUSE, erreur="numéro invalide")
        resultat = ResultatSms(issue=Issue.A_RETENTER)
        incertain = sms.deja_tente
        for essai in range(self.ESSAIS):
            if essai:
                self.dormir(self.PAUSE * 2 ** (essai - 1))
            try:
                if incertain and self._est_parti(sms):
                    return ENVOYE
                reponse = self._appeler("POST", self._chemin("jobs"), self._corps(sms))
            except (httpx.HTTPError, ValueError) as erreur:
                # Only a call that never reached the provider surely sent nothing.
                incertain = incertain or not isinstance(erreur, httpx.ConnectError | httpx.ConnectTimeout)
                resultat = ResultatSms(issue=Issue.A_RETENTER, erreur=f"OVH sans réponse ({type(erreur).__name__})")
            else:
                incertain = True
                resultat = self._lire(reponse)
                if resultat.issue is not Issue.A_RETENTER or reponse.status_code < 500:
                    break
        return resultat

    def _lire(self, reponse: httpx.Response) -> ResultatSms:
        if reponse.status_code == 400:
            # The request itself is wrong, and would be the same next time.
            return ResultatSms(issue=Issue.REFUSE, erreur="refusé par OVH (400)")
        if not reponse.is_success:
            # Keys to renew (401, 403), credit to buy (402), too many calls (429): not the message's fault.
            return ResultatSms(issue=Issue.A_RETENTER, erreur=f"OVH a répondu {reponse.status_code}")
        try:
            compte_rendu = reponse.json()
            valides, invalides = compte_rendu["validReceivers"], compte_rendu["invalidReceivers"]
        except (ValueError, KeyError, TypeError):
            return ResultatSms(issue=Issue.A_RETENTER, erreur="réponse d'OVH illisible")
        if valides:
            return ENVOYE
        return ResultatSms(
            issue=Issue.REFUSE, erreur="numéro refusé par OVH" if invalides else "aucun destinataire retenu par OVH"
        )

    def _est_parti(self, sms: Sms) -> bool:
        requete = httpx.QueryParams({"tag": self._tag(sms)})
        reponse = self._appeler("GET", f"{self._chemin('outgoing')}?{requete}")
        return reponse.is_success and bool(reponse.json())

    def _corps(self, sms: Sms) -> dict[str, Any]:
        return {
            "charset": "UTF-8",
            "class": "phoneDisplay",
            "coding": "7bit" if gsm7.est_gsm7(sms.texte) else "8bit",
            "message": sms.texte,
            "noStopClause": True,  # a service message, not advertising
            "priority": "high",
            "receivers": [sms.destinataire],
            "sender": self.options.get("expediteur") or settings.SMS_EXPEDITEUR,
            "senderForResponse": False,
            "tag": self._tag(sms),
            "validityPeriod": 1440,  # minutes
        }

    def _tag(self, sms: Sms) -> str:
        return hashlib.sha256(sms.reference.encode()).hexdigest()[: self.TAG_MAX]

    def _chemin(self, ressource: str) -> str:
        return f"/sms/{self.options['service']}/{ressource}"

    def _appeler(self, methode: str, chemin: str, corps: dict[str, Any] | None = None) -> httpx.Response:
        contenu = json.dumps(corps, separators=(",", ":")) if corps is not None else ""
        url = self.url + chemin
        horodatage = str(int(time.time()) + self._decalage_horloge())
        entetes = {
            "X-Ovh-Application": self.options["application_key"],
            "X-Ovh-Consumer": self.options["consumer_key"],
            "X-Ovh-Timestamp": horodatage,
            "X-Ovh-Signature": self._signature(methode, url, contenu, horodatage),
        }
        if contenu:
            entetes["Content-Type"] = "application/json;charset=utf-8"
        return self._ouvert().request(methode, url, content=contenu or None, headers=entetes)

    def _signature(self, methode: str, url: str, contenu: str, horodatage: str) -> str:
        """OVHcloud's own scheme, version 1: it is what the API verifies, so SHA-1 is not ours to change."""
        secrets = (self.options["application_secret"], self.options["consumer_key"])
        signe = "+".join((*secrets, methode, url, contenu, horodatage))
        return "$1$" + hashlib.sha1(signe.encode(), usedforsecurity=False).hexdigest()

    def _decalage_horloge(self) -> int:
        """Seconds between the provider's clock and ours: a signature is good for a short while only."""
        if self._decalage is None:
            reponse = self._ouvert().get(f"{self.url}/auth/time").raise_for_status()
            self._decalage = int(reponse.text) - int(time.time())
        return self._decalage


def get_connection(backend: str | None = None, **options: Any) -> BaseSmsBackend:
    """An instance of settings.SMS_BACKEND, or of the backend named."""
    classe: type[BaseSmsBackend] = import_string(backend or settings.SMS_BACKEND)
    return classe(**options)
