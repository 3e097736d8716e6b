"""What a family does from its own page: each act is one POST, one call into the domain, and the page again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from ateliers import presences
from ateliers.enums import MomentBilan, StatutDemande, StatutMembre
from ateliers.forms_mon_groupe import BilanForm, NaissanceForm, ThemeProposeForm
from ateliers.groupes import bilans, demandes, naissances, places, vie
from ateliers.models import DemandeGroupe, GroupePairs, MembreGroupe, Seance, ThemePropose
from ateliers.preferences import changer_langue_du_groupe
from ateliers.views.mon_groupe import (
    INVALIDE,
    avec_demande,
    est_silencieuse,
    get_demande,
    get_membre,
    moment_du_bilan,
    page,
    retour,
)
from familles import silence
from socle import oppositions
from socle.enums import Canal

Acte = Callable[..., HttpResponse]


def acte(vue: Acte) -> Acte:
    """By POST; opened as an address (mail readers do), the page itself."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @avec_demande
    @wraps(vue)
    def enveloppe(request: HttpRequest, demande: DemandeGroupe, jeton: str, **options: Any) -> HttpResponse:
        if request.method != "POST":
            return redirect("ateliers:mon_groupe", jeton=jeton)
        return vue(request, demande, jeton, **options)

    return enveloppe


def _membre(demande: DemandeGroupe, *statuts: StatutMembre) -> MembreGroupe:
    """The place of this request; 404 when it has none of these kinds."""
    membre = get_membre(demande)
    if membre is None or membre.statut not in (statuts or (StatutMembre.MEMBRE,)):
        raise Http404
    return membre


def _refus(request: HttpRequest, jeton: str, refus: Exception, **contexte: Any) -> HttpResponse:
    # As it is now: it was read before the refusal.
    demande = get_demande(jeton, maintenant=timezone.now())
    return page(request, demande, jeton, statut=INVALIDE, refus=str(refus), **contexte)


# ── Waiting, and the invitation ───────────────────────────────────────────────────────────────────────────────────


@acte
def groupe_repondre(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """Yes; no, but I wait for another; no."""
    membre = _membre(demande, *StatutMembre)
    reponse = request.POST.get("reponse", "")
    maintenant = timezone.now()
    if reponse == "oui":
        try:
            places.accepter(membre=membre, maintenant=maintenant)
        except places.PlaceRefusee as refus:
            return _refus(request, jeton, refus)
        return retour(jeton, "acceptee")
    if reponse in ("attendre", "non"):
        places.decliner(membre=membre, garder_la_demande=reponse == "attendre", maintenant=maintenant)
        return retour(jeton, "attend" if reponse == "attendre" else "declinee")
    return redirect("ateliers:mon_groupe", jeton=jeton)


@acte
def groupe_souhaiter(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """A waiting family asks for a group that it found since."""
    numero = request.POST.get("groupe", "")
    if not numero.isdecimal() or len(numero) > 18:
        raise Http404
    groupe = get_object_or_404(GroupePairs.objects.publics(), pk=int(numero))
    try:
        demandes.demander_un_groupe(demande=demande, groupe=groupe, maintenant=timezone.now())
    except demandes.DemandeRefusee as refus:
        return _refus(request, jeton, refus)
    return retour(jeton, "souhait")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_demande
def groupe_retirer(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """Stop waiting: a page that asks once, then the answer."""
    if demande.statut != StatutDemande.EN_ATTENTE:
        return redirect("ateliers:mon_groupe", jeton=jeton)
    if request.method != "POST":
        return render(request, "ateliers/mon_groupe_retirer.html", {"demande": demande, "jeton": jeton})
    try:
        demandes.retirer_demande(demande=demande, maintenant=timezone.now())
    except demandes.DemandeRefusee as refus:
        return _refus(request, jeton, refus)
    return retour(jeton, "retiree")


# ── A member ──────────────────────────────────────────────────────────────────────────────────────────────────────


@acte
def groupe_rencontre(request: HttpRequest, demande: DemandeGroupe, jeton: str, reference: UUID) -> HttpResponse:
    """ "Je ne viendrai pas", and "Je viendrai finalement": one tap each."""
    membre = _membre(demande)
    seance = get_object_or_404(Seance, reference=reference, groupe=membre.groupe_id)
    absente = request.POST.get("venir") != "oui"
    try:
        (vie.excuser if absente else vie.venir_finalement)(membre=membre, seance=seance, maintenant=timezone.now())
    except vie.ActeRefuse as refus:
        return _refus(request, jeton, refus)
    return retour(jeton, "excusee" if absente else "vient")


@acte
def groupe_la(request: HttpRequest, demande: DemandeGroupe, jeton: str, reference: UUID) -> HttpResponse:
    """ "Je suis là", around the hour of a meeting."""
    membre = _membre(demande)
    inscription = get_object_or_404(places.inscriptions_de(membre).confirmees(), seance__reference=reference)
    try:
        presences.se_signaler(inscription=inscription, maintenant=timezone.now())
    except presences.PointageRefuse as refus:
        return _refus(request, jeton, refus)
    return retour(jeton, "la")


@acte
def groupe_prenom(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    vie.montrer_prenom(membre=_membre(demande), visible=request.POST.get("visible") == "oui")
    return retour(jeton, "prenom", "membres")


@acte
def groupe_themes(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    membre = _membre(demande)
    form = ThemeProposeForm(request.POST)
    if form.is_valid():
        try:
            vie.proposer_theme(
                groupe=membre.groupe, texte=form.cleaned_data["texte"], membre=membre, maintenant=timezone.now()
            )
        except vie.ActeRefuse as refus:
            form.add_error("texte", str(refus))
        else:
            return retour(jeton, "theme", "themes")
    return page(request, demande, jeton, statut=INVALIDE, theme_form=form)


@acte
def groupe_vote(request: HttpRequest, demande: DemandeGroupe, jeton: str, pk: int) -> HttpResponse:
    membre = _membre(demande)
    propose = get_object_or_404(ThemePropose.objects.ouverts(), pk=pk, groupe=membre.groupe_id)
    vie.voter(membre=membre, propose=propose, pour=request.POST.get("pour") == "oui")
    return retour(jeton, "vote", "themes")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_demande
def groupe_quitter(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """Leave the group: a page that asks once, whether to wait for another one."""
    membre = get_membre(demande)
    if membre is None or membre.statut != StatutMembre.MEMBRE:
        return redirect("ateliers:mon_groupe", jeton=jeton)
    if request.method != "POST":
        contexte = {"demande": demande, "jeton": jeton, "groupe": membre.groupe}
        return render(request, "ateliers/mon_groupe_quitter.html", contexte)
    attend = request.POST.get("attendre") == "oui"
    places.quitter(membre=membre, garder_la_demande=attend, maintenant=timezone.now())
    return retour(jeton, "attend" if attend else "quittee")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_demande
def groupe_bilan(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """A few anonymous questions, at the start and at the end."""
    membre = get_membre(demande)
    moment = moment_du_bilan(membre, maintenant=timezone.now()) if membre is not None else None
    if membre is None or moment is None:
        return redirect("ateliers:mon_groupe", jeton=jeton)
    form = BilanForm(request.POST if request.method == "POST" else None)
    statut = 200
    if request.method == "POST" and form.is_valid():
        try:
            bilans.repondre(membre=membre, moment=moment, reponses=form.reponses())
        except bilans.BilanRefuse as refus:
            form.add_error(None, str(refus))
        else:
            return retour(jeton, "bilan")
    if request.method == "POST":
        statut = INVALIDE
    contexte = {"form": form, "jeton": jeton, "groupe": membre.groupe, "apres": moment == MomentBilan.APRES}
    return render(request, "ateliers/mon_groupe_bilan.html", contexte, status=statut)


# ── The birth, and silence ────────────────────────────────────────────────────────────────────────────────────────


@acte
def groupe_naissance(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """One question; what follows from it is recomputed, and said on the page."""
    maintenant = timezone.now()
    form = NaissanceForm(request.POST, aujourd_hui=timezone.localdate(maintenant))
    if not demande.est_ouverte and demande.statut != StatutDemande.PLACEE:
        raise Http404
    if form.is_valid():
        try:
            naissances.noter_naissance(
                demande=demande,
                naissance=form.cleaned_data["jour"],
                age_corrige=form.cleaned_data["age_corrige"],
                maintenant=maintenant,
            )
        except demandes.DemandeRefusee as refus:
            form.add_error("jour", str(refus))
        else:
            return retour(jeton, "naissance")
    return page(request, demande, jeton, statut=INVALIDE, naissance_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@avec_demande
def groupe_arreter(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """Everything stops, without a reason asked: no message any more, of this group or of anything else."""
    if request.method == "POST" and demande.famille is not None:
        silence.tout_arreter(famille=demande.famille, maintenant=timezone.now())
        return retour(jeton, "arret")
    if est_silencieuse(demande):
        return redirect("ateliers:mon_groupe", jeton=jeton)
    return render(request, "ateliers/mon_groupe_arreter.html", {"demande": demande, "jeton": jeton})


@acte
def groupe_reprendre(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """Messages may come again. What was given up stays given up."""
    for canal, destinataire in silence.contacts_de(demande):
        oppositions.reprendre(canal=Canal(canal), destinataire=destinataire)
    return retour(jeton, "reprise")


@acte
def groupe_langue(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    langue = request.POST.get("langue", "")
    if langue not in dict(settings.LANGUAGES):
        return redirect("ateliers:mon_groupe", jeton=jeton)
    changer_langue_du_groupe(demande=demande, langue=langue)
    with override(langue):
        return retour(jeton, "langue")
