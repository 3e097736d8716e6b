"""What people receive: every message, on each channel, in each language."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Mime
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.conf import settings

from socle import gsm7
from socle.composition import composer_courriel, composer_sms
from socle.models import Message

LIEN = "https://1000jours.exemple.fr/r/3kX.AbCdEfGhIjKlMnOp"
SECRETS = ["Léa", "Portage", "allaitement", "PMI", "bébé", "enfant"]
CADRE = {
    "titre": "Portage et allaitement <b>",
    "debut": "2026-09-30T12:30:00+00:00",
    "fin": "2026-09-30T14:00:00+00:00",
    "fuseau": "Europe/Paris",
    "lieu": "PMI de Rethel & environs",
    "adresse": "12 rue des Écoles, 08300 Rethel",
    "commune": "Rethel",
    "maison": "Maison de Rethel",
    "maison_telephone": "03 24 38 00 00",
    "lien": LIEN,
}
EVENEMENT = {
    "uid": "abc@seance",
    "sequence": 1,
    "methode": "PUBLISH",
    "debut": CADRE["debut"],
    "fin": CADRE["fin"],
    "fuseau": "Europe/Paris",
    "titre": "Portage et allaitement",
    "lieu": "PMI de Rethel",
    "url": LIEN,
}
RESERVATION = {**CADRE, "prenom": "Léa", "adultes": 2, "enfants": 1}
SEANCE = {"lien_seance": "https://1000jours.exemple.fr/seances/0c4e3a6e-9c1b-4b8e-b9b0-3b6f0d8a3c11/"}
CONTEXTES: dict[str, dict[str, Any]] = {
    "confirmation": {**RESERVATION, "evenement": EVENEMENT},
    "modification": RESERVATION,
    "attente": {**RESERVATION, "rang": 12},
    "proposition": {**RESERVATION, "expire_le": "2026-09-29T22:30:00+00:00"},
    "proposition_expiree": {**RESERVATION, **SEANCE},
    "place_libre": RESERVATION,
    "seance_modifiee": {
        **RESERVATION,
        "avant": {"debut": "2026-09-23T12:30:00+00:00", "lieu": "Bulle parentale"},
        "evenement": EVENEMENT,
    },
    "seance_annulee": {**RESERVATION, "motif": "L'animatrice ne peut pas venir.", "evenement": EVENEMENT},
    "rappel": RESERVATION,
    "annulation": {**RESERVATION, **SEANCE, "evenement": {**EVENEMENT, "methode": "CANCEL"}},
    "lien_renvoye": RESERVATION,
    "liens_reservations": {"reservations": [CADRE, CADRE]},
}
AUTRES: dict[str, dict[str, Any]] = {
    "acces_donnees": {},
    "partenaire_relance": {"nom": "Bibliothèque", "verifie_le": "1 mars 2026", "cache_le": "1 octobre 2026"},
    "label_echeance": {"maison": "Rethel", "quoi": "Visite faite", "jour": "30/09/2026", "depassee": False},
    "mot_de_la_maison": {**RESERVATION, "mot": "Pensez aux chaussettes."},
}
DOSSIER = Path(settings.RACINE) / "templates" / "messages"


def message(modele: str, *, langue: str = "fr", **contexte: Any) -> Message:
    return Message(
        destinataire="lea@exemple.fr",
        langue=langue,
        modele=modele,
        contexte={**CONTEXTES[modele], **contexte},
        message_id="<0c4e3a6e@exemple.fr>",
        cree_le=datetime(2026, 9, 1, tzinfo=UTC),
    )


def mime(modele: str, **options: Any) -> Mime:
    octets = composer_courriel(message(modele, **options)).message().as_bytes(linesep="\r\n")
    return message_from_bytes(octets, _class=Mime, policy=policy.default)


def dossiers() -> list[Path]:
    return sorted(d for d in DOSSIER.iterdir() if d.is_dir() and d.name != "includes")


@pytest.mark.parametrize("dossier", dossiers(), ids=lambda dossier: dossier.name)
class TestTousLesDossiers:
    def test_some_test_reads_it(self, dossier):
        essais = "".join(page.read_text() for page in Path(__file__).parents[1].rglob("test_*.py"))
        assert f'"{dossier.name}"' in essais

    def test_subject_and_sms_say_nothing_a_relative_may_not_read(self, dossier):
        for nom in ("objet.txt", "sms.txt"):
            gabarit = dossier / nom
            texte = gabarit.read_text().lower() if gabarit.exists() else ""
            assert not [secret for secret in SECRETS if secret.lower() in texte]


@pytest.mark.parametrize("langue", ["fr", "en"])
@pytest.mark.parametrize("modele", AUTRES)
def test_a_message_about_no_booking_gives_its_link(modele, langue):
    autre = Message(
        destinataire="lea@exemple.fr",
        langue=langue,
        modele=modele,
        contexte={"lien": LIEN, **AUTRES[modele]},
        message_id="<a@b>",
        cree_le=datetime(2026, 9, 1, tzinfo=UTC),
    )
    courriel = composer_courriel(autre)
    for partie in (str(courriel.body), str(courriel.alternatives[0][0])):
        assert LIEN in partie
        assert "None" not in partie
        assert "{{" not in partie
    assert LIEN in composer_sms(autre).texte


@pytest.mark.parametrize("langue", ["fr", "en"])
@pytest.mark.parametrize("modele", CONTEXTES)
class TestTousLesMessages:
    def test_both_parts_say_when_where_and_give_the_link(self, modele, langue):
        courriel = mime(modele, langue=langue)
        texte, html = (courriel.get_body((part,)).get_content() for part in ("plain", "html"))
        for partie in (texte, html):
            assert "30" in partie
            assert "{%" not in partie
            assert "{{" not in partie
            assert "None" not in partie
        assert "PMI de Rethel & environs" in texte
        assert "PMI de Rethel &amp; environs" in html
        assert "Portage et allaitement &lt;b&gt;" in html
        assert 'href="http' in html
        assert "\n\n\n" not in texte

    def test_subject_and_sms_say_nothing_a_relative_may_not_read(self, modele, langue):
        sms = composer_sms(message(modele, langue=langue)).texte
        objet = str(mime(modele, langue=langue)["Subject"])
        for secret in SECRETS:
            assert secret.lower() not in sms.lower().replace("/maisons", "")
            assert secret.lower() not in objet.lower()
        assert "\n" not in sms

    def test_the_sms_is_one_part_of_the_gsm_alphabet(self, modele, langue):
        sms = composer_sms(message(modele, langue=langue)).texte
        assert gsm7.est_gsm7(sms)
        assert gsm7.segments(sms) == 1, gsm7.longueur(sms)

    def test_nothing_is_fetched_from_anywhere(self, modele, langue):
        html = mime(modele, langue=langue).get_body(("html",)).get_content()
        for tiers in ("<img", "<script", "<link", "url(", "@import", "src="):
            assert tiers not in html


class TestCourriel:
    def test_headers(self):
        courriel = mime("rappel")
        assert courriel["Message-ID"] == "<0c4e3a6e@exemple.fr>"
        assert courriel["Auto-Submitted"] == "auto-generated"
        assert courriel["List-Unsubscribe"] == f"<{LIEN}>"
        assert courriel["Content-Language"] == "fr"
        assert courriel["To"] == "lea@exemple.fr"

    def test_only_reminders_can_be_unsubscribed(self):
        assert mime("confirmation")["List-Unsubscribe"] is None

    def test_the_calendar_is_attached_with_its_method(self):
        (piece,) = mime("annulation").iter_attachments()
        assert piece.get_content_type() == "text/calendar"
        assert piece["Content-Type"].params["method"] == "CANCEL"
        assert piece.get_filename() == "seance.ics"
        (vevent,) = icalendar.Calendar.from_ical(piece.get_content()).walk("VEVENT")
        assert vevent["UID"] == "abc@seance"
        assert vevent["STATUS"] == "CANCELLED"
        assert vevent["CLASS"] == "PRIVATE"

    def test_what_a_first_name_holds_stays_in_the_body(self):
        courriel = mime("confirmation", prenom="Léa\r\nBcc: autre@exemple.fr\r\n\r\n<script>")
        assert courriel["Bcc"] is None
        assert "&lt;script&gt;" in courriel.get_body(("html",)).get_content()

    def test_the_text_part_is_not_escaped(self):
        assert (
            "l'animatrice & moi"
            in mime("seance_annulee", motif="l'animatrice & moi").get_body(("plain",)).get_content()
        )

    @pytest.mark.parametrize(("fuseau", "heure"), [("Europe/Paris", "14 h 30"), ("Indian/Reunion", "16 h 30")])
    def test_hours_are_those_of_the_place(self, fuseau, heure):
        texte = mime("confirmation", fuseau=fuseau).get_body(("plain",)).get_content()
        assert heure in texte.replace("\u00a0", " ")

    def test_a_cancelled_session_without_a_reason_gives_none(self):
        assert "raison" not in mime("seance_annulee", motif="").get_body(("plain",)).get_content()

    def test_a_message_about_an_account_says_its_own_words_and_no_booking(self):
        compte = {"objet": "Choisir votre mot de passe", "texte": "Ouvrez https://exemple.fr/c/1-2/ <vite>"}
        courriel = composer_courriel(
            Message(
                destinataire="agent@exemple.fr",
                modele="compte",
                contexte=compte,
                message_id="<a@b>",
                cree_le=datetime(2026, 9, 1, tzinfo=UTC),
            )
        )
        assert courriel.subject == compte["objet"]
        assert compte["texte"] in courriel.body
        html = str(courriel.alternatives[0][0])
        assert 'href="https://exemple.fr/c/1-2/"' in html
        assert "&lt;vite&gt;" in html
        assert "réservation" not in courriel.body + html


class TestSms:
    def test_the_reference_is_that_of_the_message(self):
        assert composer_sms(message("rappel")).reference == "0c4e3a6e"

    def test_a_change_of_place_alone_gives_one_date(self):
        avant = {"debut": CADRE["debut"], "lieu": "Bulle parentale"}
        texte = composer_sms(message("seance_modifiee", avant=avant)).texte
        assert texte.count("30 septembre") == 1
