"""Form widgets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe


class ListeChoix(forms.Select):
    """A <select> written without a template for each option: a page with a hundred options stays cheap to make."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        choisies = self.format_value(value)
        options = "".join(
            f'<option value="{escape("" if cle is None else cle)}"'
            f"{' selected' if str(cle or '') in choisies else ''}>{conditional_escape(libelle)}</option>"
            for cle, libelle in cast("Iterable[tuple[Any, Any]]", self.choices)
        )
        finaux = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        return mark_safe(f"<select{finaux}>{options}</select>")  # noqa: S308 (each part is escaped above)
