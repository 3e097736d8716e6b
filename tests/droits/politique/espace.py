"""Mon espace: for parents' accounts alone. Who has none is asked for a code; teams are led to their own account."""

from __future__ import annotations

from tests.droits.regles import Regle, Regles, compte, lien


def page(fait: int = 302, *, vu: int = 200, cible: str = "") -> Regle:
    return compte(302, 302, anonyme=(302, 302), famille=(vu, fait), cible=cible)


def lue(vu: int = 200, *, cible: str = "") -> Regle:
    return compte(302, 405, anonyme=(302, 405), famille=(vu, 405), cible=cible)


def acte(fait: int = 302, *, cible: str = "") -> Regle:
    return compte(405, 302, anonyme=(405, 302), famille=(405, fait), cible=cible)


REGLES: Regles = {
    "espace:accueil": lue(),
    "espace:passees": lue(),
    "espace:lieux": lue(),
    "espace:suivre_maison": acte(cible="slug"),
    "espace:suivre_commune": acte(cible="commune"),
    "espace:enfant_ajouter": page(422),
    # Another family's child is nobody's.
    "espace:enfant": page(404, vu=404, cible="enfant"),
    "espace:enfant_modifier": page(404, vu=404, cible="enfant"),
    "espace:enfant_retirer": acte(404, cible="enfant"),
    "espace:rappel": acte(404, cible="enfant_et_entretien"),
    "espace:reglages": page(422),
    "espace:agenda": acte(),
    "espace:telephone": page(422),
    "espace:telephone_code": page(302, vu=302),
    "espace:telephone_oublier": acte(),
    "espace:tout_arreter": page(),
    "espace:reprendre": acte(),
    "espace:partage": page(422),
    "espace:partage_cesser": acte(404, cible="acces"),
    "espace:invitation_retirer": acte(404, cible="invitation_coparent"),
    "espace:accords": lue(),
    "espace:accord_retirer": acte(404, cible="accord"),
    # For whoever holds the link; accepting asks for the account of that very address.
    "espace:invitation": lien("jeton_coparent"),
    "espace:invitation_accepter": acte(cible="jeton_coparent"),
    "espace:agenda_ics": lien("jeton_agenda"),
}
