"""The calendar's pages: a date typed without an account, answered, and kept nowhere."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from familles.chargement import charger_calendrier
from familles.models import Enfant, VersionJalon
from maisons.enums import Action
from partenaires.enums import TypePartenaire
from tests.compagnon.traces import lignes_de_la_base
from tests.factories import (
    CommuneFactory,
    LieuFactory,
    PartenaireFactory,
    PermanenceFactory,
    SeanceFactory,
    maintenant,
)

pytestmark = pytest.mark.django_db

ADRESSE = "/calendrier/"


@pytest.fixture(autouse=True)
def calendrier() -> None:
    charger_calendrier(maintenant=maintenant())


def terme(**duree: int) -> date:
    return timezone.localdate() + timedelta(**duree)


def tape(jour: date) -> str:
    return f"{jour:%d/%m/%Y}"


def envoyer(client: Client, **champs: str) -> Any:
    return client.post(ADRESSE, champs)


class TestCalendrier:
    def test_the_form_is_the_same_for_everybody_and_may_be_kept(self, client: Client) -> None:
        reponse = client.get(ADRESSE)
        assert reponse["Cache-Control"].startswith("public")
        assert not reponse.cookies
        assert "tel:3114" in reponse.content.decode()

    def test_a_due_date_gives_where_one_is_and_the_two_interviews(self, client: Client) -> None:
        # In the second half of the fourth month.
        reponse = envoyer(client, terme=tape(terme(days=170)))
        page = reponse.content.decode()
        assert reponse.status_code == 200
        assert "mois de grossesse" in page
        assert "Entretien prénatal précoce" in page
        assert "Environ du" in page

    def test_the_dates_of_the_postnatal_interview_are_exact(self, client: Client) -> None:
        naissance = terme(days=-10)
        page = envoyer(client, naissance=tape(naissance)).content.decode()
        for jours in (28, 56):
            jour = naissance + timedelta(days=jours)
            assert f"{'1er' if jour.day == 1 else jour.day}\xa0" in page
        assert "Entretien postnatal précoce" in page
        assert "Environ" not in page

    def test_a_premature_child_has_both_ages(self, client: Client) -> None:
        page = envoyer(client, naissance=tape(terme(days=-100)), terme=tape(terme(days=-40))).content.decode()
        assert "Votre bébé a 3 mois." in page
        assert "1 mois d&#x27;âge corrigé" in page or "1 mois d'âge corrigé" in page

    @pytest.mark.parametrize(
        ("champs", "erreur"),
        [
            ({}, "Indiquez la date prévue"),
            ({"terme": "31/02/2027"}, "Cette date n'existe pas"),
            ({"terme": "demain"}, "Écrivez la date"),
            ({"terme": "01/01/2050"}, "trop loin"),
            ({"terme": "01/01/2020"}, "Cette date est passée"),
            ({"naissance": "01/01/2050"}, "Cette date est à venir"),
            ({"naissance": "01/01/2001"}, "aux six ans"),
        ],
    )
    def test_what_can_t_be_is_said_in_words(self, client: Client, champs: dict[str, str], erreur: str) -> None:
        reponse = envoyer(client, **champs)
        assert reponse.status_code == 422
        assert erreur in reponse.content.decode().replace("&#x27;", "'")

    def test_two_dates_that_don_t_go_together_are_refused(self, client: Client) -> None:
        reponse = envoyer(client, naissance=tape(terme(days=-300)), terme=tape(terme(days=-10)))
        assert reponse.status_code == 422
        assert "ne vont pas ensemble" in reponse.content.decode()

    def test_another_site_can_t_send_the_form(self, client: Client) -> None:
        reponse = client.post(ADRESSE, {"terme": tape(terme(days=100))}, headers={"Sec-Fetch-Site": "cross-site"})
        assert reponse.status_code == 403

    def test_as_many_queries_whatever_the_dates(self, client: Client, django_assert_num_queries: Any) -> None:
        for champs in ({"terme": tape(terme(days=100))}, {"naissance": tape(terme(days=-400))}):
            with django_assert_num_queries(2):
                envoyer(client, **champs)

    def test_what_a_hidden_milestone_said_is_gone(self, client: Client) -> None:
        VersionJalon.objects.filter(jalon__code="epp").update(affichee=False)
        assert "Entretien prénatal" not in envoyer(client, terme=tape(terme(days=170))).content.decode()
        assert client.get("/calendrier/reperes/epp/").status_code == 404


class TestRienNEstGarde:
    def test_no_row_no_session_no_cookie_no_log_line(self, client: Client, caplog: pytest.LogCaptureFixture) -> None:
        avant = lignes_de_la_base()
        jour = terme(days=123)
        with caplog.at_level(logging.DEBUG):
            reponses = [envoyer(client, terme=tape(jour)), envoyer(client, terme=tape(jour), format="ics")]
        assert lignes_de_la_base() == avant
        assert not Session.objects.exists()
        assert not Enfant.objects.exists()
        journaux = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
        for ecriture in (tape(jour), jour.isoformat()):
            assert not [ligne for ligne in journaux if ecriture in ligne]
        for reponse in reponses:
            assert "no-store" in reponse["Cache-Control"]
            assert not reponse.cookies

    def test_an_address_with_a_date_is_not_read(self, client: Client) -> None:
        page = client.get(ADRESSE, {"terme": tape(terme(days=123))}).content.decode()
        assert tape(terme(days=123)) not in page

    def test_the_saved_link_has_its_dates_after_the_hash(self, client: Client) -> None:
        jour = terme(days=123)
        page = envoyer(client, terme=tape(jour), bebes="2").content.decode()
        assert f'href="#terme={jour.isoformat()}&amp;bebes=2"' in page


class TestFichierICal:
    def test_whole_days_private_and_in_nobodys_way(self, client: Client) -> None:
        naissance = terme(days=-10)
        reponse = envoyer(client, naissance=tape(naissance), format="ics")
        assert reponse["Content-Type"].startswith("text/calendar")
        evenements = {str(e["uid"]): e for e in Calendar.from_ical(reponse.content).walk("VEVENT")}
        epnp = evenements["1000-jours-epnp_1@calendrier"]
        assert epnp["dtstart"].dt == naissance + timedelta(days=28)
        # The end of a whole-day event is the day after its last one.
        assert epnp["dtend"].dt == naissance + timedelta(days=57)
        assert str(epnp["class"]) == "PRIVATE"
        assert str(epnp["transp"]) == "TRANSPARENT"
        assert str(epnp["url"]).endswith("/calendrier/reperes/epnp_1/")

    def test_what_is_over_is_left_out(self, client: Client) -> None:
        reponse = envoyer(client, naissance=tape(terme(days=-100)), format="ics")
        assert b"1000-jours-epnp_1@" not in reponse.content
        assert b"1000-jours-examen_enfant_m6@" in reponse.content


class TestRepere:
    def test_says_what_who_and_from_where(self, client: Client) -> None:
        page = client.get("/calendrier/reperes/epp/").content.decode()
        assert "Sage-femme ou médecin" in page
        assert "ameli.fr" in page
        assert "21\xa0novembre 2026" in page or "21 novembre 2026" in page.replace("\xa0", " ")

    def test_what_is_not_established_is_worded_so(self, client: Client) -> None:
        assert "Repère à confirmer" in client.get("/calendrier/reperes/info_mode_accueil/").content.decode()

    def test_an_interview_leads_to_midwives_and_their_next_sessions(self, client: Client) -> None:
        CommuneFactory()
        lieu = LieuFactory(maison__nom="Maison de Rethel", maison__actions=[Action.PERMANENCE_PARTENAIRE])
        sage_femme = PartenaireFactory(nom="Sage-femme Odile", type=TypePartenaire.SAGE_FEMME)
        permanence = PermanenceFactory(lieu=lieu, partenaire=sage_femme, intitule="Une sage-femme vous reçoit")
        SeanceFactory(lieu=lieu, permanence=permanence, atelier=None, titre="Rendez-vous avec Odile")
        PermanenceFactory(lieu=lieu, partenaire=PartenaireFactory(type=TypePartenaire.CAF), intitule="La Caf")
        page = client.get("/calendrier/reperes/epp/", {"lieu": "Rethel"}).content.decode()
        for attendu in ("Une sage-femme vous reçoit", "Rendez-vous avec Odile", "Maison de Rethel"):
            assert attendu in page
        assert "La Caf" not in page

    def test_the_list_of_what_is_near_costs_the_same_however_long(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        CommuneFactory()
        couts = []
        for _tour in range(2):
            for _n in range(3):
                lieu = LieuFactory(maison__actions=[Action.PERMANENCE_PARTENAIRE])
                sage_femme = PartenaireFactory(type=TypePartenaire.SAGE_FEMME)
                SeanceFactory(lieu=lieu, permanence=PermanenceFactory(lieu=lieu, partenaire=sage_femme), atelier=None)
            with django_assert_max_num_queries(30) as requetes:
                client.get("/calendrier/reperes/epp/", {"lieu": "Rethel"})
            couts.append(len(requetes))
        assert couts[0] == couts[1]
