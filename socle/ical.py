"""iCalendar files (RFC 5545, RFC 5546): events with their own time zone, for attachments and for feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

PRODUIT = "-//Maisons des 1000 premiers jours//Portail//FR"
PUBLISH = "PUBLISH"
CANCEL = "CANCEL"

_CONTROLES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class EvenementICal:
    """One event. `uid` names it for ever; `sequence` goes up at each change (RFC 5545 §3.8.7.4)."""

    uid: str
    debut: datetime
    fin: datetime
    fuseau: str
    titre: str
    # When this state of the event was set down; the same state gives the same bytes.
    horodatage: datetime
    sequence: int = 0
    lieu: str = ""
    description: str = ""
    url: str = ""
    position: tuple[float, float] | None = None  # latitude, longitude
    annule: bool = False
    prive: bool = False


@dataclass(frozen=True, kw_only=True)
class JourneesICal:
    """Whole days, the last included: a date on everybody's calendar, in no time zone. It takes up nobody's time."""

    uid: str
    du: date
    au: date
    titre: str
    horodatage: datetime
    sequence: int = 0
    description: str = ""
    url: str = ""


def calendrier(
    evenements: Iterable[EvenementICal | JourneesICal],
    *,
    methode: str = PUBLISH,
    nom: str = "",
    organisateur: str = "",
) -> bytes:
    """The .ics file of these events, with the VTIMEZONE of every time zone they use.

    `methode` CANCEL takes the events out of calendars; in a PUBLISH feed an event with `annule` shows as cancelled.
    `organisateur` is an e-mail address; RFC 5546 wants one in what is sent by mail.
    """
    evenements = list(evenements)
    calendar = Calendar()
    calendar.add("prodid", PRODUIT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", methode)
    if nom:
        calendar.add("name", _texte(nom))
        calendar.add("x-wr-calname", _texte(nom))
    for fuseau, premiere, derniere in _annees_par_fuseau(e for e in evenements if isinstance(e, EvenementICal)):
        calendar.add_component(_vtimezone(fuseau, premiere, derniere))
    for evenement in evenements:
        if isinstance(evenement, JourneesICal):
            calendar.add_component(_journees(evenement))
        else:
            calendar.add_component(_vevent(evenement, methode=methode, organisateur=organisateur))
    contenu: bytes = calendar.to_ical()
    return contenu


def _vevent(evenement: EvenementICal, *, methode: str, organisateur: str) -> Event:
    zone = ZoneInfo(evenement.fuseau)
    event = Event()
    event.add("uid", evenement.uid)
    event.add("sequence", evenement.sequence)
    event.add("dtstamp", evenement.horodatage.astimezone(UTC))
    event.add("last-modified", evenement.horodatage.astimezone(UTC))
    event.add("dtstart", evenement.debut.astimezone(zone))
    event.add("dtend", evenement.fin.astimezone(zone))
    event.add("summary", _texte(evenement.titre))
    for nom, valeur in (("location", evenement.lieu), ("description", evenement.description)):
        if valeur:
            event.add(nom, _texte(valeur))
    if evenement.url:
        event.add("url", evenement.url)
    if evenement.position:
        event.add("geo", evenement.position)
    if organisateur:
        event.add("organizer", f"mailto:{organisateur}")
    event.add("status", "CANCELLED" if evenement.annule or methode == CANCEL else "CONFIRMED")
    if evenement.prive:
        # Those who share the calendar see that the time is taken, not by what.
        event.add("class", "PRIVATE")
    return event


def _journees(journees: JourneesICal) -> Event:
    event = Event()
    event.add("uid", journees.uid)
    event.add("sequence", journees.sequence)
    event.add("dtstamp", journees.horodatage.astimezone(UTC))
    event.add("dtstart", journees.du)
    # RFC 5545 §3.6.1: the end is the day after the last one.
    event.add("dtend", journees.au + timedelta(days=1))
    event.add("summary", _texte(journees.titre))
    if journees.description:
        event.add("description", _texte(journees.description))
    if journees.url:
        event.add("url", journees.url)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _texte(texte: str) -> str:
    """Without the control characters that no calendar file may hold."""
    return _CONTROLES.sub(" ", texte.replace("\r\n", "\n").replace("\r", "\n"))


def _annees_par_fuseau(evenements: Iterable[EvenementICal]) -> list[tuple[str, int, int]]:
    annees: dict[str, set[int]] = {}
    for evenement in evenements:
        annees.setdefault(evenement.fuseau, set()).update((evenement.debut.year, evenement.fin.year))
    return [(fuseau, min(vues), max(vues)) for fuseau, vues in sorted(annees.items())]


@lru_cache(maxsize=256)
def _vtimezone(fuseau: str, premiere: int, derniere: int) -> Timezone:
    """The offsets of a zone from the start of one year to the end of another.

    Computed here: icalendar's own gives the clock after a change to summer time in DTSTART, where RFC 5545 §3.6.5
    asks for the clock before it, so that the change comes an hour late.
    """
    zone = ZoneInfo(fuseau)
    vtimezone = Timezone()
    vtimezone.add("tzid", fuseau)
    # A day early: an event of 1 January in UTC may be one of 31 December there.
    origine = datetime(premiere, 1, 1, tzinfo=UTC) - timedelta(days=1)
    groupes: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    ecart = _ecart(origine, zone)
    groupes[(ecart, ecart, *_nom(origine, zone))] = [(origine + ecart).replace(tzinfo=None)]
    for instant in transitions(zone, debut=origine, fin=datetime(derniere + 1, 1, 2, tzinfo=UTC)):
        avant, apres = _ecart(instant - timedelta(seconds=1), zone), _ecart(instant, zone)
        horloge = (instant + avant).replace(tzinfo=None)
        groupes.setdefault((avant, apres, *_nom(instant, zone)), []).append(horloge)
    for (avant, apres, nom, ete), debuts in groupes.items():
        partie = TimezoneDaylight() if ete else TimezoneStandard()
        partie.add("dtstart", debuts[0])
        if debuts[1:]:
            partie.add("rdate", debuts[1:])
        partie.add("tzoffsetfrom", avant)
        partie.add("tzoffsetto", apres)
        partie.add("tzname", nom)
        vtimezone.add_component(partie)
    return vtimezone


def transitions(zone: ZoneInfo, *, debut: datetime, fin: datetime) -> list[datetime]:
    """The instants (UTC, to the second) at which the zone's clock changes between two instants."""
    trouvees = []
    jour = debut
    while jour < fin:
        lendemain = jour + timedelta(days=1)
        if _ecart(jour, zone) != _ecart(lendemain, zone):
            avant, apres = jour, lendemain
            while apres - avant > timedelta(seconds=1):
                milieu = avant + timedelta(seconds=(apres - avant) // timedelta(seconds=2))
                avant, apres = (milieu, apres) if _ecart(milieu, zone) == _ecart(jour, zone) else (avant, milieu)
            trouvees.append(apres)
        jour = lendemain
    return trouvees


def _ecart(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _nom(instant: datetime, zone: ZoneInfo) -> tuple[str, bool]:
    local = instant.astimezone(zone)
    return local.tzname() or str(local.utcoffset()), bool(local.dst())
