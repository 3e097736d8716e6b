"""The way through the staff's site, made of what Django says the person may open (`available_apps`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _

from socle.admin import PorteeAdmin

register = template.Library()


@dataclass(frozen=True, kw_only=True)
class Entree:
    libelle: Any
    adresse: str
    # "page" for the page itself, "true" for one within it, as aria-current says it.
    ici: str


@register.inclusion_tag("admin/equipe/navigation.html", takes_context=True)
def navigation_equipe(context: template.Context) -> dict[str, Any]:
    """Few words on a line, everything else under « Plus », by room."""
    chemin = context["request"].path
    index = reverse("admin:index")
    rangs: list[tuple[int, Entree]] = []
    rubriques: list[tuple[str, list[Entree]]] = []
    for app in context.get("available_apps") or []:
        autres = []
        for decrit in app["models"]:
            if not decrit["admin_url"]:
                continue
            model_admin = admin.site.get_model_admin(decrit["model"])
            rang = model_admin.navigation if isinstance(model_admin, PorteeAdmin) else None
            entree = _entree(rang[1] if rang else decrit["name"], decrit["admin_url"], chemin)
            if rang:
                rangs.append((rang[0], entree))
            else:
                autres.append(entree)
        if autres:
            rubriques.append((app["name"], autres))
    premieres = [entree for _rang, entree in sorted(rangs, key=lambda paire: paire[0])]
    journee = Entree(libelle=_("Ma journée"), adresse=index, ici="page" if chemin == index else "")
    return {
        "entrees": [journee, *premieres],
        "rubriques": rubriques,
        "dans_plus": any(entree.ici for _nom, entrees in rubriques for entree in entrees),
    }


def _entree(libelle: Any, adresse: str, chemin: str) -> Entree:
    return Entree(libelle=libelle, adresse=adresse, ici=_ici(adresse, chemin))


def _ici(adresse: str, chemin: str) -> str:
    if chemin == adresse:
        return "page"
    return "true" if chemin.startswith(adresse) else ""
