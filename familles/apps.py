from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class FamillesConfig(AppConfig):
    name = "familles"
    verbose_name = _("Familles")

    def ready(self) -> None:
        # What upper rooms move when two records of a family are merged.
        autodiscover_modules("reprises")
