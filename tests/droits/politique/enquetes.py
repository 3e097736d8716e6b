"""Surveys: public pages, and sheets of answers that belong to whoever holds their key."""

from __future__ import annotations

from tests.droits.regles import Regles, publique

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
}
