"""Form widgets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class ListeChoix(forms.Select):
    """A <select> written without a template for each option: a page with a hundred options stays cheap to make."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        choisies = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                ("" if cle is None else cle, SafeString(" selected") if str(cle or "") in choisies else "", libelle)
                for cle, libelle in self.choices
            ),
        )
        finaux = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        return format_html("<select{}>{}</select>", finaux, options)
