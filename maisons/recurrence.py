"""When a series meets: pure functions from a rule to dates and times, with no database and no clock.

A rule is kept as an RRULE (RFC 5545 §3.3.10) on *local days*, with the hour beside it: the hour on the wall of the
place stays the same when clocks change, in Paris as overseas. Two cases need a rule of their own, RFC 5545 §3.3.5's:

- an hour that does not exist that day (clocks go forward over it) is read with the offset in force before the change:
  2:30 on the last Sunday of March in Paris takes place at 3:30;
- an hour that occurs twice (clocks go back) means the first of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr, weekday
from django.utils.translation import gettext as _

from maisons.enums import Frequence

SEANCES_MAX = 200
DUREE_MAX = relativedelta(months=18)


class RegleImpossible(Exception):
    """The rule gives no series; the message is written for the person on screen. `champ` is the form's field."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


@dataclass(frozen=True, kw_only=True)
class Regle:
    """What a person asks for: which days, at which local hour, for how long.

    A weekly or fortnightly rule has `jours` (0 is Monday; that of `premier_jour` by default). A monthly rule keeps the
    first day's weekday and rank in the month ("the second Tuesday"); a fifth one is the last of the month. A rule ends
    on `jusqu_au` (included) or after `nombre` sessions.
    """

    frequence: Frequence
    premier_jour: date
    heure: time
    duree_minutes: int
    jours: Sequence[int] = ()
    jusqu_au: date | None = None
    nombre: int | None = None
    dates: Sequence[date] = ()

    @property
    def dernier_jour_permis(self) -> date:
        return self.premier_jour + DUREE_MAX

    @property
    def rrule(self) -> str:
        """The rule as RFC 5545 writes it, without DTSTART; empty for chosen dates (RDATE) and for a single day."""
        if self.frequence in (Frequence.UNIQUE, Frequence.DATES):
            return ""
        if self.frequence == Frequence.MOIS:
            rang = (self.premier_jour.day - 1) // 7 + 1
            jours = [weekday(self.premier_jour.weekday(), -1 if rang == 5 else rang)]
            frequence, intervalle = "MONTHLY", 1
        else:
            jours = [weekday(jour) for jour in sorted(self.jours or [self.premier_jour.weekday()])]
            frequence, intervalle = "WEEKLY", 2 if self.frequence == Frequence.QUINZAINE else 1
        parties = [f"FREQ={frequence}", f"INTERVAL={intervalle}", "BYDAY=" + ",".join(_byday(jour) for jour in jours)]
        if self.frequence != Frequence.MOIS:
            parties.append("WKST=MO")
        if self.jusqu_au is not None:
            parties.append(f"UNTIL={self.jusqu_au:%Y%m%d}")
        elif self.nombre is not None:
            parties.append(f"COUNT={self.nombre}")
        return ";".join(parties)


def _byday(jour: weekday) -> str:
    nom = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[jour.weekday]
    return f"{jour.n}{nom}" if jour.n else nom


@dataclass(frozen=True, kw_only=True)
class JourPrevu:
    """A day of a series: its session's start and end, or why there is none."""

    jour: date
    debut: datetime
    fin: datetime
    motif_exclusion: str = ""
    heure_decalee: bool = False
    # What else takes place there meanwhile: worth knowing. What forbids a session then: its leader or room is taken.
    conflits: tuple[str, ...] = ()
    empechements: tuple[str, ...] = ()

    @property
    def retenu(self) -> bool:
        return not self.motif_exclusion


def jours_de_la_regle(regle: Regle) -> list[date]:
    """The local days a rule gives, in order, before anything is left out.

    Raises RegleImpossible when there is none, more than SEANCES_MAX, or one beyond eighteen months.
    """
    if regle.frequence == Frequence.UNIQUE:
        return [regle.premier_jour]
    if regle.frequence == Frequence.DATES:
        jours = sorted(set(regle.dates))
        if not jours:
            raise RegleImpossible(_("Choisissez au moins une date."), champ="dates")
        limite = jours[0] + DUREE_MAX
    else:
        if regle.jusqu_au is None and regle.nombre is None:
            raise RegleImpossible(_("Dites jusqu'à quelle date, ou combien de séances."), champ="jusqu_au")
        if regle.jusqu_au is not None and regle.jusqu_au < regle.premier_jour:
            raise RegleImpossible(_("La fin de la série doit venir après la première séance."), champ="jusqu_au")
        limite = regle.dernier_jour_permis
        # One more than allowed is enough to know that there are too many.
        jours = list(islice(_deplier(regle.rrule, regle.premier_jour), SEANCES_MAX + 1))
        if not jours:
            raise RegleImpossible(_("Aucune date ne correspond à ces choix."), champ="jusqu_au")
    champ = "dates" if regle.frequence == Frequence.DATES else "nombre" if regle.jusqu_au is None else "jusqu_au"
    if len(jours) > SEANCES_MAX:
        raise RegleImpossible(_("Une série compte %d séances au plus.") % SEANCES_MAX, champ=champ)
    if jours[-1] > limite:
        raise RegleImpossible(_("Une série s'étend sur dix-huit mois au plus."), champ=champ)
    return jours


def _deplier(regle: str, premier_jour: date) -> Iterator[date]:
    debut = datetime.combine(premier_jour, time())  # a local day, in no zone
    moments = rrulestr(f"RRULE:{regle}", dtstart=debut)
    return (moment.date() for moment in moments)


def prevoir(
    regle: Regle,
    zone: ZoneInfo,
    *,
    motif_exclusion: Callable[[date], str],
) -> list[JourPrevu]:
    """Every day of a rule with its start and end, those left out with their reason.

    `motif_exclusion` says why a day has no session ("" when it has one).
    Raises RegleImpossible as `jours_de_la_regle` does.
    """
    prevus = []
    for jour in jours_de_la_regle(regle):
        debut = moment_local(jour, regle.heure, zone)
        fin = debut + timedelta(minutes=regle.duree_minutes)
        prevus.append(
            JourPrevu(
                jour=jour,
                debut=debut,
                fin=fin,
                motif_exclusion=motif_exclusion(jour),
                heure_decalee=not existe(jour, regle.heure, zone),
            )
        )
    return prevus


def moment_local(jour: date, heure: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the clocks of a zone show this hour on this day; see the rules above."""
    # fold=0 is both rules at once: the offset before a gap, the first of two (PEP 495).
    return datetime.combine(jour, heure.replace(fold=0), tzinfo=zone).astimezone(UTC)


def existe(jour: date, heure: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of a zone show this hour on this day at all."""
    local = moment_local(jour, heure, zone).astimezone(zone)
    return (local.date(), local.time()) == (jour, heure.replace(tzinfo=None, fold=0))


def decaler(moment: datetime, zone: ZoneInfo, decalage: timedelta, *, vers: ZoneInfo | None = None) -> datetime:
    """A moment moved by days and hours *of the wall clock*, over changes of time, perhaps to another place's zone."""
    local = moment.astimezone(zone).replace(tzinfo=None) + decalage
    return moment_local(local.date(), local.time(), vers or zone)


def decalage_local(avant: datetime, zone_avant: ZoneInfo, apres: datetime, zone_apres: ZoneInfo) -> timedelta:
    """How far a move goes on the wall clocks."""
    return apres.astimezone(zone_apres).replace(tzinfo=None) - avant.astimezone(zone_avant).replace(tzinfo=None)
