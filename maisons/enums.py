from django.db import models
from django.utils.translation import gettext_lazy as _


class TypeOrganisation(models.TextChoices):
    DEPARTEMENT = "departement", _("département")
    COMMUNE = "commune", _("commune")
    EPCI = "epci", _("intercommunalité")
    ASSOCIATION = "association", _("association")
    MAISON_SANTE = "maison_sante", _("maison de santé")
    RESEAU = "reseau", _("réseau")


class TypeMaison(models.TextChoices):
    FIXE = "fixe", _("maison")
    ITINERANTE = "itinerante", _("maison itinérante (plusieurs lieux en alternance)")
    VEHICULE = "vehicule", _("véhicule itinérant")
    ACTION = "action", _("action sans lieu d'accueil permanent")


class StatutLabel(models.TextChoices):
    AUCUN = "aucun", _("sans label")
    CANDIDATE = "candidate", _("candidate au label")
    LABELLISEE = "labellisee", _("labellisée")


class Action(models.TextChoices):
    """Kinds of action, from the vocabulary of the Grand Est projects 2021-2022."""

    ATELIER_COLLECTIF = "atelier_collectif", _("ateliers collectifs")
    GROUPE_PAIRS = "groupe_pairs", _("groupes de parents")
    CAFE_PARENTS = "cafe_parents", _("café des parents")
    CONFERENCE_DEBAT = "conference_debat", _("conférences-débats")
    ATELIER_PARENT_ENFANT = "atelier_parent_enfant", _("ateliers parents-enfants")
    LIEU_RESSOURCE = "lieu_ressource", _("lieu ressource")
    DOCUMENTATION = "documentation", _("documentation")
    LIEU_ITINERANT = "lieu_itinerant", _("lieu itinérant")
    PERMANENCE_PARTENAIRE = "permanence_partenaire", _("permanences de partenaires")
    ACCOMPAGNEMENT_INDIVIDUEL = "accompagnement_individuel", _("accompagnement individuel")
    VISITE_DOMICILE = "visite_domicile", _("visites à domicile")
    PARCOURS_COORDONNE = "parcours_coordonne", _("parcours coordonné")
    CONSULTATION_SANTE = "consultation_sante", _("consultations")
    ACCUEIL_PONCTUEL_REPIT = "accueil_ponctuel_repit", _("accueil ponctuel des enfants")
    LECTURE_LANGAGE = "lecture_langage", _("lecture et langage")
    EVEIL_CULTUREL_NATURE = "eveil_culturel_nature", _("éveil culturel et nature")
    FORMATION_PROFESSIONNELS = "formation_professionnels", _("formation des professionnels")
    ANIMATION_RESEAU = "animation_reseau", _("animation du réseau")
    ORIENTATION_RELAIS = "orientation_relais", _("orientation et relais")
    INSERTION_SOCIALE = "insertion_sociale", _("insertion sociale")
    PROMOTION_SANTE = "promotion_sante", _("promotion de la santé")
    SCOLARISATION_0_6 = "scolarisation_0_6", _("parentalité et scolarité 0-6 ans")


class Langue(models.TextChoices):
    """Languages spoken at a house or used in a session (ISO 639-1; lsf: French sign language)."""

    FR = "fr", _("français")
    EN = "en", _("anglais")
    AR = "ar", _("arabe")
    TR = "tr", _("turc")
    DE = "de", _("allemand")
    ES = "es", _("espagnol")
    PT = "pt", _("portugais")
    RO = "ro", _("roumain")
    RU = "ru", _("russe")
    UK = "uk", _("ukrainien")
    LSF = "lsf", _("langue des signes française")


class ZoneScolaire(models.TextChoices):
    A = "A", _("zone A")
    B = "B", _("zone B")
    C = "C", _("zone C")


class JourSemaine(models.IntegerChoices):
    """Days as Python's date.weekday() counts them."""

    LUNDI = 0, _("lundi")
    MARDI = 1, _("mardi")
    MERCREDI = 2, _("mercredi")
    JEUDI = 3, _("jeudi")
    VENDREDI = 4, _("vendredi")
    SAMEDI = 5, _("samedi")
    DIMANCHE = 6, _("dimanche")


class Role(models.TextChoices):
    """What a person does for the network. The scope says where (see PORTEE_DU_ROLE)."""

    ANIMATEUR = "animateur", _("animateur ou animatrice")
    RESPONSABLE = "responsable", _("responsable de maison")
    PARTENAIRE = "partenaire", _("partenaire")
    MEDECIN = "medecin", _("médecin de PMI")
    PILOTE = "pilote", _("pilote départemental")
    REDACTEUR = "redacteur", _("rédaction du réseau")
    ADMINISTRATEUR = "administrateur", _("administrateur du réseau")


class Portee(models.TextChoices):
    MAISON = "maison", _("une maison")
    ORGANISATION = "organisation", _("une organisation")
    DEPARTEMENT = "departement", _("un département")
    RESEAU = "reseau", _("tout le réseau")


# Scopes a role may be given on.
PORTEES_DU_ROLE: dict[Role, frozenset[Portee]] = {
    Role.ANIMATEUR: frozenset({Portee.MAISON, Portee.ORGANISATION}),
    Role.RESPONSABLE: frozenset({Portee.MAISON, Portee.ORGANISATION}),
    Role.PARTENAIRE: frozenset({Portee.ORGANISATION}),
    Role.MEDECIN: frozenset({Portee.DEPARTEMENT}),
    Role.PILOTE: frozenset({Portee.DEPARTEMENT}),
    Role.REDACTEUR: frozenset({Portee.RESEAU}),
    Role.ADMINISTRATEUR: frozenset({Portee.RESEAU}),
}


class Frequence(models.TextChoices):
    """How often a series meets."""

    UNIQUE = "unique", _("une seule fois")
    SEMAINE = "semaine", _("toutes les semaines")
    QUINZAINE = "quinzaine", _("une semaine sur deux")
    MOIS = "mois", _("chaque mois, le même jour de la semaine")
    DATES = "dates", _("à des dates choisies")


class NatureAxe(models.TextChoices):
    """What a chapter of a référentiel is about."""

    PREREQUIS = "prerequis", _("prérequis")
    QUALITE = "qualite", _("axe de qualité")
    ACCOMPAGNEMENT = "accompagnement", _("axe d'accompagnement")


class StatutReferentiel(models.TextChoices):
    BROUILLON = "brouillon", _("brouillon")
    PUBLIEE = "publiee", _("publiée")
    RETIREE = "retiree", _("retirée")


class NaturePreuve(models.TextChoices):
    FICHIER = "fichier", _("fichier")
    LIEN = "lien", _("lien")
    CONSTAT = "constat", _("constaté sur place")


class GenreLieu(models.TextChoices):
    """What kind of place one comes to."""

    MAISON = "maison", _("maison")
    SALLE = "salle", _("salle prêtée")
    STATIONNEMENT = "stationnement", _("stationnement du véhicule")


class Commodite(models.TextChoices):
    """What a place has, for the team that plans and for the family that comes."""

    TOILETTES = "toilettes", _("toilettes")
    ELECTRICITE = "electricite", _("électricité")
    EAU = "eau", _("point d'eau")
    CHAUFFAGE = "chauffage", _("chauffage")
    PARKING = "parking", _("stationnement gratuit")
    ABRI = "abri", _("abri pour attendre")
    TABLE_LANGER = "table_langer", _("table à langer")


class GenreEquipage(models.TextChoices):
    VEHICULE = "vehicule", _("véhicule")
    EQUIPE = "equipe", _("équipe qui change de lieu")


class ServiceABord(models.TextChoices):
    """What one finds at a stop."""

    ECOUTE = "ecoute", _("parler avec une professionnelle")
    PESEE = "pesee", _("peser et mesurer son bébé")
    JEU = "jeu", _("jouer ensemble")
    LIVRES = "livres", _("livres et comptines")
    ALIMENTATION = "alimentation", _("allaitement et alimentation")
    DEMARCHES = "demarches", _("aide aux démarches")
    INFORMATIONS = "informations", _("informations et adresses")


class StatutArret(models.TextChoices):
    PREVU = "prevu", _("prévu")
    ANNULE = "annule", _("annulé")


class MotifArret(models.TextChoices):
    """Why a stop is cancelled: what families read, short enough for two taps."""

    METEO = "meteo", _("neige ou verglas")
    PANNE = "panne", _("véhicule en panne")
    EQUIPE = "equipe", _("équipe absente")
    LIEU = "lieu", _("lieu indisponible")
    AUTRE = "autre", _("imprévu")


class StatutTravail(models.TextChoices):
    """Where something that a worker makes stands."""

    A_FAIRE = "a_faire", _("en attente")
    EN_COURS = "en_cours", _("en cours")
    PRET = "pret", _("prêt")
    ECHEC = "echec", _("impossible")


class SensBudget(models.TextChoices):
    DEPENSE = "depense", _("dépense")
    RECETTE = "recette", _("recette")


class NatureEdition(models.TextChoices):
    """Documents made of what the portal knows."""

    DOSSIER = "dossier", _("dossier de labellisation")
    SUIVI = "suivi", _("rapport de suivi annuel")
    FICHE = "fiche", _("fiche d'une maison")
    RESEAU = "reseau", _("rapport annuel du réseau")
