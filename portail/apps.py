import sys
from types import ModuleType

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from leaflet.apps import LeafletConfig as LeafletBaseConfig


class PortailConfig(AppConfig):
    name = "portail"
    verbose_name = "Portail"

    def ready(self) -> None:
        from portail.conservation import REGLES
        from socle.conservation import enregistrer_regles

        enregistrer_regles(REGLES)


class LeafletConfig(LeafletBaseConfig):
    """django-leaflet without its admin widgets, which import GDAL."""

    default = False

    def ready(self) -> None:
        super().ready()
        # The admin's autodiscovery finds this empty module instead of leaflet's own.
        sys.modules.setdefault("leaflet.admin", ModuleType("leaflet.admin"))


class AdminConfig(DjangoAdminConfig):
    """Django's own admin, with the portal's site."""

    default = False
    default_site = "socle.admin.PortailAdminSite"
