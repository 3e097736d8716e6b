"""What a team prints for a session: the attendance sheet, the poster for the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ateliers.models import GroupePairs, Seance
from maisons.models import Maison
from socle import liens
from socle.code_qr import code_qr
from socle.documents import rendre

USAGE_PORTE = "porte"
# Empty lines for people without a booking.
LIGNES_LIBRES = 6


def adresse_porte(seance: Seance) -> str:
    """Where families say that they are there: it works from shortly before the start to the end."""
    chemin = reverse("ateliers:porte", args=[liens.signer(USAGE_PORTE, seance.pk)])
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}"


def feuille_presence(seance: Seance, inscriptions: Sequence[Any]) -> bytes:
    """First names, how many, what to prepare, boxes to tick; no contact, no age.

    Each booking has its needs in words as `besoins_libelles` and, where children stay alone, whom to call as
    `urgence`.
    """
    return rendre(
        "pdf/feuille_presence.html",
        {
            "langue": get_language() or "fr",
            "seance": seance,
            "inscriptions": inscriptions,
            "lignes_libres": range(LIGNES_LIBRES),
            "adultes": sum(i.adultes for i in inscriptions),
            "enfants": sum(i.enfants for i in inscriptions),
        },
    )


def affiche_porte(seance: Seance) -> bytes:
    """A page with the code of "Je suis là"."""
    adresse = adresse_porte(seance)
    contexte = {
        "langue": get_language() or "fr",
        "seance": seance,
        "adresse": adresse,
        "code": code_qr(adresse, _("Code à scanner qui ouvre la page « Je suis là »")),
    }
    return rendre("pdf/affiche_porte.html", contexte)


def adresse_groupes(maison: Maison) -> str:
    """The search for a group; a request without a group goes to this house."""
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{reverse('portail:groupes')}?maison={maison.slug}"


def depliant_groupes(maison: Maison, *, groupe: GroupePairs | None = None, grand: bool = False) -> bytes:
    """What a midwife hands out: A5, or A4 for the wall. The group's place must be loaded."""
    adresse = adresse_groupes(maison)
    contexte = {
        "langue": get_language() or "fr",
        "maison": maison,
        "groupe": groupe,
        "grand": grand,
        # What is typed is short: the house is in the code.
        "adresse": adresse.partition("://")[2].partition("?")[0],
        "code": code_qr(adresse, _("Code à scanner qui ouvre la recherche d'un groupe de parents")),
    }
    return rendre("pdf/depliant_groupes.html", contexte)
