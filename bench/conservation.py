"""`python -m bench.conservation`: a day of retention over 100,000 receipts and 1,000 families, on a server of its own.

Prints a table and writes bench/conservation.json: seconds, and by how much the process grew while it purged.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from portail.embarque.services import Services

RESULTATS = Path(__file__).with_name("conservation.json")
MESSAGES, FAMILLES, LOT = 100_000, 1_000, 5_000


def main() -> int:
    dossier = Path(tempfile.mkdtemp(prefix="bench-"))
    dossier.chmod(0o711)
    services = Services(dossier)
    services.start_postgresql(signal_when_parent_dies=signal.SIGINT)
    services.start_valkey(signal_when_parent_dies=signal.SIGTERM)
    try:
        os.environ.update(services.environment())
        os.environ["DJANGO_SETTINGS_MODULE"] = "portail.settings.test"
        return mesurer()
    finally:
        services.stop()
        shutil.rmtree(services.postgresql.sockets, ignore_errors=True)
        shutil.rmtree(dossier, ignore_errors=True)


def mesurer() -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from socle import conservation
    from socle.models import PassagePurge

    call_command("migrate", verbosity=0)
    maintenant = timezone.now()
    remplir(maintenant)
    resultats: list[dict[str, Any]] = []
    for code in ("messages", "familles"):
        avant, depart = memoire(), time.perf_counter()
        # As the worker does, hour after hour.
        while not PassagePurge.objects.filter(regle=code, fini_le__isnull=False).exists():
            conservation.passer(horloge=lambda: maintenant, codes=[code])
        resultats.append(
            {
                "regle": code,
                "lignes": PassagePurge.objects.get(regle=code).nombre,
                "secondes": round(time.perf_counter() - depart, 1),
                "memoire_mo_de_plus": round(memoire() - avant, 1),
            }
        )
        print("{regle:<10} {lignes:>7} lignes {secondes:>7} s  +{memoire_mo_de_plus} Mo".format(**resultats[-1]))
    RESULTATS.write_text(json.dumps(resultats, indent=2, ensure_ascii=False) + "\n")
    return 0


def memoire() -> float:
    """The most this process ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def remplir(maintenant: Any) -> None:
    from ateliers.models import Inscription
    from familles.models import Enfant, Famille
    from socle.models import Message
    from tests import factories as f

    vieux = maintenant - timedelta(days=800)
    for debut in range(0, MESSAGES, LOT):
        Message.objects.bulk_create(
            Message(
                canal="email",
                destinataire=f"famille{rang}@exemple.fr",
                modele="rappel",
                contexte={"prenom": "Inès", "titre": "Café des parents"},
                cle_unique=f"bench:{rang}",
                message_id=f"<{uuid.uuid4()}@exemple.fr>",
                du_le=vieux,
                statut="envoye",
                envoye_le=vieux,
                cree_le=vieux,
            )
            for rang in range(debut, debut + LOT)
        )
    seance = f.SeanceFactory(debut=vieux, capacite_adultes=FAMILLES, capacite_enfants=FAMILLES)
    familles = Famille.objects.bulk_create(
        Famille(prenom="Inès", email=f"famille{rang}@exemple.fr", cree_le=vieux) for rang in range(FAMILLES)
    )
    Enfant.objects.bulk_create(Enfant(famille=famille, naissance=vieux.date()) for famille in familles)
    Inscription.objects.bulk_create(
        Inscription(
            seance=seance,
            famille=famille,
            prenom=famille.prenom,
            email=famille.email,
            statut="confirmee",
            confirmee_le=vieux,
            cree_le=vieux,
        )
        for famille in familles
    )


if __name__ == "__main__":
    sys.exit(main())
