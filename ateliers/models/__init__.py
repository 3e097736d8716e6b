"""The rows of workshops, by topic; import them from here."""

from ateliers.models.catalogue import (
    ADULTES_PAR_INSCRIPTION_MAX,
    ENFANTS_PAR_INSCRIPTION_MAX,
    GARDES_HEURES_MAX,
    GARDES_HEURES_PAR_DEFAUT,
    RAPPELS_PAR_DEFAUT,
    Atelier,
    Public,
    Serie,
    Theme,
    langue_par_defaut,
    rappels_par_defaut,
)
from ateliers.models.groupes import GroupePairs
from ateliers.models.inscriptions import EnfantInscrit, Inscription
from ateliers.models.seances import CHAMPS_CARTE, Depassement, MotDeLaMaison, Passage, Seance, SeanceQuerySet

__all__ = [
    "ADULTES_PAR_INSCRIPTION_MAX",
    "CHAMPS_CARTE",
    "ENFANTS_PAR_INSCRIPTION_MAX",
    "GARDES_HEURES_MAX",
    "GARDES_HEURES_PAR_DEFAUT",
    "RAPPELS_PAR_DEFAUT",
    "Atelier",
    "Depassement",
    "EnfantInscrit",
    "GroupePairs",
    "Inscription",
    "MotDeLaMaison",
    "Passage",
    "Public",
    "Seance",
    "SeanceQuerySet",
    "Serie",
    "Theme",
    "langue_par_defaut",
    "rappels_par_defaut",
]
