from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AteliersConfig(AppConfig):
    name = "ateliers"
    verbose_name = _("Ateliers")

    def ready(self) -> None:
        from ateliers.arrets import annoncer

        # Registers what stops in groups and bookings when a family stops everything.
        from ateliers.groupes import naissances  # noqa: F401
        from maisons.arrets import enregistrer_annonceur

        # Stops are planned below, by those who know no booking.
        enregistrer_annonceur(annoncer)
