"""`python -m bench.groupes`: composing groups for 300 families around 8 houses, against composing them one by one.

No database: the same pure functions as the facilitator's page. Families are drawn at random, the same at every run:
births over nine months, two thirds within ten kilometres of a house, some who speak another language or can come in
the evening or on Saturday only. Prints a table and writes bench/groupes.json.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ateliers.groupes.composition.modele import Attente, Endroit

RESULTATS = Path(__file__).with_name("groupes.json")
FAMILLES, MAISONS, TIRAGES = 300, 8, 5
# A place per house, some thirty kilometres apart, in two rows.
ECART_LAT, ECART_LON = 0.27, 0.40
LIGNES = (
    ("placees", "familles placées", "{:.0f}"),
    ("groupes", "groupes", "{:.0f}"),
    ("attente_placees", "attente des placées (jours)", "{:.1f}"),
    ("attente_restantes", "attente des autres (jours)", "{:.1f}"),
    ("ecart_ages", "écart d'âge dans un groupe (jours)", "{:.1f}"),
    ("km", "distance (km)", "{:.1f}"),
    ("ecart", "au plus loin du mieux possible (%)", "{:.1f}"),
    ("secondes", "secondes", "{:.1f}"),
    ("cpu", "secondes de processeur", "{:.1f}"),
)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portail.settings.test")
    # Never connected to: settings only want an address.
    os.environ.setdefault("DATABASE_URL", "postgresql://bench@localhost/bench")
    os.environ.setdefault("REDIS_URL", "redis://localhost/0")
    os.environ.setdefault("SECRET_KEY", "bench")
    import django

    django.setup()
    from ateliers.groupes.composition import gloutonne, optimisation
    from ateliers.groupes.composition.modele import mesurer

    mesures: dict[str, list[dict[str, float]]] = {"gloutonne": [], "optimisation": []}
    for tirage in range(TIRAGES):
        attentes, endroits = familles(tirage)
        for nom, methode in (("gloutonne", gloutonne.proposer), ("optimisation", optimisation.proposer)):
            depart = time.process_time()
            proposition = methode(attentes=attentes, endroits=endroits)
            mesures[nom].append(
                {
                    **asdict(mesurer(proposition, attentes)),
                    "ecart": 100 * proposition.ecart,
                    "secondes": proposition.secondes,
                    "cpu": time.process_time() - depart,
                }
            )
    moyennes = {
        nom: {cle: round(statistics.mean(mesure[cle] for mesure in liste), 2) for cle, _libelle, _forme in LIGNES}
        for nom, liste in mesures.items()
    }
    print(f"Composer des groupes : {FAMILLES} demandes, {MAISONS} maisons, moyenne de {TIRAGES} tirages")
    print(f"{'':36} {'une par une':>12} {'ensemble':>12}")
    for cle, libelle, forme in LIGNES:
        valeurs = [forme.format(moyennes[nom][cle]) for nom in ("gloutonne", "optimisation")]
        if cle == "ecart":
            # Only known of what the program itself proposes.
            valeurs[0] = "–"
        print(f"{libelle:36} {valeurs[0]:>12} {valeurs[1]:>12}")
    RESULTATS.write_text(json.dumps(moyennes, ensure_ascii=False, indent=2) + "\n")
    return 0


def familles(tirage: int) -> tuple[list[Attente], list[Endroit]]:
    from ateliers.groupes.composition.modele import Attente, Endroit
    from ateliers.groupes.regles import Profil

    hasard = random.Random(tirage)
    # Of its own, so that the other draws stay those of former figures.
    deja = random.Random(1000 + tirage)
    endroits = [
        Endroit(
            cle=n,
            maison=n,
            latitude=49.4 + ECART_LAT * (n // 4),
            longitude=4.0 + ECART_LON * (n % 4),
        )
        for n in range(MAISONS)
    ]
    attentes = []
    for cle in range(FAMILLES):
        maison = hasard.choice(endroits)
        champs: dict[str, Any] = {
            "repere": date(2027, 1, 1) + timedelta(days=hasard.randint(-90, 180)),
            "bebes": 2 if hasard.random() < 0.03 else 1,
            "langues": ("fr",)
            if hasard.random() < 0.85
            else hasard.choice([("fr", "ar"), ("fr", "tr"), ("tr",), ("ar",)]),
            "moments": hasard.choices([(), ("journee",), ("soir", "samedi"), ("samedi",)], [55, 25, 12, 8])[0],
            "a_deja_un_enfant": deja.random() < 0.4,
            "coparent": hasard.random() < 0.25,
            "latitude": maison.latitude + hasard.gauss(0, 0.08),
            "longitude": maison.longitude + hasard.gauss(0, 0.12),
            "rayon_km": hasard.choice([10, 20, 20, 30]),
        }
        attentes.append(
            Attente(cle=cle, profil=Profil(**champs), attente_jours=min(240, int(hasard.expovariate(1 / 45))))
        )
    return attentes, endroits


if __name__ == "__main__":
    sys.exit(main())
