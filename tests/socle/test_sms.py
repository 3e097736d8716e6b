"""The SMS backends; OVHcloud's against a server of our own that checks signatures and misbehaves on demand."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from socle import sms
from socle.sms import FichierBackend, Issue, OvhBackend, Sms

CLES = {"application_key": "AK", "application_secret": "AS", "consumer_key": "CK", "service": "sms-ab1234-1"}
DECALAGE = 3600  # the provider's clock is an hour ahead of ours


def texto(**champs: Any) -> Sms:
    return Sms(**{"destinataire": "+33612345678", "texte": "Votre réservation", "reference": "ref-1", **champs})


@dataclass
class Fournisseur:
    """What the server answers to each POST in turn, and what it saw."""

    reponses: list[Any] = field(default_factory=list)
    envois: list[dict[str, Any]] = field(default_factory=list)
    requetes: list[str] = field(default_factory=list)
    partis: set[str] = field(default_factory=set)
    erreurs: list[str] = field(default_factory=list)
    url: str = ""

    def repondre(self, *reponses: Any) -> None:
        self.reponses = list(reponses)


def compte_rendu(valides: int = 1) -> tuple[int, Any]:
    numeros = ["+33612345678"]
    return 200, {
        "ids": [1] * valides,
        "totalCreditsRemoved": valides,
        "validReceivers": numeros if valides else [],
        "invalidReceivers": [] if valides else numeros,
    }


@pytest.fixture
def ovh() -> Iterator[Fournisseur]:
    fournisseur = Fournisseur()

    class Serveur(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def repondre(self, statut: int, corps: Any) -> None:
            contenu = json.dumps(corps).encode()
            self.send_response(statut)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(contenu)))
            self.end_headers()
            self.wfile.write(contenu)

        def verifier(self, corps: str) -> None:
            horodatage = self.headers["X-Ovh-Timestamp"]
            if abs(int(horodatage) - time.time() - DECALAGE) > 5:
                fournisseur.erreurs.append("timestamp")
            signe = "+".join(["AS", "CK", self.command, fournisseur.url + self.path, corps, horodatage])
            if self.headers["X-Ovh-Signature"] != "$1$" + hashlib.sha1(signe.encode()).hexdigest():
                fournisseur.erreurs.append("signature")
            if (self.headers["X-Ovh-Application"], self.headers["X-Ovh-Consumer"]) != ("AK", "CK"):
                fournisseur.erreurs.append("keys")

        def do_GET(self) -> None:
            fournisseur.requetes.append(f"GET {self.path}")
            if self.path == "/auth/time":
                self.repondre(200, int(time.time()) + DECALAGE)
                return
            self.verifier("")
            self.repondre(200, [7] if self.path.rpartition("tag=")[2] in fournisseur.partis else [])

        def do_POST(self) -> None:
            corps = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fournisseur.requetes.append(f"POST {self.path}")
            self.verifier(corps)
            envoi = json.loads(corps)
            fournisseur.envois.append(envoi)
            statut, reponse = fournisseur.reponses.pop(0) if fournisseur.reponses else compte_rendu()
            if statut == "silence":
                fournisseur.partis.update([envoi["tag"]] if reponse == "parti" else [])
                time.sleep(1)
                return
            self.repondre(statut, reponse)

    with ThreadingHTTPServer(("127.0.0.1", 0), Serveur) as serveur:
        fournisseur.url = f"http://127.0.0.1:{serveur.server_port}"
        Thread(target=serveur.serve_forever, args=(0.02,), daemon=True).start()
        yield fournisseur
        serveur.shutdown()
    assert not fournisseur.erreurs


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def envoyer(ovh: Fournisseur, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> Callable[..., sms.ResultatSms]:
    monkeypatch.setattr(OvhBackend, "DELAI", httpx.Timeout(0.3))

    def envoyer(**champs: Any) -> sms.ResultatSms:
        backend = OvhBackend(dormir=pauses.append, url=ovh.url, **CLES)
        (resultat,) = backend.send_messages([texto(**champs)])
        return resultat

    return envoyer


class TestOvh:
    def test_sends_a_signed_job_with_the_providers_clock(self, envoyer, ovh):
        assert envoyer() == sms.ENVOYE
        assert ovh.requetes == ["GET /auth/time", "POST /sms/sms-ab1234-1/jobs"]
        (envoi,) = ovh.envois
        assert envoi["receivers"] == ["+33612345678"]
        assert envoi["message"] == "Votre réservation"
        assert envoi["noStopClause"] is True
        assert envoi["coding"] == "7bit"
        assert len(envoi["tag"]) <= 20

    def test_a_text_outside_the_alphabet_says_so(self, envoyer, ovh):
        envoyer(texte="ليلى")
        assert ovh.envois[0]["coding"] == "8bit"

    def test_a_batch_asks_the_clock_once_and_answers_in_order(self, ovh, pauses):
        ovh.repondre(compte_rendu(), compte_rendu(0), compte_rendu())
        backend = OvhBackend(dormir=pauses.append, url=ovh.url, **CLES)
        resultats = backend.send_messages([texto(reference=str(n)) for n in range(3)])
        assert [r.issue for r in resultats] == [Issue.ENVOYE, Issue.REFUSE, Issue.ENVOYE]
        assert ovh.requetes.count("GET /auth/time") == 1

    def test_a_fault_of_the_provider_is_tried_again_with_growing_pauses(self, envoyer, ovh, pauses):
        ovh.repondre((500, {}), (503, {}), compte_rendu())
        assert envoyer() == sms.ENVOYE
        assert len(ovh.envois) == 3
        assert pauses == [0.5, 1.0]

    def test_a_provider_that_stays_down_is_left_for_later(self, envoyer, ovh):
        ovh.repondre((500, {}), (500, {}), (500, {}))
        resultat = envoyer()
        assert resultat.issue is Issue.A_RETENTER
        assert "500" in resultat.erreur
        assert len(ovh.envois) == 3

    def test_a_time_out_after_which_it_went_out_is_not_sent_twice(self, envoyer, ovh):
        ovh.repondre(("silence", "parti"))
        assert envoyer() == sms.ENVOYE
        assert len(ovh.envois) == 1

    def test_a_time_out_before_it_went_out_is_sent_again(self, envoyer, ovh):
        ovh.repondre(("silence", ""), compte_rendu())
        assert envoyer() == sms.ENVOYE
        assert len(ovh.envois) == 2

    def test_what_another_worker_sent_before_it_died_is_not_sent_again(self, envoyer, ovh):
        envoyer()
        ovh.partis.add(ovh.envois[0]["tag"])
        assert envoyer(deja_tente=True) == sms.ENVOYE
        assert len(ovh.envois) == 1

    @pytest.mark.parametrize("reponse", [compte_rendu(0), (400, {"message": "Invalid receiver +33612345678"})])
    def test_a_refused_number_is_refused_for_good_and_named_nowhere(self, envoyer, ovh, reponse):
        ovh.repondre(reponse)
        resultat = envoyer()
        assert resultat.issue is Issue.REFUSE
        assert "3361" not in resultat.erreur
        assert len(ovh.envois) == 1

    @pytest.mark.parametrize("statut", [401, 402, 403, 404, 429])
    def test_keys_credit_and_quotas_are_not_the_messages_fault(self, envoyer, ovh, statut):
        ovh.repondre((statut, {}))
        assert envoyer().issue is Issue.A_RETENTER
        assert len(ovh.envois) == 1

    def test_an_answer_that_cannot_be_read(self, envoyer, ovh):
        ovh.repondre((200, {"bienvenue": True}))
        assert envoyer().issue is Issue.A_RETENTER

    @pytest.mark.parametrize("numero", ["06 12 34 56 78", "+33", "+33612345678\r\nX: y", ""])
    def test_what_is_no_number_never_leaves(self, envoyer, ovh, numero):
        assert envoyer(destinataire=numero).issue is Issue.REFUSE
        assert ovh.requetes == []

    def test_nobody_there(self, pauses):
        backend = OvhBackend(dormir=pauses.append, url="http://127.0.0.1:9", **CLES)
        (resultat,) = backend.send_messages([texto()])
        assert resultat.issue is Issue.A_RETENTER
        assert "ConnectError" in resultat.erreur


class TestAutresBackends:
    def test_files_hold_each_reference_once(self, tmp_path):
        backend = FichierBackend(tmp_path / "sms")
        backend.send_messages([texto(), texto(), texto(reference="ref-2")])
        lus = [json.loads(f.read_text()) for f in (tmp_path / "sms").iterdir()]
        assert sorted(lu["reference"] for lu in lus) == ["ref-1", "ref-2"]

    def test_the_console_writes_the_text(self, capsys):
        sms.get_connection("socle.sms.ConsoleBackend").send_messages([texto()])
        assert "Votre réservation" in capsys.readouterr().out
