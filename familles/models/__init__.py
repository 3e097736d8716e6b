"""The models of this room, by topic."""

from familles.models.bien_etre import (
    DemandeRappel,
    DemandeRappelQuerySet,
    QuestionnaireBienEtre,
    QuestionnaireBienEtreQuerySet,
)
from familles.models.calendrier import Jalon, JalonQuerySet, VersionJalon, VersionJalonQuerySet
from familles.models.consentements import Consentement, ConsentementQuerySet
from familles.models.espace import (
    AccesFamille,
    FluxParent,
    InvitationCoparent,
    InvitationCoparentQuerySet,
    MaisonSuivie,
    ProfilParent,
    RappelEntretien,
)
from familles.models.familles import PRENOM_MAX, Enfant, Famille, FamilleQuerySet
from familles.models.fusions import FamillesDistinctes, Fusion
from familles.models.ressources import Article, ArticleQuerySet

__all__ = [
    "PRENOM_MAX",
    "AccesFamille",
    "Article",
    "ArticleQuerySet",
    "Consentement",
    "ConsentementQuerySet",
    "DemandeRappel",
    "DemandeRappelQuerySet",
    "Enfant",
    "Famille",
    "FamilleQuerySet",
    "FamillesDistinctes",
    "FluxParent",
    "Fusion",
    "InvitationCoparent",
    "InvitationCoparentQuerySet",
    "Jalon",
    "JalonQuerySet",
    "MaisonSuivie",
    "ProfilParent",
    "QuestionnaireBienEtre",
    "QuestionnaireBienEtreQuerySet",
    "RappelEntretien",
    "VersionJalon",
    "VersionJalonQuerySet",
]
