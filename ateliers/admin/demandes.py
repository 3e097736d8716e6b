"""Those who wait for a group, on one timeline: noted, read with the groups around, taken into one, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ateliers.enums import CanalDemande, StatutDemande
from ateliers.forms_groupes import DemandeEquipeForm
from ateliers.groupes import demandes, places, regles
from ateliers.groupes.frise import Naissance, Periode, dessiner
from ateliers.groupes.raisons import phrases
from ateliers.models import DemandeGroupe, GroupePairs, MembreGroupe
from ateliers.models.groupes import GroupePairsQuerySet
from familles.lectures import noter_page
from maisons.models import Maison
from socle.admin import FiltreVisible, PorteeAdmin
from socle.portee import nom_permission, roles_autorises, utilisateur_de, visibles
from socle.quotas import consommer

FRISE_MAX = 400
# More than a team is phoned in an hour, far from enough to try contacts one after the other.
DEMANDES_PAR_HEURE = 30
NOTEE = _("C'est noté. Le parent reçoit le lien de sa page : il y suit sa demande, ou l'arrête.")
NOTEE_SANS_CONTACT = _("C'est noté. Sans e-mail ni mobile, c'est à vous de prévenir ce parent.")


class FiltreStatutDemande(admin.SimpleListFilter):
    title = _("statut")
    parameter_name = "statut"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(StatutDemande.INVITEE, _("invitées")), (StatutDemande.PLACEE, _("membres")), ("toutes", _("toutes"))]

    def choices(self, changelist: Any) -> Any:
        tous, *autres = super().choices(changelist)
        return [{**tous, "display": _("en attente")}, *autres]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DemandeGroupe]) -> QuerySet[DemandeGroupe]:
        if self.value() == "toutes":
            return queryset
        return queryset.filter(statut=self.value() or StatutDemande.EN_ATTENTE)


@admin.register(DemandeGroupe)
class DemandeGroupeAdmin(PorteeAdmin):
    """Who waits for a group. Requests are made and ended by the services alone: no row is typed over or deleted."""

    list_display = ("prenom", "date", "depuis", "commune", "maison", "groupe_souhaite")
    list_filter = (FiltreStatutDemande, ("maison", FiltreVisible), "canal")
    list_select_related = ("commune", "maison", "groupe_souhaite")
    search_fields = ("prenom", "email", "telephone", "commune__nom")
    search_help_text = _("Prénom, e-mail, téléphone ou commune")
    ordering = ("en_attente_depuis", "pk")
    change_list_template = "admin/ateliers/demandegroupe/liste.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def noter_lecture(self, request: HttpRequest, objets: Any) -> None:
        noter_page(request, [demande.famille_id for demande in objets])

    @admin.display(description=_("bébé"), ordering="repere")
    def date(self, demande: DemandeGroupe) -> str:
        jour = f"{demande.repere:%d/%m/%Y}"
        return jour if demande.est_ne else __("prévu le %s") % jour

    @admin.display(description=_("attend depuis"), ordering="en_attente_depuis")
    def depuis(self, demande: DemandeGroupe) -> str:
        jours = (timezone.now() - demande.en_attente_depuis).days
        return ngettext("%d jour", "%d jours", jours) % jours

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, under a timeline of the births of all who wait and the windows of the groups there are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        attente = self.get_queryset(request).filter(statut=StatutDemande.EN_ATTENTE)
        naissances = [
            Naissance(jour, est_ne) for jour, est_ne in attente.order_by().values_list("repere", "est_ne")[:FRISE_MAX]
        ]
        groupes = visibles(GroupePairs.objects.ouverts(), utilisateur_de(request), le=timezone.localdate()).filter(
            maison__in=attente.order_by().values("maison")
        )
        periodes = [Periode(g.naissances_du, g.naissances_au, g.nom) for g in groupes.order_by("naissances_du", "pk")]
        contexte = {
            "frise": dessiner(naissances=naissances, periodes=periodes, aujourd_hui=timezone.localdate())
            if naissances
            else None,
            "nombre_attente": len(naissances),
            "peut_noter": self.has_add_permission(request),
            "peut_composer": request.user.has_perm("ateliers.add_composition"),
        }
        return super().changelist_view(request, {**contexte, **(extra_context or {})})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A parent phones or drops in: the request is noted for one of the person's own houses."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        maintenant = timezone.now()
        maisons = visibles(
            Maison.objects.filter(ouverte=True).order_by("nom", "pk"),
            utilisateur_de(request),
            le=timezone.localdate(maintenant),
            roles=self.roles_pour("add"),
        )
        form = DemandeEquipeForm(request.POST or None, maisons=maisons, aujourd_hui=timezone.localdate(maintenant))
        statut = 200
        if request.method == "POST":
            statut = 422
            if form.is_valid():
                if not consommer(
                    usage="demande_equipe",
                    origine=f"compte:{utilisateur_de(request).pk}",
                    limite=DEMANDES_PAR_HEURE,
                    maintenant=maintenant,
                ):
                    form.add_error(None, __("Beaucoup de demandes viennent d'être notées. Reprenez dans une heure."))
                    statut = 429
                elif page := self._noter(request, form, maintenant):
                    return HttpResponseRedirect(page)
        contexte = {
            **self.admin_site.each_context(request),
            "title": __("Noter une demande"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/ateliers/demandegroupe/noter.html", contexte, status=statut)

    def _noter(self, request: HttpRequest, form: DemandeEquipeForm, maintenant: datetime) -> str:
        """Keep the request; where to go on to, or nothing with the form's errors."""
        demande = form.demande(groupe=None, canal=CanalDemande(form.cleaned_data["canal"]))
        liste = reverse("admin:ateliers_demandegroupe_changelist")
        try:
            gardee = demandes.deposer_demande(demande=demande, maintenant=maintenant)
        except demandes.DemandeDejaFaite as refus:
            if not self.get_queryset(request).filter(pk=refus.demande.pk).exists():
                # Waiting at another house, which is not this one's to know; its link went to it again.
                self.message_user(request, NOTEE, messages.SUCCESS)
                return liste
            self.message_user(request, str(refus), messages.WARNING)
            return reverse("admin:ateliers_demandegroupe_change", args=[refus.demande.pk])
        except demandes.DemandeRefusee as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
            return ""
        joignable = gardee.email or gardee.telephone
        self.message_user(request, NOTEE if joignable else NOTEE_SANS_CONTACT, messages.SUCCESS)
        return liste

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A request on one page, with the groups around that would fit."""
        demande: DemandeGroupe = self.objet_ou_404(request, object_id)
        siens = self._siens(request)
        if request.method == "POST":
            if request.POST.get("acte") == "accueillir":
                return self._accueillir(request, demande, siens)
            return self._retirer(request, demande)
        noter_page(request, [demande.famille_id], maisons=[demande.maison_id])
        proches = demandes.groupes_proches(
            profil=regles.Profil.de(demande),
            parmi=GroupePairs.objects.ouverts().filter(
                Q(pk__in=GroupePairs.objects.publics().values("pk")) | Q(pk__in=siens.values("pk"))
            ),
        )
        membre = demande.membres.select_related("groupe").order_by("-pk").first()
        contexte = {
            **self.admin_site.each_context(request),
            "title": demande.prenom,
            "opts": self.opts,
            "demande": demande,
            "themes": demande.themes.order_by("nom"),
            "membre": membre,
            "raisons": phrases(membre.raisons) if membre else [],
            "proches": proches,
            "siens": set(siens.filter(pk__in=[proche.groupe.pk for proche in proches]).values_list("pk", flat=True))
            if self.has_change_permission(request, demande)
            else (),
            "peut_retirer": demande.statut == StatutDemande.EN_ATTENTE
            and self.has_change_permission(request, demande),
        }
        return TemplateResponse(request, "admin/ateliers/demandegroupe/fiche.html", contexte)

    def _siens(self, request: HttpRequest) -> GroupePairsQuerySet:
        """The open groups whose families the person knows: into those she may take one."""
        return GroupePairs.objects.ouverts().familles_visibles_par(
            utilisateur_de(request),
            le=timezone.localdate(),
            roles=roles_autorises(nom_permission(MembreGroupe, "change")),
        )

    def _accueillir(self, request: HttpRequest, demande: DemandeGroupe, siens: GroupePairsQuerySet) -> HttpResponse:
        """The family agreed, by phone or at the desk: it is of the group at once."""
        if not self.has_change_permission(request, demande):
            raise PermissionDenied
        numero = request.POST.get("groupe", "")
        groupe = siens.filter(pk=int(numero)).first() if numero.isdecimal() and len(numero) <= 18 else None
        if groupe is None:
            raise Http404
        try:
            demandes.accueillir(demande=demande, groupe=groupe, maintenant=timezone.now())
        except places.PlaceRefusee as refus:
            self.message_user(request, str(refus), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:ateliers_demandegroupe_change", args=[demande.pk]))
        self.message_user(request, _("%s est membre du groupe, et le sait.") % demande.prenom, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ateliers_groupepairs_change", args=[groupe.pk]))

    def _retirer(self, request: HttpRequest, demande: DemandeGroupe) -> HttpResponse:
        """She said so by phone or at the desk."""
        if not self.has_change_permission(request, demande):
            raise PermissionDenied
        try:
            demandes.retirer_demande(demande=demande, maintenant=timezone.now())
        except demandes.DemandeRefusee as refus:
            self.message_user(request, str(refus), messages.ERROR)
        else:
            self.message_user(request, _("La demande est retirée."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ateliers_demandegroupe_changelist"))
