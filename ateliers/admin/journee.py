"""Ma journée: the first thing a team sees, what happens today and tomorrow in its houses."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from ateliers.admin.seances import with_attente
from ateliers.enums import Besoin, StatutSeance
from ateliers.models import Inscription, Seance
from socle.admin import PortailAdminSite
from socle.enums import StatutMessage
from socle.models import Message
from socle.portee import roles_autorises, utilisateur_de, visibles

site = cast(PortailAdminSite, admin.site)


@site.panneau
def ma_journee(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Sessions of today and tomorrow, on the calendar of each place."""
    if not request.user.has_perm("ateliers.view_seance"):
        return None
    utilisateur, maintenant, aujourd_hui = utilisateur_de(request), timezone.now(), timezone.localdate()
    proches = with_attente(
        visibles(
            Seance.objects.with_cadre().exclude(statut=StatutSeance.BROUILLON),
            utilisateur,
            le=aujourd_hui,
            roles=roles_autorises("ateliers.view_seance"),
        ).filter(debut__gt=maintenant - timedelta(hours=36), debut__lt=maintenant + timedelta(hours=60))
    ).order_by("debut", "pk")
    jours: list[tuple[str, list[Any]]] = [("aujourdhui", []), ("demain", [])]
    for seance in proches:
        ecart = (seance.debut_local.date() - maintenant.astimezone(seance.zone).date()).days
        if ecart in (0, 1):
            jours[ecart][1].append(seance)
    montrees = [seance for _jour, liste in jours for seance in liste]
    besoins = _besoins([seance.pk for seance in montrees])
    for seance in montrees:
        seance.besoins_annonces = besoins.get(seance.pk, [])
    ouvertes = [seance for seance in montrees if not seance.est_annulee]
    return "admin/ateliers/panneau_journee.html", {
        "jours": jours,
        "seances_du_jour": len([seance for seance in jours[0][1] if not seance.est_annulee]),
        "adultes_attendus": sum(seance.adultes_pris for seance in jours[0][1]),
        "enfants_attendus": sum(seance.enfants_pris for seance in jours[0][1]),
        "en_attente": sum(seance.nombre_attente for seance in ouvertes),
        "messages_en_echec": _echecs(request),
        "peut_planifier": request.user.has_perm("ateliers.add_serie"),
    }


def _besoins(seances: list[int]) -> dict[int, list[tuple[str, int]]]:
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


def _echecs(request: HttpRequest) -> int:
    if not request.user.has_perm("socle.view_message"):
        return 0
    recents = Message.objects.filter(statut=StatutMessage.ECHEC, cree_le__gt=timezone.now() - timedelta(days=3))
    return visibles(
        recents, utilisateur_de(request), le=timezone.localdate(), roles=roles_autorises("socle.view_message")
    ).count()
