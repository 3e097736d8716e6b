from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socle import gsm7


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Reçu, à bientôt", "Recu, à bientot"),
        ("14\u00a0h\u00a030", "14 h 30"),
        ("l\u2019été\u2026 «\u00a0là\u00a0»", 'l\'été... " là "'),
        ("œuf, Œuvre – Éole", "oeuf, OEuvre - Éole"),
        ("Zoë, Łukasz, Ñandú, ﬁn", "Zoe, Lukasz, Ñandu, fin"),
        ("10 € [net]", "10 € [net]"),
    ],
)
def test_what_has_a_neutral_equivalent_is_transliterated(texte, attendu):
    assert gsm7.vers_gsm7(texte) == attendu
    assert gsm7.est_gsm7(attendu)


@pytest.mark.parametrize("texte", ["ليلى", "Léa 🎉", "Διονύσης ça", "Наталья"])
def test_what_has_none_is_left_whole(texte):
    assert gsm7.vers_gsm7(texte) == texte


@pytest.mark.parametrize(
    ("texte", "parties"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # 153 is odd: two places are never cut, so a part holds 76 of them.
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("🎉" * 35, 1),
        ("🎉" * 36, 2),
    ],
)
def test_parts(texte, parties):
    assert gsm7.segments(texte) == parties


@given(st.text(max_size=400))
def test_it_never_costs_more_to_transliterate_unless_it_leaves_ucs2(texte):
    neutre = gsm7.vers_gsm7(texte)
    assert neutre == texte or gsm7.est_gsm7(neutre)
    assert gsm7.vers_gsm7(neutre) == neutre
