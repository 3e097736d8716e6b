from __future__ import annotations

from tests.droits.regles import DIRECTION, PILOTAGE, TOUS, Regles, modele

REGLES: Regles = {
    **modele("partenaires.partenaire", "partenaire", lit=TOUS, ajoute=DIRECTION, change=PILOTAGE, historique=False),
    **modele("partenaires.permanence", "permanence", lit=TOUS, ajoute=DIRECTION, change=DIRECTION, historique=False),
}
