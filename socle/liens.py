"""Short signed links: they name one row, prove that we made them, and live as long as the row's own rule says.

A token is the row's number in base 62 and 96 bits of an HMAC-SHA256 over it: short enough for an SMS, nothing to
store, the same in every message, and a new SECRET_KEY keeps the old links through SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

import base64

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OCTETS = 12


class LienInvalide(Exception):
    """The token was not made by this portal for this use."""


def _en_base62(nombre: int) -> str:
    chiffres = ""
    while True:
        nombre, reste = divmod(nombre, 62)
        chiffres = _ALPHABET[reste] + chiffres
        if nombre == 0:
            return chiffres


def sceau(usage: str, corps: str) -> str:
    """What proves that we wrote a text for a use."""
    return _signature(usage, corps, settings.SECRET_KEY)


def est_scelle(usage: str, corps: str, signature: str) -> bool:
    """Whether we did, with today's key or a former one."""
    cles = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(signature, _signature(usage, corps, cle)) for cle in cles)


def _signature(usage: str, corps: str, secret: str | bytes) -> str:
    condense = salted_hmac(f"socle.liens.{usage}", corps, secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(condense[:_OCTETS]).decode()


def signer(usage: str, pk: int) -> str:
    """The token of a row for one use; another use's token of the same row is another token."""
    corps = _en_base62(pk)
    return f"{corps}.{sceau(usage, corps)}"


def lire(usage: str, jeton: str) -> int:
    """The row's primary key. Raises LienInvalide for anything this portal did not sign for this use."""
    corps, point, signature = jeton.partition(".")
    if not point or not 1 <= len(corps) <= 11 or any(c not in _ALPHABET for c in corps):
        raise LienInvalide
    if not est_scelle(usage, corps, signature):
        raise LienInvalide
    pk = 0
    for c in corps:
        pk = pk * 62 + _ALPHABET.index(c)
    return pk
