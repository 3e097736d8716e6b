"""The alphabet of text messages (GSM 03.38, 3GPP TS 23.038 §6.2.1): what fits, how long it is, how to make it fit.

One character outside it turns the whole message into UCS-2, with 70 characters instead of 160.
"""

from __future__ import annotations

import unicodedata

BASE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes two places: an escape and a character.
EXTENSION = frozenset("\f^{}\\[~]|€")

SEPTETS, SEPTETS_PAR_PARTIE = 160, 153
UCS2, UCS2_PAR_PARTIE = 70, 67

# What has no decomposition in Unicode, with the same meaning in the alphabet.
_EQUIVALENTS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "´": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "•": "-",
        "·": "-",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "\t": " ",
        # Soft hyphen, zero-width characters, marks of direction: nothing to see.
        "\u00ad": "",
        "\u200b": "",
        "\u200c": "",
        "\u200d": "",
        "\u200e": "",
        "\u200f": "",
        "\u2060": "",
        "\ufeff": "",
    }
)


def est_gsm7(texte: str) -> bool:
    return all(c in BASE or c in EXTENSION for c in texte)


def longueur(texte: str) -> int:
    """In places of the encoding it will be sent in: septets, or UTF-16 units."""
    if est_gsm7(texte):
        return sum(2 if c in EXTENSION else 1 for c in texte)
    return len(texte.encode("utf-16-be")) // 2


def segments(texte: str) -> int:
    """How many SMS it is sent and billed as.

    A character of two places is never cut, so a part may hold one place less.
    """
    if not texte:
        return 0
    gsm7 = est_gsm7(texte)
    seul, par_partie = (SEPTETS, SEPTETS_PAR_PARTIE) if gsm7 else (UCS2, UCS2_PAR_PARTIE)
    if longueur(texte) <= seul:
        return 1
    parties, prises = 1, 0
    for c in texte:
        largeur = (2 if c in EXTENSION else 1) if gsm7 else len(c.encode("utf-16-be")) // 2
        if prises + largeur > par_partie:
            parties, prises = parties + 1, 0
        prises += largeur
    return parties


def vers_gsm7(texte: str) -> str:
    """The text in the alphabet: "ç" becomes "c", "…" three dots, a no-break space a space.

    A text with a character that has no neutral equivalent (another script, a pictogram) is returned as it is: half
    of it would be changed for nothing, as it is sent in UCS-2 anyway.
    """
    neutre = "".join(map(_neutre, texte.translate(_EQUIVALENTS)))
    return neutre if est_gsm7(neutre) else texte


def _neutre(c: str) -> str:
    if c in BASE or c in EXTENSION:
        return c
    decompose = unicodedata.normalize("NFKD", c)
    return "".join(lettre for lettre in decompose if not unicodedata.combining(lettre)).translate(_EQUIVALENTS)
