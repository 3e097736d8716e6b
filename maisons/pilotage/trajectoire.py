"""Labels over time: reached, planned, and what the pace so far lets hope for, with an honest range. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# One time in five the truth lies outside.
PART_SOUS, PART_SUR = 0.10, 0.90
# A pace is not read off less than this.
JOURS_MIN = 90


@dataclass(frozen=True)
class Prevision:
    """Labels on a day if the pace stays what it was: middle, and the range eight times in ten."""

    le: date
    bas: int
    milieu: int
    haut: int
    # What the pace was read off.
    labels: int
    jours: int

    def atteint(self, nombre: int) -> str:
        """Whether a number is in reach: "oui", "peut-etre" or "non"."""
        if self.bas >= nombre:
            return "oui"
        return "peut-etre" if self.haut >= nombre else "non"


def prevoir(*, labels: Sequence[date], depuis: date, aujourd_hui: date, le: date, candidates: int) -> Prevision:
    """The count on a day, from how many labels came since `depuis`; no more houses than are on their way can follow.

    The pace is unknown, not only slow or fast: with n labels in t days it is Gamma(n + ½, t) (Jeffreys' rule), and the
    labels still to come are negative binomial. Few labels give a wide range, which is the honest answer.
    """
    # What starts the clock is not what came while it ran.
    vus = sum(depuis < jour <= aujourd_hui for jour in labels)
    jours = max((aujourd_hui - depuis).days, JOURS_MIN)
    reste = max((le - aujourd_hui).days, 0)
    deja = sum(jour <= min(aujourd_hui, le) for jour in labels)
    quantiles = [
        deja + min(_quantile(part, forme=vus + 0.5, rapport=reste / (reste + jours)), candidates)
        for part in (PART_SOUS, 0.5, PART_SUR)
    ]
    return Prevision(le, quantiles[0], quantiles[1], quantiles[2], vus, jours)


def _quantile(part: float, *, forme: float, rapport: float) -> int:
    """The smallest k whose cumulated negative binomial probability reaches `part` (rapport: a success's)."""
    probabilite = (1 - rapport) ** forme
    cumul, k = probabilite, 0
    while cumul < part and k < 1000:
        probabilite *= (forme + k) / (k + 1) * rapport
        k += 1
        cumul += probabilite
    return k


def marches(jours: Sequence[date], *, du: date, au: date) -> list[tuple[date, int]]:
    """How many from each day on, from `du` to `au`."""
    avant = sum(jour <= du for jour in jours)
    points = [(du, avant)]
    for jour in sorted(jour for jour in jours if du < jour <= au):
        points.append((jour, points[-1][1] + 1))
    if points[-1][0] < au:
        points.append((au, points[-1][1]))
    return points
