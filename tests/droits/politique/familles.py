from __future__ import annotations

from tests.droits.regles import MAISON, Regles, modele

REGLES: Regles = {**modele("familles.famille", "famille", lit=MAISON)}
