from __future__ import annotations

from tests.droits.regles import (
    ADMINISTRATION,
    DIRECTION,
    EQUIPES,
    PILOTAGE,
    TOUS,
    Regles,
    lien,
    modele,
    publique,
)

REGLES: Regles = {
    **modele("maisons.departement", "departement", lit=TOUS, historique=False),
    **modele("maisons.commune", "commune", lit=TOUS, historique=False),
    **modele("maisons.territoire", "territoire", lit=EQUIPES, ajoute=PILOTAGE, change=PILOTAGE, historique=False),
    **modele(
        "maisons.organisation",
        "organisation",
        lit=TOUS,
        ajoute=ADMINISTRATION,
        change=ADMINISTRATION,
        historique=False,
    ),
    **modele("maisons.maison", "maison", lit=EQUIPES, ajoute=PILOTAGE, change=DIRECTION),
    **modele("maisons.lieu", "lieu", lit=EQUIPES, ajoute=DIRECTION, change=DIRECTION),
    **modele("maisons.affectation", "affectation", lit=DIRECTION, ajoute=DIRECTION, change=DIRECTION, change_fait=302),
    **modele("maisons.invitation", "invitation", lit=DIRECTION, ajoute=DIRECTION, historique=False),
    "maisons:communes": publique(),
    "maisons:reperes": publique(),
    "maisons:contours": publique("fond_de_carte"),
    "maisons:invitation": lien("jeton_invitation", fait=422),
}
