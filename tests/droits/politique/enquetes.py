"""Surveys: public pages, and sheets of answers that belong to whoever holds their key."""

from __future__ import annotations

from tests.droits.regles import ADMINISTRATION, DIRECTION, EQUIPES, PILOTAGE, Regles, equipe, modele, publique

REGLES: Regles = {
    "enquetes:enquetes": publique(),
    "enquetes:reprendre": publique(fait=422),
    # Codes and keys that nobody gave
    "enquetes:campagne": publique("inconnu", vu=404),
    "enquetes:debut": publique("inconnu", vu=404, fait=404),
    "enquetes:invitation": publique("inconnu_et_jeton", vu=404, fait=404),
    "enquetes:merci": publique("inconnu", vu=404),
    "enquetes:suite": publique("inconnu", vu=410),
    "enquetes:question": publique("inconnu_et_mot", vu=410, fait=410),
    "enquetes:relire": publique("inconnu", vu=410, fait=410),
    "enquetes:plus_tard": publique("inconnu", vu=410),
    "enquetes:laisser": publique("inconnu", vu=404),
    # The network's questionnaire: read by every team, written by the network; a département writes its own.
    **modele(
        "enquetes.questionnaire",
        "questionnaire",
        lit=EQUIPES,
        ajoute=PILOTAGE,
        change=ADMINISTRATION,
        historique=False,
    ),
    # Only shown: its form is on the page "modifier".
    "admin:enquetes_questionnaire_change": equipe("questionnaire", lit=EQUIPES, fait=200),
    # Once published nothing of it can be typed: what is sent changes nothing.
    "admin:enquetes_questionnaire_modifier": equipe("questionnaire", lit=ADMINISTRATION, voit=EQUIPES, fait=302),
    "admin:enquetes_questionnaire_version": equipe("questionnaire", lit=ADMINISTRATION, voit=EQUIPES, vu=302),
    **modele(
        "enquetes.version",
        "version",
        lit=EQUIPES,
        change=ADMINISTRATION,
        supprime=ADMINISTRATION,
        change_fait=404,
        historique=False,
    ),
    "admin:enquetes_version_apercu": equipe("version", lit=EQUIPES, fait=200),
    "admin:enquetes_version_traduire": equipe("version_et_langue", lit=EQUIPES, ecrit=ADMINISTRATION),
    **modele(
        "enquetes.section",
        "section_enquete",
        lit=EQUIPES,
        change=ADMINISTRATION,
        supprime=ADMINISTRATION,
        historique=False,
    ),
    **modele(
        "enquetes.question",
        "question",
        lit=EQUIPES,
        ajoute=PILOTAGE,
        change=ADMINISTRATION,
        supprime=ADMINISTRATION,
        historique=False,
    ),
    # A house's campaign
    **modele("enquetes.campagne", "campagne", lit=EQUIPES, ajoute=DIRECTION, historique=False),
    "admin:enquetes_campagne_change": equipe("campagne", lit=EQUIPES, ecrit=DIRECTION, fait=404),
    "admin:enquetes_campagne_modifier": equipe("campagne", lit=DIRECTION, voit=EQUIPES, fait=200),
    "admin:enquetes_campagne_affiche": equipe("campagne_et_porte", lit=EQUIPES, fait=200),
    "admin:enquetes_campagne_importer": equipe("campagne", lit=DIRECTION, voit=EQUIPES, fait=422),
    "admin:enquetes_campagne_modele": equipe("campagne", lit=DIRECTION, voit=EQUIPES, fait=200),
    "admin:enquetes_campagne_resultats": equipe("campagne", lit=DIRECTION, voit=EQUIPES, fait=200),
    "admin:enquetes_campagne_rapport": equipe(
        "campagne", lit=DIRECTION, voit=EQUIPES, vu=302, donnees={"format": "pdf"}
    ),
    **modele("enquetes.textelibre", "texte_libre", lit=DIRECTION, change=DIRECTION, historique=False),
    **modele(
        "enquetes.etiquette",
        "etiquette",
        lit=DIRECTION,
        ajoute=DIRECTION,
        change=DIRECTION,
        supprime=DIRECTION,
        historique=False,
    ),
}
