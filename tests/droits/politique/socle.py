"""The staff's site itself, accounts as rows, the outbox."""

from __future__ import annotations

from tests.droits.regles import ADMINISTRATION, DIRECTION, EQUIPES, PILOTE, TOUS, Regles, compte, equipe, modele

REGLES: Regles = {
    **modele("socle.utilisateur", "utilisateur", lit=DIRECTION, change=ADMINISTRATION, change_fait=302),
    **modele("socle.message", "message", lit=EQUIPES - {PILOTE}),
    "admin:index": equipe(lit=TOUS, fait=200),
    "admin:app_list": equipe("application", lit=TOUS, fait=200),
    # Without naming a field; test_portee.py asks for every field.
    "admin:autocomplete": equipe(lit=TOUS, vu=403, fait=405),
    "admin:jsi18n": equipe(lit=TOUS, fait=405),
    "admin:logout": equipe(lit=TOUS, vu=405, fait=200),
    "admin:password_change": equipe(lit=TOUS, vu=302),
    "admin:password_change_done": equipe(lit=TOUS, fait=405),
    "admin:view_on_site": equipe("voir_maison", lit=EQUIPES, vu=302),
    "equipe/(?P<url>.*)$": equipe(lit=TOUS, vu=404, fait=404),
    # To allauth's sign-in page, to the second factor, or in.
    "admin:login": compte(302, 302, famille=(403, 403)),
}
