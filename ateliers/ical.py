"""Sessions as iCalendar events: one session's file, a house's feed, a filter's feed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from ateliers.models import Seance
from socle.ical import EvenementICal, calendrier


def uid_seance(seance: Seance) -> str:
    """The same in feeds and in what is sent to families, so that a calendar holds the session once."""
    return f"{seance.reference}@seance"


def evenement(seance: Seance) -> EvenementICal:
    """What anybody may know of a session; its place, commune and house must be loaded."""
    lieu = seance.lieu
    description = [seance.public_libelle.capitalize(), seance.precisions, _("Gratuit.")]
    return EvenementICal(
        uid=uid_seance(seance),
        sequence=seance.revision,
        debut=seance.debut,
        fin=seance.fin,
        fuseau=lieu.fuseau,
        titre=seance.titre,
        horodatage=seance.modifiee_le,
        lieu=f"{lieu.nom}, {lieu.adresse_complete}",
        description="\n".join(ligne for ligne in description if ligne),
        url=settings.URL_PUBLIQUE.rstrip("/") + seance.get_absolute_url(),
        position=(lieu.latitude, lieu.longitude),
        annule=seance.est_annulee,
    )


def evenement_prive(seance: Seance, *, url: str) -> EvenementICal:
    """A meeting in one person's calendar: those who share it see that the time is taken; `url` is her own page."""
    return replace(evenement(seance), url=url, description=seance.precisions, prive=True)


def etag(contenu: bytes) -> str:
    return f'"{hashlib.sha256(contenu).hexdigest()[:32]}"'


def fichier(seances: Iterable[Seance], *, nom: str = "") -> bytes:
    return calendrier((evenement(seance) for seance in seances), nom=nom)
