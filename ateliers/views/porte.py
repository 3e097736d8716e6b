""" "Je suis là": families with a booking say so at the door, by the poster's code or from their booking's page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ateliers import presences
from ateliers.forms import ContactForm
from ateliers.models import Inscription, Seance
from ateliers.pdf import USAGE_PORTE
from ateliers.suites import apres_seance
from ateliers.views.reservation import INVALIDE, TROP, avec_inscription
from socle import liens
from socle.origine import page_privee
from socle.quotas import adresse_client, consommer

# Everybody in the house may share its wifi, and so one address: more than a full session, far from enough to guess.
ESSAIS_PAR_ADRESSE = 60


def get_seance_de_la_porte(jeton: str) -> Seance:
    """The session that a poster names; 404 for an address we did not print."""
    try:
        pk = liens.lire(USAGE_PORTE, jeton)
    except liens.LienInvalide:
        raise Http404 from None
    seance = Seance.objects.with_cadre().publiques().filter(pk=pk).first() or (
        Seance.objects.with_cadre().publiees().filter(pk=pk).first()
    )
    if seance is None:
        raise Http404
    return seance


@require_http_methods(["GET", "HEAD", "POST"])
@page_privee
def porte(request: HttpRequest, jeton: str) -> HttpResponse:
    """The contact of the booking, then a welcome; whoever has none is sent to the desk, in a page of the same shape.

    Nothing of any booking is shown: not a name, not a number.
    """
    seance = get_seance_de_la_porte(jeton)
    maintenant = timezone.now()
    context: dict[str, Any] = {"seance": seance, "lieu": seance.lieu, "etat": _etat(seance)}
    if context["etat"] != "ouverte":
        return render(request, "ateliers/porte.html", context, status=410 if context["etat"] == "finie" else 200)
    if request.method != "POST":
        fait = request.GET.get("fait", "")
        context |= {"form": ContactForm(), "fait": fait if fait in ("connue", "accueil") else ""}
        context["suites"] = apres_seance(seance, maintenant=maintenant)
        return render(request, "ateliers/porte.html", context)
    form = ContactForm(request.POST)
    context["form"] = form
    if not form.is_valid():
        return render(request, "ateliers/porte.html", context, status=INVALIDE)
    if not consommer(
        usage="porte",
        origine=f"{seance.pk}:{adresse_client(request)}",
        limite=ESSAIS_PAR_ADRESSE,
        maintenant=maintenant,
    ):
        form.add_error(None, _("Trop d'essais depuis cette connexion. Entrez et dites bonjour à l'accueil."))
        return render(request, "ateliers/porte.html", context, status=TROP)
    inscription = _inscription(
        seance, email=form.cleaned_data.get("email", ""), telephone=form.cleaned_data.get("telephone", "")
    )
    fait = "accueil"
    if inscription is not None:
        try:
            presences.se_signaler(inscription=inscription, maintenant=maintenant)
        except presences.PointageRefuse:
            pass
        else:
            fait = "connue"
    return redirect(f"{reverse('ateliers:porte', args=[jeton])}?fait={fait}")


def _etat(seance: Seance) -> str:
    maintenant = timezone.now()
    if seance.est_annulee:
        return "annulee"
    if maintenant > seance.fin:
        return "finie"
    return "ouverte" if presences.porte_ouverte(seance, maintenant=maintenant) else "trop_tot"


def _inscription(seance: Seance, *, email: str, telephone: str) -> Inscription | None:
    confirmees = Inscription.objects.confirmees().filter(seance=seance)
    if email:
        return confirmees.filter(email__iexact=email).order_by("pk").first()
    return confirmees.filter(telephone=telephone).order_by("pk").first()


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_la(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """One tap from the booking's own page."""
    retour = reverse("ateliers:ma_reservation", args=[jeton])
    if request.method == "POST":
        try:
            presences.se_signaler(inscription=inscription, maintenant=timezone.now())
        except presences.PointageRefuse:
            return redirect(retour)
        return redirect(f"{retour}?fait=la")
    return redirect(retour)
