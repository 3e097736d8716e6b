""" "Je suis là" at the door: it notes that the family is there, and shows nothing to anybody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ateliers.enums import Presence
from ateliers.models import Inscription, Seance
from ateliers.pdf import USAGE_PORTE
from ateliers.views import porte
from socle import liens
from tests.factories import FamilleFactory, InscriptionFactory, SeanceFactory, dans

pytestmark = pytest.mark.django_db


@pytest.fixture
def seance() -> Seance:
    return SeanceFactory(debut=dans(minutes=40))


@pytest.fixture
def ines(seance: Seance) -> Inscription:
    return InscriptionFactory(
        seance=seance, adultes=2, famille=FamilleFactory(prenom="Inèsdelaporte", email="ines@exemple.fr")
    )


def adresse(seance: Seance) -> str:
    return reverse("ateliers:porte", args=[liens.signer(USAGE_PORTE, seance.pk)])


def se_signaler(client: Client, seance: Seance, contact: str, **options: Any) -> Any:
    return client.post(adresse(seance), {"contact": contact}, follow=True, **options)


class TestPorte:
    def test_by_the_address_of_the_booking(self, client: Client, seance: Seance, ines: Inscription) -> None:
        page = se_signaler(client, seance, " Ines@exemple.FR").content.decode()
        ines.refresh_from_db()
        assert (ines.presence, ines.adultes_presents) == (Presence.PRESENTE, 2)
        assert "Bienvenue" in page
        assert "Inèsdelaporte" not in page

    def test_by_the_number_of_the_booking(self, client: Client, seance: Seance) -> None:
        inscription = InscriptionFactory(seance=seance, famille=FamilleFactory(email="", telephone="+33612345678"))
        se_signaler(client, seance, "06 12 34 56 78")
        inscription.refresh_from_db()
        assert inscription.presence == Presence.PRESENTE

    def test_somebody_unknown_is_welcomed_the_same_way(
        self, client: Client, seance: Seance, ines: Inscription
    ) -> None:
        connue, inconnue = (se_signaler(client, seance, contact) for contact in ("ines@exemple.fr", "x@exemple.fr"))
        assert connue.status_code == inconnue.status_code == 200
        assert len(connue.redirect_chain) == len(inconnue.redirect_chain) == 1
        formes = [re.sub(r"<span>[^<]*</span>|#\w+|\?fait=\w+", "", r.content.decode()) for r in (connue, inconnue)]
        assert "Bienvenue" in formes[0]
        assert formes[0] == formes[1]
        assert "dites bonjour à l'accueil" in inconnue.content.decode()

    @pytest.mark.parametrize("etat", [{"attente": True}, {"annulee": True}, {"proposee": True}])
    def test_without_a_seat_she_goes_to_the_desk(self, client: Client, seance: Seance, etat: dict[str, bool]) -> None:
        inscription = InscriptionFactory(seance=seance, **etat)
        assert "accueil" in se_signaler(client, seance, inscription.email).content.decode()
        inscription.refresh_from_db()
        assert inscription.presence == ""

    def test_another_sessions_booking_is_not_this_ones(self, client: Client, seance: Seance) -> None:
        ailleurs = InscriptionFactory(seance=SeanceFactory(debut=seance.debut))
        se_signaler(client, seance, ailleurs.email)
        ailleurs.refresh_from_db()
        assert ailleurs.presence == ""

    def test_what_the_team_noted_stays(self, client: Client, seance: Seance, ines: Inscription) -> None:
        Inscription.objects.filter(pk=ines.pk).update(
            presence=Presence.PRESENTE, adultes_presents=1, enfants_presents=0, pointee_le=dans()
        )
        se_signaler(client, seance, ines.email)
        ines.refresh_from_db()
        assert ines.adultes_presents == 1

    @pytest.mark.parametrize(
        ("quand", "statut"), [({"hours": 2}, 200), ({"minutes": -80}, 200), ({"minutes": -100}, 410)]
    )
    def test_from_shortly_before_to_the_end(self, client: Client, quand: dict[str, int], statut: int) -> None:
        seance = SeanceFactory(debut=dans(**quand))
        inscription = InscriptionFactory(seance=seance)
        assert client.get(adresse(seance)).status_code == statut
        se_signaler(client, seance, inscription.email)
        inscription.refresh_from_db()
        assert bool(inscription.presence) == (quand == {"minutes": -80})

    def test_cancelled_it_says_so(self, client: Client) -> None:
        seance = SeanceFactory(annulee=True, debut=dans(minutes=10))
        assert "annulée" in client.get(adresse(seance)).content.decode()

    @pytest.mark.parametrize("jeton", ["0", "1.aaaaaaaaaaaaaaaa", "x" * 200])
    def test_an_address_we_did_not_print_does_not_exist(self, client: Client, jeton: str) -> None:
        assert client.get(f"/ici/{jeton}/").status_code == 404

    def test_a_bookings_link_opens_no_door(self, client: Client, seance: Seance) -> None:
        jeton = liens.signer("reservation", seance.pk)
        assert client.get(reverse("ateliers:porte", args=[jeton])).status_code == 404
        assert client.get(f"/r/{liens.signer(USAGE_PORTE, seance.pk)}/").status_code == 404

    def test_a_draft_has_no_door(self, client: Client) -> None:
        assert client.get(adresse(SeanceFactory(brouillon=True, debut=dans(minutes=5)))).status_code == 404

    def test_nobody_tries_addresses_one_after_the_other(
        self, client: Client, seance: Seance, ines: Inscription, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(porte, "ESSAIS_PAR_ADRESSE", 2)
        for n in range(2):
            assert se_signaler(client, seance, f"x{n}@exemple.fr").status_code == 200
        assert se_signaler(client, seance, ines.email).status_code == 429
        ines.refresh_from_db()
        assert ines.presence == ""

    @pytest.mark.parametrize("contact", ["", "ines@", "12", "\x00"])
    def test_what_is_no_contact_is_said(self, client: Client, seance: Seance, contact: str) -> None:
        assert se_signaler(client, seance, contact).status_code == 422

    def test_no_cache_no_index_and_no_other_site(self, client: Client, seance: Seance) -> None:
        reponse = client.get(adresse(seance))
        assert reponse["Cache-Control"] == "private, no-store"
        assert "noindex" in reponse["X-Robots-Tag"]
        assert client.post(adresse(seance), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


class TestDepuisLaReservation:
    def lien(self, inscription: Inscription, page: str = "reservation_la") -> str:
        return reverse(f"ateliers:{page}", args=[liens.signer("reservation", inscription.pk)])

    def test_one_tap(self, client: Client, ines: Inscription) -> None:
        assert self.lien(ines) in client.get(self.lien(ines, "ma_reservation")).content.decode()
        page = client.post(self.lien(ines), follow=True).content.decode()
        ines.refresh_from_db()
        assert ines.presence == Presence.PRESENTE
        assert "Bienvenue" in page
        assert self.lien(ines) not in page

    def test_not_days_before(self, client: Client) -> None:
        inscription = InscriptionFactory()
        assert self.lien(inscription) not in client.get(self.lien(inscription, "ma_reservation")).content.decode()
        client.post(self.lien(inscription))
        inscription.refresh_from_db()
        assert inscription.presence == ""

    def test_opened_by_a_mail_reader_it_notes_nothing(self, client: Client, ines: Inscription) -> None:
        client.get(self.lien(ines))
        ines.refresh_from_db()
        assert ines.presence == ""
