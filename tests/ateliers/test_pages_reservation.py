"""A family's booking by its signed link: seen, changed, cancelled; never told to anybody else."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ateliers.enums import StatutInscription
from ateliers.models import Inscription
from socle import liens
from socle.models import Message, Opposition
from tests.factories import FamilleFactory, InscriptionFactory, OppositionFactory, SeanceFactory, dans

pytestmark = pytest.mark.django_db

PAGES = ("ma_reservation", "inscription_faite", "reservation_annuler", "reservation_ics")
ACTES = (
    "reservation_nombre",
    "reservation_annuler",
    "reservation_accepter",
    "reservation_prendre",
    "reservation_sms",
    "reservation_langue",
)


def adresse(page: str, inscription: Inscription) -> str:
    return reverse(f"ateliers:{page}", args=[liens.signer("reservation", inscription.pk)])


def lire(client: Client, inscription: Inscription, page: str = "ma_reservation") -> str:
    reponse = client.get(adresse(page, inscription), follow=True)
    return texte(reponse)


def texte(reponse: Any) -> str:
    return re.sub(r"\s+", " ", reponse.content.decode().replace("\u00a0", " ").replace("&#x27;", "'"))


def etat(inscription: Inscription) -> tuple[Any, ...]:
    inscription.refresh_from_db()
    inscription.seance.refresh_from_db()
    return (
        inscription.statut,
        inscription.adultes,
        inscription.enfants,
        inscription.langue,
        inscription.seance.adultes_pris,
        inscription.seance.enfants_pris,
        Opposition.objects.count(),
    )


class TestLien:
    @pytest.mark.parametrize("page", PAGES)
    def test_is_private(self, client: Client, page: str) -> None:
        reponse = client.get(adresse(page, InscriptionFactory()))

        assert reponse.status_code == 200
        assert reponse["Cache-Control"] == "private, no-store"
        assert reponse["X-Robots-Tag"] == "noindex, nofollow"
        assert reponse["Referrer-Policy"] == "same-origin"
        assert not reponse.cookies

    @pytest.mark.parametrize("page", sorted({*PAGES, *ACTES}))
    @pytest.mark.parametrize(
        "jeton", ["x", "1.", ".", "1.aaaaaaaaaaaaaaaa", "é.a", "0" * 400, "1.a.b", "%00", "-1.aaaaaaaaaaaaaaaa"]
    )
    def test_tampered_is_not_found(self, client: Client, page: str, jeton: str) -> None:
        adresse = reverse(f"ateliers:{page}", args=[jeton])

        assert client.get(adresse).status_code == 404

    def test_of_another_use_or_booking_is_not_found(self, client: Client) -> None:
        inscription = InscriptionFactory()
        autre_usage = liens.signer("desabonnement", inscription.pk)
        effacee = liens.signer("reservation", inscription.pk + 1000)
        melange = f"{liens.signer('reservation', inscription.pk + 1).split('.')[0]}.{effacee.split('.')[1]}"

        for jeton in (autre_usage, effacee, melange):
            reponse = client.get(reverse("ateliers:ma_reservation", args=[jeton]))
            assert reponse.status_code == 404
            assert inscription.seance.titre not in reponse.content.decode()

    @pytest.mark.parametrize("page", sorted({*PAGES, *ACTES}))
    def test_after_the_session_it_says_nothing(self, client: Client, page: str) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(passee=True))
        avant = etat(inscription)

        for reponse in (client.get(adresse(page, inscription)), client.post(adresse(page, inscription))):
            # A page that is only read refuses to be sent to before it looks at the link.
            assert reponse.status_code in (410, 405)
            corps = reponse.content.decode()
            assert inscription.seance.titre not in corps
            assert inscription.prenom not in corps
            assert inscription.seance.lieu.maison.nom not in corps
        assert etat(inscription) == avant

    def test_works_while_the_session_runs(self, client: Client) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(commencee=True))

        page = lire(client, inscription)

        assert "La séance a commencé" in page
        assert "Je ne viendrai pas" not in page

    def test_shows_no_contact_and_no_other_booking(self, client: Client) -> None:
        famille = FamilleFactory(email="ines.martin@exemple.fr", telephone="+33612345678")
        inscription = InscriptionFactory(famille=famille)
        autre = InscriptionFactory(famille=famille)

        for page in ("ma_reservation", "inscription_faite"):
            corps = lire(client, inscription, page)
            assert "ines.martin" not in corps
            assert "612345678" not in corps.replace(" ", "")
            assert autre.seance.titre not in corps


@pytest.mark.parametrize("page", sorted({*PAGES, *ACTES}))
@pytest.mark.parametrize("statut", ["confirmee", "attente", "proposee"])
def test_reading_a_page_changes_nothing(client: Client, page: str, statut: str) -> None:
    """Mail scanners open every link."""
    inscription = InscriptionFactory(**({} if statut == "confirmee" else {statut: True}))
    avant, messages = etat(inscription), Message.objects.count()

    for methode in (client.get, client.head):
        methode(adresse(page, inscription), {"langue": "en", "sms": "arreter", "adultes": "4", "enfants": "4"})

    assert etat(inscription) == avant
    assert Message.objects.count() == messages


@pytest.mark.parametrize("page", ACTES)
def test_another_site_cannot_act(client: Client, page: str) -> None:
    inscription = InscriptionFactory()
    avant = etat(inscription)

    reponse = client.post(adresse(page, inscription), headers={"sec-fetch-site": "cross-site"})

    assert reponse.status_code == 403
    assert etat(inscription) == avant


class TestAnnuler:
    def test_one_tap_then_one_answer(self, client: Client) -> None:
        inscription = InscriptionFactory()

        assert adresse("reservation_annuler", inscription) in lire(client, inscription)
        assert "Vous ne viendrez pas ?" in lire(client, inscription, "reservation_annuler")
        reponse = client.post(adresse("reservation_annuler", inscription), follow=True)

        assert "Vous ne venez pas, c'est noté" in texte(reponse)
        assert etat(inscription)[0] == StatutInscription.ANNULEE
        assert inscription.seance.adultes_pris == 0

    def test_twice_is_once(self, client: Client) -> None:
        inscription = InscriptionFactory()

        for _ in range(2):
            assert client.post(adresse("reservation_annuler", inscription)).status_code == 302

        assert inscription.messages.filter(modele="annulation").count() == 1

    def test_frees_the_seat_for_who_waits(self, client: Client) -> None:
        seance = SeanceFactory(capacite_adultes=1, capacite_enfants=1)
        inscription = InscriptionFactory(seance=seance)
        attente = InscriptionFactory(seance=seance, attente=True)

        client.post(adresse("reservation_annuler", inscription))

        attente.refresh_from_db()
        assert attente.statut == StatutInscription.PROPOSEE

    def test_too_late_is_said(self, client: Client) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(commencee=True))

        reponse = client.post(adresse("reservation_annuler", inscription))

        assert reponse.status_code == 422
        assert "Cette séance a déjà commencé." in texte(reponse)

    def test_a_cancelled_session_says_why(self, client: Client) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(annulee=True))

        page = lire(client, inscription)

        assert "Cette séance est annulée" in page
        assert "L'animatrice est malade." in page
        assert "Je ne viendrai pas" not in page


class TestNombre:
    def test_more_and_fewer_people(self, client: Client) -> None:
        inscription = InscriptionFactory()

        client.post(adresse("reservation_nombre", inscription), {"adultes": "2", "enfants": "0"})

        assert etat(inscription)[1:3] == (2, 0)
        assert (inscription.seance.adultes_pris, inscription.seance.enfants_pris) == (2, 0)

    @pytest.mark.parametrize(
        ("champs", "phrase"),
        [
            ({"adultes": "0", "enfants": "1"}, "Indiquez de 1 à 4 adultes"),
            ({"adultes": "1", "enfants": "40"}, "Indiquez de 0 à 6 enfants"),
            ({"adultes": "x", "enfants": ""}, "Indiquez de 1 à 4 adultes"),
            ({"adultes": "4", "enfants": "1"}, "Il ne reste plus assez de places"),
        ],
        ids=str,
    )
    def test_what_cannot_be_is_told_and_kept(self, client: Client, champs: dict[str, str], phrase: str) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(capacite_adultes=5, adultes_pris=3))
        avant = etat(inscription)

        reponse = client.post(adresse("reservation_nombre", inscription), champs)

        assert reponse.status_code == 422
        assert phrase in texte(reponse)
        assert f'value="{champs["adultes"]}"' in texte(reponse)
        assert '<details class="repli reglage" open>' in texte(reponse)
        assert etat(inscription) == avant


class TestProposition:
    def test_shows_until_when_and_accepts(self, client: Client) -> None:
        inscription = InscriptionFactory(proposee=True)
        page = lire(client, inscription)
        assert "Une place s'est libérée pour vous" in page
        assert "Elle est à vous si vous dites oui avant" in page

        reponse = client.post(adresse("reservation_accepter", inscription), follow=True)

        assert "la place est à vous" in texte(reponse)
        assert etat(inscription)[0] == StatutInscription.CONFIRMEE

    def test_declines(self, client: Client) -> None:
        inscription = InscriptionFactory(proposee=True)

        reponse = client.post(adresse("reservation_annuler", inscription), follow=True)

        assert "Merci d'avoir répondu" in texte(reponse)
        assert etat(inscription)[0] == StatutInscription.ANNULEE

    def test_expired_offer_is_said_and_nothing_changes(self, client: Client) -> None:
        inscription = InscriptionFactory(
            proposee=True, proposee_le=dans(hours=-13), proposee_jusqu_au=dans(minutes=-1)
        )
        page = lire(client, inscription)
        assert "Le délai pour répondre est passé" in page
        assert "Oui, je viens" not in page
        avant = etat(inscription)

        reponse = client.post(adresse("reservation_accepter", inscription))

        assert reponse.status_code == 422
        assert "Le délai pour répondre est passé" in texte(reponse)
        assert etat(inscription) == avant

    def test_without_offer_nothing_is_accepted(self, client: Client) -> None:
        inscription = InscriptionFactory(attente=True)

        assert client.post(adresse("reservation_accepter", inscription)).status_code == 422


class TestAttente:
    def test_shows_the_rank(self, client: Client) -> None:
        seance = SeanceFactory(complete=True)
        InscriptionFactory(seance=seance, attente=True, attente_depuis=dans(days=-1))
        inscription = InscriptionFactory(seance=seance, attente=True)

        assert "Vous êtes en position 2 sur la liste" in lire(client, inscription)
        assert "Vous êtes en position 2." in lire(client, inscription, "inscription_faite")

    def test_near_the_start_a_free_seat_is_taken(self, client: Client) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(proche=True), attente=True)
        assert "Je prends la place" in lire(client, inscription)

        client.post(adresse("reservation_prendre", inscription))

        assert etat(inscription)[0] == StatutInscription.CONFIRMEE

    def test_somebody_was_quicker(self, client: Client) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory(proche=True, complete=True), attente=True)
        assert "Je prends la place" not in lire(client, inscription)

        reponse = client.post(adresse("reservation_prendre", inscription))

        assert reponse.status_code == 422
        assert etat(inscription)[0] == StatutInscription.EN_ATTENTE


class TestSms:
    def test_stops_and_starts_again(self, client: Client) -> None:
        # A number that could be somebody's: those made up for films are written another way.
        inscription = InscriptionFactory(famille=FamilleFactory(email="", telephone="+33612345678"))
        numero = inscription.telephone.as_e164

        for _ in range(2):
            client.post(adresse("reservation_sms", inscription), {"sms": "arreter"})
        assert Opposition.objects.filter(canal="sms", destinataire=numero).count() == 1
        assert "SMS arrêtés" in lire(client, inscription)

        client.post(adresse("reservation_sms", inscription), {"sms": "reprendre"})
        assert not Opposition.objects.exists()

    def test_leaves_other_numbers_alone(self, client: Client) -> None:
        OppositionFactory(destinataire="+33699999999")

        client.post(adresse("reservation_sms", InscriptionFactory(sms=True)), {"sms": "reprendre"})

        assert Opposition.objects.count() == 1

    def test_without_number_there_is_nothing_to_stop(self, client: Client) -> None:
        inscription = InscriptionFactory()

        client.post(adresse("reservation_sms", inscription), {"sms": "arreter"})

        assert not Opposition.objects.exists()
        assert "Ne plus recevoir de SMS" not in lire(client, inscription)


class TestLangue:
    def test_changes_messages_and_page(self, client: Client) -> None:
        inscription = InscriptionFactory()

        reponse = client.post(adresse("reservation_langue", inscription), {"langue": "en"})

        assert etat(inscription)[3] == "en"
        assert reponse["Location"].startswith("/en/r/")

    def test_unknown_language_changes_nothing(self, client: Client) -> None:
        inscription = InscriptionFactory()

        client.post(adresse("reservation_langue", inscription), {"langue": "../../etc"})

        assert etat(inscription)[3] == "fr"


class TestMesReservations:
    ADRESSE = "/mes-reservations/"

    def test_explains_and_needs_no_cookie(self) -> None:
        client = Client(enforce_csrf_checks=True)

        page = client.get(self.ADRESSE)
        envoi = client.post(self.ADRESSE, {"contact": "inconnue@exemple.fr"})

        assert "Pas de compte" in page.content.decode()
        assert not page.cookies
        assert envoi.status_code == 302

    @pytest.mark.parametrize("contact", ["Ines@Exemple.fr", "06 12 34 56 78"])
    def test_same_answer_known_or_not(self, client: Client, contact: str) -> None:
        famille = FamilleFactory(email="ines@exemple.fr", telephone="+33612345678")
        InscriptionFactory(famille=famille)
        Message.objects.all().delete()
        inconnu = {"Ines@Exemple.fr": "autre@exemple.fr", "06 12 34 56 78": "07 56 78 90 12"}[contact]

        connue, inconnue = (client.post(self.ADRESSE, {"contact": c}, follow=True) for c in (contact, inconnu))

        assert connue.redirect_chain == inconnue.redirect_chain
        assert connue.content == inconnue.content
        message = Message.objects.get()
        assert message.modele == "liens_reservations"
        assert message.destinataire in ("ines@exemple.fr", "+33612345678")

    def test_sends_only_what_is_to_come(self, client: Client) -> None:
        famille = FamilleFactory(email="ines@exemple.fr")
        InscriptionFactory(famille=famille, seance=SeanceFactory(passee=True))
        InscriptionFactory(famille=famille, annulee=True)
        Message.objects.all().delete()

        client.post(self.ADRESSE, {"contact": "ines@exemple.fr"})

        assert not Message.objects.exists()

    def test_to_the_contact_of_the_booking_not_of_the_family(self, client: Client) -> None:
        """Someone who adds a number to another's address must not read the earlier bookings."""
        InscriptionFactory(famille=FamilleFactory(email="ines@exemple.fr", telephone=""))
        Message.objects.all().delete()

        client.post(self.ADRESSE, {"contact": "06 12 34 56 78"})

        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("contact", "phrase"),
        [
            ("", "Indiquez l'e-mail ou le mobile"),
            ("06", "Ce numéro n'est pas complet"),
            ("ines@", "Cette adresse n'est pas complète"),
            ("Inès", "Ce n'est pas un numéro de mobile"),
            ("a" * 9000, "C'est trop long"),
            ("ines\x00@exemple.fr", "Retapez votre e-mail"),
        ],
        ids=lambda valeur: repr(valeur)[:20],
    )
    def test_wrong_contact_is_told(self, client: Client, contact: str, phrase: str) -> None:
        reponse = client.post(self.ADRESSE, {"contact": contact})

        assert reponse.status_code == 422
        assert phrase in texte(reponse)

    def test_limit_per_address(self, client: Client, settings: Any) -> None:
        settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE = 1
        client.post(self.ADRESSE, {"contact": "a@exemple.fr"})

        reponse = client.post(self.ADRESSE, {"contact": "b@exemple.fr"})

        assert reponse.status_code == 429
        assert 'value="b@exemple.fr"' in texte(reponse)


def test_from_form_to_link(client: Client) -> None:
    """What was typed on the telephone line comes out as a booking whose page is reached by its link."""
    seance = SeanceFactory()
    reponse = client.post(
        reverse("ateliers:seance_inscription", args=[seance.reference]),
        {"prenom": "Noé", "telephone": "0692 12 34 56", "adultes": "2", "enfants": "1", "cle": str(uuid.uuid4())},
    )

    inscription = Inscription.objects.get()
    assert inscription.telephone.as_e164 == "+262692123456"
    assert reponse["Location"] == adresse("inscription_faite", inscription)
    page = texte(client.get(reponse["Location"]))
    assert "2 adultes et 1 enfant" in page
    assert "•• •• •• 34 56" in page
