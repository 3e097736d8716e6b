"""A partner's permanences: what they are, the days to come, planning them, calling one off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ateliers import permanences
from ateliers.enums import StatutSeance
from ateliers.forms_permanences import AnnulationJourForm, PlanificationPermanenceForm
from ateliers.models import Seance
from maisons.forms_rythme import lire_jours
from maisons.recurrence import RegleImpossible
from partenaires.models import Permanence
from socle import dates
from socle.admin import FiltreVisible, PortailAdminSite, PorteeAdmin
from socle.portee import roles_autorises, utilisateur_de, visibles

site = cast(PortailAdminSite, admin.site)

INVALIDE = 422
JOURS_MONTRES = 20


@admin.register(Permanence)
class PermanenceAdmin(PorteeAdmin):
    list_display = ("intitule", "partenaire", "maison", "mode", "prochaine", "active")
    list_filter = (("lieu__maison", FiltreVisible), "mode", "active")
    search_fields = ("intitule", "partenaire__nom")
    ordering = ("intitule", "pk")
    fields = ("partenaire", "lieu", "intitule", "description", ("mode", "creneau_minutes"), "active")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        a_venir = Q(seances__debut__gt=timezone.now(), seances__statut=StatutSeance.PUBLIEE)
        rangees: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .select_related("partenaire", "lieu__maison", "lieu__commune")
            .annotate(suivante=Min("seances__debut", filter=a_venir))
        )
        return rangees

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its sessions would change partners and houses with it.
        return ("partenaire", "lieu") if obj is not None else ()

    @admin.display(description=_("maison"), ordering="lieu__maison__nom")
    def maison(self, permanence: Permanence) -> str:
        return permanence.lieu.maison.nom

    @admin.display(description=_("prochaine"), ordering="suivante")
    def prochaine(self, permanence: Any) -> str:
        return dates.date_longue(permanence.suivante, permanence.lieu.zone) if permanence.suivante else "–"

    def get_urls(self) -> list[URLPattern]:
        def vue(fonction: Callable[..., HttpResponse]) -> Any:
            return self.admin_site.admin_view(fonction)

        return [
            path("<int:object_id>/jours/", vue(self.jours_view), name="partenaires_permanence_jours"),
            path("<int:object_id>/planifier/", vue(self.planifier_view), name="partenaires_permanence_planifier"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Those who may change nothing of it go straight to its days."""
        permanence = self.objet_ou_404(request, object_id)
        if not self.has_change_permission(request, permanence):
            return HttpResponseRedirect(reverse("admin:partenaires_permanence_jours", args=[permanence.pk]))
        contexte = {"url_jours": reverse("admin:partenaires_permanence_jours", args=[permanence.pk])}
        return super().change_view(request, object_id, form_url, {**contexte, **(extra_context or {})})

    change_form_template = "admin/partenaires/permanence/modifier.html"

    def _contexte(self, request: HttpRequest, permanence: Permanence, titre: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": permanence.intitule,
            "subtitle": titre,
            "opts": self.opts,
            "permanence": permanence,
            "url_jours": reverse("admin:partenaires_permanence_jours", args=[permanence.pk]),
        }

    # Its days

    def jours_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The days to come with how many booked; whoever holds the permanence may call one off."""
        permanence: Permanence = self.objet_ou_404(request, str(object_id))
        peut_annuler = self._peut(request, "annuler", permanence)
        form = AnnulationJourForm(request.POST or None)
        if request.method == "POST":
            if not peut_annuler:
                raise PermissionDenied
            if form.is_valid() and self._annuler(request, permanence, form):
                return HttpResponseRedirect(request.path)
        context = {
            **self._contexte(request, permanence, __("Les jours à venir")),
            "jours": self._jours(permanence),
            "form": form,
            "peut_annuler": peut_annuler,
            "peut_planifier": self._peut(request, "planifier", permanence),
            "peut_modifier": self.has_change_permission(request, permanence),
        }
        status = INVALIDE if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/partenaires/permanence/jours.html", context, status=status)

    def _annuler(self, request: HttpRequest, permanence: Permanence, form: AnnulationJourForm) -> bool:
        try:
            bilan = permanences.annuler_jour(permanence=permanence, maintenant=timezone.now(), **form.cleaned_data)
        except permanences.PermanenceRefusee as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
            return False
        nombre = bilan.destinataires.joignables
        dit = ngettext("%d famille est prévenue.", "%d familles sont prévenues.", nombre) % nombre if nombre else ""
        self.message_user(request, f"{__('La permanence de ce jour est annulée.')} {dit}", messages.SUCCESS)
        return True

    def _jours(self, permanence: Permanence) -> list[dict[str, Any]]:
        zone = permanence.lieu.zone
        a_venir = (
            Seance.objects.filter(permanence=permanence, fin__gt=timezone.now())
            .annotate(reservations=Count("inscriptions", filter=Q(inscriptions__statut="confirmee")))
            .order_by("debut", "pk")
        )
        jours = []
        for jour, siennes in groupby(a_venir, key=lambda seance: seance.debut.astimezone(zone).date()):
            seances: list[Any] = list(siennes)
            maintenues = [seance for seance in seances if not seance.est_annulee]
            jours.append(
                {
                    "jour": jour,
                    "debut": seances[0].debut,
                    "fin": seances[-1].fin,
                    "creneaux": len(maintenues),
                    "reserves": sum(1 for seance in maintenues if seance.reservations),
                    "annule": not maintenues,
                    "motif": seances[0].motif_annulation,
                }
            )
        return jours[:JOURS_MONTRES]

    # Planning

    def planifier_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        permanence: Permanence = self.objet_ou_404(request, str(object_id), "planifier")
        maintenant = timezone.now()
        form = PlanificationPermanenceForm(request.POST or None, aujourd_hui=timezone.localdate())
        context = {**self._contexte(request, permanence, __("Planifier")), "form": form}
        if request.method == "POST" and request.POST.get("etape") != "formulaire" and form.is_valid():
            projet = form.projet(permanence)
            try:
                if request.POST.get("etape") == "creer":
                    creees = permanences.planifier_permanence(
                        projet=projet,
                        jours=lire_jours(request.POST.getlist("garder")),
                        cle=form.cleaned_data["cle"],
                        maintenant=maintenant,
                    )
                    nombre = len(creees)
                    self.message_user(
                        request,
                        ngettext("%d moment créé.", "%d moments créés.", nombre) % nombre,
                        messages.SUCCESS,
                    )
                    return HttpResponseRedirect(context["url_jours"])
                prevus = permanences.prevoir_permanence(projet=projet, maintenant=maintenant)
            except (permanences.PermanenceRefusee, RegleImpossible) as refus:
                form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
            else:
                retenus = [prevu for prevu in prevus if prevu.retenu and not prevu.conflits]
                if retenus:
                    context |= {
                        "projet": projet,
                        "retenus": retenus,
                        "sautes": [prevu for prevu in prevus if not prevu.retenu or prevu.conflits],
                    }
                    return TemplateResponse(request, "admin/partenaires/permanence/apercu.html", context)
                form.add_error(None, __("Aucune date ne reste : elles sont passées, fermées ou déjà prévues."))
        status = INVALIDE if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/partenaires/permanence/planifier.html", context, status=status)


@site.panneau
def panneau_permanences(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """On "Ma journée": the permanences held today, with how many appointments are taken; two queries."""
    if not request.user.has_perm("partenaires.view_permanence"):
        return None
    maintenant = timezone.now()
    siennes = visibles(
        Permanence.objects.all(),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=roles_autorises("partenaires.view_permanence"),
    )
    proches = (
        Seance.objects.publiees()
        .filter(
            permanence__in=siennes.values("pk"),
            fin__gt=maintenant,
            debut__lt=maintenant + timedelta(hours=36),
        )
        .with_cadre()
        .select_related("permanence__partenaire")
        .order_by("debut", "pk")
    )
    lignes: dict[int, dict[str, Any]] = {}
    for seance in proches:
        permanence = seance.permanence
        if permanence is None or seance.debut_local.date() != maintenant.astimezone(seance.zone).date():
            continue
        ligne = lignes.setdefault(
            permanence.pk,
            {"permanence": permanence, "lieu": seance.lieu, "debut": seance.debut, "rendez_vous": 0, "pris": 0},
        )
        ligne["fin"] = seance.fin
        if not seance.est_libre:
            ligne["rendez_vous"] += 1
            ligne["pris"] += seance.est_prise
    if not lignes:
        return None
    return "admin/ateliers/panneau_permanences.html", {"lignes": list(lignes.values())}
