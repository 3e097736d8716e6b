from __future__ import annotations

from tests.droits.regles import (
    ADMINISTRATION,
    DIRECTION,
    EQUIPES,
    MAISON,
    PILOTAGE,
    TOUS,
    Regles,
    equipe,
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
    **modele("maisons.equipage", "equipage", lit=EQUIPES, ajoute=DIRECTION, change=DIRECTION, historique=False),
    **modele(
        "maisons.tournee", "tournee", lit=EQUIPES, ajoute=MAISON, ajout_fait=422, change=MAISON, historique=False
    ),
    **modele("maisons.arret", "arret", lit=EQUIPES, historique=False),
    "admin:maisons_arret_change": equipe("arret", lit=EQUIPES, ecrit=MAISON, fait=422),
    "admin:maisons_arret_route": equipe(lit=EQUIPES, fait=200),
    "admin:maisons_arret_annuler_jour": equipe(lit=MAISON, vu=302),
    "admin:maisons_arret_retard": equipe("arret", lit=MAISON, voit=EQUIPES, vu=302),
    "admin:maisons_arret_annuler": equipe("arret", lit=MAISON, voit=EQUIPES, vu=302),
    "admin:maisons_arret_compter": equipe("arret", lit=MAISON, voit=EQUIPES, vu=302, fait=422),
    "admin:maisons_arret_decompter": equipe("arret", lit=MAISON, voit=EQUIPES, vu=302),
    **modele(
        "maisons.scenarioimplantation",
        "scenario",
        lit=PILOTAGE,
        ajoute=PILOTAGE,
        ajout_fait=422,
        supprime=PILOTAGE,
        historique=False,
    ),
    # Only shown.
    "admin:maisons_scenarioimplantation_change": equipe("scenario", lit=PILOTAGE, fait=200),
    "admin:maisons_scenario_xlsx": equipe("scenario", lit=PILOTAGE, fait=405),
    "admin:maisons_scenario_prolonger": equipe("scenario", lit=PILOTAGE, vu=302),
    "maisons:suivre": publique("commune", fait=422),
    "maisons:suivi": lien("jeton_suivi", fait=302),
    "maisons:communes": publique(),
    "maisons:reperes": publique(),
    "maisons:contours": publique("fond_de_carte"),
    "maisons:invitation": lien("jeton_invitation", fait=422),
}
