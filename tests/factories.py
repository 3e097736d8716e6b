"""Rows for the tests, each valid as it is; traits name what is special: SeanceFactory(passee=True, complete=True).

Dates are relative to now. A test that moves the clock gives its own `debut` and `fin`.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.django import DjangoModelFactory

from ateliers.enums import (
    AccueilSeance,
    AnnuleePar,
    Audience,
    CanalInscription,
    Format,
    OrigineMembre,
    RaisonAccueil,
    StatutDemande,
    StatutInscription,
    StatutMembre,
    StatutSeance,
)
from ateliers.models import (
    Atelier,
    DemandeGroupe,
    EnfantInscrit,
    FicheAccueil,
    GroupePairs,
    Inscription,
    MembreGroupe,
    Seance,
    Serie,
    Theme,
    fin_de_fenetre,
    fin_de_groupe,
)
from enquetes.models import Questionnaire
from familles.enums import (
    Ancre,
    Caractere,
    CategorieJalon,
    Confiance,
    GenreAcces,
    ObjetAccord,
    ThemeArticle,
    Variante,
)
from familles.models import (
    AccesFamille,
    Article,
    Consentement,
    DemandeRappel,
    Enfant,
    Famille,
    FluxParent,
    InvitationCoparent,
    Jalon,
    MaisonSuivie,
    ProfilParent,
    QuestionnaireBienEtre,
    RappelEntretien,
    VersionJalon,
)
from maisons.enums import (
    JourSemaine,
    MotifArret,
    Portee,
    Role,
    StatutArret,
    StatutLabel,
    TypeMaison,
    TypeOrganisation,
    ZoneScolaire,
)
from maisons.implantation import scenarios
from maisons.models import (
    Affectation,
    Arret,
    Commune,
    Departement,
    Equipage,
    EtapeTournee,
    Fermeture,
    Lieu,
    Maison,
    Organisation,
    PlageOuverture,
    Salle,
    Suivi,
    Territoire,
    Tournee,
)
from partenaires.enums import TypePartenaire
from partenaires.models import Orientation, Partenaire, Permanence
from socle.enums import Canal, FormatTableau, StatutExport, StatutMessage
from socle.models import Export, Message, Opposition, Utilisateur
from socle.texte import normaliser


def maintenant() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def dans(**duree: float) -> datetime:
    """A moment from now: dans(days=3), dans(hours=-2)."""
    return maintenant() + timedelta(**duree)


# socle ─────────────────────────────────────────────────────────────────────────────────────────────


class UtilisateurFactory(DjangoModelFactory):
    class Meta:
        model = Utilisateur
        skip_postgeneration_save = True

    class Params:
        equipe = factory.Trait(is_staff=True)
        superutilisateur = factory.Trait(is_staff=True, is_superuser=True)

    email = factory.Sequence(lambda n: f"personne{n}@exemple.fr")
    prenom = "Camille"
    nom = "Durand"
    password = factory.LazyFunction(lambda: make_password("secret"))


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    class Params:
        sms = factory.Trait(canal=Canal.SMS, destinataire="+33612345678")
        envoye = factory.Trait(statut=StatutMessage.ENVOYE, envoye_le=factory.LazyFunction(maintenant))

    canal = Canal.EMAIL
    destinataire = factory.Sequence(lambda n: f"famille{n}@exemple.fr")
    modele = "confirmation"
    cle_unique = factory.Sequence(lambda n: f"essai:{n}:{uuid.uuid4()}")
    message_id = factory.LazyFunction(lambda: f"<{uuid.uuid4()}@localhost>")
    du_le = factory.LazyFunction(maintenant)


class OppositionFactory(DjangoModelFactory):
    class Meta:
        model = Opposition

    canal = Canal.SMS
    destinataire = "+33612345678"
    depuis = factory.LazyFunction(maintenant)


class ExportFactory(DjangoModelFactory):
    """A file that is ready, of a list of sessions."""

    class Meta:
        model = Export

    demandeur = factory.SubFactory(UtilisateurFactory, equipe=True)
    quoi = "seance:seances"
    format = FormatTableau.CSV
    statut = StatutExport.PRET
    expire_le = factory.LazyFunction(lambda: dans(hours=6))


# maisons ───────────────────────────────────────────────────────────────────────────────────────────


class DepartementFactory(DjangoModelFactory):
    class Meta:
        model = Departement
        django_get_or_create = ("code",)

    class Params:
        reunion = factory.Trait(code="974", nom="La Réunion", fuseau="Indian/Reunion", zone_scolaire="")

    code = "08"
    nom = "Ardennes"
    nom_recherche = factory.LazyAttribute(lambda d: normaliser(d.nom))
    fuseau = "Europe/Paris"
    zone_scolaire = ZoneScolaire.B


class CommuneFactory(DjangoModelFactory):
    """Rethel, unless told otherwise; `autre` gives a new commune each time."""

    class Meta:
        model = Commune
        django_get_or_create = ("code_insee",)

    class Params:
        autre = factory.Trait(
            code_insee=factory.Sequence(lambda n: f"08{500 + n % 500}"),
            nom=factory.Sequence(lambda n: f"Commune-{n}"),
            codes_postaux=factory.Sequence(lambda n: [f"08{500 + n % 500}"]),
        )

    code_insee = "08362"
    nom = "Rethel"
    nom_recherche = factory.LazyAttribute(lambda c: normaliser(c.nom))
    departement = factory.SubFactory(DepartementFactory)
    codes_postaux = factory.LazyFunction(lambda: ["08300"])
    codes_postaux_texte = factory.LazyAttribute(lambda c: " ".join(c.codes_postaux))
    population = 7600
    latitude = 49.51
    longitude = 4.37


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    nom = factory.Sequence(lambda n: f"Organisation {n}")
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    type = TypeOrganisation.DEPARTEMENT


class TerritoireFactory(DjangoModelFactory):
    class Meta:
        model = Territoire

    nom = factory.Sequence(lambda n: f"Territoire {n}")


class MaisonFactory(DjangoModelFactory):
    class Meta:
        model = Maison

    class Params:
        labellisee = factory.Trait(statut_label=StatutLabel.LABELLISEE, label_le=date(2026, 1, 20))
        itinerante = factory.Trait(type=TypeMaison.ITINERANTE)
        cachee = factory.Trait(publiee=False)
        reunion = factory.Trait(departement=factory.SubFactory(DepartementFactory, reunion=True))

    nom = factory.Sequence(lambda n: f"Maison {n}")
    slug = factory.Sequence(lambda n: f"maison-{n}")
    organisation = factory.SubFactory(OrganisationFactory)
    departement = factory.SubFactory(DepartementFactory)
    langues = factory.LazyFunction(lambda: ["fr"])
    telephone = "+33324000000"


class LieuFactory(DjangoModelFactory):
    """A place at Rethel; `reunion` puts it at Saint-Denis of La Réunion, in its own time zone."""

    class Meta:
        model = Lieu

    class Params:
        reunion = factory.Trait(
            maison=factory.SubFactory(MaisonFactory, reunion=True),
            commune=factory.SubFactory(
                CommuneFactory,
                code_insee="97411",
                nom="Saint-Denis",
                codes_postaux=["97400"],
                departement=factory.SubFactory(DepartementFactory, reunion=True),
                latitude=-20.88,
                longitude=55.45,
            ),
            code_postal="97400",
            latitude=-20.88,
            longitude=55.45,
            fuseau="Indian/Reunion",
        )

    maison = factory.SubFactory(MaisonFactory)
    nom = factory.Sequence(lambda n: f"Lieu {n}")
    adresse = "1 place de la République"
    commune = factory.SubFactory(CommuneFactory)
    code_postal = "08300"
    latitude = 49.51
    longitude = 4.37
    fuseau = "Europe/Paris"


class SalleFactory(DjangoModelFactory):
    class Meta:
        model = Salle

    lieu = factory.SubFactory(LieuFactory)
    nom = factory.Sequence(lambda n: f"Salle {n}")


class PlageOuvertureFactory(DjangoModelFactory):
    class Meta:
        model = PlageOuverture

    lieu = factory.SubFactory(LieuFactory)
    jour = JourSemaine.MARDI
    debut = "09:00"
    fin = "12:00"


class FermetureFactory(DjangoModelFactory):
    class Meta:
        model = Fermeture

    maison = factory.SubFactory(MaisonFactory)
    du = factory.LazyFunction(lambda: dans(days=7).date())
    au = factory.LazyAttribute(lambda f: f.du)


class EquipageFactory(DjangoModelFactory):
    class Meta:
        model = Equipage

    maison = factory.SubFactory(MaisonFactory, type=TypeMaison.VEHICULE)
    nom = factory.Sequence(lambda n: f"Bulle {n}")
    services = factory.LazyFunction(lambda: ["ecoute", "jeu"])


class TourneeFactory(DjangoModelFactory):
    class Meta:
        model = Tournee

    equipage = factory.SubFactory(EquipageFactory)
    nom = factory.Sequence(lambda n: f"Tournée {n}")
    premier_jour = factory.LazyFunction(lambda: dans(days=1).date())


class EtapeFactory(DjangoModelFactory):
    class Meta:
        model = EtapeTournee

    tournee = factory.SubFactory(TourneeFactory)
    lieu = factory.LazyAttribute(lambda e: LieuFactory(maison=e.tournee.equipage.maison))
    heure = factory.Sequence(lambda n: time(n // 60 % 24, n % 60))
    duree_minutes = 120


class ArretFactory(DjangoModelFactory):
    """Two hours tomorrow; `annule`, `en_cours` and `passe` say otherwise."""

    class Meta:
        model = Arret

    class Params:
        annule = factory.Trait(
            statut=StatutArret.ANNULE, motif=MotifArret.METEO, annule_le=factory.LazyFunction(maintenant)
        )
        en_cours = factory.Trait(debut=factory.LazyFunction(lambda: dans(minutes=-30)))
        passe = factory.Trait(debut=factory.LazyFunction(lambda: dans(days=-3)))

    equipage = factory.SubFactory(EquipageFactory)
    lieu = factory.LazyAttribute(lambda a: LieuFactory(maison=a.equipage.maison))
    etape = factory.LazyAttribute(lambda a: EtapeFactory(tournee__equipage=a.equipage, lieu=a.lieu))
    debut = factory.LazyFunction(lambda: dans(days=1))
    fin = factory.LazyAttribute(lambda a: a.debut + timedelta(hours=2))
    jour = factory.LazyAttribute(lambda a: a.debut.date())


class SuiviFactory(DjangoModelFactory):
    """Someone told of the stops at Rethel and within ten kilometres."""

    class Meta:
        model = Suivi

    class Params:
        sms = factory.Trait(canal=Canal.SMS, destinataire=factory.Sequence(lambda n: f"+336{n % 10**8:08d}"))
        a_confirmer = factory.Trait(confirme_le=None)

    commune = factory.SubFactory(CommuneFactory)
    canal = Canal.EMAIL
    destinataire = factory.Sequence(lambda n: f"suivi{n}@exemple.fr")
    demande_le = factory.LazyFunction(maintenant)
    confirme_le = factory.LazyFunction(maintenant)


class ScenarioFactory(DjangoModelFactory):
    """Where to open one house, answered."""

    class Meta:
        model = "maisons.ScenarioImplantation"

    departement = factory.SubFactory(DepartementFactory)
    nom = factory.Sequence(lambda n: f"Scénario {n}")
    cree_par = factory.SubFactory(UtilisateurFactory, equipe=True)
    statut = "pret"
    question = factory.LazyFunction(lambda: scenarios.Question(sites=1).ecrire())
    reponse = factory.LazyFunction(
        lambda: {
            "objectif": "couverture",
            "rayon_km": 15.0,
            "plafond_km": None,
            "natalite_pour_mille": 9.7,
            "source_natalite": "Insee",
            "maisons_existantes": [],
            "communes_candidates": 1,
            "arrets": [],
            "arrets_comptent": False,
            **PLAN,
            "borne": 0.0,
            "ecart": 0.0,
            "secondes": 0.1,
            "glouton": PLAN,
        }
    )
    dessertes = factory.LazyFunction(lambda: {"optimum": [], "glouton": []})
    calcule_le = factory.LazyFunction(timezone.now)


PLAN = {
    "sites": [],
    "naissances_par_an": 0.0,
    "naissances_couvertes": 0.0,
    "part_couverte": 0.0,
    "part_couverte_avec_arrets": 0.0,
    "km_moyen": 0.0,
    "km_max": 0.0,
}


class TauxNataliteFactory(DjangoModelFactory):
    class Meta:
        model = "maisons.TauxNatalite"

    departement = factory.SubFactory(DepartementFactory)
    annee = factory.Sequence(lambda n: 2000 + n % 100)
    pour_mille = Decimal("8.5")
    source = "Insee, état civil"


class ObjectifLabelFactory(DjangoModelFactory):
    class Meta:
        model = "maisons.ObjectifLabel"

    departement = factory.SubFactory(DepartementFactory)
    nombre = 7
    echeance = factory.Sequence(lambda n: date(2027, 12, 31) + timedelta(days=n))


class LigneBudgetFactory(DjangoModelFactory):
    """What a house spends; `candidature` is given."""

    class Meta:
        model = "maisons.LigneBudget"

    annee = 2026
    sens = "depense"
    libelle = "Facilitatrice"
    montant = Decimal(42000)


class EditionFactory(DjangoModelFactory):
    """A dossier that waits for a worker; its house and candidature are given."""

    class Meta:
        model = "maisons.Edition"

    nature = "dossier"
    numero = 1
    departement = factory.LazyAttribute(lambda edition: edition.maison.departement)
    du = date(2025, 11, 1)
    au = date(2026, 10, 31)


class AffectationFactory(DjangoModelFactory):
    """A responsable of a house, unless told otherwise: `organisation_entiere`, `departemental`, `reseau`."""

    class Meta:
        model = Affectation

    class Params:
        organisation_entiere = factory.Trait(
            portee=Portee.ORGANISATION, maison=None, organisation=factory.SubFactory(OrganisationFactory)
        )
        departemental = factory.Trait(
            role=Role.PILOTE,
            portee=Portee.DEPARTEMENT,
            maison=None,
            departement=factory.SubFactory(DepartementFactory),
        )
        reseau = factory.Trait(role=Role.ADMINISTRATEUR, portee=Portee.RESEAU, maison=None)
        redaction = factory.Trait(role=Role.REDACTEUR, portee=Portee.RESEAU, maison=None)
        medecine = factory.Trait(
            role=Role.MEDECIN,
            portee=Portee.DEPARTEMENT,
            maison=None,
            departement=factory.SubFactory(DepartementFactory),
        )
        finie = factory.Trait(au=factory.LazyFunction(lambda: dans(days=-2).date()))

    utilisateur = factory.SubFactory(UtilisateurFactory, equipe=True)
    role = Role.RESPONSABLE
    portee = Portee.MAISON
    maison = factory.SubFactory(MaisonFactory)
    du = factory.LazyFunction(lambda: dans(days=-30).date())


# familles ──────────────────────────────────────────────────────────────────────────────────────────


class DemandeRappelFactory(DjangoModelFactory):
    class Meta:
        model = DemandeRappel

    maison = factory.SubFactory(MaisonFactory)
    prenom = "Lila"
    telephone = "+33612345678"
    demandee_le = factory.LazyFunction(maintenant)


class AccesFamilleFactory(DjangoModelFactory):
    """Whose family it is; `coparent` for who was invited to it."""

    class Meta:
        model = AccesFamille

    class Params:
        coparent = factory.Trait(genre=GenreAcces.COPARENT)

    utilisateur = factory.SubFactory(UtilisateurFactory)
    famille = factory.LazyAttribute(lambda a: FamilleFactory(email=a.utilisateur.email))
    genre = GenreAcces.TITULAIRE
    depuis = factory.LazyFunction(maintenant)


class ProfilParentFactory(DjangoModelFactory):
    """Someone reached by e-mail; `mobile` adds a number that was proved."""

    class Meta:
        model = ProfilParent

    class Params:
        mobile = factory.Trait(
            telephone=factory.Sequence(lambda n: f"+336{n % 10**8:08d}"),
            telephone_prouve_le=factory.LazyFunction(maintenant),
        )

    utilisateur = factory.SubFactory(UtilisateurFactory)


class InvitationCoparentFactory(DjangoModelFactory):
    class Meta:
        model = InvitationCoparent

    class Params:
        expiree = factory.Trait(expire_le=factory.LazyFunction(lambda: dans(days=-1)))

    famille = factory.SubFactory("tests.factories.FamilleFactory")
    par = factory.SubFactory(UtilisateurFactory)
    email = factory.Sequence(lambda n: f"coparent{n}@exemple.fr")
    cree_le = factory.LazyFunction(lambda: dans(days=-2))
    expire_le = factory.LazyFunction(lambda: dans(days=5))


class MaisonSuivieFactory(DjangoModelFactory):
    class Meta:
        model = MaisonSuivie

    utilisateur = factory.SubFactory(UtilisateurFactory)
    maison = factory.SubFactory(MaisonFactory)
    depuis = factory.LazyFunction(maintenant)


class FluxParentFactory(DjangoModelFactory):
    class Meta:
        model = FluxParent

    utilisateur = factory.SubFactory(UtilisateurFactory)
    cree_le = factory.LazyFunction(maintenant)


class RappelEntretienFactory(DjangoModelFactory):
    class Meta:
        model = RappelEntretien

    utilisateur = factory.SubFactory(UtilisateurFactory)
    enfant = factory.SubFactory("tests.factories.EnfantFactory")
    jalon = factory.LazyFunction(lambda: Jalon.objects.get_or_create(code="epnp_1")[0])
    demande_le = factory.LazyFunction(maintenant)


class ConsentementFactory(DjangoModelFactory):
    class Meta:
        model = Consentement

    utilisateur = factory.SubFactory(UtilisateurFactory)
    objet = ObjetAccord.RAPPELS_ENTRETIENS
    version = 1
    texte = "Je veux un rappel."
    langue = "fr"
    donne_le = factory.LazyFunction(maintenant)


class VersionJalonFactory(DjangoModelFactory):
    """A draft: four to eight weeks after the birth."""

    class Meta:
        model = VersionJalon

    jalon = factory.LazyFunction(lambda: Jalon.objects.create(code=f"jalon-{uuid.uuid4().hex[:8]}"))
    numero = 1
    titre = "Un entretien"
    categorie = CategorieJalon.SANTE_MERE
    pour_qui = factory.LazyFunction(lambda: ["mere"])
    caractere = Caractere.RECOMMANDE
    ancre = Ancre.NAISSANCE
    debut_semaines = 4
    fin_semaines = 8
    regle_ecrite = "De quatre à huit semaines."
    sources = "Une source publique"
    confiance = Confiance.VERIFIE
    verifiee_le = date(2026, 11, 21)


class ArticleFactory(DjangoModelFactory):
    """A draft."""

    class Meta:
        model = Article

    slug = factory.Sequence(lambda n: f"article-{n}")
    titre = "Un article"
    resume = "En une phrase."
    corps = "Un **texte**."
    etapes = factory.LazyFunction(lambda: ["grossesse"])
    theme = ThemeArticle.SANTE
    sources = "Une source publique"
    redige_le = date(2026, 11, 22)


class QuestionnaireBienEtreFactory(DjangoModelFactory):
    """A draft of two questions, the second one of safety."""

    class Meta:
        model = QuestionnaireBienEtre

    departement = factory.SubFactory(DepartementFactory)
    code = factory.Sequence(lambda n: f"questionnaire-{n}")
    variante = Variante.PARENT
    titre = "Comment ça va ?"
    introduction = "Ce n'est pas un diagnostic."
    questions = factory.LazyFunction(
        lambda: [
            {"code": "fatigue", "texte": "Fatigué ?", "choix": ["Non", "Oui"]},
            {"code": "danger", "texte": "En danger ?", "choix": ["Non", "Oui"], "securite": True},
        ]
    )
    licence = "Écrit pour les essais."
    seuil_attention = 1
    seuil_alerte = 2
    titre_serein = texte_serein = "Tout va bien."
    titre_attention = texte_attention = "Parlez-en."
    titre_alerte = texte_alerte = "Parlez-en vite."
    titre_danger = texte_danger = "Appelez."


class FamilleFactory(DjangoModelFactory):
    class Meta:
        model = Famille

    class Params:
        sms = factory.Trait(email="", telephone=factory.Sequence(lambda n: f"+336{n % 10**8:08d}"))

    prenom = "Inès"
    email = factory.Sequence(lambda n: f"famille{n}@exemple.fr")


class EnfantFactory(DjangoModelFactory):
    class Meta:
        model = Enfant

    class Params:
        attendu = factory.Trait(naissance=None, terme_prevu=factory.LazyFunction(lambda: dans(days=90).date()))

    famille = factory.SubFactory(FamilleFactory)
    naissance = factory.LazyFunction(lambda: dans(days=-150).date())


# partenaires, enquetes ─────────────────────────────────────────────────────────────────────────────


class PartenaireFactory(DjangoModelFactory):
    class Meta:
        model = Partenaire

    nom = factory.Sequence(lambda n: f"Partenaire {n}")
    type = factory.LazyFunction(lambda: TypePartenaire.values[0])


class OrientationFactory(DjangoModelFactory):
    class Meta:
        model = Orientation

    maison = factory.SubFactory(MaisonFactory)
    type = factory.LazyFunction(lambda: TypePartenaire.values[0])
    le = factory.LazyFunction(lambda: dans(days=-3).date())
    accord = True


class PermanenceFactory(DjangoModelFactory):
    class Meta:
        model = Permanence

    partenaire = factory.SubFactory(PartenaireFactory)
    lieu = factory.SubFactory(LieuFactory)
    intitule = factory.Sequence(lambda n: f"Permanence {n}")


# ateliers ──────────────────────────────────────────────────────────────────────────────────────────


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    nom = factory.Sequence(lambda n: f"Thème {n}")
    slug = factory.Sequence(lambda n: f"theme-{n}")


class AtelierFactory(DjangoModelFactory):
    class Meta:
        model = Atelier
        skip_postgeneration_save = True

    maison = factory.SubFactory(MaisonFactory)
    titre = factory.Sequence(lambda n: f"Atelier {n}")
    format = Format.ATELIER
    description = "On se retrouve autour d'un café, les bébés jouent à côté."

    @factory.post_generation
    def themes(self: Atelier, create: bool, extracted: Any, **_: Any) -> None:  # type: ignore[misc]
        if create and extracted:
            self.themes.set(extracted)


class SerieFactory(DjangoModelFactory):
    class Meta:
        model = Serie

    atelier = factory.SubFactory(AtelierFactory)
    lieu = factory.LazyAttribute(lambda s: LieuFactory(maison=s.atelier.maison))
    premier_jour = factory.LazyFunction(lambda: dans(days=7).date())
    heure = "14:00"
    rrule = "FREQ=WEEKLY;COUNT=4"


class GroupePairsFactory(DjangoModelFactory):
    class Meta:
        model = GroupePairs

    maison = factory.SubFactory(MaisonFactory)
    lieu = factory.LazyAttribute(lambda g: LieuFactory(maison=g.maison))
    nom = factory.Sequence(lambda n: f"Groupe {n}")
    naissances_du = factory.LazyFunction(lambda: dans(days=-80).date())
    naissances_au = factory.LazyAttribute(lambda g: fin_de_fenetre(g.naissances_du))
    fin_prevue = factory.LazyAttribute(lambda g: fin_de_groupe(g.naissances_au))


class DemandeGroupeFactory(DjangoModelFactory):
    """A family of Rethel that waits for a group; its baby was born on `repere`, or with `attendu` is due then."""

    class Meta:
        model = DemandeGroupe
        skip_postgeneration_save = True

    class Params:
        attendu = factory.Trait(repere=factory.LazyFunction(lambda: dans(days=60).date()), est_ne=False)
        jumeaux = factory.Trait(bebes=2)
        sms = factory.Trait(famille=factory.SubFactory(FamilleFactory, sms=True))

    famille = factory.SubFactory(FamilleFactory)
    prenom = factory.SelfAttribute("famille.prenom")
    email = factory.SelfAttribute("famille.email")
    telephone = factory.SelfAttribute("famille.telephone")
    langue = factory.SelfAttribute("famille.langue")
    repere = factory.LazyFunction(lambda: dans(days=-60).date())
    est_ne = True
    commune = factory.SubFactory(CommuneFactory)
    maison = factory.SubFactory(MaisonFactory)

    @factory.post_generation
    def avec_enfants(self: DemandeGroupe, create: bool, extracted: Any, **_: Any) -> None:  # type: ignore[misc]
        if create and extracted is not False:
            date_de = {"naissance": self.repere} if self.est_ne else {"naissance": None, "terme_prevu": self.repere}
            self.enfants.set([EnfantFactory(famille=self.famille, **date_de) for _rang in range(self.bebes)])


class MembreGroupeFactory(DjangoModelFactory):
    """A member of a group, whose counter follows; `invite`: asked, with a week to answer."""

    class Meta:
        model = MembreGroupe
        skip_postgeneration_save = True

    class Params:
        invite = factory.Trait(
            statut=StatutMembre.INVITE,
            membre_depuis=None,
            invite_le=factory.LazyFunction(maintenant),
            repondre_avant=factory.LazyFunction(lambda: dans(days=7)),
        )

    groupe = factory.SubFactory(GroupePairsFactory)
    demande = factory.SubFactory(
        DemandeGroupeFactory,
        statut=factory.LazyAttribute(
            lambda d: StatutDemande.INVITEE if d.factory_parent.statut == StatutMembre.INVITE else StatutDemande.PLACEE
        ),
        maison=factory.SelfAttribute("..groupe.maison"),
        repere=factory.SelfAttribute("..groupe.naissances_du"),
    )
    statut = StatutMembre.MEMBRE
    origine = OrigineMembre.COMPOSITION
    binomes = factory.SelfAttribute("demande.bebes")
    membre_depuis = factory.LazyFunction(maintenant)

    @factory.post_generation
    def compter(self: MembreGroupe, create: bool, extracted: Any, **_: Any) -> None:  # type: ignore[misc]
        """Take the places it holds; compter=False leaves the group as it is."""
        if create and extracted is not False and self.tient_une_place:
            self.groupe.binomes_pris += self.binomes
            self.groupe.save(update_fields=["binomes_pris"])


class SeanceFactory(DjangoModelFactory):
    """A published workshop session in five days, of 10 adults and 10 children.

    Traits: passee, commencee, proche (in 90 minutes), annulee, brouillon, complete, presque_complete (one seat left of
    each), ages (3 to 9 months), accueil_ponctuel, membres, professionnels, reunion (in the time zone of La Réunion).
    """

    class Meta:
        model = Seance

    class Params:
        passee = factory.Trait(debut=factory.LazyFunction(lambda: dans(days=-3)))
        commencee = factory.Trait(debut=factory.LazyFunction(lambda: dans(minutes=-10)))
        proche = factory.Trait(debut=factory.LazyFunction(lambda: dans(minutes=90)))
        annulee = factory.Trait(
            statut=StatutSeance.ANNULEE,
            annulee_le=factory.LazyFunction(maintenant),
            motif_annulation="L'animatrice est malade.",
        )
        brouillon = factory.Trait(statut=StatutSeance.BROUILLON)
        complete = factory.Trait(
            adultes_pris=factory.SelfAttribute("capacite_adultes"),
            enfants_pris=factory.SelfAttribute("capacite_enfants"),
        )
        presque_complete = factory.Trait(
            adultes_pris=factory.LazyAttribute(lambda s: s.capacite_adultes - 1),
            enfants_pris=factory.LazyAttribute(lambda s: max(s.capacite_enfants - 1, 0)),
        )
        ages = factory.Trait(age_min_mois=3, age_max_mois=9, accueille_grossesse=False)
        # Children stay while their parents go: two under 18 months, four older.
        accueil_ponctuel = factory.Trait(
            format=Format.ACCUEIL_PONCTUEL,
            accueil=AccueilSeance.ENFANTS,
            accueille_grossesse=False,
            capacite_adultes=6,
            capacite_enfants=6,
            petits_avant_mois=18,
            capacite_petits=2,
        )
        membres = factory.Trait(audience=Audience.MEMBRES)
        professionnels = factory.Trait(audience=Audience.PROFESSIONNELS)
        reunion = factory.Trait(lieu=factory.SubFactory(LieuFactory, reunion=True))

    lieu = factory.SubFactory(LieuFactory)
    atelier = factory.LazyAttribute(lambda s: AtelierFactory(maison=s.lieu.maison))
    debut = factory.LazyFunction(lambda: dans(days=5))
    fin = factory.LazyAttribute(lambda s: s.debut + timedelta(minutes=90))
    titre = factory.Sequence(lambda n: f"Café des parents {n}")
    format = Format.CAFE
    capacite_adultes = 10
    capacite_enfants = 10


class InscriptionFactory(DjangoModelFactory):
    """A confirmed booking of one adult and one child; the counters of its session follow.

    Traits: attente, proposee, annulee, sms (reached by its number alone).
    """

    class Meta:
        model = Inscription
        skip_postgeneration_save = True

    class Params:
        attente = factory.Trait(
            statut=StatutInscription.EN_ATTENTE,
            confirmee_le=None,
            attente_depuis=factory.LazyFunction(maintenant),
        )
        proposee = factory.Trait(
            statut=StatutInscription.PROPOSEE,
            confirmee_le=None,
            attente_depuis=factory.LazyFunction(lambda: dans(days=-1)),
            proposee_le=factory.LazyFunction(maintenant),
            proposee_jusqu_au=factory.LazyFunction(lambda: dans(hours=12)),
        )
        annulee = factory.Trait(
            statut=StatutInscription.ANNULEE,
            annulee_le=factory.LazyFunction(maintenant),
            annulee_par=AnnuleePar.FAMILLE,
        )
        sms = factory.Trait(famille=factory.SubFactory(FamilleFactory, sms=True))

    seance = factory.SubFactory(SeanceFactory)
    famille = factory.SubFactory(FamilleFactory)
    prenom = factory.SelfAttribute("famille.prenom")
    email = factory.SelfAttribute("famille.email")
    telephone = factory.SelfAttribute("famille.telephone")
    langue = factory.SelfAttribute("famille.langue")
    adultes = 1
    enfants = 1
    statut = StatutInscription.CONFIRMEE
    canal = CanalInscription.EN_LIGNE
    confirmee_le = factory.LazyFunction(maintenant)

    @factory.post_generation
    def compter(self: Inscription, create: bool, extracted: Any, **_: Any) -> None:  # type: ignore[misc]
        """Take the seats this booking holds; compter=False leaves the session as it is."""
        if create and extracted is not False and self.tient_une_place:
            self.seance.adultes_pris += self.adultes
            self.seance.enfants_pris += self.enfants
            self.seance.petits_pris += self.petits
            self.seance.save(update_fields=["adultes_pris", "enfants_pris", "petits_pris"])


class EnfantInscritFactory(DjangoModelFactory):
    class Meta:
        model = EnfantInscrit

    inscription = factory.SubFactory(InscriptionFactory)
    enfant = factory.LazyAttribute(lambda e: EnfantFactory(famille=e.inscription.famille))


class FicheAccueilFactory(DjangoModelFactory):
    class Meta:
        model = FicheAccueil

    inscription = factory.SubFactory(InscriptionFactory)
    urgence_nom = "Samira"
    urgence_telephone = "+33639980001"
    raison = RaisonAccueil.EMPLOI
    autorisation = True
    autorisee_le = factory.LazyFunction(maintenant)


class QuestionnaireFactory(DjangoModelFactory):
    class Meta:
        model = Questionnaire

    titre = factory.Sequence(lambda n: f"Questionnaire {n}")
