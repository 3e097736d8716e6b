"""The well-being pages: safety first, and no trace of any answer, neither on this side nor on the way."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
import redis
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.views.debug import get_exception_reporter_filter
from pytest_django.live_server_helper import LiveServer

from familles.enums import StatutRappel
from familles.models import DemandeRappel, QuestionnaireBienEtre
from familles.questionnaires import publier
from maisons.enums import Action, Role
from portail.demo.bien_etre import FICHIER
from socle.models import Lecture, Message
from socle.versions import empreinte
from tests.compagnon.traces import lignes_de_la_base
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    CommuneFactory,
    DepartementFactory,
    LieuFactory,
    MaisonFactory,
    UtilisateurFactory,
    maintenant,
)

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

DEMO = json.loads(FICHIER.read_text())[0]
# Codes that occur nowhere else: whatever holds one of them holds an answer.
CANARI = "canari7f3a"


@pytest.fixture
def questionnaire(db: None) -> QuestionnaireBienEtre:
    DepartementFactory()
    questions = [{**question, "code": f"{CANARI}{n}"} for n, question in enumerate(DEMO["questions"])]
    brouillon = QuestionnaireBienEtre.objects.create(departement_id="08", **{**DEMO, "questions": questions})
    return publier(questionnaire=brouillon, par=None, nom="Dr Maud, médecin de PMI", maintenant=maintenant())


ADRESSE = f"/bien-etre/questions/{DEMO['code']}/"
SECURITE = len(DEMO["questions"]) - 1


def reponses(*, points: int = 0, securite: int = 0) -> dict[str, str]:
    """A whole set of answers worth `points` besides those of the safety question."""
    restant, envoi = points, {}
    for n, question in enumerate(DEMO["questions"]):
        maximum = len(question["choix"]) - 1
        valeur = securite if n == SECURITE else min(restant, maximum)
        restant -= 0 if n == SECURITE else valeur
        envoi[f"{CANARI}{n}"] = str(maximum - valeur if question.get("inversee") else valeur)
    assert restant == 0
    return envoi


def position(page: str, *morceaux: str) -> list[int]:
    return [page.index(morceau) for morceau in morceaux]


def texte(page: str) -> str:
    return page.replace("&#x27;", "'").replace("\xa0", " ")


class TestResultat:
    @pytest.mark.parametrize(
        ("points", "titre"),
        [
            (0, "titre_serein"),
            (9, "titre_serein"),
            (10, "titre_attention"),
            (15, "titre_attention"),
            (16, "titre_alerte"),
            (27, "titre_alerte"),
        ],
    )
    def test_the_doctors_words_for_each_total(
        self, client: Client, questionnaire: QuestionnaireBienEtre, points: int, titre: str
    ) -> None:
        page = texte(client.post(ADRESSE, reponses(points=points)).content.decode())
        montres = {
            nom for nom in ("titre_serein", "titre_attention", "titre_alerte", "titre_danger") if DEMO[nom] in page
        }
        assert montres == {titre}
        assert re.search(rf"<b data-total>{points}</b> / 30", page)

    @pytest.mark.parametrize("securite", [1, 2, 3])
    @pytest.mark.parametrize("points", [0, 10, 16, 27])
    def test_safety_comes_first_whatever_the_total(
        self, client: Client, questionnaire: QuestionnaireBienEtre, points: int, securite: int
    ) -> None:
        page = texte(client.post(ADRESSE, reponses(points=points, securite=securite)).content.decode())
        titre, samu_suicide, samu, rappel, suite = position(
            page, DEMO["titre_danger"], 'href="tel:3114"', 'href="tel:15"', "/etre-rappele/", "À qui parler"
        )
        assert titre < samu_suicide < samu < rappel < suite
        assert DEMO["titre_serein"] not in page
        autres = [page.index(DEMO[nom]) for nom in ("titre_attention", "titre_alerte") if DEMO[nom] in page]
        assert all(titre < autre for autre in autres)

    def test_an_answer_left_out_is_asked_for_and_the_others_are_kept(
        self, client: Client, questionnaire: QuestionnaireBienEtre
    ) -> None:
        envoi = reponses(points=5)
        envoi.pop(f"{CANARI}0")
        reponse = client.post(ADRESSE, envoi)
        assert reponse.status_code == 422
        assert "Il reste une chose à corriger" in texte(reponse.content.decode())
        assert reponse.content.decode().count("checked") == len(envoi)

    def test_what_is_not_published_can_t_be_answered(
        self, client: Client, questionnaire: QuestionnaireBienEtre
    ) -> None:
        QuestionnaireBienEtre.objects.update(statut="archivee")
        assert client.get(ADRESSE).status_code == 404
        assert client.post(ADRESSE, reponses()).status_code == 404

    def test_who_validated_it_and_that_it_is_no_diagnosis(
        self, client: Client, questionnaire: QuestionnaireBienEtre
    ) -> None:
        page = texte(client.post(ADRESSE, reponses()).content.decode())
        assert "n'est pas un diagnostic" in page
        assert "Dr Maud, médecin de PMI" in page


class TestAucuneTrace:
    PAGES = ("/bien-etre/", ADRESSE, "/bien-etre/pres-de-chez-moi/", "/etre-rappele/")

    @pytest.mark.parametrize("adresse", PAGES)
    def test_no_copy_and_no_cookie(self, client: Client, questionnaire: QuestionnaireBienEtre, adresse: str) -> None:
        reponse = client.get(adresse)
        assert reponse.status_code == 200
        assert "no-store" in reponse["Cache-Control"]
        assert not reponse.cookies
        assert reponse["X-Robots-Tag"] == "noindex"
        # What a browser's history shows names no illness.
        (titre,) = re.findall(r"<title>(.*?)</title>", reponse.content.decode(), re.DOTALL)
        assert not re.search("dépress|bien-être|suicid", titre, re.IGNORECASE)

    def test_no_row_no_session_no_cache_no_key_no_log_line(
        self,
        client: Client,
        questionnaire: QuestionnaireBienEtre,
        caplog: pytest.LogCaptureFixture,
        valkey: str,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        client.get(ADRESSE)
        avant = lignes_de_la_base()
        with caplog.at_level(logging.DEBUG):
            reponse = client.post(ADRESSE, reponses(points=12, securite=2))
            incomplete = client.post(ADRESSE, {f"{CANARI}3": "2"})
        assert (reponse.status_code, incomplete.status_code) == (200, 422)
        assert lignes_de_la_base() == avant
        assert not Session.objects.exists()
        assert not reponse.cookies
        for une in (reponse, incomplete):
            assert "no-store" in une["Cache-Control"]
        assert CANARI not in caplog.text
        sortie = capfd.readouterr()
        assert CANARI not in sortie.out + sortie.err
        for cache in caches.all():
            assert CANARI not in repr(getattr(cache, "_cache", ""))
        serveur = redis.Redis.from_url(valkey.replace("redis+socket://", "unix://"))
        with serveur:
            for cle in serveur.scan_iter():
                valeur = serveur.dump(cle) or b""
                assert CANARI.encode() not in cle + valeur

    def test_an_address_holds_no_answer(self, client: Client, questionnaire: QuestionnaireBienEtre) -> None:
        page = client.get(ADRESSE, reponses(points=20)).content.decode()
        assert "checked" not in page
        assert f'method="post" action="{ADRESSE}"' in page

    def test_the_report_of_an_error_holds_no_answer(
        self, questionnaire: QuestionnaireBienEtre, rf: RequestFactory
    ) -> None:
        from portail.compagnon import bien_etre

        requete = rf.post(ADRESSE, reponses(points=12))
        with patch("portail.compagnon.bien_etre.coter", side_effect=RuntimeError), pytest.raises(RuntimeError):
            bien_etre.questionnaire(requete, DEMO["code"])
        filtre = get_exception_reporter_filter(requete)
        gardes = {nom: v for nom, v in filtre.get_post_parameters(requete).items() if nom.startswith(CANARI)}
        assert set(gardes.values()) == {"********************"}

    def test_another_site_can_t_make_someone_answer(
        self, client: Client, questionnaire: QuestionnaireBienEtre
    ) -> None:
        assert client.post(ADRESSE, reponses(), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


class TestEtreRappele:
    @staticmethod
    def envoi(vers: Any, **champs: str) -> dict[str, str]:
        return {
            "prenom": "Lila",
            "telephone": "06 12 34 56 78",
            "moment": "matin",
            "maison": str(vers.pk),
            "accord": "on",
            "cle": "7d0b9c2e-6d0a-4a57-9f2b-0d3f4f3f0c11",
            "site": "",
            **champs,
        }

    def test_the_team_is_told_without_a_name_or_a_number(self, client: Client, db: None) -> None:
        maison = MaisonFactory()
        membre = AffectationFactory(maison=maison, role=Role.ANIMATEUR).utilisateur
        AffectationFactory(role=Role.ANIMATEUR)
        AffectationFactory(maison=maison, role=Role.ANIMATEUR, finie=True)
        reponse = client.post("/etre-rappele/", self.envoi(maison), follow=True)
        assert "C&#x27;est noté" in reponse.content.decode() or "C'est noté" in reponse.content.decode()
        demande = DemandeRappel.objects.get()
        assert (demande.prenom, str(demande.telephone.as_e164), demande.moment) == ("Lila", "+33612345678", "matin")
        (message,) = Message.objects.filter(modele="demande_rappel")
        assert message.destinataire == membre.email
        for secret in ("Lila", "612345678", "06 12", "bien", "santé"):
            assert secret not in json.dumps(message.contexte)

    def test_a_house_where_nobody_is_there_to_call_is_not_offered(self, client: Client, db: None) -> None:
        sans_equipe = MaisonFactory(nom="Maison sans personne")
        AffectationFactory(maison=sans_equipe, role=Role.ANIMATEUR, finie=True)
        AffectationFactory(maison__nom="Maison tenue")
        page = client.get("/etre-rappele/").content.decode()
        assert "Maison tenue" in page
        assert "Maison sans personne" not in page
        assert client.post("/etre-rappele/", self.envoi(sans_equipe)).status_code == 422

    def test_sent_twice_it_is_one_request(self, client: Client, db: None) -> None:
        maison = AffectationFactory().maison
        for _fois in range(2):
            assert client.post("/etre-rappele/", self.envoi(maison)).status_code == 302
        assert DemandeRappel.objects.count() == 1

    @pytest.mark.parametrize(
        "champs",
        [{"accord": ""}, {"telephone": "12"}, {"prenom": ""}, {"maison": "0"}, {"site": "http://spam"}, {"cle": "x"}],
    )
    def test_nothing_is_kept_of_what_is_not_whole_and_agreed_to(
        self, client: Client, db: None, champs: dict[str, str]
    ) -> None:
        reponse = client.post("/etre-rappele/", self.envoi(AffectationFactory().maison, **champs))
        assert reponse.status_code == 422
        assert not DemandeRappel.objects.exists()

    def test_a_hidden_house_can_t_be_asked(self, client: Client, db: None) -> None:
        assert client.post("/etre-rappele/", self.envoi(MaisonFactory(cachee=True))).status_code == 422

    def test_one_connection_can_t_flood_a_team(self, client: Client, db: None) -> None:
        maison = AffectationFactory().maison
        codes = [
            client.post(
                "/etre-rappele/", self.envoi(maison, cle=f"7d0b9c2e-6d0a-4a57-9f2b-0d3f4f3f0c{n:02}")
            ).status_code
            for n in range(11)
        ]
        assert codes == [302] * 10 + [429]

    def test_the_nearest_houses_are_offered_once_a_place_is_given(self, client: Client, db: None) -> None:
        CommuneFactory()
        AffectationFactory(maison=LieuFactory(maison__nom="Maison de Rethel").maison)
        for n in range(7):
            AffectationFactory(
                maison=LieuFactory(maison__nom=f"Maison du Sud {n}", latitude=43.3, longitude=5.4).maison
            )
        page = client.get("/etre-rappele/", {"lieu": "Rethel"}).content.decode()
        assert "Maison de Rethel" in page
        assert "Maison du Sud" not in page


class TestEquipe:
    @pytest.fixture
    def demande(self, db: None) -> DemandeRappel:
        demande: DemandeRappel = DemandeRappel.objects.create(
            maison=MaisonFactory(), prenom="Lila", telephone="+33612345678", demandee_le=maintenant()
        )
        return demande

    LISTE = "/equipe/familles/demanderappel/"

    def test_the_houses_team_sees_it_and_says_what_became_of_it(self, client: Client, demande: DemandeRappel) -> None:
        membre = AffectationFactory(maison=demande.maison, role=Role.ANIMATEUR).utilisateur
        entrer(client, membre)
        assert "1 personne" in client.get("/equipe/").content.decode()
        assert "Lila" in client.get(self.LISTE).content.decode()
        client.post(self.LISTE, {"action": "rappelees", "_selected_action": [str(demande.pk)]})
        demande.refresh_from_db()
        assert (demande.statut, demande.traitee_par) == (StatutRappel.RAPPELEE, membre)
        # Who read the number is kept.
        assert Lecture.objects.filter(utilisateur=membre, objet_type__model="demanderappel").exists()

    def test_another_houses_team_sees_none_of_it(self, client: Client, demande: DemandeRappel) -> None:
        entrer(client, AffectationFactory(role=Role.ANIMATEUR).utilisateur)
        assert "Lila" not in client.get(self.LISTE).content.decode()
        assert client.get(f"{self.LISTE}{demande.pk}/change/").status_code == 404

    @pytest.mark.parametrize("trait", ["departemental", "reseau", "redaction", "medecine"])
    def test_nor_does_anybody_who_receives_no_family(self, client: Client, demande: DemandeRappel, trait: str) -> None:
        entrer(client, AffectationFactory(**{trait: True}).utilisateur)
        assert client.get(self.LISTE).status_code == 403

    def test_a_doctor_sets_the_thresholds_of_a_draft_and_publishes_it(
        self, client: Client, questionnaire: QuestionnaireBienEtre
    ) -> None:
        medecin = AffectationFactory(medecine=True).utilisateur
        entrer(client, medecin)
        base = "/equipe/familles/questionnairebienetre/"
        fiche = client.get(f"{base}{questionnaire.pk}/change/").content.decode()
        assert "Préparer une nouvelle version" in fiche
        assert 'name="seuil_alerte"' not in fiche
        client.post(f"{base}{questionnaire.pk}/etape/version/")
        brouillon = QuestionnaireBienEtre.objects.get(statut="brouillon")
        champs = {
            nom: getattr(brouillon, nom)
            for nom in ("titre", "introduction", "licence", "seuil_attention", *DEMO)
            if nom.startswith(("titre", "texte", "introduction", "licence", "seuil"))
        }
        client.post(f"{base}{brouillon.pk}/change/", {**champs, "seuil_alerte": 20})
        # Signed as it was shown: what was opened before the thresholds changed is not what is signed.
        client.post(f"{base}{brouillon.pk}/etape/publier/", {"vu": empreinte(brouillon)})
        assert QuestionnaireBienEtre.objects.publies().get().numero == 1
        brouillon.refresh_from_db()
        vu = empreinte(brouillon)
        assert vu in client.get(f"{base}{brouillon.pk}/change/").content.decode()
        client.post(f"{base}{brouillon.pk}/etape/publier/", {"vu": vu})
        publie = QuestionnaireBienEtre.objects.publies().get()
        assert (publie.numero, publie.seuil_alerte, publie.valide_par) == (2, 20, medecin)

    def test_no_right_makes_a_doctor(self, client: Client, questionnaire: QuestionnaireBienEtre) -> None:
        QuestionnaireBienEtre.objects.update(statut="brouillon", publie_le=None)
        questionnaire.refresh_from_db()
        entrer(client, UtilisateurFactory(superutilisateur=True))
        adresse = f"/equipe/familles/questionnairebienetre/{questionnaire.pk}/etape/publier/"
        client.post(adresse, {"vu": empreinte(questionnaire)})
        # Nor does an account without a name sign by its address.
        entrer(client, AffectationFactory(medecine=True, utilisateur__prenom="", utilisateur__nom="").utilisateur)
        client.post(adresse, {"vu": empreinte(questionnaire)})
        assert not QuestionnaireBienEtre.objects.publies().exists()

    @pytest.mark.parametrize(
        ("options", "statut"),
        [
            ({"medecine": True, "departement__code": "67", "departement__nom": "Bas-Rhin"}, 404),
            ({"reseau": True}, 403),
            ({"redaction": True}, 403),
            ({"role": Role.RESPONSABLE}, 403),
        ],
    )
    def test_nobody_else_publishes(
        self, client: Client, questionnaire: QuestionnaireBienEtre, options: dict[str, Any], statut: int
    ) -> None:
        QuestionnaireBienEtre.objects.update(statut="brouillon", publie_le=None)
        entrer(client, AffectationFactory(**options).utilisateur)
        adresse = f"/equipe/familles/questionnairebienetre/{questionnaire.pk}/etape/publier/"
        assert client.post(adresse).status_code == statut
        assert not QuestionnaireBienEtre.objects.publies().exists()


class Enregistreur:
    """A proxy on a plain socket: every byte that a browser sends through it, as it was sent."""

    def __init__(self, serveur: str) -> None:
        adresse = urlsplit(serveur)
        self.amont = (adresse.hostname or "", adresse.port or 0)
        self.envoye = bytearray()
        self._ecoute = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._ecoute.getsockname()[1]}"
        threading.Thread(target=self._accepter, daemon=True).start()

    def _accepter(self) -> None:
        while True:
            try:
                navigateur, _adresse = self._ecoute.accept()
            except OSError:
                return
            serveur = socket.create_connection(self.amont)
            threading.Thread(target=self._copier, args=(navigateur, serveur, True), daemon=True).start()
            threading.Thread(target=self._copier, args=(serveur, navigateur, False), daemon=True).start()

    def _copier(self, source: socket.socket, vers: socket.socket, noter: bool) -> None:
        try:
            while paquet := source.recv(65536):
                if noter:
                    self.envoye += paquet
                vers.sendall(paquet)
        except OSError:
            pass
        finally:
            for bout in (source, vers):
                bout.close()

    def fermer(self) -> None:
        self._ecoute.close()


@pytest.mark.django_db(transaction=True)
class TestNavigateur:
    @pytest.fixture
    def fil(self, live_server: LiveServer) -> Iterator[Enregistreur]:
        enregistreur = Enregistreur(live_server.url)
        yield enregistreur
        enregistreur.fermer()

    @staticmethod
    def repondre(page: Page, *, securite: int) -> None:
        for code, valeur in reponses(points=12, securite=securite).items():
            page.locator(f'input[name="{code}"][value="{valeur}"]').check()
        page.get_by_role("button", name="Je vois le résultat").click()

    def test_with_javascript_no_byte_of_an_answer_leaves_the_browser(
        self, page: Page, axe: Callable[[Page], None], fil: Enregistreur, questionnaire: QuestionnaireBienEtre
    ) -> None:
        page.goto(f"{fil.url}{ADRESSE}")
        page.wait_for_load_state("networkidle")
        # The page was asked for, and nothing more.
        assert b"GET " + ADRESSE.encode() in fil.envoye
        avant = len(fil.envoye)
        self.repondre(page, securite=1)
        page.get_by_role("heading", name=DEMO["titre_danger"]).wait_for()
        assert page.get_by_role("heading", name=DEMO["titre_attention"]).is_visible()
        assert page.locator("[data-total]").inner_text() == "13"
        page.wait_for_timeout(500)
        assert len(fil.envoye) == avant
        assert CANARI.encode() not in fil.envoye
        assert page.context.cookies() == []
        assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
        assert page.locator("input:checked").count() == 0
        axe(page)
        # Leaving by the keyboard: another page, and "back" does not bring the questions.
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_url(f"{fil.url}/")
        assert CANARI.encode() not in fil.envoye

    def test_without_javascript_one_request_carries_them_and_no_address_does(
        self,
        ouvrir_contexte: Callable[..., BrowserContext],
        fil: Enregistreur,
        questionnaire: QuestionnaireBienEtre,
    ) -> None:
        page = ouvrir_contexte(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
        page.goto(f"{fil.url}{ADRESSE}")
        self.repondre(page, securite=0)
        page.get_by_role("heading", name=DEMO["titre_attention"]).wait_for()
        envoye = bytes(fil.envoye)
        assert envoye.count(b"POST ") == 1
        for ligne in re.findall(rb"(?:GET|POST) \S+ HTTP|[Rr]eferer: \S+|[Cc]ookie: .*", envoye):
            assert CANARI.encode() not in ligne
        assert page.url == f"{fil.url}{ADRESSE}"

    @pytest.mark.parametrize(
        "adresse", ["/bien-etre/", ADRESSE, "/bien-etre/pres-de-chez-moi/?lieu=Rethel", "/etre-rappele/"]
    )
    def test_axe_finds_nothing_and_nothing_overflows(
        self,
        page: Page,
        axe: Callable[[Page], None],
        live_server: LiveServer,
        questionnaire: QuestionnaireBienEtre,
        adresse: str,
    ) -> None:
        CommuneFactory()
        LieuFactory(maison__actions=[Action.CONSULTATION_SANTE])
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(live_server.url + adresse)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
