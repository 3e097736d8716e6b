"""At a family's word, for who can't or won't do it alone: its copy on paper, and its erasure."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from familles import effacement, lectures
from familles.enums import OrigineEffacement
from familles.fichiers_donnees import en_pdf
from familles.mes_donnees import personne_de_la_famille
from familles.models import Famille
from socle.admin import PorteeAdmin
from socle.pages import nommer_pages

INVALIDE = 422

nommer_pages(
    {
        "admin:familles_famille_effacer": gettext_lazy("Effacement d'une famille"),
        "admin:familles_famille_copie": gettext_lazy("Copie des données d'une famille (PDF)"),
    }
)


def urls(model_admin: PorteeAdmin) -> list[URLPattern]:
    vue = model_admin.admin_site.admin_view
    return [
        path("<int:pk>/effacer/", vue(partial(effacer, model_admin)), name="familles_famille_effacer"),
        path("<int:pk>/copie/", vue(partial(copie, model_admin)), name="familles_famille_copie"),
    ]


def copie(model_admin: PorteeAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """All that the portal holds of the family, to print and hand over, once the box is ticked.

    It tells of every house: a colleague's curiosity is no reason to have it.
    """
    famille = model_admin.objet_ou_404(request, str(pk), "effacer")
    oubli = request.method == "POST" and request.POST.get("accord") != "oui"
    lectures.noter_page(request, [famille.pk])
    if request.method != "POST" or oubli:
        return _demander(model_admin, request, famille, "copie", _("Copie des données d'une famille"), oubli=oubli)
    contenu = en_pdf(personne_de_la_famille(famille), maintenant=timezone.now())
    return HttpResponse(
        contenu, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="copie.pdf"'}
    )


def effacer(model_admin: PorteeAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, with a box to tick; what follows is what the family would have done itself."""
    famille = model_admin.objet_ou_404(request, str(pk), "effacer")
    oubli = request.method == "POST" and request.POST.get("accord") != "oui"
    if request.method == "POST" and not oubli:
        effacement.effacer(
            personne=personne_de_la_famille(famille), origine=OrigineEffacement.EQUIPE, horloge=timezone.now
        )
        model_admin.message_user(request, _("C'est effacé : il ne reste que des nombres."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:familles_famille_changelist"))
    lectures.noter_page(request, [famille.pk])
    return _demander(model_admin, request, famille, "effacer", _("Effacer une famille"), oubli=oubli)


def _demander(
    model_admin: PorteeAdmin, request: HttpRequest, famille: Famille, gabarit: str, titre: str, *, oubli: bool
) -> HttpResponse:
    contexte: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": titre,
        "opts": model_admin.opts,
        "famille": famille,
        "oubli": oubli,
    }
    return TemplateResponse(
        request, f"admin/familles/famille/{gabarit}.html", contexte, status=INVALIDE if oubli else 200
    )
