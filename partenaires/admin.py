from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maisons.models import Maison
from maisons.perms import roles_en_cours
from partenaires import orientations, verification
from partenaires.enums import SuiteOrientation
from partenaires.forms import FicheForm
from partenaires.models import Orientation, Partenaire
from socle.admin import FiltreVisible, PorteeAdmin
from socle.admin_exports import ListeExportable
from socle.portee import nom_permission, roles_autorises, utilisateur_de, visibles


class FiltreVerification(admin.SimpleListFilter):
    title = _("vérification")
    parameter_name = "verification"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("a_verifier", _("à vérifier")), ("caches", _("cachés de l'annuaire"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        maintenant = timezone.now()
        match self.value():
            case "a_verifier":
                return queryset & Partenaire.objects.a_verifier(maintenant=maintenant)
            case "caches":
                return queryset.exclude(pk__in=Partenaire.objects.publics(maintenant=maintenant).values("pk"))
        return queryset


class PartenaireForm(FicheForm):
    """The whole entry, for the network."""

    class Meta:
        model = Partenaire
        fields = (
            "nom",
            "type",
            "organisation",
            "description",
            "adresse",
            "code_postal",
            "commune",
            "telephone",
            "courriel",
            "site",
            "langues",
            "courriel_contact",
            "publie",
        )


@admin.register(Partenaire)
class PartenaireAdmin(PorteeAdmin):
    form = PartenaireForm
    navigation = (60, _("Partenaires"))
    list_display = ("nom", "type", "commune", "verification", "publie")
    list_filter = (FiltreVerification, "type", "publie")
    list_select_related = ("commune",)
    search_fields = ("nom", "commune__nom_recherche")
    ordering = ("nom",)
    actions = ("confirmer",)
    fieldsets = (
        (_("Qui"), {"fields": ("nom", "type", "organisation")}),
        (_("Ce que les familles liront"), {"fields": ("description", "langues")}),
        (
            _("Où et comment le joindre"),
            {"fields": (("adresse", "code_postal", "commune"), "telephone", "courriel", "site")},
        ),
        (
            _("Annuaire"),
            {
                "fields": ("courriel_contact", "publie"),
                "description": _(
                    "Enregistrer vaut vérification : la date « vérifié le » devient celle d'aujourd'hui."
                ),
            },
        ),
    )
    # Who a partner is stays the network's to say; what it offers and how to reach it is the partner's own.
    champs_du_reseau = ("nom", "type", "organisation", "publie")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        roles = roles_en_cours(utilisateur_de(request), le=timezone.localdate())
        if request.user.is_superuser or roles & roles_autorises(nom_permission(Partenaire, "add")):
            return ()
        return self.champs_du_reseau

    def save_model(self, request: HttpRequest, obj: Partenaire, form: Any, change: bool) -> None:
        """Whoever saves an entry has just read it."""
        obj.verifie_le = obj.modifie_le = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("vérifié le"), ordering="verifie_le")
    def verification(self, partenaire: Partenaire) -> str:
        maintenant = timezone.now()
        le = timezone.localtime(partenaire.verifie_le).strftime("%d/%m/%Y")
        if partenaire.est_cache(maintenant=maintenant) and partenaire.publie:
            return format_html('{} <span class="etat etat--annulee">{}</span>', le, _("caché"))
        if partenaire.est_a_verifier(maintenant=maintenant):
            return format_html('{} <span class="etat etat--complete">{}</span>', le, _("à vérifier"))
        return le

    @admin.action(description=_("Confirmer que les fiches sont justes"), permissions=["change"])
    def confirmer(self, request: HttpRequest, queryset: QuerySet[Partenaire]) -> None:
        maintenant = timezone.now()
        permis = visibles(queryset, utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("change"))
        nombre = 0
        for partenaire in permis.order_by("pk"):
            verification.confirmer(partenaire=partenaire, maintenant=maintenant)
            nombre += 1
        self.message_user(
            request, ngettext("%d fiche confirmée.", "%d fiches confirmées.", nombre) % nombre, messages.SUCCESS
        )


@admin.register(Orientation)
class OrientationAdmin(ListeExportable):
    list_display = ("le", "type", "partenaire", "maison", "suite")
    list_display_links = ("le", "type")
    list_filter = (("maison", FiltreVisible), "type", "suite")
    list_select_related = ("partenaire", "maison")
    date_hierarchy = "le"
    ordering = ("-le", "-pk")
    actions = ("contact_pris", "sans_contact")
    fields = ("maison", "type", "partenaire", "le", "accord", "suite")
    change_list_template = "admin/partenaires/orientation/liste.html"
    tables = {"chiffres": orientations.CHIFFRES}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        maisons = visibles(
            Maison.objects.all(), utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add")
        )
        pks = list(maisons.values_list("pk", flat=True)[:2])
        return {"le": timezone.localdate(), **({"maison": pks[0]} if len(pks) == 1 else {})}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Above the rows, what they add up to: by kind of partner, how many, and how many led to a contact."""
        reponse = super().changelist_view(request, extra_context)
        liste = getattr(reponse, "context_data", {}).get("cl")
        if liste is not None:
            reponse.context_data["sommes"] = orientations.par_genre(liste.queryset)  # type: ignore[attr-defined]
        return reponse

    @admin.action(description=_("Noter : contact pris"), permissions=["change"])
    def contact_pris(self, request: HttpRequest, queryset: QuerySet[Orientation]) -> None:
        self._noter(request, queryset, SuiteOrientation.CONTACT_PRIS)

    @admin.action(description=_("Noter : pas de contact"), permissions=["change"])
    def sans_contact(self, request: HttpRequest, queryset: QuerySet[Orientation]) -> None:
        self._noter(request, queryset, SuiteOrientation.SANS_CONTACT)

    def _noter(self, request: HttpRequest, queryset: QuerySet[Orientation], suite: SuiteOrientation) -> None:
        permises = visibles(
            queryset, utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("change")
        )
        nombre = Orientation.objects.filter(pk__in=permises.values("pk")).update(suite=suite)
        self.message_user(
            request, ngettext("%d orientation notée.", "%d orientations notées.", nombre) % nombre, messages.SUCCESS
        )
