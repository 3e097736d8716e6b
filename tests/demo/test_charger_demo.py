"""The agenda and bookings of the demonstration, loaded on two days as at two starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from ateliers.enums import STATUTS_AVEC_PLACE, Audience, Presence, StatutInscription, StatutSeance
from ateliers.inscriptions import DemandeInscription, inscrire_famille
from ateliers.models import Inscription, Seance, Serie
from familles.models import Famille
from maisons.horaires import feries_du_departement, ouverture_du_jour
from maisons.models import Lieu, Maison
from maisons.recurrence import existe
from portail.demo.agenda import charger_agenda
from portail.demo.catalogue import charger_catalogue
from portail.demo.chargement import Bilan, charger_demo
from portail.demo.personnes import familles
from portail.demo.reseau import charger_fermetures, charger_reseau
from socle.enums import StatutMessage
from socle.models import Message
from tests.reference import reference_chargee

# A Saturday a month before the Christmas closures.
MAINTENANT = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def bilan(django_db_setup: None, django_db_blocker: Any) -> Iterator[Bilan]:
    with reference_chargee(django_db_blocker):
        yield charger_demo(maintenant=MAINTENANT)


@pytest.mark.django_db
class TestAgenda:
    def test_about_two_hundred_sessions_to_come_over_eight_weeks(self, bilan: Bilan) -> None:
        assert 150 <= bilan.seances_a_venir <= 240, bilan.seances_a_venir
        a_venir = Seance.objects.a_venir(maintenant=MAINTENANT)
        assert a_venir.filter(debut__gt=MAINTENANT + timedelta(weeks=7)).exists()
        assert not a_venir.filter(debut__gt=MAINTENANT + timedelta(weeks=8, days=1)).exists()
        assert Seance.objects.filter(debut__lt=MAINTENANT - timedelta(weeks=3)).exists()
        assert a_venir.values("lieu__maison").distinct().count() >= 18

    def test_something_for_everyone(self, bilan: Bilan) -> None:
        a_venir = list(Seance.objects.a_venir(maintenant=MAINTENANT).publiques().with_cadre())
        assert len({seance.format for seance in a_venir}) >= 8
        jours = Counter(seance.debut_local.weekday() for seance in a_venir)
        assert jours[2] > 20
        assert jours[5] > 5
        assert sum(seance.debut_local.hour >= 17 for seance in a_venir) >= 8
        assert sum(seance.a_regle_age for seance in a_venir) > 20
        assert {langue for seance in a_venir for langue in seance.langues} >= {"fr", "ar", "tr", "de"}

    def test_every_session_has_one_origin_and_most_a_series(self, bilan: Bilan) -> None:
        assert Seance.objects.filter(permanence__isnull=False).exists()
        assert Seance.objects.filter(groupe__isnull=False, audience=Audience.MEMBRES).exists()
        assert Seance.objects.filter(serie__isnull=False).count() > Seance.objects.count() / 2
        assert all("UNTIL=" in serie.rrule for serie in Serie.objects.all())

    def test_sessions_take_place_while_the_place_is_open(self, bilan: Bilan) -> None:
        lieux = {
            lieu.pk: lieu
            for lieu in Lieu.objects.select_related("maison", "commune").prefetch_related(
                "plages", "maison__fermetures"
            )
        }
        for seance in Seance.objects.filter(statut=StatutSeance.PUBLIEE, serie__isnull=False):
            lieu = lieux[seance.lieu_id]
            debut = seance.debut.astimezone(lieu.zone)
            journee = ouverture_du_jour(
                debut.date(),
                plages=lieu.plages.all(),
                fermetures=lieu.maison.fermetures.all(),
                feries=feries_du_departement(lieu.commune.departement_id),
                zone=lieu.zone,
            )
            dedans = any(c.debut <= seance.debut and seance.fin <= c.fin for c in journee.creneaux)
            assert dedans or not lieu.plages.all(), f"{seance} – {lieu}"
            assert existe(debut.date(), debut.time(), lieu.zone)


@pytest.mark.django_db
class TestReservations:
    def test_counters_are_those_of_the_bookings(self, bilan: Bilan) -> None:
        avec_place = Q(inscriptions__statut__in=STATUTS_AVEC_PLACE)
        comptees = Seance.objects.exclude(statut=StatutSeance.ANNULEE).annotate(
            adultes=Coalesce(Sum("inscriptions__adultes", filter=avec_place), 0),
            enfants=Coalesce(Sum("inscriptions__enfants", filter=avec_place), 0),
        )
        assert not comptees.exclude(adultes=F("adultes_pris"), enfants=F("enfants_pris")).exists()

    def test_some_are_full_with_people_waiting_and_an_offer_is_running(self, bilan: Bilan) -> None:
        a_venir = Seance.objects.a_venir(maintenant=MAINTENANT)
        completes = a_venir.filter(adultes_pris=F("capacite_adultes"))
        assert completes.count() >= 4
        assert completes.filter(inscriptions__statut=StatutInscription.EN_ATTENTE).exists()
        assert Inscription.objects.filter(statut=StatutInscription.PROPOSEE).count() == 1

    def test_a_session_or_more_is_cancelled_with_a_reason(self, bilan: Bilan) -> None:
        annulees = Seance.objects.filter(statut=StatutSeance.ANNULEE)
        assert 1 <= annulees.count() <= 8
        assert not annulees.filter(motif_annulation="").exists()

    def test_past_sessions_have_their_attendance_save_the_latest(self, bilan: Bilan) -> None:
        passees = Inscription.objects.filter(seance__fin__lt=MAINTENANT)
        presences = Counter(passees.values_list("presence", flat=True))
        assert presences[Presence.PRESENTE] > 100
        assert presences[Presence.ABSENTE] > 0
        assert not passees.exclude(statut=StatutInscription.CONFIRMEE).exists()

    def test_nobody_has_more_bookings_than_the_portal_allows(self, bilan: Bilan) -> None:
        a_venir = Inscription.objects.actives().filter(seance__debut__gt=MAINTENANT, seance__groupe=None)
        par_famille = a_venir.values("famille").annotate(n=Count("pk")).order_by("-n")
        assert par_famille[0]["n"] <= 5

    def test_everybody_is_plainly_invented(self, bilan: Bilan) -> None:
        for famille in Famille.objects.all():
            assert famille.prenom.endswith("Démo")
            assert famille.email == "" or famille.email.endswith("@demo.invalid")
            assert not famille.telephone or famille.telephone.as_e164.startswith("+3363998")

    def test_the_worker_has_only_a_few_messages_to_send(self, bilan: Bilan) -> None:
        en_attente = Message.objects.filter(statut=StatutMessage.A_ENVOYER)
        assert 3 <= en_attente.count() <= 14
        assert {"confirmation", "proposition"} <= set(en_attente.values_list("modele", flat=True))
        assert Message.objects.filter(statut=StatutMessage.ENVOYE).count() > 50


@pytest.mark.django_db
class TestRecharger:
    def test_the_same_day_adds_nothing(self, bilan: Bilan) -> None:
        avant = (Maison.objects.count(), Seance.objects.count(), Inscription.objects.count(), Message.objects.count())
        second = charger_demo(maintenant=MAINTENANT + timedelta(hours=2))
        assert (second.maisons_creees, second.seances_creees, second.inscriptions) == (0, 0, 0)
        apres = (Maison.objects.count(), Seance.objects.count(), Inscription.objects.count(), Message.objects.count())
        assert apres == avant

    def test_another_day_brings_the_days_within_sight_and_keeps_what_visitors_did(self, bilan: Bilan) -> None:
        ouverte = (
            Seance.objects.publiees()
            .publiques()
            .a_venir(maintenant=MAINTENANT + timedelta(days=20))
            .filter(age_min_mois=None, age_max_mois=None, capacite_adultes__gt=F("adultes_pris") + 1)
            .order_by("debut")[0]
        )
        visiteur = inscrire_famille(
            seance=ouverte,
            demande=DemandeInscription(
                prenom="Visiteuse", email="visiteuse@exemple.fr", adultes=1, cle_idempotence=uuid4()
            ),
            maintenant=MAINTENANT,
        )
        deplacee = (
            Seance.objects.publiees().filter(serie__isnull=False, debut__gt=MAINTENANT).exclude(pk=ouverte.pk)[0]
        )
        Seance.objects.filter(pk=deplacee.pk).update(titre="Changée par l'équipe", modifiee_seule=True)
        maisons, references = Maison.objects.count(), set(Seance.objects.values_list("reference", flat=True))
        prises = dict(Seance.objects.values_list("pk", "adultes_pris"))

        second = charger_demo(maintenant=MAINTENANT + timedelta(days=9))

        assert Maison.objects.count() == maisons
        assert second.maisons_creees == 0
        assert 5 < second.seances_creees < 60
        assert references < set(Seance.objects.values_list("reference", flat=True))
        assert prises == dict(Seance.objects.filter(pk__in=prises).values_list("pk", "adultes_pris"))
        visiteur.refresh_from_db()
        assert visiteur.statut == StatutInscription.CONFIRMEE
        assert Message.objects.get(destinataire="visiteuse@exemple.fr").statut == StatutMessage.A_ENVOYER
        deplacee.refresh_from_db()
        assert deplacee.titre == "Changée par l'équipe"
        # One session a day of a series, and no place held twice by one workshop.
        doubles = Seance.objects.values("atelier", "lieu", "debut").annotate(n=Count("pk")).filter(n__gt=1)
        assert not doubles.filter(atelier__isnull=False).exists()

    @pytest.mark.parametrize("jours", [120, 500])
    def test_after_months_the_agenda_is_full_again(self, bilan: Bilan, jours: int) -> None:
        maintenant = MAINTENANT + timedelta(days=jours)
        reseau = charger_reseau()
        charger_fermetures(reseau, aujourd_hui=maintenant.date())
        agenda = charger_agenda(reseau, charger_catalogue(reseau), maintenant=maintenant)
        assert 140 <= agenda.a_venir <= 270, agenda.a_venir
        assert Seance.objects.filter(debut__lt=maintenant, debut__gt=maintenant - timedelta(weeks=4)).exists()


class TestPersonnes:
    def test_a_family_stays_itself_from_one_day_to_another(self) -> None:
        aujourd_hui = MAINTENANT.date()
        une = {famille.numero: famille for famille in familles(aujourd_hui=aujourd_hui)}
        autre = {famille.numero: famille for famille in familles(aujourd_hui=aujourd_hui + timedelta(days=40))}
        communes = une.keys() & autre.keys()
        assert len(communes) > 150
        assert all(une[numero] == autre[numero] for numero in communes)
        assert all(famille.email or famille.telephone for famille in une.values())
        assert len({(famille.email, famille.telephone) for famille in une.values()}) == len(une)
