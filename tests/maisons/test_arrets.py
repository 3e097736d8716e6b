"""Stops that change: everyone concerned is told, once, and what is booked there follows."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from ateliers.enums import StatutInscription, StatutSeance
from maisons import arrets, suivis
from maisons.enums import MotifArret, StatutArret
from maisons.models import Arret, ComptageArret, Suivi
from socle import conservation
from socle.composition import composer_courriel
from socle.enums import Canal
from socle.models import Message
from tests.factories import (
    ArretFactory,
    CommuneFactory,
    EquipageFactory,
    InscriptionFactory,
    LieuFactory,
    SeanceFactory,
    SuiviFactory,
    UtilisateurFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db


def retard(arret: Arret, minutes: int = 20) -> arrets.Bilan:
    return arrets.annoncer_retard(arret=arret, minutes=minutes, maintenant=maintenant())


def dits(modele: str) -> list[tuple[str, str]]:
    return sorted(Message.objects.filter(modele=modele).values_list("canal", "destinataire"))


def reserver(arret: Arret, **options: Any) -> Any:
    """A booking for a session held at a stop."""
    seance = SeanceFactory(lieu=arret.lieu, debut=arret.debut + timedelta(minutes=15), fin=arret.fin)
    return InscriptionFactory(seance=seance, **options)


class TestRetard:
    def test_each_person_is_told_once_however_often_it_is_said(self) -> None:
        arret = ArretFactory()
        reserver(arret, email="ines@exemple.fr", telephone="")
        SuiviFactory(destinataire="suivi@exemple.fr")
        SuiviFactory(sms=True, destinataire="+33612345678")
        premier = retard(arret)
        assert len(premier.prevenus) == 3
        second = retard(arret)
        assert not second.changes
        assert dits("arret_retard") == [("email", "ines@exemple.fr")]
        assert dits("arret_change") == [("email", "suivi@exemple.fr"), ("sms", "+33612345678")]

    def test_who_booked_and_follows_hears_it_once(self) -> None:
        arret = ArretFactory()
        reserver(arret, email="ines@exemple.fr", telephone="")
        SuiviFactory(destinataire="ines@exemple.fr")
        retard(arret)
        assert Message.objects.count() == 1

    def test_who_booked_twice_at_a_stop_hears_it_once(self) -> None:
        arret = ArretFactory()
        for _ in range(2):
            reserver(arret, email="ines@exemple.fr", telephone="")
        retard(arret)
        assert dits("arret_retard") == [("email", "ines@exemple.fr")]

    def test_another_delay_is_told_again_and_so_is_the_return_to_time(self) -> None:
        arret = ArretFactory()
        SuiviFactory()
        for minutes in (20, 45, 0, 0):
            retard(arret, minutes)
        assert [m.contexte["genre"] for m in Message.objects.order_by("pk")] == ["retard", "retard", "a_l_heure"]

    def test_bookings_elsewhere_or_at_another_hour_are_left_alone(self) -> None:
        arret = ArretFactory()
        InscriptionFactory(seance=SeanceFactory(lieu=arret.lieu, debut=arret.fin, fin=arret.fin + timedelta(hours=1)))
        InscriptionFactory(seance=SeanceFactory(debut=arret.debut, fin=arret.fin))
        retard(arret)
        assert not Message.objects.exists()

    @pytest.mark.parametrize("etat", ["annule", "passe"])
    def test_what_is_over_or_cancelled_is_not_late(self, etat: str) -> None:
        with pytest.raises(arrets.ArretRefuse):
            retard(ArretFactory(**{etat: True}))

    def test_says_no_theme_in_subject_or_sms(self) -> None:
        from socle.composition import composer_sms

        arret = ArretFactory(lieu__commune__nom="Rethel")
        SuiviFactory()
        SuiviFactory(sms=True)
        retard(arret)
        courriel = composer_courriel(Message.objects.get(canal=Canal.EMAIL))
        assert courriel.subject.startswith("Rethel, ")
        assert courriel.subject.endswith("du retard")
        assert courriel.extra_headers["List-Unsubscribe"].startswith("<http")
        texte = composer_sms(Message.objects.get(canal=Canal.SMS)).texte
        assert "environ 20 min de retard" in texte
        assert "/s/" in texte


class TestAnnulation:
    def test_sessions_of_the_stop_are_cancelled_with_it(self) -> None:
        arret = ArretFactory()
        inscription = reserver(arret, email="ines@exemple.fr", telephone="")
        SuiviFactory(destinataire="ines@exemple.fr")
        SuiviFactory(destinataire="autre@exemple.fr")
        bilan = arrets.annuler_arrets(arrets=[arret], motif=MotifArret.METEO, maintenant=maintenant())
        assert bilan.prevenus == {("email", "ines@exemple.fr"), ("email", "autre@exemple.fr")}
        inscription.refresh_from_db()
        assert inscription.statut == StatutInscription.ANNULEE
        assert inscription.seance.statut == StatutSeance.ANNULEE
        assert inscription.seance.motif_annulation == "neige ou verglas"
        assert dits("seance_annulee") == [("email", "ines@exemple.fr")]
        assert dits("arret_change") == [("email", "autre@exemple.fr")]

    def test_twice_changes_nothing(self) -> None:
        arret = ArretFactory()
        SuiviFactory()
        for _ in range(2):
            arrets.annuler_arrets(arrets=[arret], motif=MotifArret.PANNE, maintenant=maintenant())
        assert Message.objects.count() == 1
        arret.refresh_from_db()
        assert (arret.statut, arret.motif, arret.revision) == (StatutArret.ANNULE, MotifArret.PANNE, 1)

    def test_the_rest_of_a_day_is_one_message_for_who_follows(self) -> None:
        equipage = EquipageFactory()
        du_jour = [
            ArretFactory(equipage=equipage, debut=dans(hours=3 * n), fin=dans(hours=3 * n + 1)) for n in range(1, 4)
        ]
        SuiviFactory(destinataire="suivi@exemple.fr", langue="en")
        bilan = arrets.annuler_arrets(arrets=du_jour, motif=MotifArret.METEO, maintenant=maintenant())
        assert len(bilan.changes) == 3
        message = Message.objects.get()
        assert message.modele == "arrets_annules"
        assert len(message.contexte["arrets"]) == 3
        assert composer_courriel(message).subject

    def test_the_reason_is_in_the_language_of_who_reads_it(self) -> None:
        arret = ArretFactory()
        inscription = reserver(arret, email="ines@exemple.fr", telephone="")
        SuiviFactory(destinataire="suivi@exemple.fr", langue="fr")
        with override("en"):
            arrets.annuler_arrets(arrets=[arret], motif=MotifArret.METEO, maintenant=maintenant())
        inscription.seance.refresh_from_db()
        assert inscription.seance.motif_annulation == "neige ou verglas"
        assert Message.objects.get(modele="arret_change").contexte["motif"] == "neige ou verglas"


class TestDeplacement:
    def deplacer(self, arret: Arret, **options: Any) -> arrets.Bilan:
        debut = arret.debut.astimezone(arret.zone)
        return arrets.deplacer_arret(
            **{
                "arret": arret,
                "lieu": arret.lieu,
                "jour": debut.date() + timedelta(days=1),
                "heure": debut.time(),
                "duree_minutes": 120,
                "version": arret.revision,
                "maintenant": maintenant(),
                **options,
            }
        )

    def test_its_sessions_move_along_and_everyone_is_told(self) -> None:
        arret = ArretFactory()
        inscription = reserver(arret, email="ines@exemple.fr", telephone="")
        ailleurs = LieuFactory(
            maison=arret.equipage.maison, commune=CommuneFactory(autre=True, latitude=48.0), latitude=48.0
        )
        SuiviFactory(destinataire="ici@exemple.fr", rayon_km=0)
        SuiviFactory(destinataire="la-bas@exemple.fr", rayon_km=0, commune=ailleurs.commune)
        avant = inscription.seance.debut
        self.deplacer(arret, lieu=ailleurs)
        inscription.seance.refresh_from_db()
        assert inscription.seance.lieu == ailleurs
        assert (inscription.seance.debut.date() - avant.date()).days == 1
        assert dits("seance_modifiee") == [("email", "ines@exemple.fr")]
        assert dits("arret_change") == [("email", "ici@exemple.fr"), ("email", "la-bas@exemple.fr")]

    @pytest.mark.parametrize("heures", [1, -1])
    def test_back_to_back_sessions_of_one_leader_move_along(self, heures: int) -> None:
        arret = ArretFactory(debut=dans(days=3), fin=dans(days=3, hours=3))
        mene = UtilisateurFactory()
        seances = [
            SeanceFactory(
                lieu=arret.lieu,
                animateur=mene,
                debut=arret.debut + timedelta(hours=n),
                fin=arret.debut + timedelta(hours=n + 1),
            )
            for n in range(3)
        ]
        vers = (arret.debut + timedelta(hours=heures)).astimezone(arret.zone)
        self.deplacer(arret, jour=vers.date(), heure=vers.time(), duree_minutes=180)
        for n, seance in enumerate(seances):
            seance.refresh_from_db()
            assert seance.debut == arret.debut + timedelta(hours=n + heures)

    def test_is_refused_where_the_team_is_elsewhere(self) -> None:
        arret = ArretFactory()
        ArretFactory(equipage=arret.equipage, debut=arret.debut + timedelta(days=1))
        SuiviFactory()
        with pytest.raises(arrets.ArretRefuse, match="déjà ailleurs"):
            self.deplacer(arret)
        assert not Message.objects.exists()

    def test_is_refused_when_someone_else_changed_it_meanwhile(self) -> None:
        arret = ArretFactory()
        retard(arret)
        with pytest.raises(arrets.ArretChangeEntretemps):
            self.deplacer(arret, version=0)


class TestComptage:
    def test_the_same_key_counts_once_and_the_last_can_be_taken_back(self) -> None:
        arret, cle = ArretFactory(en_cours=True), uuid.uuid4()
        for _ in range(2):
            arrets.compter(arret=arret, adultes=1, enfants=2, premiere_visite=True, cle=cle, maintenant=maintenant())
        assert ComptageArret.objects.count() == 1
        dernier = arret.comptages.get().pk
        assert arrets.decompter(arret=arret, comptage=dernier)
        assert not arrets.decompter(arret=arret, comptage=dernier)

    def test_nobody_is_counted_before_the_day(self) -> None:
        with pytest.raises(arrets.ArretRefuse):
            arrets.compter(
                arret=ArretFactory(debut=dans(days=2)),
                adultes=1,
                enfants=0,
                premiere_visite=False,
                cle=uuid.uuid4(),
                maintenant=maintenant(),
            )


class TestSuivi:
    def test_nothing_is_told_before_the_owner_said_yes_nor_after_they_stopped(self) -> None:
        arret = ArretFactory()
        suivi = suivis.demander_suivi(
            commune=arret.lieu.commune,
            canal=Canal.EMAIL,
            destinataire="ines@exemple.fr",
            rayon_km=10,
            langue="fr",
            maintenant=maintenant(),
        )
        retard(arret, 10)
        suivis.confirmer_suivi(suivi=suivi, maintenant=maintenant())
        retard(arret, 20)
        suivis.arreter_suivi(suivi=suivi)
        retard(arret, 30)
        assert list(Message.objects.order_by("pk").values_list("modele", flat=True)) == [
            "suivi_a_confirmer",
            "arret_change",
        ]

    def test_a_stranger_cannot_change_what_its_owner_confirmed(self) -> None:
        suivi = SuiviFactory(rayon_km=20)
        suivis.demander_suivi(
            commune=suivi.commune,
            canal=suivi.canal,
            destinataire=suivi.destinataire,
            rayon_km=0,
            langue="en",
            maintenant=maintenant(),
        )
        suivi.refresh_from_db()
        assert (suivi.rayon_km, suivi.langue) == (20, "fr")

    def test_what_was_never_confirmed_or_is_two_years_old_is_forgotten(self) -> None:
        SuiviFactory(a_confirmer=True, demande_le=dans(days=-8))
        SuiviFactory(confirme_le=dans(days=-731))
        gardes = [SuiviFactory(a_confirmer=True, demande_le=dans(days=-6)), SuiviFactory(confirme_le=dans(days=-700))]
        assert conservation.passer(horloge=maintenant, codes=["suivis", "suivis_a_confirmer"]) == 2
        assert set(Suivi.objects.all()) == set(gardes)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_say_the_same_delay_at_once_tell_it_once() -> None:
    arret = ArretFactory()
    SuiviFactory()
    depart = threading.Barrier(2)

    def dire() -> None:
        connection.ensure_connection()
        depart.wait()
        try:
            retard(arret)
        finally:
            connection.close()

    fils = [threading.Thread(target=dire) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    arret.refresh_from_db()
    assert (arret.retard_minutes, arret.revision) == (20, 1)
    assert Message.objects.count() == 1
