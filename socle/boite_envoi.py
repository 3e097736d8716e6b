"""The outbox: what is told to someone is a row written in the same transaction as the change it tells of."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat

from socle.enums import Canal, StatutMessage
from socle.models import Message


@dataclass(frozen=True, kw_only=True)
class Envoi:
    """One thing to tell, before it is a row. `cle_unique` makes telling it twice impossible."""

    canal: Canal
    destinataire: str
    modele: str
    cle_unique: str
    langue: str = "fr"
    contexte: dict[str, Any] = field(default_factory=dict)
    du_le: datetime | None = None
    pas_apres: datetime | None = None
    objet: models.Model | None = None
    # Its context holds a code or a key: it is emptied as soon as the message is sent, or never will be.
    secret: bool = False


def deposer(envois: Iterable[Envoi], *, maintenant: datetime) -> None:
    """Put messages in the outbox in one statement; those whose key is already there are left as they are."""
    domaine = urlsplit(settings.URL_PUBLIQUE).hostname or "localhost"
    Message.objects.bulk_create(
        [
            Message(
                canal=envoi.canal,
                destinataire=envoi.destinataire,
                langue=envoi.langue,
                modele=envoi.modele,
                contexte=envoi.contexte,
                secret=envoi.secret,
                cle_unique=envoi.cle_unique,
                du_le=envoi.du_le or maintenant,
                pas_apres=envoi.pas_apres,
                # Fixed now, so that a message sent again after a crash is recognised as the same one.
                message_id=f"<{uuid.uuid4()}@{domaine}>",
                cree_le=maintenant,
                objet_type=ContentType.objects.get_for_model(envoi.objet) if envoi.objet else None,
                objet_id=envoi.objet.pk if envoi.objet else None,
            )
            for envoi in envois
        ],
        ignore_conflicts=True,
    )


def anonymiser(messages: models.QuerySet[Message]) -> int:
    """Leave of messages that one was sent, when and how it went; what still waits will not be sent. How many.

    Harmless twice.
    """
    en_route = Q(statut__in=[StatutMessage.A_ENVOYER, StatutMessage.EN_COURS])
    return messages.exclude(destinataire="").update(
        destinataire="",
        contexte={},
        erreur="",
        objet_type=None,
        objet_id=None,
        # Some keys hold an address.
        cle_unique=Concat(Value("anonyme:"), Cast("pk", models.CharField())),
        statut=Case(When(en_route, then=Value(StatutMessage.PERIME)), default=F("statut")),
        bail_jusqu_au=None,
    )
