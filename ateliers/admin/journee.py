"""Ma journée: what happens today and tomorrow, what is left to do, what went wrong, on one screen of a tablet.

Each block is a fixed number of queries, however many sessions and families there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ateliers.admin.commun import PERMISSION_ACCUEIL, endroit, noter_lecture
from ateliers.admin.seances import with_attente
from ateliers.enums import Besoin, StatutInscription, StatutSeance
from ateliers.models import Inscription, Seance
from ateliers.perms import seances_aux_inscrits_visibles
from ateliers.presences import OUVERTURE_AVANT
from socle import dates
from socle.admin import PortailAdminSite
from socle.enums import Canal, StatutMessage
from socle.models import Message
from socle.portee import roles_autorises, utilisateur_de, visibles

site = cast(PortailAdminSite, admin.site)

PERMISSION_INSCRITS = "ateliers.view_inscription"
A_POINTER_DEPUIS = timedelta(days=14)
ECHECS_DEPUIS = timedelta(days=7)
INSCRIRE_JUSQU_A = timedelta(days=60)
# What fits on a screen; the rest is told as a number.
A_POINTER_MAX = 5
ECHECS_MAX = 5
CHOIX_MAX = 200


@site.panneau
def ma_journee(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Sessions of today and tomorrow, on the calendar of each place."""
    if not request.user.has_perm("ateliers.view_seance"):
        return None
    maintenant = timezone.now()
    accueille = request.user.has_perm(PERMISSION_ACCUEIL)
    accueillies = _pks_accueil(request, maintenant) if accueille else set()
    pointables = _pks_inscrits(request, maintenant) if accueille else set()
    jours = _jours(request, maintenant)
    montrees = [seance for _cle, _titre, seances in jours for seance in seances]
    besoins = _besoins([seance.pk for seance in montrees])
    for seance in montrees:
        seance.endroit = endroit(seance)
        seance.besoins_annonces = besoins.get(seance.pk, [])
        seance.est_mienne = seance.animateur_id == request.user.pk
        seance.peut_accueillir = seance.pk in accueillies and not seance.est_annulee and seance.debut > maintenant
        seance.peut_pointer = (
            seance.pk in pointables and not seance.est_annulee and seance.debut - OUVERTURE_AVANT <= maintenant
        )
    for _cle, _titre, seances in jours:
        # One's own first; the others stay in the order of the day.
        seances.sort(key=lambda seance: not seance.est_mienne)
    du_jour = [seance for seance in jours[0][2] if not seance.est_annulee]
    ouvertes = [seance for seance in montrees if not seance.est_annulee]
    return "admin/ateliers/panneau_journee.html", {
        "jours": jours,
        "seances_du_jour": len(du_jour),
        "adultes_attendus": sum(seance.adultes_pris for seance in du_jour),
        "enfants_attendus": sum(seance.enfants_pris for seance in du_jour),
        "en_attente": sum(seance.nombre_attente for seance in ouvertes),
        "propositions": sum(seance.nombre_propositions for seance in ouvertes),
        "a_pointer": _a_pointer(request, maintenant) if accueille else None,
        "echecs": _echecs(request, maintenant) if accueille else None,
        "messages_en_echec": 0 if accueille else _nombre_echecs(request, maintenant),
        "choix": _choix(request, maintenant) if accueille else [],
        "peut_planifier": request.user.has_perm("ateliers.add_serie"),
    }


def _seances(request: HttpRequest, permission: str) -> QuerySet[Seance]:
    return visibles(
        Seance.objects.with_cadre().exclude(statut=StatutSeance.BROUILLON),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=roles_autorises(permission),
    )


def _proches(seances: QuerySet[Seance], maintenant: datetime) -> QuerySet[Seance]:
    return seances.filter(debut__gt=maintenant - timedelta(hours=36), debut__lt=maintenant + timedelta(hours=60))


def _pks_accueil(request: HttpRequest, maintenant: datetime) -> set[int]:
    """Of those shown, the sessions of the houses where the person registers others."""
    return set(_proches(_seances(request, PERMISSION_ACCUEIL), maintenant).values_list("pk", flat=True))


def _seances_aux_inscrits(request: HttpRequest) -> QuerySet[Seance]:
    """The sessions whose attendance is the person's to fill."""
    lisibles = seances_aux_inscrits_visibles(utilisateur_de(request), le=timezone.localdate())
    return Seance.objects.with_cadre().filter(pk__in=lisibles.values("pk")).exclude(statut=StatutSeance.BROUILLON)


def _pks_inscrits(request: HttpRequest, maintenant: datetime) -> set[int]:
    return set(_proches(_seances_aux_inscrits(request), maintenant).values_list("pk", flat=True))


def _jours(request: HttpRequest, maintenant: datetime) -> list[tuple[str, str, list[Any]]]:
    proches = with_attente(
        _proches(_seances(request, "ateliers.view_seance").select_related("animateur", "salle"), maintenant)
    ).order_by("debut", "pk")
    jours: list[tuple[str, str, list[Any]]] = [("aujourdhui", _("Aujourd'hui"), []), ("demain", _("Demain"), [])]
    for seance in proches:
        ecart = (seance.debut_local.date() - maintenant.astimezone(seance.zone).date()).days
        if ecart in (0, 1):
            jours[ecart][2].append(seance)
    return jours


def _besoins(seances: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """What those who come announced (a pram, an interpreter…), counted without names."""
    comptes: dict[int, Counter[str]] = {}
    for seance, besoins in (
        Inscription.objects.with_place().filter(seance__in=seances).values_list("seance", "besoins")
    ):
        comptes.setdefault(seance, Counter()).update(besoins)
    return {
        seance: [(str(Besoin(besoin).label), nombre) for besoin, nombre in sorted(compte.items())]
        for seance, compte in comptes.items()
    }


def _a_pointer(request: HttpRequest, maintenant: datetime) -> dict[str, Any]:
    """Sessions over for less than two weeks where nothing is said of somebody who had booked, the latest first."""
    sans_presence = Q(inscriptions__statut=StatutInscription.CONFIRMEE, inscriptions__presence="")
    seances = (
        _seances_aux_inscrits(request)
        .filter(statut=StatutSeance.PUBLIEE, fin__lt=maintenant, fin__gt=maintenant - A_POINTER_DEPUIS)
        .annotate(nombre_a_pointer=Count("inscriptions", filter=sans_presence))
        .filter(nombre_a_pointer__gt=0)
        .order_by("-debut", "-pk")
    )
    trouvees = list(seances[: A_POINTER_MAX + 1])
    if len(trouvees) <= A_POINTER_MAX:
        return {"seances": trouvees, "autres": 0}
    return {"seances": trouvees[:A_POINTER_MAX], "autres": seances.count() - A_POINTER_MAX}


def _messages_en_echec(request: HttpRequest, maintenant: datetime) -> QuerySet[Message]:
    recents = Message.objects.filter(
        statut__in=[StatutMessage.ECHEC, StatutMessage.RETENU], cree_le__gt=maintenant - ECHECS_DEPUIS
    )
    return visibles(
        recents, utilisateur_de(request), le=timezone.localdate(), roles=roles_autorises("socle.view_message")
    )


def _nombre_echecs(request: HttpRequest, maintenant: datetime) -> int:
    """For those who read figures: how many messages could not leave."""
    if not request.user.has_perm("socle.view_message"):
        return 0
    return _messages_en_echec(request, maintenant).filter(statut=StatutMessage.ECHEC).count()


def _echecs(request: HttpRequest, maintenant: datetime) -> dict[str, Any]:
    """Families with a booking still to come whom a message did not reach, and what to do for each."""
    inscriptions = (
        visibles(
            Inscription.objects.actives().filter(seance__debut__gt=maintenant),
            utilisateur_de(request),
            le=timezone.localdate(),
            roles=roles_autorises(PERMISSION_INSCRITS),
        )
        .with_cadre()  # type: ignore[attr-defined]
        .order_by("seance__debut", "pk")
    )
    rates: dict[int, list[Message]] = {}
    for message in Message.objects.filter(
        objet_type=ContentType.objects.get_for_model(Inscription),
        objet_id__in=inscriptions.values("pk"),
        statut__in=[StatutMessage.ECHEC, StatutMessage.RETENU],
        cree_le__gt=maintenant - ECHECS_DEPUIS,
    ).order_by("cree_le", "pk"):
        if message.objet_id is not None:
            rates.setdefault(message.objet_id, []).append(message)
    # An SMS held back (stopped by the family, or the day's third) is no news where the e-mail went.
    lignes: dict[tuple[str, str], dict[str, Any]] = {}
    for inscription in inscriptions.filter(pk__in=rates):
        if not any(m.statut == StatutMessage.ECHEC or not inscription.email for m in rates[inscription.pk]):
            continue
        # One call for a family, whatever it booked.
        cle = (inscription.email, str(inscription.telephone))
        if cle in lignes:
            lignes[cle]["autres"] += 1
        else:
            lignes[cle] = {"inscription": inscription, "autres": 0, **_issue(inscription, rates[inscription.pk])}
    montrees = list(lignes.values())[:ECHECS_MAX]
    noter_lecture(request, [ligne["inscription"] for ligne in montrees])
    return {"lignes": montrees, "autres": max(0, len(lignes) - ECHECS_MAX)}


def _issue(inscription: Inscription, messages: Sequence[Message]) -> dict[str, str]:
    """What failed, in words, and the way out."""
    dernier = next((m for m in reversed(messages) if m.statut == StatutMessage.ECHEC), messages[-1])
    if dernier.statut == StatutMessage.RETENU:
        quoi = _("SMS arrêtés par la famille, ou plafond du jour atteint")
    elif dernier.canal == Canal.SMS:
        quoi = _("SMS refusé : numéro invalide ou injoignable")
    else:
        quoi = _("e-mail refusé : adresse invalide ou boîte pleine")
    if inscription.telephone:
        issue = _("Appelez")
    elif dernier.canal == Canal.EMAIL:
        issue = _("Demandez-lui une autre adresse à sa venue")
    else:
        issue = _("Demandez-lui un autre numéro à sa venue")
    return {"quoi": capfirst(quoi), "issue": issue}


def _choix(request: HttpRequest, maintenant: datetime) -> list[tuple[int, str]]:
    """The sessions of the coming weeks that a caller may want, to choose one from a list."""
    seances = (
        _seances(request, PERMISSION_ACCUEIL)
        .filter(statut=StatutSeance.PUBLIEE, debut__gt=maintenant, debut__lt=maintenant + INSCRIRE_JUSQU_A)
        .order_by("debut", "pk")[:CHOIX_MAX]
    )
    return [
        (
            seance.pk,
            f"{capfirst(dates.date_longue(seance.debut, seance.zone))} – {seance.titre}, {seance.lieu.maison.nom}",
        )
        for seance in seances
    ]
