from __future__ import annotations

from django.contrib import admin

from partenaires.models import Partenaire, Permanence
from socle.admin import FiltreVisible, PorteeAdmin


@admin.register(Partenaire)
class PartenaireAdmin(PorteeAdmin):
    list_display = ("nom", "type", "organisation")
    list_filter = ("type",)
    list_select_related = ("organisation",)
    search_fields = ("nom",)
    ordering = ("nom",)


@admin.register(Permanence)
class PermanenceAdmin(PorteeAdmin):
    list_display = ("intitule", "partenaire", "maison", "lieu")
    list_filter = (("lieu__maison", FiltreVisible),)
    list_select_related = ("partenaire", "lieu__maison")
    search_fields = ("intitule", "partenaire__nom")
    ordering = ("intitule", "pk")

    @admin.display(description="maison", ordering="lieu__maison__nom")
    def maison(self, permanence: Permanence) -> str:
        return permanence.lieu.maison.nom
