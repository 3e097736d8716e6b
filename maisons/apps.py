from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MaisonsConfig(AppConfig):
    name = "maisons"
    verbose_name = _("Maisons")

    def ready(self) -> None:
        autodiscover_modules("indicateurs", "dossier")
