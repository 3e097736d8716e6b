"""The rows of houses and territory, by topic; import them from here."""

from maisons.models.candidatures import (
    ActionPrevue,
    Candidature,
    Evaluation,
    Franchissement,
    NoteVisite,
    Preuve,
    stockage_des_preuves,
)
from maisons.models.formations import Formation
from maisons.models.label import Axe, Critere, Etape, Referentiel, Transition, ValeurIndicateur, VersionReferentiel
from maisons.models.pilotage import (
    Edition,
    LigneBudget,
    ObjectifLabel,
    ScenarioImplantation,
    Travail,
    departements_de,
    stockage_des_editions,
)
from maisons.models.reseau import (
    Affectation,
    Fermeture,
    Invitation,
    Lieu,
    Maison,
    Organisation,
    PlageOuverture,
)
from maisons.models.salles import Salle
from maisons.models.territoire import CODE_DEPARTEMENT, SAISIE_MAX, Commune, Departement, Territoire
from maisons.models.tournees import (
    RETARD_MAX_MINUTES,
    Arret,
    ArretQuerySet,
    ComptageArret,
    Equipage,
    EtapeTournee,
    Suivi,
    Tournee,
)

__all__ = [
    "ActionPrevue",
    "Affectation",
    "Arret",
    "ArretQuerySet",
    "Axe",
    "CODE_DEPARTEMENT",
    "Candidature",
    "Commune",
    "ComptageArret",
    "Critere",
    "Departement",
    "Equipage",
    "Etape",
    "EtapeTournee",
    "Evaluation",
    "Fermeture",
    "Formation",
    "Franchissement",
    "Invitation",
    "Lieu",
    "Maison",
    "NoteVisite",
    "Organisation",
    "PlageOuverture",
    "Preuve",
    "RETARD_MAX_MINUTES",
    "Referentiel",
    "SAISIE_MAX",
    "Salle",
    "Suivi",
    "Territoire",
    "Tournee",
    "Transition",
    "ValeurIndicateur",
    "VersionReferentiel",
    "stockage_des_preuves",
    "Edition",
    "LigneBudget",
    "ObjectifLabel",
    "ScenarioImplantation",
    "Travail",
    "departements_de",
    "stockage_des_editions",
]
