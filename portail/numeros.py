"""Numbers to call: the file says which are verified, and only those are ever shown; the words are ours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import maisons

FICHIER = Path(maisons.__file__).parent / "donnees" / "numeros_utiles.json"

JOUR_ET_NUIT = _("Jour et nuit")
# In the order in which they are shown.
TEXTES: dict[str, tuple[str | Promise, str | Promise]] = {
    "15": (_("Samu : urgence médicale"), JOUR_ET_NUIT),
    "112": (_("Toutes les urgences, partout en Europe"), JOUR_ET_NUIT),
    "18": (_("Pompiers"), JOUR_ET_NUIT),
    "17": (_("Police et gendarmerie"), JOUR_ET_NUIT),
    "114": (_("Urgence par SMS, si vous ne pouvez pas parler ou entendre"), JOUR_ET_NUIT),
    "3114": (_("Idées noires, envie d'en finir : des soignants vous répondent"), _("Jour et nuit, gratuit")),
    "119": (_("Un enfant est en danger, ou risque de l'être"), _("Jour et nuit, gratuit, absent des factures")),
    "3919": (_("Violences faites aux femmes"), _("Jour et nuit, gratuit, anonyme, absent des factures")),
}
URGENCES = frozenset({"15", "112", "18", "17", "114"})
PAR_SMS = frozenset({"114"})


@dataclass(frozen=True)
class Numero:
    numero: str
    nom: str | Promise
    horaires: str | Promise
    urgent: bool
    sms: bool


@cache
def numeros_verifies() -> tuple[Numero, ...]:
    """The numbers whose status is "verifie", in our order; one without words of ours keeps those of the file."""
    lignes = {ligne["numero"]: ligne for ligne in json.loads(FICHIER.read_text(encoding="utf-8"))}
    verifies = [numero for numero, ligne in lignes.items() if ligne["statut"] == "verifie"]
    ordre = list(TEXTES)
    verifies.sort(key=lambda numero: ordre.index(numero) if numero in ordre else len(ordre))
    resultat = []
    for numero in verifies:
        nom, horaires = TEXTES.get(numero, (lignes[numero]["nom"], lignes[numero]["horaires"]))
        resultat.append(Numero(numero, nom, horaires, urgent=numero in URGENCES, sms=numero in PAR_SMS))
    return tuple(resultat)
