"""`python -m bench`: fills a network of 100,000 sessions, books, browses, rushes; prints a table and writes it down.

Every measure is bounded in count or in time. CPU is what the kernel counted for gunicorn's and PostgreSQL's
processes; the client's own is not in it, but it shares the machine. The yardstick, a view that returns an empty
template through the same middleware, tells how much of a figure is the machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.client import Navigateur, envoyer, formulaire_inscription, reserver
from bench.serveur import THREADS, WORKERS, Serveur

RESULTATS = Path(__file__).with_name("resultats.json")
VIDE = "/bench/vide/"

ETALON_REQUETES = 600
RESERVATIONS_COMPTEES = 6
RESERVATIONS_SEULES = 150
DEBIT_CLIENTS = (1, 8, 32)
DEBIT_SECONDES = 8.0
AGENDA_REQUETES = 60
RUEE_CLIENTS, RUEE_PLACES = 200, 10

# The project's aims: at most these.
BUTS = {
    "requetes_http": 4,
    "instructions_sql": 30,
    "cpu_s_par_reservation": 0.1,
    "cpu_ms_par_agenda": 30.0,
}


@dataclass(frozen=True)
class Ligne:
    """One line of the table."""

    cle: str
    libelle: str
    valeur: float
    unite: str
    but: float | None = None
    etalons: float | None = None

    @property
    def atteint(self) -> bool | None:
        return None if self.but is None else self.valeur <= self.but


class Banc:
    """The measures, one method each, on a portal that runs."""

    def __init__(self, serveur: Serveur, seances: list[str], naissance: str) -> None:
        self.serveur = serveur
        self.seances = seances
        self.naissance = naissance
        self.lignes: list[Ligne] = []
        self.details: dict[str, Any] = {}
        self._numero = 0
        self._verrou = threading.Lock()

    def noter(self, cle: str, libelle: str, valeur: float, unite: str, *, etalon: float | None = None) -> None:
        ligne = Ligne(
            cle, libelle, round(valeur, 4), unite, BUTS.get(cle), round(valeur / etalon, 1) if etalon else None
        )
        self.lignes.append(ligne)
        afficher(ligne)

    def navigateur(self) -> Navigateur:
        return Navigateur(self.serveur.port)

    def famille(self) -> tuple[str, str]:
        """A new family and the session it wants."""
        with self._verrou:
            self._numero += 1
            return f"famille-{self._numero}", self.seances[self._numero % len(self.seances)]

    def reserver(self, navigateur: Navigateur) -> list[str]:
        famille, seance = self.famille()
        navigateur.new_address()
        inscription = reserver(navigateur, seance, famille=famille, naissance=self.naissance)
        if not inscription.reussie:
            raise SystemExit(f"Une réservation a échoué ({seance}) : {' → '.join(inscription.etapes)}")
        return inscription.etapes

    # The measures

    def chauffer(self) -> None:
        """Let every worker load what it loads once."""
        self.debit(8, 3.0, self.reserver)
        self.debit(8, 2.0, lambda navigateur: navigateur.get("/agenda/"))

    def etalon(self) -> None:
        navigateur = self.navigateur()
        avant = self.serveur.cpu()
        for _ in range(ETALON_REQUETES):
            assert navigateur.get(VIDE).status == 200
        self.cpu_etalon = (self.serveur.cpu() - avant).total / ETALON_REQUETES
        self.noter("cpu_ms_etalon", "Étalon (page vide) : CPU par requête", self.cpu_etalon * 1000, "ms")
        self.debit_etalon = {}
        for clients in DEBIT_CLIENTS:
            self.debit_etalon[clients] = self.debit(clients, 3.0, lambda navigateur: navigateur.get(VIDE))
            self.noter(
                f"etalon_par_s_{clients}",
                f"Étalon : requêtes par seconde, {clients} client(s)",
                self.debit_etalon[clients],
                "/s",
            )

    def compter(self) -> None:
        """Requests and SQL statements, the latter as PostgreSQL's own log has them."""
        self.serveur.count_statements(on=True)
        navigateur = self.navigateur()
        requetes, instructions = [], []
        for _ in range(RESERVATIONS_COMPTEES):
            avant = navigateur.requetes
            etapes = self.reserver(navigateur)
            requetes.append(navigateur.requetes - avant)
            textes = self.serveur.statements()
            instructions.append(len(textes))
        self.serveur.count_statements(on=False)
        self.details["etapes"] = etapes
        self.details["instructions_de_la_derniere"] = textes
        self.noter("requetes_http", "Réservation : requêtes HTTP (pages)", max(requetes), "")
        self.noter("instructions_sql", "Réservation : instructions SQL", max(instructions), "")

    def cpu_reservation(self) -> None:
        navigateur = self.navigateur()
        avant, debut = self.serveur.cpu(), time.perf_counter()
        for _ in range(RESERVATIONS_SEULES):
            self.reserver(navigateur)
        duree, cpu = time.perf_counter() - debut, self.serveur.cpu() - avant
        self.noter(
            "cpu_s_par_reservation",
            "Réservation : CPU (web + base)",
            cpu.total / RESERVATIONS_SEULES,
            "s",
            etalon=self.cpu_etalon,
        )
        self.details["cpu_s_par_reservation"] = {
            "web": round(cpu.web / RESERVATIONS_SEULES, 4),
            "base": round(cpu.base / RESERVATIONS_SEULES, 4),
        }
        self.details["secondes_par_reservation"] = round(duree / RESERVATIONS_SEULES, 4)

    def debits(self) -> None:
        for clients in DEBIT_CLIENTS:
            par_seconde = self.debit(clients, DEBIT_SECONDES, self.reserver)
            self.noter(
                f"reservations_par_s_{clients}", f"Réservations par seconde, {clients} client(s)", par_seconde, "/s"
            )
            self.details[f"etalons_par_reservation_{clients}"] = round(self.debit_etalon[clients] / par_seconde, 1)

    def agenda(self) -> None:
        adresses = {
            "sans filtre": "/agenda/",
            "autour d'une commune, 20 km": "/agenda/?lieu=51100&rayon=20",
            "une semaine, le samedi": f"/agenda/?semaine={semaine_prochaine()}&moment=samedi",
            "un thème, un format, des places": "/agenda/?theme=theme-1&format=atelier&places=on",
            "vue de la semaine": "/agenda/?vue=semaine",
        }
        navigateur, mesures = self.navigateur(), {}
        for libelle, adresse in adresses.items():
            reponse = navigateur.get(adresse)
            if reponse.status != 200:
                self.details.setdefault("agenda_refuse", {})[libelle] = reponse.status
                continue
            avant, durees = self.serveur.cpu(), []
            for _ in range(AGENDA_REQUETES):
                debut = time.perf_counter()
                navigateur.get(adresse)
                durees.append(time.perf_counter() - debut)
            cpu = self.serveur.cpu() - avant
            mesures[libelle] = {
                "adresse": adresse,
                "cpu_ms": round(cpu.total / AGENDA_REQUETES * 1000, 2),
                "web_ms": round(cpu.web / AGENDA_REQUETES * 1000, 2),
                "base_ms": round(cpu.base / AGENDA_REQUETES * 1000, 2),
                "mediane_ms": round(statistics.median(durees) * 1000, 2),
                "octets_gzip": reponse.octets,
            }
        self.details["agenda"] = mesures
        for libelle, mesure in mesures.items():
            cle = "cpu_ms_par_agenda" if libelle == "sans filtre" else f"cpu_ms_agenda_{list(mesures).index(libelle)}"
            self.noter(cle, f"Agenda, {libelle} : CPU", mesure["cpu_ms"], "ms", etalon=self.cpu_etalon * 1000)

    def ruee(self, seance: str) -> dict[str, int]:
        """Everybody has the form on screen and presses the button at the same moment."""
        prets = []
        for n in range(RUEE_CLIENTS):
            navigateur = self.navigateur()
            formulaire = formulaire_inscription(navigateur.get(seance)) or formulaire_inscription(
                navigateur.get(f"{seance}inscription/")
            )
            navigateur.close()
            if formulaire is None:
                raise SystemExit("La séance convoitée n'a pas de formulaire.")
            prets.append((navigateur, formulaire, f"ruee-{n}"))
        depart = threading.Barrier(RUEE_CLIENTS + 1, timeout=60)
        erreurs: list[str] = []

        def presser(pret: tuple[Navigateur, Any, str]) -> bool:
            navigateur, formulaire, famille = pret
            depart.wait()
            inscription = envoyer(navigateur, formulaire, [], famille=famille, naissance=self.naissance)
            if not inscription.reussie and inscription.etapes[0] != "POST 422":
                erreurs.append(inscription.etapes[0])
            return inscription.reussie

        with ThreadPoolExecutor(RUEE_CLIENTS) as fils:
            attendus = [fils.submit(presser, pret) for pret in prets]
            avant = self.serveur.cpu()
            depart.wait()
            debut = time.perf_counter()
            reussies = sum(attendu.result(timeout=120) for attendu in attendus)
            duree = time.perf_counter() - debut
        cpu = self.serveur.cpu() - avant
        self.noter(
            "ruee_s",
            f"{RUEE_CLIENTS} clients, {RUEE_PLACES} places : tous ont leur réponse",
            duree,
            "s",
            etalon=RUEE_CLIENTS / max(self.debit_etalon.values()),
        )
        return {
            "reussies": reussies,
            "erreurs": len(erreurs),
            "cpu_ms_par_client": round(cpu.total / RUEE_CLIENTS * 1000),
        }

    def debit(self, clients: int, secondes: float, geste: Callable[[Navigateur], object]) -> float:
        """How many gestures a second, by so many clients at once."""
        faits = [0] * clients
        fin = time.perf_counter() + secondes

        def client(n: int) -> None:
            navigateur = self.navigateur()
            while time.perf_counter() < fin:
                geste(navigateur)
                faits[n] += 1
            navigateur.close()

        debut = time.perf_counter()
        with ThreadPoolExecutor(clients) as fils:
            for attendu in [fils.submit(client, n) for n in range(clients)]:
                attendu.result()
        return sum(faits) / (time.perf_counter() - debut)


def main() -> int:
    """Measure everything; 1 when an aim is missed."""
    options = argparse.ArgumentParser(prog="python -m bench")
    options.add_argument("--seances", type=int, default=100_000, help="taille de l'agenda (100 000 par défaut)")
    options.add_argument("--sortie", type=Path, default=RESULTATS, help="où écrire les résultats")
    choix = options.parse_args()
    # What the machine did before us: a measure taken beside other work tells of both.
    charge = round(os.getloadavg()[0], 1)
    if charge > 0.5 * (os.cpu_count() or 1):
        print(f"La machine travaille déjà (charge {charge}) : les mesures seront moins bonnes.", file=sys.stderr)
    with Serveur() as serveur:
        seances, naissance = preparer(choix.seances)
        etape("Démarrage du portail")
        serveur.start_web()
        banc = Banc(serveur, seances, naissance)
        banc.chauffer()
        print(f"\n{'':58} {'mesure':>12}  {'but':>7}  {'étalons':>8}")
        banc.etalon()
        banc.compter()
        banc.cpu_reservation()
        banc.debits()
        banc.agenda()
        banc.details["ruee"] = ruee(banc)
        banc.details["seances"] = choix.seances
        banc.details["charge_avant"] = charge
        ecrire(banc, choix.sortie)
        manques = [ligne.libelle for ligne in banc.lignes if ligne.atteint is False]
    print(f"\nÉcrit dans {choix.sortie}.")
    for libelle in manques:
        print(f"But manqué : {libelle}.")
    return 1 if manques else 0


def preparer(nombre: int) -> tuple[list[str], str]:
    """The database and the files; returns the sessions that are always open and a birth that suits them."""
    from portail.embarque.state import ROOT
    from portail.embarque.translations import compile_catalogues

    compile_catalogues(ROOT / "locale")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from ateliers.models import Seance
    from bench import donnees

    etape("Migrations")
    call_command("migrate", verbosity=0, interactive=False)
    etape("Fichiers statiques")
    call_command("collectstatic", verbosity=0, interactive=False)
    etape("Communes")
    call_command("charger_reference", stdout=open(os.devnull, "w"))
    etape(f"{nombre} séances")
    donnees.remplir(maintenant=timezone.now(), seances=nombre)
    donnees.analyser()
    seances = [
        seance.get_absolute_url() for seance in Seance.objects.filter(precisions=donnees.OUVERTE).order_by("pk")
    ]
    connection.close()
    return seances, f"{timezone.localdate() - timedelta(days=120):%d/%m/%Y}"


def ruee(banc: Banc) -> dict[str, int]:
    from django.utils import timezone

    from ateliers.models import Inscription
    from bench import donnees

    seance = donnees.creer_seance_convoitee(places=RUEE_PLACES, maintenant=timezone.now())
    issue = banc.ruee(seance.get_absolute_url())
    seance.refresh_from_db()
    confirmees = Inscription.objects.confirmees().filter(seance=seance).count()
    if (confirmees, seance.adultes_pris, issue["reussies"]) != (RUEE_PLACES,) * 3 or issue["erreurs"]:
        raise SystemExit(f"La ruée a mal fini : {confirmees} confirmées, {seance.adultes_pris} prises, {issue}.")
    return issue


def semaine_prochaine() -> str:
    annee, semaine, _ = (datetime.now(UTC) + timedelta(weeks=2)).isocalendar()
    return f"{annee}-W{semaine:02}"


def ecrire(banc: Banc, sortie: Path) -> None:
    sortie.write_text(
        json.dumps(
            {
                "mesure_le": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": {
                    "processeurs": os.cpu_count(),
                    "architecture": platform.machine(),
                    "python": platform.python_version(),
                    "web": f"gunicorn, {WORKERS} processus × {THREADS} fils",
                },
                "mesures": {
                    ligne.cle: {
                        "libelle": ligne.libelle,
                        "valeur": ligne.valeur,
                        "unite": ligne.unite,
                        "but": ligne.but,
                        "atteint": ligne.atteint,
                        "etalons": ligne.etalons,
                    }
                    for ligne in banc.lignes
                },
                "details": banc.details,
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


def afficher(ligne: Ligne) -> None:
    but = "" if ligne.but is None else f"≤ {ligne.but:g}"
    etalons = "" if ligne.etalons is None else f"× {ligne.etalons:g}"
    signe = {None: "", True: "", False: "  manqué"}[ligne.atteint]
    print(f"{ligne.libelle:58} {ligne.valeur:9.4g} {ligne.unite:>2}  {but:>7}  {etalons:>8}{signe}", flush=True)


def etape(libelle: str) -> None:
    print(f"… {libelle}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
