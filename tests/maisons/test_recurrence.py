"""From a rule to dates: pure functions, swept over the changes of time of 2026 to 2028."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from maisons.enums import Frequence
from maisons.recurrence import (
    SEANCES_MAX,
    Regle,
    RegleImpossible,
    decalage_local,
    decaler,
    existe,
    jours_de_la_regle,
    moment_local,
    prevoir,
)

PARIS = ZoneInfo("Europe/Paris")
# The zones of the overseas départements and collectivities, those with clocks that change included.
ZONES = [
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/Miquelon",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Wallis",
]


def regle(**champs: Any) -> Regle:
    return Regle(
        **{
            "frequence": Frequence.SEMAINE,
            "premier_jour": date(2026, 3, 3),
            "heure": time(14),
            "duree_minutes": 90,
            **champs,
        }
    )


def transitions(zone: ZoneInfo, annees: range) -> list[date]:
    """The local days on which a zone's offset is not the same at both ends."""
    jours = [date(annees[0], 1, 1) + timedelta(days=n) for n in range(366 * len(annees))]
    return [
        jour
        for jour in jours
        if datetime.combine(jour, time(0), tzinfo=zone).utcoffset()
        != datetime.combine(jour + timedelta(days=1), time(0), tzinfo=zone).utcoffset()
    ]


class TestJours:
    def test_every_week_until_a_day_which_counts(self) -> None:
        jours = jours_de_la_regle(regle(jusqu_au=date(2026, 3, 24)))
        assert jours == [date(2026, 3, 3), date(2026, 3, 10), date(2026, 3, 17), date(2026, 3, 24)]

    def test_several_weekdays(self) -> None:
        jours = jours_de_la_regle(regle(jours=[1, 3], nombre=4))
        assert jours == [date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 10), date(2026, 3, 12)]

    def test_a_first_day_on_another_weekday_begins_with_the_next_one(self) -> None:
        assert jours_de_la_regle(regle(premier_jour=date(2026, 3, 4), jours=[1], nombre=1)) == [date(2026, 3, 10)]

    def test_fortnightly_keeps_the_weeks_of_the_first_one(self) -> None:
        jours = jours_de_la_regle(regle(frequence=Frequence.QUINZAINE, jours=[1, 4], nombre=4))
        assert jours == [date(2026, 3, 3), date(2026, 3, 6), date(2026, 3, 17), date(2026, 3, 20)]

    def test_monthly_keeps_weekday_and_rank(self) -> None:
        jours = jours_de_la_regle(regle(frequence=Frequence.MOIS, premier_jour=date(2026, 3, 10), nombre=3))
        assert jours == [date(2026, 3, 10), date(2026, 4, 14), date(2026, 5, 12)]

    def test_a_fifth_one_is_the_last_of_the_month(self) -> None:
        jours = jours_de_la_regle(regle(frequence=Frequence.MOIS, premier_jour=date(2026, 3, 31), nombre=3))
        assert jours == [date(2026, 3, 31), date(2026, 4, 28), date(2026, 5, 26)]

    def test_chosen_dates_come_in_order_and_once(self) -> None:
        dates = [date(2026, 5, 2), date(2026, 3, 7), date(2026, 5, 2)]
        assert jours_de_la_regle(regle(frequence=Frequence.DATES, dates=dates)) == [
            date(2026, 3, 7),
            date(2026, 5, 2),
        ]

    def test_once(self) -> None:
        assert jours_de_la_regle(regle(frequence=Frequence.UNIQUE)) == [date(2026, 3, 3)]

    @pytest.mark.parametrize(
        ("champs", "champ"),
        [
            ({}, "jusqu_au"),
            ({"jusqu_au": date(2026, 3, 2)}, "jusqu_au"),
            ({"jusqu_au": date(2027, 10, 1)}, "jusqu_au"),
            ({"jours": range(7), "nombre": SEANCES_MAX + 1}, "nombre"),
            ({"nombre": 100}, "nombre"),
            ({"jusqu_au": date(9999, 12, 31)}, "jusqu_au"),
            ({"frequence": Frequence.MOIS, "jusqu_au": date(2026, 3, 2)}, "jusqu_au"),
            ({"frequence": Frequence.DATES}, "dates"),
            ({"frequence": Frequence.DATES, "dates": [date(2026, 3, 3), date(2030, 1, 1)]}, "dates"),
        ],
    )
    def test_impossible_rules_say_so_at_their_field(self, champs: dict[str, Any], champ: str) -> None:
        with pytest.raises(RegleImpossible) as refus:
            jours_de_la_regle(regle(**champs))
        assert refus.value.champ == champ

    def test_the_longest_series_allowed(self) -> None:
        assert len(jours_de_la_regle(regle(jours=range(7), nombre=SEANCES_MAX))) == SEANCES_MAX

    @pytest.mark.parametrize(
        "champs",
        [
            {"nombre": 10},
            {"jours": [0, 2, 6], "jusqu_au": date(2026, 9, 30)},
            {"frequence": Frequence.QUINZAINE, "jours": [1, 3], "nombre": 20},
            {"frequence": Frequence.MOIS, "nombre": 12},
        ],
    )
    def test_the_stored_rule_says_the_same_to_any_reader_of_rfc_5545(self, champs: dict[str, Any]) -> None:
        r = regle(**champs)
        lus = rrulestr(f"DTSTART;VALUE=DATE:20260303\nRRULE:{r.rrule}")
        assert [moment.date() for moment in lus] == jours_de_la_regle(r)


class TestHeureLocale:
    @pytest.mark.parametrize("nom", ZONES)
    def test_the_wall_clock_never_moves(self, nom: str) -> None:
        zone = ZoneInfo(nom)
        for premier in (date(2026, 1, 6), date(2027, 3, 2)):
            for heure in (time(9, 30), time(14), time(20, 15)):
                r = regle(premier_jour=premier, heure=heure, jusqu_au=premier + timedelta(days=540))
                prevus = prevoir(r, zone, motif_exclusion=lambda jour: "")
                assert {prevu.debut.astimezone(zone).time() for prevu in prevus} == {heure}
                assert [prevu.debut.astimezone(zone).date() for prevu in prevus] == [prevu.jour for prevu in prevus]
                assert {prevu.fin - prevu.debut for prevu in prevus} == {timedelta(minutes=90)}
                assert not any(prevu.heure_decalee for prevu in prevus)

    @pytest.mark.parametrize("nom", ZONES)
    def test_every_hour_of_every_change_of_time(self, nom: str) -> None:
        """An hour that exists is kept; one that does not is read with the offset before the change; never lost."""
        zone = ZoneInfo(nom)
        for jour in transitions(zone, range(2026, 2029)):
            for minutes in range(0, 24 * 60, 15):
                heure = time(minutes // 60, minutes % 60)
                debut = moment_local(jour, heure, zone)
                local = debut.astimezone(zone)
                if existe(jour, heure, zone):
                    assert (local.date(), local.time()) == (jour, heure)
                    assert local.fold == 0  # the first of two
                else:
                    assert local.date() == jour
                    assert local.replace(tzinfo=None) - datetime.combine(jour, heure) == timedelta(hours=1)

    def test_paris_changes_time_six_times_and_reunion_never(self) -> None:
        assert transitions(PARIS, range(2026, 2029)) == [
            date(2026, 3, 29),
            date(2026, 10, 25),
            date(2027, 3, 28),
            date(2027, 10, 31),
            date(2028, 3, 26),
            date(2028, 10, 29),
        ]
        assert transitions(ZoneInfo("Indian/Reunion"), range(2026, 2029)) == []

    def test_an_hour_that_does_not_exist_comes_one_hour_later(self) -> None:
        assert moment_local(date(2026, 3, 29), time(2, 30), PARIS) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        assert not existe(date(2026, 3, 29), time(2, 30), PARIS)
        (prevu,) = prevoir(
            regle(frequence=Frequence.UNIQUE, premier_jour=date(2026, 3, 29), heure=time(2, 30)),
            PARIS,
            motif_exclusion=lambda jour: "",
        )
        assert prevu.heure_decalee
        assert prevu.debut.astimezone(PARIS).time() == time(3, 30)

    def test_an_hour_that_occurs_twice_is_the_first(self) -> None:
        assert moment_local(date(2026, 10, 25), time(2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_a_move_is_a_move_of_the_wall_clock(self) -> None:
        mardi = moment_local(date(2026, 3, 24), time(14), PARIS)
        assert decaler(mardi, PARIS, timedelta(days=7)) == moment_local(date(2026, 3, 31), time(14), PARIS)
        reunion = ZoneInfo("Indian/Reunion")
        assert decaler(mardi, PARIS, timedelta(0), vers=reunion) == moment_local(date(2026, 3, 24), time(14), reunion)
        assert decalage_local(mardi, PARIS, decaler(mardi, PARIS, timedelta(days=7, hours=1)), PARIS) == timedelta(
            days=7, hours=1
        )


class TestExclusions:
    def test_days_left_out_keep_their_reason(self) -> None:
        prevus = prevoir(
            regle(nombre=3),
            PARIS,
            motif_exclusion=lambda jour: "jour férié" if jour == date(2026, 3, 10) else "",
        )
        assert [prevu.motif_exclusion for prevu in prevus] == ["", "jour férié", ""]
        assert [prevu.retenu for prevu in prevus] == [True, False, True]
