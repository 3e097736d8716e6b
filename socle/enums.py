from django.db import models
from django.utils.translation import gettext_lazy as _


class Canal(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class StatutMessage(models.TextChoices):
    """Where a message of the outbox stands. The last four are final."""

    A_ENVOYER = "a_envoyer", _("à envoyer")
    EN_COURS = "en_cours", _("en cours d'envoi")
    ENVOYE = "envoye", _("envoyé")
    PERIME = "perime", _("périmé avant l'envoi")
    RETENU = "retenu", _("retenu (SMS arrêtés ou plafond du jour)")
    ECHEC = "echec", _("refusé ou échoué")


class FormatTableau(models.TextChoices):
    XLSX = "xlsx", _("Excel (xlsx)")
    ODS = "ods", _("LibreOffice (ods)")
    CSV = "csv", _("texte (csv)")


class FormatExport(models.TextChoices):
    """A file made by a worker: a table, or a document."""

    XLSX = "xlsx", _("Excel (xlsx)")
    ODS = "ods", _("LibreOffice (ods)")
    CSV = "csv", _("texte (csv)")
    PDF = "pdf", _("document (pdf)")


class StatutExport(models.TextChoices):
    """Where a file asked for stands; the worker makes it, the purge takes it away."""

    A_FAIRE = "a_faire", _("en préparation")
    EN_COURS = "en_cours", _("en cours")
    PRET = "pret", _("prêt")
    ECHEC = "echec", _("impossible")
