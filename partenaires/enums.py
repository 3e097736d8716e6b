from django.db import models
from django.utils.translation import gettext_lazy as _


class TypePartenaire(models.TextChoices):
    CAF = "caf", _("Caf")
    CPAM = "cpam", _("Assurance maladie (CPAM)")
    MSA = "msa", _("MSA")
    ARS = "ars", _("Agence régionale de santé")
    MATERNITE = "maternite", _("maternité")
    SAGE_FEMME = "sage_femme", _("sage-femme")
    MEDECIN = "medecin", _("médecin")
    ASSOCIATION = "association", _("association")
    BIBLIOTHEQUE = "bibliotheque", _("bibliothèque")
    CRECHE = "creche", _("crèche")
    AUTRE = "autre", _("autre")


class ModePermanence(models.TextChoices):
    """How one comes to a permanence."""

    LIBRE = "libre", _("sans rendez-vous")
    RENDEZ_VOUS = "rendez_vous", _("sur rendez-vous, une famille à la fois")


class SuiteOrientation(models.TextChoices):
    """What became of a family's way to a partner, as the family or the partner said it."""

    INCONNUE = "inconnue", _("pas encore su")
    CONTACT_PRIS = "contact_pris", _("contact pris")
    SANS_CONTACT = "sans_contact", _("pas de contact")
