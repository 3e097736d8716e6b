"""A season's sessions from a spreadsheet: the model, the check that changes nothing, the confirmation."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ateliers import imports
from ateliers.admin.saisons import vers_les_brouillons
from ateliers.forms_saisons import ImportForm
from ateliers.occupations import SeanceRefusee
from maisons.models import Maison
from socle.admin import PorteeAdmin
from socle.classeurs import FichierRefuse
from socle.enums import FormatTableau
from socle.portee import utilisateur_de, visibles
from socle.tableaux import TYPES

INVALIDE = 422
# What was checked may be confirmed for an hour.
DUREE_JETON = 3600


def urls(model_admin: PorteeAdmin) -> list[URLPattern]:
    vue = model_admin.admin_site.admin_view
    return [
        path("importer/", vue(partial(importer, model_admin)), name="ateliers_seance_importer"),
        path(
            "importer/modele.xlsx",
            vue(require_safe(partial(modele, model_admin))),
            name="ateliers_seance_importer_modele",
        ),
    ]


def _maisons(model_admin: PorteeAdmin, request: HttpRequest) -> QuerySet[Maison]:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    return visibles(
        Maison.objects.order_by("nom", "pk"),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=model_admin.roles_pour("add"),
    )


def modele(model_admin: PorteeAdmin, request: HttpRequest) -> HttpResponse:
    """The workbook to fill in, with the names that this house knows."""
    numero = request.GET.get("maison", "")
    maisons = _maisons(model_admin, request)
    maison = maisons.filter(pk=int(numero)).first() if numero.isdecimal() and len(numero) <= 18 else None
    if maison is None:
        raise Http404(_("Cette page n'existe pas."))
    octets = imports.modele(maison, le=timezone.localdate())
    response = HttpResponse(octets, content_type=TYPES[FormatTableau.XLSX])
    response["Content-Disposition"] = f'attachment; filename="seances-{slugify(maison.nom)}.xlsx"'
    return response


def importer(model_admin: PorteeAdmin, request: HttpRequest) -> HttpResponse:
    maisons = _maisons(model_admin, request)
    if request.method == "POST" and request.POST.get("etape") == "confirmer":
        return _confirmer(request, maisons)
    form = ImportForm(request.POST or None, request.FILES or None, maisons=maisons)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Importer des séances"),
        "opts": model_admin.opts,
        "form": form,
        "maisons": maisons[:20],
        "url_retour": reverse("admin:ateliers_seance_changelist"),
    }
    if request.method == "POST" and form.is_valid():
        maison = form.cleaned_data["maison"]
        try:
            lignes = imports.lire_classeur(form.cleaned_data["fichier"])
        except FichierRefuse as refus:
            form.add_error("fichier", str(refus))
        else:
            if lignes:
                analyse = imports.analyser(lignes=lignes, maison=maison, maintenant=timezone.now())
                context |= {"maison": maison, "analyse": analyse, "jeton": _signer(request, maison, lignes)}
                return TemplateResponse(request, "admin/ateliers/saisons/importer_apercu.html", context)
            form.add_error("fichier", _("Ce fichier n'a aucune ligne sous ses titres."))
    status = INVALIDE if form.is_bound and form.errors else 200
    return TemplateResponse(request, "admin/ateliers/saisons/importer.html", context, status=status)


def _sel(request: HttpRequest) -> str:
    return f"import-seances:{utilisateur_de(request).pk}"


def _signer(request: HttpRequest, maison: Maison, lignes: list[imports.Ligne]) -> str:
    """What was checked, kept by the page itself: nothing is stored for a file that is never confirmed."""
    return signing.dumps({"maison": maison.pk, "lignes": lignes}, salt=_sel(request), compress=True)


def _confirmer(request: HttpRequest, maisons: QuerySet[Maison]) -> HttpResponse:
    ici = HttpResponseRedirect(reverse("admin:ateliers_seance_importer"))
    try:
        vu = signing.loads(request.POST.get("jeton", ""), salt=_sel(request), max_age=DUREE_JETON)
    except signing.BadSignature:
        messages.error(request, _("Cette vérification est trop ancienne : envoyez de nouveau le fichier."))
        return ici
    maison = maisons.filter(pk=vu["maison"]).first()
    if maison is None:
        raise Http404(_("Cette page n'existe pas."))
    try:
        creees = imports.importer(lignes=vu["lignes"], maison=maison, maintenant=timezone.now())
    except SeanceRefusee as refus:
        messages.error(request, _("Rien n'a été créé. %s") % refus)
        return ici
    if not creees:
        messages.info(request, _("Rien à créer : toutes ces séances sont déjà au programme."))
    else:
        phrase = ngettext("%d séance importée en brouillon.", "%d séances importées en brouillon.", len(creees))
        messages.success(request, phrase % len(creees))
    return vers_les_brouillons(maison)
