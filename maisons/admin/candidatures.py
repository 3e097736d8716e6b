"""A house's way to the label: where it stands, each criterion with its evidence, the steps and who takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.admin.criteres import PageCritere, entier, niveau_dit
from maisons.admin.visites import VisiteMixin
from maisons.forms_label import FranchirForm, OuvrirForm, PlanifierForm
from maisons.label import candidatures, preuves
from maisons.label.valeurs import Lue, dernieres
from maisons.models import (
    ActionPrevue,
    Candidature,
    Etape,
    Evaluation,
    Franchissement,
    Maison,
    Preuve,
    Transition,
    VersionReferentiel,
)
from socle.admin import FiltreVisible, PorteeAdmin
from socle.portee import utilisateur_de, visibles

INVALIDE = 422


@dataclass(frozen=True)
class PasDuChemin:
    """A step on the line of a candidature's page."""

    etape: Etape
    # The day it was last entered; None for a step still to come.
    le: date | None
    est_ici: bool


@dataclass(frozen=True)
class PassageLu:
    passage: Transition
    peut: bool
    manques: list[str]
    qui: str
    form: forms.Form


@dataclass(frozen=True)
class CritereLu:
    evaluation: Evaluation
    niveau: str
    avis: str
    atteint: bool
    preuves: int
    actions: int
    valeur: Lue | None
    valeur_atteinte: bool | None


@admin.register(Candidature)
class CandidatureAdmin(VisiteMixin, PorteeAdmin):
    list_display = ("maison", "version", "etape_dite", "depuis", "echeance_dite", "avancement")
    list_filter = (("maison", FiltreVisible), ("version", FiltreVisible))
    list_select_related = ("maison", "version__referentiel", "etape")
    search_fields = ("maison__nom",)
    ordering = ("maison__nom", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        atteint = Q(evaluations__avis__gte=F("evaluations__critere__niveau_requis")) | Q(
            evaluations__avis__isnull=True, evaluations__niveau__gte=F("evaluations__critere__niveau_requis")
        )
        rangees: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .select_related("maison", "version__referentiel", "etape")
            .annotate(criteres=Count("evaluations"), atteints=Count("evaluations", filter=atteint))
        )
        return rangees

    @admin.display(description=_("étape"), ordering="etape__rang")
    def etape_dite(self, candidature: Candidature) -> str:
        return format_html('<span class="etat etat--publiee">{}</span>', candidature.etape)

    @admin.display(description=_("à franchir avant le"), ordering="echeance")
    def echeance_dite(self, candidature: Candidature) -> str:
        if candidature.echeance is None:
            return "–"
        genre = "complete" if candidature.echeance < timezone.localdate() else "publiee"
        return format_html('<span class="etat etat--{}">{}</span>', genre, f"{candidature.echeance:%d/%m/%Y}")

    @admin.display(description=_("critères atteints"))
    def avancement(self, candidature: Any) -> str:
        return f"{candidature.atteints} / {candidature.criteres}"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def vue(fonction: Callable[..., HttpResponseBase]) -> Any:
            return self.admin_site.admin_view(fonction)

        return [
            path(
                "<int:object_id>/criteres/<int:evaluation_id>/",
                vue(self.critere_view),
                name="maisons_candidature_critere",
            ),
            path("<int:object_id>/preuves/<int:preuve_id>/", vue(self.preuve_view), name="maisons_candidature_preuve"),
            path("<int:object_id>/visite/", vue(self.visite_view), name="maisons_candidature_visite"),
            *super().get_urls(),
        ]

    # Opening

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        aujourd_hui = timezone.localdate()
        form = OuvrirForm(
            request.POST or None,
            maisons=visibles(
                Maison.objects.order_by("nom"),
                utilisateur_de(request),
                le=aujourd_hui,
                roles=self.roles_pour("add"),
            ),
            versions=VersionReferentiel.objects.en_vigueur(le=aujourd_hui)
            .select_related("referentiel")
            .order_by("referentiel__nom", "-valide_du"),
        )
        if request.method == "POST" and form.is_valid():
            try:
                candidature = candidatures.ouvrir(**form.cleaned_data, par=utilisateur_de(request), le=aujourd_hui)
            except candidatures.CandidatureRefusee as refus:
                form.add_error(None, refus.raisons)
            else:
                self.message_user(request, __("La candidature est ouverte."), messages.SUCCESS)
                return HttpResponseRedirect(_adresse(candidature))
        context = {
            **self.admin_site.each_context(request),
            "title": __("Ouvrir une candidature"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(
            request,
            "admin/maisons/candidature/ouvrir.html",
            context,
            status=INVALIDE if form.is_bound else 200,
        )

    # One candidature

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        candidature: Candidature = self.objet_ou_404(request, object_id)
        en_faute: dict[int, forms.Form] = {}
        planifier: PlanifierForm | None = None
        if request.method == "POST":
            match request.POST.get("acte"):
                case "franchir":
                    reponse, en_faute = self._franchir(request, candidature)
                case "planifier":
                    reponse, planifier = self._planifier(request, candidature)
                case _:
                    raise Http404
            if reponse is not None:
                return reponse
        aujourd_hui = timezone.localdate()
        bilan = candidatures.dresser_bilans([candidature], le=aujourd_hui)[candidature.pk]
        context = {
            **self._contexte(request, candidature),
            "title": candidature.maison.nom,
            "subtitle": __("Candidature au label"),
            "bilan": bilan,
            "chemin": _chemin(candidature),
            "passages": self._passages(request, candidature, en_faute),
            "axes": _axes(candidature),
            "actions": ActionPrevue.objects.filter(evaluation__candidature=candidature, faite_le__isnull=True)
            .select_related("evaluation__critere")
            .order_by("avant_le", "pk"),
            "histoire": candidature.franchissements.select_related("de", "vers", "par").order_by("-ecrit_le", "-pk"),
            "aujourd_hui": aujourd_hui,
            "en_retard": candidature.echeance is not None and candidature.echeance < aujourd_hui,
            "peut_aviser": self._peut(request, "aviser", candidature),
            "planifier": planifier
            or PlanifierForm(
                initial={
                    "visee_le": candidature.visee_le,
                    "echeance": candidature.echeance,
                    "etape": candidature.etape_id,
                }
            ),
            "peut_planifier": self.has_change_permission(request, candidature),
        }
        status = INVALIDE if en_faute or planifier else 200
        return TemplateResponse(request, "admin/maisons/candidature/fiche.html", context, status=status)

    def _contexte(self, request: HttpRequest, candidature: Candidature) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "candidature": candidature}

    def _franchir(
        self, request: HttpRequest, candidature: Candidature
    ) -> tuple[HttpResponse | None, dict[int, forms.Form]]:
        if not self._peut(request, "franchir", candidature):
            raise PermissionDenied
        vers = get_object_or_404(Etape, version=candidature.version_id, pk=entier(request.POST.get("vers")))
        form = FranchirForm(request.POST, prefix=f"vers-{vers.pk}")
        if form.is_valid():
            try:
                candidatures.franchir(
                    candidature=candidature,
                    vers=vers,
                    par=utilisateur_de(request),
                    maintenant=timezone.now(),
                    **form.cleaned_data,
                )
            except candidatures.CandidatureRefusee as refus:
                # What is missing is on the page already, under the step.
                form.add_error(None, refus.raisons)
                self.message_user(request, " ".join(refus.raisons), messages.ERROR)
                candidature.refresh_from_db()
            else:
                self.message_user(request, __("Étape franchie : %s.") % vers, messages.SUCCESS)
                return HttpResponseRedirect(_adresse(candidature)), {}
        return None, {vers.pk: form}

    def _planifier(
        self, request: HttpRequest, candidature: Candidature
    ) -> tuple[HttpResponse | None, PlanifierForm | None]:
        if not self.has_change_permission(request, candidature):
            raise PermissionDenied
        form: Any = PlanifierForm(request.POST)
        if form.is_valid():
            try:
                candidatures.planifier(candidature=candidature, **form.cleaned_data)
            except candidatures.EtapeChangee as refus:
                # The dates stay as typed, beside where the candidature is now; the next sending is about that step.
                candidature.refresh_from_db()
                form.data = form.data.copy()
                form.data[form.add_prefix("etape")] = str(refus.candidature.etape_id)
                form.add_error(None, refus.raisons)
            except candidatures.CandidatureRefusee as refus:
                form.add_error("echeance", refus.raisons)
            else:
                self.message_user(request, __("Dates enregistrées."), messages.SUCCESS)
                return HttpResponseRedirect(_adresse(candidature)), None
        return None, form

    def _passages(
        self, request: HttpRequest, candidature: Candidature, en_faute: dict[int, forms.Form]
    ) -> list[PassageLu]:
        utilisateur, aujourd_hui = utilisateur_de(request), timezone.localdate()
        lus = []
        for passage in candidatures.passages(candidature):
            peut = candidatures.can_decider(utilisateur, passage, candidature.maison, le=aujourd_hui)
            lus.append(
                PassageLu(
                    passage=passage,
                    peut=peut,
                    manques=candidatures.manques(candidature, passage),
                    qui=candidatures.qui_decide(passage),
                    form=en_faute.get(passage.vers_id)
                    or FranchirForm(prefix=f"vers-{passage.vers_id}", initial={"le": aujourd_hui}),
                )
            )
        return lus

    # One criterion

    def critere_view(self, request: HttpRequest, object_id: int, evaluation_id: int) -> HttpResponse:
        candidature: Candidature = self.objet_ou_404(request, str(object_id))
        evaluation = get_object_or_404(
            candidature.evaluations.select_related("critere__axe", "avis_par"), pk=evaluation_id
        )
        page = PageCritere(self, request, candidature, evaluation)
        if request.method == "POST":
            reponse = page.agir()
            if reponse is not None:
                return reponse
        return page.montrer()

    def preuve_view(self, request: HttpRequest, object_id: int, preuve_id: int) -> HttpResponseBase:
        """The file itself, as a download: never shown by the browser as a page of ours."""
        candidature: Candidature = self.objet_ou_404(request, str(object_id))
        preuve = get_object_or_404(
            Preuve.objects.filter(evaluation__candidature=candidature).exclude(fichier=""), pk=preuve_id
        )
        try:
            fichier = preuves.ouvrir(preuve)
        except FileNotFoundError:
            raise Http404(__("Ce fichier n'est plus dans le stockage.")) from None
        return FileResponse(
            fichier,
            as_attachment=True,
            filename=preuve.nom_fichier,
            content_type=preuve.type_mime,
            headers={
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "Cache-Control": "private, no-store",
            },
        )


def _adresse(candidature: Candidature) -> str:
    return reverse("admin:maisons_candidature_change", args=[candidature.pk])


def _chemin(candidature: Candidature) -> list[PasDuChemin]:
    """The way's steps in order, with the day of those that were entered."""
    entrees = dict(
        Franchissement.objects.filter(candidature=candidature).order_by("ecrit_le").values_list("vers", "le")
    )
    return [
        PasDuChemin(etape, entrees.get(etape.pk), etape.pk == candidature.etape_id)
        for etape in candidature.version.etapes.order_by("rang")
    ]


def _axes(candidature: Candidature) -> list[tuple[Any, int, list[CritereLu]]]:
    """Each axis with how many of its criteria are met, and its criteria: a fixed number of queries."""
    evaluations = list(
        candidature.evaluations.select_related("critere__axe").order_by("critere__axe__rang", "critere__rang")
    )
    # Counted apart: two joins at once would multiply each other.
    pieces = Counter(Preuve.objects.filter(evaluation__candidature=candidature).values_list("evaluation", flat=True))
    actions = Counter(
        ActionPrevue.objects.filter(evaluation__candidature=candidature, faite_le__isnull=True).values_list(
            "evaluation", flat=True
        )
    )
    valeurs = dernieres([candidature.maison_id])
    axes = []
    for axe, groupe in groupby(evaluations, key=lambda evaluation: evaluation.critere.axe):
        lus = []
        for evaluation in groupe:
            valeur = valeurs.get((candidature.maison_id, evaluation.critere.indicateur))
            lus.append(
                CritereLu(
                    evaluation=evaluation,
                    niveau=niveau_dit(evaluation, evaluation.niveau),
                    avis=niveau_dit(evaluation, evaluation.avis),
                    atteint=evaluation.critere.est_atteint(evaluation.niveau_retenu),
                    preuves=pieces[evaluation.pk],
                    actions=actions[evaluation.pk],
                    valeur=valeur,
                    valeur_atteinte=valeur.atteint(evaluation.critere) if valeur else None,
                )
            )
        axes.append((axe, sum(lu.atteint for lu in lus), lus))
    return axes
