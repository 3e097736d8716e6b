from __future__ import annotations

from tests.droits.regles import (
    DIRECTION,
    EQUIPES,
    MAISON,
    PARTENAIRE,
    POST,
    TOUS,
    Cible,
    Regle,
    Regles,
    equipe,
    lien,
    modele,
)

A_LUI = frozenset({PARTENAIRE})


def _jours(personne: str, objet: Cible | None, methode: str, roles: frozenset[str]) -> int:
    """Who may change nothing of a permanence is led to its days."""
    statut = equipe("permanence", lit=TOUS, fait=200).attendu(personne, objet, methode, roles)
    peut = objet is not None and objet.roles_de(personne) & DIRECTION
    return 302 if statut == 200 and not peut else statut


def _fiche(personne: str, objet: Cible | None, methode: str, roles: frozenset[str]) -> int:
    """Nothing of its own entry is compulsory for a partner: a form sent empty is one sent."""
    ecrit = DIRECTION | A_LUI
    regle = equipe("partenaire", lit=TOUS, ecrit=ecrit, fait=200, acte_d_abord=True)
    statut = regle.attendu(personne, objet, methode, roles)
    seul = objet is not None and objet.roles_de(personne) == A_LUI
    return 302 if methode == POST and statut == 200 and seul else statut


MENE_A_SES_JOURS = Regle(_jours, "permanence")
FICHE = Regle(_fiche, "partenaire")

REGLES: Regles = {
    **modele(
        "partenaires.partenaire",
        "partenaire",
        lit=TOUS,
        ajoute=DIRECTION,
        change=DIRECTION | A_LUI,
        historique=False,
    ),
    "admin:partenaires_partenaire_change": FICHE,
    **modele("partenaires.permanence", "permanence", lit=TOUS, ajoute=DIRECTION, change=DIRECTION, historique=False),
    "admin:partenaires_permanence_change": MENE_A_SES_JOURS,
    "admin:partenaires_permanence_jours": equipe("permanence", lit=TOUS, ecrit=MAISON | A_LUI, fait=422),
    "admin:partenaires_permanence_planifier": equipe("permanence", lit=MAISON, voit=TOUS, fait=422),
    **modele(
        "partenaires.orientation",
        "orientation",
        lit=EQUIPES,
        ajoute=MAISON,
        change=MAISON,
        supprime=MAISON,
        historique=False,
    ),
    "admin:partenaires_orientation_exporter": equipe(lit=EQUIPES, fait=422),
    "partenaires:fiche": lien("jeton_partenaire", fait=302),
}
