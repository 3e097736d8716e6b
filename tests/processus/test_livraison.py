"""Rows of the outbox, delivered by a real worker and a real beat over a real PostgreSQL and a real Valkey."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import connection

from portail.embarque import processes
from portail.embarque.valkey import Valkey
from socle import demo
from socle.enums import StatutMessage
from socle.models import Message
from tests.factories import InscriptionFactory, MessageFactory, SeanceFactory, dans, maintenant
from tests.socle.test_envoi import CONTEXTE

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120  # seconds: a loaded machine takes its time to start Python


def attendre(condition: Callable[[], object], quoi: str) -> None:
    limite = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limite, f"never came: {quoi}"
        time.sleep(0.1)


class Equipe:
    """A worker and a beat, as production runs them."""

    def __init__(self, dossier: Path, valkey: Valkey) -> None:
        self.dossier = dossier
        self.valkey = valkey
        adresse = urlsplit(os.environ["DATABASE_URL"])
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.processus.reglages",
            "DATABASE_URL": urlunsplit(adresse._replace(path=f"/{connection.settings_dict['NAME']}")),
            "REDIS_URL": valkey.url(),
            "MESSAGES_DEMO": str(demo.dossier()),
        }
        self.enfants: dict[str, subprocess.Popen[bytes]] = {}

    def demarrer(self, *noms: str) -> None:
        options = {
            "worker": ["worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"],
            "beat": ["beat", "--pidfile=", "--schedule", str(self.dossier / "beat"), "--loglevel", "INFO"],
        }
        for nom in noms:
            self.enfants[nom] = processes.spawn(
                [sys.executable, "-m", "celery", "--app", "portail.celery:app", *options[nom]],
                log=self.dossier / f"{nom}.log",
                env=self.env,
                cwd=settings.RACINE,
                signal_when_parent_dies=signal.SIGKILL,
            )

    def tuer(self, nom: str) -> None:
        """As the kernel does when memory runs out: no goodbye, children included."""
        enfant = self.enfants.pop(nom)
        os.killpg(enfant.pid, signal.SIGKILL)
        enfant.wait()

    def vider_valkey(self) -> None:
        with redis.Redis(unix_socket_path=str(self.valkey.socket)) as client:
            client.flushall()


@pytest.fixture
def equipe(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Equipe]:
    monkeypatch.setattr("django.conf.settings.MESSAGES_DEMO", str(tmp_path / "messages"))
    prises = Path(tempfile.mkdtemp(prefix="valkey-"))  # a socket's path must be short
    valkey = Valkey(tmp_path, sockets=prises, account=None, ephemeral=True)
    valkey.start()
    equipe = Equipe(tmp_path, valkey)
    yield equipe
    for nom in list(equipe.enfants):
        equipe.tuer(nom)
    valkey.stop()
    shutil.rmtree(prises)


def restent() -> int:
    return Message.objects.exclude(statut=StatutMessage.ENVOYE).count()


def recus() -> list[str]:
    return [recu.cle for recu in demo.lister()]


def test_delivered_once_by_real_processes_also_when_valkey_is_emptied(equipe: Equipe) -> None:
    MessageFactory.create_batch(20, contexte=CONTEXTE)
    MessageFactory.create_batch(2, contexte=CONTEXTE, sms=True)
    equipe.demarrer("worker", "beat")
    attendre(lambda: not restent(), "the first rows")

    for _ in range(5):
        MessageFactory.create_batch(4, contexte=CONTEXTE)
        equipe.vider_valkey()
        time.sleep(0.3)
    attendre(lambda: not restent(), "the rows put in while Valkey was being emptied")

    assert len(recus()) == len(set(recus())) == 42
    # Sent once, not merely shown once: the backend itself was called 40 times.
    assert (equipe.dossier / "envois").stat().st_size == 40
    assert set(Message.objects.values_list("tentatives", flat=True)) == {1}


def test_a_worker_killed_between_sending_and_recording_is_repaired_by_the_lease(equipe: Equipe) -> None:
    (equipe.dossier / "attendre").touch()
    message = MessageFactory(contexte=CONTEXTE)
    equipe.demarrer("worker", "beat")
    attendre((equipe.dossier / "parti").exists, "the message that is sent and not recorded")
    equipe.tuer("worker")
    (equipe.dossier / "attendre").unlink()
    message.refresh_from_db()
    assert message.statut == StatutMessage.EN_COURS

    # The lease runs for five minutes: let it have run out.
    Message.objects.update(bail_jusqu_au=maintenant() - timedelta(seconds=1))
    equipe.demarrer("worker")
    attendre(lambda: not restent(), "the message of the worker that died")
    message.refresh_from_db()
    assert message.tentatives == 2
    assert (equipe.dossier / "envois").stat().st_size == 2
    assert len(recus()) == 1  # the same Message-ID: its reader sees one


def test_a_reminder_is_computed_put_in_the_outbox_and_delivered(equipe: Equipe) -> None:
    InscriptionFactory(seance=SeanceFactory(debut=dans(hours=2)), email="lea@exemple.fr", confirmee_le=dans(days=-5))
    equipe.demarrer("worker", "beat")
    attendre(recus, "the reminder")
    (recu,) = demo.lister()
    assert recu.destinataire == "lea@exemple.fr"
    assert recu.objet.startswith("Rappel")
