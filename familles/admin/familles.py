from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from familles import admin_doublons, lectures
from familles.admin import effacer
from familles.models import Famille
from socle.admin import PorteeAdmin


@admin.register(Famille)
class FamilleAdmin(PorteeAdmin):
    """A first name and a way to reach it, for those who receive the family. Children are not listed here."""

    navigation = (20, _("Familles"))
    list_display = ("prenom", "email", "telephone", "langue")
    search_fields = ("prenom", "email", "telephone")
    search_help_text = _("Prénom, e-mail ou téléphone")
    ordering = ("prenom", "pk")
    fields = ("prenom", "email", "telephone", "langue", "cree_le")
    readonly_fields = (*fields, "lue_par", "droits")

    def get_urls(self) -> list[URLPattern]:
        return [*admin_doublons.urls(self), *effacer.urls(self), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        peut_fusionner = {"peut_fusionner": request.user.has_perm("familles.fusionner_famille")}
        return super().changelist_view(request, {**peut_fusionner, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A record that was merged leads to the one that stayed, for those who see that one."""
        famille = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        reste = famille.fusionnee_dans_id if famille is not None else None
        if reste and self.get_object(request, str(reste)) is not None:
            return HttpResponseRedirect(reverse("admin:familles_famille_change", args=[reste]))
        return super().change_view(request, object_id, form_url, extra_context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Families, once each: a record that was merged is not one of its own any more."""
        trouvees, doubles = super().get_search_results(request, queryset, search_term)
        return trouvees.filter(fusionnee_dans__isnull=True), doubles

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        champs = (*self.fields, "lue_par") if request.user.has_perm("socle.view_lecture") else self.fields
        return (*champs, "droits") if obj is not None and self._peut(request, "effacer", obj) else champs

    @admin.display(description=_("lectures"))
    def lue_par(self, famille: Famille) -> str:
        return format_html(
            '<a href="{}?famille={}">{}</a>',
            reverse("admin:socle_lecture_changelist"),
            famille.pk,
            _("Qui a lu cette fiche"),
        )

    @admin.display(description=_("ses droits"))
    def droits(self, famille: Famille) -> str:
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            reverse("admin:familles_famille_copie", args=[famille.pk]),
            _("Copie de ses données (PDF)"),
            reverse("admin:familles_famille_effacer", args=[famille.pk]),
            _("Tout effacer, à sa demande"),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def noter_lecture(self, request: HttpRequest, objets: Sequence[Famille]) -> None:
        lectures.noter_page(request, [famille.pk for famille in objets])
