"""Writing to the people coming to a session: typed, seen as they will read it, sent once."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers import mots
from ateliers.admin.commun import contexte_seance, noter_lecture, seance_de_l_equipe
from ateliers.forms_accueil import MotForm
from ateliers.models import Seance
from socle import dates
from socle.admin import PorteeAdmin
from socle.portee import utilisateur_de

INVALIDE = 422


def urls(model_admin: PorteeAdmin) -> list[URLPattern]:
    return [
        path(
            "<path:object_id>/ecrire/",
            model_admin.admin_site.admin_view(partial(ecrire, model_admin)),
            name="ateliers_seance_ecrire",
        )
    ]


def ecrire(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    seance = seance_de_l_equipe(model_admin, request, object_id)
    form = MotForm(request.POST or None)
    etape = request.POST.get("etape", "")
    if request.method == "POST" and etape != "formulaire" and form.is_valid():
        texte, maintenant = form.cleaned_data["texte"], timezone.now()
        try:
            if etape == "envoyer":
                mot = mots.envoyer(seance=seance, texte=texte, par=utilisateur_de(request), maintenant=maintenant)
                messages.success(
                    request,
                    ngettext("Envoyé à %d famille.", "Envoyé à %d familles.", mot.destinataires) % mot.destinataires,
                )
                return HttpResponseRedirect(reverse("admin:ateliers_seance_change", args=[seance.pk]))
            apercu = mots.apercu(seance=seance, texte=texte, maintenant=maintenant)
        except mots.MotRefuse as refus:
            form.add_error("texte", str(refus))
        else:
            noter_lecture(request, [apercu.premiere], seance=seance)
            context = {
                **_contexte(model_admin, request, seance, form),
                "apercu": apercu,
                "destinataires": apercu.destinataires,
                "objet_message": _("Un mot de la maison pour votre réservation du %s")
                % dates.jour(seance.debut, seance.zone),
            }
            return TemplateResponse(request, "admin/ateliers/seance/ecrire_apercu.html", context)
    status = INVALIDE if form.is_bound and form.errors else 200
    return TemplateResponse(
        request,
        "admin/ateliers/seance/ecrire.html",
        _contexte(model_admin, request, seance, form),
        status=status,
    )


def _contexte(model_admin: PorteeAdmin, request: HttpRequest, seance: Seance, form: MotForm) -> dict[str, Any]:
    reperes = {
        "prenom": _("le prénom de la famille"),
        "jour": dates.jour(seance.debut, seance.zone),
        "heure": dates.heure(seance.debut, seance.zone),
        "lieu": seance.lieu.nom,
        "lien": _("le lien de sa réservation"),
    }
    return {
        **contexte_seance(model_admin, request, seance, _("Écrire aux familles inscrites")),
        "form": form,
        "reperes": [("{" + nom + "}", reperes[nom]) for nom in mots.REPERES],
        "envoyes": seance.mots.select_related("par").order_by("-le", "-pk")[:10],
    }
