"""Fail when a text of the portal can't be shown in one of its languages; `make check` calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from socle import traductions


class Command(BaseCommand):
    help = "Vérifie que chaque texte marqué est traduit et que chaque mot des gabarits est marqué."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        dossier = Path(settings.LOCALE_PATHS[0])
        textes = traductions.textes_du_projet()
        defauts = [str(defaut) for defaut in traductions.mots_non_marques_du_projet()]
        for code in [settings.LANGUAGE_CODE, *traductions.langues_traduites()]:
            catalogue = traductions.lire_catalogue(traductions.chemin_catalogue(dossier, code), code)
            # The source language needs a catalogue for its plurals only.
            voulus = [t for t in textes if t.pluriel] if code == settings.LANGUAGE_CODE else textes
            defauts += [f"[{code}] {defaut}" for defaut in traductions.verifier(catalogue, voulus)]
        if defauts:
            raise CommandError("\n".join([*defauts, f"{len(defauts)} texte(s) à reprendre."]))
        self.stdout.write(f"{len({texte.cle for texte in textes})} textes traduits.")
