"""`python -m bench.enquetes`: 5,000 answers imported from a workbook, counted, published, in an empty test database.

Time, memory, and the ratio to a yardstick of the same run: the same answers counted by one loop over plain dicts,
with no groups and nothing hidden. Memory is measured in a second run of the same act: tracing it slows it down.
"""

from __future__ import annotations

import json
import resource
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from string import ascii_lowercase
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


def memoire(acte: Callable[[], Any]) -> float:
    """The peak of what an act allocates, in MiB."""
    tracemalloc.start()
    acte()
    pic = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"  {'':<58} {pic:8.1f} Mio")
    return pic


def a_blanc(acte: Callable[[], Any]) -> Callable[[], Any]:
    """An act whose writing is taken back."""
    from django.db import transaction

    def essai() -> None:
        with transaction.atomic():
            acte()
            transaction.set_rollback(True)

    return essai


def _mesures() -> None:
    from enquetes import campagnes, fournis, importation, publication
    from enquetes.models import Reponse
    from tests.enquetes import fabrique
    from tests.factories import CommuneFactory, MaisonFactory, dans

    communes = [CommuneFactory(autre=True, nom=f"Bourg-{lettre}").nom for lettre in ascii_lowercase]
    version = fournis.charger(fournis.definition("besoins_parents"), departement=None, le=dans().date())
    campagne = fabrique.campagne(vers=version, maisons=[MaisonFactory(nom=f"Maison {n}") for n in range(8)])
    print(f"{REPONSES} réponses, {version.questions.count()} questions, 8 maisons")
    octets = fabrique.classeur(campagne, fabrique.rangees_au_hasard(campagne, REPONSES, graine=1, communes=communes))

    def verifier() -> None:
        lignes = importation.lire_classeur(octets, campagne=campagne)
        erreurs = importation.analyser(campagne=campagne, lignes=lignes, maintenant=dans()).erreurs
        assert not erreurs, erreurs[:3]

    def importer() -> None:
        importation.importer(campagne=campagne, octets=octets, maintenant=dans())

    def publier() -> None:
        publication.publier(campagne=campagne, maintenant=dans())

    verification_s = mesurer("classeur vérifié, à blanc", verifier)
    importation_s = mesurer("importées : lues, vérifiées, écrites en base", a_blanc(importer))
    importation_mio = memoire(importer)
    valeurs = list(Reponse.objects.filter(campagne=campagne).values_list("valeurs", flat=True))
    assert len(valeurs) == REPONSES

    def etalon() -> None:
        comptes: Counter[tuple[str, str]] = Counter()
        for reponse in valeurs:
            for question, valeur in reponse.items():
                comptes[question, str(valeur)] += 1

    reference = mesurer("étalon : une boucle qui compte tout, sans rien croiser", etalon)
    campagnes.clore(campagne=campagne)
    publication_s = mesurer("publiées : comptées par 3 axes, petits nombres cachés", a_blanc(publier))
    publication_mio = memoire(publier)
    resultats = {
        "reponses": REPONSES,
        "classeur_kio": round(len(octets) / 1024),
        "verification_s": round(verification_s, 2),
        "importation_s": round(importation_s, 2),
        "importation_memoire_mio": round(importation_mio, 1),
        "publication_s": round(publication_s, 2),
        "etalon_s": round(reference, 4),
        "publication_etalons": round(publication_s / reference, 1),
        "publication_memoire_mio": round(publication_mio, 1),
        "processus_memoire_mio": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(resultats, indent=2))


if __name__ == "__main__":
    main()
