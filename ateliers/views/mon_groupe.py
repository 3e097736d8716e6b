"""A family's own page about its group, by the signed link of its messages: waiting, asked, member, gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ateliers import ical, mots, presences
from ateliers.enums import MomentBilan, Presence, StatutDemande, StatutMembre
from ateliers.forms_mon_groupe import NaissanceForm, ThemeProposeForm
from ateliers.groupes import attente, demandes, places, raisons, vie
from ateliers.groupes.messages import USAGE_LIEN, lien_groupe
from ateliers.groupes.regles import Profil
from ateliers.models import DemandeGroupe, Inscription, MembreGroupe, Seance, ThemePropose
from ateliers.suites import pour_groupe
from familles import silence
from socle import liens, oppositions
from socle.enums import Canal
from socle.ical import calendrier
from socle.origine import page_privee

INVALIDE = 422
# A link outlives its group for the questions of the end, and for who left by mistake.
APRES_LA_FIN = timedelta(days=60)
RENCONTRES_MONTREES = 3
MOTS_MONTRES = 3
# From so long before the due date on, the page asks whether the baby is born.
DEMANDER_LA_NAISSANCE = timedelta(days=21)
# The first questions are for who has not yet been in the group for long, the last ones for its last weeks.
BILAN_AVANT, BILAN_APRES = timedelta(weeks=4), timedelta(weeks=3)
FAITS = frozenset(
    {
        "demandee",
        "acceptee",
        "declinee",
        "attend",
        "souhait",
        "retiree",
        "quittee",
        "excusee",
        "vient",
        "la",
        "prenom",
        "theme",
        "vote",
        "naissance",
        "bilan",
        "arret",
        "reprise",
        "langue",
    }
)
# What may still be answered, over a request whose way has ended.
TERMINEES = (StatutDemande.TERMINEE, StatutDemande.RETIREE)

Vue = Callable[..., HttpResponse]


class LienTermine(Exception):
    """The way of this request ended long ago: its link shows nothing any more."""


def get_demande(jeton: str, *, maintenant: datetime) -> DemandeGroupe:
    """The request that a link names. 404 for a link we did not make, LienTermine long after its end."""
    try:
        pk = liens.lire(USAGE_LIEN, jeton)
    except liens.LienInvalide:
        raise Http404 from None
    demande = (
        DemandeGroupe.objects.select_related("famille", "commune", "maison", "groupe_souhaite")
        .filter(pk=pk, famille__isnull=False)
        .first()
    )
    if demande is None:
        raise Http404
    if demande.statut in TERMINEES:
        membre = get_membre(demande)
        fins = [demande.retiree_le, membre.fini_le if membre else None, demande.cree_le]
        if max(fin for fin in fins if fin is not None) + APRES_LA_FIN < maintenant:
            raise LienTermine
    return demande


def get_membre(demande: DemandeGroupe) -> MembreGroupe | None:
    """The place it has, or the last one it had, with its group."""
    membre = (
        demande.membres.select_related("groupe__lieu__commune", "groupe__lieu__maison", "groupe__maison")
        .order_by("-cree_le", "-pk")
        .first()
    )
    if membre is not None:
        membre.demande = demande
    return membre


def avec_demande(vue: Vue) -> Vue:
    """Give the view the request of its link; long after the end, 410 without a word about it."""

    @page_privee
    @wraps(vue)
    def enveloppe(request: HttpRequest, /, jeton: str, **options: Any) -> HttpResponse:
        try:
            demande = get_demande(jeton, maintenant=timezone.now())
        except LienTermine:
            return render(request, "ateliers/mon_groupe_termine.html", status=410)
        return vue(request, demande, jeton, **options)

    return enveloppe


@require_safe
@avec_demande
def mon_groupe(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    fait = request.GET.get("fait", "")
    return page(request, demande, jeton, fait=fait if fait in FAITS else "")


def retour(jeton: str, fait: str, ancre: str = "") -> HttpResponse:
    suite = f"#{ancre}" if ancre else ""
    return redirect(f"{reverse('ateliers:mon_groupe', args=[jeton])}?fait={fait}{suite}")


def page(
    request: HttpRequest, demande: DemandeGroupe, jeton: str, *, fait: str = "", statut: int = 200, **contexte: Any
) -> HttpResponse:
    """The page as the request stands; `contexte` holds what an act refused, or a form to put right."""
    maintenant = timezone.now()
    membre = get_membre(demande)
    donnees: dict[str, Any] = {
        "demande": demande,
        "jeton": jeton,
        "etat": demande.statut,
        "fait": fait,
        "maison": demande.maison,
        "silence": est_silencieuse(demande),
        "langues": settings.LANGUAGES,
        "naissance_form": NaissanceForm(
            initial={"age_corrige": demande.age_corrige}, aujourd_hui=timezone.localdate(maintenant)
        ),
        "demander_naissance": (
            not demande.est_ne and timezone.localdate(maintenant) >= demande.repere - DEMANDER_LA_NAISSANCE
        ),
    }
    if demande.statut == StatutDemande.EN_ATTENTE:
        donnees |= _attente(demande)
    elif membre is not None and demande.statut != StatutDemande.RETIREE:
        donnees |= {
            "membre": membre,
            "groupe": membre.groupe,
            "lieu": membre.groupe.lieu,
            "maison": membre.groupe.maison,
            "bilan": moment_du_bilan(membre, maintenant=maintenant),
            "raisons": raisons.pour_la_famille(membre.raisons),
            # A survey of the house, before and after, takes the place of our own few questions (decision 0027).
            "suites": pour_groupe(membre.groupe, maintenant=maintenant),
        }
        if membre.statut == StatutMembre.MEMBRE:
            donnees |= _vie(membre, maintenant)
        elif membre.statut == StatutMembre.INVITE:
            donnees["expiree"] = membre.repondre_avant is not None and membre.repondre_avant <= maintenant
    return render(request, "ateliers/mon_groupe.html", {**donnees, **contexte}, status=statut)


def _attente(demande: DemandeGroupe) -> dict[str, Any]:
    """Its rank, and the groups it could ask for."""
    proches = demandes.groupes_proches(profil=Profil.de(demande))
    return {
        "rang": attente.rang(demande),
        "voisines": attente.voisines(demande),
        "souhaite": demande.groupe_souhaite,
        "groupes": [p for p in proches if p.convient and p.groupe.pk != demande.groupe_souhaite_id],
    }


def _vie(membre: MembreGroupe, maintenant: datetime) -> dict[str, Any]:
    """A member's group: its meetings, its themes, who else is there."""
    rencontres = vie.prochaines_rencontres(membre=membre, maintenant=maintenant)
    retenus: dict[int, list[str]] = {}
    for seance_id, texte in ThemePropose.objects.filter(
        groupe=membre.groupe_id, seance__in=[r.seance_id for r in rencontres], retire_le__isnull=True
    ).values_list("seance_id", "texte"):
        if seance_id is not None:
            retenus.setdefault(seance_id, []).append(texte)
    lignes = [ligne_rencontre(r, retenus.get(r.seance_id, []), maintenant) for r in rencontres]
    votes = set(membre.votes.values_list("propose_id", flat=True))
    return {
        "prochaine": lignes[0] if lignes else None,
        "rencontres": lignes[1 : RENCONTRES_MONTREES + 1],
        "plus_tard": lignes[RENCONTRES_MONTREES + 1 :],
        "themes": [
            {"propose": propose, "vote": propose.pk in votes}
            for propose in ThemePropose.objects.ouverts().filter(groupe=membre.groupe_id).with_votes()
        ],
        "theme_form": ThemeProposeForm(),
        "mots": mots.recus(places.inscriptions_de(membre))[:MOTS_MONTRES],
        "compagnie": vie.compagnie(membre=membre),
        "hors_fenetre": membre.est_a_decider,
        "flux": adresse_flux(membre.demande),
    }


def ligne_rencontre(inscription: Inscription, themes: list[str], maintenant: datetime) -> dict[str, Any]:
    seance = inscription.seance
    return {
        "seance": seance,
        "lieu": seance.lieu,
        "themes": themes,
        "excusee": vie.est_excusee(inscription),
        "modifiable": seance.debut > maintenant,
        "est_la": inscription.presence == Presence.PRESENTE,
        "porte_ouverte": presences.porte_ouverte(seance, maintenant=maintenant),
    }


def est_silencieuse(demande: DemandeGroupe) -> bool:
    """Whether every way of reaching this family is stopped."""
    contacts = silence.contacts_de(demande)
    return bool(contacts) and all(oppositions.est_oppose(canal=Canal(c), destinataire=d) for c, d in contacts)


def moment_du_bilan(membre: MembreGroupe, *, maintenant: datetime) -> MomentBilan | None:
    """The sheet of questions that is still to be answered now, if any; none where the house asks a survey instead."""
    groupe = membre.groupe
    if pour_groupe(groupe, maintenant=maintenant):
        return None
    if membre.statut == StatutMembre.TERMINE:
        return None if membre.bilan_apres_donne else MomentBilan.APRES
    if membre.statut != StatutMembre.MEMBRE or membre.membre_depuis is None:
        return None
    aujourd_hui = maintenant.astimezone(groupe.lieu.zone).date()
    if not membre.bilan_apres_donne and aujourd_hui >= groupe.fin_prevue - BILAN_APRES:
        return MomentBilan.APRES
    premiere = groupe.debut_premiere
    commence = maintenant if premiere is None else max(membre.membre_depuis, premiere)
    if not membre.bilan_avant_donne and maintenant <= commence + BILAN_AVANT:
        return MomentBilan.AVANT
    return None


# ── The meetings in one's own calendar ────────────────────────────────────────────────────────────────────────────


def adresse_flux(demande: DemandeGroupe) -> str:
    """For a calendar application: subscribed to by its own scheme, and read by the link that the page has."""
    chemin = reverse("ateliers:mon_groupe_ics", args=[liens.signer(USAGE_LIEN, demande.pk)])
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}".replace("https://", "webcal://").replace(
        "http://", "webcal://"
    )


@require_safe
@avec_demande
def mon_groupe_ics(request: HttpRequest, demande: DemandeGroupe, jeton: str) -> HttpResponse:
    """The member's meetings, past ones too; those cancelled show as such. Empty once she has left."""
    membre = get_membre(demande)
    seances: list[Seance] = []
    if membre is not None and membre.statut in (StatutMembre.MEMBRE, StatutMembre.TERMINE):
        seances = list(
            Seance.objects.filter(inscriptions__in=places.inscriptions_de(membre).actives())
            .with_cadre()
            .order_by("debut", "pk")
        )
    corps = calendrier(
        (ical.evenement_prive(seance, url=lien_groupe(demande)) for seance in seances), nom=_("Mon groupe de parents")
    )
    etag = ical.etag(corps)
    response: HttpResponse
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(corps, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="rencontres.ics"'
    response["ETag"] = etag
    return response
