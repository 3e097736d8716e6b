from django.db import models
from django.utils.translation import gettext_lazy as _


class Ancre(models.TextChoices):
    """What a milestone is counted from."""

    TERME = "DPA", _("date prévue d'accouchement")
    DERNIERES_REGLES = "DDR", _("dernières règles (terme moins 287 jours)")
    NAISSANCE = "NAISSANCE", _("naissance")
    # Maternity leave: a birth before its due date takes nothing from it.
    TERME_OU_NAISSANCE = "DPA_OU_NAISSANCE", _("naissance, ou terme s'il vient après")


class CategorieJalon(models.TextChoices):
    CADRE = "cadre", _("cadre des 1000 jours")
    SANTE_MERE = "sante_mere", _("santé de la mère")
    SANTE_ENFANT = "sante_enfant", _("santé de l'enfant")
    VACCINATION = "vaccination", _("vaccins")
    ADMINISTRATIF = "administratif", _("démarches")
    DROITS = "droits", _("droits")
    CONGES = "conges", _("congés")
    ACCUEIL = "accueil", _("mode d'accueil")
    MAISON = "maison_1000j", _("rencontres")


class Caractere(models.TextChoices):
    OBLIGATOIRE = "obligatoire", _("obligatoire")
    POUR_LES_DROITS = "obligatoire_droits", _("nécessaire pour vos droits")
    A_PROPOSER = "a_proposer", _("doit vous être proposé")
    RECOMMANDE = "recommande", _("conseillé")
    CONSEIL = "conseil", _("bon à savoir")
    DROIT = "droit", _("un droit")
    PROPOSE = "propose", _("proposé")
    SI_BESOIN = "si_besoin", _("si besoin")
    CADRE = "cadre", _("repère")


class Confiance(models.TextChoices):
    """How far a rule is established; below `VERIFIE` the page says so, in words of its own."""

    VERIFIE = "verifie", _("vérifiée dans une source officielle")
    DERIVE = "derive", _("calculée à partir de sources lues")
    SOURCE_SECONDAIRE = "verifie_source_secondaire", _("lue dans une source secondaire")
    PARTIEL = "partiel", _("en partie établie")
    A_CONFIRMER = "a_confirmer", _("à confirmer")


class Condition(models.TextChoices):
    """For whom a milestone holds, where it does not hold for everybody."""

    PREMIERS_ENFANTS = "1_2", _("premier ou deuxième enfant")
    TROISIEME_ENFANT = "3plus", _("troisième enfant ou plus")
    JUMEAUX = "jumeaux", _("jumeaux")
    TRIPLES = "triples", _("triplés ou plus")


class Ajustement(models.TextChoices):
    JOUR_OUVRABLE = "jour_ouvrable_suivant", _("reporté au jour ouvrable suivant")


class PourQui(models.TextChoices):
    MERE = "mere", _("la mère")
    COPARENT = "coparent", _("l'autre parent")
    PARENTS = "parents", _("les parents")
    ENFANT = "enfant", _("l'enfant")


class AideProche(models.TextChoices):
    """What a milestone leads to near home."""

    ENTRETIEN = "entretien", _("sages-femmes et entretiens")
    PMI = "pmi", _("consultations de PMI")
    GROUPE = "groupe", _("groupes de parents")
    DROITS = "droits", _("aide aux démarches et aux droits")
    MODE_ACCUEIL = "mode_accueil", _("information sur les modes d'accueil")


class StatutVersion(models.TextChoices):
    BROUILLON = "brouillon", _("brouillon")
    PUBLIEE = "publiee", _("publiée")
    ARCHIVEE = "archivee", _("remplacée")


class EtatFenetre(models.TextChoices):
    PASSEE = "passee", _("passé")
    OUVERTE = "ouverte", _("en ce moment")
    # Advised period over, still possible.
    ENCORE_POSSIBLE = "encore_possible", _("encore possible")
    A_VENIR = "a_venir", _("à venir")


class Variante(models.TextChoices):
    """Whom a well-being questionnaire is written for."""

    PARENT = "parent", _("pour la mère, ou le parent qui a porté l'enfant")
    COPARENT = "coparent", _("pour l'autre parent")


class Moment(models.TextChoices):
    """When someone would rather be called back."""

    PEU_IMPORTE = "peu_importe", _("Peu importe")
    MATIN = "matin", _("Le matin")
    MIDI = "midi", _("À l'heure du déjeuner")
    APRES_MIDI = "apres_midi", _("L'après-midi")
    FIN_JOURNEE = "fin_journee", _("En fin de journée")


class StatutRappel(models.TextChoices):
    """Where a request to be called back stands. The last three are final."""

    A_RAPPELER = "a_rappeler", _("à rappeler")
    RAPPELEE = "rappelee", _("rappelée")
    SANS_REPONSE = "sans_reponse", _("sans réponse après plusieurs essais")
    RETIREE = "retiree", _("retirée à sa demande")


class Etape(models.TextChoices):
    """Where in the 1000 days an article is of use."""

    GROSSESSE = "grossesse", _("Pendant la grossesse")
    NAISSANCE = "naissance", _("Autour de la naissance")
    PREMIERS_MOIS = "premiers_mois", _("De 0 à 6 mois")
    SIX_MOIS = "six_mois", _("De 6 à 12 mois")
    DEUXIEME_ANNEE = "deuxieme_annee", _("De 1 à 2 ans")


class ThemeArticle(models.TextChoices):
    SANTE = "sante", _("Santé et suivi")
    MORAL = "moral", _("Votre moral")
    COPARENT = "coparent", _("L'autre parent, le couple")
    SOMMEIL = "sommeil", _("Sommeil et pleurs")
    ALIMENTATION = "alimentation", _("Alimentation")
    LANGAGE = "langage", _("Langage, jeu, lecture")
    MAISON = "maison", _("La maison, un lieu sûr")
    TRAVAIL = "travail", _("Travail et mode d'accueil")
    DROITS = "droits", _("Droits et démarches")
    LIENS = "liens", _("Ne pas rester seul")


class StatutArticle(models.TextChoices):
    BROUILLON = "brouillon", _("brouillon")
    RELU = "relu", _("relu")
    PUBLIEE = "publiee", _("publié")
    ARCHIVEE = "archivee", _("retiré ou remplacé")


class GenreAcces(models.TextChoices):
    """How an account came to a family: by the address that both have, or because somebody of it shared it."""

    TITULAIRE = "titulaire", _("titulaire")
    COPARENT = "coparent", _("coparent invité")


class ChoixCanal(models.TextChoices):
    """By which way a parent wants one kind of message. What cancels or moves a session is always told."""

    EMAIL = "email", _("par e-mail")
    SMS = "sms", _("par SMS")
    LES_DEUX = "les_deux", _("par e-mail et par SMS")
    AUCUN = "aucun", _("rien")


class ObjetAccord(models.TextChoices):
    """What somebody was asked to agree to."""

    RAPPELS_ENTRETIENS = "rappels_entretiens", _("rappels des entretiens avant et après la naissance")
    SMS = "sms", _("messages par SMS")
    PARTAGE = "partage", _("partage de la famille avec l'autre parent")
    ETRE_RAPPELE = "etre_rappele", _("être rappelé par une maison")
    TRANSMISSION = "transmission", _("demande transmise par un professionnel")


class OrigineEffacement(models.TextChoices):
    """Who wanted a family's data to go."""

    FAMILLE = "famille", _("la famille, en ligne")
    EQUIPE = "equipe", _("l'équipe, à sa demande")
    REGLE = "regle", _("la règle de conservation")
