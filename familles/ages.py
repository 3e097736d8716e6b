"""Ages of children on a given day: pure functions on dates."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

# 41 weeks of amenorrhoea: how far before the due date a pregnancy is dated from (calendrier.json, anchor DDR).
JOURS_DDR_AVANT_TERME = 287
# Tolerated delay of a birth over its due date: beyond it a "due date" can't be one any more.
JOURS_APRES_TERME = 28
# Born earlier than this before its due date, a child is not known to live: one of the dates was mistyped.
JOURS_PREMATURITE_MAX = 133


def age_en_mois(naissance: date, le: date) -> int:
    """Whole calendar months lived on a day, -1 before the birth; born on a 31st, a month turns on its last day."""
    if le < naissance:
        return -1
    ecart = relativedelta(le, naissance)
    return ecart.years * 12 + ecart.months


def naissance_corrigee(naissance: date, terme_prevu: date) -> date:
    """The birth to count a corrected age from: the due date for a child born before it, else the birth."""
    return max(naissance, terme_prevu)


def est_premature(naissance: date, terme_prevu: date) -> bool:
    """Whether a birth came before its due date by as much as it can, so that an age may be corrected."""
    return timedelta(0) < terme_prevu - naissance <= timedelta(days=JOURS_PREMATURITE_MAX)


def terme_plausible(terme_prevu: date, *, aujourd_hui: date) -> bool:
    """Whether a due date can be that of a pregnancy under way."""
    return (
        aujourd_hui - timedelta(days=JOURS_APRES_TERME)
        <= terme_prevu
        <= aujourd_hui + timedelta(days=JOURS_DDR_AVANT_TERME)
    )
