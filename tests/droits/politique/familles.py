from __future__ import annotations

from tests.droits.regles import (
    ADMINISTRATION,
    MAISON,
    MEDECINE,
    NOMS,
    REDACTION,
    RESPONSABLES,
    Regles,
    equipe,
    modele,
)

EDITION = REDACTION | MEDECINE | ADMINISTRATION

REGLES: Regles = {
    **modele("familles.famille", "famille", lit=NOMS),
    # Records that may be of one family; the form lacks its answers.
    "admin:familles_famille_doublons": equipe(lit=RESPONSABLES, fait=200),
    "admin:familles_famille_fusion": equipe("deux_familles", lit=RESPONSABLES, voit=NOMS, fait=422, acte_d_abord=True),
    # Who asked to be called: the house's team, by actions on the list alone.
    # The box is not ticked.
    "admin:familles_famille_effacer": equipe(
        "famille", lit=RESPONSABLES, voit=NOMS, ecrit=RESPONSABLES, fait=422, acte_d_abord=True
    ),
    "admin:familles_famille_copie": equipe(
        "famille", lit=RESPONSABLES, voit=NOMS, ecrit=RESPONSABLES, fait=422, acte_d_abord=True
    ),
    "admin:socle_conservation": equipe(lit=ADMINISTRATION, fait=405),
    **modele("familles.demanderappel", "rappel", lit=MAISON, historique=False),
    # A doctor's own département; the network may take one away.
    **modele(
        "familles.questionnairebienetre",
        "bien_etre",
        lit=MEDECINE | ADMINISTRATION,
        change=MEDECINE,
        historique=False,
    ),
    # What the public reads, kept by the network's editors and reviewed by a doctor.
    **modele("familles.versionjalon", "jalon", lit=EDITION, change=REDACTION, historique=False),
    "admin:familles_versionjalon_etape": equipe("jalon_publier", lit=EDITION, ecrit=REDACTION, vu=405),
    **modele("familles.article", "article", lit=EDITION, ajoute=REDACTION, change=REDACTION, historique=False),
    "admin:familles_article_etape": equipe("article_relire", lit=EDITION, ecrit=MEDECINE, vu=405),
    "admin:familles_questionnairebienetre_etape": equipe(
        "bien_etre_publier", lit=MEDECINE | ADMINISTRATION, ecrit=MEDECINE, vu=405
    ),
}
