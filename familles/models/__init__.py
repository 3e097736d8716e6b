"""The models of this room, by topic."""

from familles.models.bien_etre import (
    DemandeRappel,
    DemandeRappelQuerySet,
    QuestionnaireBienEtre,
    QuestionnaireBienEtreQuerySet,
)
from familles.models.calendrier import Jalon, JalonQuerySet, VersionJalon, VersionJalonQuerySet
from familles.models.familles import PRENOM_MAX, Enfant, Famille, FamilleQuerySet
from familles.models.fusions import FamillesDistinctes, Fusion
from familles.models.ressources import Article, ArticleQuerySet

__all__ = [
    "PRENOM_MAX",
    "Article",
    "ArticleQuerySet",
    "DemandeRappel",
    "DemandeRappelQuerySet",
    "Enfant",
    "Famille",
    "FamilleQuerySet",
    "FamillesDistinctes",
    "Fusion",
    "Jalon",
    "JalonQuerySet",
    "QuestionnaireBienEtre",
    "QuestionnaireBienEtreQuerySet",
    "VersionJalon",
    "VersionJalonQuerySet",
]
