"""The booking form on bad input: a plain sentence at the field, what was typed kept, nothing half-written."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ateliers.enums import StatutInscription, StatutSeance
from ateliers.forms import InscriptionForm
from ateliers.models import Inscription, Seance
from familles.models import Enfant, Famille
from socle.champs import lire_mobile
from socle.models import Message
from tests.factories import SeanceFactory, dans, maintenant

pytestmark = pytest.mark.django_db

Envoi = Callable[..., HttpResponse]


def saisie(**champs: Any) -> dict[str, Any]:
    return {
        "prenom": "Inès",
        "email": "ines@exemple.fr",
        "telephone": "",
        "adultes": "1",
        "enfants": "1",
        "cle": str(uuid.uuid4()),
        "site": "",
        **champs,
    }


@pytest.fixture
def seance() -> Seance:
    seance: Seance = SeanceFactory()
    return seance


def envoyer(client: Client, seance: Seance, **champs: Any) -> HttpResponse:
    reponse: HttpResponse = client.post(
        reverse("ateliers:seance_inscription", args=[seance.reference]), saisie(**champs)
    )
    return reponse


def rien_n_est_ecrit() -> bool:
    return not any(modele.objects.exists() for modele in (Inscription, Famille, Enfant, Message))


def erreurs(reponse: HttpResponse, champ: str) -> list[str]:
    assert reponse.status_code == 422
    form = reponse.context["form"]  # type: ignore[attr-defined]
    return [str(phrase) for phrase in form.errors.get(champ, [])]


@pytest.mark.parametrize(
    ("champ", "valeur", "phrase"),
    [
        ("prenom", "", "Indiquez votre prénom"),
        ("prenom", "a" * 10_000, "C'est trop long : 60 caractères au plus."),
        ("prenom", "Inès\x00", "caractères invisibles"),
        ("prenom", "Inès\x07", "caractères invisibles"),
        ("prenom", "\u200b", "caractères invisibles"),
        ("email", "ines@", "Cette adresse n'est pas complète"),
        ("email", "ines@exemple.fr\r\nBcc: tous@exemple.fr", "Cette adresse n'est pas complète"),
        ("email", "a" * 300 + "@exemple.fr", "C'est trop long"),
        ("telephone", "06", "Ce numéro n'est pas complet"),
        ("telephone", "03 24 00 00 00", "Ce n'est pas un numéro de mobile français"),
        ("telephone", "+32 470 12 34 56", "Ce n'est pas un numéro de mobile français"),
        ("telephone", "0" * 5000, "Ce n'est pas un numéro de mobile français"),
        ("telephone", "06\x00", "Ce numéro n'est pas complet"),
        ("adultes", "0", "Indiquez de 1 à 4 adultes"),
        ("adultes", "", "Indiquez de 1 à 4 adultes"),
        ("adultes", "deux", "Indiquez de 1 à 4 adultes"),
        ("adultes", "9" * 5000, "Indiquez de 1 à 4 adultes"),
        ("enfants", "40", "Indiquez de 0 à 6 enfants"),
        ("enfants", "-1", "Indiquez de 0 à 6 enfants"),
        ("besoins", "allergie", "Choisissez parmi les réponses proposées."),
        ("site", "http://robot.exemple", "Ce champ doit rester vide"),
    ],
    ids=lambda valeur: repr(valeur)[:30],
)
def test_wrong_value_is_told_at_its_field_and_nothing_is_written(
    client: Client, seance: Seance, champ: str, valeur: str, phrase: str
) -> None:
    reponse = envoyer(client, seance, **{champ: valeur})

    assert phrase in " ".join(erreurs(reponse, champ))
    assert rien_n_est_ecrit()


def test_what_was_typed_is_kept(client: Client, seance: Seance) -> None:
    reponse = envoyer(client, seance, telephone="06", prenom="Zoé", besoins=["poussette", "interprete"])

    page = reponse.content.decode()
    assert 'value="06"' in page
    assert 'value="Zoé"' in page
    assert 'value="ines@exemple.fr"' in page
    assert page.count(" checked") == 2
    assert "<title>Erreur" in page.replace("\n", "").replace("  ", "")


def test_no_contact_at_all_is_refused(client: Client, seance: Seance) -> None:
    reponse = envoyer(client, seance, email="")

    assert "Indiquez une adresse e-mail ou un mobile" in erreurs(reponse, "email")[0]
    assert rien_n_est_ecrit()


@pytest.mark.parametrize(
    ("tape", "garde"),
    [
        ("Zoé 🌻", "Zoé 🌻"),
        ("🫨", "🫨"),
        ("ليلى", "ليلى"),
        ("אֲבִיגַיִל", "אֲבִיגַיִל"),
        ("  Anne\r\nBcc: tous@exemple.fr ", "Anne Bcc: tous@exemple.fr"),
        ("Anne\u2028Marie", "Anne Marie"),
        ("\u202eenA", "enA"),
        ("👩‍👧", "👩‍👧"),
        ("<b>Léa</b>", "<b>Léa</b>"),
    ],
)
def test_any_script_is_a_first_name_and_no_line_break_goes_through(
    client: Client, seance: Seance, tape: str, garde: str
) -> None:
    reponse = envoyer(client, seance, prenom=tape)

    assert reponse.status_code == 302
    assert Inscription.objects.get().prenom == garde


def test_a_name_in_markup_is_shown_as_text(client: Client, seance: Seance) -> None:
    page = envoyer(client, seance, prenom='"><script>alert(1)</script>', email="").content.decode()

    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("tape", "e164"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("07.56.78.90.12", "+33756789012"),
        ("0690 12 34 56", "+590690123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0692 12 34 56", "+262692123456"),
        ("0639 69 12 34", "+262639691234"),
        ("+687 75 12 34", "+687751234"),
        ("+689 87 12 34 56", "+68987123456"),
        ("06", None),
        ("0800 000 000", None),
        ("+49 151 23456789", None),
        ("3114", None),
        ("téléphone", None),
    ],
)
def test_mobile_numbers_of_the_mainland_and_overseas(tape: str, e164: str | None) -> None:
    assert lire_mobile(tape) == e164


def test_an_address_has_one_spelling(client: Client, seance: Seance) -> None:
    envoyer(client, seance, email="Ines@Exemple.FR")

    assert Inscription.objects.get().email == "ines@exemple.fr"


class TestAges:
    """A session with an age rule asks for a date for each child."""

    @pytest.fixture
    def seance(self) -> Seance:
        seance: Seance = SeanceFactory(ages=True)
        return seance

    @pytest.mark.parametrize(
        ("tape", "phrase"),
        [
            ("", "Indiquez la date de naissance de votre enfant"),
            ("31/02/2026", "Cette date n'existe pas"),
            ("2026-02-31", "Cette date n'existe pas"),
            ("hier", "Écrivez la date avec le jour, le mois et l'année"),
            ("3/11", "Écrivez la date avec le jour, le mois et l'année"),
            ("01/01/2035", "Cette date est trop loin dans l'avenir"),
            ("01/01/1985", "Cette date est trop ancienne"),
            ("00/00/0000", "Cette date n'existe pas"),
            ("1" * 5000, "Écrivez la date avec le jour, le mois et l'année"),
        ],
        ids=lambda valeur: repr(valeur)[:24],
    )
    def test_impossible_date(self, client: Client, seance: Seance, tape: str, phrase: str) -> None:
        reponse = envoyer(client, seance, enfant_0=tape)

        assert phrase in erreurs(reponse, "enfant_0")[0]
        assert rien_n_est_ecrit()

    @pytest.mark.parametrize("motif", ["%d/%m/%Y", "%d%m%Y", "%d.%m.%y", "%d %m %Y", "%Y-%m-%d"])
    def test_the_ways_people_write_a_date(self, client: Client, seance: Seance, motif: str) -> None:
        naissance = maintenant().date() - timedelta(days=150)

        reponse = envoyer(client, seance, enfant_0=naissance.strftime(motif))

        assert reponse.status_code == 302
        assert Enfant.objects.get().naissance == naissance

    def test_too_old_on_the_day_is_told_at_the_date(self, client: Client, seance: Seance) -> None:
        reponse = envoyer(client, seance, enfant_0=(maintenant().date() - timedelta(days=900)).strftime("%d/%m/%Y"))

        assert "Cette séance est pour les bébés de 3 à 9 mois" in erreurs(reponse, "enfant_0")[0]
        assert rien_n_est_ecrit()

    def test_corrected_age_lets_a_premature_baby_in(self, client: Client, seance: Seance) -> None:
        """Ten months since the birth, eight and a half since the due date."""
        naissance, terme = (maintenant().date() - timedelta(days=jours) for jours in (310, 255))
        refus = envoyer(client, seance, enfant_0=naissance.strftime("%d/%m/%Y"))
        accord = envoyer(
            client,
            seance,
            enfant_0=naissance.strftime("%d/%m/%Y"),
            avant_terme_0="on",
            terme_0=terme.strftime("%d/%m/%Y"),
        )

        assert refus.status_code == 422
        assert accord.status_code == 302
        assert Inscription.objects.get().enfants_inscrits.get().age_corrige

    @pytest.mark.parametrize(
        ("terme", "phrase"), [("", "indiquez la date prévue d'accouchement"), ("avant", "vient après la naissance")]
    )
    def test_corrected_age_needs_a_later_due_date(
        self, client: Client, seance: Seance, terme: str, phrase: str
    ) -> None:
        naissance = maintenant().date() - timedelta(days=150)
        if terme:
            terme = (naissance - timedelta(days=10)).strftime("%d/%m/%Y")

        reponse = envoyer(client, seance, enfant_0=naissance.strftime("%d/%m/%Y"), avant_terme_0="on", terme_0=terme)

        assert phrase in erreurs(reponse, "terme_0")[0]

    def test_a_second_child_opens_its_row_again(self, client: Client, seance: Seance) -> None:
        bien = (maintenant().date() - timedelta(days=150)).strftime("%d/%m/%Y")

        reponse = envoyer(client, seance, enfant_0=bien, enfant_1="31/02/2026")

        assert erreurs(reponse, "enfant_1")
        assert '<details class="repli" open>' in reponse.content.decode()

    def test_twins_take_two_seats(self, client: Client, seance: Seance) -> None:
        jour = (maintenant().date() - timedelta(days=150)).strftime("%d/%m/%Y")

        envoyer(client, seance, enfant_0=jour, enfant_1=jour)

        assert Inscription.objects.get().enfants == 2

    def test_a_due_date_counts_as_a_pregnancy(self, client: Client) -> None:
        seance = SeanceFactory(age_max_mois=6, accueille_grossesse=True)
        terme = (maintenant().date() + timedelta(days=90)).strftime("%d/%m/%Y")

        assert envoyer(client, seance, enfant_0=terme).status_code == 302
        assert Inscription.objects.get().enfants == 0


class TestEntreDeux:
    """Something changed between the page and its sending."""

    @pytest.mark.parametrize(
        ("changement", "phrase"),
        [
            ({"debut": dans(minutes=-1)}, "Cette séance a déjà commencé."),
            ({"statut": StatutSeance.ANNULEE, "annulee_le": maintenant()}, "Cette séance est annulée."),
            ({"inscriptions_au": dans(minutes=-1)}, "Les inscriptions à cette séance ne sont pas ouvertes."),
        ],
        ids=["commencee", "annulee", "fermee"],
    )
    def test_closed_meanwhile(self, client: Client, seance: Seance, changement: dict[str, Any], phrase: str) -> None:
        Seance.objects.filter(pk=seance.pk).update(**changement)

        reponse = envoyer(client, seance, prenom="Zoé")

        assert erreurs(reponse, "__all__") == [phrase]
        page = reponse.content.decode()
        assert 'value="Zoé"' in page
        assert "Chercher une autre séance" in page
        assert rien_n_est_ecrit()

    def test_full_meanwhile_offers_the_waiting_list_in_one_tap(self, client: Client, seance: Seance) -> None:
        Seance.objects.filter(pk=seance.pk).update(adultes_pris=10)
        champs = {"prenom": "Zoé", "cle": str(uuid.uuid4())}

        reponse = envoyer(client, seance, **champs)

        assert "complète" in erreurs(reponse, "__all__")[0]
        page = reponse.content.decode()
        assert 'value="Zoé"' in page
        assert 'name="attente"' in page
        assert rien_n_est_ecrit()

        assert envoyer(client, seance, **champs, attente="1").status_code == 302
        assert Inscription.objects.get().statut == StatutInscription.EN_ATTENTE

    def test_too_few_seats_for_all_may_book_for_fewer(self, client: Client, seance: Seance) -> None:
        Seance.objects.filter(pk=seance.pk).update(adultes_pris=9)

        reponse = envoyer(client, seance, adultes="2")

        assert "assez de places" in erreurs(reponse, "__all__")[0]
        assert "Je réserve pour moins de personnes" in reponse.content.decode()

    def test_a_draft_or_a_closed_house_is_not_found(self, client: Client) -> None:
        for seance in (SeanceFactory(brouillon=True), SeanceFactory(lieu__maison__publiee=False)):
            assert envoyer(client, seance).status_code == 404

    def test_a_session_kept_for_members_is_not_found(self, client: Client) -> None:
        assert envoyer(client, SeanceFactory(membres=True)).status_code == 404


class TestUneSeuleFois:
    def test_the_same_form_sent_twice_is_one_booking(self, client: Client, seance: Seance) -> None:
        champs = saisie()
        adresse = reverse("ateliers:seance_inscription", args=[seance.reference])

        premiere, seconde = client.post(adresse, champs), client.post(adresse, champs)

        assert premiere["Location"] == seconde["Location"]
        assert Inscription.objects.count() == 1
        seance.refresh_from_db()
        assert (seance.adultes_pris, seance.enfants_pris) == (1, 1)

    def test_two_tabs_are_one_booking_and_tell_nothing_of_it(self, client: Client, seance: Seance) -> None:
        envoyer(client, seance, prenom="Inès", adultes="2")
        autre_onglet = envoyer(client, seance, prenom="Curieux")

        assert Inscription.objects.count() == 1
        assert autre_onglet["Location"] == reverse("ateliers:inscription_deja", args=[seance.reference])
        page = client.get(autre_onglet["Location"]).content.decode()
        assert "Une réservation existe déjà" in page
        assert "Inès" not in page
        assert "/r/" not in page
        assert Message.objects.filter(modele="lien_renvoye", destinataire="ines@exemple.fr").count() == 1

    def test_a_missing_key_does_not_stop_a_parent(self, client: Client, seance: Seance) -> None:
        assert envoyer(client, seance, cle="n'importe quoi").status_code == 302


def test_limit_per_contact_is_told(client: Client, settings: Any) -> None:
    settings.INSCRIPTIONS_A_VENIR_MAX = 1
    envoyer(client, SeanceFactory())

    reponse = envoyer(client, SeanceFactory())

    assert "Vous avez déjà 1 réservation à venir" in erreurs(reponse, "__all__")[0]


def test_limit_per_address_keeps_what_was_typed(client: Client, seance: Seance, settings: Any) -> None:
    settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE = 2
    for n in range(2):
        assert envoyer(client, seance, email=f"famille{n}@exemple.fr").status_code == 302

    reponse = envoyer(client, seance, prenom="Zoé", email="zoe@exemple.fr")

    assert reponse.status_code == 429
    page = reponse.content.decode()
    assert "Rien n&#x27;est perdu" in page
    assert 'value="Zoé"' in page
    assert Inscription.objects.count() == 2
    ailleurs = client.post(
        reverse("ateliers:seance_inscription", args=[seance.reference]),
        saisie(email="zoe@exemple.fr"),
        REMOTE_ADDR="192.0.2.9",
    )
    assert ailleurs.status_code == 302


def test_wrong_forms_do_not_count_against_an_address(client: Client, seance: Seance, settings: Any) -> None:
    settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE = 1
    for _ in range(3):
        assert envoyer(client, seance, telephone="06").status_code == 422

    assert envoyer(client, seance).status_code == 302


def test_another_site_cannot_send_the_form(client: Client, seance: Seance) -> None:
    adresse = reverse("ateliers:seance_inscription", args=[seance.reference])

    assert client.post(adresse, saisie(), headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post(adresse, saisie(), headers={"origin": "https://ailleurs.exemple"}).status_code == 403
    assert rien_n_est_ecrit()
    assert client.post(adresse, saisie(), headers={"sec-fetch-site": "same-origin"}).status_code == 302


def test_booking_needs_no_cookie(seance: Seance) -> None:
    client = Client(enforce_csrf_checks=True)
    adresse = reverse("ateliers:seance_inscription", args=[seance.reference])

    page = client.get(adresse)
    reponse = client.post(adresse, saisie())

    assert not page.cookies
    assert reponse.status_code == 302
    assert not reponse.cookies
    assert page["Cache-Control"] == "private, no-store"


def test_every_form_has_its_own_key(seance: Seance) -> None:
    cles = {InscriptionForm(seance=seance, aujourd_hui=date(2026, 1, 1))["cle"].value() for _ in range(3)}

    assert len(cles) == 3
