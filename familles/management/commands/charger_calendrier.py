from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from familles.chargement import charger_calendrier
from familles.chargement_articles import charger_articles


class Command(BaseCommand):
    help = (
        "Charge ou met à jour le calendrier des 1000 jours, et les premiers articles en brouillon. "
        "Ce que la rédaction a changé reste. Relançable."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        bilan = charger_calendrier(maintenant=timezone.now())
        self.stdout.write(
            f"Calendrier : {bilan.crees} repères créés, {bilan.mis_a_jour} mis à jour, "
            f"{bilan.gardes} laissés tels que la rédaction les a écrits."
        )
        articles = charger_articles(maintenant=timezone.now())
        self.stdout.write(f"Articles : {len(articles)} brouillons ajoutés, à faire relire.")
