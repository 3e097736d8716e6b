"""Registering someone who phones or drops in: the same engine, the same lists, the seats kept for them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ateliers.admin.commun import PERMISSION_ACCUEIL, contexte_seance, noter_lecture, seance_de_l_accueil
from ateliers.depassements import Derogation
from ateliers.enums import StatutInscription
from ateliers.forms_accueil import AccueilForm
from ateliers.inscriptions import DejaInscrite, InscriptionRefusee, inscrire_famille
from ateliers.liste_attente import rang
from ateliers.models import Inscription, Seance
from ateliers.perms import can_voir_les_inscrits
from socle import dates, oppositions
from socle.admin import PorteeAdmin
from socle.enums import Canal
from socle.portee import utilisateur_de

INVALIDE = 422


def urls(model_admin: PorteeAdmin) -> list[URLPattern]:
    vue = model_admin.admin_site.admin_view
    return [
        path("inscrire/", vue(partial(choisir, model_admin)), name="ateliers_seance_choisir"),
        path("<path:object_id>/inscrire/", vue(partial(inscrire, model_admin)), name="ateliers_seance_inscrire"),
    ]


def choisir(model_admin: PorteeAdmin, request: HttpRequest) -> HttpResponse:
    """From Ma journée: the session chosen in the list, then its form."""
    numero = request.GET.get("seance", "")
    if not numero.isdecimal() or len(numero) > 18:
        return HttpResponseRedirect(reverse("admin:ateliers_seance_changelist"))
    seance = seance_de_l_accueil(model_admin, request, numero)
    return HttpResponseRedirect(reverse("admin:ateliers_seance_inscrire", args=[seance.pk]))


def inscrire(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Three fields, then the place; when it is full, the queue or one seat more with a reason."""
    seance = seance_de_l_accueil(model_admin, request, object_id)
    maintenant = timezone.now()
    fiche = reverse("admin:ateliers_seance_change", args=[seance.pk])
    if seance.debut <= maintenant or seance.est_annulee:
        messages.warning(
            request,
            _("Cette séance est annulée.")
            if seance.est_annulee
            else _("La séance a commencé : comptez les personnes qui arrivent dans les présences."),
        )
        return HttpResponseRedirect(fiche)
    aujourd_hui = maintenant.astimezone(seance.zone).date()
    form = AccueilForm(request.POST or None, seance=seance, aujourd_hui=aujourd_hui)
    etape = request.POST.get("etape", "")
    refus = ""
    if request.method == "POST" and form.is_valid():
        derogation = None
        if etape == "ajouter":
            if not form.cleaned_data["motif"]:
                form.add_error("motif", _("Dites pourquoi vous ajoutez une place : un mot suffit."))
                return _page(model_admin, request, seance.pk, form, refus="complete")
            derogation = Derogation(par=utilisateur_de(request), motif=form.cleaned_data["motif"])
        try:
            inscription = inscrire_famille(
                seance=seance,
                demande=form.demande(accepte_attente=etape == "attente"),
                maintenant=maintenant,
                derogation=derogation,
            )
        except DejaInscrite as deja:
            form.add_error("contact", str(deja))
            refus = f"deja:{deja.inscription.pk}"
            noter_lecture(request, [deja.inscription], seance=seance)
        except InscriptionRefusee as raison:
            refus = raison.code
            # Full: the page says it and gives the two ways out.
            if refus != "complete":
                form.add_error(form.champ_de(raison.champ), str(raison))
        else:
            _dire(request, inscription)
            return HttpResponseRedirect(fiche)
    return _page(model_admin, request, seance.pk, form, refus=refus)


def _page(
    model_admin: PorteeAdmin, request: HttpRequest, seance_pk: int, form: AccueilForm, *, refus: str
) -> HttpResponse:
    # As it is now: it was read before others booked.
    seance = model_admin.get_object(request, str(seance_pk))
    if seance is None:
        raise Http404
    if refus == "complete":
        # No seat is added without a word: not "optional" here.
        form.fields["motif"].required = True
    deja = refus.partition(":")[2] if refus.startswith("deja:") else ""
    if deja and not can_voir_les_inscrits(utilisateur_de(request), seance, le=timezone.localdate()):
        # Its link was sent again; who booked stays with those who lead the session.
        deja = ""
    context: dict[str, Any] = {
        **contexte_seance(model_admin, request, seance, _("Inscrire quelqu'un")),
        "form": form,
        "complete": refus == "complete",
        "deja": deja,
        "gardees": bool(seance.adultes_gardes or seance.enfants_gardes),
    }
    status = INVALIDE if request.method == "POST" else 200
    return TemplateResponse(request, "admin/ateliers/seance/inscrire.html", context, status=status)


def _dire(request: HttpRequest, inscription: Inscription) -> None:
    """What holds now, and what the person will receive: no message is promised to someone without a contact."""
    seance = inscription.seance
    if inscription.statut == StatutInscription.CONFIRMEE:
        fait = _("%s a sa place.") % inscription.prenom
    else:
        fait = _("%(prenom)s est en liste d'attente, en position %(rang)d.") % {
            "prenom": inscription.prenom,
            "rang": rang(inscription) or 1,
        }
    numero = inscription.telephone.as_e164 if inscription.telephone else ""
    if inscription.email:
        messages.success(request, f"{fait} {_('Un e-mail part tout de suite.')}")
    elif numero and not oppositions.est_oppose(canal=Canal.SMS, destinataire=numero):
        messages.success(request, f"{fait} {_('Un SMS part tout de suite.')}")
    else:
        quand = dates.date_longue(seance.debut, seance.zone)
        raison = _("Ce numéro a arrêté les SMS") if numero else _("Ni e-mail ni mobile")
        messages.warning(
            request,
            f"{fait} "
            + _("%(raison)s : aucun message ne partira. Redites-lui le rendez-vous : %(quand)s, %(lieu)s.")
            % {"raison": raison, "quand": quand, "lieu": seance.lieu.nom},
        )


def peut_accueillir(request: HttpRequest, seance: Seance) -> bool:
    return request.user.has_perm(PERMISSION_ACCUEIL, seance)
