from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from hypothesis import given
from hypothesis import strategies as st

from socle.rendu import RenduFormulaires

WIDGETS = [
    forms.TextInput,
    forms.EmailInput,
    forms.NumberInput,
    forms.HiddenInput,
    forms.CheckboxInput,
    forms.DateInput,
    forms.URLInput,
]


@pytest.mark.parametrize("widget", WIDGETS)
@given(
    valeur=st.one_of(st.none(), st.text(), st.integers(), st.booleans()),
    attributs=st.dictionaries(
        st.sampled_from(["class", "data-x", "required", "autocomplete", "min"]),
        st.one_of(st.booleans(), st.text(), st.integers(0, 9)),
    ),
)
def test_an_input_is_what_djangos_template_gives(
    widget: type[forms.Widget], valeur: Any, attributs: dict[str, Any]
) -> None:
    """Attributes may stand in another order; nothing else differs, whatever was typed."""
    ici = widget().render("champ", valeur, attributs, RenduFormulaires())
    reference = widget().render("champ", valeur, attributs, TemplatesSetting())
    assert sorted(ici) == sorted(reference)
    assert ici.split(" ")[:3] == reference.strip().split(" ")[:3]
