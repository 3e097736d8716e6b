from __future__ import annotations

from dataclasses import replace

from tests.droits.regles import (
    A_LA_PORTE,
    ADMINISTRATION,
    ANIMATEUR,
    EQUIPES,
    MAISON,
    NOMS,
    PARTENAIRE,
    POST,
    RESPONSABLE,
    RESPONSABLES,
    SITE,
    TOUS,
    Cible,
    Regle,
    Regles,
    equipe,
    lien,
    modele,
    publique,
)


def _depliant(personne: str, _objet: Cible | None, methode: str, roles: frozenset[str]) -> int:
    """A leaflet says what parents find by themselves: any group that they may find has one."""
    if personne in A_LA_PORTE:
        return 302
    if methode == POST:
        return 405
    return 200 if roles & {ANIMATEUR, RESPONSABLE, PARTENAIRE} else 403


REGLES: Regles = {
    **modele("ateliers.theme", "theme", lit=TOUS, ajoute=ADMINISTRATION, change=ADMINISTRATION, historique=False),
    **modele("ateliers.atelier", "atelier", lit=EQUIPES, ajoute=MAISON, change=MAISON),
    **modele("ateliers.groupepairs", "groupe", lit=EQUIPES, ajoute=MAISON, ajout_fait=422, change=MAISON),
    **modele(
        "ateliers.serie",
        "serie",
        lit=EQUIPES,
        ajoute=MAISON,
        change=MAISON,
        ajout_fait=422,
        change_fait=302,
        historique=False,
    ),
    **modele("ateliers.seance", "seance", lit=TOUS, ajoute=MAISON, ajout_vu=302, ajout_fait=302),
    **modele("ateliers.inscription", "inscription", lit=NOMS),
    # Groups of parents: who asks, drafts of cohorts, the groups
    **modele("ateliers.demandegroupe", "demande", lit=MAISON, ajoute=MAISON, ajout_fait=422, change=MAISON),
    "admin:ateliers_demandegroupe_history": replace(equipe("demande_en_attente", lit=MAISON, fait=200), lecture=True),
    "admin:ateliers_demandegroupe_change": replace(equipe("demande_en_attente", lit=MAISON), montre_public=True),
    **modele("ateliers.composition", "composition", lit=MAISON, ajoute=MAISON, ajout_fait=422, historique=False),
    # Sent without saying what to do
    "admin:ateliers_composition_change": equipe("composition", lit=MAISON, fait=404),
    "admin:ateliers_composition_valider": equipe("composition", lit=MAISON, vu=302),
    # Sent without saying what to do; the world's group is led by nobody of its team.
    "admin:ateliers_groupepairs_change": equipe("groupe", lit=EQUIPES, ecrit=RESPONSABLES, fait=404),
    "admin:ateliers_groupepairs_modifier": equipe("groupe", lit=MAISON, voit=EQUIPES, fait=422),
    "admin:ateliers_groupepairs_rencontres": equipe("groupe", lit=MAISON, voit=EQUIPES, fait=422),
    # The world's group is led by nobody of its team: only the responsable ends it.
    "admin:ateliers_groupepairs_clore": equipe("groupe", lit=RESPONSABLES, voit=EQUIPES),
    # Pages that show, whatever is sent to them
    "admin:ateliers_seance_change": equipe("seance", lit=TOUS, fait=200),
    "admin:ateliers_inscription_change": equipe("inscription", lit=NOMS, fait=200),
    "admin:ateliers_seance_delete": equipe("seance", lit=RESPONSABLES, voit=TOUS),
    # Lists as files, and many sessions at once
    "admin:ateliers_seance_exporter": equipe(lit=TOUS, fait=422),
    "admin:ateliers_inscription_exporter": equipe(lit=NOMS, fait=422),
    "admin:ateliers_seance_copier": equipe(lit=MAISON, fait=422),
    "admin:ateliers_seance_importer": equipe(lit=MAISON, fait=422),
    # Without naming a house; test_imports.py asks for one's own and for another's.
    "admin:ateliers_seance_importer_modele": equipe(lit=MAISON, vu=404, fait=405),
    "admin:ateliers_seance_fermer": equipe(lit=RESPONSABLES, fait=422),
    # A session's day
    "admin:ateliers_seance_choisir": equipe(lit=SITE, vu=302),
    "admin:ateliers_seance_inscrire": equipe("seance", lit=MAISON, voit=TOUS, fait=422),
    "admin:ateliers_seance_presences": equipe("seance", lit=TOUS, fait=200),
    "admin:ateliers_seance_presences_toutes": equipe("seance", lit=NOMS, voit=TOUS, vu=302),
    "admin:ateliers_seance_pointer": equipe("seance_et_inscription", lit=NOMS, voit=TOUS, vu=302),
    "admin:ateliers_seance_passage": equipe("seance", lit=NOMS, voit=TOUS, vu=302, fait=422),
    "admin:ateliers_seance_passage_retirer": equipe("seance_et_passage", lit=NOMS, voit=TOUS, vu=302),
    "admin:ateliers_seance_feuille": equipe("seance", lit=NOMS, voit=TOUS, fait=405),
    "admin:ateliers_seance_affiche": equipe("seance", lit=MAISON, voit=TOUS, fait=405),
    "admin:ateliers_seance_ecrire": equipe("seance", lit=NOMS, voit=TOUS, fait=422),
    "admin:ateliers_seance_modifier": equipe("seance", lit=MAISON, voit=TOUS, fait=422),
    "admin:ateliers_seance_annuler": equipe("seance", lit=MAISON, voit=TOUS, fait=422),
    "admin:ateliers_inscription_annuler": equipe("inscription", lit=NOMS),
    "admin:ateliers_inscription_accepter": equipe("proposition", lit=NOMS, vu=302),
    # For everybody
    "ateliers:agenda": publique(),
    "ateliers:agenda_ics": publique(),
    "ateliers:maison_ics": publique("slug"),
    "ateliers:seance": publique("reference"),
    "ateliers:seance_ics": publique("reference"),
    "ateliers:seance_repere": publique("reference"),
    "ateliers:seance_inscription": publique("reference", fait=422),
    "ateliers:inscription_deja": publique("reference"),
    "ateliers:mes_reservations": publique(fait=422),
    # For whoever holds the link of a booking, or stands at the door
    "ateliers:ma_reservation": lien("jeton_inscription"),
    "ateliers:inscription_faite": lien("jeton_inscription"),
    "ateliers:reservation_nombre": lien("jeton_inscription", vu=302, fait=422),
    "ateliers:reservation_annuler": lien("jeton_inscription", fait=302),
    "ateliers:reservation_accepter": lien("jeton_proposition", vu=302, fait=302),
    "ateliers:reservation_prendre": lien("jeton_inscription", vu=302, fait=302),
    "ateliers:reservation_sms": lien("jeton_inscription", vu=302, fait=302),
    "ateliers:reservation_langue": lien("jeton_inscription", vu=302, fait=302),
    "ateliers:reservation_donnees": lien("jeton_inscription", vu=302, fait=302),
    "ateliers:reservation_avis": lien("jeton_inscription", vu=302, fait=302),
    "ateliers:reservation_ics": lien("jeton_inscription"),
    "ateliers:reservation_la": lien("jeton_inscription", vu=302, fait=302),
    "ateliers:mon_groupe": lien("jeton_groupe"),
    "ateliers:mon_groupe_ics": lien("jeton_groupe"),
    "ateliers:groupe_repondre": lien("jeton_groupe", vu=302, fait=302),
    "ateliers:groupe_souhaiter": lien("jeton_groupe", vu=302, fait=404),
    "ateliers:groupe_retirer": lien("jeton_groupe", vu=302, fait=302),
    "ateliers:groupe_rencontre": lien("jeton_groupe_et_reference", vu=302, fait=404),
    "ateliers:groupe_la": lien("jeton_groupe_et_reference", vu=302, fait=404),
    "ateliers:groupe_prenom": lien("jeton_groupe", vu=302, fait=302),
    "ateliers:groupe_themes": lien("jeton_groupe", vu=302, fait=422),
    "ateliers:groupe_vote": lien("jeton_groupe_et_cle", vu=302, fait=404),
    "ateliers:groupe_quitter": lien("jeton_groupe", fait=302),
    "ateliers:groupe_bilan": lien("jeton_groupe", fait=422),
    "ateliers:groupe_naissance": lien("jeton_groupe", vu=302, fait=422),
    "ateliers:groupe_arreter": lien("jeton_groupe", fait=302),
    "ateliers:groupe_reprendre": lien("jeton_groupe", vu=302, fait=302),
    "ateliers:groupe_langue": lien("jeton_groupe", vu=302, fait=302),
    # Looking for a group: what is sent is never kept in an address
    "ateliers:groupes_chercher": publique(vu=302, fait=422),
    "ateliers:groupe_demande": publique(vu=302, fait=422),
    "ateliers:groupe_demande_deja": publique(),
    # Passing on a request, and the leaflets of what anybody may read: the houses' teams and partners, of any house
    "admin:ateliers_transmettre": replace(equipe(lit=MAISON | frozenset({PARTENAIRE}), fait=422), genre="public"),
    "admin:ateliers_depliant_maison": equipe(lit=MAISON | frozenset({PARTENAIRE}), vu=404, fait=405),
    "admin:ateliers_depliant_groupe": Regle(_depliant, "groupe", genre="public"),
    "ateliers:porte": publique("jeton_porte", fait=422),
}
