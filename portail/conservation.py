"""How long the portal keeps what: THE file. The daily round applies it, the privacy page is written from it.

Changing a duration here changes both. Two of them can't be shorter than a year: the database itself keeps the logs
that long (socle/suivi.py, socle.Lecture). Sources: CNIL, référentiel « social et médico-social » (two years after the
last contact, then erasure or anonymisation); other durations are the network's own choice, the shortest that serves.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from socle.conservation import Regle

# Copies of the database are not the portal's to make or to drop: docs/exploitation.md asks it of whoever does. People
# are told the same where they read how long, and that all is erased.
SAUVEGARDES_JOURS = 30

_CNIL = _("CNIL, référentiel de l'action sociale")
_EFFACE = _("effacé")

REGLES = [
    Regle(
        code="familles",
        quoi=_("Votre prénom, votre contact, les dates de vos enfants, vos réservations, vos groupes"),
        annees=2,
        depuis=_("votre dernière venue, réservation, demande ou connexion"),
        ensuite=_("effacé ; le nombre de venues reste, sans rien de vous"),
        raison=_("vous accueillir, vous prévenir, vous retrouver si vous revenez pour un autre enfant"),
        source=_CNIL,
    ),
    Regle(
        code="comptes",
        quoi=_("Votre compte"),
        annees=2,
        depuis=_("votre dernière connexion"),
        ensuite=_EFFACE,
        raison=_("ouvrir votre espace"),
        source=_CNIL,
    ),
    Regle(
        code="messages",
        quoi=_("La trace des e-mails et SMS envoyés"),
        mois=6,
        depuis=_("leur écriture"),
        ensuite=_("l'adresse et le contenu sont effacés ; reste qu'un message est parti"),
        raison=_("répondre à qui n'a rien reçu"),
    ),
    Regle(
        code="oppositions",
        quoi=_("Votre souhait de ne plus recevoir de messages"),
        annees=2,
        depuis=_("votre demande, et tant que quelqu'un a ici ce contact"),
        ensuite=_EFFACE,
        raison=_("ne plus vous écrire, même si votre contact est donné de nouveau"),
    ),
    Regle(
        code="demandes_groupe",
        quoi=_("Une demande de groupe de parents restée sans suite"),
        mois=6,
        depuis=_("la demande, ou la naissance prévue si elle vient après"),
        ensuite=_EFFACE,
        raison=_("vous proposer un groupe"),
    ),
    Regle(
        code="contacts_urgence",
        quoi=_("La personne à prévenir pendant un accueil ponctuel"),
        jours=7,
        depuis=_("l'accueil, ou son annulation"),
        ensuite=_("effacé ; la raison choisie reste, pour les chiffres"),
        raison=_("appeler quelqu'un si l'enfant en a besoin"),
    ),
    Regle(
        code="demandes_rappel",
        quoi=_("Une demande à être rappelé"),
        mois=6,
        depuis=_("la demande"),
        ensuite=_EFFACE,
        raison=_("vous appeler, et savoir que cela a été fait"),
    ),
    Regle(
        code="suivis",
        quoi=_("Votre contact, si vous suivez une commune"),
        annees=2,
        depuis=_("votre dernière confirmation"),
        ensuite=_EFFACE,
        raison=_("vous prévenir des arrêts près de chez vous"),
        source=_CNIL,
    ),
    Regle(
        code="suivis_a_confirmer",
        quoi=_("Le même, tant que vous n'avez pas confirmé"),
        jours=7,
        depuis=_("la demande"),
        ensuite=_EFFACE,
        raison=_("quelqu'un d'autre a pu écrire votre adresse"),
    ),
    Regle(
        code="mots",
        quoi=_("Ce que la maison écrit aux familles d'une séance"),
        mois=6,
        depuis=_("l'envoi"),
        ensuite=_EFFACE,
        raison=_("vous le relire sur la page de votre réservation"),
    ),
    Regle(
        code="journaux",
        quoi=_("Les notes de l'équipe sur un groupe de parents (elles ne parlent d'aucune personne)"),
        annees=1,
        depuis=_("la fin du groupe"),
        ensuite=_EFFACE,
        raison=_("préparer les rencontres, faire le bilan"),
    ),
    Regle(
        code="historique",
        quoi=_("Le journal de ce qui a été changé dans un dossier, et par qui"),
        annees=1,
        depuis=_("le changement"),
        ensuite=_EFFACE,
        raison=_("savoir qui a fait quoi, réparer une erreur"),
        source=_("CNIL, recommandation sur la journalisation"),
    ),
    Regle(
        code="lectures",
        quoi=_("Le journal de qui, dans les équipes, a lu un dossier"),
        annees=1,
        depuis=_("la lecture"),
        ensuite=_EFFACE,
        raison=_("vous dire qui a lu votre dossier, et repérer une lecture sans raison"),
        source=_("CNIL, recommandation sur la journalisation"),
    ),
    Regle(
        code="exports",
        quoi=_("Les listes que les équipes téléchargent"),
        heures=6,
        depuis=_("leur préparation"),
        ensuite=_EFFACE,
        raison=_("le temps de les prendre"),
    ),
    Regle(
        code="acces_donnees",
        quoi=_("Le lien qui ouvre vos données"),
        heures=1,
        depuis=_("son envoi"),
        ensuite=_EFFACE,
        raison=_("savoir que c'est bien vous"),
    ),
    Regle(
        code="sessions",
        quoi=_("Votre connexion, si vous avez un compte"),
        jours=14,
        depuis=_("votre dernier passage"),
        ensuite=_("vous vous connectez de nouveau"),
        raison=_("ne pas vous demander un code à chaque visite"),
    ),
    Regle(
        code="reponses_en_cours",
        quoi=_("Une enquête commencée et pas finie, que seul votre lien ouvre"),
        jours=15,
        depuis=_("la dernière réponse donnée"),
        ensuite=_EFFACE,
        raison=_("la reprendre où vous en étiez"),
    ),
    Regle(
        code="quotas",
        quoi=_("L'empreinte de l'adresse de votre connexion"),
        heures=1,
        depuis=_("votre demande"),
        ensuite=_EFFACE,
        raison=_("empêcher les envois en masse"),
    ),
    Regle(
        code="invitations_coparent",
        quoi=_("L'adresse d'un coparent que vous avez invité"),
        mois=1,
        depuis=_("la fin de l'invitation ; acceptée, elle reste tant que dure le partage"),
        ensuite=_EFFACE,
        raison=_("vous montrer ce qu'il en est, et vous laisser arrêter le partage"),
    ),
    Regle(
        code="invitations",
        quoi=_("Une invitation à rejoindre une équipe"),
        mois=6,
        depuis=_("la fin de l'invitation"),
        ensuite=_EFFACE,
        raison=_("savoir qui a ouvert un accès"),
        publique=False,
    ),
    Regle(
        code="comptes_equipe",
        quoi=_("Le compte d'une personne qui a quitté les équipes"),
        annees=2,
        depuis=_("sa dernière affectation et sa dernière connexion"),
        ensuite=_("le nom et l'adresse sont effacés ; un numéro reste derrière ce qui a été fait"),
        raison=_("savoir qui a fait quoi"),
        publique=False,
    ),
]
