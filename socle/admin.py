from __future__ import annotations

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class PortailAdminSite(AdminSite):
    site_header = _("Maisons des 1000 premiers jours – équipes")
    site_title = _("Espace des équipes")
    index_title = _("Ma journée")
