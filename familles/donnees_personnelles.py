"""What this room holds about people: families, children, what was asked of a house, who read a record."""

from __future__ import annotations

from datetime import datetime

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from familles import accords
from familles.enums import ObjetAccord
from familles.models import (
    PRENOM_EFFACE,
    AccesDonnees,
    AccesFamille,
    Article,
    Consentement,
    DemandeRappel,
    Effacement,
    Enfant,
    Famille,
    FamillesDistinctes,
    FluxParent,
    Fusion,
    InvitationCoparent,
    Jalon,
    MaisonSuivie,
    ProfilParent,
    QuestionnaireBienEtre,
    RappelEntretien,
    VersionJalon,
)
from socle.donnees_personnelles import vers
from socle.enums import Canal
from socle.models import Lecture
from socle.pages import nom_de_page
from socle.registre import Personne, avec_son_parent, declarations, declarer, sans_donnees, supprimer

FAMILLES = "familles"
_SANS_RIEN = {"prenom": PRENOM_EFFACE, "email": "", "telephone": ""}


def _lectures(personne: Personne) -> QuerySet[Lecture]:
    if not personne.fiches:
        return Lecture.objects.none()
    famille = ContentType.objects.get_for_model(Famille)
    return Lecture.objects.filter(objet_type=famille, objets__overlap=sorted(personne.fiches))


def _consentements(personne: Personne) -> QuerySet[Consentement]:
    """Those of the accounts, and those given for something of the person's (a request to be called)."""
    condition = Q(utilisateur__in=personne.comptes)
    for declaration in declarations():
        relations = declaration.modele._meta.private_fields
        if any(isinstance(champ, GenericRelation) and champ.related_model is Consentement for champ in relations):
            genre = ContentType.objects.get_for_model(declaration.modele)
            condition |= Q(cible_type=genre, cible_id__in=declaration.lignes(personne).order_by().values("pk"))
    return Consentement.objects.filter(condition)


def _effacer_familles(familles: QuerySet[Famille], personne: Personne, maintenant: datetime) -> int:
    """Gone; one that was merged with somebody else's record is left without a word.

    It keeps that one from being taken for a single person's, who would then be handed what the other left there.
    """
    nombre = familles.filter(pk__in=personne.reunies).update(**_SANS_RIEN, langue="fr")
    supprimees, _details = familles.exclude(pk__in=personne.reunies).delete()
    return nombre + supprimees


def _invitations(personne: Personne) -> QuerySet[InvitationCoparent]:
    """Those a person sent, and those sent to their address: accepted, they keep it in another's family."""
    condition = Q(par__in=personne.comptes) | Q(famille__in=personne.fiches)
    for adresse in personne.destinataires(Canal.EMAIL):
        condition |= Q(email__iexact=adresse)
    return InvitationCoparent.objects.filter(condition)


def _oublier_invitations(invitations: QuerySet[InvitationCoparent], personne: Personne, maintenant: datetime) -> int:
    """Whoever agreed to share reads in their own ledger that it is over."""
    accords.clore(objet=ObjetAccord.PARTAGE, cibles=invitations, maintenant=maintenant)
    return supprimer(invitations, personne, maintenant)


declarer(
    Famille,
    lambda personne: Famille.objects.filter(pk__in=personne.fiches | personne.reunies),
    regle=FAMILLES,
    effacer=_effacer_familles,
    # The record that was kept took words of the other one.
    lues=lambda personne: Famille.objects.filter(
        Q(pk__in=personne.fiches) | Q(pk__in=personne.reunies, fusionnee_dans__isnull=False)
    ),
    anonyme=_SANS_RIEN,
    sauf=frozenset({"fusionnee_dans"}),
    titre=_("ce que nous savons de vous"),
)
declarer(Enfant, lambda personne: Enfant.objects.filter(famille__in=personne.fiches), regle=FAMILLES)
declarer(
    Fusion,
    lambda personne: Fusion.objects.filter(
        Q(conservee__in=personne.fiches) | Q(absorbee__in=personne.fiches | personne.reunies)
    ),
    regle=FAMILLES,
    sauf=frozenset({"conservee", "absorbee", "reprises"}),
    titre=_("fiches réunies"),
)
declarer(
    FamillesDistinctes,
    lambda personne: FamillesDistinctes.objects.filter(
        Q(premiere__in=personne.fiches) | Q(seconde__in=personne.fiches)
    ),
    regle=FAMILLES,
    # Who the other family is, is theirs.
    sauf=frozenset({"premiere", "seconde"}),
    titre=_("fiches ressemblantes, reconnues comme d'une autre famille"),
)
declarer(
    DemandeRappel,
    lambda personne: DemandeRappel.objects.filter(telephone__in=personne.destinataires(Canal.SMS)),
    regle="demandes_rappel",
)
declarer(
    AccesFamille,
    lambda personne: AccesFamille.objects.filter(Q(utilisateur__in=personne.comptes) | Q(famille__in=personne.fiches)),
    regle=FAMILLES,
    # The family's first name, for one who only shares it.
    sauf=frozenset({"famille"}),
)
declarer(
    InvitationCoparent,
    _invitations,
    regle="invitations_coparent",
    effacer=_oublier_invitations,
    sauf=frozenset({"famille"}),
)
declarer(ProfilParent, lambda personne: ProfilParent.objects.filter(utilisateur__in=personne.comptes), regle="comptes")
declarer(MaisonSuivie, lambda personne: MaisonSuivie.objects.filter(utilisateur__in=personne.comptes), regle="comptes")
declarer(FluxParent, lambda personne: FluxParent.objects.filter(utilisateur__in=personne.comptes), regle="comptes")
declarer(
    RappelEntretien,
    lambda personne: RappelEntretien.objects.filter(
        Q(utilisateur__in=personne.comptes) | Q(enfant__famille__in=personne.fiches)
    ),
    regle="comptes",
    # A child of a shared family has its name in that family's file.
    sauf=frozenset({"enfant"}),
)
declarer(Consentement, _consentements, regle="comptes", sauf=frozenset({"cible_id"}))
declarer(
    AccesDonnees,
    lambda personne: AccesDonnees.objects.filter(vers(personne)),
    regle="acces_donnees",
    sauf=frozenset({"empreinte"}),
)
# A number, which leads nowhere once the record is gone; no one can change this log.
declarer(
    Lecture,
    _lectures,
    regle="lectures",
    effacer=avec_son_parent,
    sauf=frozenset({"objets", "cadres"}),
    dire={"page": lambda lecture: nom_de_page(lecture.page)},
    titre=_("lectures de votre fiche par les équipes"),
)

sans_donnees("des dates et des nombres ; les numéros de fiche s'effacent à la fin", Effacement)
sans_donnees(
    "contenu du site ; le nom et la fonction de qui relit sont publiés",
    Article,
    Jalon,
    QuestionnaireBienEtre,
    VersionJalon,
)
