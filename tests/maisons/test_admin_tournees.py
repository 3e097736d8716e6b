"""The team's pages about tours: who may open them, planning from form to stops, the route of the day."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maisons.enums import Frequence, StatutArret
from maisons.models import Arret, ComptageArret, Tournee
from socle.models import Message
from tests.acces import QUI, personne
from tests.equipe import entrer
from tests.factories import ArretFactory, EquipageFactory, LieuFactory, SuiviFactory, dans

pytestmark = pytest.mark.django_db

EQUIPE = {"animatrice de la séance", "animateur", "responsable"}
LECTURE = EQUIPE | {"pilote", "réseau"}
DEHORS = {"anonyme", "parent", "parti"}


@pytest.fixture
def arret() -> Any:
    return ArretFactory(en_cours=True)


def client_de(client: Client, qui: str, arret: Arret) -> Client:
    utilisateur = personne(qui, arret.equipage.maison)
    return client if utilisateur is None else entrer(client, utilisateur)


class TestAcces:
    @pytest.mark.parametrize("qui", QUI)
    def test_who_may_see_a_stop_and_its_route(self, client: Client, arret: Any, qui: str) -> None:
        client = client_de(client, qui, arret)
        fiche = client.get(reverse("admin:maisons_arret_change", args=[arret.pk])).status_code
        route = client.get(reverse("admin:maisons_arret_route")).status_code
        if qui in DEHORS:
            assert {fiche, route} <= {302, 403}
        elif qui in LECTURE:
            assert (fiche, route) == (200, 200)
        elif qui == "partenaire":
            assert (fiche, route) == (403, 403)
        else:
            assert (fiche, route) == (404, 200)

    @pytest.mark.parametrize("qui", QUI)
    @pytest.mark.parametrize(
        ("acte", "donnees"),
        [
            ("retard", {"minutes": "20"}),
            ("annuler", {"motif": "meteo"}),
            ("compter", {"adultes": "1", "enfants": "1", "cle": str(uuid.uuid4())}),
            ("decompter", {}),
        ],
    )
    def test_who_may_act_on_a_stop(
        self, client: Client, arret: Any, qui: str, acte: str, donnees: dict[str, str]
    ) -> None:
        client = client_de(client, qui, arret)
        reponse = client.post(reverse(f"admin:maisons_arret_{acte}", args=[arret.pk]), donnees)
        if qui in EQUIPE:
            assert reponse.status_code == 302
            assert "/route/" in reponse["Location"]
        elif qui in DEHORS:
            assert reponse.status_code in (302, 403)
        else:
            assert reponse.status_code == (404 if "ailleurs" in qui else 403)
        arret.refresh_from_db()
        change = arret.statut == StatutArret.ANNULE or arret.retard_minutes or arret.comptages.exists()
        assert bool(change) == (qui in EQUIPE and acte != "decompter")

    @pytest.mark.parametrize("qui", QUI)
    def test_who_may_plan(self, client: Client, arret: Any, qui: str) -> None:
        code = client_de(client, qui, arret).get(reverse("admin:maisons_tournee_add")).status_code
        if qui in DEHORS:
            assert code in (302, 403)
        else:
            assert code == (200 if qui in EQUIPE | {"animateur d'ailleurs"} else 403)

    def test_the_route_shows_nothing_of_another_house(self, client: Client, arret: Any) -> None:
        client = client_de(client, "animateur d'ailleurs", arret)
        assert not client.get(reverse("admin:maisons_arret_route")).context["equipages"]

    def test_cancelling_the_day_spares_other_houses(self, client: Client, arret: Any) -> None:
        autre = ArretFactory(en_cours=True)
        client = client_de(client, "animateur", arret)
        client.post(reverse("admin:maisons_arret_annuler_jour"), {"motif": "meteo"})
        assert [a.statut for a in Arret.objects.order_by("pk")] == [StatutArret.ANNULE, StatutArret.PREVU]
        assert autre.pk


class TestPlanifier:
    def donnees(self, equipage: Any, lieux: list[Any], **options: Any) -> dict[str, Any]:
        demain = timezone.localdate() + timedelta(days=1)
        etapes = {
            "etapes-TOTAL_FORMS": "4",
            "etapes-INITIAL_FORMS": "0",
            **{f"etapes-{n}-duree_minutes": "120" for n in range(4)},
        }
        for n, lieu in enumerate(lieux):
            etapes |= {f"etapes-{n}-lieu": str(lieu.pk), f"etapes-{n}-heure": f"{9 + 4 * n:02d}:30"}
        return {
            "equipage": equipage.pk,
            "nom": "Mardis",
            "premier_jour": demain.isoformat(),
            "frequence": Frequence.SEMAINE.value,
            "nombre": "3",
            "cle": str(uuid.uuid4()),
            **etapes,
            **options,
        }

    def entrer(self, client: Client, equipage: Any) -> Client:
        utilisateur = personne("animateur", equipage.maison)
        assert utilisateur is not None
        return entrer(client, utilisateur)

    def test_goes_from_form_to_preview_to_stops(self, client: Client) -> None:
        equipage = EquipageFactory()
        client = self.entrer(client, equipage)
        lieux = [LieuFactory(maison=equipage.maison), LieuFactory(maison=equipage.maison, latitude=49.8)]
        donnees = self.donnees(equipage, lieux)
        apercu = client.post(reverse("admin:maisons_tournee_add"), {**donnees, "etape": "apercu"})
        assert apercu.status_code == 200
        assert "ligne droite × 1,3, à 50 km/h" in apercu.content.decode()
        assert not Tournee.objects.exists()
        jours = [journee.jour.isoformat() for journee in apercu.context["retenues"]]
        reponse = client.post(reverse("admin:maisons_tournee_add"), {**donnees, "etape": "creer", "garder": jours[1:]})
        assert reponse.status_code == 302
        assert Arret.objects.count() == 2 * (len(jours) - 1)

    @pytest.mark.parametrize(
        ("options", "phrase"),
        [
            ({"etapes-0-lieu": "", "etapes-0-heure": ""}, "au moins un lieu"),
            ({"etapes-1-heure": "09:30"}, "la même heure"),
            ({"etapes-1-heure": "10:30"}, "commence avant que"),
            ({"nombre": ""}, "jusqu&#x27;à quelle date"),
            ({"nombre": "400"}, "200 séances au plus"),
        ],
    )
    def test_says_what_is_wrong(self, client: Client, options: dict[str, str], phrase: str) -> None:
        equipage = EquipageFactory()
        client = self.entrer(client, equipage)
        lieux = LieuFactory.create_batch(2, maison=equipage.maison)
        if "au moins" in phrase:
            lieux = lieux[:1]
        donnees = self.donnees(equipage, lieux, **options)
        reponse = client.post(reverse("admin:maisons_tournee_add"), {**donnees, "etape": "apercu"})
        assert reponse.status_code == 422
        assert phrase in reponse.content.decode()

    def test_another_house_s_vehicle_or_place_does_not_exist(self, client: Client) -> None:
        equipage, ailleurs = EquipageFactory(), EquipageFactory()
        client = self.entrer(client, equipage)
        chez_eux = LieuFactory(maison=ailleurs.maison)
        for donnees in (
            self.donnees(ailleurs, [LieuFactory(maison=equipage.maison)]),
            self.donnees(equipage, [chez_eux]),
        ):
            reponse = client.post(reverse("admin:maisons_tournee_add"), {**donnees, "etape": "creer"})
            assert reponse.status_code == 422
        assert not Arret.objects.exists()


class TestRoute:
    def test_two_taps_tell_each_person_once(self, client: Client, arret: Any) -> None:
        SuiviFactory(commune=arret.lieu.commune)
        client = client_de(client, "animateur", arret)
        for phrase in ("20 min de retard annoncées. 1 contact est prévenu.", "personne n'est prévenu deux fois"):
            reponse = client.post(
                reverse("admin:maisons_arret_retard", args=[arret.pk]), {"minutes": "20"}, follow=True
            )
            assert phrase in [str(m) for m in reponse.context["messages"]][0]
        assert Message.objects.count() == 1

    def test_counts_without_a_name(self, client: Client, arret: Any) -> None:
        client = client_de(client, "animateur", arret)
        adresse = reverse("admin:maisons_arret_compter", args=[arret.pk])
        client.post(adresse, {"adultes": "2", "enfants": "1", "premiere_visite": "on", "cle": str(uuid.uuid4())})
        assert client.post(adresse, {"adultes": "0", "enfants": "0", "cle": str(uuid.uuid4())}).status_code == 422
        comptage = ComptageArret.objects.get()
        assert (comptage.adultes, comptage.enfants, comptage.premiere_visite) == (2, 1, True)

    def test_leads_to_the_next_day_that_has_stops(self, client: Client) -> None:
        arret = ArretFactory(debut=dans(days=9))
        client = client_de(client, "animateur", arret)
        reponse = client.get(reverse("admin:maisons_arret_route"))
        assert reponse.context["prochain"] == arret.debut.astimezone(arret.zone).date()
        assert "Ouvrir ma tournée" in client.get(reverse("admin:index")).content.decode()

    def test_asks_as_many_queries_for_one_stop_as_for_six(self, client: Client) -> None:
        midi = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
        arret = ArretFactory(debut=midi, fin=midi + timedelta(minutes=5))
        client = client_de(client, "animateur", arret)
        adresse = reverse("admin:maisons_arret_route")
        client.get(adresse)
        with CaptureQueriesContext(connection) as une:
            client.get(adresse)
        for n in range(1, 6):
            debut = midi + timedelta(minutes=10 * n)
            ArretFactory(equipage=arret.equipage, debut=debut, fin=debut + timedelta(minutes=5))
        with CaptureQueriesContext(connection) as six:
            assert len(client.get(adresse).context["equipages"][0][1]) == 6
        assert len(une) == len(six)

    def test_a_moved_stop_comes_back_to_its_page(self, client: Client) -> None:
        arret = ArretFactory(debut=dans(days=3))
        client = client_de(client, "responsable", arret)
        local = arret.debut.astimezone(arret.zone) + timedelta(days=1)
        donnees = {
            "lieu": arret.lieu_id,
            "jour": local.date().isoformat(),
            "heure": local.strftime("%H:%M"),
            "duree_minutes": "90",
            "version": "0",
        }
        assert client.post(reverse("admin:maisons_arret_change", args=[arret.pk]), donnees).status_code == 302
        avant = arret.debut
        arret.refresh_from_db()
        assert (arret.debut - avant) > timedelta(hours=20)
        assert arret.fin - arret.debut == timedelta(minutes=90)
