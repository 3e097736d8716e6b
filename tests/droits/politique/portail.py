from __future__ import annotations

from tests.droits.regles import Regles, publique

REGLES: Regles = {
    "portail:accueil": publique(),
    "portail:maisons": publique(),
    "portail:maison": publique("slug"),
    "portail:bulle": publique(),
    "portail:bulle_ics": publique(),
    "portail:bulle_reperes": publique(),
    "portail:bulle_affiche": publique("commune"),
    "portail:annuaire": publique(),
    "portail:accueil_ponctuel": publique(),
    "portail:groupes": publique(),
    "portail:professionnels": publique(),
    "portail:besoin_aide": publique(),
    "portail:mentions_legales": publique(),
    "portail:confidentialite": publique(),
    "portail:accessibilite": publique(),
    "machines:sante": publique(),
    "machines:sante_conservation": publique(),
    "machines:donnees": publique("jeu_de_donnees", vu=404),
    "machines:robots": publique(),
    "plan_du_site_index": publique(fait=200),
    "plan_du_site": publique("section", fait=200),
    # The demonstration's own
    "composants:catalogue": publique(),
    "portail:demo_messages": publique(),
    "portail:demo_rappel": publique(vu=405, fait=302),
    "portail:demo_message": publique("inconnu", vu=404, fait=405),
    "portail:demo_message_html": publique("inconnu", vu=404, fait=405),
    "portail:demo_message_piece": publique("piece_inconnue", vu=404, fait=405),
}
