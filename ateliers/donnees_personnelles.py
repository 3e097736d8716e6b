"""What this room holds about people: bookings, requests for a group and what a member did there.

What was counted stays counted: a booking or a place of an erased family is left without the family.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib.postgres.functions import RandomUUID
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from ateliers.enums import CanalDemande
from ateliers.models import (
    Atelier,
    CohorteProposee,
    Composition,
    DemandeGroupe,
    Depassement,
    EnfantInscrit,
    EntreeJournal,
    FicheAccueil,
    GroupePairs,
    Inscription,
    MembreGroupe,
    MotDeLaMaison,
    Passage,
    PlaceProposee,
    ReponseBilan,
    Seance,
    Serie,
    Theme,
    ThemePropose,
    VoteTheme,
)
from ateliers.models.catalogue import langue_par_defaut
from ateliers.models.demandes import RAYON_PAR_DEFAUT_KM
from familles.mes_donnees import enregistrer_porteur, portees
from familles.models import PRENOM_EFFACE
from maisons.models import Lieu
from socle.dates import date_longue
from socle.registre import Personne, declarer, sans_donnees

FAMILLES = "familles"


def _dire_seance(lire: Callable[[Inscription], Seance]) -> Callable[[Inscription], str]:
    def dire(inscription: Inscription) -> str:
        seance = lire(inscription)
        return f"{seance.titre}, {date_longue(seance.debut, seance.zone)}, {seance.lieu.nom}"

    return dire


def _anonymiser_inscriptions(inscriptions: QuerySet[Inscription], personne: Personne, maintenant: datetime) -> int:
    """A figure of its session is left: how many, whether they came. What tied two of them to one family is gone."""
    return inscriptions.update(
        famille=None,
        prenom=PRENOM_EFFACE,
        email="",
        telephone="",
        langue="fr",
        besoins=[],
        avis_demande=False,
        cle_idempotence=RandomUUID(),
    )


def effacer_demandes(demandes: QuerySet[DemandeGroupe], personne: Personne, maintenant: datetime) -> int:
    """Gone, but for those that led to a group: there the place stays counted, and nothing of the family."""
    sans_groupe = demandes.filter(~Exists(MembreGroupe.objects.filter(demande=OuterRef("pk"))))
    nombre, _details = DemandeGroupe.objects.filter(pk__in=list(sans_groupe.values_list("pk", flat=True))).delete()
    for liees in (DemandeGroupe.enfants.through, DemandeGroupe.themes.through):
        liees.objects.filter(demandegroupe__in=demandes).delete()
    PlaceProposee.objects.filter(demande__in=demandes).delete()
    groupe = GroupePairs.objects.filter(membres__demande=OuterRef("pk")).order_by("-membres__pk")
    commune = Lieu.objects.filter(groupes__membres__demande=OuterRef("pk")).order_by("pk")
    return nombre + demandes.update(
        famille=None,
        prenom=PRENOM_EFFACE,
        email="",
        telephone="",
        langue="fr",
        prescripteur="",
        accord_le=None,
        canal=CanalDemande.TELEPHONE,
        # As every other of the group: its place, its window.
        commune=Subquery(commune.values("commune")[:1]),
        repere=Subquery(groupe.values("naissances_du")[:1]),
        rayon_km=RAYON_PAR_DEFAUT_KM,
        langues=langue_par_defaut(),
        moments=[],
        est_ne=True,
        age_corrige=False,
        a_deja_un_enfant=False,
        coparent=False,
        cle_idempotence=RandomUUID(),
    )


def _anonymiser_membres(membres: QuerySet[MembreGroupe], personne: Personne, maintenant: datetime) -> int:
    return membres.update(raisons=[], prenom_visible=False)


def _effacer_themes(themes: QuerySet[ThemePropose], personne: Personne, maintenant: datetime) -> int:
    """A theme that was talked about stays, without the words it was proposed in."""
    nombre = themes.filter(seance__isnull=False).update(
        texte=Concat(Value("Thème "), Cast(F("pk"), CharField())), propose_par=None
    )
    supprimes, _details = themes.filter(seance__isnull=True).delete()
    return nombre + supprimes


declarer(
    Inscription,
    lambda personne: Inscription.objects.filter(portees(personne)).select_related(
        "seance__lieu__commune__departement"
    ),
    regle=FAMILLES,
    effacer=_anonymiser_inscriptions,
    anonyme={"famille": None},
    sauf=frozenset({"famille"}),
    dire={"seance": _dire_seance(lambda inscription: inscription.seance)},
    titre=_("réservations"),
)
declarer(
    EnfantInscrit,
    lambda personne: EnfantInscrit.objects.filter(portees(personne, "inscription__")),
    # A child that two records had may bear the name which the other one gave.
    lues=lambda personne: EnfantInscrit.objects.filter(inscription__famille__in=personne.fiches),
    regle=FAMILLES,
    titre=_("enfants venus à une séance"),
    dire={"enfant": lambda ligne: str(ligne.enfant)},
)
declarer(
    FicheAccueil,
    lambda personne: FicheAccueil.objects.filter(portees(personne, "inscription__")),
    regle="contacts_urgence",
    titre=_("accueils ponctuels"),
)
declarer(
    DemandeGroupe,
    lambda personne: DemandeGroupe.objects.filter(portees(personne)),
    regle="demandes_groupe",
    effacer=effacer_demandes,
    anonyme={"famille": None},
    sauf=frozenset({"famille"}),
)
declarer(
    DemandeGroupe.enfants.through,
    lambda personne: DemandeGroupe.enfants.through.objects.filter(portees(personne, "demandegroupe__")),
    lues=lambda personne: DemandeGroupe.enfants.through.objects.filter(demandegroupe__famille__in=personne.fiches),
    regle="demandes_groupe",
    titre=_("enfants d'une demande de groupe"),
)
declarer(
    DemandeGroupe.themes.through,
    lambda personne: DemandeGroupe.themes.through.objects.filter(portees(personne, "demandegroupe__")),
    regle="demandes_groupe",
    titre=_("thèmes souhaités"),
)
declarer(
    PlaceProposee,
    lambda personne: PlaceProposee.objects.filter(portees(personne, "demande__")),
    regle="demandes_groupe",
    # A draft of the team's.
    sauf=frozenset({"composition", "cohorte"}),
)
declarer(
    MembreGroupe,
    lambda personne: MembreGroupe.objects.filter(portees(personne, "demande__")),
    regle=FAMILLES,
    effacer=_anonymiser_membres,
    titre=_("groupes de parents"),
)
declarer(
    ThemePropose,
    lambda personne: ThemePropose.objects.filter(portees(personne, "propose_par__demande__")),
    regle=FAMILLES,
    effacer=_effacer_themes,
    titre=_("thèmes que vous avez proposés"),
)
declarer(
    VoteTheme,
    lambda personne: VoteTheme.objects.filter(portees(personne, "membre__demande__")),
    regle=FAMILLES,
    titre=_("votes pour un thème"),
)

sans_donnees("catalogue et agenda", Theme, Atelier, Serie, Seance, "ateliers.Atelier_themes")
sans_donnees("groupes et brouillons de groupes", GroupePairs, Composition, CohorteProposee)
sans_donnees("qui mène un groupe", "ateliers.GroupePairs_facilitateurs", "ateliers.Composition_maisons")
sans_donnees("chiffres", Passage, Depassement)
sans_donnees("réponses anonymes", ReponseBilan)
sans_donnees("écrit par l'équipe à toute une séance, effacé par la règle « mots »", MotDeLaMaison)
sans_donnees("notes de l'équipe sur un groupe, effacées par la règle « journaux »", EntreeJournal)

enregistrer_porteur(Inscription)
enregistrer_porteur(DemandeGroupe)
