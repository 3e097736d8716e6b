from enquetes.models.campagnes import Acces, Campagne, JetonUtilise, SuiteDonnee
from enquetes.models.questionnaires import (
    Choix,
    Condition,
    LigneMatrice,
    Question,
    Questionnaire,
    Section,
    Traduction,
    Version,
)
from enquetes.models.reponses import Etiquette, Reponse, ReponseEnCours, TexteLibre, lundi
from enquetes.models.resultats import DemandePublication, Instantane

__all__ = [
    "Acces",
    "Campagne",
    "Choix",
    "Condition",
    "DemandePublication",
    "Etiquette",
    "Instantane",
    "JetonUtilise",
    "LigneMatrice",
    "Question",
    "Questionnaire",
    "Reponse",
    "ReponseEnCours",
    "Section",
    "SuiteDonnee",
    "TexteLibre",
    "Traduction",
    "Version",
    "lundi",
]
