"""Planning tours: rules, clocks, travel times, and what the database refuses."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from maisons.enums import Frequence
from maisons.models import Arret, Lieu
from maisons.recurrence import Regle
from maisons.tournees import EtapeVoulue, Projet, TourneeRefusee, creer_tournee, prevoir_tournee
from maisons.trajets import FACTEUR_ROUTE, INSTALLATION, VITESSE_KMH, trajet
from socle.models import Message
from tests.factories import ArretFactory, CommuneFactory, EquipageFactory, FermetureFactory, LieuFactory, SuiviFactory

pytestmark = pytest.mark.django_db

# Monday 16 March 2026, 9:00 in Paris; clocks go forward on Sunday 29.
LUNDI = datetime(2026, 3, 16, 8, tzinfo=UTC)


def projet(equipage: Any, etapes: list[tuple[Lieu, str, int]], **regle: Any) -> Projet:
    return Projet(
        equipage=equipage,
        nom="Mardis",
        etapes=[EtapeVoulue(lieu=lieu, heure=time.fromisoformat(h), duree_minutes=duree) for lieu, h, duree in etapes],
        regle=Regle(
            **{
                "frequence": Frequence.SEMAINE,
                "premier_jour": date(2026, 3, 17),
                "heure": time.fromisoformat(etapes[0][1]),
                "duree_minutes": etapes[0][2],
                "nombre": 4,
                **regle,
            }
        ),
    )


def creer(voulu: Projet, **options: Any) -> Any:
    jours = {journee.jour for journee in prevoir_tournee(projet=voulu, maintenant=LUNDI)}
    return creer_tournee(**{"projet": voulu, "jours": jours, "cle": uuid.uuid4(), "maintenant": LUNDI, **options})


@pytest.fixture
def equipage() -> Any:
    return EquipageFactory()


def lieu(equipage: Any, **options: Any) -> Lieu:
    trouve: Lieu = LieuFactory(maison=equipage.maison, **options)
    return trouve


class TestRecurrence:
    def test_a_stop_keeps_its_local_hour_over_the_change_of_time(self, equipage: Any) -> None:
        creer(projet(equipage, [(lieu(equipage), "09:30", 120)]))
        debuts = list(Arret.objects.order_by("debut").values_list("debut", flat=True))
        assert [debut.hour for debut in debuts] == [8, 8, 7, 7]
        assert all(arret.debut.astimezone(arret.zone).hour == 9 for arret in Arret.objects.all())
        assert {arret.fin - arret.debut for arret in Arret.objects.all()} == {timedelta(hours=2)}

    def test_an_hour_that_does_not_exist_moves_on(self, equipage: Any) -> None:
        voulu = projet(equipage, [(lieu(equipage), "02:30", 60)], premier_jour=date(2026, 3, 29), nombre=1)
        creer(voulu)
        assert Arret.objects.get().debut == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

    def test_holidays_and_closures_are_left_out_with_their_reason(self, equipage: Any) -> None:
        FermetureFactory(maison=equipage.maison, du=date(2026, 3, 23), au=date(2026, 3, 23), motif="Formation")
        voulu = projet(equipage, [(lieu(equipage), "09:30", 60)], premier_jour=date(2026, 3, 16), nombre=4)
        motifs = [journee.motif_exclusion for journee in prevoir_tournee(projet=voulu, maintenant=LUNDI)]
        assert motifs == ["", "maison fermée : Formation", "", "jour férié : Lundi de Pâques"]

    def test_the_record_keeps_what_was_left_out(self, equipage: Any) -> None:
        voulu = projet(equipage, [(lieu(equipage), "09:30", 60)])
        tournee = creer(voulu, jours={date(2026, 3, 17), date(2026, 3, 31)})
        assert tournee.exceptions == [date(2026, 3, 24), date(2026, 4, 7)]
        assert Arret.objects.count() == 2

    def test_the_same_key_ends_in_the_same_tour(self, equipage: Any) -> None:
        voulu, cle = projet(equipage, [(lieu(equipage), "09:30", 60)]), uuid.uuid4()
        assert creer(voulu, cle=cle) == creer(voulu, cle=cle)
        assert Arret.objects.count() == 4

    def test_a_key_that_served_for_another_team_is_refused(self, equipage: Any) -> None:
        cle, autre = uuid.uuid4(), EquipageFactory(maison=equipage.maison)
        creer(projet(equipage, [(lieu(equipage), "10:00", 60)]), cle=cle)
        with pytest.raises(TourneeRefusee, match="déjà servi"):
            creer(projet(autre, [(lieu(autre), "10:00", 60)]), cle=cle)

    def test_a_plan_without_a_day_is_refused(self, equipage: Any) -> None:
        with pytest.raises(TourneeRefusee, match="au moins une date"):
            creer(projet(equipage, [(lieu(equipage), "09:30", 60)]), jours=set())
        assert not Arret.objects.exists()


class TestTrajets:
    def test_is_the_straight_line_times_a_factor_at_a_speed_plus_settling_in(self, equipage: Any) -> None:
        ici, la = lieu(equipage), lieu(equipage, latitude=49.51 + 0.36)
        chemin = trajet(depuis=ici, vers=la, depart=LUNDI, arrivee=LUNDI + timedelta(minutes=30))
        assert chemin.km == pytest.approx(40.03 * FACTEUR_ROUTE, abs=0.1)
        assert chemin.duree == timedelta(hours=chemin.km / VITESSE_KMH) + INSTALLATION
        assert chemin.est_trop_court
        assert (chemin.minutes, chemin.minutes_disponibles) == (73, 30)

    def test_is_nothing_at_one_place(self, equipage: Any) -> None:
        ici = lieu(equipage)
        assert not trajet(depuis=ici, vers=ici, depart=LUNDI, arrivee=LUNDI).est_trop_court

    def test_is_checked_between_the_steps_of_a_day_and_those_of_another_tour(self, equipage: Any) -> None:
        ici, loin = lieu(equipage), lieu(equipage, latitude=49.9)
        creer(projet(equipage, [(ici, "09:00", 120)], nombre=1))
        autre = projet(equipage, [(loin, "11:15", 60), (ici, "16:00", 60)], nombre=1)
        (journee,) = prevoir_tournee(projet=autre, maintenant=LUNDI)
        assert [chemin.depuis for chemin in journee.trajets_trop_courts] == [ici.nom]
        assert journee.retenue
        assert journee.arrets[1].trajet is not None
        assert not journee.arrets[1].trajet.est_trop_court


class TestChevauchement:
    def test_steps_that_overlap_are_refused(self, equipage: Any) -> None:
        with pytest.raises(TourneeRefusee, match="avant que"):
            prevoir_tournee(
                projet=projet(equipage, [(lieu(equipage), "09:00", 120), (lieu(equipage), "10:30", 60)]),
                maintenant=LUNDI,
            )

    def test_a_day_when_the_team_is_elsewhere_is_left_out(self, equipage: Any) -> None:
        creer(projet(equipage, [(lieu(equipage), "09:00", 120)], nombre=1))
        autre = projet(equipage, [(lieu(equipage), "10:00", 60)], nombre=2)
        journees = prevoir_tournee(projet=autre, maintenant=LUNDI)
        assert [journee.retenue for journee in journees] == [False, True]
        creer(autre)
        assert Arret.objects.count() == 2

    def test_what_lasts_past_midnight_takes_the_next_morning(self, equipage: Any) -> None:
        voulu = projet(equipage, [(lieu(equipage), "20:00", 720)], jours=list(range(7)), nombre=3)
        journees = prevoir_tournee(
            projet=replace(voulu, etapes=[replace(voulu.etapes[0], duree_minutes=1500)]), maintenant=LUNDI
        )
        assert [journee.retenue for journee in journees] == [True, False, True]

    def test_a_stop_moved_meanwhile_is_a_sentence(self, equipage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        voulu = projet(equipage, [(lieu(equipage), "10:00", 60)])
        journees = prevoir_tournee(projet=voulu, maintenant=LUNDI)
        prevu = journees[0].arrets[0]
        ArretFactory(equipage=equipage, debut=prevu.debut, fin=prevu.fin)
        # As if it had been moved there after the days were looked at.
        monkeypatch.setattr("maisons.tournees.prevoir_tournee", lambda **_: journees)
        with pytest.raises(TourneeRefusee, match="déjà ailleurs"):
            creer_tournee(projet=voulu, jours={journees[0].jour}, cle=uuid.uuid4(), maintenant=LUNDI)

    def test_the_database_refuses_two_stops_of_one_vehicle_at_once(self, equipage: Any) -> None:
        debut = LUNDI + timedelta(days=1)
        ArretFactory(equipage=equipage, debut=debut)
        with pytest.raises(IntegrityError, match="arret_un_seul_lieu_a_la_fois"), transaction.atomic():
            ArretFactory(equipage=equipage, debut=debut + timedelta(minutes=119))
        # Another vehicle, the minute after, or in the place of a cancelled one: all welcome.
        ArretFactory(debut=debut)
        ArretFactory(equipage=equipage, debut=debut + timedelta(hours=2))
        ArretFactory(equipage=equipage, debut=debut + timedelta(hours=1), annule=True)


class TestSuivis:
    def test_followers_are_told_of_a_whole_tour_in_one_message(self, equipage: Any) -> None:
        ici = lieu(equipage)
        voisine = CommuneFactory(autre=True, latitude=49.52, longitude=4.4)
        SuiviFactory(destinataire="une@exemple.fr")
        # Two communes near the same stop: still one message.
        SuiviFactory(destinataire="une@exemple.fr", commune=voisine)
        SuiviFactory(commune=voisine, rayon_km=0)
        SuiviFactory(a_confirmer=True)
        creer(projet(equipage, [(ici, "09:30", 60)]))
        message = Message.objects.get()
        assert (message.modele, message.destinataire) == ("arrets_prevus", "une@exemple.fr")
        assert len(message.contexte["arrets"]) == 4
