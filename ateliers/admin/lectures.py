"""Who read whose record, for those who answer for it: a house's responsable, and the network, in figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from familles.fusions import avec_reunies, conservees
from familles.lectures import noter_page
from familles.models import Famille
from maisons.models import Maison
from socle.admin import FiltreVisible, PorteeAdmin
from socle.models import Lecture
from socle.pages import nom_de_page, nommer_pages
from socle.portee import nom_permission, roles_autorises, utilisateur_de, visibles

nommer_pages(
    {
        "account_login": _("Connexion"),
        "admin:index": _("Ma journée"),
        "admin:ateliers_atelier_add": _("Nouvel atelier"),
        "admin:ateliers_atelier_change": _("Atelier"),
        "admin:ateliers_composition_add": _("Composition de groupes"),
        "admin:ateliers_composition_change": _("Composition de groupes"),
        "admin:ateliers_composition_valider": _("Composition de groupes"),
        "admin:ateliers_demandegroupe_change": _("Demande de groupe"),
        "admin:ateliers_demandegroupe_history": _("Historique d'une demande de groupe"),
        "admin:ateliers_demandegroupe_changelist": _("Demandes de groupe"),
        "admin:ateliers_groupepairs_add": _("Nouveau groupe de parents"),
        "admin:ateliers_groupepairs_change": _("Groupe de parents"),
        "admin:ateliers_groupepairs_clore": _("Fin d'un groupe de parents"),
        "admin:ateliers_groupepairs_history": _("Historique d'un groupe de parents"),
        "admin:ateliers_groupepairs_modifier": _("Modification d'un groupe de parents"),
        "admin:ateliers_groupepairs_rencontres": _("Rencontres d'un groupe de parents"),
        "tache:ateliers.tasks.tenir_groupes": _("Groupes de parents"),
        "admin:ateliers_inscription_accepter": _("Place acceptée au téléphone"),
        "admin:ateliers_inscription_annuler": _("Annulation d'une réservation"),
        "admin:ateliers_inscription_change": _("Réservation"),
        "admin:ateliers_inscription_changelist": _("Liste des inscriptions"),
        "admin:ateliers_inscription_history": _("Historique d'une réservation"),
        "admin:ateliers_seance_annuler": _("Annulation d'une séance"),
        "admin:ateliers_seance_change": _("Séance"),
        "admin:ateliers_seance_changelist": _("Liste des séances"),
        "admin:ateliers_seance_modifier": _("Modification d'une séance"),
        "admin:ateliers_seance_presences_toutes": _("Présences d'une séance"),
        "admin:ateliers_serie_add": _("Planification"),
        "admin:ateliers_seance_ecrire": _("Message aux familles d'une séance"),
        "admin:ateliers_seance_feuille": _("Feuille de présence (PDF)"),
        "admin:ateliers_seance_inscrire": _("Inscription à l'accueil"),
        "admin:ateliers_seance_pointer": _("Présences d'une séance"),
        "admin:ateliers_seance_presences": _("Présences d'une séance"),
        "admin:ateliers_seance_passage": _("Présences d'une séance"),
        "admin:autocomplete": _("Recherche dans un formulaire"),
        "admin:familles_famille_change": _("Famille"),
        "admin:maisons_affectation_add": _("Nouvelle affectation"),
        "admin:maisons_affectation_change": _("Affectation"),
        "admin:maisons_lieu_add": _("Nouveau lieu"),
        "admin:maisons_lieu_change": _("Lieu"),
        "admin:maisons_maison_change": _("Maison"),
        "ateliers:porte": _("« Je suis là », à la porte"),
        "ateliers:reservation": _("Page de la réservation"),
        "ateliers:reservation_annuler": _("Annulation par la famille"),
        "ateliers:seance_inscription": _("Réservation en ligne"),
        "tache:ateliers.tasks.tenir_listes_attente": _("Liste d'attente"),
        "admin:familles_famille_changelist": _("Liste des familles"),
        "admin:familles_famille_history": _("Historique d'une famille"),
        "admin:socle_lecture_change": _("Détail d'une lecture"),
        "admin:socle_message_change": _("Message envoyé"),
        "admin:socle_message_changelist": _("Liste des messages"),
    }
)

FAMILLES_MONTREES = 200


class FiltrePeriode(admin.SimpleListFilter):
    title = _("période")
    parameter_name = "periode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("aujourd'hui")), ("7", _("sept jours")), ("30", _("trente jours"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lecture]) -> QuerySet[Lecture]:
        jours = self.value()
        if jours not in ("1", "7", "30"):
            return queryset
        minuit = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(le__gte=minuit - timedelta(days=int(jours) - 1))


class FiltreFamille(admin.SimpleListFilter):
    """Not in the side list: the page of a family links here."""

    title = _("famille")
    parameter_name = "famille"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.value() or "", _("cette famille"))] if self.value() else []

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lecture]) -> QuerySet[Lecture]:
        numero = self.value() or ""
        if not numero:
            return queryset
        if not numero.isdecimal() or len(numero) > 18:
            return queryset.none()
        connue = _familles_visibles(request, [int(numero)]).values_list("pk", flat=True)
        return queryset & Lecture.objects.for_objets(Famille, avec_reunies(connue))


@admin.register(Lecture)
class LectureAdmin(PorteeAdmin):
    """The log of reads. Names are found on the page of one of them, and reading that page is logged as well."""

    list_display = ("le", "utilisateur", "quelle_page", "combien", "maisons")
    list_display_links = ("le",)
    list_filter = (FiltrePeriode, FiltreFamille, ("utilisateur", FiltreVisible))
    list_select_related = ("utilisateur",)
    ordering = ("-le", "-pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        aide = __("Chaque page qui montre le nom ou le contact d'une famille laisse une ligne, gardée un an.")
        response = super().changelist_view(request, {"aide": aide, **(extra_context or {})})
        liste = (getattr(response, "context_data", None) or {}).get("cl")
        if liste is not None:
            preparer(request, list(liste.result_list))
        return response

    @admin.display(description=_("page"), ordering="page")
    def quelle_page(self, lecture: Lecture) -> str:
        return nom_de_page(lecture.page)

    @admin.display(description=_("familles"))
    def combien(self, lecture: Any) -> int:
        return int(lecture.nombre)

    @admin.display(description=_("au titre de"))
    def maisons(self, lecture: Any) -> str:
        return ", ".join(lecture.noms_maisons) or "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        lecture = self.objet_ou_404(request, object_id)
        preparer(request, [lecture])
        familles: list[Famille] = []
        if request.user.has_perm(nom_permission(Famille, "view")):
            trouvees = _familles_visibles(request, lecture.lues).order_by("prenom", "pk")
            familles = list(trouvees[:FAMILLES_MONTREES])
            noter_page(request, [famille.pk for famille in familles])
        context = {
            **self.admin_site.each_context(request),
            "title": __("Lecture"),
            "opts": self.opts,
            "lecture": lecture,
            "page_lue": nom_de_page(lecture.page),
            "familles": familles,
            "autres": lecture.nombre - len(familles),
        }
        return TemplateResponse(request, "admin/socle/lecture/fiche.html", context)


def _familles_visibles(request: HttpRequest, pks: Iterable[int]) -> QuerySet[Famille]:
    return visibles(
        Famille.objects.filter(pk__in=pks),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=roles_autorises(nom_permission(Famille, "view")),
    )


def preparer(request: HttpRequest, lectures: Sequence[Any]) -> None:
    """Give rows the houses' names and the number of families, each as far as the person may know them.

    A record that was merged since is the family it became. A row may have been written on behalf of several houses, of
    which the person sees one: what concerns the others is not told, not even as a number.
    """
    utilisateur, le = utilisateur_de(request), timezone.localdate()
    roles = roles_autorises(nom_permission(Lecture, "view"))
    pks = {pk for lecture in lectures for pk in lecture.cadres}
    noms = dict(visibles(Maison.objects.filter(pk__in=pks), utilisateur, le=le, roles=roles).values_list("pk", "nom"))
    aujourdhui = conservees(pk for lecture in lectures for pk in lecture.objets)
    connues: set[int] | None = None
    if request.user.has_perm(nom_permission(Famille, "view")):
        connues = set(_familles_visibles(request, list(set(aujourdhui.values()))).values_list("pk", flat=True))
    for lecture in lectures:
        lecture.noms_maisons = sorted(noms[pk] for pk in lecture.cadres if pk in noms)
        lecture.lues = {aujourdhui[pk] for pk in lecture.objets}
        lecture.nombre = len(lecture.lues if connues is None else connues & lecture.lues)
