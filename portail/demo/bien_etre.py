"""The demonstration's well-being questionnaires: questions of our own, validated by nobody real, and said to be so."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from familles.models import QuestionnaireBienEtre
from familles.questionnaires import publier

FICHIER = Path(__file__).parent / "donnees" / "bien_etre.json"
DEPARTEMENT = "08"
VALIDE_PAR = "Dr Maud Exemple, médecin de PMI (personne fictive, démonstration)"


def charger_bien_etre(*, maintenant: datetime) -> int:
    """Publish those that are not there; how many."""
    nouveaux = 0
    for donnees in json.loads(FICHIER.read_text(encoding="utf-8")):
        if QuestionnaireBienEtre.objects.filter(code=donnees["code"]).exists():
            continue
        brouillon = QuestionnaireBienEtre.objects.create(departement_id=DEPARTEMENT, cree_le=maintenant, **donnees)
        publier(questionnaire=brouillon, par=None, nom=VALIDE_PAR, maintenant=maintenant)
        nouveaux += 1
    return nouveaux
