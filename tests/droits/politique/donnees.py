"""One's own data: with an account, or by a link that a contact received."""

from __future__ import annotations

from tests.droits.regles import Regles, compte, publique

REGLES: Regles = {
    "donnees:mon_compte": compte(anonyme=(302, 405)),
    "donnees:mon_compte_fichier": compte(vu=404, cible="inconnu", anonyme=(302, 405)),
    # Nothing is erased without the box.
    "donnees:mon_compte_effacer": compte(fait=422),
    "donnees:demander": publique(fait=422),
    "donnees:effacees": publique(),
    # No link, no page; the rows of a true one are in tests/donnees.
    "donnees:acces": publique("inconnu", vu=410),
    "donnees:acces_fichier": publique("inconnu_et_mot", vu=410),
    "donnees:acces_corriger": publique("inconnu", vu=410, fait=410),
    "donnees:acces_effacer": publique("inconnu", vu=410, fait=410),
}
