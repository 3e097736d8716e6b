"""Acts on many sessions: copying a season, closing a house; each seen line by line before it is done."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers import fermetures, saisons
from ateliers.enums import SortFermeture, StatutSeance
from ateliers.forms_saisons import CopieForm, FermetureForm, lire_numeros, lire_sorts
from ateliers.occupations import SeanceRefusee
from maisons.models import Lieu, Maison
from socle.admin import PorteeAdmin
from socle.portee import roles_autorises, utilisateur_de, visibles

INVALIDE = 422
PERMISSION_FERMER = "maisons.add_fermeture"


def urls(model_admin: PorteeAdmin) -> list[URLPattern]:
    vue = model_admin.admin_site.admin_view
    return [
        path("copier-une-saison/", vue(partial(copier, model_admin)), name="ateliers_seance_copier"),
        path("fermer-une-maison/", vue(partial(fermer, model_admin)), name="ateliers_seance_fermer"),
    ]


def outils(model_admin: PorteeAdmin, request: HttpRequest) -> list[tuple[str, str]]:
    """What the list of sessions offers beside adding one."""
    liens = []
    if model_admin.has_add_permission(request):
        liens.append((reverse("admin:ateliers_seance_copier"), _("Copier une saison")))
        liens.append((reverse("admin:ateliers_seance_importer"), _("Importer")))
    if _roles_fermer() and _maisons(request, _roles_fermer()).exists():
        liens.append((reverse("admin:ateliers_seance_fermer"), _("Fermer une maison")))
    return liens


def _roles_fermer() -> frozenset[str]:
    """Closing changes sessions: open to those who may do both."""
    return roles_autorises(PERMISSION_FERMER) & roles_autorises("ateliers.change_seance")


def _maisons(request: HttpRequest, roles: frozenset[str]) -> QuerySet[Maison]:
    return visibles(
        Maison.objects.select_related("departement").order_by("nom", "pk"),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=roles,
    )


def _cadre(model_admin: PorteeAdmin, request: HttpRequest, titre: str, form: Any) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": titre,
        "opts": model_admin.opts,
        "form": form,
        "url_retour": reverse("admin:ateliers_seance_changelist"),
    }


def _refuser(form: Any, refus: SeanceRefusee) -> None:
    form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))


# Copying a season


def copier(model_admin: PorteeAdmin, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    maintenant = timezone.now()
    maisons = _maisons(request, model_admin.roles_pour("add"))
    form = CopieForm(request.POST or None, maisons=maisons, aujourd_hui=timezone.localdate())
    context = _cadre(model_admin, request, _("Copier une saison"), form)
    etape = request.POST.get("etape", "")
    if request.method == "POST" and etape != "formulaire" and form.is_valid():
        copie = form.copie()
        try:
            if etape == "copier":
                creees = saisons.copier_saison(
                    copie=copie,
                    choisies=lire_numeros(request.POST.getlist("garder")),
                    cle=form.cleaned_data["cle"],
                    maintenant=maintenant,
                )
                _dire_copiees(request, len(creees))
                return vers_les_brouillons(copie.maison)
            lignes = saisons.prevoir_copie(copie=copie, maintenant=maintenant)
        except SeanceRefusee as refus:
            _refuser(form, refus)
        else:
            retenues = [ligne for ligne in lignes if ligne.retenue]
            if retenues:
                context |= {
                    "copie": copie,
                    "semaines": copie.decalage.days // 7,
                    "retenues": retenues,
                    "possibles": sum(ligne.possible for ligne in retenues),
                    "sautees": [ligne for ligne in lignes if not ligne.retenue],
                }
                return TemplateResponse(request, "admin/ateliers/saisons/copier_apercu.html", context)
            form.add_error(None, _rien_a_copier(lignes))
    status = INVALIDE if form.is_bound and form.errors else 200
    return TemplateResponse(request, "admin/ateliers/saisons/copier.html", context, status=status)


def _rien_a_copier(lignes: list[saisons.LigneCopie]) -> str:
    if not lignes:
        return _("Cette maison n'a aucune séance entre ces dates.")
    return _("Aucune séance ne reste : %s.") % ", ".join(sorted({ligne.motif_exclusion for ligne in lignes}))


def _dire_copiees(request: HttpRequest, nombre: int) -> None:
    messages.success(
        request,
        ngettext(
            "%d séance copiée en brouillon. Relisez-la, puis cochez-la et ouvrez-la aux inscriptions.",
            "%d séances copiées en brouillon. Relisez-les, puis cochez-les et ouvrez-les aux inscriptions.",
            nombre,
        )
        % nombre,
    )


def vers_les_brouillons(maison: Maison) -> HttpResponse:
    """The house's drafts, to be read again and opened together."""
    filtres = QueryDict(mutable=True)
    filtres.update({"statut__exact": StatutSeance.BROUILLON.value, "lieu__maison__id__exact": str(maison.pk)})
    return HttpResponseRedirect(f"{reverse('admin:ateliers_seance_changelist')}?{filtres.urlencode()}")


# Closing a house


def fermer(model_admin: PorteeAdmin, request: HttpRequest) -> HttpResponse:
    if not (request.user.has_perm(PERMISSION_FERMER) and _maisons(request, _roles_fermer()).exists()):
        raise PermissionDenied
    maintenant = timezone.now()
    maisons = _maisons(request, _roles_fermer())
    lieux = Lieu.objects.actifs().filter(maison__in=maisons.order_by()).select_related("maison", "commune")
    form = FermetureForm(
        request.POST or None,
        maisons=maisons,
        lieux=lieux.order_by("maison__nom", "nom", "pk"),
        aujourd_hui=timezone.localdate(),
    )
    context = _cadre(model_admin, request, _("Fermer une maison"), form)
    etape = request.POST.get("etape", "")
    if request.method == "POST" and etape != "formulaire" and form.is_valid():
        plan, sorts = form.plan(), lire_sorts(request.POST)
        try:
            if etape == "fermer":
                apercu = fermetures.fermer_maison(plan=plan, sorts=sorts, maintenant=maintenant)
                _dire(request, apercu)
                return HttpResponseRedirect(context["url_retour"])
            apercu = fermetures.prevoir_fermeture(plan=plan, sorts=sorts, maintenant=maintenant)
        except SeanceRefusee as refus:
            _refuser(form, refus)
        else:
            context |= {"plan": plan, "apercu": apercu, "choix": _choix(plan)}
            return TemplateResponse(request, "admin/ateliers/saisons/fermer_apercu.html", context)
    status = INVALIDE if form.is_bound and form.errors else 200
    return TemplateResponse(request, "admin/ateliers/saisons/fermer.html", context, status=status)


def _choix(plan: fermetures.PlanFermeture) -> list[SortFermeture]:
    """What may become of one session alone: what the plan gives the means for."""
    absents = set()
    if plan.lieu is None:
        absents.add(SortFermeture.DEPLACER)
    if not plan.semaines:
        absents.add(SortFermeture.REPORTER)
    return [sort for sort in SortFermeture if sort not in absents]


def _dire(request: HttpRequest, apercu: fermetures.ApercuFermeture) -> None:
    fait = [_("La fermeture est notée, le public la voit.")]
    annulees = apercu.nombre(SortFermeture.ANNULER)
    bougees = apercu.nombre(SortFermeture.DEPLACER) + apercu.nombre(SortFermeture.REPORTER)
    if annulees:
        fait.append(ngettext("%d séance annulée.", "%d séances annulées.", annulees) % annulees)
    if bougees:
        fait.append(ngettext("%d séance déplacée.", "%d séances déplacées.", bougees) % bougees)
    prevenues = apercu.destinataires.joignables
    if prevenues:
        fait.append(ngettext("%d famille est prévenue.", "%d familles sont prévenues.", prevenues) % prevenues)
    messages.success(request, " ".join(fait))
    muettes = apercu.destinataires.sans_contact
    if muettes:
        messages.warning(
            request,
            ngettext(
                "%d famille n'a ni e-mail ni mobile : prévenez-la de vive voix.",
                "%d familles n'ont ni e-mail ni mobile : prévenez-les de vive voix.",
                muettes,
            )
            % muettes,
        )
