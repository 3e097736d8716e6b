"""A campaign: prepare it, open its doors, close it, publish and read its results."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from enquetes import campagnes, demandes, importation, lecture, pdf, publication, rapports
from enquetes.admin.commun import MeneAdmin, MeneStacked
from enquetes.admin.questionnaires import departements_menes, mene_le_reseau, versions_proposees
from enquetes.enums import CanalEnquete, StatutCampagne, StatutTexte
from enquetes.forms import ImportForm
from enquetes.models import Acces, Campagne, DemandePublication, Instantane, SuiteDonnee, TexteLibre
from enquetes.perms import can_voir_toutes_les_maisons
from maisons.models import Maison
from socle.classeurs import FichierRefuse
from socle.enums import FormatExport, FormatTableau
from socle.exports import ExportRefuse
from socle.portee import nom_permission, roles_autorises, utilisateur_de, visibles
from socle.tableaux import TYPES

INVALIDE = 422
ERREURS_MONTREES = 50
COLONNES_COTE_A_COTE = 4


class SuiteInline(MeneStacked):
    model = SuiteDonnee
    fields = ("rang", "dit", "fait")
    ordering = ("rang",)
    extra = 1


@admin.register(Campagne)
class CampagneAdmin(MeneAdmin):
    navigation = (70, _("Enquêtes"))
    list_display = ("titre", "version", "statut", "ouvre_le", "ferme_le")
    list_filter = ("statut",)
    list_select_related = ("version__questionnaire",)
    search_fields = ("titre",)
    ordering = ("-ouvre_le", "pk")
    fieldsets = (
        (_("Ce que les familles lisent"), {"fields": ("titre", "slug", "public")}),
        (_("Quoi, où, quand"), {"fields": ("version", "departement", "maison", "maisons", ("ouvre_le", "ferme_le"))}),
        (_("Résultats"), {"fields": ("seuil", "resultats_publics")}),
    )
    prepopulated_fields = {"slug": ("titre",)}
    inlines = (SuiteInline,)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        ouverte = obj is not None and obj.statut != StatutCampagne.PREPARATION
        return ("version", "seuil", "departement", "maison") if ouverte else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else self.prepopulated_fields

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        if db_field.name == "departement":
            return departements_menes(request, self.roles_pour("add", "change"))
        if db_field.name == "version":
            return versions_proposees(request, self.roles_pour("view"))
        return super().get_field_queryset(db, db_field, request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        base = super().get_form(request, obj, change, **options)
        reseau = mene_le_reseau(request, self.roles_pour("add", "change"))

        class Formulaire(base):  # type: ignore[misc, valid-type]
            def clean(self) -> Any:
                donnees = super().clean()
                menee = "departement" not in self.fields or donnees.get("departement") or donnees.get("maison")
                if not (menee or reseau):
                    self.add_error("maison", __("Dites au nom de quelle maison, ou de quel département."))
                return donnees

        return Formulaire

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        campagne = form.instance
        if campagne.maison_id and not campagne.maisons.exists():
            campagne.maisons.add(campagne.maison_id)
        if campagne.statut == StatutCampagne.OUVERTE:
            campagnes.creer_acces(campagne)

    # Pages

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view
        return [
            path("<path:object_id>/modifier/", vue(self.modifier_view), name="enquetes_campagne_modifier"),
            path("<path:object_id>/affiche/<int:acces>/", vue(self.affiche_view), name="enquetes_campagne_affiche"),
            path("<path:object_id>/resultats/", vue(self.resultats_view), name="enquetes_campagne_resultats"),
            path("<path:object_id>/rapport/", vue(self.rapport_view), name="enquetes_campagne_rapport"),
            path("<path:object_id>/importer/", vue(self.importer_view), name="enquetes_campagne_importer"),
            path("<path:object_id>/importer/modele.xlsx", vue(self.modele_view), name="enquetes_campagne_modele"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        campagne = self.objet_ou_404(request, object_id)
        peut = self.has_change_permission(request, campagne)
        if request.method == "POST":
            if not peut:
                raise PermissionDenied
            return self._agir(request, campagne)
        recues = campagne.reponses.count()
        demande = DemandePublication.objects.filter(campagne=campagne).first()
        contexte = {
            **self._contexte(request, campagne),
            "peut_modifier": peut,
            "recues": recues,
            "assez": recues >= campagne.seuil,
            "acces": self._acces(request, campagne),
            "publications": campagne.instantanes.order_by("-numero"),
            "definitif": campagne.instantanes.filter(definitif=True).exists(),
            "demande": demande,
            "en_preparation": demande is not None and not demande.refus,
            "a_relire": self._a_relire(request, campagne),
        }
        return TemplateResponse(request, "admin/enquetes/campagne/fiche.html", contexte)

    def _a_relire(self, request: HttpRequest, campagne: Campagne) -> int:
        textes = campagne.textes.filter(statut=StatutTexte.A_LIRE)
        roles = roles_autorises(nom_permission(TexteLibre, "view"))
        return visibles(textes, utilisateur_de(request), le=timezone.localdate(), roles=roles).count()

    def _acces(self, request: HttpRequest, campagne: Campagne) -> list[Acces]:
        """The doors of the houses one works at; invitations have no address of their own."""
        acces = campagne.acces.exclude(canal=CanalEnquete.INVITATION).select_related("maison", "campagne")
        if not can_voir_toutes_les_maisons(utilisateur_de(request), campagne, le=timezone.localdate()):
            siennes = self._maisons(request)
            acces = acces.filter(maison__in=siennes) | acces.filter(maison__isnull=True)
        trouves: list[Any] = list(acces.order_by("maison__nom", "canal", "-moment"))
        for porte in trouves:
            porte.adresse = f"{settings.URL_PUBLIQUE.rstrip('/')}{porte.get_absolute_url()}"
        return trouves

    def _maisons(self, request: HttpRequest) -> QuerySet[Any]:
        return Maison.objects.visibles_par(
            utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("view")
        )

    def _contexte(self, request: HttpRequest, campagne: Campagne) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": campagne.titre,
            "opts": self.opts,
            "campagne": campagne,
            "voit_resultats": self._peut(request, "resultats", campagne),
        }

    def _agir(self, request: HttpRequest, campagne: Campagne) -> HttpResponse:
        try:
            match request.POST.get("acte"):
                case "ouvrir":
                    campagnes.ouvrir(campagne=campagne, le=timezone.localdate())
                    fait = __("La campagne est ouverte.")
                case "clore":
                    campagnes.clore(campagne=campagne)
                    fait = __("La campagne est close.")
                case "publier":
                    demandes.demander(campagne=campagne, maintenant=timezone.now())
                    fait = __("Les résultats se préparent : ils seront ici dans une minute ou deux.")
                case "fermer" | "rouvrir" as acte if (porte := request.POST.get("objet", "")).isdecimal():
                    campagnes.tenir_porte(campagne=campagne, acces=int(porte[:18]), ouverte=acte == "rouvrir")
                    fait = __("L'accès est rouvert.") if acte == "rouvrir" else __("L'accès est fermé.")
                case _:
                    raise Http404
        except (campagnes.CampagneRefusee, publication.PublicationRefusee) as refus:
            self.message_user(request, str(refus), messages.ERROR)
        else:
            self.message_user(request, fait, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:enquetes_campagne_change", args=[campagne.pk]))

    def modifier_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        self.objet_ou_404(request, object_id, "change")
        return super().change_view(request, object_id)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:enquetes_campagne_change", args=[obj.pk]))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:enquetes_campagne_change", args=[obj.pk]))

    def affiche_view(self, request: HttpRequest, object_id: str, acces: int) -> HttpResponse:
        campagne = self.objet_ou_404(request, object_id)
        porte = next((a for a in self._acces(request, campagne) if a.pk == acces), None)
        if porte is None:
            raise Http404
        return _fichier(pdf.affiche(porte), "application/pdf", f"affiche-{slugify(campagne.titre)}.pdf")

    # Answers on paper

    def modele_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campagne = self.objet_ou_404(request, object_id, "change")
        return _fichier(
            importation.modele(campagne), TYPES[FormatTableau.XLSX], f"reponses-{slugify(campagne.titre)}.xlsx"
        )

    def importer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A file is checked and nothing is written; sent again to be written, it is checked anew."""
        campagne = self.objet_ou_404(request, object_id, "change")
        form = ImportForm(request.POST or None, request.FILES or None)
        analyse = None
        if request.method == "POST" and form.is_valid():
            octets, maintenant = form.cleaned_data["fichier"], timezone.now()
            try:
                if request.POST.get("acte") == "importer":
                    nombre = importation.importer(campagne=campagne, octets=octets, maintenant=maintenant)
                    fait = ngettext("%d réponse importée.", "%d réponses importées.", nombre) % nombre
                    self.message_user(request, fait, messages.SUCCESS)
                    return HttpResponseRedirect(reverse("admin:enquetes_campagne_change", args=[campagne.pk]))
                importation.verifier(campagne=campagne, octets=octets, maintenant=maintenant)
                lignes = importation.lire_classeur(octets, campagne=campagne)
                analyse = importation.analyser(campagne=campagne, lignes=lignes, maintenant=maintenant)
            except FichierRefuse as refus:
                form.add_error("fichier", str(refus))
            except importation.ImportRefuse as refus:
                form.add_error("fichier", str(refus))
                analyse = refus.analyse
        contexte = {
            **self._contexte(request, campagne),
            "subtitle": __("importer des réponses"),
            "form": form,
            "analyse": analyse,
            "erreurs": analyse.erreurs[:ERREURS_MONTREES] if analyse else [],
        }
        status = INVALIDE if form.errors or (analyse and analyse.erreurs) else 200
        return TemplateResponse(request, "admin/enquetes/campagne/importer.html", contexte, status=status)

    # Results

    def _resultats(self, request: HttpRequest, object_id: str) -> tuple[Campagne, Instantane, set[int] | None]:
        """The campaign, the publication asked for, and the houses whose figures this person reads (None: all)."""
        campagne = self.objet_ou_404(request, object_id, "resultats")
        publications = campagne.instantanes.order_by("-numero")
        numero = request.GET.get("numero", "")
        instantane = publications.filter(numero=int(numero)).first() if numero.isdecimal() else publications.first()
        if instantane is None:
            raise Http404(__("Aucun résultat n'est publié."))
        return campagne, instantane, rapports.maisons_de(utilisateur_de(request), campagne)

    def resultats_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campagne, instantane, maisons = self._resultats(request, object_id)
        axes = lecture.axes(instantane.contenu)
        axe = request.GET.get("axe", "")
        if axe not in dict(axes):
            axe = ""
        autre = self._autre(request, campagne)
        if autre is not None:
            questions = lecture.comparer((campagne.titre, instantane.contenu), (autre.campagne.titre, autre.contenu))
        else:
            questions = lecture.questions(instantane.contenu, axe=axe, maisons=maisons)
        contexte = {
            **self._contexte(request, campagne),
            "subtitle": __("résultats"),
            "instantane": instantane,
            "publications": campagne.instantanes.order_by("-numero"),
            "axes": axes,
            "axe": axe,
            "questions": questions,
            "larges": any(len(t.colonnes) > COLONNES_COTE_A_COTE for q in questions for t in q.tableaux),
            "paroles": []
            if autre is not None
            else lecture.paroles(campagne, le=timezone.localdate(), maisons=maisons),
            "comparables": self._comparables(request, campagne),
            "autre": autre,
            "ma_maison_cachee": axe == "maison"
            and maisons is not None
            and len(lecture.colonnes(instantane.contenu, axe, maisons)) < 2,
        }
        return TemplateResponse(request, "admin/enquetes/campagne/resultats.html", contexte)

    def _comparables(self, request: HttpRequest, campagne: Campagne) -> QuerySet[Campagne]:
        """Campaigns of the same questionnaire whose results the person reads too."""
        return (
            self.get_queryset(request)
            .filter(
                version__questionnaire=campagne.version.questionnaire_id,
                instantanes__isnull=False,
                pk__in=Campagne.objects.visibles_par(
                    utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("view")
                ).values("pk"),
            )
            .exclude(pk=campagne.pk)
            .distinct()
            .order_by("-ouvre_le", "pk")
        )

    def _autre(self, request: HttpRequest, campagne: Campagne) -> Instantane | None:
        voulue = request.GET.get("avec", "")
        if not voulue:
            return None
        if not voulue.isdecimal():
            raise Http404
        autre = get_object_or_404(self._comparables(request, campagne), pk=int(voulue))
        if not self._peut(request, "resultats", autre):
            raise PermissionDenied
        return autre.instantanes.select_related("campagne").order_by("-numero").first()

    def rapport_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the results as a file, which a worker makes."""
        _campagne, instantane, _maisons = self._resultats(request, object_id)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:enquetes_campagne_resultats", args=[object_id]))
        if (format_ := request.POST.get("format")) not in rapports.FORMATS:
            raise Http404
        try:
            rapports.demander(
                demandeur=utilisateur_de(request),
                instantane=instantane,
                format_=FormatExport(format_),
                maintenant=timezone.now(),
            )
        except ExportRefuse as refus:
            self.message_user(request, str(refus), messages.ERROR)
        else:
            prepare = __("Le fichier se prépare. Il sera ici dans une minute ou deux, pour vous seul, six heures.")
            self.message_user(request, prepare, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:socle_export_changelist"))


def _fichier(contenu: bytes, type_: str, nom: str) -> HttpResponse:
    response = HttpResponse(contenu, content_type=type_)
    response["Content-Disposition"] = f'attachment; filename="{nom}"'
    response["Cache-Control"] = "private, no-store"
    return response
