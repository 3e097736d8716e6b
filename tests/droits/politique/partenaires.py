from __future__ import annotations

from tests.droits.regles import DIRECTION, EQUIPES, MAISON, PARTENAIRE, TOUS, Regles, equipe, lien, modele

A_LUI = frozenset({PARTENAIRE})

REGLES: Regles = {
    **modele(
        "partenaires.partenaire",
        "partenaire",
        lit=TOUS,
        ajoute=DIRECTION,
        change=DIRECTION | A_LUI,
        historique=False,
    ),
    **modele("partenaires.permanence", "permanence", lit=TOUS, ajoute=DIRECTION, change=DIRECTION, historique=False),
    # Who may change nothing of it is led to its days.
    "admin:partenaires_permanence_change": equipe("permanence", lit=TOUS, vu=200, fait=200),
    "admin:partenaires_permanence_jours": equipe("permanence", lit=TOUS, ecrit=MAISON | A_LUI, fait=422),
    "admin:partenaires_permanence_planifier": equipe("permanence", lit=MAISON, voit=TOUS, fait=422),
    **modele(
        "partenaires.orientation",
        "orientation",
        lit=EQUIPES,
        ajoute=MAISON,
        change=MAISON,
        supprime=MAISON,
        historique=False,
    ),
    "partenaires:fiche": lien("jeton_partenaire", fait=302),
}
