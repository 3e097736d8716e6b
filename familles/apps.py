from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class FamillesConfig(AppConfig):
    name = "familles"
    verbose_name = _("Familles")

    def ready(self) -> None:
        # Registers what ends with a consent, and what stops when a family stops everything.
        from familles import coparents, demandes_rappel, entretiens, preferences  # noqa: F401

        # What upper rooms move when two records of a family are merged.
        autodiscover_modules("reprises")
