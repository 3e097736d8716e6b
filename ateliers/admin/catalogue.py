from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ateliers.models import Atelier, Theme
from maisons.models import Maison
from maisons.perms import equipes
from socle.admin import FiltreVisible, PorteeAdmin
from socle.portee import utilisateur_de, visibles


@admin.register(Theme)
class ThemeAdmin(PorteeAdmin):
    list_display = ("nom",)
    search_fields = ("nom",)
    ordering = ("nom",)
    prepopulated_fields = {"slug": ("nom",)}


@admin.register(Atelier)
class AtelierAdmin(PorteeAdmin):
    list_display = ("titre", "maison", "format", "public_libelle", "capacites", "actif", "planifier")
    list_filter = (("maison", FiltreVisible), "format", "actif")
    list_select_related = ("maison",)
    search_fields = ("titre", "maison__nom", "intervenants")
    ordering = ("maison__nom", "titre", "pk")
    fieldsets = (
        (
            _("Ce que les familles liront"),
            {
                "fields": (
                    "maison",
                    "titre",
                    "format",
                    "themes",
                    "description",
                    "a_apporter",
                    "intervenants",
                    "langues",
                )
            },
        ),
        (
            _("Pour qui"),
            {
                "fields": (
                    "accueille_grossesse",
                    ("age_min_mois", "age_max_mois"),
                    ("petits_avant_mois", "capacite_petits"),
                ),
                "description": _(
                    "Sans âge, aucune date de naissance n'est demandée. "
                    "Avec un âge, il se compte le jour de la séance."
                ),
            },
        ),
        (
            _("Valeurs de départ des séances"),
            {
                "fields": (
                    "duree_minutes",
                    ("animateur", "salle"),
                    ("capacite_adultes", "capacite_enfants"),
                    ("adultes_gardes", "enfants_gardes", "gardes_heures_avant"),
                    "rappels_heures",
                    "actif",
                ),
                "description": _("Chaque séance les reprend à sa création, et peut ensuite en changer."),
            },
        ),
    )
    aides = {
        "titre": _("Court et concret, sans mot d'institution : « Portage : on essaie ensemble »."),
        "description": _("Deux ou trois phrases simples : ce qu'on y fait, comment cela se passe."),
        "a_apporter": _("Par exemple : une serviette, un doudou."),
        "intervenants": _("Prénom et métier : « Nadia, puéricultrice »."),
        "accueille_grossesse": _("Les futurs parents peuvent venir."),
        "animateur": _("Qui mène d'habitude ses séances, et lit alors qui vient."),
        "salle": _("Une séance à la fois par salle."),
        "capacite_enfants": _("0 si l'atelier est pour les adultes seulement."),
        "adultes_gardes": _("Pour qui téléphone ou passe : pas réservables en ligne."),
        "gardes_heures_avant": _("Ce qui reste s'ouvre alors à tous."),
        "format": _(
            "« Accueil ponctuel » : les enfants restent, leurs parents repartent ; seuls les enfants comptent."
        ),
        "petits_avant_mois": _(
            "Par exemple 18, si les bébés qui ne marchent pas ont leurs places à part. Vide : non."
        ),
        "capacite_petits": _("Prises sur les places des enfants ; les autres sont pour les plus grands."),
        "rappels_heures": _("Séparés par des virgules. 48,3 : deux jours puis trois heures avant."),
        "actif": _("Décoché, l'atelier ne se propose plus pour de nouvelles séances."),
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        champ = super().formfield_for_dbfield(db_field, request, **options)
        if champ is not None and db_field.name in self.aides:
            champ.help_text = self.aides[db_field.name]
        return champ

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        """Leaders are offered by where they work, to teams who don't see the accounts of their colleagues."""
        if db_field.name == "animateur":
            le, roles = timezone.localdate(), self.roles_pour("add", "change")
            return equipes(visibles(Maison.objects.all(), utilisateur_de(request), le=le, roles=roles), le=le)
        queryset = super().get_field_queryset(db, db_field, request)
        return queryset.select_related("lieu") if db_field.name == "salle" and queryset is not None else queryset

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, **{"widget": forms.CheckboxSelectMultiple, **options}
        )

    @admin.display(description=_("places"))
    def capacites(self, atelier: Atelier) -> str:
        return _("%(adultes)d adultes, %(enfants)d enfants") % {
            "adultes": atelier.capacite_adultes,
            "enfants": atelier.capacite_enfants,
        }

    @admin.display(description=_("séances"))
    def planifier(self, atelier: Atelier) -> str:
        return format_html(
            '<a href="{}?atelier={}">{}<span class="visually-hidden"> : {}</span></a>',
            reverse("admin:ateliers_serie_add"),
            atelier.pk,
            _("Planifier"),
            atelier.titre,
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        if self._peut(request, "change"):
            return self.list_display
        return [nom for nom in self.list_display if nom != "planifier"]
