from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    CAFE = "cafe", _("café des parents")
    ATELIER = "atelier", _("atelier thématique")
    CONFERENCE = "conference", _("conférence-débat")
    PREVENTION = "prevention", _("prévention et santé")
    PRATIQUE = "pratique", _("atelier pratique")
    PARENT_ENFANT = "parent_enfant", _("temps parent-enfant")
    ACCUEIL_PONCTUEL = "accueil_ponctuel", _("accueil ponctuel des enfants")
    GROUPE = "groupe", _("groupe de parents")
    PERMANENCE = "permanence", _("permanence d'un partenaire")


class StatutSeance(models.TextChoices):
    BROUILLON = "brouillon", _("brouillon")
    PUBLIEE = "publiee", _("publiée")
    ANNULEE = "annulee", _("annulée")


class Audience(models.TextChoices):
    TOUS = "tous", _("ouverte à tous")
    MEMBRES = "membres", _("réservée aux membres d'un groupe")
    PROFESSIONNELS = "professionnels", _("réservée aux professionnels")


class StatutInscription(models.TextChoices):
    CONFIRMEE = "confirmee", _("confirmée")
    EN_ATTENTE = "en_attente", _("en liste d'attente")
    PROPOSEE = "proposee", _("place proposée")
    ANNULEE = "annulee", _("annulée")


# Seats count for these: an offered seat is held until its answer.
STATUTS_AVEC_PLACE = (StatutInscription.CONFIRMEE, StatutInscription.PROPOSEE)

TRANSITIONS: dict[StatutInscription, frozenset[StatutInscription]] = {
    StatutInscription.CONFIRMEE: frozenset({StatutInscription.ANNULEE}),
    StatutInscription.EN_ATTENTE: frozenset(
        {StatutInscription.PROPOSEE, StatutInscription.CONFIRMEE, StatutInscription.ANNULEE}
    ),
    StatutInscription.PROPOSEE: frozenset({StatutInscription.CONFIRMEE, StatutInscription.ANNULEE}),
    StatutInscription.ANNULEE: frozenset(),
}


class CanalInscription(models.TextChoices):
    EN_LIGNE = "en_ligne", _("en ligne")
    TELEPHONE = "telephone", _("par téléphone")
    SUR_PLACE = "sur_place", _("sur place")


class AnnuleePar(models.TextChoices):
    FAMILLE = "famille", _("la famille")
    MAISON = "maison", _("la maison")
    DELAI = "delai", _("une proposition restée sans réponse")


class Presence(models.TextChoices):
    """What became of a booking on the day; empty until somebody says so."""

    PRESENTE = "presente", _("présente")
    EXCUSEE = "excusee", _("excusée")
    ABSENTE = "absente", _("absente")


class Besoin(models.TextChoices):
    """Practical needs, as choices: no free text where a health matter could be written."""

    POUSSETTE = "poussette", _("place pour une poussette")
    INTERPRETE = "interprete", _("interprète")
    ACCESSIBILITE = "accessibilite", _("accès en fauteuil ou mobilité réduite")
    LSF = "lsf", _("langue des signes")
    TRANSPORT = "transport", _("aide pour venir")


class Etendue(models.TextChoices):
    """How far a change to a session of a series reaches."""

    SEULE = "seule", _("cette séance seulement")
    SUIVANTES = "suivantes", _("cette séance et les suivantes")
    TOUTES = "toutes", _("toutes les séances à venir de la série")
