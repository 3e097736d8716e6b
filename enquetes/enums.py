from django.db import models
from django.utils.translation import gettext_lazy as _


class Usage(models.TextChoices):
    """What a questionnaire is for."""

    ENQUETE = "enquete", _("enquête")
    SATISFACTION = "satisfaction", _("avis après une séance")
    AVANT_APRES = "avant_apres", _("avant et après un groupe")


class StatutVersion(models.TextChoices):
    BROUILLON = "brouillon", _("brouillon")
    PUBLIEE = "publiee", _("publiée")
    RETIREE = "retiree", _("retirée")


TRANSITIONS_VERSION: dict[str, frozenset[str]] = {
    StatutVersion.BROUILLON: frozenset({StatutVersion.PUBLIEE}),
    StatutVersion.PUBLIEE: frozenset({StatutVersion.RETIREE}),
    StatutVersion.RETIREE: frozenset(),
}


class TypeQuestion(models.TextChoices):
    UNIQUE = "unique", _("un seul choix")
    MULTIPLE = "multiple", _("plusieurs choix")
    ECHELLE = "echelle", _("échelle")
    MATRICE = "matrice", _("tableau de choix")
    TEXTE = "texte", _("texte court")
    COMMUNE = "commune", _("commune")
    NOMBRE = "nombre", _("nombre")


# Those answered by ticking among rows of their own.
A_CHOIX = frozenset({TypeQuestion.UNIQUE, TypeQuestion.MULTIPLE, TypeQuestion.MATRICE})
# Those that another question may depend on.
SOURCES_CONDITION = frozenset({TypeQuestion.UNIQUE, TypeQuestion.MULTIPLE, TypeQuestion.ECHELLE})


class RoleQuestion(models.TextChoices):
    """What the results do with a question beside counting it."""

    AUCUN = "", _("aucun")
    ETAPE = "etape", _("étape des 1000 jours : les résultats se lisent par étape")


class StatutCampagne(models.TextChoices):
    PREPARATION = "preparation", _("en préparation")
    OUVERTE = "ouverte", _("ouverte")
    CLOSE = "close", _("close")


TRANSITIONS_CAMPAGNE: dict[str, frozenset[str]] = {
    StatutCampagne.PREPARATION: frozenset({StatutCampagne.OUVERTE}),
    StatutCampagne.OUVERTE: frozenset({StatutCampagne.CLOSE}),
    StatutCampagne.CLOSE: frozenset(),
}


class CanalEnquete(models.TextChoices):
    LIEN = "lien", _("lien public")
    AFFICHE = "affiche", _("affiche à scanner")
    SEANCE = "seance", _("lien après une séance")
    BORNE = "borne", _("tablette de la maison")
    GROUPE = "groupe", _("lien pour un groupe de parents")
    INVITATION = "invitation", _("invitation personnelle")


class Moment(models.TextChoices):
    """Which of the two answers a before/after form is."""

    AUCUN = "", _("–")
    AVANT = "avant", _("avant")
    APRES = "apres", _("après")


class StatutTexte(models.TextChoices):
    A_LIRE = "a_lire", _("à relire")
    MONTRE = "montre", _("peut être montré")
    ECARTE = "ecarte", _("écarté")


class LangueQuestionnaire(models.TextChoices):
    """Languages a questionnaire may be translated into, beside French."""

    EN = "en", "English"
    AR = "ar", "العربية"
    TR = "tr", "Türkçe"
    UK = "uk", "Українська"
    RU = "ru", "Русский"
    RO = "ro", "Română"
    ES = "es", "Español"
    PT = "pt", "Português"


DE_DROITE_A_GAUCHE = frozenset({LangueQuestionnaire.AR})
