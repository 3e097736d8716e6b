"""The sender: claims, leases, retries, caps, oppositions; and what e-mails look like on the wire."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Locmem
from django.db import connection
from django.test.utils import CaptureQueriesContext

from socle import envoi
from socle.enums import Canal, StatutMessage
from socle.envoi import BAIL, TENTATIVES_MAX, envoyer_messages_dus, vider_boite
from socle.models import Message, Opposition
from socle.sms import ENVOYE, BaseSmsBackend, Issue, LocmemBackend, ResultatSms, Sms
from tests.factories import MessageFactory

MAINTENANT = datetime(2026, 3, 3, 12, tzinfo=UTC)
UNE_MINUTE = timedelta(minutes=1)
CONTEXTE = {
    "prenom": "Léa",
    "titre": "Portage et allaitement",
    "debut": "2026-03-10T13:00:00+00:00",
    "fin": "2026-03-10T14:30:00+00:00",
    "fuseau": "Europe/Paris",
    "lieu": "Bulle parentale",
    "adresse": "1 place Ducale, 08000 Charleville-Mézières",
    "maison": "Maison de Charleville",
    "maison_telephone": "",
    "lien": "https://exemple.fr/r/1A.abcdefghijklmnop",
    "adultes": 1,
    "enfants": 1,
}


def deposer(**champs: Any) -> Message:
    return MessageFactory(**{"contexte": CONTEXTE, "du_le": MAINTENANT, **champs})


def deposer_sms(**champs: Any) -> Message:
    return deposer(sms=True, **champs)


def relire(message: Message) -> Message:
    message.refresh_from_db()
    return message


class PanneBackend(Locmem):
    """An e-mail backend that does what a test says."""

    agir: Callable[[Any], None] = staticmethod(lambda courriel: None)
    ouvrir: Callable[[], None] = staticmethod(lambda: None)

    def open(self) -> None:
        type(self).ouvrir()

    def send_messages(self, messages: Any) -> int:
        for courriel in messages:
            type(self).agir(courriel)
        return super().send_messages(messages)


class PanneSms(BaseSmsBackend):
    resultat = ENVOYE

    def send(self, sms: Sms) -> ResultatSms:
        return self.resultat


@pytest.fixture(autouse=True)
def boites(settings: Any) -> None:
    LocmemBackend.vider()


@pytest.fixture
def panne(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """panne(agir=…, ouvrir=…): the e-mail server misbehaves so."""
    settings.EMAIL_BACKEND = f"{__name__}.PanneBackend"
    monkeypatch.setattr("django.core.mail.import_string", lambda _: PanneBackend)

    def regler(**fonctions: Callable[..., None]) -> None:
        for nom, fonction in fonctions.items():
            monkeypatch.setattr(PanneBackend, nom, staticmethod(fonction))

    return regler


def lever(erreur: Exception) -> Callable[..., None]:
    def agir(*_: Any) -> None:
        raise erreur

    return agir


@pytest.mark.django_db
class TestEnvoi:
    def test_what_is_due_goes_out_and_is_recorded(self):
        courriel, texto = deposer(), deposer_sms()
        bilan = envoyer_messages_dus(maintenant=MAINTENANT)
        assert (bilan.envoyes, bilan.total) == (2, 2)
        for message in (courriel, texto):
            assert relire(message).statut == StatutMessage.ENVOYE
            assert message.envoye_le == MAINTENANT
            assert message.bail_jusqu_au is None
        assert len(mail.outbox) == len(LocmemBackend.boite) == 1

    def test_a_second_run_sends_nothing(self):
        deposer()
        envoyer_messages_dus(maintenant=MAINTENANT)
        assert envoyer_messages_dus(maintenant=MAINTENANT + UNE_MINUTE).total == 0
        assert len(mail.outbox) == 1

    def test_what_is_not_due_waits(self):
        deposer(du_le=MAINTENANT + UNE_MINUTE)
        assert envoyer_messages_dus(maintenant=MAINTENANT).total == 0
        assert envoyer_messages_dus(maintenant=MAINTENANT + UNE_MINUTE).envoyes == 1

    def test_the_oldest_first_and_no_more_than_the_limit(self):
        tard, tot = deposer(), deposer(du_le=MAINTENANT - UNE_MINUTE)
        envoyer_messages_dus(maintenant=MAINTENANT, limite=1)
        assert (relire(tot).statut, relire(tard).statut) == (StatutMessage.ENVOYE, StatutMessage.A_ENVOYER)

    def test_emptying_goes_on_until_nothing_is_due(self):
        MessageFactory.create_batch(7, contexte=CONTEXTE, du_le=MAINTENANT)
        assert vider_boite(horloge=lambda: MAINTENANT, limite=3).envoyes == 7

    def test_what_is_useless_is_never_sent(self):
        perime = deposer(pas_apres=MAINTENANT)
        assert envoyer_messages_dus(maintenant=MAINTENANT).perimes == 1
        assert relire(perime).statut == StatutMessage.PERIME
        assert mail.outbox == []

    @pytest.mark.parametrize("adresse", ["famille@exemple.fr", "Famille@Exemple.fr"])
    def test_who_asked_for_silence_gets_none_on_that_channel(self, adresse):
        Opposition.objects.create(canal=Canal.EMAIL, destinataire="famille@exemple.fr", depuis=MAINTENANT)
        refuse, texto = deposer(destinataire=adresse), deposer_sms()
        assert envoyer_messages_dus(maintenant=MAINTENANT).retenus == 1
        assert relire(refuse).statut == StatutMessage.RETENU
        assert relire(texto).statut == StatutMessage.ENVOYE

    def test_as_many_queries_to_claim_one_row_as_fifty(self):
        def claims() -> int:
            with CaptureQueriesContext(connection) as requetes:
                envoi._reserver(maintenant=MAINTENANT, limite=100, bilan=envoi.Bilan())
            return len(requetes)

        deposer()
        une = claims()
        MessageFactory.create_batch(50, contexte=CONTEXTE, du_le=MAINTENANT)
        assert claims() == une

    def test_due_rows_are_found_by_index(self):
        with connection.cursor() as cursor, CaptureQueriesContext(connection) as requetes:
            envoyer_messages_dus(maintenant=MAINTENANT)
            (sql,) = [r["sql"] for r in requetes if "SKIP LOCKED" in r["sql"]]
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            assert "message_file" in "\n".join(ligne for (ligne,) in cursor.fetchall())


@pytest.mark.django_db
class TestBail:
    def test_a_claimed_row_is_nobody_elses_while_the_lease_runs(self):
        message = deposer()
        envoi._reserver(maintenant=MAINTENANT, limite=10, bilan=envoi.Bilan())
        assert relire(message).statut == StatutMessage.EN_COURS
        assert envoyer_messages_dus(maintenant=MAINTENANT + BAIL - UNE_MINUTE).total == 0

    def test_after_a_crash_the_same_message_id_goes_out(self):
        message = deposer()
        envoi._reserver(maintenant=MAINTENANT, limite=10, bilan=envoi.Bilan())
        assert envoyer_messages_dus(maintenant=MAINTENANT + BAIL).envoyes == 1
        assert mail.outbox[0].message()["Message-ID"] == message.message_id
        assert relire(message).tentatives == 2

    def test_the_late_result_of_who_lost_the_lease_changes_nothing(self, caplog):
        message = deposer()
        (lent,) = envoi._reserver(maintenant=MAINTENANT, limite=10, bilan=envoi.Bilan())
        envoyer_messages_dus(maintenant=MAINTENANT + BAIL)
        envoi._noter(lent, statut=StatutMessage.ECHEC, erreur="trop tard")
        assert relire(message).statut == StatutMessage.ENVOYE

    def test_a_slow_batch_gives_the_rest_back_untried(self, monkeypatch):
        instants = iter([0.0, 0.0, 1_000.0])
        monkeypatch.setattr(envoi.time, "monotonic", lambda: next(instants, 1_000.0))
        premier, second = deposer(du_le=MAINTENANT - UNE_MINUTE), deposer()
        assert envoyer_messages_dus(maintenant=MAINTENANT).rendus == 1
        assert relire(premier).statut == StatutMessage.ENVOYE
        assert (relire(second).statut, second.tentatives) == (StatutMessage.A_ENVOYER, 0)

    def test_a_row_that_ends_every_worker_is_given_up(self):
        message = deposer(
            statut=StatutMessage.EN_COURS, bail_jusqu_au=MAINTENANT - UNE_MINUTE, tentatives=TENTATIVES_MAX
        )
        assert envoyer_messages_dus(maintenant=MAINTENANT).echecs == 1
        assert relire(message).statut == StatutMessage.ECHEC


@pytest.mark.django_db
class TestPannes:
    @pytest.mark.parametrize(
        "erreur",
        [
            smtplib.SMTPServerDisconnected("lea@exemple.fr"),
            TimeoutError("lea@exemple.fr"),
            smtplib.SMTPDataError(451, b"lea@exemple.fr"),
            smtplib.SMTPRecipientsRefused({"lea@exemple.fr": (450, b"plus tard")}),
            smtplib.SMTPSenderRefused(530, b"", "x"),
            RuntimeError("lea@exemple.fr"),
        ],
    )
    def test_what_may_work_later_is_tried_later(self, panne, erreur, caplog):
        panne(agir=lever(erreur))
        message = deposer(destinataire="lea@exemple.fr")
        assert envoyer_messages_dus(maintenant=MAINTENANT).reportes == 1
        assert relire(message).statut == StatutMessage.A_ENVOYER
        assert message.du_le == MAINTENANT + UNE_MINUTE
        assert message.erreur
        assert "lea@" not in message.erreur + caplog.text

    @pytest.mark.parametrize(
        "erreur",
        [
            smtplib.SMTPRecipientsRefused({"lea@exemple.fr": (550, b"inconnue")}),
            smtplib.SMTPDataError(554, b"lea@exemple.fr"),
            mail.BadHeaderError("lea@exemple.fr"),
        ],
    )
    def test_a_permanent_refusal_is_final(self, panne, erreur):
        panne(agir=lever(erreur))
        message = deposer(destinataire="lea@exemple.fr")
        assert envoyer_messages_dus(maintenant=MAINTENANT).echecs == 1
        assert relire(message).statut == StatutMessage.ECHEC
        assert "lea@" not in message.erreur

    def test_six_tries_further_and_further_apart(self, panne):
        panne(agir=lever(TimeoutError()))
        message = deposer()
        maintenant, ecarts = MAINTENANT, []
        while relire(message).statut == StatutMessage.A_ENVOYER:
            envoyer_messages_dus(maintenant=maintenant)
            if relire(message).statut == StatutMessage.A_ENVOYER:
                ecarts.append(int((message.du_le - maintenant).total_seconds() // 60))
                maintenant = message.du_le
        assert ecarts == [1, 4, 16, 64, 256]
        assert (message.statut, message.tentatives) == (StatutMessage.ECHEC, TENTATIVES_MAX)

    def test_a_message_soon_useless_is_tried_again_before_it_is(self, panne):
        panne(agir=lever(TimeoutError()))
        message = deposer(pas_apres=MAINTENANT + timedelta(minutes=60), tentatives=4)
        envoyer_messages_dus(maintenant=MAINTENANT)
        assert relire(message).du_le == MAINTENANT + timedelta(minutes=30)

    def test_a_server_that_is_not_there_is_asked_once_per_batch(self, panne):
        ouvertures = []

        def ouvrir() -> None:
            ouvertures.append(1)
            raise ConnectionRefusedError

        panne(ouvrir=ouvrir)
        deposer()
        deposer()
        texto = deposer_sms()
        bilan = envoyer_messages_dus(maintenant=MAINTENANT)
        assert (bilan.reportes, bilan.envoyes, len(ouvertures)) == (2, 1, 1)
        assert relire(texto).statut == StatutMessage.ENVOYE

    def test_one_bad_message_does_not_hold_the_others(self, panne, caplog):
        deposer(modele="inconnu", du_le=MAINTENANT - UNE_MINUTE)
        deposer()
        bilan = envoyer_messages_dus(maintenant=MAINTENANT)
        assert (bilan.reportes, bilan.envoyes) == (1, 1)
        assert "TemplateDoesNotExist" in caplog.text

    @pytest.mark.parametrize(
        ("issue", "statut"), [(Issue.REFUSE, StatutMessage.ECHEC), (Issue.A_RETENTER, StatutMessage.A_ENVOYER)]
    )
    def test_the_sms_providers_answer_decides(self, settings, monkeypatch, issue, statut):
        monkeypatch.setattr("socle.sms.get_connection", PanneSms)
        monkeypatch.setattr(PanneSms, "resultat", ResultatSms(issue=issue, erreur="refusé"))
        message = deposer_sms()
        envoyer_messages_dus(maintenant=MAINTENANT)
        assert relire(message).statut == statut
        assert message.erreur == "refusé"

    def test_the_logs_name_nobody(self, caplog):
        caplog.set_level(logging.DEBUG)
        deposer(destinataire="lea@exemple.fr")
        deposer_sms()
        vider_boite(horloge=lambda: MAINTENANT)
        assert "outbox" in caplog.text
        for secret in ("lea", "+336", "Portage", "abcdefghijklmnop"):
            assert secret not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("socle"))


@pytest.mark.django_db
class TestPlafondSms:
    def test_the_fourth_of_the_day_is_held_back(self):
        textos = [deposer_sms(du_le=MAINTENANT - n * UNE_MINUTE) for n in (4, 3, 2, 1)]
        autre = deposer_sms(destinataire="+33698765432")
        bilan = envoyer_messages_dus(maintenant=MAINTENANT)
        assert (bilan.envoyes, bilan.retenus) == (4, 1)
        assert relire(textos[-1]).statut == StatutMessage.RETENU
        assert relire(autre).statut == StatutMessage.ENVOYE

    def test_those_of_earlier_runs_count(self):
        MessageFactory.create_batch(3, sms=True, statut=StatutMessage.ENVOYE, envoye_le=MAINTENANT - UNE_MINUTE)
        deposer_sms()
        assert envoyer_messages_dus(maintenant=MAINTENANT).retenus == 1

    @pytest.mark.parametrize(
        ("fuseau", "retenus"),
        # 23:30 UTC on the 3rd: already the 4th in Paris, still the 3rd in Martinique.
        [("Europe/Paris", 0), ("America/Martinique", 1)],
    )
    def test_a_day_is_that_of_the_place(self, fuseau, retenus):
        veille = datetime(2026, 3, 3, 20, tzinfo=UTC)
        MessageFactory.create_batch(3, sms=True, statut=StatutMessage.ENVOYE, envoye_le=veille)
        minuit_et_demi = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
        deposer_sms(contexte={**CONTEXTE, "fuseau": fuseau}, du_le=minuit_et_demi)
        assert envoyer_messages_dus(maintenant=minuit_et_demi).retenus == retenus

    def test_one_that_waits_for_another_try_keeps_its_place(self):
        MessageFactory.create_batch(2, sms=True, statut=StatutMessage.ENVOYE, envoye_le=MAINTENANT)
        deposer_sms(tentatives=1, du_le=MAINTENANT + UNE_MINUTE)
        deposer_sms()
        assert envoyer_messages_dus(maintenant=MAINTENANT).retenus == 1
        assert envoyer_messages_dus(maintenant=MAINTENANT + UNE_MINUTE).envoyes == 1

    def test_e_mails_are_not_counted(self):
        MessageFactory.create_batch(5, contexte=CONTEXTE, du_le=MAINTENANT, destinataire="lea@exemple.fr")
        assert envoyer_messages_dus(maintenant=MAINTENANT).envoyes == 5


@pytest.mark.course
@pytest.mark.django_db(transaction=True)
class TestEnMemeTemps:
    """Eight workers at once, on connections of their own that are open before the start line."""

    def courir(self, **options: Any) -> list[envoi.Bilan]:
        depart = Barrier(8)

        def travailler(_: int) -> envoi.Bilan:
            try:
                connection.ensure_connection()
                depart.wait()
                return envoyer_messages_dus(maintenant=MAINTENANT, **options)
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as equipe:
            return list(equipe.map(travailler, range(8)))

    def test_each_message_goes_out_once(self):
        MessageFactory.create_batch(40, contexte=CONTEXTE, du_le=MAINTENANT)
        assert sum(b.envoyes for b in self.courir(limite=7)) == 40
        assert len({m.message()["Message-ID"] for m in mail.outbox}) == len(mail.outbox) == 40

    def test_the_cap_of_a_number_holds(self):
        MessageFactory.create_batch(16, sms=True, contexte=CONTEXTE, du_le=MAINTENANT)
        bilans = self.courir(limite=2)
        assert sum(b.envoyes for b in bilans) == len(LocmemBackend.boite) == 3
        assert sum(b.retenus for b in bilans) == 13

    def test_without_the_lock_the_cap_would_break(self, monkeypatch):
        """The control: what the lock is for."""
        compter = envoi._comptes_du_jour
        tous_ont_compte = Barrier(8)

        def compter_ensemble(*args: Any, **options: Any) -> Any:
            comptes = compter(*args, **options)
            tous_ont_compte.wait(timeout=10)
            return comptes

        monkeypatch.setattr(envoi, "_verrouiller_numeros", lambda numeros: None)
        monkeypatch.setattr(envoi, "_comptes_du_jour", compter_ensemble)
        MessageFactory.create_batch(16, sms=True, contexte=CONTEXTE, du_le=MAINTENANT)
        assert sum(b.envoyes for b in self.courir(limite=2)) > 3
