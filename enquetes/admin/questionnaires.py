"""The builder: a questionnaire's versions, a draft's parts and questions, its languages, what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from enquetes import construction, plan
from enquetes.admin.commun import MeneAdmin, MeneStacked
from enquetes.enums import LangueQuestionnaire, StatutVersion
from enquetes.forms import QuestionForm
from enquetes.models import Choix, Condition, LigneMatrice, Question, Questionnaire, Section, Version
from maisons.enums import Portee
from maisons.models import Affectation, Departement
from socle.portee import utilisateur_de, visibles

if TYPE_CHECKING:
    _VersionForm = forms.ModelForm[Version]
    _QuestionForm = forms.ModelForm[Question]
else:
    _VersionForm = _QuestionForm = forms.ModelForm


class TextesForm(_VersionForm):
    """What is read before the first question and after the last."""

    class Meta:
        model = Version
        fields = ("accueil", "merci")
        widgets = {"accueil": forms.Textarea(attrs={"rows": 3}), "merci": forms.Textarea(attrs={"rows": 2})}


@admin.register(Questionnaire)
class QuestionnaireAdmin(MeneAdmin):
    list_display = ("titre", "usage", "departement", "versions_dites")
    list_filter = ("usage",)
    list_select_related = ("departement",)
    search_fields = ("titre",)
    ordering = ("titre",)
    fields = ("titre", "presentation", "usage", "departement")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("versions")

    @admin.display(description=_("versions"))
    def versions_dites(self, questionnaire: Questionnaire) -> str:
        return ", ".join(
            f"{v.numero} ({v.get_statut_display()})"
            for v in sorted(questionnaire.versions.all(), key=lambda v: v.numero)
        )

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        if db_field.name != "departement":
            return super().get_field_queryset(db, db_field, request)
        return departements_menes(request, self.roles_pour("add", "change"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change, **options)
        champ = form.base_fields.get("departement")
        # Without a département a questionnaire is the network's, which a département does not write for.
        if champ is not None:
            champ.required = not mene_le_reseau(request, self.roles_pour("add", "change"))
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Part of what was asked: the database holds it too.
        return ("titre", "usage") if obj is not None and obj.a_une_version_publiee() else ()

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view
        return [
            path("<path:object_id>/modifier/", vue(self.modifier_view), name="enquetes_questionnaire_modifier"),
            path("<path:object_id>/version/", vue(self.version_view), name="enquetes_questionnaire_version"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        questionnaire = self.objet_ou_404(request, object_id)
        contexte = {
            **self.admin_site.each_context(request),
            "title": questionnaire.titre,
            "questionnaire": questionnaire,
            "versions": questionnaire.versions.order_by("-numero"),
            "peut_modifier": self.has_change_permission(request, questionnaire),
            "a_un_brouillon": questionnaire.versions.filter(statut=StatutVersion.BROUILLON).exists(),
        }
        return TemplateResponse(request, "admin/enquetes/questionnaire/fiche.html", contexte)

    def modifier_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        self.objet_ou_404(request, object_id, "change")
        return super().change_view(request, object_id)

    def version_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open a draft."""
        questionnaire = self.objet_ou_404(request, object_id, "change")
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:enquetes_questionnaire_change", args=[questionnaire.pk]))
        version = construction.nouvelle_version(questionnaire=questionnaire)
        return HttpResponseRedirect(reverse("admin:enquetes_version_change", args=[version.pk]))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        version = construction.nouvelle_version(questionnaire=obj)
        return HttpResponseRedirect(reverse("admin:enquetes_version_change", args=[version.pk]))


def departements_menes(request: HttpRequest, roles: frozenset[str]) -> QuerySet[Departement]:
    """The départements in whose name a person may act."""
    if mene_le_reseau(request, roles):
        return Departement.objects.order_by("nom")
    tenues = Affectation.objects.for_utilisateur(utilisateur_de(request), le=timezone.localdate(), roles=roles)
    return Departement.objects.filter(pk__in=tenues.values("departement")).order_by("nom")


def mene_le_reseau(request: HttpRequest, roles: frozenset[str]) -> bool:
    utilisateur = utilisateur_de(request)
    if utilisateur.is_superuser:
        return True
    tenues = Affectation.objects.for_utilisateur(utilisateur, le=timezone.localdate(), roles=roles)
    return tenues.filter(portee=Portee.RESEAU).exists()


@admin.register(Version)
class VersionAdmin(MeneAdmin):
    """Reached from its questionnaire; its page is the builder."""

    dans_le_menu = False
    list_display = ("questionnaire", "numero", "statut", "publiee_le")
    list_select_related = ("questionnaire",)
    ordering = ("questionnaire__titre", "-numero")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view
        return [
            path("<path:object_id>/apercu/", vue(self.apercu_view), name="enquetes_version_apercu"),
            path(
                "<path:object_id>/traduire/<slug:langue>/", vue(self.traduire_view), name="enquetes_version_traduire"
            ),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        brouillon = not isinstance(obj, Version) or obj.est_brouillon
        return brouillon and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Version) -> None:
        request._questionnaire_quitte = obj.questionnaire_id  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        quitte = getattr(request, "_questionnaire_quitte")  # noqa: B009
        return HttpResponseRedirect(reverse("admin:enquetes_questionnaire_change", args=[quitte]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        version = self.objet_ou_404(request, object_id)
        peut = self.has_change_permission(request, version)
        textes = TextesForm(instance=version)
        if request.method == "POST":
            if not peut:
                raise PermissionDenied
            try:
                return self._agir(request, version)
            except construction.ConstructionRefusee as refus:
                self.message_user(request, str(refus), messages.ERROR)
                return HttpResponseRedirect(request.path)
        sections = version.sections.order_by("rang").prefetch_related(
            Prefetch(
                "questions",
                Question.objects.order_by("rang").prefetch_related("choix", "lignes", "conditions__source"),
            )
        )
        contexte = {
            **self._contexte(request, version),
            "sections": sections,
            "textes": textes,
            "peut_modifier": peut and version.est_brouillon,
            "peut_retirer": peut and version.statut == StatutVersion.PUBLIEE,
            "peut_supprimer": self.has_delete_permission(request, version),
            "a_corriger": construction.a_corriger(version) if version.est_brouillon else [],
            "langues": LangueQuestionnaire.choices,
            "nombre": version.questions.count(),
        }
        return TemplateResponse(request, "admin/enquetes/version/construire.html", contexte)

    def _contexte(self, request: HttpRequest, version: Version) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": version.questionnaire.titre,
            "subtitle": __("version %d") % version.numero,
            "version": version,
        }

    def _agir(self, request: HttpRequest, version: Version) -> HttpResponse:
        """One act a form: its name is in `acte`, the question or part it is about in `objet`."""
        acte = request.POST.get("acte", "")
        objet = request.POST.get("objet", "")
        fait = ""
        match acte:
            case "publier":
                construction.publier(version=version, le=timezone.localdate())
                fait = __("Version publiée : elle ne change plus.")
            case "retirer":
                construction.retirer(version=version)
                fait = __("Version retirée.")
            case "partie":
                titre = request.POST.get("titre", "").strip()[:120]
                if not titre:
                    raise construction.ConstructionRefusee(__("Donnez un titre à la partie."))
                construction.ajouter_section(version=version, titre=titre)
            case "monter" | "descendre":
                question = get_object_or_404(version.questions, pk=_entier(objet))
                construction.deplacer_question(question=question, vers_le_haut=acte == "monter")
            case "textes":
                form = TextesForm(request.POST, instance=version)
                if form.is_valid():
                    construction.ecrire_textes(version=version, **form.cleaned_data)
                    fait = __("Textes enregistrés.")
            case _:
                raise Http404
        if fait:
            self.message_user(request, fait, messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def apercu_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every screen, one under the other, in a language; nothing is kept."""
        version = self.objet_ou_404(request, object_id)
        lu = plan.lire(version)
        langue = request.GET.get("langue", plan.FRANCAIS)
        if langue not in lu.langues:
            langue = plan.FRANCAIS
        mots, traduit = lu.mots(langue), lu.dans(langue)
        intitules = {q.code: q.intitule for q in traduit.questions}
        ecrans = [
            {
                "question": q,
                "form": QuestionForm(question=q, mots=mots, prefix=q.code),
                "conditions": [(intitules.get(c.source, c.source), sorted(c.valeurs)) for c in q.conditions],
            }
            for q in traduit.questions
        ]
        contexte = {
            **self._contexte(request, version),
            "ecrans": ecrans,
            "langue": langue,
            "sens": plan.sens(langue),
            "langues": [plan.FRANCAIS, *lu.langues],
            "mots": mots,
            "plan": traduit,
        }
        return TemplateResponse(request, "admin/enquetes/version/apercu.html", contexte)

    def traduire_view(self, request: HttpRequest, object_id: str, langue: str) -> HttpResponse:
        version = self.objet_ou_404(request, object_id)
        if langue not in LangueQuestionnaire.values:
            raise Http404
        lu = plan.lire(version)
        if request.method == "POST":
            if not (self.has_change_permission(request, version) and version.est_brouillon):
                raise PermissionDenied
            textes = {cle: request.POST.get(f"t-{cle}", "") for cle in lu.phrases()}
            construction.traduire(version=version, langue=langue, textes=textes)
            self.message_user(request, __("Traduction enregistrée."), messages.SUCCESS)
            return HttpResponseRedirect(request.path)
        connues = lu.traductions.get(langue, {})
        contexte = {
            **self._contexte(request, version),
            "langue": langue,
            "nom_langue": LangueQuestionnaire(langue).label,
            "sens": plan.sens(langue),
            "phrases": [(cle, texte, connues.get(cle, "")) for cle, texte in lu.phrases().items()],
            "manquent": len(lu.phrases().keys() - connues.keys()),
            "peut_modifier": self.has_change_permission(request, version) and version.est_brouillon,
        }
        return TemplateResponse(request, "admin/enquetes/version/traduire.html", contexte)


def _entier(texte: str) -> int:
    try:
        return int(texte)
    except ValueError:
        raise Http404 from None


class QuestionAdminForm(_QuestionForm):
    """A question is judged with the version it joins, whose names and roles are each its own."""

    def clean(self) -> Any:
        donnees = super().clean()
        section = self.cleaned_data.get("section")
        if section is not None:
            self.instance.version = section.version
        return donnees

    def _get_validation_exclusions(self) -> set[str]:
        # Not a field of the form, but known by then, with its part.
        connue = {"version"} if self.instance.version_id else set()
        return super()._get_validation_exclusions() - connue  # type: ignore[no-any-return, misc]


class ChoixInline(MeneStacked):
    model = Choix
    fields = (("rang", "code", "libelle", "exclusif"),)
    ordering = ("rang",)
    extra = 2


class LigneInline(MeneStacked):
    model = LigneMatrice
    fields = (("rang", "code", "libelle"),)
    ordering = ("rang",)


class ConditionInline(MeneStacked):
    model = Condition
    fk_name = "question"
    fields = (("source", "valeurs"),)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        questions = super().get_field_queryset(db, db_field, request)
        match = request.resolver_match
        pk = match.kwargs.get("object_id") if match else None
        if questions is None or db_field.name != "source" or pk is None:
            return questions
        # Only questions of the same version.
        return (
            questions.filter(version__questions=_entier(pk)).exclude(pk=_entier(pk)).order_by("section__rang", "rang")
        )


@admin.register(Question)
class QuestionAdmin(MeneAdmin):
    """Reached from the builder."""

    form = QuestionAdminForm
    dans_le_menu = False
    ordering = ("version", "section__rang", "rang")
    fieldsets = (
        (None, {"fields": ("section", "type", "intitule", "aide", "obligatoire")}),
        (
            _("Échelle, nombre, plusieurs choix"),
            {"fields": (("minimum", "maximum"), ("libelle_minimum", "libelle_maximum"), "choix_maximum", "bornes")},
        ),
        (_("Résultats"), {"fields": ("code", "role")}),
    )
    inlines = (ChoixInline, LigneInline, ConditionInline)

    def get_inlines(self, request: HttpRequest, obj: models.Model | None) -> Any:
        # A condition names other questions: it is written once the question has its place.
        return self.inlines if obj is not None else (ChoixInline, LigneInline)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        brouillon = not isinstance(obj, Question) or obj.version.est_brouillon
        return brouillon and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        brouillon = not isinstance(obj, Question) or obj.version.est_brouillon
        return brouillon and super().has_delete_permission(request, obj)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        sections = super().get_field_queryset(db, db_field, request)
        if sections is None or db_field.name != "section":
            return sections
        menes = Questionnaire.objects.menes_par(
            utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add", "change")
        )
        sections = sections.filter(version__statut=StatutVersion.BROUILLON, version__questionnaire__in=menes)
        match = request.resolver_match
        pk = match.kwargs.get("object_id") if match else None
        if pk is not None:
            sections = sections.filter(version__questions=_entier(pk)).distinct()
        elif (voulue := request.GET.get("section", "")).isdecimal():
            sections = sections.filter(version__sections=int(voulue)).distinct()
        return sections.order_by("rang")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change, **options)
        if "code" in form.base_fields:
            form.base_fields["code"].required = False
        return form

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        obj.version = obj.section.version
        if not change or "section" in form.changed_data:
            construction.placer_question(question=obj)
        else:
            super().save_model(request, obj, form, change)

    def _retour(self, version: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:enquetes_version_change", args=[version]))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._retour(obj.version_id)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._retour(obj.version_id)

    def delete_model(self, request: HttpRequest, obj: Question) -> None:
        request._version_quittee = obj.version_id  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        return self._retour(getattr(request, "_version_quittee"))  # noqa: B009


@admin.register(Section)
class SectionAdmin(MeneAdmin):
    """To change a part's title, or to take it out with its questions."""

    dans_le_menu = False
    fields = ("titre",)
    ordering = ("version", "rang")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        brouillon = not isinstance(obj, Section) or obj.version.est_brouillon
        return brouillon and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        brouillon = not isinstance(obj, Section) or obj.version.est_brouillon
        return brouillon and super().has_delete_permission(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:enquetes_version_change", args=[obj.version_id]))

    def delete_model(self, request: HttpRequest, obj: Section) -> None:
        request._version_quittee = obj.version_id  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        quittee = getattr(request, "_version_quittee")  # noqa: B009
        return HttpResponseRedirect(reverse("admin:enquetes_version_change", args=[quittee]))


def versions_proposees(request: HttpRequest, roles: frozenset[str]) -> QuerySet[Version]:
    """The published versions that a campaign of this person may ask: all those they read."""
    return visibles(
        Version.objects.publiees().select_related("questionnaire").order_by("questionnaire__titre"),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=roles,
    )
