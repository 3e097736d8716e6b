"""The sender: takes due rows out of the outbox and hands them to the mail and SMS backends.

A row is claimed in one short transaction (FOR UPDATE SKIP LOCKED, and a lease), sent outside any transaction, and its
result written at once. A worker that dies between sending and writing leaves a claimed row: when the lease runs out,
another sends it again with the same Message-ID. So a provider gets every message at least once, and whoever compares
Message-IDs (mail servers and readers, our file and demo backends, OVHcloud by its tag) shows it once.

Nothing that names a person goes into the logs or into `Message.erreur`: only row numbers and kinds of errors.
"""

from __future__ import annotations

import logging
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import get_connection as get_mail_connection
from django.db import connection, transaction
from django.db.models import Case, Count, F, JSONField, Q, Value, When
from django.utils import timezone

from socle import sms
from socle.composition import composer_courriel, composer_sms
from socle.enums import Canal, StatutMessage
from socle.models import Message, Opposition

logger = logging.getLogger(__name__)

BAIL = timedelta(minutes=5)
# A row is only sent while this much of its lease is left: more than the slowest backend takes for one message.
MARGE = timedelta(seconds=90)
TENTATIVES_MAX = 6
# 1 min, 4 min, 16 min, 1 h 04, 4 h 16: an outage of an afternoon loses nothing.
PREMIER_DELAI, FACTEUR = timedelta(minutes=1), 4
# First key of the advisory locks taken here, one per telephone number.
VERROU_SMS = 7_031
# What its recipient waits for on screen.
_DEMANDES_A_L_INSTANT = frozenset({"compte", "code_telephone", "acces_donnees"})
# What a row keeps once its fate is sealed.
_CONTEXTE_SANS_SECRET = Case(When(secret=True, then=Value({}, output_field=JSONField())), default=F("contexte"))


class EchecTemporaire(Exception):
    """The message may go through later. The text says why without naming anybody."""


class EchecDefinitif(Exception):
    """The message will never go through. The text says why without naming anybody."""


@dataclass
class Bilan:
    """What became of the rows that were taken."""

    envoyes: int = 0
    reportes: int = 0
    echecs: int = 0
    perimes: int = 0
    retenus: int = 0
    rendus: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, champ.name) for champ in fields(self))

    def __add__(self, autre: Bilan) -> Bilan:
        return Bilan(**{c.name: getattr(self, c.name) + getattr(autre, c.name) for c in fields(self)})


def vider_boite(
    *, horloge: Callable[[], datetime] = timezone.now, limite: int = 100, duree_max: timedelta = timedelta(seconds=50)
) -> Bilan:
    """Send batches until nothing is due, or until the next tick is near."""
    bilan, depart = Bilan(), time.monotonic()
    while True:
        lot = envoyer_messages_dus(maintenant=horloge(), limite=limite)
        bilan += lot
        if lot.total < limite or time.monotonic() - depart >= duree_max.total_seconds():
            break
    if bilan.total:
        logger.info("outbox: %s", bilan)
    return bilan


def envoyer_messages_dus(*, maintenant: datetime, limite: int = 100) -> Bilan:
    """Send at most `limite` due messages. Safe to run in several workers at once, and again after a crash."""
    depart = time.monotonic()
    bilan = Bilan()
    reserves = _reserver(maintenant=maintenant, limite=limite, bilan=bilan)
    envoyeurs: dict[str, Courriels | Textos] = {Canal.EMAIL.value: Courriels(), Canal.SMS.value: Textos()}
    try:
        for i, message in enumerate(reserves):
            if time.monotonic() - depart > (BAIL - MARGE).total_seconds():
                _remettre(reserves[i:], bilan=bilan)
                break
            _traiter(message, envoyeurs[message.canal], maintenant=maintenant, bilan=bilan)
    finally:
        for envoyeur in envoyeurs.values():
            envoyeur.fermer()
    return bilan


# Claiming


@transaction.atomic
def _reserver(*, maintenant: datetime, limite: int, bilan: Bilan) -> list[Message]:
    """Claim due rows for the time of a lease, and close those that may not be sent."""
    dus = list(
        Message.objects.dus(maintenant=maintenant)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("du_le", "pk")[:limite]
    )
    perimes = [m for m in dus if m.pas_apres is not None and m.pas_apres <= maintenant]
    bilan.perimes += _clore(perimes, StatutMessage.PERIME)
    # Each of its tries ended with the worker: perhaps it is what ends them.
    epuises = [m for m in _sans(dus, perimes) if m.tentatives >= TENTATIVES_MAX]
    bilan.echecs += _clore(epuises, StatutMessage.ECHEC, erreur="envoi interrompu à chaque essai")
    restants = _sans(dus, [*perimes, *epuises])
    retenus = _opposes(restants)
    bilan.retenus += _clore(retenus, StatutMessage.RETENU, erreur="le destinataire a demandé de ne plus rien recevoir")
    restants = _sans(restants, retenus)
    de_trop = _au_dela_du_plafond(restants, maintenant=maintenant)
    bilan.retenus += _clore(de_trop, StatutMessage.RETENU, erreur="plafond de SMS du jour atteint")

    reserves = _sans(restants, de_trop)
    bail = maintenant + BAIL
    Message.objects.filter(pk__in=[m.pk for m in reserves]).update(
        statut=StatutMessage.EN_COURS, bail_jusqu_au=bail, tentatives=F("tentatives") + 1
    )
    for message in reserves:
        message.statut, message.bail_jusqu_au, message.tentatives = (
            StatutMessage.EN_COURS,
            bail,
            message.tentatives + 1,
        )
    return reserves


def _sans(messages: Sequence[Message], ecartes: Collection[Message]) -> list[Message]:
    pks = {message.pk for message in ecartes}
    return [message for message in messages if message.pk not in pks]


def _clore(messages: Sequence[Message], statut: StatutMessage, *, erreur: str = "") -> int:
    """Give claimed rows a final status; they are locked by this transaction."""
    if messages:
        Message.objects.filter(pk__in=[m.pk for m in messages]).update(
            statut=statut, bail_jusqu_au=None, erreur=erreur, contexte=_CONTEXTE_SANS_SECRET
        )
    return len(messages)


def _opposes(messages: Sequence[Message]) -> list[Message]:
    """Those whose recipient asked for silence on that channel; what was asked for a moment ago is no disturbance."""
    messages = [m for m in messages if m.modele not in _DEMANDES_A_L_INSTANT]
    destinataires = {adresse for m in messages for adresse in (m.destinataire, m.destinataire.lower())}
    oppositions = {
        (canal, destinataire.lower())
        for canal, destinataire in Opposition.objects.filter(destinataire__in=destinataires).values_list(
            "canal", "destinataire"
        )
    }
    return [m for m in messages if (m.canal, m.destinataire.lower()) in oppositions]


def _au_dela_du_plafond(messages: Sequence[Message], *, maintenant: datetime) -> list[Message]:
    """The SMS that would be one too many for their number, on this day of the place they tell of.

    A number's lock is held until the claim is committed, so that two workers count one after the other. A message
    that is being sent, or was tried and waits for another try, holds its place: it may have arrived.
    """
    # Those already tried have their place: they come first.
    textos = sorted((m for m in messages if m.canal == Canal.SMS), key=lambda m: -m.tentatives)
    if not textos:
        return []
    _verrouiller_numeros({m.destinataire for m in textos})
    minuits = {m.pk: _minuit(m, maintenant) for m in textos}
    comptes = {minuit: _comptes_du_jour(textos, depuis=minuit) for minuit in set(minuits.values())}
    de_trop = []
    for message in textos:
        if comptes[minuits[message.pk]][message.destinataire] >= settings.SMS_MAX_PAR_JOUR:
            de_trop.append(message)
        else:
            for compte in comptes.values():
                compte[message.destinataire] += 1
    return de_trop


def _verrouiller_numeros(numeros: set[str]) -> None:
    # In one order for everybody, so that two workers never wait for each other.
    cles = sorted({zlib.crc32(numero.encode()) - 2**31 for numero in numeros})
    with connection.cursor() as cursor:
        for cle in cles:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [VERROU_SMS, cle])


def _minuit(message: Message, maintenant: datetime) -> datetime:
    zone = ZoneInfo(message.contexte.get("fuseau") or settings.TIME_ZONE)
    return maintenant.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _comptes_du_jour(textos: Sequence[Message], *, depuis: datetime) -> Counter[str]:
    en_route = Q(statut=StatutMessage.EN_COURS) | Q(statut=StatutMessage.A_ENVOYER, tentatives__gt=0)
    lignes = (
        Message.objects.filter(canal=Canal.SMS, destinataire__in={m.destinataire for m in textos})
        .filter(Q(statut=StatutMessage.ENVOYE, envoye_le__gte=depuis) | en_route)
        .exclude(pk__in=[m.pk for m in textos])
        .values_list("destinataire")
        .annotate(nombre=Count("pk"))
    )
    return Counter(dict(lignes))


# Sending


class Courriels:
    """Hands e-mails to Django's backend over one connection, opened again after a cut."""

    def __init__(self) -> None:
        self._connexion: Any = None
        self._panne = ""

    def envoyer(self, message: Message) -> None:
        if self._panne:
            # The server was not there a moment ago: nobody waits for its time-out again in this batch.
            raise EchecTemporaire(self._panne)
        if self._connexion is None:
            self._connexion = get_mail_connection()
        courriel = composer_courriel(message, connection=self._connexion)
        try:
            self._connexion.open()
        except (OSError, SMTPException) as erreur:
            self._panne = f"serveur de courrier injoignable ({_nature(erreur)})"
            raise EchecTemporaire(self._panne) from erreur
        try:
            partis = self._connexion.send_messages([courriel])
        except SMTPRecipientsRefused as refus:
            codes = {code for code, _ in refus.recipients.values()}
            texte = f"destinataire refusé ({', '.join(map(str, sorted(codes)))})"
            raise (EchecDefinitif if min(codes) >= 500 else EchecTemporaire)(texte) from refus
        except SMTPDataError as refus:
            texte = f"contenu refusé ({refus.smtp_code})"
            raise (EchecDefinitif if refus.smtp_code >= 500 else EchecTemporaire)(texte) from refus
        except (OSError, SMTPException) as erreur:
            self.fermer()
            raise EchecTemporaire(f"envoi interrompu ({_nature(erreur)})") from erreur
        except ValueError as erreur:
            # A line break in a header, an address that is none.
            raise EchecDefinitif(f"adresse ou en-tête invalide ({_nature(erreur)})") from erreur
        if not partis:
            raise EchecDefinitif("aucun destinataire")

    def fermer(self) -> None:
        if self._connexion is not None:
            with suppress(OSError, SMTPException):
                self._connexion.close()


class Textos:
    """Hands SMS to the backend of settings.SMS_BACKEND."""

    def __init__(self) -> None:
        self._connexion: sms.BaseSmsBackend | None = None

    def envoyer(self, message: Message) -> None:
        if self._connexion is None:
            self._connexion = sms.get_connection()
            self._connexion.open()
        (resultat,) = self._connexion.send_messages([composer_sms(message)])
        if resultat.issue is sms.Issue.REFUSE:
            raise EchecDefinitif(resultat.erreur)
        if resultat.issue is sms.Issue.A_RETENTER:
            raise EchecTemporaire(resultat.erreur)

    def fermer(self) -> None:
        if self._connexion is not None:
            self._connexion.close()


def _nature(erreur: BaseException) -> str:
    """The kind of an error, and the server's code when it gave one; never its text, which may quote an address."""
    code = getattr(erreur, "smtp_code", None)
    return f"{type(erreur).__name__} {code}" if code else type(erreur).__name__


# Writing what became of it


def _traiter(message: Message, envoyeur: Courriels | Textos, *, maintenant: datetime, bilan: Bilan) -> None:
    try:
        envoyeur.envoyer(message)
    except EchecDefinitif as echec:
        _noter(message, statut=StatutMessage.ECHEC, erreur=str(echec)[:300])
        bilan.echecs += 1
    except EchecTemporaire as echec:
        _reporter(message, erreur=str(echec), maintenant=maintenant, bilan=bilan)
    except Exception as erreur:
        # A template, a backend's own fault: the other messages must not wait for it.
        lieu = traceback.extract_tb(erreur.__traceback__)[-1]
        logger.error("message %d: %s (%s:%s)", message.pk, _nature(erreur), lieu.filename, lieu.lineno)
        _reporter(message, erreur=f"erreur interne ({_nature(erreur)})", maintenant=maintenant, bilan=bilan)
    else:
        _noter(message, statut=StatutMessage.ENVOYE, envoye_le=maintenant, erreur="")
        bilan.envoyes += 1


def _reporter(message: Message, *, erreur: str, maintenant: datetime, bilan: Bilan) -> None:
    """Try again later, less and less often, and sooner when the message is about to be useless."""
    if message.tentatives >= TENTATIVES_MAX:
        _noter(message, statut=StatutMessage.ECHEC, erreur=erreur[:300])
        bilan.echecs += 1
        return
    delai = PREMIER_DELAI * FACTEUR ** (message.tentatives - 1)
    if message.pas_apres is not None:
        delai = min(delai, (message.pas_apres - maintenant) / 2)
    _noter(message, statut=StatutMessage.A_ENVOYER, du_le=maintenant + delai, erreur=erreur[:300])
    bilan.reportes += 1


def _remettre(messages: Sequence[Message], *, bilan: Bilan) -> None:
    """Put rows back untried: the lease is too far gone to begin."""
    for message in messages:
        _noter(message, statut=StatutMessage.A_ENVOYER, tentatives=message.tentatives - 1)
    bilan.rendus += len(messages)


def _noter(message: Message, *, statut: StatutMessage, **champs: Any) -> None:
    """Write a result, unless the lease was lost: the row is then another worker's."""
    if message.secret and statut != StatutMessage.A_ENVOYER:
        champs["contexte"] = {}
    notes = Message.objects.filter(
        pk=message.pk, statut=StatutMessage.EN_COURS, bail_jusqu_au=message.bail_jusqu_au
    ).update(statut=statut, bail_jusqu_au=None, **champs)
    if not notes:
        logger.warning("message %d: the lease ran out before the result was written", message.pk)
