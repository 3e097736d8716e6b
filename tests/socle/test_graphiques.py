"""Bars as drawings: what is below zero, what is cut, what is hidden."""

from __future__ import annotations

import json
from datetime import date

import pytest

from maisons.pilotage.redaction import Redaction
from socle.graphiques import Barre, barres


@pytest.mark.parametrize(
    ("valeur", "unite", "largeur", "texte"),
    [
        (3.0, "", "84.00%", "3"),
        (-2.5, "", "0.00%", "-2,5"),
        (-0.04, "", "0.00%", "0,0"),
        (1.5, "€", "42.00%", "1,50\u00a0€"),
        (3.0, "€", "84.00%", "3\u00a0€"),
        (None, "", "0", "masqué"),
    ],
)
def test_a_bar_has_a_length_and_its_figure(valeur: float | None, unite: str, largeur: str, texte: str) -> None:
    (bloc,) = barres("Titre", [Barre("Ligne", [valeur])], maximum=3, unite=unite).blocs
    (rectangle,) = bloc.rectangles
    assert (rectangle.largeur, rectangle.texte) == (largeur, texte)


def test_a_document_keeps_no_zero_below_zero() -> None:
    redaction = Redaction(titre="t", sous_titre="s", auteur="a", le=date(2026, 3, 2), version=1)
    redaction.partie("p")
    redaction.barres("Titre", [("Ligne", [round(-0.04, 1), -2.0])])
    (bloc,) = redaction.contenu()["parties"][0]["blocs"]
    assert json.dumps(bloc["lignes"]) == '[["Ligne", [0.0, -2.0]]]'
    assert bloc["maximum"] > 0
