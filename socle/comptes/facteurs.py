"""Codes of a second factor: each serves once, under a lock in PostgreSQL, not in a cache."""

from __future__ import annotations

import secrets

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction

from socle.models import Utilisateur

# Of a TOTP's row: the last time step whose code was taken. RFC 6238 §5.2: a code is accepted once.
DERNIER_PAS = "dernier_pas"


def pas_du_code(secret: str, code: str) -> int | None:
    """The time step that this code of an application belongs to, among those accepted now; None when to none."""
    for pas in yield_hotp_counters_from_time():
        if secrets.compare_digest(format_hotp_value(hotp_value(secret, pas)).encode(), code.encode()):
            return int(pas)
    return None


@transaction.atomic
def prendre_code(*, utilisateur: Utilisateur, code: str) -> Authenticator | None:
    """The factor whose code this is, which cannot be given again afterwards; None for a wrong or used one."""
    code = "".join(code.split()).replace("-", "")
    authentificateurs = Authenticator.objects.select_for_update(of=("self",)).filter(
        user=utilisateur, type__in=[Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    )
    for authentificateur in authentificateurs.order_by("pk"):
        if authentificateur.type == Authenticator.Type.TOTP:
            pas = pas_du_code(decrypt(authentificateur.data["secret"]), code)
            if pas is None or pas <= authentificateur.data.get(DERNIER_PAS, 0):
                continue
            noter_pas(authentificateur, pas)
        elif not authentificateur.wrap().validate_code(code):
            continue
        # Asked of the database again, as a recovery code is crossed out on a copy of its row.
        pris: Authenticator = Authenticator.objects.get(pk=authentificateur.pk)
        pris.user = utilisateur
        return pris
    return None


def noter_pas(authentificateur: Authenticator, pas: int) -> None:
    authentificateur.data[DERNIER_PAS] = pas
    authentificateur.save(update_fields=["data"])
