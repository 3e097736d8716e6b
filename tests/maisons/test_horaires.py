"""Opening hours: pure functions on unsaved rows, no database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from maisons.horaires import etat, feries_du_departement, jours_d_ouverture, ouverture_du_jour, semaine
from maisons.models import Fermeture, PlageOuverture

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
LUNDI, MARDI, MERCREDI, JEUDI, VENDREDI, SAMEDI, DIMANCHE = range(7)


def plage(jour: int, debut: str, fin: str, **champs: Any) -> PlageOuverture:
    return PlageOuverture(jour=jour, debut=time.fromisoformat(debut), fin=time.fromisoformat(fin), **champs)


def jamais(le: date) -> str | None:
    return None


def etat_a(
    moment: datetime,
    *plages: PlageOuverture,
    fermetures: tuple[Fermeture, ...] = (),
    feries: Callable[[date], str | None] = jamais,
    zone: ZoneInfo = PARIS,
) -> Any:
    return etat(maintenant=moment, plages=plages, fermetures=fermetures, feries=feries, zone=zone)


def paris(annee: int, mois: int, jour: int, heure: int = 0, minute: int = 0) -> datetime:
    return datetime(annee, mois, jour, heure, minute, tzinfo=PARIS)


class TestEtat:
    # 3 March 2026 is a Tuesday.
    @pytest.mark.parametrize(
        ("moment", "ouvert", "prochain"),
        [
            (paris(2026, 3, 3, 8, 59), False, paris(2026, 3, 3, 9)),
            (paris(2026, 3, 3, 9), True, paris(2026, 3, 3, 14)),
            (paris(2026, 3, 3, 11, 59), True, paris(2026, 3, 3, 14)),
            (paris(2026, 3, 3, 12), False, paris(2026, 3, 3, 14)),
            (paris(2026, 3, 3, 18), False, paris(2026, 3, 5, 9)),
            (paris(2026, 3, 6, 10), False, paris(2026, 3, 10, 9)),
        ],
    )
    def test_open_from_the_first_minute_to_before_the_last(
        self, moment: datetime, ouvert: bool, prochain: datetime
    ) -> None:
        plages = (plage(MARDI, "09:00", "12:00"), plage(MARDI, "14:00", "18:00"), plage(JEUDI, "09:00", "12:00"))
        resultat = etat_a(moment, *plages)
        assert resultat.est_ouvert is ouvert
        assert resultat.prochain.debut == prochain

    def test_now_may_be_told_in_any_time_zone(self) -> None:
        moment = paris(2026, 3, 3, 9, 30)
        assert etat_a(moment.astimezone(UTC), plage(MARDI, "09:00", "12:00")).est_ouvert
        assert etat_a(moment.astimezone(ZoneInfo("Pacific/Auckland")), plage(MARDI, "09:00", "12:00")).est_ouvert

    def test_hours_are_those_of_the_place(self) -> None:
        # 9:00 at Saint-Denis of La Réunion is 6:00 in Paris (winter).
        assert etat_a(paris(2026, 3, 3, 6), plage(MARDI, "09:00", "12:00"), zone=REUNION).est_ouvert
        assert not etat_a(paris(2026, 3, 3, 9, 30), plage(MARDI, "09:00", "12:00"), zone=REUNION).est_ouvert

    def test_a_place_without_hours_never_opens(self) -> None:
        resultat = etat_a(paris(2026, 3, 3, 10))
        assert (resultat.est_ouvert, resultat.prochain) == (False, None)

    def test_a_closure_is_skipped_with_both_its_ends(self) -> None:
        fermeture = Fermeture(du=date(2026, 12, 22), au=date(2026, 12, 29), motif="Fêtes")
        # Three Tuesdays, the first two closed.
        resultat = etat_a(paris(2026, 12, 22, 10), plage(MARDI, "09:00", "12:00"), fermetures=(fermeture,))
        assert not resultat.est_ouvert
        assert resultat.motif == "Fêtes"
        assert resultat.prochain.debut == paris(2027, 1, 5, 9)

    def test_closed_on_public_holidays_of_the_departement(self) -> None:
        plages = (plage(SAMEDI, "09:00", "12:00"),)
        le_26 = paris(2026, 12, 26, 10)
        assert etat_a(le_26, *plages, feries=feries_du_departement("08")).est_ouvert
        en_moselle = etat_a(le_26, *plages, feries=feries_du_departement("57"))
        assert not en_moselle.est_ouvert
        assert en_moselle.motif == "Saint-Étienne"

    def test_nothing_opens_within_two_months(self) -> None:
        plages = (plage(MARDI, "09:00", "12:00", au=date(2026, 3, 1)),)
        assert etat_a(paris(2026, 3, 3, 10), *plages).prochain is None

    @pytest.mark.parametrize(
        ("moment", "attendu"),
        [
            (paris(2026, 3, 3, 10), "Ouvert maintenant, jusqu'à 12 h"),
            (paris(2026, 3, 3, 8), "Fermé. Ouvre aujourd'hui à 9 h"),
            (paris(2026, 3, 2, 8), "Fermé. Ouvre demain à 9 h"),
        ],
    )
    def test_said_in_words(self, moment: datetime, attendu: str) -> None:
        with override("fr"):
            assert etat_a(moment, plage(MARDI, "09:00", "12:00")).libelle.replace("\u00a0", " ") == attendu


class TestHeureEteHiver:
    """29 March 2026: 2:00 becomes 3:00. 25 October 2026: 3:00 becomes 2:00 again."""

    @pytest.mark.parametrize("jour", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30), date(2026, 10, 25)])
    def test_the_wall_clock_keeps_its_hours(self, jour: date) -> None:
        journee = ouverture_du_jour(
            jour, plages=[plage(jour.weekday(), "09:00", "12:00")], fermetures=[], feries=jamais, zone=PARIS
        )
        (creneau,) = journee.creneaux
        assert (creneau.debut.hour, creneau.fin.hour) == (9, 12)

    def test_an_hour_that_does_not_exist_moves_on(self) -> None:
        journee = ouverture_du_jour(
            date(2026, 3, 29), plages=[plage(DIMANCHE, "02:30", "04:00")], fermetures=[], feries=jamais, zone=PARIS
        )
        (creneau,) = journee.creneaux
        assert creneau.debut.isoformat() == "2026-03-29T03:30:00+02:00"
        assert creneau.fin.isoformat() == "2026-03-29T04:00:00+02:00"

    def test_a_stretch_wholly_inside_the_gap_keeps_its_length(self) -> None:
        journee = ouverture_du_jour(
            date(2026, 3, 29), plages=[plage(DIMANCHE, "02:00", "02:45")], fermetures=[], feries=jamais, zone=PARIS
        )
        (creneau,) = journee.creneaux
        assert creneau.fin - creneau.debut == timedelta(minutes=45)

    @pytest.mark.parametrize(("minute_utc", "ouvert"), [(-1, False), (0, True), (60, True), (149, True), (150, False)])
    def test_a_night_in_october_lasts_its_real_hours(self, minute_utc: int, ouvert: bool) -> None:
        # 1:30 summer time to 3:00 winter time: two and a half real hours, from 23:30 UTC.
        moment = datetime(2026, 10, 24, 23, 30, tzinfo=UTC) + timedelta(minutes=minute_utc)
        assert etat_a(moment, plage(DIMANCHE, "01:30", "03:00")).est_ouvert is ouvert

    def test_overseas_clocks_do_not_change(self) -> None:
        for zone in ("America/Guadeloupe", "Indian/Reunion", "Indian/Mayotte", "America/Cayenne"):
            debuts = {
                ouverture_du_jour(
                    jour, plages=[plage(DIMANCHE, "09:00", "12:00")], fermetures=[], feries=jamais, zone=ZoneInfo(zone)
                )
                .creneaux[0]
                .debut.utcoffset()
                for jour in (date(2026, 3, 22), date(2026, 3, 29), date(2026, 11, 1))
            }
            assert len(debuts) == 1


class TestJournee:
    def test_stretches_that_touch_or_overlap_are_one(self) -> None:
        plages = [plage(MARDI, "11:00", "13:00"), plage(MARDI, "09:00", "11:00"), plage(MARDI, "12:00", "12:30")]
        journee = ouverture_du_jour(date(2026, 3, 3), plages=plages, fermetures=[], feries=jamais, zone=PARIS)
        assert [(c.debut.hour, c.fin.hour) for c in journee.creneaux] == [(9, 13)]

    def test_even_and_odd_weeks_alternate(self) -> None:
        plages = [
            plage(MARDI, "09:00", "12:00", semaines=PlageOuverture.Semaines.PAIRES),
            plage(JEUDI, "09:00", "12:00", semaines=PlageOuverture.Semaines.IMPAIRES),
        ]
        # 2 March 2026 begins week 10.
        ouverts = [
            journee.jour
            for journee in jours_d_ouverture(
                date(2026, 3, 2), date(2026, 3, 15), plages=plages, fermetures=[], feries=jamais, zone=PARIS
            )
        ]
        assert ouverts == [date(2026, 3, 3), date(2026, 3, 12)]

    def test_hours_hold_between_their_dates(self) -> None:
        ete = plage(MARDI, "08:00", "11:00", du=date(2026, 7, 7), au=date(2026, 7, 21))
        jours = jours_d_ouverture(
            date(2026, 7, 1), date(2026, 7, 31), plages=[ete], fermetures=[], feries=jamais, zone=PARIS
        )
        assert [journee.jour.day for journee in jours] == [7, 14, 21]

    def test_a_day_without_hours_says_no_reason(self) -> None:
        journee = ouverture_du_jour(
            date(2026, 7, 14), plages=[], fermetures=[], feries=feries_du_departement("08"), zone=PARIS
        )
        assert (journee.est_ouvert, journee.motif) == (False, "")

    def test_a_week_runs_from_monday_with_its_reasons(self) -> None:
        plages = [plage(jour, "09:00", "12:00") for jour in range(5)]
        jours = semaine(
            date(2026, 7, 16), plages=plages, fermetures=[], feries=feries_du_departement("08"), zone=PARIS
        )
        assert jours[0].jour == date(2026, 7, 13)
        assert [journee.est_ouvert for journee in jours] == [True, False, True, True, True, False, False]
        assert jours[1].motif == "Fête nationale"

    def test_holidays_are_named_in_the_readers_language(self) -> None:
        with override("en"):
            assert feries_du_departement("08")(date(2026, 7, 14)) == "National Day"
