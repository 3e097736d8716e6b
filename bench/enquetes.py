"""`python -m bench.enquetes`: 5,000 answers written, read, counted and published, on an empty test database.

Time, memory, and the ratio to a yardstick of the same run: the same answers counted by one loop over plain dicts,
with no groups and nothing hidden.
"""

from __future__ import annotations

import json
import resource
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

REPONSES = 5_000


def mesurer(titre: str, acte: Callable[[], Any]) -> float:
    debut = time.perf_counter()
    acte()
    duree = time.perf_counter() - debut
    print(f"  {titre:<58} {duree:8.2f} s")
    return duree


def main() -> None:
    # The tests' own server and their migrated database: it reads the environment before Django does.
    from tests.greffons.embarque import _services

    with _services:
        import django

        django.setup()
        from tests.greffons import base_modele

        copie = base_modele.use_copy(afresh=False)
        try:
            _mesures()
        finally:
            base_modele.drop_copy(copie)


def _mesures() -> None:
    from enquetes import campagnes, fournis, publication
    from enquetes.models import Reponse
    from tests.enquetes import fabrique
    from tests.factories import CommuneFactory, MaisonFactory, dans

    communes = [CommuneFactory(autre=True).code_insee for _ in range(40)]
    version = fournis.charger(fournis.definition("besoins_parents"), departement=None, le=dans().date())
    campagne = fabrique.campagne(vers=version, maisons=[MaisonFactory() for _ in range(8)])
    print(f"{REPONSES} réponses, {version.questions.count()} questions, 8 maisons")
    ecriture = mesurer(
        "écrites en base", lambda: fabrique.repondre_au_hasard(campagne, REPONSES, graine=1, communes=communes)
    )
    valeurs = list(Reponse.objects.filter(campagne=campagne).values_list("valeurs", flat=True))

    def etalon() -> None:
        comptes: Counter[tuple[str, str]] = Counter()
        for reponse in valeurs:
            for question, valeur in reponse.items():
                comptes[question, str(valeur)] += 1

    reference = mesurer("étalon : une boucle qui compte tout, sans rien croiser", etalon)
    campagnes.clore(campagne=campagne)
    tracemalloc.start()
    publication_s = mesurer(
        "publiées : comptées par 3 axes, petits nombres cachés",
        lambda: publication.publier(campagne=campagne, maintenant=dans()),
    )
    memoire = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    resultats = {
        "reponses": REPONSES,
        "ecriture_s": round(ecriture, 2),
        "publication_s": round(publication_s, 2),
        "etalon_s": round(reference, 4),
        "publication_etalons": round(publication_s / reference, 1),
        "publication_memoire_mio": round(memoire, 1),
        "processus_memoire_mio": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(resultats, indent=2))


if __name__ == "__main__":
    main()
