"""What is printed: the poster of a door, the report of a campaign."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from enquetes import lecture
from enquetes.models import Acces, Campagne, Instantane
from enquetes.plan import lire
from socle.code_qr import code_qr
from socle.documents import rendre

# Of a table on a page, beside the answers.
COLONNES_MAX = 5


def affiche(acces: Acces) -> bytes:
    adresse = f"{settings.URL_PUBLIQUE.rstrip('/')}{acces.get_absolute_url()}"
    return rendre(
        "pdf/affiche_enquete.html",
        {
            "acces": acces,
            "campagne": acces.campagne,
            "minutes": lire(acces.campagne.version).minutes,
            "adresse": adresse,
            "code": code_qr(adresse, _("Code à scanner qui ouvre le questionnaire")),
        },
    )


def rapport(campagne: Campagne, instantane: Instantane, *, le: date, maisons: Collection[int] | None = None) -> bytes:
    """The results as a document: each question with its chart and its table, by each axis, then words."""
    contenu = instantane.contenu
    parties = [(_("Toutes les réponses"), lecture.questions(contenu))]
    for axe, nom in lecture.axes(contenu):
        if len(lecture.colonnes(contenu, axe, maisons)) > 1:
            parties.append((_("Résultats %s") % nom, _croisees(lecture.questions(contenu, axe=axe, maisons=maisons))))
    return rendre(
        "pdf/rapport_enquete.html",
        {
            "campagne": campagne,
            "instantane": instantane,
            "contenu": contenu,
            "parties": parties,
            "paroles": lecture.paroles(campagne, le=le, maisons=maisons),
            "suites": campagne.suites.order_by("rang", "pk"),
        },
    )


def _croisees(questions: list[lecture.QuestionLue]) -> list[lecture.QuestionLue]:
    """Those that have something to compare, in tables that a page holds."""
    return [
        replace(q, tableaux=[morceau for t in q.tableaux for morceau in t.par_largeur(COLONNES_MAX)])
        for q in questions
        if any(len(t.colonnes) > 1 for t in q.tableaux)
    ]
