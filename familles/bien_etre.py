"""The well-being self-questionnaire: pure functions from answers to a score and to what the page must say first.

Nothing here is a diagnosis. An answer is the place of a choice in its question, from 0; a reversed question counts
backwards. A safety question answered above its lowest score changes the page whatever the total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _

CHOIX_MIN = 2
CHOIX_MAX = 6
QUESTIONS_MAX = 30


class QuestionsInvalides(ValueError):
    """The data is not a questionnaire; the message says what is wrong, for the person who loads it."""


class Bande(Enum):
    """Where a total stands between the two thresholds that the PMI doctor sets."""

    SEREIN = "serein"
    ATTENTION = "attention"
    ALERTE = "alerte"


@dataclass(frozen=True)
class Question:
    code: str
    texte: str
    choix: tuple[str, ...]
    inversee: bool = False
    securite: bool = False

    @property
    def maximum(self) -> int:
        return len(self.choix) - 1

    def points(self, reponse: int) -> int:
        """0 to `maximum`. Raises ValueError for an answer that is not one of the choices."""
        if not 0 <= reponse <= self.maximum:
            raise ValueError(f"{self.code} : {reponse} n'est pas un choix.")
        return self.maximum - reponse if self.inversee else reponse


@dataclass(frozen=True)
class Resultat:
    total: int
    maximum: int
    bande: Bande
    # A safety question was answered above its lowest score: numbers and a human contact come first.
    danger: bool


def coter(
    questions: Sequence[Question], reponses: Mapping[str, int], *, seuil_attention: int, seuil_alerte: int
) -> Resultat:
    """The result of a whole set of answers. Raises KeyError for a question left out."""
    points = {question.code: question.points(reponses[question.code]) for question in questions}
    total = sum(points.values())
    return Resultat(
        total=total,
        maximum=maximum(questions),
        bande=bande(total, seuil_attention=seuil_attention, seuil_alerte=seuil_alerte),
        danger=any(points[question.code] >= 1 for question in questions if question.securite),
    )


def maximum(questions: Sequence[Question]) -> int:
    return sum(question.maximum for question in questions)


def bande(total: int, *, seuil_attention: int, seuil_alerte: int) -> Bande:
    """A threshold belongs to the band that it opens."""
    if total >= seuil_alerte:
        return Bande.ALERTE
    return Bande.ATTENTION if total >= seuil_attention else Bande.SEREIN


def lire_questions(donnees: Any) -> tuple[Question, ...]:
    """The questions of a file or a column. Raises QuestionsInvalides."""
    if not isinstance(donnees, list) or not 0 < len(donnees) <= QUESTIONS_MAX:
        raise QuestionsInvalides(_("Il faut de 1 à %d questions.") % QUESTIONS_MAX)
    questions = tuple(_lire_question(brute, n) for n, brute in enumerate(donnees, start=1))
    if len({question.code for question in questions}) != len(questions):
        raise QuestionsInvalides(_("Deux questions portent le même code."))
    return questions


def _lire_question(brute: Any, n: int) -> Question:
    if not isinstance(brute, dict) or set(brute) - {"code", "texte", "choix", "inversee", "securite"}:
        raise QuestionsInvalides(_("Question %d : attendus code, texte, choix, inversee, securite.") % n)
    choix, texte = brute.get("choix"), brute.get("texte")
    if not isinstance(texte, str) or not texte.strip():
        raise QuestionsInvalides(_("Question %d : le texte manque.") % n)
    if (
        not isinstance(choix, list)
        or not CHOIX_MIN <= len(choix) <= CHOIX_MAX
        or not all(isinstance(libelle, str) and libelle.strip() for libelle in choix)
    ):
        raise QuestionsInvalides(
            _("Question %(n)d : de %(min)d à %(max)d choix, chacun avec ses mots.")
            % {"n": n, "min": CHOIX_MIN, "max": CHOIX_MAX}
        )
    return Question(
        code=str(brute.get("code") or f"q{n}"),
        texte=texte.strip(),
        choix=tuple(libelle.strip() for libelle in choix),
        inversee=brute.get("inversee") is True,
        securite=brute.get("securite") is True,
    )
