"""Text made comparable: the one normal form behind every search and every sort by name."""

from __future__ import annotations

import re
import unicodedata

_SEPARATEURS = re.compile(r"[^0-9a-z]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_ABREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


def normaliser(texte: str) -> str:
    """Lower case, no accent, hyphens and apostrophes as spaces, "st" written "saint": "ST Médard" → "saint medard"."""
    plat = unicodedata.normalize("NFKD", texte.casefold().translate(_LIGATURES))
    sans_accent = "".join(c for c in plat if not unicodedata.combining(c))
    mots = _SEPARATEURS.sub(" ", sans_accent).split()
    return " ".join(_ABREVIATIONS.get(mot, mot) for mot in mots)
