"""Tours and stops: planning with travel times, a stop's page, and the route of the day on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maisons import arrets, tournees
from maisons.enums import MotifArret, StatutArret
from maisons.forms_rythme import lire_jours
from maisons.forms_tournees import (
    ETAPES_MAX,
    AnnulationArretForm,
    ComptageForm,
    DeplacementForm,
    RetardForm,
    TourneeForm,
    etapes_formset,
)
from maisons.models import Arret, ComptageArret, Equipage, Lieu, Tournee
from maisons.recurrence import RegleImpossible
from maisons.trajets import regle_du_calcul, trajet
from socle import dates
from socle.admin import FiltreVisible, PortailAdminSite, PorteeAdmin
from socle.portee import nom_permission, roles_autorises, utilisateur_de, visibles

site = cast(PortailAdminSite, admin.site)

INVALIDE = 422
RETARDS_PROPOSES = (10, 20, 30, 45, 60)


@admin.register(Equipage)
class EquipageAdmin(PorteeAdmin):
    list_display = ("nom", "maison", "genre", "actif")
    list_filter = (("maison", FiltreVisible), "actif")
    list_select_related = ("maison",)
    search_fields = ("nom", "maison__nom")
    ordering = ("maison__nom", "nom", "pk")
    fields = ("maison", "nom", "genre", "services", "actif")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its stops would change houses with it.
        return ("maison",) if obj is not None else ()


@admin.register(Tournee)
class TourneeAdmin(PorteeAdmin):
    navigation = (40, _("Tournées"))
    list_display = ("nom", "equipage", "maison", "premier_jour", "nombre_arrets", "arrets_liste")
    list_filter = (("equipage", FiltreVisible),)
    search_fields = ("nom", "equipage__nom", "equipage__maison__nom")
    ordering = ("-premier_jour", "-pk")
    fields = (
        "equipage",
        "nom",
        "premier_jour",
        "rrule",
        "dates_choisies",
        "sauf_feries",
        "sauf_vacances",
        "exceptions",
        "arrets_liste",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        a_venir = Q(etapes__arrets__statut=StatutArret.PREVU, etapes__arrets__fin__gt=timezone.now())
        tours: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .select_related("equipage__maison")
            .annotate(nombre=Count("etapes__arrets", filter=a_venir, distinct=True))
        )
        return tours

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The record of how it was planned; its stops are what one changes."""
        return tuple(nom for nom in self.fields if nom != "nom")

    @admin.display(description=_("maison"), ordering="equipage__maison__nom")
    def maison(self, tournee: Tournee) -> str:
        return tournee.equipage.maison.nom

    @admin.display(description=_("arrêts à venir"), ordering="nombre")
    def nombre_arrets(self, tournee: Any) -> int:
        return int(tournee.nombre)

    @admin.display(description=_("ses arrêts"))
    def arrets_liste(self, tournee: Tournee) -> str:
        return format_html(
            '<a href="{}?etape__tournee__id__exact={}">{}<span class="visually-hidden"> : {}</span></a>',
            reverse("admin:maisons_arret_changelist"),
            tournee.pk,
            _("Voir les arrêts"),
            tournee,
        )

    # Planning

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Plan a tour: a form, then every date it makes with its travel times, then the act."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        maintenant = timezone.now()
        equipages = self._visibles(request, Equipage.objects.actifs().select_related("maison__departement"))
        lieux = self._visibles(
            request,
            Lieu.objects.actifs()
            .filter(maison__in=equipages.values("maison"))
            .select_related("maison", "commune")
            .order_by("commune__nom", "nom", "pk"),
        )
        equipages = equipages.order_by("maison__nom", "nom")
        form = TourneeForm(request.POST or None, equipages=equipages, aujourd_hui=timezone.localdate())
        etapes = etapes_formset()(request.POST or None, prefix="etapes", form_kwargs={"lieux": lieux})
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": __("Planifier une tournée"),
            "opts": self.opts,
            "form": form,
            "etapes": etapes,
            "regle_du_calcul": regle_du_calcul(),
            "url_retour": reverse("admin:maisons_arret_changelist"),
            "sans_equipage": not equipages.exists(),
        }
        valides = form.is_valid() & etapes.is_valid() if request.method == "POST" else False
        if valides and request.POST.get("etape") != "formulaire" and form.verifier_lieux(etapes.etapes()):
            projet = form.projet(etapes.etapes())
            try:
                if request.POST.get("etape") == "creer":
                    return self._creer(request, form, projet, maintenant)
                journees = tournees.prevoir_tournee(projet=projet, maintenant=maintenant)
            except (tournees.TourneeRefusee, RegleImpossible) as refus:
                form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
            else:
                retenues = [journee for journee in journees if journee.retenue]
                if retenues:
                    context |= {
                        "projet": projet,
                        "retenues": retenues,
                        "sautees": [journee for journee in journees if not journee.retenue],
                        "trop_courts": sum(1 for journee in retenues if journee.trajets_trop_courts),
                    }
                    return TemplateResponse(request, "admin/maisons/tournee/apercu.html", context)
                motifs = {journee.motif_exclusion or __("l'équipe est déjà ailleurs") for journee in journees}
                form.add_error(None, __("Aucune date ne reste : %s.") % ", ".join(sorted(motifs)))
        status = INVALIDE if form.is_bound and (form.errors or not etapes.is_valid()) else 200
        return TemplateResponse(request, "admin/maisons/tournee/planifier.html", context, status=status)

    def _creer(
        self, request: HttpRequest, form: TourneeForm, projet: tournees.Projet, maintenant: datetime
    ) -> HttpResponse:
        jours = lire_jours(request.POST.getlist("garder"))
        tournee = tournees.creer_tournee(
            projet=projet, jours=jours, cle=form.cleaned_data["cle"], maintenant=maintenant
        )
        self.log_addition(request, tournee, [{"added": {}}])
        nombre = Arret.objects.filter(etape__tournee=tournee).count()
        self.message_user(request, ngettext("%d arrêt créé.", "%d arrêts créés.", nombre) % nombre, messages.SUCCESS)
        return HttpResponseRedirect(
            f"{reverse('admin:maisons_arret_changelist')}?etape__tournee__id__exact={tournee.pk}"
        )

    def _visibles(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return visibles(
            queryset, utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add", "change")
        )


class FiltrePeriode(admin.SimpleListFilter):
    title = _("période")
    parameter_name = "periode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("passes", _("passés")), ("tous", _("tous"))]

    def choices(self, changelist: Any) -> Any:
        tous, *autres = super().choices(changelist)
        return [{**tous, "display": _("à venir")}, *autres]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Arret]) -> QuerySet[Arret]:
        match self.value():
            case "passes":
                return queryset.filter(fin__lte=timezone.now()).order_by("-debut", "-pk")
            case "tous":
                return queryset
        return queryset.filter(fin__gt=timezone.now())


@admin.register(Arret)
class ArretAdmin(PorteeAdmin):
    list_display = ("quand", "endroit", "equipage", "etat")
    list_display_links = ("quand",)
    list_filter = (FiltrePeriode, ("equipage", FiltreVisible), "statut")
    search_fields = ("lieu__nom", "lieu__commune__nom_recherche", "equipage__nom")
    search_help_text = _("Lieu, commune ou équipage")
    ordering = ("debut", "pk")
    change_list_template = "admin/maisons/arret/liste.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rangees: QuerySet[Any] = super().get_queryset(request).select_related("lieu__commune", "equipage__maison")
        return rangees

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "etape__tournee__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("quand"), ordering="debut")
    def quand(self, arret: Arret) -> str:
        return f"{dates.jour(arret.debut, arret.zone)}, {dates.horaire(arret.debut, arret.fin, arret.zone)}"

    @admin.display(description=_("où"), ordering="lieu__commune__nom")
    def endroit(self, arret: Arret) -> str:
        return format_html('{}<br><span class="discret">{}</span>', arret.lieu.commune.nom, arret.lieu.nom)

    @admin.display(description=_("état"), ordering="statut")
    def etat(self, arret: Arret) -> str:
        if arret.est_annule:
            genre, mot = "annulee", f"{_('annulé')} ({arret.get_motif_display()})"
        elif arret.est_en_retard:
            genre, mot = "complete", __("%d min de retard") % arret.retard_minutes
        else:
            genre, mot = "publiee", str(arret.get_statut_display())
        return format_html('<span class="etat etat--{}">{}</span>', genre, mot)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A stop comes from a tour, be it of one day."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def vue(fonction: Callable[..., HttpResponse]) -> Any:
            return self.admin_site.admin_view(fonction)

        return [
            path("route/", vue(self.route_view), name="maisons_arret_route"),
            path("route/annuler/", vue(self.annuler_jour_view), name="maisons_arret_annuler_jour"),
            path("<int:object_id>/retard/", vue(self.retard_view), name="maisons_arret_retard"),
            path("<int:object_id>/annuler/", vue(self.annuler_view), name="maisons_arret_annuler"),
            path("<int:object_id>/compter/", vue(self.compter_view), name="maisons_arret_compter"),
            path("<int:object_id>/decompter/", vue(self.decompter_view), name="maisons_arret_decompter"),
            *super().get_urls(),
        ]

    # A stop

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        arret: Arret = self.objet_ou_404(request, object_id)
        peut_changer = (
            self.has_change_permission(request, arret) and not arret.est_annule and arret.fin > timezone.now()
        )
        if request.method == "POST" and not self.has_change_permission(request, arret):
            raise PermissionDenied
        lieux = visibles(
            Lieu.objects.filter(maison=arret.equipage.maison_id)
            .filter(Q(actif=True) | Q(pk=arret.lieu_id))
            .select_related("maison", "commune")
            .order_by("commune__nom", "nom", "pk"),
            utilisateur_de(request),
            le=timezone.localdate(),
            roles=self.roles_pour("view", "change"),
        )
        form = DeplacementForm(request.POST or None, arret=arret, lieux=lieux)
        if request.method == "POST" and form.is_valid():
            try:
                bilan = arrets.deplacer_arret(arret=arret, maintenant=timezone.now(), **form.cleaned_data)
            except arrets.ArretChangeEntretemps as refus:
                self.message_user(request, str(refus), messages.WARNING)
                return HttpResponseRedirect(request.path)
            except arrets.ArretRefuse as refus:
                form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
            else:
                self._dire(request, bilan, _("L'arrêt est déplacé."))
                return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{arret.lieu.commune.nom}, {dates.jour(arret.debut, arret.zone)}",
            "subtitle": __("Arrêt"),
            "opts": self.opts,
            "arret": arret,
            "form": form,
            "peut_changer": peut_changer and not arret.est_annule and arret.fin > timezone.now(),
            "comptes": _comptes([arret.pk]).get(arret.pk, {}),
            "url_route": _url_route(arret),
        }
        status = INVALIDE if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/maisons/arret/fiche.html", context, status=status)

    # The route of the day

    def route_view(self, request: HttpRequest) -> HttpResponse:
        """Today's stops in order, on a phone: late or cancelled in two taps, and who came."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._route(request)

    def _route(
        self, request: HttpRequest, *, comptage: BaseForm | None = None, sur: int | None = None
    ) -> HttpResponse:
        maintenant = timezone.now()
        jour = _jour_demande(request) or timezone.localdate()
        tous = self._arrets_du(request, jour)
        modifiables = set(self._modifiables(request, tous))
        comptes = _comptes([arret.pk for arret in tous])
        lignes: dict[Equipage, list[dict[str, Any]]] = {}
        for arret in tous:
            peut = arret.pk in modifiables
            commence = arret.debut.astimezone(arret.zone).date() <= maintenant.astimezone(arret.zone).date()
            lignes.setdefault(arret.equipage, []).append(
                {
                    "arret": arret,
                    "comptes": comptes.get(arret.pk),
                    "peut_annoncer": peut and not arret.est_annule and arret.fin > maintenant,
                    "peut_compter": peut and not arret.est_annule and commence,
                    "en_cours": not arret.est_annule and arret.debut <= maintenant < arret.fin,
                    "fini": arret.fin <= maintenant,
                    "comptage": comptage if sur == arret.pk else ComptageForm(auto_id=f"id_{arret.pk}_%s"),
                }
            )
        for siennes in lignes.values():
            maintenus = [ligne for ligne in siennes if not ligne["arret"].est_annule]
            for avant, apres in pairwise(maintenus):
                apres["trajet"] = trajet(
                    depuis=avant["arret"].lieu,
                    vers=apres["arret"].lieu,
                    depart=avant["arret"].fin,
                    arrivee=apres["arret"].debut,
                )
        context = {
            **self.admin_site.each_context(request),
            "title": __("Ma tournée"),
            "opts": self.opts,
            "jour": jour,
            "veille": jour - timedelta(days=1),
            "lendemain": jour + timedelta(days=1),
            "prochain": None if tous else self._prochain_jour(request, jour),
            "equipages": list(lignes.items()),
            "annulables": any(ligne["peut_annoncer"] for siennes in lignes.values() for ligne in siennes),
            "retards": RETARDS_PROPOSES,
            "motifs": MotifArret.choices,
            "regle_du_calcul": regle_du_calcul(),
        }
        status = INVALIDE if comptage is not None else 200
        return TemplateResponse(request, "admin/maisons/arret/route.html", context, status=status)

    def _arrets_du(self, request: HttpRequest, jour: date) -> list[Arret]:
        """Those of one day on the clock of each place."""
        autour = datetime.combine(jour, datetime.min.time(), tzinfo=timezone.get_current_timezone())
        proches = (
            self.get_queryset(request)
            .filter(debut__gt=autour - timedelta(hours=14), debut__lt=autour + timedelta(hours=38))
            .order_by("equipage__nom", "equipage_id", "debut", "pk")
        )
        return [arret for arret in proches if arret.debut.astimezone(arret.zone).date() == jour]

    def _modifiables(self, request: HttpRequest, tous: list[Arret]) -> QuerySet[Any]:
        return visibles(
            Arret.objects.filter(pk__in=[arret.pk for arret in tous]),
            utilisateur_de(request),
            le=timezone.localdate(),
            roles=roles_autorises(nom_permission(Arret, "change")),
        ).values_list("pk", flat=True)

    def _prochain_jour(self, request: HttpRequest, jour: date) -> date | None:
        apres = datetime.combine(jour, datetime.min.time(), tzinfo=timezone.get_current_timezone())
        suivant = (
            self.get_queryset(request)
            .filter(debut__gt=apres + timedelta(days=1), statut=StatutArret.PREVU)
            .order_by("debut")
            .first()
        )
        return suivant.debut.astimezone(suivant.zone).date() if suivant else None

    # Acts of the route

    def retard_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        arret: Arret = self.objet_ou_404(request, str(object_id), "change")
        if request.method != "POST":
            return HttpResponseRedirect(_url_route(arret))
        form = RetardForm(request.POST)
        if not form.is_valid():
            self.message_user(request, _("Ce retard n'est pas possible : quatre heures au plus."), messages.ERROR)
            return HttpResponseRedirect(_url_route(arret))
        minutes = form.cleaned_data["minutes"]
        try:
            bilan = arrets.annoncer_retard(arret=arret, minutes=minutes, maintenant=timezone.now())
        except arrets.ArretRefuse as refus:
            self.message_user(request, str(refus), messages.ERROR)
        else:
            dit = __("%d min de retard annoncées.") % minutes if minutes else __("Annoncé à l'heure.")
            self._dire(request, bilan, dit)
        return HttpResponseRedirect(_url_route(arret))

    def annuler_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        arret: Arret = self.objet_ou_404(request, str(object_id), "change")
        if request.method != "POST":
            return HttpResponseRedirect(_url_route(arret))
        self._annuler(request, [arret])
        return HttpResponseRedirect(_url_route(arret))

    def annuler_jour_view(self, request: HttpRequest) -> HttpResponse:
        """All that is left of the day, of the teams the person works with."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        jour = _jour_demande(request) or timezone.localdate()
        if request.method == "POST":
            tous = self._arrets_du(request, jour)
            modifiables = set(self._modifiables(request, tous))
            self._annuler(request, [arret for arret in tous if arret.pk in modifiables])
        return HttpResponseRedirect(f"{reverse('admin:maisons_arret_route')}?jour={jour.isoformat()}")

    def _annuler(self, request: HttpRequest, vises: list[Arret]) -> None:
        form = AnnulationArretForm(request.POST)
        if not form.is_valid():
            self.message_user(request, _("Choisissez pourquoi."), messages.ERROR)
            return
        bilan = arrets.annuler_arrets(arrets=vises, motif=form.cleaned_data["motif"], maintenant=timezone.now())
        nombre = len(bilan.changes)
        self._dire(request, bilan, ngettext("%d arrêt annulé.", "%d arrêts annulés.", nombre) % nombre)

    def compter_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        arret: Arret = self.objet_ou_404(request, str(object_id), "change")
        if request.method != "POST":
            return HttpResponseRedirect(_url_route(arret))
        form = ComptageForm(request.POST, auto_id=f"id_{arret.pk}_%s")
        if not form.is_valid():
            return self._route(request, comptage=form, sur=arret.pk)
        try:
            arrets.compter(arret=arret, maintenant=timezone.now(), **form.cleaned_data)
        except arrets.ArretRefuse as refus:
            self.message_user(request, str(refus), messages.ERROR)
        return HttpResponseRedirect(f"{_url_route(arret)}#arret-{arret.pk}")

    def decompter_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        arret: Arret = self.objet_ou_404(request, str(object_id), "change")
        if request.method != "POST":
            return HttpResponseRedirect(_url_route(arret))
        numero = request.POST.get("comptage", "")
        if numero.isdecimal() and len(numero) < 19:
            arrets.decompter(arret=arret, comptage=int(numero))
        return HttpResponseRedirect(f"{_url_route(arret)}#arret-{arret.pk}")

    def _dire(self, request: HttpRequest, bilan: arrets.Bilan, fait: Any) -> None:
        if not bilan.changes:
            self.message_user(request, _("C'était déjà fait : personne n'est prévenu deux fois."), messages.INFO)
            return
        nombre = len(bilan.prevenus)
        if nombre:
            prevenues = ngettext("%d contact est prévenu.", "%d contacts sont prévenus.", nombre) % nombre
        else:
            prevenues = __("Personne n'était à prévenir.")
        self.message_user(request, f"{fait} {prevenues}", messages.SUCCESS)


def _jour_demande(request: HttpRequest) -> date | None:
    saisie = request.POST.get("jour") or request.GET.get("jour", "")
    return next(iter(lire_jours([saisie])), None)


def _url_route(arret: Arret) -> str:
    jour = arret.debut.astimezone(arret.zone).date()
    return f"{reverse('admin:maisons_arret_route')}?jour={jour.isoformat()}"


def _comptes(pks: list[int]) -> dict[int, dict[str, Any]]:
    """How many came to each stop, in one query."""
    sommes = (
        ComptageArret.objects.filter(arret__in=pks)
        .order_by()
        .values("arret")
        .annotate(
            adultes_venus=Sum("adultes"),
            enfants_venus=Sum("enfants"),
            premieres=Count("pk", filter=Q(premiere_visite=True)),
            dernier=Max("pk"),
        )
    )
    return {somme["arret"]: dict(somme) for somme in sommes}


@site.panneau
def panneau_tournee(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """On "Ma journée": the way to the route of today, or of the next day that has one, for those who drive it."""
    if not request.user.has_perm("maisons.change_arret"):
        return None
    maintenant = timezone.now()
    miens = visibles(
        Arret.objects.prevus().a_venir(maintenant=maintenant).with_cadre(),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=roles_autorises(nom_permission(Arret, "change")),
    )
    proches = list(miens.order_by("debut", "pk")[:ETAPES_MAX])
    if not proches:
        return None
    jour = proches[0].debut.astimezone(proches[0].zone).date()
    du_jour = [arret for arret in proches if arret.debut.astimezone(arret.zone).date() == jour]
    return "admin/maisons/panneau_tournee.html", {
        "arrets": du_jour,
        "jour": jour,
        "est_aujourdhui": jour == timezone.localdate(),
        "url": _url_route(du_jour[0]),
    }
