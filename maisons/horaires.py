"""When a place is open: pure functions of its weekly hours, closures and public holidays, on its own clock.

Hours are wall-clock times of the place. Over a change of time an hour that doesn't exist moves on by the jump,
and durations are counted in real time; "now" may be given in any time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maisons.calendriers import jours_feries
from maisons.models import Fermeture, Lieu, PlageOuverture
from socle.dates import heure, jour

# How far the next opening is looked for: past the longest summer closure, not for ever.
JOURS_RECHERCHE = 62


@dataclass(frozen=True)
class Creneau:
    """One stretch of opening; both ends on the clock of the place."""

    debut: datetime
    fin: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.debut <= moment < self.fin


@dataclass(frozen=True)
class JourOuverture:
    """What one day looks like: its stretches of opening, or why it is closed although it has hours."""

    jour: date
    creneaux: tuple[Creneau, ...]
    motif: str = ""

    @property
    def est_ouvert(self) -> bool:
        return bool(self.creneaux)


@dataclass(frozen=True)
class EtatOuverture:
    """A place at one moment: open until, or closed until."""

    maintenant: datetime
    creneau: Creneau | None
    prochain: Creneau | None
    motif: str = ""

    @property
    def est_ouvert(self) -> bool:
        return self.creneau is not None

    @property
    def libelle(self) -> str:
        """ "Ouvert maintenant, jusqu'à 17 h" or "Fermé. Ouvre mardi 3 mars à 9 h"."""
        if self.creneau is not None:
            return _("Ouvert maintenant, jusqu'à %(heure)s") % {
                "heure": heure(self.creneau.fin, self.creneau.fin.tzinfo)
            }
        if self.prochain is None:
            return _("Fermé")
        ouverture = self.prochain.debut
        horaire = heure(ouverture, ouverture.tzinfo)
        if ouverture.date() == self.maintenant.date():
            return _("Fermé. Ouvre aujourd'hui à %(heure)s") % {"heure": horaire}
        if ouverture.date() == self.maintenant.date() + timedelta(days=1):
            return _("Fermé. Ouvre demain à %(heure)s") % {"heure": horaire}
        return _("Fermé. Ouvre %(jour)s à %(heure)s") % {"jour": jour(ouverture, ouverture.tzinfo), "heure": horaire}


# The name of the public holiday a day is, or None.
Feries = Callable[[date], str | None]


def heure_du_lieu(le: date, a: time, zone: ZoneInfo) -> datetime:
    """A wall-clock time of the place as an instant; one that the change of time skips moves on by the jump."""
    # Through UTC: a datetime inside the gap would else keep an hour that no clock shows.
    return datetime.combine(le, a, tzinfo=zone).astimezone(UTC).astimezone(zone)


def ouverture_du_jour(
    le: date,
    *,
    plages: Iterable[PlageOuverture],
    fermetures: Iterable[Fermeture],
    feries: Feries,
    zone: ZoneInfo,
) -> JourOuverture:
    """A day's stretches of opening in order, those that touch or overlap joined; closed on public holidays."""
    valables = [plage for plage in plages if plage.vaut_le(le)]
    if not valables:
        return JourOuverture(le, ())
    for fermeture in fermetures:
        if fermeture.du <= le <= fermeture.au:
            return JourOuverture(le, (), fermeture.motif or _("Fermeture exceptionnelle"))
    if ferie := feries(le):
        return JourOuverture(le, (), ferie)

    creneaux: list[Creneau] = []
    for plage in sorted(valables, key=lambda plage: (plage.debut, plage.fin)):
        debut, fin = heure_du_lieu(le, plage.debut, zone), heure_du_lieu(le, plage.fin, zone)
        # Compared in UTC: Python compares two times of one zone by what their clocks show.
        if debut.astimezone(UTC) >= fin.astimezone(UTC):
            continue
        if creneaux and debut <= creneaux[-1].fin:
            creneaux[-1] = Creneau(creneaux[-1].debut, max(creneaux[-1].fin, fin))
        else:
            creneaux.append(Creneau(debut, fin))
    return JourOuverture(le, tuple(creneaux))


def etat(
    *,
    maintenant: datetime,
    plages: Iterable[PlageOuverture],
    fermetures: Iterable[Fermeture],
    feries: Feries,
    zone: ZoneInfo,
) -> EtatOuverture:
    """Open or closed at one moment, and when that changes (None when nothing opens within two months)."""
    plages, fermetures = list(plages), list(fermetures)
    local = maintenant.astimezone(zone)
    instant = maintenant.astimezone(UTC)
    ouvert: Creneau | None = None
    motif = ""
    for le in (local.date() + timedelta(days=n) for n in range(JOURS_RECHERCHE)):
        journee = ouverture_du_jour(le, plages=plages, fermetures=fermetures, feries=feries, zone=zone)
        if le == local.date():
            motif = journee.motif
        for creneau in journee.creneaux:
            if instant in Creneau(creneau.debut.astimezone(UTC), creneau.fin.astimezone(UTC)):
                ouvert = creneau
            elif creneau.debut.astimezone(UTC) > instant:
                return EtatOuverture(local, ouvert, creneau, motif)
    return EtatOuverture(local, ouvert, None, motif)


def semaine(
    le: date,
    *,
    plages: Iterable[PlageOuverture],
    fermetures: Iterable[Fermeture],
    feries: Feries,
    zone: ZoneInfo,
) -> list[JourOuverture]:
    """The seven days of the week of `le`, from Monday."""
    plages, fermetures = list(plages), list(fermetures)
    lundi = le - timedelta(days=le.weekday())
    return [
        ouverture_du_jour(lundi + timedelta(days=n), plages=plages, fermetures=fermetures, feries=feries, zone=zone)
        for n in range(7)
    ]


def feries_du_departement(departement: str) -> Feries:
    langue = (get_language() or "fr")[:2]
    return lambda le: jours_feries(departement, le.year, langue).get(le)


def etat_du_lieu(lieu: Lieu, *, maintenant: datetime) -> EtatOuverture:
    """`etat` of a place loaded with its commune and `plages`, and its house's `fermetures` (no query then)."""
    return etat(
        maintenant=maintenant,
        plages=lieu.plages.all(),
        fermetures=lieu.maison.fermetures.all(),
        feries=feries_du_departement(lieu.commune.departement_id),
        zone=lieu.zone,
    )


def semaine_du_lieu(lieu: Lieu, *, le: date) -> list[JourOuverture]:
    """`semaine` of a place loaded as for `etat_du_lieu`."""
    return semaine(
        le,
        plages=lieu.plages.all(),
        fermetures=lieu.maison.fermetures.all(),
        feries=feries_du_departement(lieu.commune.departement_id),
        zone=lieu.zone,
    )


def jours_d_ouverture(
    du: date,
    au: date,
    *,
    plages: Iterable[PlageOuverture],
    fermetures: Iterable[Fermeture],
    feries: Feries,
    zone: ZoneInfo,
) -> Iterator[JourOuverture]:
    """The open days between two dates, both included: what a calendar of an itinerant place shows."""
    plages, fermetures = list(plages), list(fermetures)
    for n in range((au - du).days + 1):
        journee = ouverture_du_jour(
            du + timedelta(days=n), plages=plages, fermetures=fermetures, feries=feries, zone=zone
        )
        if journee.est_ouvert:
            yield journee
