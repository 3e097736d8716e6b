"""What the demonstration sends, kept in files that its pages read: there is no mail server behind it.

A file's name comes from the Message-ID (or the SMS's reference): a message sent twice is there once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Mime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from socle import gsm7
from socle.enums import Canal
from socle.fichiers import ecrire_une_fois
from socle.sms import FichierBackend

SUFFIXE_COURRIEL = ".eml"
_CLE = re.compile(r"[0-9a-f]{32}")
# Shown by the page and in this order.
_ENTETES = ("From", "To", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe")


@dataclass(frozen=True, kw_only=True)
class PieceJointe:
    nom: str
    type: str
    contenu: bytes


@dataclass(frozen=True, kw_only=True)
class MessageRecu:
    """A message as its recipient would have it."""

    cle: str
    canal: Canal
    destinataire: str
    recu_le: datetime
    objet: str = ""
    texte: str = ""
    html: str = ""
    entetes: Sequence[tuple[str, str]] = field(default_factory=list)
    pieces: Sequence[PieceJointe] = field(default_factory=list)

    @property
    def est_sms(self) -> bool:
        return self.canal == Canal.SMS

    @property
    def segments(self) -> int:
        return gsm7.segments(self.texte)

    @property
    def longueur(self) -> int:
        return gsm7.longueur(self.texte)


def dossier() -> Path:
    return Path(settings.MESSAGES_DEMO or Path(settings.RACINE) / ".embarque" / "demo" / "messages")


class CourrielDemoBackend(BaseEmailBackend):
    """Keeps each e-mail as it would have gone out, whole."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        envoyes = 0
        for courriel in email_messages:
            if courriel.recipients():
                mime = courriel.message()
                nom = hashlib.sha256(str(mime["Message-ID"]).encode()).hexdigest()[:32]
                ecrire_une_fois(dossier() / f"{nom}{SUFFIXE_COURRIEL}", mime.as_bytes())
                envoyes += 1
        return envoyes


class SmsDemoBackend(FichierBackend):
    """Keeps each SMS beside the e-mails."""

    def __init__(self) -> None:
        super().__init__(dossier())


def lister(*, destinataire: str = "", maximum: int = 1000) -> Iterator[MessageRecu]:
    """The latest first; with `destinataire`, those whose recipient holds these characters."""
    cherche = _simplifier(destinataire)
    for chemin in _fichiers()[:maximum]:
        recu = _lire(chemin)
        if cherche in _simplifier(recu.destinataire):
            yield recu


def lire(cle: str) -> MessageRecu | None:
    if not _CLE.fullmatch(cle):
        return None
    for suffixe in (SUFFIXE_COURRIEL, FichierBackend.SUFFIXE):
        chemin = dossier() / f"{cle}{suffixe}"
        if chemin.is_file():
            return _lire(chemin)
    return None


def _simplifier(destinataire: str) -> str:
    """So that "06 12 34" finds +336 12 34."""
    compact = re.sub(r"[\s.()-]", "", destinataire.lower())
    return compact.replace("+33", "0")


def _fichiers() -> list[Path]:
    try:
        with os.scandir(dossier()) as entrees:
            dates = [
                (entree.stat().st_mtime_ns, entree.path)
                for entree in entrees
                if entree.name.endswith((SUFFIXE_COURRIEL, FichierBackend.SUFFIXE))
            ]
    except FileNotFoundError:
        return []
    return [Path(chemin) for _, chemin in sorted(dates, reverse=True)]


def _lire(chemin: Path) -> MessageRecu:
    cle = chemin.name.partition(".")[0]
    recu_le = datetime.fromtimestamp(chemin.stat().st_mtime, UTC)
    if chemin.name.endswith(FichierBackend.SUFFIXE):
        sms = json.loads(chemin.read_text())
        return MessageRecu(
            cle=cle,
            canal=Canal.SMS,
            destinataire=sms["destinataire"],
            recu_le=recu_le,
            texte=sms["texte"],
            entetes=[("To", sms["destinataire"]), ("Reference", sms["reference"])],
        )
    mime = message_from_bytes(chemin.read_bytes(), _class=Mime, policy=policy.default)
    return MessageRecu(
        cle=cle,
        canal=Canal.EMAIL,
        destinataire=str(mime["To"]),
        recu_le=recu_le,
        objet=str(mime["Subject"]),
        texte=_partie(mime, "plain"),
        html=_partie(mime, "html"),
        entetes=[(nom, str(mime[nom])) for nom in _ENTETES if mime[nom]],
        pieces=list(_pieces(mime)),
    )


def _partie(mime: Mime, sous_type: str) -> str:
    partie = mime.get_body((sous_type,))
    return str(partie.get_content()) if partie is not None else ""


def _pieces(mime: Mime) -> Iterator[PieceJointe]:
    for partie in mime.iter_attachments():
        contenu = partie.get_payload(decode=True)
        yield PieceJointe(
            nom=partie.get_filename() or "piece-jointe",
            type=partie.get_content_type(),
            contenu=contenu if isinstance(contenu, bytes) else b"",
        )
