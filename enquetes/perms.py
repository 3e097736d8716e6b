"""What each role may do with surveys.

| role                     | questionnaires        | campaigns                             | results, texts      |
|--------------------------|-----------------------|---------------------------------------|---------------------|
| animateur                | see                   | see those at the house, their links   | –                   |
| responsable de maison    | see                   | lead the house's, see the others      | of the house        |
| partenaire               | –                     | –                                     | –                   |
| pilote départemental     | write the département's | lead the département's, its houses' | of those one leads  |
| administrateur du réseau | write                 | lead                                  | of all              |

Nobody reads an answer: there is no page for it. "Of the house": the figures of one's house, beside those of the whole
campaign, where the house reaches the threshold; and the texts left at one's house.
"""

from __future__ import annotations

from datetime import date

from enquetes.models import (
    Acces,
    Campagne,
    Choix,
    Condition,
    Etiquette,
    Instantane,
    LigneMatrice,
    Question,
    Questionnaire,
    Section,
    SuiteDonnee,
    TexteLibre,
    Traduction,
    Version,
)
from maisons.models import Maison
from maisons.perms import DIRECTION, EQUIPES, PILOTAGE
from socle.models import Utilisateur
from socle.portee import declarer

declarer(Questionnaire, view=EQUIPES, add=PILOTAGE, change=PILOTAGE)
declarer(Version, view=EQUIPES, change=PILOTAGE, delete=PILOTAGE)
for _partie in (Section, Question, Choix, LigneMatrice, Condition):
    declarer(_partie, view=EQUIPES, add=PILOTAGE, change=PILOTAGE, delete=PILOTAGE)
declarer(Traduction, view=EQUIPES)
declarer(Campagne, view=EQUIPES, add=DIRECTION, change=DIRECTION, resultats=DIRECTION)
declarer(Acces, view=EQUIPES)
declarer(SuiteDonnee, view=EQUIPES, add=DIRECTION, change=DIRECTION, delete=DIRECTION)
declarer(Instantane, view=DIRECTION)
declarer(Etiquette, view=DIRECTION, add=DIRECTION, change=DIRECTION, delete=DIRECTION)
declarer(TexteLibre, view=DIRECTION, change=DIRECTION)


def can_voir_toutes_les_maisons(utilisateur: Utilisateur, campagne: Campagne, *, le: date) -> bool:
    """Whether a person reads the figures of every house of a campaign: those who lead it do."""
    menees = Campagne.objects.menees_par(utilisateur, le=le, roles=DIRECTION)
    return menees.filter(pk=campagne.pk).exists()


def maisons_lues(utilisateur: Utilisateur, *, le: date) -> set[int]:
    """The houses whose own figures a person reads."""
    return set(Maison.objects.visibles_par(utilisateur, le=le, roles=DIRECTION).values_list("pk", flat=True))
