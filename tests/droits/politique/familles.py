from __future__ import annotations

from tests.droits.regles import NOMS, RESPONSABLES, Regles, equipe, modele

REGLES: Regles = {
    **modele("familles.famille", "famille", lit=NOMS),
    # Records that may be of one family; the form lacks its answers.
    "admin:familles_famille_doublons": equipe(lit=RESPONSABLES, fait=200),
    "admin:familles_famille_fusion": equipe("deux_familles", lit=RESPONSABLES, voit=NOMS, fait=422, acte_d_abord=True),
}
