"""`python -m bench.tableau`: copies the figures of bench/resultats.json into the README, between its two marks."""

from __future__ import annotations

import json
from typing import Any

from bench.__main__ import RESULTATS
from portail.embarque.state import ROOT

DEBUT, FIN = "<!-- mesures -->\n", "<!-- /mesures -->"


def main() -> None:
    readme = ROOT / "README.md"
    avant, _, reste = readme.read_text().partition(DEBUT)
    _, _, apres = reste.partition(FIN)
    readme.write_text(avant + DEBUT + tableau(json.loads(RESULTATS.read_text())) + FIN + apres)


def tableau(resultats: dict[str, Any]) -> str:
    mesures, details = resultats["mesures"], resultats["details"]

    def valeur(cle: str) -> str:
        return f"{mesures[cle]['valeur']:.3g}"

    def but(cle: str) -> str:
        return "" if mesures[cle]["but"] is None else f"≤ {mesures[cle]['but']:g}"

    def etalons(cle: str) -> str:
        return f"{mesures[cle]['etalons']:g}" if mesures[cle]["etalons"] else ""

    def debit(clients: int) -> str:
        return f"{details[f'etalons_par_reservation_{clients}']:g}"

    lignes = [
        (
            "A booking, from the session's page to the confirmation: requests",
            *_trois(valeur, but, "requetes_http"),
            "",
        ),
        ("… SQL statements, as PostgreSQL logs them", *_trois(valeur, but, "instructions_sql"), ""),
        (
            "… CPU, web and database",
            f"{valeur('cpu_s_par_reservation')} s",
            but("cpu_s_par_reservation") + " s",
            etalons("cpu_s_par_reservation"),
        ),
        *(
            (f"Bookings per second, {n} client{'s' if n > 1 else ''}", valeur(f"reservations_par_s_{n}"), "", debit(n))
            for n in (1, 8, 32)
        ),
        (
            f"A page of the agenda over {details['seances']:,} sessions: CPU",
            f"{valeur('cpu_ms_par_agenda')} ms",
            but("cpu_ms_par_agenda") + " ms",
            etalons("cpu_ms_par_agenda"),
        ),
        (
            "200 people press the button for 10 seats: all are answered in",
            f"{valeur('ruee_s')} s",
            "",
            etalons("ruee_s"),
        ),
    ]
    machine = resultats["machine"]
    return (
        "| | measured | aim | yardsticks |\n| --- | ---: | ---: | ---: |\n"
        + "".join(f"| {' | '.join(ligne)} |\n" for ligne in lignes)
        + f"\n{machine['processeurs']} processors shared with the client, Python {machine['python']}, "
        f"{resultats['mesure_le'][:10]}. Yardstick: {mesures['cpu_ms_etalon']['valeur']:.2g} ms of CPU, "
        f"{mesures['etalon_par_s_8']['valeur']:.0f} a second with 8 clients. "
        f"Load of the machine before the measure: {details['charge_avant']:g}.\n"
    )


def _trois(valeur: Any, but: Any, cle: str) -> tuple[str, str]:
    return valeur(cle), but(cle)


if __name__ == "__main__":
    main()
