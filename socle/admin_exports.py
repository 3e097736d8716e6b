"""Taking a list out as a file: what the list shows, with its filters and its scope; and the files being made."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from socle import exports
from socle.admin import PorteeAdmin
from socle.enums import FormatExport, FormatTableau, StatutExport
from socle.models import Export, Utilisateur, stockage_des_exports
from socle.portee import utilisateur_de
from socle.tableaux import TYPES

_LOT = 1000
_TYPES = {**{FormatExport(f): type_ for f, type_ in TYPES.items()}, FormatExport.PDF: "application/pdf"}
Reponse = TypeVar("Reponse", HttpResponse, FileResponse)


# A heading, and what stands under it for a row.
Colonne = tuple[str | Promise, Callable[[Any], Any]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A way of taking out a list: its columns, and who was read when it names families."""

    titre: str | Promise
    aide: str | Promise = ""
    colonnes: Sequence[Colonne]
    # Loads what the columns read, in a fixed number of queries.
    preparer: Callable[[QuerySet[Any]], QuerySet[Any]] = field(default=lambda queryset: queryset)
    noter: Callable[[Utilisateur, QuerySet[Any], datetime], None] | None = None


class ListeExportable(PorteeAdmin):
    """A list with a page "Exporter": the rows of the list as it is filtered, never more than its reader sees."""

    change_list_template = "admin/equipe/liste.html"
    tables: Mapping[str, Table] = {}

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        for nom, table in self.tables.items():
            exports.enregistrer(self._quoi(nom), table.titre, self._producteur(nom))

    def _quoi(self, nom: str) -> str:
        return f"{self.opts.model_name}:{nom}"

    def _producteur(self, nom: str) -> exports.Producteur:
        def produire(demandeur: Utilisateur, criteres: str) -> exports.Contenu:
            """As the list would answer its owner now."""
            request = HttpRequest()
            request.method = "GET"
            request.GET = QueryDict(criteres)
            request.user = demandeur
            if not self.has_view_permission(request):
                raise exports.ExportRefuse
            return self.contenu(request, nom)

        return produire

    def contenu(self, request: HttpRequest, nom: str) -> exports.Contenu:
        table = self.tables[nom]
        # A copy: the parameters of the pages of a list are none of its filters.
        request.GET = QueryDict(self.criteres(request))
        trouvees = self.get_changelist_instance(request).get_queryset(request)
        nombre = trouvees.count()

        def lignes() -> Iterator[list[Any]]:
            for rangee in table.preparer(trouvees).iterator(chunk_size=_LOT):
                yield [lire(rangee) for _entete, lire in table.colonnes]

        def noter(maintenant: datetime) -> None:
            if table.noter is not None:
                table.noter(utilisateur_de(request), trouvees, maintenant)

        return exports.Contenu(
            titre=str(table.titre),
            entetes=[str(entete) for entete, _lire in table.colonnes],
            lignes=lignes,
            nombre=nombre,
            noter=noter,
        )

    def criteres(self, request: HttpRequest) -> str:
        parametres = request.GET.copy()
        for nom in ("p", "all", "e", "_facets"):
            parametres.pop(nom, None)
        return parametres.urlencode()

    def get_urls(self) -> list[URLPattern]:
        nom = f"{self.opts.app_label}_{self.opts.model_name}_exporter"
        return [path("exporter/", self.admin_site.admin_view(self.exporter_view), name=nom), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        contexte: dict[str, Any] = {}
        if self.tables:
            adresse = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_exporter")
            contexte["url_exporter"] = f"{adresse}?{self.criteres(request)}"
        return super().changelist_view(request, {**contexte, **(extra_context or {})})

    def exporter_view(self, request: HttpRequest) -> HttpResponse:
        """What would be taken out, in which format; then the file, or the place where it will be."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST or None, tables=self.tables)
        criteres = self.criteres(request)
        try:
            return self._page_exporter(request, form, criteres)
        except IncorrectLookupParameters:
            # A filter that means nothing: the list says so.
            liste = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            return HttpResponseRedirect(f"{liste}?{ERROR_FLAG}=1")

    def _page_exporter(self, request: HttpRequest, form: ExportForm, criteres: str) -> HttpResponse:
        if len(criteres) > Export._meta.get_field("criteres").max_length:  # type: ignore[operator]
            raise Http404
        if request.method == "POST" and form.is_valid():
            nom, format_ = form.cleaned_data["table"], FormatTableau(form.cleaned_data["format"])
            try:
                return self._exporter(request, nom, format_, criteres)
            except exports.ExportRefuse as refus:
                form.add_error(None, str(refus))
        liste = self.get_changelist_instance(request)
        context = {
            **self.admin_site.each_context(request),
            "title": __("Exporter"),
            "subtitle": capfirst(self.opts.verbose_name_plural),
            "opts": self.opts,
            "form": form,
            "nombre": liste.get_queryset(request).count(),
            "filtree": bool(criteres),
            "maximum": settings.EXPORT_DIRECT_MAX,
            "url_liste": f"{reverse(f'admin:{self.opts.app_label}_{self.opts.model_name}_changelist')}?{criteres}",
        }
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/equipe/exporter.html", context, status=status)

    def _exporter(self, request: HttpRequest, nom: str, format_: FormatTableau, criteres: str) -> HttpResponse:
        maintenant = timezone.now()
        contenu = self.contenu(request, nom)
        if exports.est_grand(contenu.nombre):
            exports.demander(
                demandeur=utilisateur_de(request),
                quoi=self._quoi(nom),
                criteres=criteres,
                format_=FormatExport(format_),
                maintenant=maintenant,
            )
            self.message_user(
                request,
                _("Le fichier se prépare. Il sera ici dans quelques minutes, pour vous seul, pendant six heures."),
                messages.SUCCESS,
            )
            return HttpResponseRedirect(reverse("admin:socle_export_changelist"))
        octets = exports.faire_tout_de_suite(contenu, format_, maintenant=maintenant)
        return _en_fichier(HttpResponse(octets, content_type=TYPES[format_]), nom, format_, maintenant)


def _en_fichier(response: Reponse, nom: str, format_: FormatTableau | FormatExport, le: datetime) -> Reponse:
    response["Content-Disposition"] = f'attachment; filename="{nom}-{timezone.localdate(le):%Y-%m-%d}.{format_.value}"'
    response["Cache-Control"] = "private, no-store"
    return response


class ExportForm(forms.Form):
    table = forms.ChoiceField(label=_("Que voulez-vous ?"), widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label=_("Sous quelle forme ?"),
        choices=FormatTableau,
        initial=FormatTableau.XLSX,
        widget=forms.RadioSelect,
        help_text=_("Dans le doute, Excel : il s'ouvre partout."),
    )

    def __init__(self, *args: Any, tables: Mapping[str, Table], **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["table"]
        if isinstance(champ, forms.ChoiceField):
            champ.choices = [
                (nom, format_html("{} <small>{}</small>", table.titre, table.aide)) for nom, table in tables.items()
            ]
        self.initial.setdefault("table", next(iter(tables), ""))

    def fieldsets_en_clair(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [("", list(self))]


@admin.register(Export)
class ExportAdmin(PorteeAdmin):
    """One's own files: being made, ready for six hours, then gone."""

    list_display = ("contenu", "format", "cree_le", "etat", "lignes", "fichier")
    list_display_links = None
    ordering = ("-cree_le", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Theirs alone, for whoever has every right too.
        return super().get_queryset(request).filter(demandeur=utilisateur_de(request))

    @admin.display(description=_("contenu"))
    def contenu(self, export: Export) -> str:
        return exports.titre_de(export.quoi)

    @admin.display(description=_("état"))
    def etat(self, export: Export) -> str:
        return format_html('<span class="etat etat--{}">{}</span>', export.statut, export.get_statut_display())

    @admin.display(description=_("fichier"))
    def fichier(self, export: Export) -> str:
        if export.statut != StatutExport.PRET or export.expire_le is None or export.expire_le <= timezone.now():
            return "–"
        return format_html(
            '<a href="{}">{}</a> <span class="discret">{}</span>',
            reverse("admin:socle_export_fichier", args=[export.cle]),
            __("Télécharger"),
            __("jusqu'à %s") % timezone.localtime(export.expire_le).strftime("%H:%M"),
        )

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<uuid:cle>/fichier/",
                self.admin_site.admin_view(require_safe(self.fichier_view)),
                name="socle_export_fichier",
            ),
            *super().get_urls(),
        ]

    def fichier_view(self, request: HttpRequest, cle: uuid.UUID) -> FileResponse:
        """The file, for whoever asked for it; for anybody else, and afterwards, an absent page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        prets = Export.objects.prets(maintenant=timezone.now())
        export = prets.filter(pk__in=self.get_queryset(request).values("pk"), cle=cle).first()
        if export is None:
            raise Http404(__("Cette page n'existe pas."))
        try:
            fichier = stockage_des_exports().open(export.nom_de_fichier)
        except FileNotFoundError:
            raise Http404(__("Cette page n'existe pas.")) from None
        format_ = FormatExport(export.format)
        nom = export.quoi.partition(":")[2]
        return _en_fichier(FileResponse(fichier, content_type=_TYPES[format_]), nom, format_, export.cree_le)
