"""A family's booking, reached by the signed link of its messages: whoever holds the link may see and change it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ateliers import ical, inscriptions, liste_attente, mots, presences
from ateliers.enums import AnnuleePar, Presence, StatutInscription
from ateliers.forms import ContactForm, ModificationForm
from ateliers.groupes.messages import jeton as jeton_groupe
from ateliers.messages import USAGE_LIEN
from ateliers.models import DemandeGroupe, Inscription
from ateliers.preferences import changer_langue, demander_avis
from ateliers.renvois import renvoyer_liens
from ateliers.suites import apres_seance
from familles import acces_donnees
from familles.mes_donnees import contact_principal
from socle import liens, oppositions
from socle.enums import Canal
from socle.origine import page_privee
from socle.quotas import adresse_client, consommer

INVALIDE = 422
TROP = 429
# What was just done, as the address after a redirect tells it.
FAITS = frozenset(
    {
        "annulee",
        "refusee",
        "acceptee",
        "prise",
        "modifiee",
        "sms_arretes",
        "sms_repris",
        "langue",
        "place_perdue",
        "la",
        "avis",
    }
)


class LienTermine(Exception):
    """The session is over: its link shows nothing of the booking any more."""

    def __init__(self, inscription: Inscription) -> None:
        super().__init__()
        self.inscription = inscription


def get_inscription(jeton: str) -> Inscription:
    """The booking that a link names. 404 for a link we did not make, LienTermine once the session is over."""
    try:
        pk = liens.lire(USAGE_LIEN, jeton)
    except liens.LienInvalide:
        raise Http404 from None
    # Of an erased family a figure is left, which no link opens.
    inscription = Inscription.objects.with_cadre().filter(pk=pk, famille__isnull=False).first()
    if inscription is None:
        raise Http404
    if inscription.seance.fin <= timezone.now():
        raise LienTermine(inscription)
    return inscription


def avec_inscription(
    vue: Callable[[HttpRequest, Inscription, str], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view the booking of its link; a session that is over answers 410, without a word about it.

    The booking of a group's meeting is seen, and excused, on the family's page about its group.
    """

    @page_privee
    @wraps(vue)
    def enveloppe(request: HttpRequest, jeton: str) -> HttpResponse:
        try:
            inscription, termine = get_inscription(jeton), False
        except LienTermine as fin:
            inscription, termine = fin.inscription, True
        if (demande := _demande_de_groupe(inscription)) is not None:
            return redirect("ateliers:mon_groupe", jeton=jeton_groupe(demande))
        if termine:
            suites = apres_seance(inscription.seance, maintenant=timezone.now())
            return render(request, "ateliers/lien_termine.html", {"suites": suites}, status=410)
        return vue(request, inscription, jeton)

    return enveloppe


def _demande_de_groupe(inscription: Inscription) -> DemandeGroupe | None:
    """The request by which this family came to the group of this meeting; None for any other session."""
    if inscription.seance.groupe_id is None:
        return None
    demandes = DemandeGroupe.objects.filter(
        famille=inscription.famille_id, membres__groupe=inscription.seance.groupe_id
    )
    return demandes.order_by("-membres__cree_le", "-pk").first()


@require_safe
@avec_inscription
def ma_reservation(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    fait = request.GET.get("fait", "")
    return _page(request, inscription, jeton, fait=fait if fait in FAITS else "")


@require_safe
@avec_inscription
def inscription_faite(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """The page after booking: what was booked, what will be sent."""
    if not inscription.est_active:
        return redirect("ateliers:ma_reservation", jeton=jeton)
    return render(request, "ateliers/inscription_faite.html", _contexte(inscription, jeton))


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_nombre(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """Change how many people come; seats let go are offered to the next."""
    if request.method != "POST":
        return redirect("ateliers:ma_reservation", jeton=jeton)
    form = ModificationForm(request.POST, inscription=inscription)
    if not form.is_valid():
        return _page(request, inscription, jeton, form=form, statut=INVALIDE)
    try:
        inscriptions.modifier_inscription(
            inscription=inscription,
            adultes=form.cleaned_data.get("adultes", inscription.adultes),
            enfants=form.cleaned_data.get("enfants", inscription.enfants),
            maintenant=timezone.now(),
        )
    except inscriptions.InscriptionRefusee as refus:
        form.add_error(refus.champ if refus.champ in form.fields else None, str(refus))
        return _page(request, get_inscription(jeton), jeton, form=form, statut=INVALIDE)
    return _retour(jeton, "modifiee")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_annuler(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """ "Je ne viendrai pas": a page that asks once, then the answer. It also declines an offer and ends a wait."""
    maintenant = timezone.now()
    if request.method != "POST":
        if not inscription.est_active or inscription.seance.debut <= maintenant or inscription.seance.est_annulee:
            return redirect("ateliers:ma_reservation", jeton=jeton)
        return render(request, "ateliers/reservation_annuler.html", _contexte(inscription, jeton))
    if inscription.statut == StatutInscription.PROPOSEE:
        return _agir(request, inscription, jeton, inscriptions.refuser_proposition, "refusee")
    return _agir(request, inscription, jeton, _annuler, "annulee")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_accepter(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("ateliers:ma_reservation", jeton=jeton)
    return _agir(request, inscription, jeton, inscriptions.confirmer_proposition, "acceptee")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_prendre(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """Take a free seat near the start: the first to answer has it."""
    if request.method != "POST":
        return redirect("ateliers:ma_reservation", jeton=jeton)
    return _agir(request, inscription, jeton, inscriptions.prendre_place_libre, "prise")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_sms(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """Stop text messages to this booking's number, or allow them again."""
    numero = numero_de(inscription)
    if request.method != "POST" or not numero:
        return redirect("ateliers:ma_reservation", jeton=jeton)
    if request.POST.get("sms") == "reprendre":
        oppositions.reprendre(canal=Canal.SMS, destinataire=numero)
        return _retour(jeton, "sms_repris")
    oppositions.arreter(canal=Canal.SMS, destinataire=numero, maintenant=timezone.now())
    return _retour(jeton, "sms_arretes")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_langue(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """The language of this booking's messages, and of its page."""
    langue = request.POST.get("langue", "")
    if request.method != "POST" or langue not in dict(settings.LANGUAGES):
        return redirect("ateliers:ma_reservation", jeton=jeton)
    changer_langue(inscription=inscription, langue=langue)
    with override(langue):
        return _retour(jeton, "langue")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_avis(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """Ask for a link to say a word after the session, or no more."""
    if request.method != "POST":
        return redirect("ateliers:ma_reservation", jeton=jeton)
    demander_avis(inscription=inscription, oui=request.POST.get("avis") == "oui")
    return _retour(jeton, "avis")


@require_http_methods(["GET", "HEAD", "POST"])
@avec_inscription
def reservation_donnees(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    """Send the link to one's own data to the contact it was booked with: this link opens one booking alone.

    Not to what its family is known by since a merge: that may be somebody else's.
    """
    contact = contact_principal(inscription)
    if request.method != "POST" or contact is None:
        return redirect("donnees:demander")
    acces_donnees.envoyer_acces(contact=contact, langue=inscription.langue, maintenant=timezone.now())
    return redirect(f"{reverse('donnees:demander')}?envoye")


@require_safe
@avec_inscription
def reservation_ics(request: HttpRequest, inscription: Inscription, jeton: str) -> HttpResponse:
    response = HttpResponse(ical.fichier([inscription.seance]), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="seance.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@page_privee
def mes_reservations(request: HttpRequest) -> HttpResponse:
    """Where one's links are, and how to have them again; known contact or not, the answer is the same."""
    if request.method != "POST":
        return render(
            request, "ateliers/mes_reservations.html", {"form": ContactForm(), "envoye": "envoye" in request.GET}
        )
    maintenant = timezone.now()
    form = ContactForm(request.POST)
    if not form.is_valid():
        return render(request, "ateliers/mes_reservations.html", {"form": form}, status=INVALIDE)
    if not consommer(
        usage="liens",
        origine=adresse_client(request),
        limite=settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE,
        maintenant=maintenant,
    ):
        form.add_error(None, _("Trop de demandes viennent de cette connexion. Attendez une heure et recommencez."))
        return render(request, "ateliers/mes_reservations.html", {"form": form}, status=TROP)
    renvoyer_liens(
        email=form.cleaned_data.get("email", ""),
        telephone=form.cleaned_data.get("telephone", ""),
        langue=get_language() or "fr",
        maintenant=maintenant,
    )
    return redirect(f"{reverse('ateliers:mes_reservations')}?envoye")


def _annuler(*, inscription: Inscription, maintenant: Any) -> Inscription:
    return inscriptions.annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant)


def _agir(
    request: HttpRequest, inscription: Inscription, jeton: str, acte: Callable[..., Inscription], fait: str
) -> HttpResponse:
    try:
        acte(inscription=inscription, maintenant=timezone.now())
    except inscriptions.InscriptionRefusee as refus:
        return _page(request, get_inscription(jeton), jeton, refus=str(refus), statut=INVALIDE)
    return _retour(jeton, fait)


def _retour(jeton: str, fait: str) -> HttpResponse:
    return redirect(f"{reverse('ateliers:ma_reservation', args=[jeton])}?fait={fait}")


def _page(
    request: HttpRequest,
    inscription: Inscription,
    jeton: str,
    *,
    form: ModificationForm | None = None,
    fait: str = "",
    refus: str = "",
    statut: int = 200,
) -> HttpResponse:
    contexte = {
        **_contexte(inscription, jeton),
        "form": form or ModificationForm(inscription=inscription),
        "fait": fait,
        "refus": refus,
        "langues": settings.LANGUAGES,
        "suites": apres_seance(inscription.seance, maintenant=timezone.now()),
    }
    return render(request, "ateliers/ma_reservation.html", contexte, status=statut)


def _contexte(inscription: Inscription, jeton: str) -> dict[str, Any]:
    maintenant = timezone.now()
    seance = inscription.seance
    a_venir = seance.debut > maintenant and not seance.est_annulee
    expiree = (
        inscription.statut == StatutInscription.PROPOSEE
        and inscription.proposee_jusqu_au is not None
        and inscription.proposee_jusqu_au <= maintenant
    )
    numero = numero_de(inscription)
    return {
        "inscription": inscription,
        "seance": seance,
        "lieu": seance.lieu,
        "maison": seance.lieu.maison,
        "jeton": jeton,
        "maintenant": maintenant,
        "etat": "expiree" if expiree else inscription.statut,
        "modifiable": a_venir and inscription.est_active and not expiree,
        "commencee": seance.debut <= maintenant,
        "porte_ouverte": (
            inscription.statut == StatutInscription.CONFIRMEE
            and presences.porte_ouverte(seance, maintenant=maintenant)
        ),
        "est_la": inscription.presence == Presence.PRESENTE,
        "mots": mots.recus(Inscription.objects.filter(pk=inscription.pk)),
        "rang": liste_attente.rang(inscription),
        "prenable": (
            a_venir
            and inscription.statut == StatutInscription.EN_ATTENTE
            and liste_attente.fin_des_propositions(seance) <= maintenant
            and liste_attente.a_sa_place(inscription)
        ),
        "email_masque": masquer_email(inscription.email),
        "telephone_masque": masquer_telephone(numero),
        "sms_arretes": bool(numero) and oppositions.est_oppose(canal=Canal.SMS, destinataire=numero),
    }


def numero_de(inscription: Inscription) -> str:
    """Written as messages are sent to it, so that what is stopped is what is sent."""
    return inscription.telephone.as_e164 if inscription.telephone else ""


def masquer_email(adresse: str) -> str:
    """Enough to see a typing mistake, too little to read an address: "in•••@exemple.fr"."""
    nom, arobase, domaine = adresse.partition("@")
    return f"{nom[:2]}•••@{domaine}" if arobase else ""


def masquer_telephone(numero: str) -> str:
    return f"•• •• •• {numero[-4:-2]} {numero[-2:]}" if numero else ""
