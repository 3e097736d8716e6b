from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from socle.ical import CANCEL, EvenementICal, calendrier, transitions

HORODATAGE = datetime(2026, 1, 1, tzinfo=UTC)


def evenement(**champs) -> EvenementICal:
    debut = champs.pop("debut", datetime(2026, 3, 29, 12, tzinfo=UTC))
    return EvenementICal(
        **{
            "uid": "abc@seance",
            "debut": debut,
            "fin": debut + timedelta(hours=1),
            "fuseau": "Europe/Paris",
            "titre": "Café des parents",
            "horodatage": HORODATAGE,
            **champs,
        }
    )


def lire(contenu: bytes) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(contenu)


def test_an_event_keeps_its_hour_in_its_own_zone():
    contenu = calendrier([evenement()])
    assert b"DTSTART;TZID=Europe/Paris:20260329T140000\r\n" in contenu
    (vevent,) = lire(contenu).walk("VEVENT")
    assert vevent.decoded("dtstart") == datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("fuseau", ["Europe/Paris", "America/Miquelon", "Indian/Reunion", "Pacific/Noumea"])
def test_the_vtimezone_agrees_with_the_zone_at_every_hour_around_each_change(fuseau):
    debut = datetime(2026, 1, 2, tzinfo=UTC)
    contenu = calendrier(
        [evenement(fuseau=fuseau, debut=debut), evenement(fuseau=fuseau, debut=debut.replace(year=2028))]
    )
    (vtimezone,) = lire(contenu).walk("VTIMEZONE")
    zone = ZoneInfo(fuseau)
    observances = [
        (rdate - partie.TZOFFSETFROM, partie.TZOFFSETTO)
        for partie in vtimezone.subcomponents
        for rdate in [partie.DTSTART, *_rdates(partie)]
    ]
    instants = [debut, *transitions(zone, debut=debut, fin=datetime(2028, 12, 31, tzinfo=UTC))]
    for instant in instants:
        for minutes in (-61, -1, 0, 1, 59, 61):
            essai = instant + timedelta(minutes=minutes)
            en_utc = essai.replace(tzinfo=None)
            _, ecart = max((depuis, vers) for depuis, vers in observances if depuis <= en_utc)
            assert ecart == essai.astimezone(zone).utcoffset(), essai


def _rdates(partie: icalendar.cal.Component) -> list[datetime]:
    rdate = partie.get("rdate")
    return [d.dt for d in rdate.dts] if rdate is not None else []


def test_the_same_state_gives_the_same_bytes():
    assert calendrier([evenement()]) == calendrier([evenement()])


def test_line_breaks_and_control_characters_cannot_add_a_property():
    contenu = calendrier([evenement(titre="a\r\nATTENDEE:mailto:x@y\x00\x07", lieu="b\nURL:http://z")])
    (vevent,) = lire(contenu).walk("VEVENT")
    assert "attendee" not in vevent
    assert "url" not in vevent


def test_cancelling():
    contenu = calendrier([evenement(sequence=2)], methode=CANCEL, organisateur="maison@exemple.fr")
    assert b"METHOD:CANCEL" in contenu
    assert b"STATUS:CANCELLED" in contenu
    assert b"SEQUENCE:2" in contenu
    assert b"ORGANIZER:mailto:maison@exemple.fr" in contenu


def test_a_feed_shows_a_cancelled_session_as_such():
    contenu = calendrier([evenement(annule=True)], nom="Agenda de Rethel")
    assert b"METHOD:PUBLISH" in contenu
    assert b"STATUS:CANCELLED" in contenu
    assert b"X-WR-CALNAME:Agenda de Rethel" in contenu
