"""Coverage: who lives near each stop and each house, and the communes that nobody serves; a map, tables, files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maisons.couverture import (
    RAYONS_KM,
    TOUT,
    VIDE,
    Bassin,
    CommuneVue,
    Desserte,
    bassins,
    cle_lieu,
    cle_maison,
    communes_vues,
    dessertes,
    jamais_desservies,
)
from maisons.couverture_plan import carte_de_couverture
from maisons.forms_couverture import CouvertureForm
from maisons.models import Departement, Lieu, Maison
from socle.admin import PortailAdminSite
from socle.enums import FormatTableau
from socle.portee import roles_autorises, utilisateur_de, visibles
from socle.tableaux import TYPES, ecrire

site = cast(PortailAdminSite, admin.site)

PERMISSION = "maisons.view_maison"
INVALIDE = 422
COMMUNES_MONTREES = 50
TABLES = ("lieux", "maisons", "communes")


@dataclass(frozen=True)
class Vue:
    """The answer to a question about coverage, as the page and the files tell it."""

    form: CouvertureForm
    servis: list[Desserte]
    proches: dict[str, Bassin]
    communes: list[CommuneVue]

    @property
    def sans_arret(self) -> list[CommuneVue]:
        return jamais_desservies(self.communes, au_dela_km=self.form.cleaned_data["au_dela"])

    def bassin(self, cle: str) -> dict[str, Any]:
        """A row's figures: population, births, communes."""
        bassin = self.proches.get(cle, VIDE)
        naissances = bassin.naissances(self.form.taux)
        return {"rayons": list(zip(bassin.population, naissances, strict=True)), "communes": bassin.communes}

    def lieux(self) -> list[dict[str, Any]]:
        return [
            {"lieu": desserte.lieu, "arrets": desserte.arrets, **self.bassin(cle_lieu(desserte.lieu))}
            for desserte in self.servis
        ]

    def maisons(self) -> list[dict[str, Any]]:
        """One row a house: a commune near two of its places counts once."""
        par_maison: dict[int, dict[str, Any]] = {}
        for desserte in self.servis:
            maison = desserte.lieu.maison
            ligne = par_maison.setdefault(
                maison.pk, {"maison": maison, "lieux": 0, "arrets": 0, **self.bassin(cle_maison(maison.pk))}
            )
            ligne["lieux"] += 1
            ligne["arrets"] += desserte.arrets
        return list(par_maison.values())


def _departements(request: HttpRequest) -> Any:
    siennes = _visibles(request, Maison.objects.all())
    return Departement.objects.filter(pk__in=siennes.values("departement")).order_by("code")


def _visibles(request: HttpRequest, queryset: Any) -> Any:
    return visibles(queryset, utilisateur_de(request), le=timezone.localdate(), roles=roles_autorises(PERMISSION))


def _vue(request: HttpRequest, form: CouvertureForm) -> Vue:
    """The places are those of the houses the person sees; the communes nobody serves, those of the whole network."""
    departement, periode = form.cleaned_data["departement"], form.periode
    siens = dessertes(_visibles(request, Lieu.objects.filter(maison__departement=departement)), periode)
    tous = dessertes(Lieu.objects.filter(maison__publiee=True), periode)
    connus = {desserte.lieu.pk for desserte in tous}
    ensemble = [*tous, *(desserte for desserte in siens if desserte.lieu.pk not in connus)]
    return Vue(form, siens, bassins(siens), communes_vues(departement, ensemble))


def _verifier(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


@site.page("couverture/", nom="maisons_couverture")
@require_safe
def couverture(request: HttpRequest) -> HttpResponse:
    _verifier(request)
    form = CouvertureForm(request.GET, departements=_departements(request), aujourd_hui=timezone.localdate())
    contexte: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Qui vit près de nos arrêts et de nos maisons"),
        "form": form,
        "rayons": RAYONS_KM,
    }
    if form.is_valid():
        vue = _vue(request, form)
        sans_arret = vue.sans_arret
        contexte |= {
            "departement": form.cleaned_data["departement"],
            "natalite": form.taux,
            "au_dela": form.cleaned_data["au_dela"],
            "lieux": vue.lieux(),
            "maisons": vue.maisons(),
            "tout": vue.bassin(TOUT),
            "communes": [_ligne_commune(vue, commune) for commune in sans_arret[:COMMUNES_MONTREES]],
            "nombre_communes": len(sans_arret),
            "communes_du_departement": len(vue.communes),
            "habitants_sans": sum(commune.commune.population for commune in sans_arret),
            "carte": carte_de_couverture(form.cleaned_data["departement"], vue.communes, vue.servis),
            "fichiers": [
                (titre, [(genre.label, _url(request, table, genre)) for genre in FormatTableau])
                for table, titre in zip(
                    TABLES, (_("Les lieux"), _("Les maisons"), _("Les communes sans arrêt")), strict=True
                )
            ],
        }
    statut = 200 if form.is_valid() else INVALIDE
    return TemplateResponse(request, "admin/maisons/couverture.html", contexte, status=statut)


def _url(request: HttpRequest, table: str, genre: FormatTableau) -> str:
    adresse = reverse("admin:maisons_couverture_fichier", args=[table, genre.value])
    return f"{adresse}?{request.GET.urlencode()}"


def _ligne_commune(vue: Vue, commune: CommuneVue) -> dict[str, Any]:
    return {
        "vue": commune,
        "naissances": round(vue.form.taux.naissances(commune.commune.population)),
    }


@site.page("couverture/<slug:table>.<slug:genre>", nom="maisons_couverture_fichier")
@require_safe
def fichier(request: HttpRequest, table: str, genre: str) -> HttpResponse:
    """A table of the page as a file, with the question, the rate and its source in each row: a sheet travels alone."""
    _verifier(request)
    if table not in TABLES or genre not in FormatTableau.values:
        raise Http404
    form = CouvertureForm(request.GET, departements=_departements(request), aujourd_hui=timezone.localdate())
    if not form.is_valid():
        raise Http404
    format_ = FormatTableau(genre)
    entetes, lignes = _tables(_vue(request, form))[table]
    contenu = ecrire(format_, titre=_("Couverture"), entetes=entetes, lignes=lignes)
    nom = f"couverture-{table}-{slugify(form.cleaned_data['departement'].nom)}.{genre}"
    response = HttpResponse(contenu, content_type=TYPES[format_])
    response["Content-Disposition"] = f'attachment; filename="{nom}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _tables(vue: Vue) -> dict[str, tuple[list[str], Iterator[list[Any]]]]:
    question = vue.form.cleaned_data
    suite = [question["du"], question["au"], vue.form.taux.pour_mille, str(vue.form.taux.source)]
    entetes_suite = [_("Du"), _("Au"), _("Naissances pour 1 000 habitants"), _("Source")]
    rayons = [
        entete for km in RAYONS_KM for entete in (_("Habitants à %d km") % km, _("Naissances estimées à %d km") % km)
    ]

    def chiffres(ligne: dict[str, Any]) -> list[Any]:
        return [chiffre for rayon in ligne["rayons"] for chiffre in rayon]

    return {
        "lieux": (
            [_("Maison"), _("Lieu"), _("Commune"), _("Code Insee"), _("Arrêts"), *rayons, *entetes_suite],
            (
                [
                    ligne["lieu"].maison.nom,
                    ligne["lieu"].nom,
                    ligne["lieu"].commune.nom,
                    ligne["lieu"].commune_id,
                    ligne["arrets"],
                    *chiffres(ligne),
                    *suite,
                ]
                for ligne in vue.lieux()
            ),
        ),
        "maisons": (
            [_("Maison"), _("Lieux"), _("Arrêts"), *rayons, *entetes_suite],
            (
                [ligne["maison"].nom, ligne["lieux"], ligne["arrets"], *chiffres(ligne), *suite]
                for ligne in vue.maisons()
            ),
        ),
        "communes": (
            [
                _("Commune"),
                _("Code Insee"),
                _("Habitants"),
                _("Naissances estimées"),
                _("Lieu le plus proche"),
                _("Distance (km)"),
                _("À plus de (km)"),
                *entetes_suite,
            ],
            (
                [
                    commune.commune.nom,
                    commune.commune.pk,
                    commune.commune.population,
                    round(vue.form.taux.naissances(commune.commune.population)),
                    commune.proche_nom,
                    "" if commune.proche_km is None else round(commune.proche_km, 1),
                    question["au_dela"],
                    *suite,
                ]
                for commune in vue.sans_arret
            ),
        ),
    }
