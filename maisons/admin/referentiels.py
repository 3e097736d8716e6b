"""Référentiels: versions, what one changes from another, files in and out; a published one never changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.admin.criteres import entier
from maisons.enums import StatutReferentiel
from maisons.forms_label import ReferentielForm
from maisons.label import fichier, referentiels
from maisons.label.candidatures import qui_decide
from maisons.label.indicateurs import trouver
from maisons.label.valeurs import seuil
from maisons.models import Candidature, Critere, Transition, VersionReferentiel
from socle.admin import PorteeAdmin
from socle.portee import utilisateur_de, visibles

INVALIDE = 422
_NOMS = {
    "intitule": _("intitulé"),
    "attendu": _("preuves attendues"),
    "niveaux": _("niveaux"),
    "requis": _("niveau requis"),
    "imperatif": _("impératif"),
    "poids": _("poids"),
    "indicateur": _("indicateur"),
}


@dataclass(frozen=True)
class Essai:
    """What taking a file would do, tried and undone."""

    numero: str
    nom: str
    criteres: int
    etapes: int
    remplace: bool
    est_connue: bool
    # The version it is compared with, and how.
    precedente: VersionReferentiel | None
    comparaison: ComparaisonLue | None


@dataclass(frozen=True)
class ChangementLu:
    code: str
    intitule: str
    champs: list[tuple[str, str, str]]
    est_a_reevaluer: bool


@dataclass(frozen=True)
class ComparaisonLue:
    ajoutes: list[str]
    retires: list[str]
    changements: list[ChangementLu]
    a_reevaluer: int

    @property
    def est_vide(self) -> bool:
        return not (self.ajoutes or self.retires or self.changements)


@admin.register(VersionReferentiel)
class VersionReferentielAdmin(PorteeAdmin):
    list_display = ("referentiel", "numero", "statut", "valide_du", "valide_au", "a_valider", "nombre")
    list_filter = ("statut",)
    list_select_related = ("referentiel",)
    search_fields = ("referentiel__nom", "numero")
    ordering = ("referentiel__nom", "-valide_du", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rangees: QuerySet[Any] = (
            super().get_queryset(request).select_related("referentiel").annotate(criteres=Count("axes__criteres"))
        )
        return rangees

    @admin.display(description=_("critères"))
    def nombre(self, version: Any) -> int:
        return int(version.criteres)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def vue(fonction: Callable[..., HttpResponse]) -> Any:
            return self.admin_site.admin_view(fonction)

        return [
            path("<int:object_id>/fichier/", vue(self.fichier_view), name="maisons_versionreferentiel_fichier"),
            path("<int:object_id>/comparer/", vue(self.comparer_view), name="maisons_versionreferentiel_comparer"),
            *super().get_urls(),
        ]

    # Taking a file

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A file is tried first: its faults, or what it would change; then it is taken."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReferentielForm(request.POST or None, request.FILES or None)
        erreurs: list[str] = []
        essai: Essai | None = None
        texte = ""
        if request.method == "POST" and form.is_valid():
            texte = form.cleaned_data["texte"]
            try:
                contenu = fichier.lire(texte)
                if request.POST.get("etape") == "prendre":
                    version = referentiels.enregistrer(contenu)
                    brouillon = version.statut == StatutReferentiel.BROUILLON
                    phrase = (
                        __("%s est enregistrée comme brouillon.")
                        if brouillon
                        else __("%s est déjà publiée, à l'identique.")
                    )
                    self.message_user(request, phrase % version, messages.SUCCESS if brouillon else messages.INFO)
                    return HttpResponseRedirect(_adresse(version))
                essai = _essayer(contenu)
            except fichier.ReferentielInvalide as invalide:
                erreurs = invalide.erreurs
            except referentiels.ReferentielRefuse as refus:
                erreurs = [str(refus)]
            if erreurs:
                # The text stays to be put right here, be it from a file.
                form = ReferentielForm(initial={"texte": texte})
        context = {
            **self.admin_site.each_context(request),
            "title": __("Importer une version"),
            "opts": self.opts,
            "form": form,
            "erreurs": erreurs,
            "essai": essai,
            "texte": texte,
        }
        fautif = bool(erreurs or (form.is_bound and form.errors))
        return TemplateResponse(
            request,
            "admin/maisons/versionreferentiel/importer.html",
            context,
            status=INVALIDE if fautif else 200,
        )

    # One version

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        version: VersionReferentiel = self.objet_ou_404(request, object_id)
        if request.method == "POST":
            if not self.has_change_permission(request, version):
                raise PermissionDenied
            return self._agir(request, version)
        axes = version.axes.order_by("rang").prefetch_related(
            Prefetch("criteres", Critere.objects.order_by("rang"), to_attr="ordonnes")
        )
        etapes = version.etapes.order_by("rang").prefetch_related(
            Prefetch("departs", Transition.objects.select_related("vers").order_by("vers__rang"), to_attr="suites")
        )
        context = {
            **self.admin_site.each_context(request),
            "title": str(version.referentiel),
            "subtitle": version.numero,
            "opts": self.opts,
            "version": version,
            "axes": [(axe, [_critere_lu(critere) for critere in axe.ordonnes]) for axe in axes],
            "etapes": [(etape, [(suite, qui_decide(suite)) for suite in etape.suites]) for etape in etapes],
            "autres": version.referentiel.versions.exclude(pk=version.pk).order_by("-valide_du", "-pk"),
            "candidatures": visibles(
                Candidature.objects.filter(version=version).select_related("maison", "etape").order_by("maison__nom"),
                utilisateur_de(request),
                le=timezone.localdate(),
                roles=self.roles_pour("view"),
            ),
            "peut_changer": self.has_change_permission(request, version),
            "est_brouillon": version.statut == StatutReferentiel.BROUILLON,
        }
        return TemplateResponse(request, "admin/maisons/versionreferentiel/fiche.html", context)

    def _agir(self, request: HttpRequest, version: VersionReferentiel) -> HttpResponse:
        try:
            match request.POST.get("acte"):
                case "publier":
                    referentiels.publier(version=version, maintenant=timezone.now())
                    fait = __("Version publiée : elle ne change plus.")
                case "retirer":
                    referentiels.retirer(version=version)
                    fait = __("Version retirée : les candidatures en cours la gardent.")
                case _:
                    raise Http404
        except referentiels.ReferentielRefuse as refus:
            self.message_user(request, str(refus), messages.ERROR)
        else:
            self.message_user(request, fait, messages.SUCCESS)
        return HttpResponseRedirect(_adresse(version))

    def fichier_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        version: VersionReferentiel = self.objet_ou_404(request, str(object_id))
        nom = f"{version.referentiel.code}-{slugify(version.numero)}.yaml"
        return HttpResponse(
            fichier.ecrire(referentiels.decrire(version)),
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{nom}"'},
        )

    def comparer_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What changes from another version to this one, and what houses assessed before must look at again."""
        version: VersionReferentiel = self.objet_ou_404(request, str(object_id))
        autres = version.referentiel.versions.exclude(pk=version.pk).order_by("-valide_du", "-pk")
        saisie = request.GET.get("avec", "")
        avant: VersionReferentiel | None
        if saisie:
            avant = get_object_or_404(autres, pk=entier(saisie))
        else:
            avant = autres.first()
        context = {
            **self.admin_site.each_context(request),
            "title": __("Ce qui change"),
            "subtitle": str(version),
            "opts": self.opts,
            "version": version,
            "avant": avant,
            "autres": autres,
            "comparaison": _comparer(avant, version) if avant else None,
        }
        return TemplateResponse(request, "admin/maisons/versionreferentiel/comparer.html", context)


def _adresse(version: VersionReferentiel) -> str:
    return reverse("admin:maisons_versionreferentiel_change", args=[version.pk])


def _critere_lu(critere: Critere) -> dict[str, Any]:
    indicateur = trouver(critere.indicateur)
    return {
        "critere": critere,
        "requis": critere.niveaux[critere.niveau_requis],
        "indicateur": (indicateur.nom if indicateur else critere.indicateur) if critere.indicateur else "",
        "seuil": seuil(critere),
    }


class _Defaire(Exception):
    """Ends the trial's transaction; nothing of it stays."""


def _essayer(contenu: fichier.Contenu) -> Essai:
    """Take a file, look at what it did, and undo it. Raises ReferentielRefuse as taking it would."""
    essai: Essai | None = None
    try:
        with transaction.atomic():
            numero = contenu["version"]["numero"]
            connues = VersionReferentiel.objects.filter(referentiel__code=contenu["referentiel"]["code"])
            remplace = connues.filter(numero=numero, statut=StatutReferentiel.BROUILLON).exists()
            precedente = (
                connues.filter(statut=StatutReferentiel.PUBLIEE).exclude(numero=numero).order_by("-valide_du").first()
            )
            version = referentiels.enregistrer(contenu)
            essai = Essai(
                numero=numero,
                nom=version.referentiel.nom,
                criteres=Critere.objects.filter(axe__version=version).count(),
                etapes=version.etapes.count(),
                remplace=remplace,
                est_connue=version.statut != StatutReferentiel.BROUILLON,
                precedente=precedente,
                comparaison=_comparer(precedente, version) if precedente else None,
            )
            raise _Defaire
    except _Defaire:
        pass
    if essai is None:
        raise AssertionError("the trial says what it did")
    return essai


def _comparer(avant: VersionReferentiel, apres: VersionReferentiel) -> ComparaisonLue:
    comparaison = referentiels.comparer(avant, apres)
    intitules = {
        f"{axe}.{code}": intitule
        for version in (avant, apres)
        for axe, code, intitule in Critere.objects.filter(axe__version=version).values_list(
            "axe__code", "code", "intitule"
        )
    }
    return ComparaisonLue(
        ajoutes=[intitules.get(code, code) for code in comparaison.ajoutes],
        retires=[intitules.get(code, code) for code in comparaison.retires],
        changements=[
            ChangementLu(
                code=change.code,
                intitule=intitules.get(change.code, change.code),
                champs=[
                    (str(_NOMS.get(champ, champ)), _dire(change.avant.get(champ)), _dire(change.apres.get(champ)))
                    for champ in change.champs
                ],
                est_a_reevaluer=change.est_a_reevaluer,
            )
            for change in comparaison.changements
        ],
        a_reevaluer=len(comparaison.a_reevaluer),
    )


def _dire(valeur: Any) -> str:
    if valeur is None or valeur == "":
        return "–"
    if isinstance(valeur, bool):
        return __("oui") if valeur else __("non")
    if isinstance(valeur, list):
        return ", ".join(map(str, valeur))
    if isinstance(valeur, dict):
        return ", ".join(f"{cle} {v}" for cle, v in valeur.items())
    return str(valeur)
