"""Where should the next houses open? The question, its answer beside two others, and what it is drawn from."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from maisons.forms_implantation import ScenarioForm
from maisons.implantation import scenarios, tableur
from maisons.implantation.carte import carte_du_plan
from maisons.implantation.probleme import ImplantationImpossible, Objectif
from maisons.implantation.reponse import OPTIMUM, plans_de
from maisons.models import Commune, ScenarioImplantation, departements_de
from socle.admin import FiltreVisible, PorteeAdmin
from socle.enums import FormatTableau
from socle.graphiques import Barre
from socle.portee import utilisateur_de
from socle.tableaux import TYPES

INVALIDE = 422
LOINTAINES = 25


@admin.register(ScenarioImplantation)
class ScenarioAdmin(PorteeAdmin):
    list_display = ("nom", "departement", "maisons_a_ouvrir", "couverture", "ecart", "cree_le")
    list_filter = (("departement", FiltreVisible),)
    list_select_related = ("departement",)
    search_fields = ("nom",)
    ordering = ("-cree_le", "-pk")

    @admin.display(description=_("maisons"))
    def maisons_a_ouvrir(self, scenario: ScenarioImplantation) -> int:
        return int(scenario.question["sites"])

    @admin.display(description=_("naissances à portée"))
    def couverture(self, scenario: ScenarioImplantation) -> str:
        return f"{100 * scenario.reponse['part_couverte']:.0f} %" if scenario.reponse else "–"

    @admin.display(description=_("écart à la borne"))
    def ecart(self, scenario: ScenarioImplantation) -> str:
        return _ecart(scenario.reponse) if scenario.reponse else "–"

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view
        return [
            path("<path:object_id>/classeur.xlsx", vue(require_safe(self.xlsx_view)), name="maisons_scenario_xlsx"),
            path(
                "<path:object_id>/prolonger/",
                vue(self.prolonger_view),
                name="maisons_scenario_prolonger",
            ),
            *super().get_urls(),
        ]

    # Asking

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        departements = departements_de(
            utilisateur_de(request), le=timezone.localdate(), roles=self.roles_pour("add")
        ).order_by("nom")
        form = ScenarioForm(request.POST or None, departements=departements, initial=self._initial(request))
        if request.method == "POST" and form.is_valid():
            try:
                scenario = scenarios.demander(
                    departement=form.cleaned_data["departement"],
                    nom=form.cleaned_data["nom"],
                    question=form.question(),
                    par=utilisateur_de(request),
                    maintenant=timezone.now(),
                )
            except ImplantationImpossible as refus:
                form.add_error(None, str(refus))
            else:
                return HttpResponseRedirect(reverse("admin:maisons_scenarioimplantation_change", args=[scenario.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": __("Où ouvrir les prochaines maisons ?"),
            "opts": self.opts,
            "form": form,
            "url_retour": reverse("admin:maisons_scenarioimplantation_changelist"),
        }
        statut = INVALIDE if form.is_bound else 200
        return TemplateResponse(request, "admin/maisons/scenario/demander.html", context, status=statut)

    def _initial(self, request: HttpRequest) -> dict[str, Any]:
        """What an earlier scenario asked (?depuis=), with one more commune imposed or excluded."""
        numero = request.GET.get("depuis", "")
        if not numero.isdecimal() or len(numero) > 9:
            return {}
        scenario = self.get_queryset(request).filter(pk=numero).first()
        if scenario is None:
            return {}
        question = {**scenario.question}
        if not question["source_natalite"]:
            question["natalite"] = None
        for champ, autre, parametre in (("obligatoires", "exclus", "imposer"), ("exclus", "obligatoires", "ecarter")):
            if code := request.GET.get(parametre, "")[:5]:
                # One that is imposed is no longer excluded, and the other way round.
                question[autre] = [ancien for ancien in question[autre] if ancien != code]
                question[champ] = [*(ancien for ancien in question[champ] if ancien != code), code]
        noms = dict(
            Commune.objects.filter(
                pk__in={c for nom in ("obligatoires", "exclus", "candidats", "choix") for c in question[nom]}
            ).values_list("pk", "nom")
        )
        for nom in ("obligatoires", "exclus", "candidats", "choix"):
            question[nom] = ", ".join(noms[code] for code in question[nom] if code in noms)
        return {**question, "departement": scenario.departement_id, "nom": scenario.nom}

    # Reading

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        scenario = self.objet_ou_404(request, object_id)
        return TemplateResponse(request, "admin/maisons/scenario/reponse.html", self._contexte(request, scenario))

    def _contexte(self, request: HttpRequest, scenario: ScenarioImplantation) -> dict[str, Any]:
        resume, dessertes = scenario.reponse or {}, scenario.dessertes or {}
        montre = request.GET.get("plan", "")
        montre = montre if montre in dessertes else OPTIMUM
        plans = [(nom, tableur.NOMS_DES_PLANS[nom], plan) for nom, plan in plans_de(resume)]
        plan = dict(plans_de(resume))[montre]
        lignes = dessertes[montre]
        rayon = resume["rayon_km"]
        loin = sorted((ligne for ligne in lignes if ligne["km"] > rayon), key=lambda ligne: -ligne["naissances"])
        return {
            **self.admin_site.each_context(request),
            "title": scenario.nom,
            "opts": self.opts,
            "scenario": scenario,
            "question": scenario.question,
            "par_distance": resume["objectif"] == Objectif.DISTANCE,
            "resume": resume,
            "ecart": _ecart(resume),
            "pour_cent_ecart": 100 * resume["ecart"],
            "prouve": resume["ecart"] == 0,
            "montre": montre,
            "nom_montre": tableur.NOMS_DES_PLANS[montre],
            "plan": plan,
            "plans": plans,
            "barres": [Barre(str(nom), [100 * p["part_couverte"]]) for _cle, nom, p in plans],
            "sites": _sites(plan, lignes, rayon),
            "loin": loin[:LOINTAINES],
            "nombre_loin": len(loin),
            "carte": carte_du_plan(
                __("Carte des maisons à ouvrir et des communes à leur portée"),
                departement=scenario.departement_id,
                dessertes=lignes,
                sites={site["insee"] for site in plan["sites"]},
                rayon_km=rayon,
                # Answers from before places were kept have none.
                **resume.get("lieux", {}),
            ),
            "peut_prolonger": not scenario.est_en_route and resume["ecart"] > 0,
            "url_demander": reverse("admin:maisons_scenarioimplantation_add"),
        }

    def prolonger_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        scenario = self.objet_ou_404(request, object_id, "change")
        if request.method == "POST" and scenarios.prolonger(scenario=scenario):
            self.message_user(
                request,
                __("La recherche continue. Cette page montre le meilleur choix trouvé jusque-là."),
                messages.SUCCESS,
            )
        return HttpResponseRedirect(reverse("admin:maisons_scenarioimplantation_change", args=[scenario.pk]))

    def xlsx_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        scenario = self.objet_ou_404(request, object_id)
        response = HttpResponse(tableur.classeur(scenario), content_type=TYPES[FormatTableau.XLSX])
        response["Content-Disposition"] = f'attachment; filename="{slugify(scenario.nom) or "scenario"}.xlsx"'
        response["Cache-Control"] = "private, no-store"
        return response


def _ecart(resume: dict[str, Any]) -> str:
    return __("nul : prouvé le meilleur") if not resume["ecart"] else f"{100 * resume['ecart']:.2f} %"


def _sites(plan: Any, lignes: list[Any], rayon: float) -> list[dict[str, Any]]:
    """Each site with the births it is the nearest house of."""
    servies: dict[str, list[Any]] = defaultdict(list)
    for ligne in lignes:
        servies[ligne["par"]].append(ligne)
    return [
        {
            **site,
            "communes": len(servies[site["commune"]]),
            "naissances": sum(ligne["naissances"] for ligne in servies[site["commune"]]),
            "a_portee": sum(ligne["naissances"] for ligne in servies[site["commune"]] if ligne["km"] <= rayon),
        }
        for site in plan["sites"]
    ]
