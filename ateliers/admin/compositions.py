"""Composing groups from those who wait: proposed, moved by hand, validated."""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ateliers.enums import StatutComposition, StatutDemande
from ateliers.forms_groupes_equipe import CohorteProposeeForm, PropositionForm, ValidationForm
from ateliers.groupes.composition import brouillons
from ateliers.groupes.frise import Naissance, Periode, dessiner
from ateliers.groupes.raisons import phrases
from ateliers.models import CohorteProposee, Composition, DemandeGroupe, PlaceProposee
from familles.lectures import noter_page
from maisons.models import Maison
from socle.admin import PorteeAdmin
from socle.portee import nom_permission, roles_autorises, utilisateur_de, visibles


@admin.register(Composition)
class CompositionAdmin(PorteeAdmin):
    list_display = ("cree_le", "par", "ou", "resultat", "statut")
    list_filter = ("statut",)
    list_select_related = ("par",)
    ordering = ("-cree_le", "-pk")
    search_fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("maisons")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("maisons"))
    def ou(self, composition: Composition) -> str:
        return ", ".join(sorted(maison.nom for maison in composition.maisons.all()))

    @admin.display(description=_("proposé"))
    def resultat(self, composition: Composition) -> str:
        reglages = composition.reglages
        return __("%(placees)s familles sur %(familles)s") % {
            "placees": reglages.get("placees", "–"),
            "familles": reglages.get("familles", "–"),
        }

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<path:object_id>/valider/",
                self.admin_site.admin_view(self.valider_view),
                name="ateliers_composition_valider",
            ),
            *super().get_urls(),
        ]

    def _contexte(self, request: HttpRequest, titre: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": titre, "opts": self.opts}

    # Proposing

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        en_attente = Count(
            "demandes_groupe", filter=Q(demandes_groupe__statut=StatutDemande.EN_ATTENTE), distinct=True
        )
        maisons = visibles(
            Maison.objects.all(), utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add")
        )
        comptees: QuerySet[Any] = maisons.annotate(attente=en_attente).order_by("nom", "pk")
        form = PropositionForm(request.POST or None, maisons=comptees)
        if request.method == "POST" and form.is_valid():
            try:
                composition = brouillons.proposer(
                    maisons=list(form.cleaned_data["maisons"]),
                    par=utilisateur_de(request),
                    reglages=form.reglages(),
                    groupes_max=form.cleaned_data["groupes_max"],
                    maintenant=timezone.now(),
                )
            except brouillons.CompositionRefusee as refus:
                form.add_error(None, str(refus))
            else:
                return HttpResponseRedirect(reverse("admin:ateliers_composition_change", args=[composition.pk]))
        contexte = {
            **self._contexte(request, __("Composer des groupes")),
            "form": form,
            "nombre_attente": sum(maison.attente for maison in comptees),
            "brouillons": self.get_queryset(request).filter(statut=StatutComposition.BROUILLON).select_related("par"),
        }
        return TemplateResponse(
            request, "admin/ateliers/composition/proposer.html", contexte, status=422 if form.errors else 200
        )

    # Moving by hand

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        composition: Composition = self.objet_ou_404(request, object_id)
        if request.method == "POST":
            return self._agir(request, composition)
        cohortes = list(
            composition.cohortes.select_related("lieu__maison", "lieu__commune", "groupe").order_by(
                "naissances_du", "pk"
            )
        )
        lignes: dict[int | None, list[Any]] = defaultdict(list)
        places: list[Any] = list(
            PlaceProposee.objects.filter(composition=composition)
            .select_related("demande__commune", "demande__famille")
            .order_by("demande__repere", "pk")
        )
        # Once a group is made, only who leads it reads who is in it; who withdrew is on nobody's page any more.
        connues = set(
            visibles(
                DemandeGroupe.objects.filter(places_proposees__composition=composition),
                utilisateur_de(request),
                le=timezone.localdate(),
                roles=roles_autorises(nom_permission(DemandeGroupe, "view")),
            ).values_list("pk", flat=True)
        )
        nommees = [place for place in places if place.demande_id in connues]
        for place in nommees:
            place.phrases = phrases(place.raisons)
            place.alerte = any(raison["code"] == "obstacle" for raison in place.raisons)
            lignes[place.cohorte_id].append(place)
        for cohorte in cohortes:
            siennes = [place for place in places if place.cohorte_id == cohorte.pk]
            cohorte.lignes = lignes[cohorte.pk]  # type: ignore[attr-defined]
            cohorte.tues = len(siennes) - len(cohorte.lignes)  # type: ignore[attr-defined]
            cohorte.binomes = sum(place.demande.binomes for place in siennes)  # type: ignore[attr-defined]
            cohorte.form = CohorteProposeeForm(  # type: ignore[attr-defined]
                initial={"nom": cohorte.nom, "capacite": cohorte.capacite, "rythme": cohorte.rythme},
                auto_id=f"id_{cohorte.pk}_%s",
            )
        noter_page(request, [place.demande.famille_id for place in nommees])
        contexte = {
            **self._contexte(request, __("Composer des groupes")),
            "composition": composition,
            "cohortes": cohortes,
            "restantes": sorted(lignes[None], key=lambda p: (p.demande.en_attente_depuis, p.pk)),
            "placees": sum(1 for place in places if place.cohorte_id),
            "nombre": len(places),
            "taille_min": composition.reglages.get("taille_min", 8),
            "ecart": _pour_cent(composition.reglages.get("ecart")),
            "modifiable": composition.statut == StatutComposition.BROUILLON
            and self.has_change_permission(request, composition),
            "frise": dessiner(
                naissances=[
                    Naissance(place.demande.repere, place.demande.est_ne, place.cohorte_id is not None)
                    for place in places
                ],
                periodes=[Periode(c.naissances_du, c.naissances_au, c.nom) for c in cohortes],
                aujourd_hui=timezone.localdate(),
            ),
        }
        return TemplateResponse(request, "admin/ateliers/composition/brouillon.html", contexte)

    def _agir(self, request: HttpRequest, composition: Composition) -> HttpResponse:
        if not self.has_change_permission(request, composition):
            raise PermissionDenied
        page = reverse("admin:ateliers_composition_change", args=[composition.pk])
        version = _entier(request.POST.get("version", ""))
        try:
            match request.POST.get("acte", ""):
                case "deplacer":
                    vers = request.POST.get("vers", "")
                    brouillons.deplacer(
                        composition=composition,
                        demandes=[_entier(numero) for numero in request.POST.getlist("demande")],
                        vers=None if vers in ("", "file") else self._cohorte(composition, vers),
                        version=version,
                    )
                    return HttpResponseRedirect(f"{page}#{'file' if vers in ('', 'file') else f'groupe-{vers}'}")
                case "regler":
                    cohorte = self._cohorte(composition, request.POST.get("cohorte", ""))
                    form = CohorteProposeeForm(request.POST)
                    if not form.is_valid():
                        raise brouillons.CompositionRefusee(__("Donnez un nom et un nombre de places."))
                    brouillons.regler_cohorte(cohorte=cohorte, version=version, **form.cleaned_data)
                    return HttpResponseRedirect(f"{page}#groupe-{cohorte.pk}")
                case "retirer":
                    cohorte = self._cohorte(composition, request.POST.get("cohorte", ""))
                    brouillons.retirer_cohorte(cohorte=cohorte, version=version)
                    return HttpResponseRedirect(f"{page}#file")
                case "abandonner":
                    brouillons.abandonner(composition=composition, version=version, maintenant=timezone.now())
                    self.message_user(request, _("Brouillon abandonné. Personne n'en a rien su."), messages.SUCCESS)
                    return HttpResponseRedirect(reverse("admin:ateliers_demandegroupe_changelist"))
        except brouillons.CompositionRefusee as refus:
            self.message_user(request, str(refus), messages.WARNING)
            return HttpResponseRedirect(page)
        raise Http404

    def _cohorte(self, composition: Composition, numero: str) -> CohorteProposee:
        cohorte = composition.cohortes.filter(pk=_entier(numero)).select_related("lieu").first()
        if cohorte is None:
            raise Http404
        return cohorte

    # Validating

    def valider_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What will be made and sent, the date to answer, then the act."""
        composition: Composition = self.objet_ou_404(request, object_id, "change")
        page = reverse("admin:ateliers_composition_change", args=[composition.pk])
        cohortes: QuerySet[Any] = (
            composition.cohortes.annotate(familles=Count("places"))
            .filter(familles__gt=0)
            .select_related("lieu__maison")
            .order_by("naissances_du", "pk")
        )
        if composition.statut != StatutComposition.BROUILLON or not cohortes:
            return HttpResponseRedirect(page)
        form = ValidationForm(request.POST or None, aujourd_hui=timezone.localdate())
        if request.method == "POST" and form.is_valid():
            try:
                groupes = brouillons.valider(
                    composition=composition,
                    par=utilisateur_de(request),
                    version=_entier(request.POST.get("version", "")),
                    repondre_avant=form.echeance(cohortes[0].lieu.zone),
                    maintenant=timezone.now(),
                )
            except brouillons.CompositionRefusee as refus:
                self.message_user(request, str(refus), messages.WARNING)
                return HttpResponseRedirect(page)
            self.message_user(
                request,
                ngettext(
                    "%d groupe créé : les familles sont invitées. Planifiez ses rencontres.",
                    "%d groupes créés : les familles sont invitées. Planifiez leurs rencontres.",
                    len(groupes),
                )
                % len(groupes),
                messages.SUCCESS,
            )
            return HttpResponseRedirect(reverse("admin:ateliers_groupepairs_changelist"))
        contexte = {
            **self._contexte(request, __("Valider et inviter")),
            "composition": composition,
            "cohortes": cohortes,
            "familles": sum(cohorte.familles for cohorte in cohortes),
            "restantes": composition.places.filter(cohorte=None).count(),
            "form": form,
        }
        return TemplateResponse(
            request, "admin/ateliers/composition/valider.html", contexte, status=422 if form.errors else 200
        )


def _pour_cent(part: float | None) -> int | None:
    """Rounded up: "at most" stays true."""
    return None if part is None else ceil(100 * part)


def _entier(texte: str) -> int:
    return int(texte) if texte.isdecimal() and len(texte) <= 18 else -1
