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


class AccueilSeance(models.TextChoices):
    """How people come to a session."""

    PLACES = "places", _("places comptées")
    FAMILLE = "famille", _("rendez-vous : une famille à la fois")
    LIBRE = "libre", _("sans rendez-vous")
    ENFANTS = "enfants", _("les enfants restent, leurs parents repartent")


class RaisonAccueil(models.TextChoices):
    """Why a parent leaves a child for some hours: a choice, no words, and nothing about health."""

    EMPLOI = "emploi", _("travail ou recherche d'emploi")
    FORMATION = "formation", _("formation ou études")
    DEMARCHE = "demarche", _("démarche ou rendez-vous")
    FRATRIE = "fratrie", _("un autre enfant à accompagner")
    SOUFFLER = "souffler", _("du temps pour soi")
    AUTRE = "autre", _("une autre raison, ou je préfère ne pas dire")


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


# Groups of parents


class Rythme(models.TextChoices):
    """How often a group meets: of a series' frequencies, the two that make sense."""

    SEMAINE = "semaine", _("chaque semaine")
    QUINZAINE = "quinzaine", _("une semaine sur deux")


class Particularite(models.TextChoices):
    """What makes a group different from the plain one; the first two say for whom it is."""

    MULTIPLES = "multiples", _("jumeaux et plus")
    FRATRIE = "fratrie", _("deuxième enfant ou plus")
    COPARENTS = "coparents", _("coparents bienvenus")
    SOIR = "soir", _("le soir")
    SAMEDI = "samedi", _("le samedi")


class Moment(models.TextChoices):
    """When a family can come."""

    JOURNEE = "journee", _("en journée, en semaine")
    SOIR = "soir", _("le soir")
    SAMEDI = "samedi", _("le samedi")


class StatutGroupe(models.TextChoices):
    OUVERT = "ouvert", _("en cours")
    CLOS = "clos", _("terminé")


class StatutDemande(models.TextChoices):
    EN_ATTENTE = "en_attente", _("en attente d'un groupe")
    INVITEE = "invitee", _("invitée dans un groupe")
    PLACEE = "placee", _("membre d'un groupe")
    TERMINEE = "terminee", _("groupe terminé")
    RETIREE = "retiree", _("retirée")


# A family waits, or is asked, for one group at a time; being a member of one does not forbid the next baby's.
DEMANDES_OUVERTES = (StatutDemande.EN_ATTENTE, StatutDemande.INVITEE)

TRANSITIONS_DEMANDE: dict[StatutDemande, frozenset[StatutDemande]] = {
    StatutDemande.EN_ATTENTE: frozenset({StatutDemande.INVITEE, StatutDemande.PLACEE, StatutDemande.RETIREE}),
    StatutDemande.INVITEE: frozenset({StatutDemande.PLACEE, StatutDemande.EN_ATTENTE, StatutDemande.RETIREE}),
    StatutDemande.PLACEE: frozenset({StatutDemande.EN_ATTENTE, StatutDemande.TERMINEE, StatutDemande.RETIREE}),
    StatutDemande.TERMINEE: frozenset(),
    StatutDemande.RETIREE: frozenset(),
}


class CanalDemande(models.TextChoices):
    EN_LIGNE = "en_ligne", _("en ligne")
    TELEPHONE = "telephone", _("par téléphone")
    SUR_PLACE = "sur_place", _("sur place")
    PRESCRIPTEUR = "prescripteur", _("par un professionnel, avec son accord")


class StatutMembre(models.TextChoices):
    INVITE = "invite", _("invité")
    MEMBRE = "membre", _("membre")
    DECLINE = "decline", _("a décliné")
    EXPIRE = "expire", _("n'a pas répondu")
    PARTI = "parti", _("parti")
    TERMINE = "termine", _("groupe terminé")


# They hold a place of their group: one who is asked has it until the answer.
MEMBRES_AVEC_PLACE = (StatutMembre.INVITE, StatutMembre.MEMBRE)


class OrigineMembre(models.TextChoices):
    COMPOSITION = "composition", _("composition du groupe")
    DEMANDE = "demande", _("a demandé ce groupe")
    PLACE_LIBEREE = "place_liberee", _("place libérée")
    EQUIPE = "equipe", _("ajouté par l'équipe")


class StatutComposition(models.TextChoices):
    BROUILLON = "brouillon", _("en cours")
    VALIDEE = "validee", _("validée")
    ABANDONNEE = "abandonnee", _("abandonnée")


class MomentBilan(models.TextChoices):
    AVANT = "avant", _("au début du groupe")
    APRES = "apres", _("à la fin du groupe")


class ItemBilan(models.TextChoices):
    """What members are asked before and after, on five steps from "pas du tout" to "tout à fait".

    Written for this portal. It measures ties and ease, not health, and is no validated scale.
    """

    CONNAITRE = "connaitre", _("Je connais d'autres parents près de chez moi.")
    PARLER = "parler", _("J'ai quelqu'un à qui parler de mes journées avec mon bébé.")
    AISE = "aise", _("Je me sens à l'aise dans mes choix de parent.")
    PROS = "pros", _("Je sais à quel professionnel poser mes questions.")


class Obstacle(models.TextChoices):
    """Why a family does not fit in a group."""

    FENETRE = "fenetre", _("la date de naissance n'est pas dans sa période")
    LANGUE = "langue", _("la langue du groupe n'est pas parlée")
    MOMENT = "moment", _("le moment ne convient pas")
    DISTANCE = "distance", _("trop loin")
    MULTIPLES = "multiples", _("groupe pour jumeaux et plus")
    FRATRIE = "fratrie", _("groupe pour un deuxième enfant ou plus")


class SortFermeture(models.TextChoices):
    """What becomes of a session of a day on which its house closes."""

    ANNULER = "annuler", _("l'annuler et prévenir")
    DEPLACER = "deplacer", _("la tenir dans un autre lieu")
    REPORTER = "reporter", _("la reporter à une autre semaine")
    GARDER = "garder", _("la garder malgré tout")
