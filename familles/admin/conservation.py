"""For who answers for the data: which rule let go of how many rows, and when. Figures, never families."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from familles import veille
from familles.enums import OrigineEffacement
from familles.models import Effacement
from socle import conservation
from socle.admin import PortailAdminSite

site = cast(PortailAdminSite, admin.site)

PERMISSION = "socle.view_passagepurge"


@site.panneau
def panneau_conservation(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Whether the rules were applied and erasures done; late, it is the first thing an administrator reads."""
    if not request.user.has_perm(PERMISSION):
        return None
    en_retard = veille.retards(maintenant=timezone.now())
    return "admin/familles/panneau_conservation.html", {
        "en_retard": len(en_retard.regles),
        "effacements": en_retard.effacements,
        "adresse": reverse("admin:socle_conservation"),
    }


@site.page("conservation/", nom="socle_conservation")
@require_safe
def page_conservation(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    maintenant = timezone.now()
    jour = timezone.localdate(maintenant)
    derniers = conservation.derniers_passages()
    retards = veille.retards(maintenant=maintenant)
    en_retard = {regle.code for regle in retards.regles}
    periodes = [conservation.bilan(du=jour - timedelta(days=jours)) for jours in (0, 29, 364)]
    lignes = [
        {
            "regle": regle,
            "dernier": derniers.get(regle.code),
            "en_retard": regle.code in en_retard,
            "nombres": [periode.get(regle.code, 0) for periode in periodes],
        }
        for regle in conservation.regles()
    ]
    contexte = {
        **site.each_context(request),
        "title": _("Conservation des données"),
        "lignes": lignes,
        "en_retard": len(en_retard),
        "effacements_en_retard": retards.effacements,
        "effacements": _effacements(depuis=maintenant - timedelta(days=365)),
    }
    return TemplateResponse(request, "admin/familles/conservation.html", contexte)


def _effacements(*, depuis: datetime) -> list[tuple[str, int]]:
    """How many erasures were asked for, by whom."""
    comptes = dict(
        Effacement.objects.filter(demande_le__gte=depuis).values_list("origine").annotate(nombre=Count("pk"))
    )
    return [
        (capfirst(str(origine.label)), comptes[origine.value]) for origine in OrigineEffacement if origine in comptes
    ]
