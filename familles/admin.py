from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from familles import lectures
from familles.models import Famille
from socle.admin import PorteeAdmin


@admin.register(Famille)
class FamilleAdmin(PorteeAdmin):
    """A first name and a way to reach it, for those who receive the family. Children are not listed here."""

    list_display = ("prenom", "email", "telephone", "langue")
    search_fields = ("prenom", "email", "telephone")
    search_help_text = _("Prénom, e-mail ou téléphone")
    ordering = ("prenom", "pk")
    fields = ("prenom", "email", "telephone", "langue", "cree_le")
    readonly_fields = (*fields, "lue_par")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "lue_par") if request.user.has_perm("socle.view_lecture") else self.fields

    @admin.display(description=_("lectures"))
    def lue_par(self, famille: Famille) -> str:
        return format_html(
            '<a href="{}?famille={}">{}</a>',
            reverse("admin:socle_lecture_changelist"),
            famille.pk,
            _("Qui a lu cette fiche"),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def noter_lecture(self, request: HttpRequest, objets: Sequence[Famille]) -> None:
        lectures.noter_page(request, [famille.pk for famille in objets])
