"""All that is held about a person, to take away: for programs, and for reading."""

from __future__ import annotations

import json
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language

from socle.conservation import regles
from socle.registre import Personne, recueillir


def en_json(personne: Personne, *, maintenant: datetime) -> bytes:
    contenu = {
        "fait_le": timezone.localtime(maintenant).isoformat(timespec="seconds"),
        "donnees": [
            {"modele": s.code, "titre": s.titre, "libelles": s.libelles, "lignes": s.lignes}
            for s in recueillir(personne)
        ],
        "durees": [{"quoi": str(r.quoi), "duree": r.duree, "depuis": str(r.depuis)} for r in regles() if r.publique],
    }
    return json.dumps(contenu, ensure_ascii=False, indent=2).encode()


def en_pdf(personne: Personne, *, maintenant: datetime) -> bytes:
    # WeasyPrint takes a third of a second to import: only who prints pays for it.
    from socle.pdf import rendre

    contexte = {
        "langue": get_language() or "fr",
        "fait_le": maintenant,
        "sections": recueillir(personne),
        "regles": [regle for regle in regles() if regle.publique],
    }
    return rendre("pdf/mes_donnees.html", contexte)


FAIRE = {"json": (en_json, "application/json"), "pdf": (en_pdf, "application/pdf")}
