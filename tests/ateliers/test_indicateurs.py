"""Indicators: what each counts, at the edges of its definition; how houses add up; values that can be traced."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ateliers.enums import Presence, StatutSeance
from ateliers.models import Inscription, Passage, Seance
from familles.models import PRENOM_EFFACE
from maisons.enums import JourSemaine
from maisons.label import indicateurs
from maisons.label.indicateurs import Indicateur, Mesure, Periode, Unite, totaliser
from maisons.label.mesures import arreter, mesurer
from maisons.models import Lieu, Maison, PlageOuverture, ValeurIndicateur
from tests.factories import FamilleFactory, InscriptionFactory, LieuFactory, SeanceFactory

pytestmark = pytest.mark.django_db

MARS = Periode(date(2026, 3, 1), date(2026, 3, 31))


def seance(lieu: Lieu, debut: datetime, **options: Any) -> Seance:
    creee: Seance = SeanceFactory(lieu=lieu, debut=debut, fin=debut + timedelta(hours=1), **options)
    return creee


def presente(seance: Seance, **options: Any) -> Inscription:
    adultes = options.pop("adultes", 1)
    enfants = options.pop("enfants", 1)
    venue: Inscription = InscriptionFactory(
        seance=seance,
        adultes=adultes,
        enfants=enfants,
        presence=Presence.PRESENTE,
        adultes_presents=adultes,
        enfants_presents=enfants,
        pointee_le=seance.debut,
        **options,
    )
    return venue


def valeur(code: str, maison: Maison, periode: Periode = MARS) -> float | None:
    indicateur = indicateurs.trouver(code)
    assert indicateur is not None
    return indicateur.valeur(indicateur.mesurer([maison.pk], periode)[maison.pk])


@pytest.fixture
def lieu() -> Lieu:
    cree: Lieu = LieuFactory()
    return cree


@pytest.mark.parametrize(
    ("fuseau", "debut", "compte"),
    [
        # Midnight on the place's clock: Paris is UTC+1 on 1 March and UTC+2 on 31 March.
        ("Europe/Paris", datetime(2026, 2, 28, 22, 59, tzinfo=UTC), 0),
        ("Europe/Paris", datetime(2026, 2, 28, 23, 0, tzinfo=UTC), 1),
        ("Europe/Paris", datetime(2026, 3, 31, 21, 59, tzinfo=UTC), 1),
        ("Europe/Paris", datetime(2026, 3, 31, 22, 0, tzinfo=UTC), 0),
        # La Réunion is UTC+4 all year, Martinique UTC-4.
        ("Indian/Reunion", datetime(2026, 2, 28, 20, 0, tzinfo=UTC), 1),
        ("Indian/Reunion", datetime(2026, 3, 31, 20, 0, tzinfo=UTC), 0),
        ("America/Martinique", datetime(2026, 4, 1, 3, 59, tzinfo=UTC), 1),
        ("America/Martinique", datetime(2026, 4, 1, 4, 0, tzinfo=UTC), 0),
    ],
)
def test_a_session_belongs_to_the_day_on_its_places_clock(
    lieu: Lieu, fuseau: str, debut: datetime, compte: int
) -> None:
    Lieu.objects.filter(pk=lieu.pk).update(fuseau=fuseau)
    seance(lieu, debut)
    assert valeur("seances-tenues", lieu.maison) == compte


def test_cancelled_sessions_and_drafts_were_not_held(lieu: Lieu) -> None:
    jour = datetime(2026, 3, 10, 9, tzinfo=UTC)
    seance(lieu, jour)
    seance(lieu, jour, statut=StatutSeance.BROUILLON)
    seance(lieu, jour, statut=StatutSeance.ANNULEE, annulee_le=jour)
    seance(LieuFactory(), jour)
    assert valeur("seances-tenues", lieu.maison) == 1
    assert valeur("part-gratuite", lieu.maison) == 100


def test_people_who_came_are_counted_with_and_without_a_booking(lieu: Lieu) -> None:
    tenue = seance(lieu, datetime(2026, 3, 10, 9, tzinfo=UTC))
    presente(tenue, adultes=2, enfants=1)
    InscriptionFactory(seance=tenue, presence=Presence.ABSENTE, pointee_le=tenue.debut)
    Passage.objects.create(seance=tenue, adultes=3, enfants=4)
    assert valeur("parents-accueillis", lieu.maison) == 5
    assert valeur("enfants-accueillis", lieu.maison) == 5
    assert valeur("familles", lieu.maison) == 1


def test_a_first_visit_is_the_first_time_at_this_house(lieu: Lieu) -> None:
    avant, pendant = (seance(lieu, datetime(2026, mois, 10, 9, tzinfo=UTC)) for mois in (2, 3))
    ailleurs = seance(LieuFactory(), datetime(2026, 2, 10, 9, tzinfo=UTC))
    ancienne, nouvelle, venue_ailleurs, absente = FamilleFactory.create_batch(4)
    presente(avant, famille=ancienne)
    presente(pendant, famille=ancienne)
    presente(pendant, famille=nouvelle)
    presente(ailleurs, famille=venue_ailleurs)
    presente(pendant, famille=venue_ailleurs)
    InscriptionFactory(seance=pendant, famille=absente, presence=Presence.ABSENTE, pointee_le=pendant.debut)
    assert valeur("premieres-visites", lieu.maison) == pytest.approx(200 / 3)


def test_attendance_counts_only_what_was_ticked(lieu: Lieu) -> None:
    tenue = seance(lieu, datetime(2026, 3, 10, 9, tzinfo=UTC))
    presente(tenue)
    for presence in (Presence.ABSENTE, Presence.EXCUSEE):
        InscriptionFactory(seance=tenue, presence=presence, pointee_le=tenue.debut)
    assert valeur("presences-relevees", lieu.maison) == 100
    InscriptionFactory(seance=tenue)
    assert valeur("assiduite", lieu.maison) == pytest.approx(100 / 3)
    assert valeur("presences-relevees", lieu.maison) == 0


def test_two_adults_who_came_make_a_coparent(lieu: Lieu) -> None:
    tenue = seance(lieu, datetime(2026, 3, 10, 9, tzinfo=UTC))
    presente(tenue, adultes=2)
    for _ in range(3):
        presente(tenue, adultes=1)
    assert valeur("coparents", lieu.maison) == 25


def test_a_parent_who_leaves_a_child_is_no_adult_who_came(lieu: Lieu) -> None:
    presente(seance(lieu, datetime(2026, 3, 10, 9, tzinfo=UTC)), adultes=2)
    presente(seance(lieu, datetime(2026, 3, 11, 9, tzinfo=UTC), accueil_ponctuel=True), enfants=2)
    assert valeur("parents-accueillis", lieu.maison) == 2
    assert valeur("coparents", lieu.maison) == 100
    assert valeur("enfants-accueillis", lieu.maison) == 3


def test_the_wait_is_the_mean_of_those_who_got_a_seat(lieu: Lieu) -> None:
    tenue = seance(lieu, datetime(2026, 3, 10, 9, tzinfo=UTC))
    depuis = datetime(2026, 3, 1, tzinfo=UTC)
    for jours in (1, 4):
        InscriptionFactory(seance=tenue, attente_depuis=depuis, confirmee_le=depuis + timedelta(days=jours))
    InscriptionFactory(seance=tenue, attente=True)
    InscriptionFactory(seance=tenue)
    assert valeur("delai-attente", lieu.maison) == pytest.approx(2.5)


def test_a_family_that_came_often_is_one_family_and_those_erased_are_one_more(lieu: Lieu) -> None:
    depuis = datetime(2026, 3, 1, tzinfo=UTC)
    restee, effacee = FamilleFactory.create_batch(2)
    for jour in range(2, 8):
        tenue = seance(lieu, datetime(2026, 3, jour, 9, tzinfo=UTC))
        for famille in (restee, effacee):
            presente(tenue, famille=famille, attente_depuis=depuis, confirmee_le=depuis + timedelta(days=1))
    effacees = Inscription.objects.filter(famille=effacee)
    effacees.update(famille=None, prenom=PRENOM_EFFACE, email="", telephone="", besoins=[])
    for code in ("parents-accueillis", "enfants-accueillis", "assiduite", "coparents", "delai-attente"):
        indicateur = indicateurs.trouver(code)
        assert indicateur is not None
        trouvee = indicateur.mesurer([lieu.maison_id], MARS)[lieu.maison_id]
        assert (trouvee.effectif, indicateur.est_masque(trouvee)) == (2, True), code
    # Nobody knows which of those without a booking came before: each time counts.
    Passage.objects.create(seance=tenue, adultes=3, enfants=4)
    for code, effectif in (("parents-accueillis", 5), ("enfants-accueillis", 6)):
        indicateur = indicateurs.trouver(code)
        assert indicateur is not None
        assert indicateur.mesurer([lieu.maison_id], MARS)[lieu.maison_id].effectif == effectif


def test_hours_on_saturdays_and_after_six_are_the_wider_ones(lieu: Lieu) -> None:
    toutes = PlageOuverture.Semaines.TOUTES
    for jour, debut, fin, semaines in (
        (JourSemaine.MARDI, "14:00", "19:30", toutes),
        (JourSemaine.SAMEDI, "9:00", "12:00", PlageOuverture.Semaines.PAIRES),
    ):
        PlageOuverture.objects.create(lieu=lieu, jour=jour, debut=debut, fin=fin, semaines=semaines)
    PlageOuverture.objects.create(
        lieu=lieu, jour=JourSemaine.LUNDI, debut="8:00", fin="22:00", au=MARS.au - timedelta(days=1)
    )
    assert valeur("heures-ouvertes", lieu.maison) == 7
    assert valeur("heures-elargies", lieu.maison) == 3


def test_every_indicator_answers_for_a_house_where_nothing_happened(lieu: Lieu) -> None:
    for indicateur, mesures in mesurer([lieu.maison], MARS).items():
        # Without a measure, a house would show an older period's under the present dates.
        assert set(mesures) == {lieu.maison_id}, indicateur.code
        assert indicateur.valeur(mesures[lieu.maison_id]) in (0, None, 1), indicateur.code


def test_the_queries_stay_the_same_whatever_the_houses_and_their_activity(lieu: Lieu) -> None:
    def requetes() -> int:
        with CaptureQueriesContext(connection) as contexte:
            mesurer(Maison.objects.all(), MARS)
        return len(contexte)

    presente(seance(lieu, datetime(2026, 3, 10, 9, tzinfo=UTC)))
    une = requetes()
    for n in range(5):
        for _ in range(3):
            presente(seance(LieuFactory(), datetime(2026, 3, 10 + n, 9, tzinfo=UTC)))
    assert requetes() == une


class TestMesure:
    PART = Indicateur("part", "Part", "…", Unite.POURCENT, lambda maisons, periode: {}, effectif_min=5)

    def test_several_houses_are_the_share_of_their_sums(self) -> None:
        total = totaliser([Mesure(1, 1, effectif=1), Mesure(0, 9, effectif=9)])
        assert total == Mesure(1, 10, effectif=10)
        assert self.PART.valeur(total) == 10  # not the mean of 100 % and 0 %

    def test_nothing_to_divide_by_is_no_value(self) -> None:
        assert self.PART.valeur(Mesure(0, 0)) is None

    @pytest.mark.parametrize(("effectif", "masque"), [(None, False), (0, False), (1, True), (4, True), (5, False)])
    def test_too_few_people_are_not_told(self, effectif: int | None, masque: bool) -> None:
        assert self.PART.est_masque(Mesure(1, 2, effectif=effectif)) is masque

    @pytest.mark.parametrize(
        ("effectifs", "total"),
        [
            ([10, 40], 50),
            ([10, 0], 10),
            # Less the 10 that are shown, the sum would tell what is hidden.
            ([10, 3], None),
            ([10, 1, 1], None),
            ([10, 4, 4], 18),
            ([], None),
        ],
    )
    def test_a_total_tells_nothing_of_too_few(self, effectifs: list[int], total: int | None) -> None:
        somme = self.PART.total(Mesure(1, n, effectif=n) for n in effectifs)
        assert (somme and somme.effectif) == total


class TestArreter:
    def test_values_keep_their_definition_and_their_day(self, lieu: Lieu) -> None:
        seance(lieu, datetime(2026, 3, 10, 9, tzinfo=UTC))
        arreter(maisons=[lieu.maison], periode=MARS, le=date(2026, 4, 1))
        seance(lieu, datetime(2026, 3, 11, 9, tzinfo=UTC))

        for _ in range(2):
            arreter(maisons=[lieu.maison], periode=MARS, le=date(2026, 4, 2))

        valeurs = ValeurIndicateur.objects.filter(indicateur="seances-tenues").order_by("arretee_le")
        assert [(ligne.arretee_le.day, ligne.definition, ligne.numerateur) for ligne in valeurs] == [
            (1, 1, 1.0),
            (2, 1, 2.0),
        ]
