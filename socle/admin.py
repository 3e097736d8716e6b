"""The staff's site and the base classes of its pages: nothing outside a person's scope is shown, counted or accepted.

See socle/portee.py for what a scope is. Another house's object answers exactly as an absent one does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.contrib.admin import AdminSite, SimpleListFilter
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.related import RelatedField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from socle import historique
from socle.comptes.equipe import deux_facteurs
from socle.portee import PERMISSION_EQUIPE, nom_permission, roles_autorises, utilisateur_de, visibles
from socle.suivi import evenements_de

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _InlineModelAdmin = admin.options.InlineModelAdmin[Any, Any]
    _BaseModelAdmin = admin.options.BaseModelAdmin[Any]
    _BaseInlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _InlineModelAdmin = admin.options.InlineModelAdmin
    _BaseModelAdmin = object
    _BaseInlineFormSet = forms.BaseInlineFormSet

# What a page of the index shows beside the list of models: its template and what the template needs.
Panneau = Callable[[HttpRequest], tuple[str, dict[str, Any]] | None]
Page = Callable[..., HttpResponse]
EVENEMENTS_PAR_PAGE = 50
# What the filters of a list ask of a column.
COMPARAISONS = frozenset({"exact", "in", "isnull", "gt", "gte", "lt", "lte", "year", "month", "day"})


class Autocompletion(AutocompleteJsonView):
    """Choices typed letter by letter: names among them are read as on any page."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.montres: list[Any] = []
        response = super().get(request, *args, **kwargs)
        if isinstance(self.model_admin, PorteeAdmin):
            self.model_admin.noter_lecture(request, self.montres)
        return response

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        self.montres.append(obj)
        resultat: dict[str, str] = super().serialize_result(obj, to_field_name)
        return resultat


class PortailAdminSite(AdminSite):
    site_header = _("Espace des équipes")
    site_title = _("Espace des équipes")
    index_title = _("Ma journée")
    index_template = "admin/ma_journee.html"
    # A line of links leaves the width to the work, on a tablet above all.
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._panneaux: list[Panneau] = []
        self._pages: list[URLPattern] = []

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Pages that know what a scope is, and no others: groups and factors, that libraries register, stay out."""
        if admin_class is not None and issubclass(admin_class, PorteeAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def panneau(self, fonction: Panneau) -> Panneau:
        """Decorator: adds a panel to the index. The function returns None for those it does not concern."""
        self._panneaux.append(fonction)
        return fonction

    def page(self, chemin: str, *, nom: str) -> Callable[[Page], Page]:
        """Decorator: adds a page that belongs to no model's list. The function itself says who may open it."""

        def enregistrer(vue: Page) -> Page:
            self._pages.append(path(chemin, self.admin_view(vue), name=nom))
            return vue

        return enregistrer

    def has_permission(self, request: HttpRequest) -> bool:
        """A team member who signed in by two factors and has, today, something to do here."""
        user = request.user
        return user.is_active and user.is_staff and user.has_perm(PERMISSION_EQUIPE) and deux_facteurs(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Signing in is allauth's page, with our limits and its second factor."""

        def deja_connecte(request: HttpRequest) -> HttpResponse:
            if self.has_permission(request):
                return redirect("admin:index")
            if not deux_facteurs(request):
                return redirect("proteger_compte")
            raise PermissionDenied(__("Votre compte n'a pas d'affectation en cours."))

        reponse: HttpResponse = secure_admin_login(deja_connecte)(request)
        return reponse

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        panneaux = [panneau for fonction in self._panneaux if (panneau := fonction(request)) is not None]
        return super().index(request, {"panneaux": panneaux, **(extra_context or {})})

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return Autocompletion.as_view(admin_site=self)(request)  # type: ignore[return-value]

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Django's own "view on site" reads any object of any model.
        voir = path(
            "r/<int:content_type_id>/<path:object_id>/", self.admin_view(self.voir_sur_le_site), name="view_on_site"
        )
        return [
            voir,
            *self._pages,
            *(url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"),
        ]

    def voir_sur_le_site(self, request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponseBase:
        try:
            modele = ContentType.objects.get_for_id(content_type_id).model_class()
        except ContentType.DoesNotExist:
            raise Http404 from None
        model_admin = self._registry.get(modele) if modele is not None else None
        objet = None
        if isinstance(model_admin, PorteeAdmin) and model_admin.has_view_permission(request):
            objet = model_admin.get_object(request, object_id)
        adresse = getattr(objet, "get_absolute_url", None)
        if adresse is None:
            raise Http404
        return HttpResponseRedirect(adresse())


# The browser's own pickers: no script, and an hour is chosen as on a phone.
CHAMPS_NATIFS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
    models.TimeField: {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})},
}


class _Portee(_BaseModelAdmin):
    """What pages and inlines share: choices of related objects hold only what the person may use here."""

    model: type[models.Model]
    formfield_overrides = CHAMPS_NATIFS

    def roles_pour(self, *actes: str) -> frozenset[str]:
        """The roles that any of these acts on this model is open to."""
        return frozenset().union(*(roles_autorises(nom_permission(self.model, acte)) for acte in actes))

    def get_field_queryset(
        self, db: str | None, db_field: RelatedField[Any, Any], request: HttpRequest
    ) -> models.QuerySet[Any] | None:
        """For foreign keys and many-to-many fields alike: rows within the scope of those who may write this model.

        What a form shows is also what it accepts, so an id from elsewhere is refused as one that does not exist.
        """
        ordonne = super().get_field_queryset(db, db_field, request)
        queryset = ordonne if ordonne is not None else db_field.related_model._default_manager.all()
        return visibles(
            queryset, utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add", "change")
        )

    def formfield_for_dbfield(self, db_field: models.Field[Any, Any], request: HttpRequest, **options: Any) -> Any:
        """Several values of a list are boxes to tick, not words to type."""
        if isinstance(db_field, ArrayField) and db_field.base_field.choices:
            return forms.TypedMultipleChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=db_field.base_field.choices,
                required=not db_field.blank,
                widget=forms.CheckboxSelectMultiple,
                help_text=db_field.help_text,
            )
        if isinstance(db_field, models.URLField):
            options.setdefault("assume_scheme", "https")
        champ = super().formfield_for_dbfield(db_field, request, **options)
        if champ is not None and isinstance(champ.widget, RelatedFieldWidgetWrapper):
            # A choice stays a choice: no windows that open beside it.
            champ.widget = champ.widget.widget
        return champ


class PorteeAdmin(_Portee, _ModelAdmin):
    """Base of every page of the staff's site."""

    list_per_page = 50
    show_full_result_count = False
    view_on_site: Any = False
    # Reference data is found from the forms that need it.
    dans_le_menu = True
    # (rank, word) of a list opened every day: it is in the navigation's line, the others are under « Plus ».
    navigation: tuple[int, Any] | None = None

    # Acts and rows

    def _peut(self, request: HttpRequest, acte: str, obj: models.Model | None = None) -> bool:
        return request.user.has_perm(nom_permission(self.model, acte), obj)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._peut(request, "view", obj) or self._peut(request, "change", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._peut(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._peut(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._peut(request, "delete", obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.dans_le_menu and (self.has_view_permission(request) or self.has_add_permission(request))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return visibles(
            super().get_queryset(request),
            utilisateur_de(request),
            le=timezone.localdate(),
            roles=self.roles_pour("view", "change"),
        )

    # What is shown of people

    def noter_lecture(self, request: HttpRequest, objets: Sequence[Any]) -> None:
        """Keep who read the records of people that these rows show; a model whose pages name people overrides it.

        Called for lists, Django's own pages of one object, its history and choices by autocompletion. Pages of our own
        call it themselves.
        """

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            self.noter_lecture(request, [obj])
        context["a_un_historique"] = evenements_de(self.model) is not None
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Lists

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        titre = {"title": capfirst(self.opts.verbose_name_plural)}
        response = super().changelist_view(request, {**titre, **(extra_context or {})})
        liste = (getattr(response, "context_data", None) or {}).get("cl")
        if liste is not None:
            self.noter_lecture(request, list(liste.result_list))
        return response

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the list offers as a filter: no other column can be guessed letter by letter from the address."""
        filtres = self.get_list_filter(request) if request is not None else self.list_filter
        champs = {self.date_hierarchy} if self.date_hierarchy else set()
        for filtre in filtres:
            if isinstance(filtre, type) and issubclass(filtre, SimpleListFilter):
                if lookup == filtre.parameter_name:
                    return True
            else:
                champs.add(str(filtre[0] if isinstance(filtre, (list, tuple)) else filtre))
        return any(lookup == champ or self._est_du_filtre(lookup, champ) for champ in champs)

    def _est_du_filtre(self, lookup: str, nom: str) -> bool:
        """Whether it asks for the values of this filter, and not for a column of what the filter's rows point to."""
        if not lookup.startswith(f"{nom}{LOOKUP_SEP}"):
            return False
        champ = get_fields_from_path(self.model, nom)[-1]
        demandes = lookup.removeprefix(f"{nom}{LOOKUP_SEP}").split(LOOKUP_SEP)
        if isinstance(champ, RelatedField) and demandes[0] in ("pk", "id", champ.target_field.name):
            demandes = demandes[1:]
        return set(demandes) <= COMPARAISONS

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's bulk deletion: it knows neither our services nor what they must tell people."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # History

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What changed, by whom and from where, instead of Django's own log, for those who may see the object."""
        objet = self.objet_ou_404(request, object_id)
        if evenements_de(self.model) is None:
            raise Http404(__("Cette page n'existe pas."))
        saisie = request.GET.get("a", "")
        debut = int(saisie) if saisie.isdecimal() and len(saisie) < 7 else 0
        entrees, suite = historique.lire(
            objet, lecteur=utilisateur_de(request), le=timezone.localdate(), debut=debut, nombre=EVENEMENTS_PAR_PAGE
        )
        self.noter_lecture(request, [objet])
        context = {
            **self.admin_site.each_context(request),
            "title": __("Historique"),
            "subtitle": str(objet),
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "objet": objet,
            "entrees": entrees,
            "plus_recents": max(0, debut - EVENEMENTS_PAR_PAGE) if debut else None,
            "plus_anciens": debut + EVENEMENTS_PAR_PAGE if suite else 0,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/equipe/historique.html", context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: Django's log would keep names for ever, and only of what its own pages change."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing, as above."""

    # Absent objects

    def objet_ou_404(self, request: HttpRequest, object_id: str, acte: str = "view") -> Any:
        """An object within the scope, for a page of our own. 404 outside it, 403 for an act not open to the person."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        objet = self.get_object(request, unquote(object_id))
        if objet is None:
            raise Http404(__("Cette page n'existe pas."))
        if not self._peut(request, acte, objet):
            raise PermissionDenied
        return objet

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(__("Cette page n'existe pas."))


class RangeesDuParent(_BaseInlineFormSet):
    """Only the rows of this very object: another's id answers as an absent one, among new rows too."""

    def _existing_object(self, pk: Any) -> Any:
        objet = super()._existing_object(pk)  # type: ignore[misc]
        if objet is None:
            raise Http404(__("Cette page n'existe pas."))
        return objet

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        champ = form.fields[form._meta.model._meta.pk.name]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = self.get_queryset()


class PorteeInline(_Portee, _InlineModelAdmin):
    """Rows under an object: open to those whose role allows it where the object is."""

    formset = RangeesDuParent
    extra = 0
    show_change_link = False

    def _peut(self, request: HttpRequest, acte: str, parent: models.Model | None) -> bool:
        permission = nom_permission(self.model, acte)
        if not request.user.has_perm(permission):
            return False
        if parent is None or parent.pk is None:
            return True
        parents = type(parent)._default_manager.filter(pk=parent.pk)
        return visibles(
            parents, utilisateur_de(request), le=timezone.localdate(), roles=roles_autorises(permission)
        ).exists()

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._peut(request, "view", obj) or self._peut(request, "change", obj)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._peut(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._peut(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._peut(request, "delete", obj)


class PorteeStacked(PorteeInline):
    """One block per row; Django's tables of fields have no label for those who don't see the columns."""

    template = "admin/edit_inline/stacked.html"


class FiltreVisible(admin.RelatedOnlyFieldListFilter):
    """A filter on a related object that offers only objects found in the person's own list."""
