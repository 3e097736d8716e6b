"""The models of this room, by topic."""

from familles.models.bien_etre import (
    DemandeRappel,
    DemandeRappelQuerySet,
    QuestionnaireBienEtre,
    QuestionnaireBienEtreQuerySet,
)
from familles.models.calendrier import Jalon, JalonQuerySet, VersionJalon, VersionJalonQuerySet
from familles.models.consentements import Consentement, ConsentementQuerySet
from familles.models.donnees import AccesDonnees, Effacement
from familles.models.espace import (
    AccesFamille,
    FluxParent,
    InvitationCoparent,
    InvitationCoparentQuerySet,
    MaisonSuivie,
    ProfilParent,
    RappelEntretien,
)
from familles.models.familles import PRENOM_EFFACE, PRENOM_MAX, Enfant, Famille, FamilleQuerySet
from familles.models.fusions import FamillesDistinctes, Fusion
from familles.models.ressources import Article, ArticleQuerySet

__all__ = [
    "PRENOM_EFFACE",
    "PRENOM_MAX",
    "AccesFamille",
    "AccesDonnees",
    "Article",
    "ArticleQuerySet",
    "Consentement",
    "ConsentementQuerySet",
    "DemandeRappel",
    "DemandeRappelQuerySet",
    "Effacement",
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
