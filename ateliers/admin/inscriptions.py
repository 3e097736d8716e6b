from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from ateliers.admin.commun import noter_lecture
from ateliers.admin.tables import TABLES_INSCRIPTIONS
from ateliers.enums import AnnuleePar, Besoin, StatutInscription
from ateliers.inscriptions import InscriptionRefusee, annuler_inscription, confirmer_proposition
from ateliers.models import Inscription
from socle import dates
from socle.admin import FiltreVisible
from socle.admin_exports import ListeExportable


class FiltreMoment(admin.SimpleListFilter):
    title = _("séance")
    parameter_name = "moment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("passees", _("passée")), ("toutes", _("toutes"))]

    def choices(self, changelist: Any) -> Any:
        tous, *autres = super().choices(changelist)
        return [{**tous, "display": _("à venir")}, *autres]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Inscription]) -> QuerySet[Inscription]:
        match self.value():
            case "passees":
                return queryset.filter(seance__fin__lt=timezone.now())
            case "toutes":
                return queryset
        return queryset.filter(seance__fin__gte=timezone.now())


@admin.register(Inscription)
class InscriptionAdmin(ListeExportable):
    """Who comes. Bookings are made and ended by the engine alone: nothing is typed or deleted here."""

    tables = TABLES_INSCRIPTIONS
    list_display = ("prenom", "contact", "seance_quand", "seance_titre", "adultes", "enfants", "statut", "canal")
    list_filter = (FiltreMoment, "statut", ("seance__lieu__maison", FiltreVisible), "canal")
    search_fields = ("prenom", "email", "telephone", "seance__titre")
    search_help_text = _("Prénom, e-mail, téléphone ou titre de la séance")
    ordering = ("seance__debut", "seance_id", "cree_le", "pk")
    list_select_related = ("seance__lieu__maison",)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in ("seance", "seance__id__exact") or super().lookup_allowed(lookup, value, request)

    def noter_lecture(self, request: HttpRequest, objets: Sequence[Inscription]) -> None:
        noter_lecture(request, objets)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("contact"))
    def contact(self, inscription: Inscription) -> str:
        return contact(inscription)

    @admin.display(description=_("séance"), ordering="seance__debut")
    def seance_quand(self, inscription: Inscription) -> str:
        return dates.date_longue(inscription.seance.debut, inscription.seance.zone)

    @admin.display(description=_("titre"), ordering="seance__titre")
    def seance_titre(self, inscription: Inscription) -> str:
        return inscription.seance.titre

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<path:object_id>/annuler/",
                self.admin_site.admin_view(self.annuler_view),
                name="ateliers_inscription_annuler",
            ),
            path(
                "<path:object_id>/accepter/",
                self.admin_site.admin_view(self.accepter_view),
                name="ateliers_inscription_accepter",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        inscription = self.objet_ou_404(request, object_id)
        context = self._contexte(request, inscription)
        context["messages_envoyes"] = inscription.messages.order_by("-cree_le", "-pk")[:20]
        context["peut_annuler"] = (
            self.has_change_permission(request, inscription)
            and inscription.est_active
            and inscription.seance.debut > timezone.now()
        )
        context["peut_accepter"] = context["peut_annuler"] and inscription.statut == StatutInscription.PROPOSEE
        return TemplateResponse(request, "admin/ateliers/inscription/fiche.html", context)

    def annuler_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        inscription = self.objet_ou_404(request, object_id, "change")
        if request.method != "POST":
            return TemplateResponse(
                request, "admin/ateliers/inscription/annuler.html", self._contexte(request, inscription)
            )
        try:
            annuler_inscription(inscription=inscription, par=AnnuleePar.MAISON, maintenant=timezone.now())
        except InscriptionRefusee as refus:
            self.message_user(request, str(refus), messages.ERROR)
        else:
            self.message_user(
                request, __("Réservation annulée. La place est proposée à la file d'attente."), messages.SUCCESS
            )
        return HttpResponseRedirect(reverse("admin:ateliers_seance_change", args=[inscription.seance_id]))

    def accepter_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Someone phones to say yes to the place that was offered."""
        inscription = self.objet_ou_404(request, object_id, "change")
        if request.method == "POST":
            try:
                confirmer_proposition(inscription=inscription, maintenant=timezone.now())
            except InscriptionRefusee as refus:
                self.message_user(request, str(refus), messages.ERROR)
            else:
                self.message_user(request, __("%s a sa place.") % inscription.prenom, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ateliers_inscription_change", args=[inscription.pk]))

    def _contexte(self, request: HttpRequest, inscription: Inscription) -> dict[str, Any]:
        self.noter_lecture(request, [inscription])
        return {
            **self.admin_site.each_context(request),
            "title": inscription.prenom,
            "subtitle": dates.date_longue(inscription.seance.debut, inscription.seance.zone),
            "opts": self.opts,
            "inscription": inscription,
            "contact": contact(inscription),
            "besoins": [Besoin(besoin).label for besoin in inscription.besoins],
        }


def contact(inscription: Inscription) -> str:
    """How to reach the family, as a person would dial it."""
    telephone = inscription.telephone.as_national if inscription.telephone else ""
    return " · ".join(partie for partie in (telephone, inscription.email) if partie) or "–"
