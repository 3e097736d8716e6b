"""Free texts: read by somebody before anybody else reads them, and sorted under tags."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from enquetes.admin.commun import MeneAdmin
from enquetes.enums import StatutTexte
from enquetes.models import Campagne, Etiquette, TexteLibre
from socle.admin import FiltreVisible, PorteeAdmin
from socle.portee import utilisateur_de, visibles


@admin.register(TexteLibre)
class TexteLibreAdmin(PorteeAdmin):
    list_display = ("texte", "question", "maison_dite", "statut", "etiquettes_dites")
    list_filter = ("statut", ("campagne", FiltreVisible), ("etiquettes", FiltreVisible))
    list_select_related = ("question", "maison")
    # Of keys drawn at random: no order of arrival.
    ordering = ("pk",)
    fields = ("texte", "question", "langue", "statut", "etiquettes")
    readonly_fields = ("texte", "question", "langue")
    actions = ("montrer", "ecarter")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        textes: Any = super().get_queryset(request).prefetch_related("etiquettes")
        # For whoever has every right too.
        lisibles: QuerySet[Any] = textes.lisibles(le=timezone.localdate())
        return lisibles

    @admin.display(description=_("maison"))
    def maison_dite(self, texte: Any) -> str:
        """Named where enough people answered there, as in the results."""
        return str(texte.maison) if texte.maison and texte.maison_lisible else "–"

    @admin.display(description=_("étiquettes"))
    def etiquettes_dites(self, texte: TexteLibre) -> str:
        return ", ".join(sorted(e.nom for e in texte.etiquettes.all())) or "–"

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        champ = super().formfield_for_manytomany(db_field, request, **options)
        match = request.resolver_match
        pk = match.kwargs.get("object_id") if match else None
        if champ is not None and champ.queryset is not None and pk is not None:
            texte = self.get_object(request, pk)
            champ.queryset = champ.queryset.filter(campagne=texte.campagne_id if texte else None).order_by("nom")
        return champ

    @admin.action(description=_("Peut être montré"), permissions=["change"])
    def montrer(self, request: HttpRequest, queryset: QuerySet[TexteLibre]) -> None:
        self._classer(request, queryset, StatutTexte.MONTRE)

    @admin.action(description=_("Écarter"), permissions=["change"])
    def ecarter(self, request: HttpRequest, queryset: QuerySet[TexteLibre]) -> None:
        self._classer(request, queryset, StatutTexte.ECARTE)

    def _classer(self, request: HttpRequest, queryset: QuerySet[TexteLibre], statut: StatutTexte) -> None:
        permis = visibles(queryset, utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("change"))
        nombre = TexteLibre.objects.filter(pk__in=permis.values("pk")).update(statut=statut)
        self.message_user(request, ngettext("%d texte.", "%d textes.", nombre) % nombre, messages.SUCCESS)


@admin.register(Etiquette)
class EtiquetteAdmin(MeneAdmin):
    list_display = ("nom", "campagne")
    list_filter = (("campagne", FiltreVisible),)
    list_select_related = ("campagne",)
    ordering = ("campagne__titre", "nom")
    fields = ("campagne", "nom")

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        if db_field.name != "campagne":
            return super().get_field_queryset(db, db_field, request)
        return Campagne.objects.menees_par(
            utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add", "change")
        ).order_by("-ouvre_le", "pk")
