"""An e-mail backend that stops where a test wants to kill the worker: sent, and not yet recorded."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.core.mail import EmailMessage

from socle import demo


class CourrielQuiAttend(demo.CourrielDemoBackend):
    """Sends, then waits as long as the file `attendre` lies beside the messages, having said so in `parti`."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        envoyes = super().send_messages(email_messages)
        dossier = demo.dossier().parent
        with (dossier / "envois").open("a") as journal:
            journal.write("x")
        if (dossier / "attendre").exists():
            (dossier / "parti").touch()
            time.sleep(120)
        return envoyes
