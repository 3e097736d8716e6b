"""Dossiers and reports: asked for in one tap, followed while a worker makes them, fetched, handed in. And budgets."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from maisons.enums import NatureEdition, StatutTravail
from maisons.forms_editions import EditionForm
from maisons.models import Edition, LigneBudget, Maison, ObjectifLabel, TauxNatalite, departements_de
from maisons.pilotage import editions
from maisons.pilotage.editions import EditionRefusee
from socle.admin import FiltreVisible, PorteeAdmin
from socle.portee import nom_permission, utilisateur_de

INVALIDE = 422


@admin.register(Edition)
class EditionAdmin(PorteeAdmin):
    list_display = ("sujet", "nature", "numero", "cree_le", "etat", "pages", "depose")
    list_filter = ("nature", ("maison", FiltreVisible))
    list_select_related = ("maison", "departement")
    search_fields = ("maison__nom", "departement__nom")
    ordering = ("-cree_le", "-pk")

    @admin.display(description=_("maison ou département"))
    def sujet(self, edition: Edition) -> str:
        return edition.sujet

    @admin.display(description=_("état"), ordering="statut")
    def etat(self, edition: Edition) -> str:
        return format_html('<span class="etat etat--{}">{}</span>', edition.statut, edition.get_statut_display())

    @admin.display(description=_("déposé"), boolean=True)
    def depose(self, edition: Edition) -> bool | None:
        return edition.deposee_le is not None if edition.nature == NatureEdition.DOSSIER else None

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view
        return [
            path("<path:object_id>/document.pdf", vue(require_safe(self.pdf_view)), name="maisons_edition_pdf"),
            path("<path:object_id>/deposer/", vue(self.deposer_view), name="maisons_edition_deposer"),
            path("<path:object_id>/refaire/", vue(self.refaire_view), name="maisons_edition_refaire"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        le, utilisateur, roles = timezone.localdate(), utilisateur_de(request), self.roles_pour("add")
        form = EditionForm(
            request.POST or None,
            maisons=Maison.objects.visibles_par(utilisateur, le=le, roles=roles).order_by("nom"),
            departements=departements_de(utilisateur, le=le, roles=roles).order_by("nom"),
            aujourd_hui=le,
            initial={nom: request.GET[nom] for nom in ("nature", "maison", "departement") if nom in request.GET},
        )
        if request.method == "POST" and form.is_valid():
            try:
                edition = editions.demander(par=utilisateur, maintenant=timezone.now(), **form.demande())
            except EditionRefusee as refus:
                form.add_error(None, str(refus))
            else:
                return HttpResponseRedirect(_adresse(edition))
        context = {
            **self.admin_site.each_context(request),
            "title": __("Faire un document"),
            "opts": self.opts,
            "form": form,
            "url_retour": reverse("admin:maisons_edition_changelist"),
        }
        statut = INVALIDE if form.is_bound else 200
        return TemplateResponse(request, "admin/maisons/edition/demander.html", context, status=statut)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        edition = self.objet_ou_404(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": edition.get_nature_display().capitalize(),
            "subtitle": f"{edition.sujet} – {edition.numero}",
            "opts": self.opts,
            "edition": edition,
            "peut_deposer": edition.est_pret
            and edition.est_brouillon
            and request.user.has_perm(nom_permission(Edition, "deposer"), edition),
        }
        context["peut_refaire"] = edition.statut == StatutTravail.ECHEC and self._peut(request, "add", edition)
        return TemplateResponse(request, "admin/maisons/edition/fiche.html", context)

    def pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        edition = self.objet_ou_404(request, object_id)
        if not edition.est_pret:
            raise Http404(__("Ce document n'est pas encore prêt."))
        response = HttpResponse(editions.lire(edition), content_type="application/pdf")
        nom = slugify(f"{edition.get_nature_display()} {edition.sujet} {edition.numero}")
        response["Content-Disposition"] = f'inline; filename="{nom}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response

    def deposer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        edition = self.objet_ou_404(request, object_id, "deposer")
        if request.method == "POST":
            try:
                editions.deposer(edition=edition, par=utilisateur_de(request), maintenant=timezone.now())
            except EditionRefusee as refus:
                self.message_user(request, str(refus), messages.ERROR)
            else:
                self.message_user(
                    request,
                    __("Le dossier est déposé. Ses pages se refont sans la mention de brouillon."),
                    messages.SUCCESS,
                )
        return HttpResponseRedirect(_adresse(edition))

    def refaire_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        edition = self.objet_ou_404(request, object_id, "add")
        if request.method == "POST" and editions.refaire(edition=edition):
            self.message_user(request, __("Le portail essaie encore de faire ce document."), messages.SUCCESS)
        return HttpResponseRedirect(_adresse(edition))


def _adresse(edition: Edition) -> str:
    return reverse("admin:maisons_edition_change", args=[edition.pk])


@admin.register(LigneBudget)
class LigneBudgetAdmin(PorteeAdmin):
    """Reached from a candidature, whose budget it is."""

    list_display = ("libelle", "candidature", "annee", "sens", "montant", "financeur")
    list_filter = (("candidature", FiltreVisible), "annee", "sens")
    list_select_related = ("candidature__maison", "candidature__version__referentiel")
    search_fields = ("libelle", "financeur")
    ordering = ("candidature__maison__nom", "annee", "sens", "pk")
    fields = ("candidature", "annee", "sens", "libelle", "montant", "financeur")

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        queryset = super().get_field_queryset(db, db_field, request)
        if db_field.name == "candidature" and queryset is not None:
            # Their names say their house and version.
            return queryset.select_related("maison", "version__referentiel")
        return queryset


class DuDepartementAdmin(PorteeAdmin):
    """What those who act for a département as a whole set for it."""

    list_filter = (("departement", FiltreVisible),)
    list_select_related = ("departement",)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        if db_field.name == "departement":
            # Reference data is everybody's to see, not everybody's to speak for.
            return departements_de(
                utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add", "change")
            ).order_by("nom")
        return super().get_field_queryset(db, db_field, request)


@admin.register(ObjectifLabel)
class ObjectifLabelAdmin(DuDepartementAdmin):
    list_display = ("departement", "nombre", "echeance", "source")
    ordering = ("departement__nom", "echeance")


@admin.register(TauxNatalite)
class TauxNataliteAdmin(DuDepartementAdmin):
    list_display = ("departement", "annee", "pour_mille", "source")
    ordering = ("departement__nom", "-annee")
