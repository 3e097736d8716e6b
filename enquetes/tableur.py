"""Published results as a workbook: a sheet for the whole, one for each axis. The same cells hidden as everywhere."""

from __future__ import annotations

from collections.abc import Collection

import tablib
from django.utils.translation import gettext as _

from enquetes import lecture
from enquetes.models import Instantane
from socle.tableaux import neutraliser


def classeur(instantane: Instantane, *, maisons: Collection[int] | None = None) -> bytes:
    contenu = instantane.contenu
    livre = tablib.Databook()
    feuilles = [("", _("Ensemble"))] + [
        (axe, nom.capitalize())
        for axe, nom in lecture.axes(contenu)
        if len(lecture.colonnes(contenu, axe, maisons)) > 1
    ]
    for axe, nom in feuilles:
        feuille = tablib.Dataset(
            headers=[_("Question"), _("Partie"), _("Réponse"), _("Groupe"), _("Effectif"), _("Réponses du groupe")],
            title=nom[:31],
        )
        for question in lecture.questions(contenu, axe=axe, maisons=maisons):
            for tableau in question.tableaux:
                for rangee in tableau.rangees:
                    for colonne, effectif in zip(tableau.colonnes, rangee.effectifs, strict=True):
                        feuille.append(
                            [
                                neutraliser(question.intitule),
                                neutraliser(tableau.titre),
                                neutraliser(rangee.libelle),
                                neutraliser(colonne.libelle),
                                _("masqué") if effectif is None else effectif,
                                colonne.n,
                            ]
                        )
        livre.add_sheet(feuille)
    octets: bytes = livre.export("xlsx")
    return octets
