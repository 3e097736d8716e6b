"""Bring the catalogues up to date with the code: new texts come in empty, texts that are gone go."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management.base import BaseCommand

from socle import traductions


class Command(BaseCommand):
    help = "Met à jour locale/*/LC_MESSAGES/django.po d'après le code ; les textes à traduire y sont vides."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--langue", action="append", default=[], help="commence aussi le catalogue de cette langue"
        )

    def handle(self, *args: Any, langue: list[str], **options: Any) -> None:
        dossier = Path(settings.LOCALE_PATHS[0])
        textes = traductions.textes_du_projet()
        for code in dict.fromkeys([*traductions.langues_traduites(), *langue]):
            chemin = traductions.chemin_catalogue(dossier, code)
            catalogue = traductions.mettre_a_jour(traductions.lire_catalogue(chemin, code), textes)
            traductions.ecrire_catalogue(catalogue, chemin)
            vides = sum(1 for message in catalogue if message.id and not _est_traduit(message.string))
            self.stdout.write(f"{chemin.relative_to(settings.RACINE)} : {len(catalogue)} textes, {vides} à traduire.")
        self._ecrire_pluriels_de_la_source(dossier, textes)

    def _ecrire_pluriels_de_la_source(self, dossier: Path, textes: list[traductions.Texte]) -> None:
        # Texts are written in French, but without a catalogue Python counts as in English: "0 places".
        source = settings.LANGUAGE_CODE
        vide = traductions.lire_catalogue(traductions.chemin_catalogue(dossier, source), source)
        catalogue: Catalog = traductions.mettre_a_jour(vide, [texte for texte in textes if texte.pluriel])
        for message in catalogue:
            if message.id:
                message.string = tuple(message.id)
        traductions.ecrire_catalogue(catalogue, traductions.chemin_catalogue(dossier, source))


def _est_traduit(forme: str | list[str] | tuple[str, ...] | None) -> bool:
    return bool(forme) if isinstance(forme, str) else all(forme or [""])
