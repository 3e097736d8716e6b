"""Reminders: the pure rule, swept over every change of clock, then the rows it puts in the outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from ateliers import messages
from ateliers.enums import AnnuleePar, StatutInscription, StatutSeance
from ateliers.models import Inscription, Seance
from ateliers.rappels import Rappel, deposer_rappels, marque, rappel_du
from socle.enums import Canal, StatutMessage
from socle.ical import transitions
from socle.models import Message
from tests.factories import InscriptionFactory, SeanceFactory

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
]
AVEC_HEURE_ETE = {"Europe/Paris", "America/Miquelon"}
PARIS = ZoneInfo("Europe/Paris")
JAMAIS = datetime(2020, 1, 1, tzinfo=UTC)


def a_paris(*valeurs: int) -> datetime:
    return datetime(*valeurs, tzinfo=PARIS).astimezone(UTC)


DEBUT = a_paris(2026, 3, 10, 14)


def du(maintenant, *, debut=DEBUT, heures=(48, 3), informee_le=JAMAIS, fuseau="Europe/Paris") -> Rappel | None:
    return rappel_du(debut=debut, fuseau=fuseau, heures=heures, informee_le=informee_le, maintenant=maintenant)


def heures_du(maintenant, **options) -> int | None:
    rappel = du(maintenant, **options)
    return rappel.heures if rappel else None


class TestRappelDu:
    @pytest.mark.parametrize(
        ("maintenant", "attendu"),
        [
            (a_paris(2026, 3, 8, 13, 59), None),
            (a_paris(2026, 3, 8, 14), 48),
            (a_paris(2026, 3, 10, 10, 59), 48),
            (a_paris(2026, 3, 10, 11), 3),
            (a_paris(2026, 3, 10, 13, 59), 3),
            (a_paris(2026, 3, 10, 14), None),
            (a_paris(2026, 3, 11, 14), None),
        ],
    )
    def test_two_days_then_three_hours_then_nothing_from_the_start_on(self, maintenant, attendu):
        assert heures_du(maintenant) == attendu

    def test_useless_at_the_next_mark_or_at_the_start(self):
        assert du(a_paris(2026, 3, 9, 9)).pas_apres == a_paris(2026, 3, 10, 11)
        assert du(a_paris(2026, 3, 10, 12)).pas_apres == DEBUT

    def test_a_booking_after_the_two_day_mark_still_gets_the_later_one(self):
        confirmee = a_paris(2026, 3, 9, 18)
        assert heures_du(a_paris(2026, 3, 9, 19), informee_le=confirmee) is None
        assert heures_du(a_paris(2026, 3, 10, 11), informee_le=confirmee) == 3

    def test_a_booking_after_every_mark_gets_none(self):
        assert heures_du(a_paris(2026, 3, 10, 13), informee_le=a_paris(2026, 3, 10, 12)) is None

    def test_told_at_the_very_minute_of_the_mark_is_told(self):
        assert heures_du(a_paris(2026, 3, 8, 14), informee_le=a_paris(2026, 3, 8, 14)) is None

    def test_no_rule_no_reminder(self):
        assert heures_du(a_paris(2026, 3, 10, 13), heures=()) is None

    def test_several_missed_marks_give_the_latest_only(self):
        assert heures_du(a_paris(2026, 3, 10, 9), heures=(72, 48, 24)) == 24


class TestHorlogeDuLieu:
    """DST in Paris: 29 March 2026 at 02:00, 25 October 2026 at 03:00."""

    def test_two_days_before_is_the_same_hour_on_the_wall(self):
        lundi = a_paris(2026, 3, 30, 14)
        assert marque(lundi, heures=48, fuseau="Europe/Paris") == a_paris(2026, 3, 28, 14)
        assert lundi - marque(lundi, heures=48, fuseau="Europe/Paris") == timedelta(hours=47)

    def test_hours_are_exact_over_the_change(self):
        matin = a_paris(2026, 3, 29, 4)
        assert marque(matin, heures=3, fuseau="Europe/Paris") == matin - timedelta(hours=3)

    def test_an_hour_that_does_not_exist_is_taken_an_hour_later(self):
        mardi = a_paris(2026, 3, 31, 2, 30)
        assert marque(mardi, heures=48, fuseau="Europe/Paris").astimezone(PARIS).strftime("%d %H:%M") == "29 03:30"

    def test_an_hour_that_comes_twice_is_taken_the_first_time(self):
        mardi = a_paris(2026, 10, 27, 2, 30)
        instant = marque(mardi, heures=48, fuseau="Europe/Paris")
        assert instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_an_overseas_session_follows_its_own_wall(self):
        debut = datetime(2026, 10, 27, 14, tzinfo=ZoneInfo("Indian/Reunion")).astimezone(UTC)
        assert debut - marque(debut, heures=48, fuseau="Indian/Reunion") == timedelta(hours=48)


@pytest.mark.parametrize("fuseau", ZONES)
def test_every_change_of_clock_from_2026_to_2028(fuseau):
    """Sessions each half hour around each change: every reminder at its hour, once, and none from the start on."""
    zone = ZoneInfo(fuseau)
    changements = transitions(zone, debut=datetime(2026, 1, 1, tzinfo=UTC), fin=datetime(2029, 1, 1, tzinfo=UTC))
    assert len(changements) == (6 if fuseau in AVEC_HEURE_ETE else 0)
    # Zones without a change are swept around Paris's own, which others get wrong.
    instants = changements or transitions(
        PARIS, debut=datetime(2026, 1, 1, tzinfo=UTC), fin=datetime(2029, 1, 1, tzinfo=UTC)
    )
    for changement in instants:
        for demi_heures in range(-8, 2 * 72 + 8):
            debut = changement + timedelta(minutes=30 * demi_heures)
            deux_jours = marque(debut, heures=48, fuseau=fuseau)
            trois_heures = marque(debut, heures=3, fuseau=fuseau)
            assert debut - trois_heures == timedelta(hours=3)
            assert timedelta(hours=46) <= debut - deux_jours <= timedelta(hours=49)
            mur, mur_du_rappel = debut.astimezone(zone), deux_jours.astimezone(zone)
            assert (mur.date() - mur_du_rappel.date()).days == 2
            voulu = mur_du_rappel.replace(tzinfo=None) - mur.replace(tzinfo=None) + timedelta(days=2)
            assert voulu in (timedelta(0), timedelta(hours=1))
            if voulu:  # only an hour that does not exist is moved
                cherche = mur.replace(tzinfo=zone, fold=0) - timedelta(days=2)
                assert cherche.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != cherche.replace(tzinfo=None)
            un_instant = timedelta(seconds=1)
            for avant, apres, attendu in ((None, 48, deux_jours), (48, 3, trois_heures), (3, None, debut)):
                assert heures_du(attendu - un_instant, debut=debut, fuseau=fuseau) == avant
                assert heures_du(attendu, debut=debut, fuseau=fuseau) == apres


regles = st.lists(st.integers(1, 336), max_size=4)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES)


class TestProprietes:
    @given(debut=instants, fuseau=zones, heures=regles, avance=st.timedeltas(timedelta(-1), timedelta(20)))
    def test_owed_between_its_mark_and_the_start(self, debut, fuseau, heures, avance):
        maintenant = debut - avance
        rappel = rappel_du(debut=debut, fuseau=fuseau, heures=heures, informee_le=JAMAIS, maintenant=maintenant)
        if rappel is not None:
            assert rappel.du_le <= maintenant < rappel.pas_apres <= debut
            assert rappel.heures in heures

    @given(debut=instants, fuseau=zones, heures=regles, confirmee=st.timedeltas(timedelta(0), timedelta(20)))
    def test_a_worker_that_ticks_each_hour_gives_each_mark_once_and_none_before_the_booking(
        self, debut, fuseau, heures, confirmee
    ):
        informee_le = debut - confirmee
        donnes = []
        tic = debut - timedelta(days=16)
        while tic <= debut + timedelta(hours=2):
            rappel = rappel_du(debut=debut, fuseau=fuseau, heures=heures, informee_le=informee_le, maintenant=tic)
            if rappel is not None and rappel not in donnes:
                donnes.append(rappel)
            tic += timedelta(hours=1)
        assert all(r.du_le > informee_le for r in donnes)
        assert len({r.du_le for r in donnes}) == len(donnes)
        assert all(a.pas_apres <= b.du_le for a, b in pairwise(donnes))

    @given(debut=instants, fuseau=zones, heures=st.integers(1, 336))
    def test_a_mark_is_before_the_start_by_its_hours_give_or_take_the_clock(self, debut, fuseau, heures):
        assert abs(debut - marque(debut, heures=heures, fuseau=fuseau) - timedelta(hours=heures)) <= timedelta(hours=1)


@pytest.fixture
def inscription(db) -> Inscription:
    seance = SeanceFactory(debut=DEBUT)
    return InscriptionFactory(
        seance=seance, email="lea@exemple.fr", telephone="+33612345678", confirmee_le=a_paris(2026, 3, 1, 9)
    )


DEUX_JOURS, TROIS_HEURES = a_paris(2026, 3, 8, 14), a_paris(2026, 3, 10, 11)


def rappels() -> list[Message]:
    return list(Message.objects.filter(modele="rappel").order_by("pk"))


class TestDeposerRappels:
    def test_puts_one_row_per_channel_due_at_once_and_useless_at_the_next_mark(self, inscription):
        assert deposer_rappels(maintenant=DEUX_JOURS) == 1
        assert {(m.canal, m.destinataire) for m in rappels()} == {
            (Canal.EMAIL, "lea@exemple.fr"),
            (Canal.SMS, "+33612345678"),
        }
        assert {(m.du_le, m.pas_apres) for m in rappels()} == {(DEUX_JOURS, TROIS_HEURES)}
        assert {m.objet for m in rappels()} == {inscription}

    def test_running_again_adds_nothing(self, inscription):
        deposer_rappels(maintenant=DEUX_JOURS)
        assert deposer_rappels(maintenant=DEUX_JOURS + timedelta(minutes=1)) == 0
        assert deposer_rappels(maintenant=TROIS_HEURES) == 1
        assert deposer_rappels(maintenant=TROIS_HEURES + timedelta(minutes=1)) == 0
        assert len(rappels()) == 4

    def test_nothing_before_the_first_mark_nor_from_the_start_on(self, inscription):
        assert deposer_rappels(maintenant=DEUX_JOURS - timedelta(seconds=1)) == 0
        assert deposer_rappels(maintenant=DEBUT) == 0

    def test_missed_marks_are_caught_up_with_the_latest(self, inscription):
        assert deposer_rappels(maintenant=DEBUT - timedelta(minutes=5)) == 1
        assert {m.pas_apres for m in rappels()} == {DEBUT}

    def test_a_moved_session_is_reminded_by_its_new_start(self, inscription):
        deposer_rappels(maintenant=DEUX_JOURS)
        nouveau = DEBUT + timedelta(days=7)
        Seance.objects.update(debut=nouveau, fin=nouveau + timedelta(hours=1))
        assert deposer_rappels(maintenant=TROIS_HEURES) == 0
        assert deposer_rappels(maintenant=DEUX_JOURS + timedelta(days=7)) == 1
        assert {m.contexte["debut"] for m in rappels()[2:]} == {nouveau.isoformat()}

    def test_who_was_just_told_of_a_change_is_not_reminded_of_the_mark_before_it(self, inscription):
        change_le = a_paris(2026, 3, 9, 10)
        messages.seance_modifiee(
            inscription, avant={"debut": DEBUT.isoformat(), "lieu": "Ailleurs"}, maintenant=change_le
        )
        assert deposer_rappels(maintenant=change_le + timedelta(minutes=1)) == 0
        assert deposer_rappels(maintenant=TROIS_HEURES) == 1

    def test_a_reminder_still_waiting_is_taken_back_when_its_booking_is_cancelled(self, inscription):
        deposer_rappels(maintenant=DEUX_JOURS)
        Inscription.objects.update(
            statut=StatutInscription.ANNULEE, annulee_le=DEUX_JOURS, annulee_par=AnnuleePar.FAMILLE
        )
        deposer_rappels(maintenant=DEUX_JOURS + timedelta(minutes=1))
        assert {m.statut for m in rappels()} == {StatutMessage.PERIME}

    def test_a_reminder_still_waiting_is_taken_back_when_its_session_moves(self, inscription):
        deposer_rappels(maintenant=DEUX_JOURS)
        Seance.objects.update(debut=DEBUT + timedelta(hours=1))
        deposer_rappels(maintenant=DEUX_JOURS + timedelta(minutes=1))
        assert {m.statut for m in rappels()[:2]} == {StatutMessage.PERIME}

    @pytest.mark.parametrize("trait", ["attente", "proposee", "annulee"])
    def test_only_the_confirmed_are_reminded(self, db, trait):
        InscriptionFactory(seance=SeanceFactory(debut=DEBUT), **{trait: True})
        assert deposer_rappels(maintenant=DEUX_JOURS) == 0

    @pytest.mark.parametrize("statut", [StatutSeance.ANNULEE, StatutSeance.BROUILLON])
    def test_only_published_sessions_are_reminded(self, inscription, statut):
        annulee_le = DEUX_JOURS if statut == StatutSeance.ANNULEE else None
        Seance.objects.update(statut=statut, annulee_le=annulee_le)
        assert deposer_rappels(maintenant=DEUX_JOURS) == 0

    def test_a_workshop_may_have_its_own_hours_or_none(self, inscription):
        Seance.objects.update(rappels_heures=[24])
        assert deposer_rappels(maintenant=DEUX_JOURS) == 0
        assert deposer_rappels(maintenant=DEUX_JOURS + timedelta(days=1)) == 1
        Seance.objects.update(rappels_heures=[])
        assert deposer_rappels(maintenant=TROIS_HEURES) == 0

    def test_a_session_overseas_is_reminded_on_its_own_clock(self, db):
        debut = datetime(2026, 10, 26, 9, tzinfo=ZoneInfo("Indian/Reunion"))
        InscriptionFactory(seance=SeanceFactory(reunion=True, debut=debut), confirmee_le=JAMAIS)
        assert deposer_rappels(maintenant=debut - timedelta(hours=48, seconds=1)) == 0
        assert deposer_rappels(maintenant=debut - timedelta(hours=48)) == 1

    def test_as_many_queries_for_one_session_as_for_five_once_deposited(self, db):
        def compter() -> int:
            deposer_rappels(maintenant=DEUX_JOURS)
            with CaptureQueriesContext(
                connection,
            ) as requetes:
                deposer_rappels(maintenant=DEUX_JOURS + timedelta(minutes=1))
            return len(requetes)

        InscriptionFactory(seance=SeanceFactory(debut=DEBUT), confirmee_le=JAMAIS)
        une = compter()
        for _ in range(4):
            InscriptionFactory(seance=SeanceFactory(debut=DEBUT), confirmee_le=JAMAIS)
        assert compter() == une

    def test_finds_sessions_by_index(self, db):
        SeanceFactory.create_batch(3, debut=DEBUT)
        with connection.cursor() as cursor, CaptureQueriesContext(connection) as requetes:
            deposer_rappels(maintenant=DEUX_JOURS)
            (sql,) = [r["sql"] for r in requetes if "unnest" in r["sql"]]
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(ligne for (ligne,) in cursor.fetchall())
        assert "seance_debut" in plan
        assert "Seq Scan on ateliers_seance" not in plan
