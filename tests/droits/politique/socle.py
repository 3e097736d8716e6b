"""The staff's site itself, accounts as rows, the outbox."""

from __future__ import annotations

from tests.droits.regles import (
    ADMINISTRATION,
    DIRECTION,
    EQUIPES,
    NOMS,
    RESPONSABLE,
    SITE,
    TOUS,
    Regles,
    compte,
    equipe,
    modele,
)

REGLES: Regles = {
    **modele("socle.utilisateur", "utilisateur", lit=DIRECTION, change=ADMINISTRATION, change_fait=302),
    **modele("socle.message", "message", lit=NOMS | ADMINISTRATION, historique=False),
    # Written by the portal alone, read by those who answer for the houses
    **modele("socle.lecture", "lecture", lit=frozenset({RESPONSABLE}) | ADMINISTRATION, historique=False),
    "admin:socle_lecture_change": equipe("lecture", lit=frozenset({RESPONSABLE}) | ADMINISTRATION, fait=200),
    # One's own files
    **modele("socle.export", "export", lit=TOUS, historique=False),
    "admin:socle_export_fichier": equipe("cle_export", lit=TOUS, fait=405),
    "admin:index": equipe(lit=SITE, fait=200),
    "admin:app_list": equipe("application", lit=TOUS, fait=200, refus=404),
    "admin:autocomplete": equipe(lit=SITE, vu=403, fait=405),
    "admin:jsi18n": equipe(lit=SITE, fait=405),
    "admin:logout": equipe(lit=SITE, vu=405, fait=200),
    "admin:password_change": equipe(lit=SITE, vu=302),
    "admin:password_change_done": equipe(lit=SITE, fait=405),
    "admin:view_on_site": equipe("voir_maison", lit=EQUIPES, vu=302, refus=404),
    "equipe/(?P<url>.*)$": equipe(lit=SITE, vu=404, fait=404),
    # To allauth's sign-in page, to the second factor, or in.
    "admin:login": compte(302, 302, famille=(403, 403)),
}
