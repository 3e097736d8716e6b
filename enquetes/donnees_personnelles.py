"""This room knows no person: answers have neither name, hour nor order (docs/decisions/0027-enquetes-anonymes.md)."""

from __future__ import annotations

from enquetes.models import (
    Acces,
    Campagne,
    Choix,
    Condition,
    DemandePublication,
    Etiquette,
    Instantane,
    JetonUtilise,
    LigneMatrice,
    Question,
    Questionnaire,
    Reponse,
    ReponseEnCours,
    Section,
    SuiteDonnee,
    TexteLibre,
    Traduction,
    Version,
)
from socle.registre import sans_donnees

sans_donnees("questions et campagnes", Questionnaire, Version, Section, Question, Choix, LigneMatrice, Condition)
sans_donnees(
    "questions et campagnes", Traduction, Campagne, Acces, SuiteDonnee, Etiquette, "enquetes.Campagne_maisons"
)
sans_donnees("réponses anonymes", Reponse, TexteLibre, "enquetes.TexteLibre_etiquettes")
sans_donnees("scellée par le code de qui répond, qui seul l'ouvre ; effacée à son heure", ReponseEnCours)
sans_donnees("l'empreinte d'un lien ou d'un fichier importé, sans les réponses", JetonUtilise)
sans_donnees("chiffres publiés", Instantane, DemandePublication)
