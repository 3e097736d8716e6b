"""Sessions and series: their list, their page, and planning, changing and cancelling, each seen before it is done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ateliers import seances
from ateliers.admin import accueil, ecrire, importer, presences, saisons
from ateliers.admin.commun import noter_lecture
from ateliers.admin.tables import TABLES_SEANCES
from ateliers.enums import StatutInscription, StatutSeance
from ateliers.forms_admin import AnnulationForm, ModificationForm, PlanificationForm
from ateliers.models import Atelier, Inscription, Seance, Serie
from ateliers.perms import can_confier, can_voir_les_inscrits
from maisons.calendriers import vacances_connues_jusqu_au
from maisons.enums import Frequence
from maisons.forms_rythme import lire_jours
from maisons.models import Lieu, Maison
from maisons.perms import equipes
from maisons.recurrence import RegleImpossible, jours_de_la_regle
from socle import dates
from socle.admin import FiltreVisible, PorteeAdmin
from socle.admin_exports import ListeExportable
from socle.models import Utilisateur
from socle.portee import utilisateur_de, visibles

if TYPE_CHECKING:
    from django.forms import Form


class FiltreSemaine(admin.SimpleListFilter):
    title = _("semaine")
    parameter_name = "semaine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("cette", _("cette semaine")),
            ("prochaine", _("la semaine prochaine")),
            ("passees", _("passées")),
            ("toutes", _("toutes")),
        ]

    def choices(self, changelist: Any) -> Any:
        tous, *autres = super().choices(changelist)
        return [{**tous, "display": _("à venir")}, *autres]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Seance]) -> QuerySet[Seance]:
        maintenant = timezone.localtime()
        lundi = maintenant.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=maintenant.weekday())
        match self.value():
            case "cette":
                return queryset.filter(debut__gte=lundi, debut__lt=lundi + timedelta(days=7))
            case "prochaine":
                return queryset.filter(debut__gte=lundi + timedelta(days=7), debut__lt=lundi + timedelta(days=14))
            case "passees":
                return queryset.filter(fin__lt=maintenant).order_by("-debut", "-pk")
            case "toutes":
                return queryset
        return queryset.filter(fin__gte=maintenant)


class FiltreAnimateur(admin.SimpleListFilter):
    title = _("animée par")
    parameter_name = "animee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        personnes = Utilisateur.objects.filter(
            pk__in=model_admin.get_queryset(request).order_by().values("animateur")
        ).order_by("prenom", "nom", "pk")
        return [(str(personne.pk), personne) for personne in personnes] + [("personne", _("personne de l'équipe"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Seance]) -> QuerySet[Seance]:
        valeur = self.value() or ""
        if valeur == "personne":
            return queryset.filter(animateur=None)
        return queryset.filter(animateur=int(valeur)) if valeur.isdecimal() and len(valeur) <= 18 else queryset


def with_attente(queryset: QuerySet[Seance]) -> QuerySet[Seance]:
    """With how many families wait for a place, and how many are offered one."""
    return queryset.annotate(
        nombre_attente=Count("inscriptions", filter=Q(inscriptions__statut=StatutInscription.EN_ATTENTE)),
        nombre_propositions=Count("inscriptions", filter=Q(inscriptions__statut=StatutInscription.PROPOSEE)),
    )


@admin.register(Seance)
class SeanceAdmin(ListeExportable):
    tables = TABLES_SEANCES
    navigation = (10, _("Séances"))
    list_display = ("quand", "intitule", "endroit", "adultes", "enfants", "attente", "etat")
    list_display_links = ("quand", "intitule")
    list_filter = (FiltreSemaine, ("lieu__maison", FiltreVisible), FiltreAnimateur, "format", "statut")
    search_fields = ("titre", "intervenants", "lieu__nom", "lieu__maison__nom")
    search_help_text = _("Titre, animateur, lieu ou maison")
    ordering = ("debut", "pk")
    actions = ("publier",)
    view_on_site = True

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_attente(
            super()
            .get_queryset(request)
            .select_related("lieu__maison", "lieu__commune", "serie", "animateur", "salle")
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        contexte = {"outils_liste": saisons.outils(self, request)} if self.has_view_permission(request) else {}
        return super().changelist_view(request, {**contexte, **(extra_context or {})})

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in ("serie", "serie__id__exact") or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("quand"), ordering="debut")
    def quand(self, seance: Seance) -> str:
        return dates.date_longue(seance.debut, seance.zone)

    @admin.display(description=_("maison et lieu"), ordering="lieu__maison__nom")
    def endroit(self, seance: Seance) -> str:
        maison, lieu = seance.lieu.maison.nom, seance.lieu.nom
        precisions = [] if maison.startswith(lieu) else [lieu]
        if seance.salle is not None:
            precisions.append(seance.salle.nom)
        if not precisions:
            return maison
        return format_html('{}<br><span class="discret">{}</span>', maison, ", ".join(precisions))

    @admin.display(description=_("titre"), ordering="titre")
    def intitule(self, seance: Seance) -> str:
        if seance.animateur is None:
            return seance.titre
        return format_html('{}<br><span class="discret">{}</span>', seance.titre, seance.animateur)

    @admin.display(description=_("adultes"), ordering=F("capacite_adultes") - F("adultes_pris"))
    def adultes(self, seance: Seance) -> str:
        return f"{seance.adultes_pris} / {seance.capacite_adultes}"

    @admin.display(description=_("enfants"), ordering=F("capacite_enfants") - F("enfants_pris"))
    def enfants(self, seance: Seance) -> str:
        return f"{seance.enfants_pris} / {seance.capacite_enfants}"

    @admin.display(description=_("en attente"), ordering="nombre_attente")
    def attente(self, seance: Any) -> str:
        return str(seance.nombre_attente or "–")

    @admin.display(description=_("état"), ordering="statut")
    def etat(self, seance: Seance) -> str:
        libelle = _("complète") if _est_pleine(seance) else seance.get_statut_display()
        genre = "complete" if _est_pleine(seance) else seance.statut
        return format_html('<span class="etat etat--{}">{}</span>', genre, libelle)

    @admin.action(description=_("Ouvrir les brouillons aux inscriptions"), permissions=["change"])
    def publier(self, request: HttpRequest, queryset: QuerySet[Seance]) -> None:
        permises = visibles(
            queryset, utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("change")
        )
        nombre = seances.publier_seances(
            seances=list(permises.values_list("pk", flat=True)), maintenant=timezone.now()
        )
        self.message_user(
            request,
            ngettext("%d séance ouverte.", "%d séances ouvertes.", nombre) % nombre
            if nombre
            else _("Aucun brouillon à venir dans ce choix."),
            messages.SUCCESS if nombre else messages.WARNING,
        )

    # Pages of one session

    def get_urls(self) -> list[URLPattern]:
        return [
            *saisons.urls(self),
            *importer.urls(self),
            *accueil.urls(self),
            *presences.urls(self),
            *ecrire.urls(self),
            path(
                "<path:object_id>/modifier/",
                self.admin_site.admin_view(self.modifier_view),
                name="ateliers_seance_modifier",
            ),
            path(
                "<path:object_id>/annuler/",
                self.admin_site.admin_view(self.annuler_view),
                name="ateliers_seance_annuler",
            ),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A single session is planned on the page that plans series."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(f"{reverse('admin:ateliers_serie_add')}?frequence={Frequence.UNIQUE.value}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All about a session on one page: nothing is changed here, each act has its own."""
        seance = self.objet_ou_404(request, object_id)
        voit_inscrits = can_voir_les_inscrits(utilisateur_de(request), seance, le=timezone.localdate())
        inscriptions = seance.inscriptions.all() if voit_inscrits else Inscription.objects.none()
        rangs = {statut: rang for rang, statut in enumerate(StatutInscription)}
        liste = sorted(
            inscriptions.select_related("famille"),
            key=lambda i: (rangs[StatutInscription(i.statut)], i.attente_depuis or i.cree_le, i.pk),
        )
        noter_lecture(request, liste, seance=seance)
        context = {
            **self._contexte(request, seance, dates.date_longue(seance.debut, seance.zone)),
            "voit_inscrits": voit_inscrits,
            "inscriptions": liste,
            "peut_modifier": self._peut_encore(request, seance),
            "peut_supprimer": self.has_delete_permission(request, seance),
            "est_pleine": _est_pleine(seance),
            "est_commencee": seance.debut <= timezone.now(),
            "peut_accueillir": accueil.peut_accueillir(request, seance),
            # Says why the names are missing to someone of the team who doesn't lead this session.
            "autre_anime": not voit_inscrits and accueil.peut_accueillir(request, seance),
        }
        return TemplateResponse(request, "admin/ateliers/seance/fiche.html", context)

    def _peut_encore(self, request: HttpRequest, seance: Seance) -> bool:
        return self.has_change_permission(request, seance) and not seance.est_annulee and seance.debut > timezone.now()

    def _contexte(self, request: HttpRequest, seance: Seance, titre: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": seance.titre,
            "subtitle": titre,
            "opts": self.opts,
            "seance": seance,
        }

    def modifier_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        seance = self.objet_ou_404(request, object_id, "change")
        maintenant = timezone.now()
        lieux = self._lieux(request).filter(maison=seance.lieu.maison_id).filter(Q(actif=True) | Q(pk=seance.lieu_id))
        peut_confier = can_confier(utilisateur_de(request), [seance.pk], le=timezone.localdate())
        form = ModificationForm(
            request.POST or None,
            seance=seance,
            lieux=lieux,
            animateurs=self._animateurs(seance.lieu.maison_id) if peut_confier else None,
            aujourd_hui=timezone.localdate(),
        )
        context: dict[str, Any] = {
            **self._contexte(request, seance, __("Modifier")),
            "form": form,
            "url_retour": reverse("admin:ateliers_seance_change", args=[seance.pk]),
        }
        if request.method == "POST" and request.POST.get("etape") != "formulaire" and form.is_valid():
            demande = {
                "seance": seance,
                "changements": form.changements(),
                "etendue": form.etendue_choisie,
                "maintenant": maintenant,
            }
            try:
                context["bilan"] = apercu = seances.prevoir_modification(**demande)
                confiees = [changee.seance.pk for changee in apercu.changees if "animateur" in changee.champs]
                if not can_confier(utilisateur_de(request), confiees, le=timezone.localdate()):
                    raise seances.SeanceRefusee(
                        __(
                            "Des familles ont réservé d'autres séances de la série : qui les anime se change par le "
                            "ou la responsable."
                        ),
                        champ="animateur",
                    )
                if request.POST.get("etape") == "confirmer":
                    bilan = seances.modifier_seances(version=form.cleaned_data["version"], **demande)
                    self.message_user(request, _phrase_bilan(bilan), messages.SUCCESS)
                    self._avertir_sans_contact(request, bilan)
                    return HttpResponseRedirect(context["url_retour"])
            except seances.SeanceChangeeEntretemps as refus:
                self.message_user(request, str(refus), messages.WARNING)
                return HttpResponseRedirect(request.path)
            except seances.SeanceRefusee as refus:
                _refuser(form, refus)
            else:
                if context["bilan"].changees:
                    return TemplateResponse(request, "admin/ateliers/seance/modifier_apercu.html", context)
                form.add_error(None, __("Rien n'a changé : modifiez un champ, ou revenez à la séance."))
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/ateliers/seance/modifier.html", context, status=status)

    def annuler_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        seance = self.objet_ou_404(request, object_id, "change")
        maintenant = timezone.now()
        form = AnnulationForm(request.POST or None, seance=seance)
        context: dict[str, Any] = {
            **self._contexte(request, seance, __("Annuler")),
            "form": form,
            "url_retour": reverse("admin:ateliers_seance_change", args=[seance.pk]),
        }
        if request.method == "POST" and request.POST.get("etape") != "formulaire" and form.is_valid():
            demande = {"seance": seance, "etendue": form.etendue_choisie, "maintenant": maintenant}
            try:
                if request.POST.get("etape") == "confirmer":
                    bilan = seances.annuler_seances(motif=form.cleaned_data["motif"], **demande)
                    self.message_user(request, _phrase_bilan(bilan), messages.SUCCESS)
                    self._avertir_sans_contact(request, bilan)
                    return HttpResponseRedirect(context["url_retour"])
                context["bilan"] = seances.prevoir_annulation(**demande)
                return TemplateResponse(request, "admin/ateliers/seance/annuler_apercu.html", context)
            except seances.SeanceRefusee as refus:
                _refuser(form, refus)
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/ateliers/seance/annuler.html", context, status=status)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Only what nobody ever booked is deleted; for the rest the way out is to cancel."""
        seance = self.objet_ou_404(request, object_id, "delete")
        if request.method != "POST":
            context = self._contexte(request, seance, __("Supprimer"))
            context["a_des_inscriptions"] = seance.inscriptions.exists()
            return TemplateResponse(request, "admin/ateliers/seance/supprimer.html", context)
        try:
            seances.supprimer_seance(seance=seance)
        except seances.SeanceRefusee as refus:
            self.message_user(request, str(refus), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:ateliers_seance_change", args=[object_id]))
        self.message_user(request, _("Séance supprimée."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ateliers_seance_changelist"))

    def _animateurs(self, maison: int) -> QuerySet[Utilisateur]:
        return equipes(Maison.objects.filter(pk=maison), le=timezone.localdate())

    def _lieux(self, request: HttpRequest) -> QuerySet[Lieu]:
        return visibles(
            Lieu.objects.select_related("maison", "commune").order_by("maison__nom", "nom", "pk"),
            utilisateur_de(request),
            le=timezone.localdate(),
            roles=self.roles_pour("change"),
        )

    def _avertir_sans_contact(self, request: HttpRequest, bilan: seances.Bilan) -> None:
        nombre = bilan.destinataires.sans_contact
        if nombre:
            self.message_user(
                request,
                ngettext(
                    "%d famille n'a ni e-mail ni mobile : prévenez-la de vive voix.",
                    "%d familles n'ont ni e-mail ni mobile : prévenez-les de vive voix.",
                    nombre,
                )
                % nombre,
                messages.WARNING,
            )


def _est_pleine(seance: Seance) -> bool:
    return seance.statut == StatutSeance.PUBLIEE and seance.est_complete


def _refuser(form: Form, refus: seances.SeanceRefusee | RegleImpossible) -> None:
    form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))


def _phrase_bilan(bilan: seances.Bilan) -> str:
    nombre = len(bilan.changees)
    if nombre:
        fait = ngettext("%d séance modifiée.", "%d séances modifiées.", nombre) % nombre
    else:
        nombre = len(bilan.annulees)
        fait = ngettext("%d séance annulée.", "%d séances annulées.", nombre) % nombre
    if not nombre:
        return __("C'était déjà fait.")
    prevenues = bilan.destinataires.joignables
    if prevenues:
        fait = f"{fait} " + ngettext("%d famille est prévenue.", "%d familles sont prévenues.", prevenues) % prevenues
    return fait


@admin.register(Serie)
class SerieAdmin(PorteeAdmin):
    list_display = ("origine", "maison", "lieu", "premier_jour", "heure", "nombre_seances", "seances_liste")
    list_filter = (("lieu__maison", FiltreVisible),)
    search_fields = ("atelier__titre", "groupe__nom", "lieu__maison__nom")
    ordering = ("-premier_jour", "-pk")
    fields = (
        "origine",
        "lieu",
        "salle",
        "animateur",
        "premier_jour",
        "heure",
        "duree_minutes",
        "rrule",
        "dates_choisies",
        "sauf_feries",
        "sauf_vacances",
        "exceptions",
        "seances_liste",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        series: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .select_related("atelier", "groupe", "lieu__maison", "salle", "animateur")
            .annotate(nombre=Count("seances", filter=~Q(seances__statut=StatutSeance.ANNULEE)))
        )
        return series

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The record of how it was planned; its sessions are what one changes."""
        return self.fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        contexte = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().change_view(request, object_id, form_url, {**contexte, **(extra_context or {})})

    @admin.display(description=_("atelier ou groupe"), ordering=Coalesce("atelier__titre", "groupe__nom"))
    def origine(self, serie: Serie) -> str:
        return str(serie.atelier or serie.groupe)

    @admin.display(description=_("maison"), ordering="lieu__maison__nom")
    def maison(self, serie: Serie) -> str:
        return serie.lieu.maison.nom

    @admin.display(description=_("séances"), ordering="nombre")
    def nombre_seances(self, serie: Any) -> int:
        return int(serie.nombre)

    @admin.display(description=_("ses séances"))
    def seances_liste(self, serie: Serie) -> str:
        return format_html(
            '<a href="{}?serie__id__exact={}&amp;semaine=toutes">{}<span class="visually-hidden"> : {}</span></a>',
            reverse("admin:ateliers_seance_changelist"),
            serie.pk,
            _("Voir les séances"),
            serie,
        )

    # Planning

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Plan a session or a series: a form, then every date it makes, then the act."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        maintenant = timezone.now()
        form = PlanificationForm(
            request.POST or None,
            initial=self._depart(request),
            ateliers=self._visibles(
                request, Atelier.objects.filter(actif=True).select_related("maison").order_by("maison__nom", "titre")
            ),
            lieux=self._visibles(
                request,
                Lieu.objects.actifs()
                .select_related("maison__departement", "commune")
                .order_by("maison__nom", "nom", "pk"),
            ),
            animateurs=equipes(self._visibles(request, Maison.objects.all()), le=timezone.localdate()),
            aujourd_hui=timezone.localdate(),
        )
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": __("Planifier des séances"),
            "opts": self.opts,
            "form": form,
            "url_retour": reverse("admin:ateliers_seance_changelist"),
        }
        if request.method == "POST" and request.POST.get("etape") != "formulaire" and form.is_valid():
            projet = form.projet()
            try:
                if request.POST.get("etape") == "creer":
                    return self._creer(request, form, maintenant)
                context.update(self._apercu(projet, maintenant))
            except (seances.SeanceRefusee, RegleImpossible) as refus:
                _refuser(form, refus)
            else:
                if context["retenus"]:
                    return TemplateResponse(request, "admin/ateliers/serie/apercu.html", context)
                form.add_error(
                    None,
                    __("Aucune date ne reste : %s.")
                    % ", ".join(sorted({prevu.motif_exclusion for prevu in context["sautes"]})),
                )
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/ateliers/serie/planifier.html", context, status=status)

    def _apercu(self, projet: seances.Projet, maintenant: Any) -> dict[str, Any]:
        prevus = seances.prevoir_projet(projet=projet, maintenant=maintenant)
        retenus = [prevu for prevu in prevus if prevu.retenu]
        connues = vacances_connues_jusqu_au()
        return {
            "projet": projet,
            "retenus": retenus,
            "sautes": [prevu for prevu in prevus if not prevu.retenu],
            "conflits": sum(1 for prevu in retenus if prevu.conflits),
            "empeches": sum(1 for prevu in retenus if prevu.empechements),
            "libres": seances.libres_pour(projet=projet, prevus=retenus, le=timezone.localdate())
            if any(prevu.empechements for prevu in retenus)
            else None,
            # Calendars not published yet: holidays after this day are not left out.
            "vacances_inconnues_apres": connues
            if projet.sauf_vacances and any(prevu.jour > connues for prevu in prevus)
            else None,
        }

    def _creer(self, request: HttpRequest, form: PlanificationForm, maintenant: Any) -> HttpResponse:
        projet, cle = form.projet(), form.cleaned_data["cle"]
        jours: set[date] = lire_jours(request.POST.getlist("garder"))
        if projet.regle.frequence == Frequence.UNIQUE:
            seance = seances.creer_seance(projet=projet, jours=jours, cle=cle, maintenant=maintenant)
            self.message_user(request, _("La séance est créée."), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:ateliers_seance_change", args=[seance.pk]))
        serie = seances.creer_serie(projet=projet, jours=jours, cle=cle, maintenant=maintenant)
        nombre = serie.seances.count()
        self.message_user(
            request, ngettext("%d séance créée.", "%d séances créées.", nombre) % nombre, messages.SUCCESS
        )
        manquees = (jours & set(jours_de_la_regle(projet.regle))) - set(
            serie.seances.values_list("jour_serie", flat=True)
        )
        if manquees:
            self.message_user(
                request,
                _("Pas créées, l'animateur ou la salle n'étant pas libre : %s.")
                % ", ".join(dates.jour(jour, annee=True) for jour in sorted(manquees)),
                messages.WARNING,
            )
        parametres = QueryDict(mutable=True)
        parametres.update({"serie__id__exact": str(serie.pk)})
        return HttpResponseRedirect(f"{reverse('admin:ateliers_seance_changelist')}?{parametres.urlencode()}")

    def _depart(self, request: HttpRequest) -> dict[str, Any]:
        """What the address already says: the workshop one came from, and that workshop's only place."""
        depart: dict[str, Any] = {}
        if request.GET.get("frequence") in Frequence.values:
            depart["frequence"] = request.GET["frequence"]
        numero = request.GET.get("atelier", "")
        if not numero.isdecimal() or len(numero) > 18:
            return depart
        atelier = self._visibles(request, Atelier.objects.filter(pk=int(numero), actif=True)).first()
        if atelier is None:
            return depart
        lieux = list(self._visibles(request, Lieu.objects.actifs().filter(maison=atelier.maison_id))[:2])
        return {
            **depart,
            "atelier": atelier.pk,
            "lieu": lieux[0].pk if len(lieux) == 1 else None,
            "salle": atelier.salle_id,
            "animateur": atelier.animateur_id,
            "intervenants": atelier.intervenants,
            "duree_minutes": atelier.duree_minutes,
            "capacite_adultes": atelier.capacite_adultes,
            "capacite_enfants": atelier.capacite_enfants,
        }

    def _visibles(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return visibles(
            queryset, utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add", "change")
        )
