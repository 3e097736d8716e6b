"""Form renderer: {{ form }} and {{ form.champ.as_field_group }} give the portal's accessible markup everywhere."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

# Widgets whose template is one <input>, and nothing beside it.
_SAISIES = frozenset(
    f"django/forms/widgets/{type_}.html"
    for type_ in ("checkbox", "date", "email", "hidden", "input", "number", "search", "tel", "text", "url")
)


class RenduFormulaires(TemplatesSetting):
    """FORM_RENDERER = "socle.rendu.RenduFormulaires"; needs "django.forms" in INSTALLED_APPS.

    A plain <input> is written here: as a template of a template it is what a page of forms spends most time on.
    """

    form_template_name = "composants/formulaire.html"
    field_template_name = "composants/champ.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name in _SAISIES:
            return saisie(context["widget"])
        return super().render(template_name, context, request)


def saisie(widget: dict[str, Any]) -> SafeString:
    """What django/forms/widgets/input.html gives, character for character."""
    # A number in the context was formatted by the widget already; only text is left to escape.
    attributs = {nom: valeur if isinstance(valeur, bool) else str(valeur) for nom, valeur in widget["attrs"].items()}
    valeur = "" if widget["value"] is None else format_html(' value="{}"', str(widget["value"]))
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        valeur,
        flatatt({nom: valeur for nom, valeur in attributs.items() if valeur is not False}),
    )
