"""Two départements, two houses each, everything a house has, and everybody who may come.

|                      | Ardennes (08) | Bas-Rhin (67) |
|----------------------|---------------|---------------|
| one organisation     | ici (a1)      | soeur (b1)    |
| each its own         | voisine (a2)  | loin (b2)     |

A partner (p0) holds a permanence at `ici`. A new model needs a row in `foyer()`, named as the policy table calls it,
and a line in CIBLES when an address names it by something else than its number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from allauth.account.internal.flows import login
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.http import HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from ateliers.enums import CanalDemande, StatutDemande
from ateliers.groupes.messages import USAGE_LIEN as USAGE_GROUPE
from ateliers.messages import USAGE_LIEN
from ateliers.models import Composition, Depassement, MotDeLaMaison, Passage, PlaceProposee
from ateliers.pdf import USAGE_PORTE
from familles import lectures
from familles.messages import USAGE_AGENDA, USAGE_COPARENT
from maisons import invitations
from maisons.enums import Portee, Role
from maisons.messages import USAGE_SUIVI
from maisons.models import Invitation
from partenaires.messages import USAGE_FICHE
from socle import liens
from socle.comptes import sessions
from socle.models import Utilisateur
from tests import factories as f
from tests.droits import enquetes, label
from tests.droits import regles as r
from tests.droits.canaris import ANNUAIRE, DEMANDE, EQUIPE, FAMILLE, NOM, PLACES, PUBLIC, marquer, mot
from tests.droits.regles import Cible

CLASSES = frozenset({NOM, PUBLIC, ANNUAIRE, EQUIPE, FAMILLE, DEMANDE})

# Who holds which role at which house.
TENUS: dict[str, dict[str, str]] = {
    r.ANIMATEUR: {"a1": r.ANIMATEUR},
    r.RESPONSABLE: {"a1": r.RESPONSABLE},
    r.RESPONSABLE_ORGANISATION: {"a1": r.RESPONSABLE, "b1": r.RESPONSABLE},
    r.CUMUL: {"a1": r.ANIMATEUR, "a2": r.RESPONSABLE},
    r.PARTENAIRE: {"p0": r.PARTENAIRE},
    r.MEDECIN: dict.fromkeys(("a1", "a2"), r.MEDECIN),
    r.PILOTE: dict.fromkeys(("a1", "a2"), r.PILOTE),
    r.REDACTEUR: dict.fromkeys(PLACES, r.REDACTEUR),
    r.ADMINISTRATEUR: dict.fromkeys(PLACES, r.ADMINISTRATEUR),
}


# Statements that may write, or lock, a row.
_GESTE = re.compile(
    r"\b(insert|update|delete|merge|truncate|copy|call|do|create|alter|drop|nextval|setval)\b", re.IGNORECASE
)
# Run by one organisation.
ORGANISATION = {"a1", "b1"}


@dataclass
class Foyer:
    """All that one house has."""

    place: str
    objets: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, nom: str) -> Any:
        return self.objets[nom]

    def poser(self, cle: str, objet: models.Model, classe: str, /, **autres: str) -> Any:
        self.objets[cle] = marquer(objet, classe, self.place, **autres)
        return objet


def foyer(place: str, departement: models.Model, organisation: models.Model) -> Foyer:
    ici = Foyer(place, {"organisation": organisation})
    maison = ici.poser("maison", f.MaisonFactory(organisation=organisation, departement=departement), PUBLIC, nom=NOM)
    lieu = ici.poser("lieu", f.LieuFactory(maison=maison), PUBLIC, nom=NOM, adresse=NOM)
    chef = marquer(f.AffectationFactory(maison=maison).utilisateur, EQUIPE, place)
    ici.poser("plage", f.PlageOuvertureFactory(lieu=lieu), PUBLIC)
    tours = ici.poser("equipage", f.EquipageFactory(maison=maison), PUBLIC)
    etape = f.EtapeFactory(tournee=ici.poser("tournee", f.TourneeFactory(equipage=tours), EQUIPE), lieu=lieu)
    ici.poser("arret", f.ArretFactory(equipage=tours, etape=etape, lieu=lieu), PUBLIC)
    ici.poser("suivi", f.SuiviFactory(destinataire=f"suivi.{place}@exemple.fr"), FAMILLE)
    ici.poser("orientation", f.OrientationFactory(maison=maison), EQUIPE)
    ici.poser("fermeture", f.FermetureFactory(maison=maison), PUBLIC)
    atelier = ici.poser("atelier", f.AtelierFactory(maison=maison), PUBLIC)
    serie = ici.poser("serie", f.SerieFactory(atelier=atelier, lieu=lieu), PUBLIC)
    groupe = ici.poser("groupe", f.GroupePairsFactory(maison=maison, lieu=lieu), PUBLIC)
    # Soon: it may still be booked, and attendance is already open.
    seance = f.SeanceFactory(
        lieu=lieu, atelier=atelier, serie=serie, jour_serie=serie.premier_jour, debut=f.dans(minutes=30)
    )
    ici.poser("seance", seance, PUBLIC)
    ici.poser("brouillon", f.SeanceFactory(lieu=lieu, atelier=atelier, brouillon=True), EQUIPE)
    permanence(ici, lieu, f.PartenaireFactory())

    famille = ici.poser("famille", f.FamilleFactory(), FAMILLE)
    inscription = ici.poser("inscription", f.InscriptionFactory(seance=seance, famille=famille), FAMILLE)
    autre = marquer(f.FamilleFactory(), FAMILLE, place)
    ici.poser("proposition", f.InscriptionFactory(seance=seance, famille=autre, proposee=True), FAMILLE)
    enfant = ici.poser("enfant", f.EnfantFactory(famille=famille), FAMILLE)
    ici.poser("enfant_inscrit", f.EnfantInscritFactory(inscription=inscription, enfant=enfant), FAMILLE)
    en_groupe = marquer(f.FamilleFactory(), DEMANDE, place)
    transmise = {"canal": CanalDemande.PRESCRIPTEUR, "prescripteur": "…", "accord_le": f.maintenant()}
    demande = f.DemandeGroupeFactory(famille=en_groupe, maison=maison, statut=StatutDemande.PLACEE, **transmise)
    ici.poser("demande", demande, DEMANDE)
    # One that waits is the whole team's; one with a place is known to who leads its group.
    attend = marquer(f.FamilleFactory(), DEMANDE, place)
    ici.poser("demande_en_attente", f.DemandeGroupeFactory(famille=attend, maison=maison, **transmise), DEMANDE)
    ici.poser("membre", f.MembreGroupeFactory(groupe=groupe, demande=demande), DEMANDE)
    ici.poser("rappel", f.DemandeRappelFactory(maison=maison), DEMANDE)
    # A parent with an account, who shares with another.
    compte = marquer(f.UtilisateurFactory(), FAMILLE, place)
    f.AccesFamilleFactory(utilisateur=compte, famille=famille)
    ici.poser("acces", f.AccesFamilleFactory(coparent=True, famille=famille), FAMILLE)
    ici.poser("invitation_coparent", f.InvitationCoparentFactory(famille=famille, par=compte), FAMILLE)
    ici.poser("flux", f.FluxParentFactory(utilisateur=compte), FAMILLE)
    # Written once, its canary with it.
    ici.objets["accord"] = f.ConsentementFactory(utilisateur=compte, texte=mot(FAMILLE, place))
    # Its questions are no free text: no canary.
    ici.objets["bien_etre"] = f.QuestionnaireBienEtreFactory(departement=departement, code=f"essai-{place}")
    composition = Composition.objects.create(par=chef)
    composition.maisons.set([maison])
    ici.poser("composition", composition, DEMANDE)
    # A draft's family that has its place since: known to who leads its group and to the responsable.
    placee = f.DemandeGroupeFactory(
        famille=marquer(f.FamilleFactory(), FAMILLE, place), maison=maison, statut=StatutDemande.PLACEE
    )
    f.MembreGroupeFactory(groupe=groupe, demande=placee)
    PlaceProposee.objects.create(composition=composition, demande=placee)
    ici.poser("message", f.MessageFactory(objet=inscription), FAMILLE)
    ici.poser("opposition", f.OppositionFactory(destinataire=f"{place}@exemple.fr"), FAMILLE)

    collegue = ici.poser("utilisateur", f.UtilisateurFactory(equipe=True), EQUIPE)
    label.poser(ici, maison, chef)
    # An aim per house: the two of a département are of different days.
    ici.objets["objectif_label"] = f.ObjectifLabelFactory(departement=departement, source=mot(EQUIPE, place))
    # Whose house it is matters to nobody: everyone in the département reads it under a figure.
    ici.objets["taux_natalite"] = f.TauxNataliteFactory(departement=departement)
    ici.objets["ligne_budget"] = f.LigneBudgetFactory(
        candidature=ici["candidature"], libelle=mot(EQUIPE, place), financeur=mot(EQUIPE, place)
    )
    ici.objets["edition"] = f.EditionFactory(maison=maison, candidature=ici["candidature"], cree_par=chef)
    # Its question and answer are read by programs: only its name is free.
    nom = mot(EQUIPE, place)
    ici.objets["scenario"] = f.ScenarioFactory(departement=departement, cree_par=chef, nom=nom)
    ici.poser("passage", Passage.objects.create(seance=seance), EQUIPE)
    ici.poser("affectation", f.AffectationFactory(maison=maison, role=Role.ANIMATEUR, utilisateur=collegue), EQUIPE)
    ici.poser("invitation", _invitation(maison, chef), EQUIPE)
    ici.poser("mot", MotDeLaMaison.objects.create(seance=seance, texte="…", destinataires=1, par=chef), EQUIPE)
    # Written once, its canary with it.
    ici.objets["depassement"] = Depassement.objects.create(
        seance=seance, adultes_de=9, adultes_a=10, enfants_de=9, enfants_a=10, par=chef, motif=mot(EQUIPE, place)
    )
    # What was read is kept without words: its row is told by who read it.
    ici.objets["lecture"] = lectures.noter(
        utilisateur=chef,
        page="admin:familles_famille_change",
        familles=[famille.pk],
        maisons=[maison.pk],
        maintenant=f.maintenant(),
    )
    ici.objets |= enquetes.campagne(maison, place)
    for objet, classe in ((seance, EQUIPE), (maison, EQUIPE), (inscription, FAMILLE), (famille, FAMILLE)):
        type_objet = ContentType.objects.get_for_model(objet)
        ligne = {"user": chef, "content_type": type_objet, "object_id": str(objet.pk), "action_flag": CHANGE}
        ici.poser("journal", LogEntry.objects.create(object_repr="…", **ligne), classe)
    return ici


def permanence(ici: Foyer, lieu: models.Model, partenaire: models.Model) -> None:
    """A partner's regular presence and a session of it, with a family."""
    ici.poser("partenaire", partenaire, ANNUAIRE)
    ici.poser("permanence", f.PermanenceFactory(lieu=lieu, partenaire=partenaire), PUBLIC)
    seance = f.SeanceFactory(atelier=None, permanence=ici["permanence"], lieu=lieu, debut=f.dans(minutes=40))
    ici.poser("seance_permanence", seance, PUBLIC)
    famille = marquer(f.FamilleFactory(), FAMILLE, ici.place)
    ici.poser("inscription_permanence", f.InscriptionFactory(seance=seance, famille=famille), FAMILLE)


def _invitation(maison: models.Model, auteur: Utilisateur) -> Invitation:
    return Invitation.objects.create(
        email="invitee@exemple.fr",
        role=Role.ANIMATEUR,
        portee=Portee.MAISON,
        maison=maison,
        auteur=auteur,
        cree_le=f.maintenant(),
        expire_le=f.dans(days=5),
    )


# What names a row in an address, where it is not its number alone.
CIBLES: dict[str, Callable[[Foyer], tuple[Any, ...]]] = {
    "slug": lambda ici: (ici["maison"].slug,),
    "reference": lambda ici: (ici["seance"].reference,),
    "reference_brouillon": lambda ici: (ici["brouillon"].reference,),
    "jeton_inscription": lambda ici: (liens.signer(USAGE_LIEN, ici["inscription"].pk),),
    "jeton_proposition": lambda ici: (liens.signer(USAGE_LIEN, ici["proposition"].pk),),
    "jeton_groupe": lambda ici: (liens.signer(USAGE_GROUPE, ici["demande"].pk),),
    "jeton_groupe_et_reference": lambda ici: (liens.signer(USAGE_GROUPE, ici["demande"].pk), ici["seance"].reference),
    "jeton_groupe_et_cle": lambda ici: (liens.signer(USAGE_GROUPE, ici["demande"].pk), 987654321),
    "enfant_et_entretien": lambda ici: (ici["enfant"].pk, "epp"),
    "jeton_coparent": lambda ici: (liens.signer(USAGE_COPARENT, ici["invitation_coparent"].pk),),
    "jeton_agenda": lambda ici: (liens.signer(USAGE_AGENDA, ici["flux"].pk),),
    "jeton_suivi": lambda ici: (liens.signer(USAGE_SUIVI, ici["suivi"].pk),),
    "jeton_partenaire": lambda ici: (liens.signer(USAGE_FICHE, ici["partenaire"].pk),),
    "jeton_porte": lambda ici: (liens.signer(USAGE_PORTE, ici["seance"].pk),),
    "jeton_invitation": lambda ici: (invitations.jeton(ici["invitation"]),),
    "jalon_publier": lambda ici: (ici["jalon"].pk, "publier"),
    "article_relire": lambda ici: (ici["article"].pk, "relire"),
    "bien_etre_publier": lambda ici: (ici["bien_etre"].pk, "publier"),
    "campagne_et_porte": lambda ici: (ici["campagne"].pk, ici["porte"].pk),
    "candidature_et_critere": lambda ici: (ici["candidature"].pk, ici["evaluation"].pk),
    "candidature_et_preuve": lambda ici: (ici["candidature"].pk, ici["preuve"].pk),
    "deux_familles": lambda ici: (ici["famille"].pk, ici["proposition"].famille_id),
    "seance_et_inscription": lambda ici: (ici["seance"].pk, ici["inscription"].pk),
    "seance_et_passage": lambda ici: (ici["seance"].pk, ici["passage"].pk),
    "voir_maison": lambda ici: (ContentType.objects.get_for_model(ici["maison"]).pk, ici["maison"].pk),
}
# Rows of no session in particular.
PARTAGEES = {"partenaire", "organisation"}
# Addresses that name no row of a house.
MOTS: dict[str, tuple[Any, ...]] = {
    "application": ("ateliers",),
    "jeu_de_donnees": ("structures.json",),
    "cle": (987654321,),
    "cle_mot_de_passe": ("1", "set-password"),
    "fond_de_carte": ("departements",),
    "fournisseur": ("proconnect",),
    "inconnu": ("inconnu",),
    "inconnu_et_jeton": ("inconnu", "1.inconnu"),
    "inconnu_et_mot": ("inconnu", "inconnue"),
    "piece_inconnue": ("inconnu", 0),
    "section": ("pages",),
    "table_de_couverture": ("lieux", "csv"),
}


class Monde:
    """The rows, the people, and what asking one of them for an address gives."""

    def __init__(self) -> None:
        ardennes = f.DepartementFactory(code="08")
        bas_rhin = f.DepartementFactory(code="67", nom="Bas-Rhin")
        commune = f.CommuneFactory()
        self.references: dict[str, models.Model] = {
            "departement": ardennes,
            "commune": commune,
            "territoire": f.TerritoireFactory(),
            "theme": f.ThemeFactory(),
            **enquetes.questionnaire(),
            "version_referentiel": label.version(),
        }
        # Of somebody who is none of those who ask.
        self.export = f.ExportFactory()
        commun = marquer(f.OrganisationFactory(), NOM, "a1")
        self.foyers = {
            "a1": foyer("a1", ardennes, commun),
            "a2": foyer("a2", ardennes, marquer(f.OrganisationFactory(), NOM, "a2")),
            "b1": foyer("b1", bas_rhin, commun),
            "b2": foyer("b2", bas_rhin, marquer(f.OrganisationFactory(), NOM, "b2")),
        }
        self.ici = self.foyers["a1"]
        # Of no house: whoever may see them sees them all.
        self.ici.objets |= {"jalon": f.VersionJalonFactory(), "article": f.ArticleFactory()}
        chez_le_partenaire = marquer(f.OrganisationFactory(), NOM, "p0")
        self.foyers["p0"] = Foyer("p0", {"organisation": chez_le_partenaire})
        permanence(self.foyers["p0"], self.ici["lieu"], f.PartenaireFactory(organisation=chez_le_partenaire))
        self.utilisateurs = _personnes(self)
        seance = self.ici["seance"]
        seance.animateur = self.utilisateurs[r.ANIMATEUR]
        seance.save(update_fields=["animateur"])
        self.sessions = {nom: _session(nom, personne) for nom, personne in self.utilisateurs.items() if personne}
        self._ecrits = self.ecritures()
        self._depart = transaction.savepoint()
        self._profondeur = len(connection.savepoint_ids)

    # Rows

    def cibles(self, nom: str) -> list[Cible]:
        """The rows that a rule's `cible` names: one a house, and the partner's own. "…=un": one, the same to all."""
        if nom.endswith("=un"):
            (premiere, *_autres) = self.cibles(nom.removesuffix("=un"))
            return [Cible(premiere.libelle, premiere.arguments, {p: self.roles(p) for p in TENUS}, premiere.place)]
        if nom in ("export", "cle_export"):
            return [Cible(nom, (self.export.pk if nom == "export" else self.export.cle,), {})]
        if nom == "version_et_langue":
            (sans_langue,) = self.cibles("version")
            return [Cible(nom, (*sans_langue.arguments, "ar"), sans_langue.roles)]
        if nom in self.references or nom in MOTS:
            arguments = MOTS[nom] if nom in MOTS else (self.references[nom].pk,)
            return [Cible(nom, arguments, {personne: self.roles(personne) for personne in TENUS})]
        trouvees: dict[tuple[Any, ...], Cible] = {}
        for place, chez in self.foyers.items():
            arguments = self._arguments(nom, chez)
            if arguments is None:
                continue
            roles = {personne: self._roles_ici(personne, place, nom) for personne in TENUS}
            if arguments in trouvees:
                connus = trouvees[arguments].roles
                roles = {personne: connus[personne] | roles[personne] for personne in TENUS}
                place = trouvees[arguments].place
            trouvees[arguments] = Cible(f"{nom} de {place}", arguments, roles, place)
        return list(trouvees.values())

    def _arguments(self, nom: str, chez: Foyer) -> tuple[Any, ...] | None:
        if chez.place == "p0" and nom == "seance":
            nom = "seance_permanence"
        if nom in CIBLES:
            try:
                return CIBLES[nom](chez)
            except KeyError:
                return None
        return (chez[nom].pk,) if nom in chez.objets else None

    def _roles_ici(self, personne: str, place: str, nom: str) -> frozenset[str]:
        """Roles that reach a row: those at its house; the partner's permanence is also one of the house's."""
        tenus = TENUS[personne]
        if personne == r.ANIMATEUR and place == "a1" and nom not in PARTAGEES:
            return frozenset({r.ANIMATEUR, r.MENEUR})
        if nom == "partenaire":
            hors = {r.PARTENAIRE} if place != "p0" else frozenset()
            return self.roles(personne) - hors
        if place == "p0" and nom != "organisation":
            return frozenset({tenus[ou] for ou in ("p0", "a1") if ou in tenus})
        return frozenset({tenus[place]} if place in tenus else ())

    def parente(self, personne: str, cible: Cible | None) -> tuple[Any, ...]:
        """How a row stands to a person: the roles held there, and whether it is near a house of theirs.

        Rows of one kind answer for one another: two houses of a pilot's own département, say. To who holds no role
        those of one département are alike.
        """
        if cible is None or not cible.place:
            return ()
        if personne not in TENUS:
            return (cible.place[0],)
        siennes = TENUS[personne]
        return (
            cible.roles_de(personne),
            any(place[0] == cible.place[0] for place in siennes),
            any({place, cible.place} <= ORGANISATION for place in siennes),
            # Where the partner receives, at another's house.
            personne == r.PARTENAIRE and cible.place == "a1",
        )

    def roles(self, personne: str) -> frozenset[str]:
        meneur = {r.MENEUR} if personne == r.ANIMATEUR else set()
        return frozenset(TENUS.get(personne, {}).values()) | meneur

    # Canaries

    def lisibles(self, personne: str, genre: str, cible: Cible | None) -> set[tuple[str, str]]:
        """The (class, place) of the words that a page may show to somebody."""
        permis: set[tuple[str, str]] = set()
        if genre in ("public", "lien"):
            permis |= {(classe, place) for classe in (NOM, PUBLIC, ANNUAIRE) for place in PLACES}
        if genre == "lien" and cible is not None:
            permis |= {(classe, cible.place) for classe in CLASSES}
        if genre != "equipe" or personne in r.A_LA_PORTE:
            return permis
        for place, role in TENUS[personne].items():
            classes = CLASSES if role in r.MAISON else CLASSES - {FAMILLE, DEMANDE}
            # The partner's session, at the same house, is led by nobody.
            a_cote = classes
            if role == r.ANIMATEUR:
                a_cote = classes - {FAMILLE}
                classes = classes if personne == r.ANIMATEUR else a_cote
            if role == r.PARTENAIRE:
                # The house where it receives is named, nothing else of it is said.
                classes = a_cote = frozenset({NOM, PUBLIC, ANNUAIRE})
                permis.add((NOM, "a1"))
            elif role in r.REDACTION | r.MEDECINE:
                classes = a_cote = frozenset()
            permis |= {(classe, place) for classe in classes}
            if place == "a1":
                permis |= {(classe, "p0") for classe in a_cote}
            if role in r.EQUIPES:
                permis |= {(ANNUAIRE, partout) for partout in PLACES}
        return permis

    # Asking

    def ecritures(self) -> int:
        """How many rows this transaction wrote so far, of any table but those that keep visits and reads."""
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
                " + pg_stat_get_xact_tuples_deleted(oid))::bigint FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
                [["django_session", "socle_quotadebit", "socle_lecture"]],
            )
            (nombre,) = curseur.fetchone()
        return int(nombre)

    def demander(
        self, personne: str, methode: str, chemin: str, donnees: Mapping[str, Any] | None = None
    ) -> tuple[HttpResponseBase, int]:
        """The answer and how many rows asking wrote; nothing of it stays."""
        navigateur = Navigateur()
        if personne in self.sessions:
            navigateur.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[personne]
        with self._sans_trace() as gestes:
            reponse: Any = (
                navigateur.get(chemin, donnees) if methode == r.GET else navigateur.post(chemin, donnees or {})
            )
            if reponse.streaming:
                contenu = b"".join(reponse.streaming_content)
                reponse = HttpResponse(contenu, status=reponse.status_code, headers=dict(reponse.items()))
            if not gestes:
                return reponse, 0
            ecrits = self.ecritures()
        ecrits, self._ecrits = ecrits - self._ecrits, ecrits
        return reponse, ecrits

    @contextmanager
    def _sans_trace(self) -> Iterator[list[Any]]:
        """What happens inside never happened; the statements that may have written, as they come.

        What only reads, as most that is asked for does, has nothing to undo and no rows to count.
        """
        gestes: list[Any] = []

        def noter(execute: Any, sql: Any, *reste: Any) -> Any:
            if not isinstance(sql, str) or _GESTE.search(sql):
                gestes.append(sql)
            return execute(sql, *reste)

        depart = self._depart if len(connection.savepoint_ids) == self._profondeur else transaction.savepoint()
        try:
            with connection.execute_wrapper(noter):
                yield gestes
        finally:
            if gestes or connection.needs_rollback:
                connection.needs_rollback = False
                transaction.savepoint_rollback(depart)


class Navigateur(RequestFactory):
    """The test client without what it keeps of each template: a third of the time."""

    serveur = ClientHandler(enforce_csrf_checks=False)

    def request(self, **demande: Any) -> Any:
        return self.serveur(self._base_environ(**demande))


@contextmanager
def sans_suite() -> Iterator[None]:
    """What happens inside never happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _personnes(monde: Monde) -> dict[str, Utilisateur | None]:
    maison, voisine = monde.ici["maison"], monde.foyers["a2"]["maison"]
    organisation = {"portee": Portee.ORGANISATION, "maison": None}
    cumul = f.AffectationFactory(maison=maison, role=Role.ANIMATEUR).utilisateur
    f.AffectationFactory(utilisateur=cumul, maison=voisine, role=Role.RESPONSABLE)
    affectations = {
        r.PARTI: {"maison": maison, "finie": True},
        r.FUTUR: {"maison": maison, "du": f.dans(days=3).date()},
        r.INACTIF: {"maison": maison, "utilisateur__is_active": False},
        r.SANS_FACTEUR: {"maison": maison},
        r.ANIMATEUR: {"maison": maison, "role": Role.ANIMATEUR},
        r.RESPONSABLE: {"maison": maison},
        r.RESPONSABLE_ORGANISATION: {**organisation, "organisation": monde.ici["organisation"]},
        r.PARTENAIRE: {
            **organisation,
            "role": Role.PARTENAIRE,
            "organisation": monde.foyers["p0"]["organisation"],
        },
        r.PILOTE: {"departemental": True, "departement": maison.departement},
        r.ADMINISTRATEUR: {"reseau": True},
        r.MEDECIN: {"medecine": True, "departement": maison.departement},
        r.REDACTEUR: {"redaction": True},
    }
    return {
        r.ANONYME: None,
        r.PARENT: f.UtilisateurFactory(),
        r.SANS_AFFECTATION: f.UtilisateurFactory(equipe=True),
        r.CUMUL: cumul,
        **{nom: f.AffectationFactory(**champs).utilisateur for nom, champs in affectations.items()},
    }


def _session(nom: str, utilisateur: Utilisateur) -> str:
    """A session opened by two factors, but for the one who has none."""
    client = Client()
    client._login(utilisateur, "socle.comptes.authentification.MotDePasseBackend")  # type: ignore[attr-defined]
    session = client.session
    # A moment ago, however long the walk takes.
    demain = time.time() + 86_400
    methodes = ["password"] if nom in (r.SANS_FACTEUR, r.PARENT) else ["password", "mfa"]
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": m, "at": demain} for m in methodes]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(utilisateur.pk)
    # Else each request would note that somebody is there.
    session[sessions.OUVERTE] = session[sessions.VUE] = int(demain)
    session.save()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
