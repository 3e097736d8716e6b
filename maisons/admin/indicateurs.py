"""What the portal measures of houses: kept values with their definition, beside each other only where they compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.label import mesures
from maisons.label.indicateurs import Indicateur, Unite, tous
from maisons.label.valeurs import Lue, dernieres, ensemble, lire, periode_courante
from maisons.models import Maison, ValeurIndicateur
from socle.admin import PorteeAdmin
from socle.enums import FormatTableau
from socle.graphiques import Barre
from socle.portee import utilisateur_de, visibles
from socle.tableaux import TYPES, ecrire

# Computing anew reads a year of every house asked for, within the request.
MAISONS_MAX = 50


@dataclass(frozen=True)
class LigneIndicateur:
    """An indicator with the value of one house, or of several together."""

    indicateur: Indicateur
    lue: Lue | None
    # Houses of the list that have a value of their own.
    maisons: list[tuple[Maison, Lue]]
    graphique: list[Barre]
    maximum: float


@admin.register(ValeurIndicateur)
class ValeurIndicateurAdmin(PorteeAdmin):
    """Its list is the page of indicators; a single value is read only."""

    list_display = ("maison", "indicateur", "du", "au", "arretee_le")
    # Never the columns behind the value: they would tell what is hidden.
    fields = ("maison", "indicateur", "definition", "du", "au", "arretee_le", "lue")
    readonly_fields = ("lue",)

    @admin.display(description=_("valeur"))
    def lue(self, obj: ValeurIndicateur) -> str:
        lue = lire(obj)
        return lue.texte if lue else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def vue(fonction: Callable[..., HttpResponse]) -> Any:
            return self.admin_site.admin_view(fonction)

        return [
            path("tableur/", vue(self.tableur_view), name="maisons_valeurindicateur_tableur"),
            path("arreter/", vue(self.arreter_view), name="maisons_valeurindicateur_arreter"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        toutes = list(self._maisons(request))
        choisies = self._choisies(request, toutes)
        lignes = _lignes(choisies)
        context = {
            **self.admin_site.each_context(request),
            "title": __("Indicateurs"),
            "subtitle": choisies[0].nom if len(choisies) == 1 else __("%d maisons ensemble") % len(choisies),
            "opts": self.opts,
            "maisons": toutes,
            "maison": choisies[0] if len(choisies) == 1 else None,
            "lignes": lignes,
            "arretee_le": min((ligne.lue.arretee_le for ligne in lignes if ligne.lue), default=None),
            "periode": next(((ligne.lue.du, ligne.lue.au) for ligne in lignes if ligne.lue), None),
            "prochaine": periode_courante(timezone.localdate()),
            "peut_arreter": self._peut(request, "arreter"),
            "parametres": f"?maison={choisies[0].pk}" if len(choisies) == 1 and len(toutes) > 1 else "",
        }
        return TemplateResponse(request, "admin/maisons/valeurindicateur/page.html", context)

    def tableur_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        choisies = self._choisies(request, list(self._maisons(request)))
        contenu = ecrire(
            FormatTableau.XLSX,
            titre=__("Indicateurs"),
            entetes=[
                __("Maison"),
                __("Indicateur"),
                __("Valeur"),
                __("Unité"),
                __("Du"),
                __("Au"),
                __("Calculé le"),
                __("Version de la définition"),
                __("Définition"),
                __("Effectif minimum"),
            ],
            lignes=_lignes_du_tableur(choisies),
        )
        return HttpResponse(
            contenu,
            content_type=TYPES[FormatTableau.XLSX],
            headers={"Content-Disposition": 'attachment; filename="indicateurs.xlsx"'},
        )

    def arreter_view(self, request: HttpRequest) -> HttpResponse:
        """Compute the last twelve months anew, and keep them with today's date."""
        if not self._peut(request, "arreter"):
            raise PermissionDenied
        adresse = reverse("admin:maisons_valeurindicateur_changelist")
        if request.method != "POST":
            return HttpResponseRedirect(adresse)
        choisies = self._choisies(request, list(self._maisons(request)))
        if len(choisies) > MAISONS_MAX:
            self.message_user(
                request,
                __("Choisissez une maison : les autres se calculent la nuit, une fois par mois."),
                messages.ERROR,
            )
            return HttpResponseRedirect(adresse)
        aujourd_hui = timezone.localdate()
        mesures.arreter(maisons=choisies, periode=periode_courante(aujourd_hui), le=aujourd_hui)
        self.message_user(request, __("Indicateurs calculés et gardés à la date d'aujourd'hui."), messages.SUCCESS)
        suite = f"?maison={choisies[0].pk}" if request.GET.get("maison") else ""
        return HttpResponseRedirect(f"{adresse}{suite}")

    def _maisons(self, request: HttpRequest) -> QuerySet[Maison]:
        return visibles(
            Maison.objects.order_by("nom"),
            utilisateur_de(request),
            le=timezone.localdate(),
            roles=self.roles_pour("view"),
        )

    def _choisies(self, request: HttpRequest, toutes: list[Maison]) -> list[Maison]:
        """The house asked for, or all of them; 404 for one of elsewhere."""
        saisie = request.GET.get("maison", "")
        if not saisie:
            return toutes
        choisies = [maison for maison in toutes if str(maison.pk) == saisie]
        if not choisies:
            raise Http404(__("Cette page n'existe pas."))
        return choisies


def _lignes(maisons: list[Maison]) -> list[LigneIndicateur]:
    valeurs = dernieres(maison.pk for maison in maisons)
    lignes = []
    for indicateur in sorted(tous(), key=lambda i: str(i.nom)):
        siennes = [
            (maison, lue) for maison in maisons if (lue := valeurs.get((maison.pk, indicateur.code))) is not None
        ]
        if len(maisons) == 1:
            lue = siennes[0][1] if siennes else None
        else:
            lue = ensemble([valeur for _maison, valeur in siennes])
        # Houses of different sizes are set beside each other only on what does not depend on it.
        # « masqué » is for what is hidden, not for what has nothing to divide by.
        barres = (
            [
                Barre(maison.nom, [valeur.valeur])
                for maison, valeur in siennes
                if valeur.est_masquee or valeur.valeur is not None
            ]
            if indicateur.est_comparable and len(siennes) > 1 and any(v.valeur is not None for _m, v in siennes)
            else []
        )
        plus_haut = max((barre.valeurs[0] or 0 for barre in barres), default=0)
        lignes.append(
            LigneIndicateur(
                indicateur=indicateur,
                lue=lue,
                maisons=siennes,
                graphique=barres if all((b.valeurs[0] or 0) >= 0 for b in barres) else [],
                maximum=100 if indicateur.unite == Unite.POURCENT else max(plus_haut, 1),
            )
        )
    return lignes


def _lignes_du_tableur(maisons: list[Maison]) -> Iterator[list[Any]]:
    valeurs = dernieres(maison.pk for maison in maisons)
    for maison in maisons:
        for indicateur in tous():
            lue = valeurs.get((maison.pk, indicateur.code))
            if lue is None:
                continue
            yield [
                maison.nom,
                str(indicateur.nom),
                lue.texte if lue.valeur is None else round(lue.valeur, 2),
                str(indicateur.unite.value),
                lue.du.isoformat(),
                lue.au.isoformat(),
                lue.arretee_le.isoformat(),
                lue.definition,
                str(indicateur.definition),
                indicateur.effectif_min or "",
            ]
