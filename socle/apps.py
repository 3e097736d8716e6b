from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SocleConfig(AppConfig):
    name = "socle"
    verbose_name = _("Comptes et messages")

    def ready(self) -> None:
        # Each app says in its perms.py what its roles may do: known before the first permission is asked for.
        autodiscover_modules("perms")
        # And which of its models hold something about people.
        autodiscover_modules("donnees_personnelles")
        # And how each lets go of them when their time is over.
        autodiscover_modules("purges")
