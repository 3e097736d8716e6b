"""The rows of houses and territory, by topic; import them from here."""

from maisons.models.candidatures import ActionPrevue, Candidature, Evaluation, Franchissement, Preuve
from maisons.models.label import Axe, Critere, Etape, Referentiel, Transition, ValeurIndicateur, VersionReferentiel
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

__all__ = [
    "Transition",
    "Preuve",
    "Franchissement",
    "Evaluation",
    "Etape",
    "Candidature",
    "ActionPrevue",
    "CODE_DEPARTEMENT",
    "SAISIE_MAX",
    "Affectation",
    "Axe",
    "Commune",
    "Critere",
    "Departement",
    "Fermeture",
    "Invitation",
    "Lieu",
    "Maison",
    "Organisation",
    "PlageOuverture",
    "Referentiel",
    "Salle",
    "Territoire",
    "ValeurIndicateur",
    "VersionReferentiel",
]
