""" "Où est la Bulle ?": the page, its map, its feed, the poster, and following a commune."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pdfua import validate
from pdfua.model import Severity

from maisons.messages import lien_suivi
from maisons.models import Suivi
from socle.models import Message
from tests.factories import (
    ArretFactory,
    CommuneFactory,
    EquipageFactory,
    LieuFactory,
    SeanceFactory,
    SuiviFactory,
    dans,
)

pytestmark = pytest.mark.django_db
PAGE = "/ou-est-la-bulle/"


def arret_a(nom: str = "Rethel", **options: Any) -> Any:
    commune = (
        CommuneFactory() if nom == "Rethel" else CommuneFactory(autre=True, nom=nom, latitude=49.9, longitude=4.7)
    )
    equipage = options.pop("equipage", None) or EquipageFactory()
    lieu = LieuFactory(maison=equipage.maison, commune=commune, latitude=commune.latitude, longitude=commune.longitude)
    return ArretFactory(equipage=equipage, lieu=lieu, **options)


class TestListe:
    def test_goes_by_day_and_says_late_or_cancelled(self, client: Client) -> None:
        arret_a(retard_minutes=20)
        arret_a("Revin", annule=True)
        contenu = client.get(PAGE).content.decode()
        assert "Demain" in contenu
        assert "Environ 20 min de retard" in contenu
        assert "Annulé : neige ou verglas" in contenu

    def test_shows_neither_the_past_nor_a_hidden_house(self, client: Client) -> None:
        arret_a(passe=True)
        arret_a("Revin", equipage=EquipageFactory(maison__publiee=False))
        reponse = client.get(PAGE)
        assert not reponse.context["jours"]
        assert "Aucun arrêt annoncé" in reponse.content.decode()

    def test_offers_what_can_be_booked_at_the_stop(self, client: Client) -> None:
        arret = arret_a()
        SeanceFactory(lieu=arret.lieu, titre="Pesée", debut=arret.debut, fin=arret.fin)
        SeanceFactory(lieu=arret.lieu, titre="Autre jour", debut=dans(days=3))
        contenu = client.get(PAGE).content.decode()
        assert "Pesée" in contenu
        assert "Autre jour" not in contenu

    def test_asks_as_many_queries_for_one_stop_as_for_fifty(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        arret = arret_a()
        SeanceFactory(lieu=arret.lieu, debut=arret.debut, fin=arret.fin)
        for requete, nombre in (({}, 2), ({"lieu": "Rethel"}, 3)):
            with django_assert_num_queries(nombre):
                client.get(PAGE, requete)
        for _ in range(49):
            autre = arret_a("Revin")
            SeanceFactory(lieu=autre.lieu, debut=autre.debut, fin=autre.fin)
        for requete, nombre in (({}, 2), ({"lieu": "Rethel"}, 3)):
            with django_assert_num_queries(nombre):
                client.get(PAGE, requete)


class TestPresDeMoi:
    def test_the_next_stop_is_the_soonest_within_reach(self, client: Client) -> None:
        loin = arret_a("Revin", debut=dans(hours=2))
        pres = arret_a(debut=dans(days=5))
        arret_a(debut=dans(days=1), annule=True)
        contexte = client.get(PAGE, {"lieu": "Rethel"}).context
        assert contexte["prochaine"].arret == pres
        assert loin not in [carte.arret for carte in contexte["suivantes"]]

    def test_two_hundred_sooner_stops_elsewhere_hide_nothing(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portail.bulle.ARRETS_MAX", 1)
        monkeypatch.setattr("portail.bulle.ARRETS_PROCHES", 1)
        ArretFactory(debut=dans(hours=1), lieu__latitude=44.0, lieu__longitude=1.0)
        arret_a(debut=dans(days=9))
        page = client.get(reverse("portail:bulle"), {"commune": "08362"}).content.decode()
        assert "Le prochain arrêt près de Rethel" in page
        assert "Aucun arrêt à moins" not in page

    def test_offers_the_nearest_when_none_is_within_reach(self, client: Client) -> None:
        CommuneFactory()
        loin = arret_a("Revin")
        contexte = client.get(PAGE, {"lieu": "Rethel"}).context
        assert contexte["prochaine"] is None
        assert [carte.arret for carte in contexte["plus_loin"]] == [loin]

    @pytest.mark.parametrize("requete", [{"lieu": "Zzz"}, {"lieu": "a\x00b"}, {"lieu": "x" * 5000}, {"lat": "900"}])
    def test_bad_input_gets_a_page_and_a_sentence(self, client: Client, requete: dict[str, str]) -> None:
        arret_a()
        reponse = client.get(PAGE, requete)
        assert reponse.status_code == 200
        assert reponse.context["form"].errors or reponse.context["jours"]

    def test_a_house_that_does_not_exist_is_a_404(self, client: Client) -> None:
        assert client.get(PAGE, {"maison": "rien"}).status_code == 404


class TestFlux:
    def test_holds_each_stop_in_its_zone_cancelled_ones_marked(self, client: Client) -> None:
        arret = arret_a(retard_minutes=20)
        annule = arret_a("Revin", annule=True)
        calendrier = Calendar.from_ical(client.get(reverse("portail:bulle_ics")).content)
        evenements = {str(e["uid"]): e for e in calendrier.walk("VEVENT")}
        mien = evenements[f"{arret.reference}@arret"]
        assert mien["dtstart"].params["TZID"] == "Europe/Paris"
        assert mien["dtstart"].dt == arret.debut
        assert "20 min de retard" in str(mien["description"])
        assert str(evenements[f"{annule.reference}@arret"]["status"]) == "CANCELLED"

    def test_may_be_one_commune_s(self, client: Client) -> None:
        arret_a()
        arret_a("Revin")
        contenu = client.get(reverse("portail:bulle_ics"), {"commune": "08362"}).content.decode()
        assert contenu.count("BEGIN:VEVENT") == 1

    def test_the_map_has_one_point_a_place_with_its_next_stop(self, client: Client) -> None:
        arret = arret_a()
        ArretFactory(equipage=arret.equipage, lieu=arret.lieu, debut=dans(days=8))
        points = json.loads(client.get(reverse("portail:bulle_reperes")).content)["features"]
        (point,) = points
        assert point["geometry"]["coordinates"] == [arret.lieu.longitude, arret.lieu.latitude]
        assert point["properties"]["url"].endswith("?commune=08362")


class TestAffiche:
    def test_is_an_accessible_pdf_of_one_page(self, client: Client, tmp_path: Path) -> None:
        arret = arret_a()
        for n in range(1, 12):
            ArretFactory(equipage=arret.equipage, lieu=arret.lieu, debut=dans(days=7 * n + 1))
        reponse = client.get(reverse("portail:bulle_affiche", args=["08362"]))
        assert reponse["Content-Type"] == "application/pdf"
        fichier = tmp_path / "affiche.pdf"
        fichier.write_bytes(reponse.content)
        assert not [c.message for c in validate(str(fichier)).findings if c.severity >= Severity.ERROR]
        texte = subprocess.run(["pdftotext", fichier, "-"], capture_output=True, check=True).stdout.decode()
        assert texte.count("\f") == 1
        assert "Rethel" in texte

    def test_a_commune_without_a_stop_has_none(self, client: Client) -> None:
        CommuneFactory()
        assert client.get(reverse("portail:bulle_affiche", args=["08362"])).status_code == 404


class TestSuivre:
    def demander(self, client: Client, **donnees: str) -> Any:
        CommuneFactory()
        return client.post("/suivre/08362/", {"contact": "ines@exemple.fr", "rayon_km": "10", **donnees})

    def test_is_asked_confirmed_by_its_owner_and_stopped_in_one_tap(self, client: Client) -> None:
        assert self.demander(client).status_code == 302
        message = Message.objects.get()
        assert message.modele == "suivi_a_confirmer"
        lien = message.contexte["lien"].split("localhost:8000")[-1]
        # Mail filters open links: looking says nothing.
        assert "Oui, prévenez-moi" in client.get(lien).content.decode()
        assert Suivi.objects.get().confirme_le is None
        client.post(lien, {"acte": "confirmer"})
        assert Suivi.objects.get().confirme_le is not None
        client.post(lien, {"acte": "arreter"})
        assert not Suivi.objects.exists()
        assert client.get(lien).status_code == 410

    def test_its_owner_changes_the_distance_and_goes_on(self, client: Client) -> None:
        suivi = SuiviFactory(rayon_km=10, confirme_le=dans(days=-700))
        lien = lien_suivi(suivi).split("localhost:8000")[-1]
        assert client.post(lien, {"acte": "n'importe quoi"}).status_code == 422
        assert client.post(lien, {"acte": "rayon", "rayon_km": "20"}).status_code == 302
        suivi.refresh_from_db()
        assert suivi.rayon_km == 20
        assert suivi.confirme_le < dans(days=-600)
        client.post(lien, {"acte": "confirmer"})
        suivi.refresh_from_db()
        assert suivi.confirme_le > dans(days=-1)

    def test_answers_alike_whoever_follows_already(self, client: Client) -> None:
        SuiviFactory(destinataire="ines@exemple.fr")
        connu = self.demander(client)
        inconnu = self.demander(client, contact="06 12 34 56 78")
        assert (connu.status_code, connu["Location"]) == (inconnu.status_code, inconnu["Location"])
        assert Suivi.objects.filter(destinataire="+33612345678", canal="sms").exists()

    @pytest.mark.parametrize("donnees", [{"contact": ""}, {"contact": "ines@"}, {"rayon_km": "7"}, {"contact": "0"}])
    def test_says_what_is_wrong(self, client: Client, donnees: dict[str, str]) -> None:
        assert self.demander(client, **donnees).status_code == 422
        assert not Suivi.objects.exists()

    def test_another_site_cannot_ask(self, client: Client) -> None:
        CommuneFactory()
        reponse = client.post("/suivre/08362/", {"contact": "a@b.fr"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert reponse.status_code == 403

    @pytest.mark.parametrize("jeton", ["1.aaaa", "x", "1.0000000000000000"])
    def test_a_link_we_did_not_sign_is_a_404(self, client: Client, jeton: str) -> None:
        assert client.get(f"/s/{jeton}/").status_code == 404
