"""Attendance of a session: ticked on a phone or a tablet, printed on paper, said at the door."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ateliers import accueils, pdf, presences
from ateliers.admin.commun import contexte_seance, noter_lecture, seance_de_l_accueil, seance_de_l_equipe
from ateliers.enums import Besoin, Presence
from ateliers.forms_accueil import PassageForm, PresentsForm
from ateliers.models import Inscription, Seance
from ateliers.perms import can_voir_les_inscrits
from socle.admin import PorteeAdmin
from socle.portee import utilisateur_de
from socle.texte import normaliser

INVALIDE = 422


def urls(model_admin: PorteeAdmin) -> list[URLPattern]:
    def vue(fonction: Any) -> Any:
        return model_admin.admin_site.admin_view(partial(fonction, model_admin))

    def lire(fonction: Any) -> Any:
        return model_admin.admin_site.admin_view(require_safe(partial(fonction, model_admin)))

    return [
        path("<path:object_id>/presences/feuille.pdf", lire(feuille), name="ateliers_seance_feuille"),
        path("<path:object_id>/presences/affiche.pdf", lire(affiche), name="ateliers_seance_affiche"),
        path("<path:object_id>/presences/passages/", vue(passage), name="ateliers_seance_passage"),
        path(
            "<path:object_id>/presences/passages/<int:pk>/retirer/",
            vue(passage_retirer),
            name="ateliers_seance_passage_retirer",
        ),
        path("<path:object_id>/presences/toutes/", vue(toutes), name="ateliers_seance_presences_toutes"),
        path("<path:object_id>/presences/<int:pk>/", vue(pointer), name="ateliers_seance_pointer"),
        path("<path:object_id>/presences/", vue(page), name="ateliers_seance_presences"),
    ]


# The page


def page(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Who comes, one row a booking, for its leader and the house's responsable; for all others the totals."""
    seance: Seance = model_admin.objet_ou_404(request, object_id)
    if not can_voir_les_inscrits(utilisateur_de(request), seance, le=timezone.localdate()):
        context = {
            **contexte_seance(model_admin, request, seance, _("Présences")),
            "totaux": presences.frequentation(seance),
        }
        return TemplateResponse(request, "admin/ateliers/seance/presences_chiffres.html", context)
    return _page(model_admin, request, seance)


def _page(
    model_admin: PorteeAdmin, request: HttpRequest, seance: Seance, *, form: PassageForm | None = None
) -> HttpResponse:
    context = {
        **contexte_seance(model_admin, request, seance, _("Présences")),
        **_suivi(seance),
        "inscriptions": _inscriptions(request, seance),
        "form": form or PassageForm(),
    }
    status = INVALIDE if form is not None else 200
    return TemplateResponse(request, "admin/ateliers/seance/presences.html", context, status=status)


def _suivi(seance: Seance) -> dict[str, Any]:
    """What changes with every tick: the totals, the people counted without a booking."""
    return {
        "seance": seance,
        "ferme": presences.motif_de_refus(seance, maintenant=timezone.now()),
        "totaux": presences.frequentation(seance),
        "passages": seance.passages.order_by("-compte_le", "-pk"),
    }


def _inscriptions(request: HttpRequest, seance: Seance) -> list[Any]:
    """Those who have a place, by first name: a row stays where it is when it is ticked. Reading them is kept."""
    venues = seance.inscriptions.confirmees().select_related("fiche_accueil")
    inscriptions: list[Any] = sorted(venues, key=lambda i: (normaliser(i.prenom), i.pk))
    for inscription in inscriptions:
        preparer(inscription)
    noter_lecture(request, inscriptions, seance=seance)
    return inscriptions


def preparer(inscription: Any) -> None:
    """Give a booking what its row shows: its needs in words, and the numbers its buttons would set."""
    inscription.besoins_libelles = [str(Besoin(besoin).label) for besoin in inscription.besoins]
    inscription.urgence = accueils.urgence(inscription)
    adultes, enfants = inscription.adultes_presents, inscription.enfants_presents
    if adultes is None or enfants is None:
        return
    # Absolute numbers, so that a double tap counts once.
    inscription.moins_adultes = f"{adultes - 1}-{enfants}" if adultes > 1 else ""
    inscription.plus_adultes = f"{adultes + 1}-{enfants}" if adultes < 20 else ""
    inscription.moins_enfants = f"{adultes}-{enfants - 1}" if enfants > 0 else ""
    inscription.plus_enfants = f"{adultes}-{enfants + 1}" if enfants < 20 else ""


# Ticks


def _retour(seance: Seance, ancre: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:ateliers_seance_presences", args=[seance.pk]) + ancre)


def pointer(model_admin: PorteeAdmin, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
    """One booking: present, excused, absent, other numbers, or nothing said any more."""
    seance = seance_de_l_equipe(model_admin, request, object_id)
    inscription = seance.inscriptions.filter(pk=pk).first()
    if inscription is None:
        raise Http404
    if request.method != "POST":
        return _retour(seance)
    refus = ""
    try:
        _noter(request, inscription)
    except presences.PointageRefuse as raison:
        refus = str(raison)
    if not getattr(request, "htmx", False):
        if refus:
            messages.error(request, refus)
        return _retour(seance, f"#i-{pk}")
    inscription = Inscription.objects.select_related("fiche_accueil").get(pk=pk)
    preparer(inscription)
    noter_lecture(request, [inscription], seance=seance)
    dit = refus or (
        f"{inscription.prenom} : {inscription.get_presence_display()}"
        if inscription.presence
        else _("%s : rien n'est noté") % inscription.prenom
    )
    context = {**_suivi(seance), "inscription": inscription, "dit": dit, "est_fragment": True}
    return render(request, "admin/ateliers/seance/includes/presence_reponse.html", context)


def _noter(request: HttpRequest, inscription: Inscription) -> None:
    maintenant = timezone.now()
    presence = request.POST.get("presence", "")
    if presence == "":
        presences.depointer(inscription=inscription, maintenant=maintenant)
        return
    if presence not in Presence.values:
        raise presences.PointageRefuse(_("Choisissez parmi les réponses proposées."))
    nombres: dict[str, Any] = {}
    if request.POST.get("nombre"):
        adultes, _tiret, enfants = request.POST["nombre"].partition("-")
        form = PresentsForm({"adultes": adultes, "enfants": enfants})
        if not form.is_valid():
            raise presences.PointageRefuse(_("Indiquez de 1 à 20 adultes et de 0 à 20 enfants."))
        nombres = form.cleaned_data
    presences.pointer(inscription=inscription, presence=Presence(presence), maintenant=maintenant, **nombres)


def toutes(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Everybody of whom nothing is said came; each stays to be undone alone."""
    seance = seance_de_l_equipe(model_admin, request, object_id)
    if request.method == "POST":
        try:
            presences.pointer_restantes(seance=seance, maintenant=timezone.now())
        except presences.PointageRefuse as raison:
            messages.error(request, str(raison))
    return _retour(seance)


def passage(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """People without a booking: a number, no name."""
    seance = seance_de_l_equipe(model_admin, request, object_id)
    if request.method != "POST":
        return _retour(seance)
    form = PassageForm(request.POST)
    if form.is_valid():
        try:
            presences.compter_passage(seance=seance, maintenant=timezone.now(), **form.cleaned_data)
        except presences.PointageRefuse as raison:
            form.add_error(None, str(raison))
    if getattr(request, "htmx", False):
        dit = _("Compté.") if form.is_valid() else _("Ce n'est pas compté.")
        context = {**_suivi(seance), "form": PassageForm() if form.is_valid() else form, "dit": dit}
        return render(
            request, "admin/ateliers/seance/includes/passages_reponse.html", {**context, "est_fragment": True}
        )
    if not form.is_valid():
        return _page(model_admin, request, seance, form=form)
    return _retour(seance, "#passages")


def passage_retirer(model_admin: PorteeAdmin, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
    seance = seance_de_l_equipe(model_admin, request, object_id)
    if request.method != "POST":
        return _retour(seance)
    compte = seance.passages.select_related("seance").filter(pk=pk).first()
    if compte is None:
        raise Http404
    dit = _("Retiré.")
    try:
        presences.retirer_passage(passage=compte, maintenant=timezone.now())
    except presences.PointageRefuse as raison:
        dit = str(raison)
        if not getattr(request, "htmx", False):
            messages.error(request, dit)
    if getattr(request, "htmx", False):
        context = {**_suivi(seance), "form": PassageForm(), "dit": dit, "est_fragment": True}
        return render(request, "admin/ateliers/seance/includes/passages_reponse.html", context)
    return _retour(seance, "#passages")


# Paper


def feuille(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The attendance sheet of a session, to print."""
    seance = seance_de_l_equipe(model_admin, request, object_id)
    return _pdf(pdf.feuille_presence(seance, _inscriptions(request, seance)), seance, _("presences"))


def affiche(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The poster for the door, with the code that opens "Je suis là"."""
    seance = seance_de_l_accueil(model_admin, request, object_id)
    if seance.est_annulee:
        raise PermissionDenied
    return _pdf(pdf.affiche_porte(seance), seance, _("affiche"))


def _pdf(contenu: bytes, seance: Seance, quoi: str) -> HttpResponse:
    nom = f"{slugify(quoi)}-{seance.debut_local:%Y-%m-%d-%H%M}.pdf"
    response = HttpResponse(contenu, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{nom}"'
    response["Cache-Control"] = "private, no-store"
    return response
