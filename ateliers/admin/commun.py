"""What the pages of a session's day have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from ateliers.models import Inscription, Seance
from ateliers.perms import can_voir_les_inscrits
from familles import lectures
from socle.admin import PorteeAdmin
from socle.portee import utilisateur_de

# Who may register someone who phones or drops in: the whole team of the house. Asked of the session.
PERMISSION_ACCUEIL = "ateliers.accueillir_inscription"


def seance_de_l_accueil(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> Seance:
    """A session at which the person may register others. 404 outside their scope, 403 for those who read figures."""
    seance: Seance = model_admin.objet_ou_404(request, object_id)
    if not request.user.has_perm(PERMISSION_ACCUEIL, seance):
        raise PermissionDenied
    return seance


def seance_de_l_equipe(model_admin: PorteeAdmin, request: HttpRequest, object_id: str) -> Seance:
    """A session of which the person may read who comes, tick them and write to them. 404 and 403 as above."""
    seance: Seance = model_admin.objet_ou_404(request, object_id)
    if not can_voir_les_inscrits(utilisateur_de(request), seance, le=timezone.localdate()):
        raise PermissionDenied
    return seance


def noter_lecture(request: HttpRequest, inscriptions: Iterable[Inscription], *, seance: Seance | None = None) -> None:
    """Keep who read these bookings' families, on behalf of their sessions' houses; places must be loaded.

    With `seance`, all of them are of this session.
    """
    lues = list(inscriptions)
    maisons = (
        [seance.lieu.maison_id] if seance is not None else [inscription.seance.lieu.maison_id for inscription in lues]
    )
    lectures.noter_page(request, [inscription.famille_id for inscription in lues], maisons=maisons)


def contexte_seance(model_admin: PorteeAdmin, request: HttpRequest, seance: Seance, titre: str) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": titre,
        "subtitle": seance.titre,
        "opts": model_admin.opts,
        "seance": seance,
        "endroit": endroit(seance),
    }


def endroit(seance: Seance) -> str:
    """House and place, said once where the place bears the house's name."""
    maison, lieu = seance.lieu.maison.nom, seance.lieu.nom
    return maison if maison.startswith(lieu) else f"{maison}, {lieu}"
