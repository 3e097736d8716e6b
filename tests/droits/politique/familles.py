from __future__ import annotations

from tests.droits.regles import NOMS, Regles, modele

REGLES: Regles = {**modele("familles.famille", "famille", lit=NOMS)}
