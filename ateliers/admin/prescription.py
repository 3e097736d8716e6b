"""A professional's page: a request for a group entered with the parent's agreement, and the leaflets to hand out.

Open to the houses' teams and to partners. A partner sees nothing of a request afterwards: it is the house's.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ateliers import pdf
from ateliers.enums import CanalDemande
from ateliers.forms_groupes import PrescriptionForm
from ateliers.groupes import demandes
from ateliers.models import GroupePairs
from maisons.models import Affectation, Maison
from socle.admin import PortailAdminSite
from socle.portee import utilisateur_de
from socle.quotas import consommer

site = cast("PortailAdminSite", admin.site)

PERMISSION = "ateliers.transmettre_demandegroupe"
INVALIDE = 422
TROP = 429
# More than a midwife sees in an hour, far from enough to try addresses one after the other.
DEMANDES_PAR_HEURE = 30


@site.panneau
def panneau(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    if not request.user.has_perm(PERMISSION):
        return None
    return "admin/ateliers/groupe/panneau_transmettre.html", {}


@site.page("groupes/transmettre/", nom="ateliers_transmettre")
def transmettre(request: HttpRequest) -> HttpResponse:
    """The request, kept with who passed it on; the parent is told, and may stop it in one tap."""
    _verifier(request)
    maintenant = timezone.now()
    utilisateur = utilisateur_de(request)
    form = PrescriptionForm(
        request.POST or None, initial={"service": _service(request)}, aujourd_hui=timezone.localdate(maintenant)
    )
    statut = 200
    if request.method == "POST":
        statut = INVALIDE
        if form.is_valid():
            if not consommer(
                usage="prescription",
                origine=f"compte:{utilisateur.pk}",
                limite=DEMANDES_PAR_HEURE,
                maintenant=maintenant,
            ):
                form.add_error(None, _("Beaucoup de demandes viennent d'être transmises. Reprenez dans une heure."))
                statut = TROP
            elif _deposer(form, maintenant):
                messages.success(
                    request,
                    _("C'est transmis. Le parent reçoit le lien de sa page : il y suit sa demande, ou l'arrête."),
                )
                return HttpResponseRedirect(reverse("admin:ateliers_transmettre"))
    contexte = {
        **site.each_context(request),
        "title": _("Proposer un groupe à un parent"),
        "form": form,
        "maisons": _maisons(),
    }
    return TemplateResponse(request, "admin/ateliers/groupe/transmettre.html", contexte, status=statut)


def _deposer(form: PrescriptionForm, maintenant: Any) -> bool:
    donnees = form.cleaned_data
    demande = form.demande(
        groupe=None, canal=CanalDemande.PRESCRIPTEUR, prescripteur=donnees["service"], accord=donnees["accord"]
    )
    try:
        demandes.deposer_demande(demande=demande, maintenant=maintenant)
    except demandes.DemandeDejaFaite:
        # Told the same: whether a family is known is the house's to know. Its link went to it again.
        return True
    except demandes.DemandeRefusee as refus:
        form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
        return False
    return True


@site.page("groupes/depliant/", nom="ateliers_depliant_maison")
@require_safe
def depliant_maison(request: HttpRequest) -> HttpResponse:
    """The leaflet of a house's groups: ?maison=<slug>, and &format=a4 for the wall."""
    _verifier(request)
    maison = get_object_or_404(_maisons(), slug=request.GET.get("maison", ""))
    return _pdf(request, pdf.depliant_groupes(maison, grand=_grand(request)), maison.slug)


@site.page("groupes/<int:pk>/depliant/", nom="ateliers_depliant_groupe")
@require_safe
def depliant_groupe(request: HttpRequest, pk: int) -> HttpResponse:
    """The leaflet of one group that parents may find."""
    _verifier(request)
    groupe = get_object_or_404(GroupePairs.objects.publics().with_cadre(), pk=pk)
    return _pdf(request, pdf.depliant_groupes(groupe.maison, groupe=groupe, grand=_grand(request)), f"groupe-{pk}")


def _verifier(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _maisons() -> QuerySet[Maison]:
    """A leaflet says what anybody may read: every open house has one."""
    return Maison.objects.publiees().filter(ouverte=True).order_by("nom", "pk")


def _service(request: HttpRequest) -> str:
    """Where the professional works, as her assignment tells it."""
    affectation = (
        Affectation.objects.for_utilisateur(utilisateur_de(request), le=timezone.localdate())
        .select_related("organisation", "maison")
        .order_by("pk")
        .first()
    )
    if affectation is None:
        return ""
    return str(affectation.organisation or affectation.maison or "")


def _grand(request: HttpRequest) -> bool:
    return request.GET.get("format") == "a4"


def _pdf(request: HttpRequest, contenu: bytes, nom: str) -> HttpResponse:
    response = HttpResponse(contenu, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="groupes-{nom}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
