"""The département's dashboard, for those who steer: on screen, printed, and as a workbook."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maisons.models import Departement, Maison, departements_de
from maisons.pilotage import tableau_de_bord
from socle.admin import PortailAdminSite
from socle.enums import FormatTableau
from socle.portee import roles_autorises, utilisateur_de
from socle.tableaux import TYPES

site = cast("PortailAdminSite", admin.site)
PERMISSION = "maisons.piloter_maison"


@site.panneau
def panneau(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    if not request.user.has_perm(PERMISSION):
        return None
    return "admin/maisons/panneau_pilotage.html", {}


@site.page("pilotage/", nom="maisons_pilotage")
@require_safe
def pilotage(request: HttpRequest) -> HttpResponse:
    departements, tableau = _tableau(request)
    contexte = {
        **site.each_context(request),
        "title": _("Pilotage"),
        "departements": departements,
        "tableau": tableau,
    }
    return TemplateResponse(request, "admin/maisons/pilotage.html", contexte)


@site.page("pilotage/classeur.xlsx", nom="maisons_pilotage_xlsx")
@require_safe
def pilotage_xlsx(request: HttpRequest) -> HttpResponse:
    _departements, tableau = _tableau(request)
    if tableau is None:
        raise Http404(_("Cette page n'existe pas."))
    response = HttpResponse(tableau_de_bord.classeur(tableau), content_type=TYPES[FormatTableau.XLSX])
    nom = f"pilotage-{tableau.departement.code}-{tableau.le:%Y-%m-%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{nom}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _tableau(request: HttpRequest) -> tuple[list[Departement], tableau_de_bord.TableauDeBord | None]:
    """The départements to choose from (those with houses), and the dashboard of the one chosen.

    403 for those who steer nothing; another's département is an absent one.
    """
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    le, utilisateur, roles = timezone.localdate(), utilisateur_de(request), roles_autorises(PERMISSION)
    maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=roles)
    siens = departements_de(utilisateur, le=le, roles=roles)
    departements = list(siens.filter(pk__in=maisons.values("departement")).order_by("nom"))
    choisi = request.GET.get("departement", "")
    if choisi:
        departement = next((d for d in departements if d.pk == choisi), None)
        if departement is None:
            raise Http404(_("Cette page n'existe pas."))
    else:
        departement = departements[0] if departements else None
    if departement is None:
        return departements, None
    return departements, tableau_de_bord.dresser(departement, maisons, le=le)
