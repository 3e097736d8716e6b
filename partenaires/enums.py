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
