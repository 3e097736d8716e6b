"""A group on one page: its meetings, members, themes and log; making it, planning its meetings, closing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ateliers import seances, suites
from ateliers.enums import AnnuleePar, Presence, StatutMembre, StatutSeance
from ateliers.forms_groupes_equipe import CohorteForm, JournalForm, RencontresForm, ThemeGroupeForm
from ateliers.groupes import bilans, cohortes, demandes, naissances, places, vie
from ateliers.groupes.frise import Naissance, Periode, dessiner
from ateliers.models import DemandeGroupe, GroupePairs, Inscription, MembreGroupe, Seance, ThemePropose
from familles.lectures import noter_page
from maisons.forms_rythme import lire_jours
from maisons.models import Lieu, Maison
from maisons.perms import equipes
from maisons.recurrence import RegleImpossible
from socle.admin import FiltreVisible, PorteeAdmin
from socle.portee import nom_permission, roles_autorises, utilisateur_de, visibles

if TYPE_CHECKING:
    from django.forms import Form

SEANCES_MONTREES = 60


class FiltreStatut(admin.SimpleListFilter):
    title = _("statut")
    parameter_name = "statut"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("clos", _("terminés")), ("tous", _("tous"))]

    def choices(self, changelist: Any) -> Any:
        tous, *autres = super().choices(changelist)
        return [{**tous, "display": _("en cours")}, *autres]

    def queryset(self, request: HttpRequest, queryset: QuerySet[GroupePairs]) -> QuerySet[GroupePairs]:
        match self.value():
            case "clos":
                return queryset.filter(clos_le__isnull=False)
            case "tous":
                return queryset
        return queryset.filter(clos_le__isnull=True)


@admin.register(GroupePairs)
class GroupePairsAdmin(PorteeAdmin):
    navigation = (30, _("Groupes"))
    list_display = ("nom", "maison", "naissances", "places", "demandent", "rencontres_prevues")
    list_filter = (FiltreStatut, ("maison", FiltreVisible), "langue")
    list_select_related = ("maison",)
    search_fields = ("nom", "maison__nom")
    search_help_text = _("Nom du groupe ou de la maison")
    ordering = ("-naissances_du", "pk")

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        maintenant = timezone.now()
        groupes: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .select_related("maison", "lieu__maison", "lieu__commune")
            .annotate(
                nombre_rencontres=Count(
                    "seances",
                    filter=Q(seances__statut=StatutSeance.PUBLIEE, seances__debut__gt=maintenant),
                    distinct=True,
                ),
                nombre_demandes=Count("demandes", filter=Q(demandes__statut="en_attente"), distinct=True),
            )
        )
        return groupes

    @admin.display(description=_("naissances"), ordering="naissances_du")
    def naissances(self, groupe: GroupePairs) -> str:
        return f"{date_format(groupe.naissances_du, 'j F')} – {date_format(groupe.naissances_au, 'j F Y')}"

    @admin.display(description=_("places prises"), ordering="binomes_pris")
    def places(self, groupe: GroupePairs) -> str:
        return f"{groupe.binomes_pris} / {groupe.capacite}"

    @admin.display(description=_("le demandent"), ordering="nombre_demandes")
    def demandent(self, groupe: Any) -> str:
        return str(groupe.nombre_demandes or "–")

    @admin.display(description=_("rencontres à venir"), ordering="nombre_rencontres")
    def rencontres_prevues(self, groupe: Any) -> str:
        if groupe.est_clos:
            return str(_("terminé"))
        return (
            str(groupe.nombre_rencontres)
            if groupe.nombre_rencontres
            else format_html('<span class="etat etat--en_attente">{}</span>', _("à planifier"))
        )

    # Pages

    def get_urls(self) -> list[URLPattern]:
        def adresse(chemin: str, vue: Callable[..., HttpResponse], nom: str) -> URLPattern:
            return path(
                f"<path:object_id>/{chemin}/", self.admin_site.admin_view(vue), name=f"ateliers_groupepairs_{nom}"
            )

        return [
            adresse("modifier", self.modifier_view, "modifier"),
            adresse("rencontres", self.rencontres_view, "rencontres"),
            adresse("clore", self.clore_view, "clore"),
            *super().get_urls(),
        ]

    def _contexte(self, request: HttpRequest, groupe: GroupePairs | None, titre: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": titre,
            "subtitle": groupe.nom if groupe else None,
            "opts": self.opts,
            "groupe": groupe,
        }

    def _page(self, groupe: GroupePairs) -> str:
        return reverse("admin:ateliers_groupepairs_change", args=[groupe.pk])

    def connait(self, request: HttpRequest, groupe: GroupePairs) -> bool:
        """Whether the person may read who is in the group: its facilitators, the house's responsable."""
        roles = roles_autorises(nom_permission(MembreGroupe, "view"))
        return (
            GroupePairs.objects.familles_visibles_par(utilisateur_de(request), le=timezone.localdate(), roles=roles)
            .filter(pk=groupe.pk)
            .exists()
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All about a group; small acts (a note, a theme, a yes) are made from here."""
        groupe: GroupePairs = self.objet_ou_404(request, object_id)
        maintenant = timezone.now()
        connait = self.connait(request, groupe)
        journal, theme = JournalForm(groupe=groupe, maintenant=maintenant), ThemeGroupeForm()
        statut = 200
        if request.method == "POST":
            if not (connait and self.has_change_permission(request, groupe)):
                raise PermissionDenied
            if groupe.est_clos:
                self.message_user(request, _("Ce groupe est terminé : il ne change plus."), messages.WARNING)
                return HttpResponseRedirect(self._page(groupe))
            journal, theme, fait = self._agir(request, groupe, maintenant, journal, theme)
            if fait:
                return HttpResponseRedirect(f"{self._page(groupe)}{fait}")
            statut = 422
        liens = suites.pour_groupe(groupe, maintenant=maintenant)
        contexte = {
            **self._contexte(request, groupe, groupe.nom),
            "subtitle": None,
            "connait": connait,
            "peut_modifier": self.has_change_permission(request, groupe) and not groupe.est_clos,
            "peut_agir": connait and self.has_change_permission(request, groupe) and not groupe.est_clos,
            "journal_form": journal,
            "theme_form": theme,
            **self._rencontres(groupe, maintenant),
            **(self._familles(request, groupe, maintenant) if connait else {}),
            # A survey of the house takes the place of our own questions: never two sets of figures side by side.
            "liens": liens,
            "moyennes": [] if liens else bilans.moyennes(groupe=groupe),
            "reponses_min": bilans.REPONSES_MIN,
        }
        return TemplateResponse(request, "admin/ateliers/groupe/fiche.html", contexte, status=statut)

    def _rencontres(self, groupe: GroupePairs, maintenant: datetime) -> dict[str, Any]:
        """The meetings with who came, in figures, in one query."""
        rencontres = list(
            Seance.objects.filter(groupe=groupe)
            .with_cadre()
            .annotate(
                attendues=Count("inscriptions", filter=Q(inscriptions__statut="confirmee")),
                venues=Count("inscriptions", filter=Q(inscriptions__presence=Presence.PRESENTE)),
                excusees=Count("inscriptions", filter=Q(inscriptions__presence=Presence.EXCUSEE)),
                absentes=Count("inscriptions", filter=Q(inscriptions__presence=Presence.ABSENTE)),
            )
            .order_by("debut", "pk")[:SEANCES_MONTREES]
        )
        passees = [s for s in rencontres if s.debut <= maintenant]
        return {
            "passees": passees[::-1],
            "a_venir": [s for s in rencontres if s.debut > maintenant],
            "prochaine": next((s for s in rencontres if s.debut > maintenant and not s.est_annulee), None),
        }

    def _familles(self, request: HttpRequest, groupe: GroupePairs, maintenant: datetime) -> dict[str, Any]:
        membres: list[Any] = list(
            groupe.membres.with_place()
            .select_related("demande__famille", "demande__commune")
            .order_by("statut", "demande__repere", "pk")
        )
        presences = _presences(groupe, maintenant)
        for membre in membres:
            membre.groupe = groupe
            membre.presences = presences.get(membre.demande.famille_id, (0, 0))
        candidates = list(
            DemandeGroupe.objects.en_attente()
            .filter(groupe_souhaite=groupe)
            .select_related("commune", "famille")
            .prefetch_related("themes")
        )
        noter_page(
            request,
            [m.demande.famille_id for m in membres] + [d.famille_id for d in candidates],
            maisons=[groupe.maison_id],
        )
        return {
            "membres": [m for m in membres if m.statut == StatutMembre.MEMBRE],
            "invites": [m for m in membres if m.statut == StatutMembre.INVITE],
            "candidates": candidates,
            "hors_fenetre": [m for m in membres if m.est_a_decider],
            "themes": list(
                ThemePropose.objects.filter(groupe=groupe, retire_le=None).with_votes().select_related("seance__lieu")
            ),
            "journal": list(groupe.journal.select_related("par", "seance__lieu").order_by("-le", "-pk")[:20]),
            "frise": dessiner(
                naissances=[Naissance(m.demande.repere, m.demande.est_ne) for m in membres],
                periodes=[Periode(groupe.naissances_du, groupe.naissances_au, groupe.nom)],
                aujourd_hui=timezone.localdate(),
            ),
        }

    def _agir(
        self,
        request: HttpRequest,
        groupe: GroupePairs,
        maintenant: datetime,
        journal: JournalForm,
        theme: ThemeGroupeForm,
    ) -> tuple[JournalForm, ThemeGroupeForm, str]:
        """One act of the page; where to go back to on it, or the forms with what is to be put right."""
        acte = request.POST.get("acte", "")
        try:
            match acte:
                case "journal":
                    journal = JournalForm(request.POST, groupe=groupe, maintenant=maintenant)
                    if not journal.is_valid():
                        return journal, theme, ""
                    vie.ecrire_au_journal(
                        groupe=groupe, par=utilisateur_de(request), maintenant=maintenant, **journal.cleaned_data
                    )
                    return journal, theme, "#journal"
                case "theme":
                    theme = ThemeGroupeForm(request.POST)
                    if not theme.is_valid():
                        return journal, theme, ""
                    vie.proposer_theme(groupe=groupe, texte=theme.cleaned_data["texte"], maintenant=maintenant)
                    return journal, theme, "#themes"
                case "retenir":
                    propose = _du_groupe(ThemePropose.objects.filter(groupe=groupe), request.POST.get("theme", ""))
                    seance = _du_groupe(
                        Seance.objects.filter(groupe=groupe), request.POST.get("seance", ""), facultatif=True
                    )
                    vie.retenir_theme(propose=propose, seance=seance)
                    return journal, theme, "#themes"
                case "retirer":
                    propose = _du_groupe(ThemePropose.objects.filter(groupe=groupe), request.POST.get("theme", ""))
                    vie.retirer_theme(propose=propose, maintenant=maintenant)
                    return journal, theme, "#themes"
                case "accueillir":
                    demande = _du_groupe(
                        DemandeGroupe.objects.filter(groupe_souhaite=groupe), request.POST.get("demande", "")
                    )
                    demandes.accueillir(demande=demande, groupe=groupe, maintenant=maintenant)
                    self.message_user(
                        request, _("%s est membre du groupe, et le sait.") % demande.prenom, messages.SUCCESS
                    )
                    return journal, theme, "#membres"
                case "garder" | "liberer" | "sortir" | "oui" | "non":
                    membre = _du_groupe(
                        MembreGroupe.objects.filter(groupe=groupe).select_related("demande"),
                        request.POST.get("membre", ""),
                    )
                    self._decider(request, acte, membre, maintenant)
                    return journal, theme, "#membres"
        except vie.ActeRefuse as refus:
            form: Form = journal if acte == "journal" else theme
            form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
            return journal, theme, ""
        except places.PlaceRefusee as refus:
            self.message_user(request, str(refus), messages.ERROR)
            return journal, theme, "#membres"
        raise Http404

    def _decider(self, request: HttpRequest, acte: str, membre: MembreGroupe, maintenant: datetime) -> None:
        prenom = membre.demande.prenom
        if acte == "oui":
            places.accepter(membre=membre, maintenant=maintenant)
            self.message_user(request, _("%s est membre du groupe.") % prenom, messages.SUCCESS)
            return
        if acte == "non":
            places.decliner(membre=membre, garder_la_demande=True, maintenant=maintenant)
            self.message_user(
                request, _("%s attend un autre groupe, avec le rang de sa demande.") % prenom, messages.SUCCESS
            )
            return
        if acte == "garder":
            naissances.garder_hors_fenetre(membre=membre, maintenant=maintenant)
            self.message_user(request, _("%s garde sa place.") % prenom, messages.SUCCESS)
            return
        places.quitter(
            membre=membre,
            garder_la_demande=acte == "liberer",
            par=AnnuleePar.MAISON,
            maintenant=maintenant,
        )
        self.message_user(
            request,
            _("%s attend un autre groupe, avec le rang de sa demande.") % prenom
            if acte == "liberer"
            else _("%s ne fait plus partie du groupe.") % prenom,
            messages.SUCCESS,
        )

    # Making and changing

    def _choix(self, request: HttpRequest) -> dict[str, Any]:
        le = timezone.localdate()
        lieux = visibles(
            Lieu.objects.actifs().select_related("maison", "commune").order_by("maison__nom", "nom", "pk"),
            utilisateur_de(request),
            le=le,
            roles=self.roles_pour("add", "change"),
        )
        maisons = Maison.objects.filter(pk__in=lieux.order_by().values("maison"))
        return {"lieux": lieux, "equipe": equipes(maisons, le=le)}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CohorteForm(
            request.POST or None,
            initial={"facilitateurs": [utilisateur_de(request).pk]},
            **self._choix(request),
        )
        if request.method == "POST" and form.is_valid():
            groupe = cohortes.creer_groupe(cohorte=form.cohorte(), maintenant=timezone.now())
            self.message_user(request, _("Le groupe est créé. Planifiez maintenant ses rencontres."), messages.SUCCESS)
            return HttpResponseRedirect(self._page(groupe))
        contexte = {
            **self._contexte(request, None, __("Créer un groupe de parents")),
            "form": form,
            "bouton": __("Créer le groupe"),
            "url_retour": reverse("admin:ateliers_groupepairs_changelist"),
        }
        return TemplateResponse(
            request, "admin/ateliers/groupe/formulaire.html", contexte, status=422 if form.errors else 200
        )

    def modifier_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        groupe: GroupePairs = self.objet_ou_404(request, object_id, "change")
        choix = self._choix(request)
        choix["lieux"] = choix["lieux"].filter(maison=groupe.maison_id)
        form = CohorteForm(request.POST or None, groupe=groupe, **choix)
        if not self.connait(request, groupe):
            # Whoever leads reads the families: another animateur puts nobody in, herself included, and nobody out.
            del form.fields["facilitateurs"]
        if request.method == "POST" and form.is_valid():
            try:
                cohortes.modifier_groupe(groupe=groupe, cohorte=form.cohorte(), maintenant=timezone.now())
            except cohortes.GroupeRefuse as refus:
                form.add_error(refus.champ, str(refus))
            else:
                self.message_user(request, _("C'est modifié."), messages.SUCCESS)
                return HttpResponseRedirect(self._page(groupe))
        contexte = {
            **self._contexte(request, groupe, __("Modifier")),
            "form": form,
            "bouton": __("Enregistrer"),
            "url_retour": self._page(groupe),
        }
        return TemplateResponse(
            request, "admin/ateliers/groupe/formulaire.html", contexte, status=422 if form.errors else 200
        )

    # Meetings

    def rencontres_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every date seen before it is made, as for any series."""
        groupe: GroupePairs = self.objet_ou_404(request, object_id, "change")
        maintenant = timezone.now()
        form = RencontresForm(
            request.POST or None, groupe=groupe, aujourd_hui=maintenant.astimezone(groupe.lieu.zone).date()
        )
        contexte: dict[str, Any] = {
            **self._contexte(request, groupe, __("Planifier les rencontres")),
            "form": form,
            "url_retour": self._page(groupe),
        }
        if request.method == "POST" and request.POST.get("etape") != "formulaire" and form.is_valid():
            donnees = {nom: valeur for nom, valeur in form.cleaned_data.items() if nom != "cle"}
            projet = cohortes.projet(groupe=groupe, **donnees)
            try:
                if request.POST.get("etape") == "creer":
                    serie = cohortes.planifier_rencontres(
                        groupe=groupe,
                        projet=projet,
                        jours=lire_jours(request.POST.getlist("garder")),
                        cle=form.cleaned_data["cle"],
                        maintenant=maintenant,
                    )
                    nombre = serie.seances.count()
                    self.message_user(
                        request,
                        ngettext(
                            "%d rencontre créée ; les membres y ont leur place et le savent.",
                            "%d rencontres créées ; les membres y ont leur place et le savent.",
                            nombre,
                        )
                        % nombre,
                        messages.SUCCESS,
                    )
                    return HttpResponseRedirect(self._page(groupe))
                cohortes.verifier_moment(groupe, projet.regle)
                prevus = cohortes.prevoir_rencontres(projet=projet, maintenant=maintenant)
            except (cohortes.GroupeRefuse, seances.SeanceRefusee, RegleImpossible) as refus:
                form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
            else:
                contexte["projet"] = projet
                contexte["retenus"] = [prevu for prevu in prevus if prevu.retenu]
                contexte["sautes"] = [prevu for prevu in prevus if not prevu.retenu]
                return TemplateResponse(request, "admin/ateliers/groupe/rencontres_apercu.html", contexte)
        contexte["bouton"] = __("Voir les dates")
        return TemplateResponse(
            request, "admin/ateliers/groupe/rencontres.html", contexte, status=422 if form.errors else 200
        )

    def clore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        groupe: GroupePairs = self.objet_ou_404(request, object_id, "change")
        if not self.connait(request, groupe):
            raise PermissionDenied
        if request.method == "POST":
            cohortes.clore_groupe(groupe=groupe, maintenant=timezone.now())
            self.message_user(request, _("Le groupe est terminé. Les membres sont remerciés."), messages.SUCCESS)
            return HttpResponseRedirect(self._page(groupe))
        contexte = {
            **self._contexte(request, groupe, __("Terminer le groupe")),
            "nombre_membres": groupe.membres.membres().count(),
            "rencontres_a_venir": len(places.rencontres_a_venir(groupe, maintenant=timezone.now())),
        }
        return TemplateResponse(request, "admin/ateliers/groupe/clore.html", contexte)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _du_groupe(queryset: QuerySet[Any], numero: str, *, facultatif: bool = False) -> Any:
    """The row of this very group that a form names; 404 for any other."""
    if facultatif and not numero:
        return None
    objet = queryset.filter(pk=int(numero)).first() if numero.isdecimal() and len(numero) <= 18 else None
    if objet is None:
        raise Http404
    return objet


def _presences(groupe: GroupePairs, maintenant: datetime) -> dict[int, tuple[int, int]]:
    """Per family: meetings she came to, of those that took place."""
    lignes = (
        Inscription.objects.confirmees()
        .filter(seance__groupe=groupe, seance__fin__lt=maintenant, seance__statut=StatutSeance.PUBLIEE)
        .values_list("famille")
        .annotate(venues=Count("pk", filter=Q(presence=Presence.PRESENTE)), toutes=Count("pk"))
    )
    return {famille: (venues, toutes) for famille, venues, toutes in lignes}
