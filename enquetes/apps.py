from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnquetesConfig(AppConfig):
    name = "enquetes"
    verbose_name = _("Enquêtes")

    def ready(self) -> None:
        from ateliers.suites import enregistrer_apres_seance, enregistrer_pour_groupe
        from enquetes import avis, rapports

        enregistrer_apres_seance(avis.liens_apres_seance)
        enregistrer_pour_groupe(avis.liens_pour_groupe)
        rapports.enregistrer()
