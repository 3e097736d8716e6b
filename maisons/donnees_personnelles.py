"""What this room holds about people: who follows a commune, who works where, who was invited to."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from maisons.models import (
    ActionPrevue,
    Affectation,
    Arret,
    Axe,
    Candidature,
    Commune,
    ComptageArret,
    Critere,
    Departement,
    Edition,
    Equipage,
    Etape,
    EtapeTournee,
    Evaluation,
    Fermeture,
    Formation,
    Franchissement,
    Invitation,
    Lieu,
    LigneBudget,
    Maison,
    NoteVisite,
    ObjectifLabel,
    Organisation,
    PlageOuverture,
    Preuve,
    Referentiel,
    Salle,
    ScenarioImplantation,
    Suivi,
    TauxNatalite,
    Territoire,
    Tournee,
    Transition,
    ValeurIndicateur,
    VersionReferentiel,
)
from socle.donnees_personnelles import vers
from socle.enums import Canal
from socle.registre import Personne, avec_son_parent, declarer, sans_donnees


def _invitations(personne: Personne) -> QuerySet[Invitation]:
    condition = Q(affectation__utilisateur__in=personne.comptes)
    for adresse in personne.destinataires(Canal.EMAIL):
        condition |= Q(email__iexact=adresse)
    return Invitation.objects.filter(condition)


# A team's assignment goes with its account, by a rule of its own: never with a family.
declarer(
    Affectation,
    lambda personne: Affectation.objects.filter(utilisateur__in=personne.comptes),
    regle="comptes_equipe",
    effacer=avec_son_parent,
    # What a team's account opens is read behind two factors.
    sauf=frozenset({"maison", "organisation", "departement"}),
)
declarer(
    Formation,
    lambda personne: Formation.objects.filter(utilisateur__in=personne.comptes),
    regle="comptes_equipe",
    effacer=avec_son_parent,
)
declarer(Invitation, _invitations, regle="invitations", sauf=frozenset({"affectation"}))
declarer(Suivi, lambda personne: Suivi.objects.filter(vers(personne)), regle="suivis")

sans_donnees("découpage public", Departement, Commune, Territoire)
sans_donnees("découpage public", "maisons.Territoire_communes", "maisons.Territoire_departements")
sans_donnees("les maisons et leurs lieux", Organisation, Maison, Lieu, Salle, PlageOuverture, Fermeture)
sans_donnees("les tournées", Equipage, Tournee, EtapeTournee, Arret)
sans_donnees("chiffres", ComptageArret, ValeurIndicateur)
sans_donnees(
    "référentiels et dossiers de label : le travail des équipes",
    Referentiel,
    VersionReferentiel,
    Axe,
    Critere,
    Etape,
    Transition,
    Candidature,
    Franchissement,
    Evaluation,
    Preuve,
    ActionPrevue,
    NoteVisite,
    LigneBudget,
    ObjectifLabel,
    Edition,
)
sans_donnees("calculs sur des nombres de naissances", ScenarioImplantation, TauxNatalite)
