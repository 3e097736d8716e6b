"""The rows of workshops, by topic; import them from here."""

from ateliers.models.accueil import URGENCE_MAX, FicheAccueil
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
from ateliers.models.compositions import CohorteProposee, Composition, PlaceProposee
from ateliers.models.demandes import BEBES_MAX, RAYON_PAR_DEFAUT_KM, DemandeGroupe, MembreGroupe, MembreGroupeQuerySet
from ateliers.models.groupes import (
    CAPACITE_MAX,
    CAPACITE_PAR_DEFAUT,
    FENETRE_SEMAINES,
    SOIR_A_PARTIR_DE,
    GroupePairs,
    GroupePairsQuerySet,
    fin_de_fenetre,
    fin_de_groupe,
)
from ateliers.models.inscriptions import EnfantInscrit, Inscription
from ateliers.models.seances import CHAMPS_CARTE, Depassement, MotDeLaMaison, Passage, Seance, SeanceQuerySet
from ateliers.models.vie_groupe import EntreeJournal, ReponseBilan, ThemePropose, VoteTheme

__all__ = [
    "ADULTES_PAR_INSCRIPTION_MAX",
    "CHAMPS_CARTE",
    "ENFANTS_PAR_INSCRIPTION_MAX",
    "GARDES_HEURES_MAX",
    "GARDES_HEURES_PAR_DEFAUT",
    "RAPPELS_PAR_DEFAUT",
    "Atelier",
    "Depassement",
    "FicheAccueil",
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
    "CohorteProposee",
    "Composition",
    "PlaceProposee",
    "BEBES_MAX",
    "RAYON_PAR_DEFAUT_KM",
    "DemandeGroupe",
    "MembreGroupe",
    "MembreGroupeQuerySet",
    "CAPACITE_MAX",
    "CAPACITE_PAR_DEFAUT",
    "FENETRE_SEMAINES",
    "SOIR_A_PARTIR_DE",
    "GroupePairsQuerySet",
    "fin_de_fenetre",
    "fin_de_groupe",
    "EntreeJournal",
    "ReponseBilan",
    "ThemePropose",
    "URGENCE_MAX",
    "VoteTheme",
]
