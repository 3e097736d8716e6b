"""The network: real organisations and houses, as far as sources establish them.

What no source gives (addresses, hours, the six houses to be labelled, the stops of the Bulle parentale) is fictional,
and marked: `demonstration` on the house, or on the place when only the place is made up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from maisons.enums import Action, Langue, StatutLabel, TypeMaison, TypeOrganisation
from maisons.models import (
    Commune,
    Departement,
    Fermeture,
    Lieu,
    Maison,
    Organisation,
    PlageOuverture,
    Territoire,
)

DONNEES = Path(__file__).resolve().parent / "donnees"

SOURCE_CD08 = (
    "cd08.fr, 20 janvier 2026 : "
    "https://www.cd08.fr/actualites/1000-premiers-jours-la-maison-des-solidarites-de-rethel-officiellement-labelisee"
)
SOURCE_GRAND_EST = "ARS et DREETS Grand Est, appels à candidatures « 1000 premiers jours », {annees}"
SOURCE_LEO = "leolagrange.org, 2023 : les maisons des 1000 premiers jours Léo Lagrange"
SOURCE_FICTIVE = "Donnée de démonstration : cette maison n'existe pas."

ACCES_FICTIF = "Adresse de démonstration : le point sur la carte est celui de la mairie."
DE_PLAIN_PIED = "Exemple : entrée de plain-pied, toilettes adaptées, place pour les poussettes à l'intérieur."
UNE_MARCHE = "Exemple : une marche à l'entrée, rampe amovible : sonnez, nous venons la poser."


@dataclass(frozen=True)
class LieuDemo:
    """A place. `plages` reads "lun 9:00-12:00 13:30-17:00; paires mer 9:00-12:00"."""

    nom: str
    commune: str
    plages: str = ""
    adresse: str = ""
    code_postal: str = ""
    # Degrees from the town hall, so that the places of one town don't hide each other on the map.
    ecart: tuple[float, float] = (0.0, 0.0)
    qpv: bool = False
    acces: str = ACCES_FICTIF
    accessibilite: str = DE_PLAIN_PIED


@dataclass(frozen=True)
class MaisonDemo:
    slug: str
    nom: str
    organisation: str
    departement: str
    presentation: str
    type: TypeMaison = TypeMaison.FIXE
    lieux: tuple[LieuDemo, ...] = ()
    territoire: str = ""
    # Ids of the Grand Est projects this house carries out: they give its actions and its source.
    projets: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    langues: tuple[Langue, ...] = (Langue.FR,)
    telephone: str = ""
    courriel: str = ""
    site: str = ""
    label: StatutLabel = StatutLabel.AUCUN
    label_le: date | None = None
    ouverte: bool = True
    demonstration: bool = False
    source: str = ""


@dataclass(frozen=True)
class OrganisationDemo:
    slug: str
    nom: str
    type: TypeOrganisation
    departement: str | None = None
    site: str = ""


@dataclass(frozen=True)
class TerritoireDemo:
    nom: str
    communes: tuple[str, ...] = ()
    # SIREN of groups of communes: all of their communes.
    epci: tuple[str, ...] = ()
    departements: tuple[str, ...] = ()
    precision: str = ""


@cache
def projets_grand_est() -> dict[str, dict[str, Any]]:
    contenu = json.loads((DONNEES / "projets_grand_est.json").read_text(encoding="utf-8"))
    return {projet["id"]: projet for projet in contenu["projets"]}


ORGANISATIONS = (
    OrganisationDemo(
        "departement-des-ardennes",
        "Département des Ardennes",
        TypeOrganisation.DEPARTEMENT,
        "08",
        "https://www.cd08.fr",
    ),
    OrganisationDemo("ville-de-charleville-mezieres", "Ville de Charleville-Mézières", TypeOrganisation.COMMUNE, "08"),
    OrganisationDemo("leo-lagrange", "Léo Lagrange petite enfance", TypeOrganisation.ASSOCIATION),
    OrganisationDemo("ville-de-metz", "Ville de Metz", TypeOrganisation.COMMUNE, "57"),
    OrganisationDemo("epe-51", "Association Paroles de Parents – EPE-51", TypeOrganisation.ASSOCIATION, "51"),
    OrganisationDemo(
        "u2af-54",
        "Union des associations d'aide à la famille de Meurthe-et-Moselle (U2AF-54)",
        TypeOrganisation.ASSOCIATION,
        "54",
    ),
    OrganisationDemo(
        "msp-de-tomblaine", "Maison de santé pluriprofessionnelle de Tomblaine", TypeOrganisation.MAISON_SANTE, "54"
    ),
    OrganisationDemo("cc-argonne-meuse", "Communauté de communes Argonne-Meuse", TypeOrganisation.EPCI, "55"),
    OrganisationDemo("csc-kergomard", "Association des usagers du CSC Kergomard", TypeOrganisation.ASSOCIATION, "55"),
    OrganisationDemo("sante-thur-doller", "Association Santé Thur Doller", TypeOrganisation.ASSOCIATION, "68"),
    OrganisationDemo("marguerite-sinclair", "Association Marguerite Sinclair", TypeOrganisation.ASSOCIATION, "68"),
    OrganisationDemo(
        "reseau-perinatalite-illkirch",
        "Réseau Prévention, parentalité, périnatalité et petite enfance",
        TypeOrganisation.RESEAU,
        "67",
    ),
    OrganisationDemo("opal", "Association OPAL", TypeOrganisation.ASSOCIATION),
    OrganisationDemo("ville-de-maxeville", "Ville de Maxéville", TypeOrganisation.COMMUNE, "54"),
    # Fictional: the partner whose account the demonstration shows.
    OrganisationDemo(
        "les-petits-pas-demonstration",
        "Association Les Petits Pas (démonstration)",
        TypeOrganisation.ASSOCIATION,
        "08",
    ),
)

TERRITOIRES = (
    TerritoireDemo("Ardennes", departements=("08",)),
    TerritoireDemo("Charleville-Mézières", communes=("08105",)),
    TerritoireDemo("Schiltigheim et Bischheim", communes=("67447", "67043")),
    TerritoireDemo("Dijon", communes=("21231",)),
    TerritoireDemo("Marseille", communes=("13055",)),
    TerritoireDemo("Metz", communes=("57463",)),
    TerritoireDemo("Reims", communes=("51454",)),
    TerritoireDemo(
        "Briey et Longwy",
        communes=("54099", "54323"),
        precision="Nord de la Meurthe-et-Moselle ; Briey fait aujourd'hui partie de Val de Briey.",
    ),
    TerritoireDemo("Tomblaine", communes=("54526",)),
    TerritoireDemo("Communauté de communes Argonne-Meuse", epci=("200066116",)),
    TerritoireDemo("Verdun", communes=("55545",), precision="Partie est de l'agglomération de Verdun."),
    TerritoireDemo(
        "Pays de Thur et Doller",
        epci=("200036465", "246800205", "246800676"),
        precision="Vallées de la Thur et de la Doller ; liste de communes à confirmer.",
    ),
    TerritoireDemo(
        "Mulhouse et son arrière-pays",
        communes=("68224",),
        precision="Quartiers prioritaires de Mulhouse, puis zones rurales isolées du Haut-Rhin (non précisées).",
    ),
    TerritoireDemo("Illkirch-Graffenstaden", communes=("67218",)),
    TerritoireDemo("Bas-Rhin et Haut-Rhin", departements=("67", "68")),
    TerritoireDemo(
        "Plateau de Haye", communes=("54357", "54395"), precision="Quartier prioritaire de Nancy et Maxéville."
    ),
)

_ACTIONS_MDS = (
    Action.LIEU_RESSOURCE,
    Action.ATELIER_COLLECTIF,
    Action.GROUPE_PAIRS,
    Action.ATELIER_PARENT_ENFANT,
    Action.CONSULTATION_SANTE,
    Action.PERMANENCE_PARTENAIRE,
    Action.ORIENTATION_RELAIS,
)
_ACTIONS_LEO = (
    Action.LIEU_RESSOURCE,
    Action.CAFE_PARENTS,
    Action.ATELIER_COLLECTIF,
    Action.CONFERENCE_DEBAT,
    Action.ATELIER_PARENT_ENFANT,
    Action.PROMOTION_SANTE,
)


def _candidate(
    nom: str, commune: str, ville: str, numero: int, langues: tuple[Langue, ...], plages: str
) -> MaisonDemo:
    slug = f"maison-candidate-{numero}-demonstration"
    return MaisonDemo(
        slug=slug,
        nom=f"Maison « {nom} » (démonstration)",
        organisation="departement-des-ardennes",
        departement="08",
        territoire="Ardennes",
        presentation=(
            f"Une maison imaginée pour la démonstration, à {ville}. Le Département prévoit de labelliser six autres "
            "Maisons des Solidarités d'ici fin 2027 ; leurs noms ne sont pas connus."
        ),
        lieux=(
            LieuDemo(
                "Accueil",
                commune,
                plages,
                adresse=f"{numero} place de la Démonstration",
                acces="Adresse fictive. Parking gratuit devant la maison imaginée.",
                accessibilite=UNE_MARCHE if numero % 2 else DE_PLAIN_PIED,
            ),
        ),
        actions=_ACTIONS_MDS,
        langues=langues,
        telephone=f"+3335301010{numero}",
        courriel=f"{slug}@demo.invalid",
        label=StatutLabel.CANDIDATE,
        demonstration=True,
        source=SOURCE_FICTIVE,
    )


MAISONS = (
    MaisonDemo(
        slug="maison-des-solidarites-de-rethel",
        nom="Maison des Solidarités de Rethel",
        organisation="departement-des-ardennes",
        departement="08",
        territoire="Ardennes",
        presentation=(
            "La première maison labellisée du département. Puéricultrices, sages-femmes, médecins et éducatrices de "
            "jeunes enfants de la PMI vous y accueillent, du quatrième mois de grossesse aux deux ans de votre "
            "enfant. Tout est gratuit. Des groupes réunissent des parents dont les bébés ont le même âge."
        ),
        lieux=(
            LieuDemo(
                "Maison des Solidarités",
                "08362",
                "lun 9:00-12:00 13:30-17:00; mar 9:00-12:00 13:30-18:30; mer 9:00-12:00 13:30-19:30; "
                "jeu 13:30-20:30; ven 9:00-12:00 13:30-16:30; sam 9:00-12:00",
                acces=(
                    "L'adresse n'est pas encore confirmée : le point sur la carte est celui de la mairie de Rethel, "
                    "les horaires sont des exemples."
                ),
            ),
        ),
        actions=_ACTIONS_MDS,
        langues=(Langue.FR, Langue.EN, Langue.AR, Langue.TR),
        site="https://www.cd08.fr",
        label=StatutLabel.LABELLISEE,
        label_le=date(2026, 1, 20),
        source=SOURCE_CD08,
    ),
    _candidate("Les Tilleuls", "08490", "Vouziers", 1, (Langue.FR,), "lun 9:00-12:00; mer 9:00-12:00 14:00-17:00"),
    _candidate("La Vallée", "08190", "Givet", 2, (Langue.FR, Langue.EN), "mar 9:00-12:00 13:30-17:00; jeu 9:00-12:00"),
    _candidate("Les Glycines", "08363", "Revin", 3, (Langue.FR, Langue.PT), "mer 9:00-12:00 14:00-18:00"),
    _candidate("Le Grand Pré", "08090", "Carignan", 4, (Langue.FR,), "mar 13:30-17:00; ven 9:00-12:00"),
    _candidate(
        "La Passerelle", "08081", "Bogny-sur-Meuse", 5, (Langue.FR, Langue.AR), "lun 13:30-18:00; jeu 9:00-12:00"
    ),
    _candidate("Le Lavoir", "08025", "Attigny", 6, (Langue.FR,), "jeu 13:30-17:00; paires sam 9:30-12:00"),
    MaisonDemo(
        slug="bulle-parentale",
        nom="Bulle parentale",
        organisation="departement-des-ardennes",
        departement="08",
        territoire="Ardennes",
        type=TypeMaison.VEHICULE,
        presentation=(
            "Le véhicule de la PMI vient vers vous. À bord, une puéricultrice ou une sage-femme répond à vos "
            "questions, pèse votre bébé si vous le souhaitez, et l'on joue ensemble. La tournée montrée ici est un "
            "exemple : les vrais arrêts ne sont pas encore publiés."
        ),
        lieux=(
            LieuDemo(
                "Arrêt de Buzancy (démonstration)",
                "08089",
                "paires mar 9:30-12:00",
                adresse="place de la mairie",
                acces="Arrêt fictif.",
                accessibilite="Véhicule avec marchepied et élévateur.",
            ),
            LieuDemo(
                "Arrêt de Signy-l'Abbaye (démonstration)",
                "08419",
                "impaires mar 9:30-12:00",
                adresse="place de la mairie",
                acces="Arrêt fictif.",
                accessibilite="Véhicule avec marchepied et élévateur.",
            ),
            LieuDemo(
                "Arrêt de Rumigny (démonstration)",
                "08373",
                "paires jeu 14:00-16:30",
                adresse="place de la mairie",
                acces="Arrêt fictif.",
                accessibilite="Véhicule avec marchepied et élévateur.",
            ),
            LieuDemo(
                "Arrêt de Monthermé (démonstration)",
                "08302",
                "impaires jeu 14:00-16:30",
                adresse="place de la mairie",
                acces="Arrêt fictif.",
                accessibilite="Véhicule avec marchepied et élévateur.",
            ),
            LieuDemo(
                "Arrêt de Grandpré (démonstration)",
                "08198",
                "paires mar 14:00-16:30",
                adresse="place de la mairie",
                acces="Arrêt fictif.",
                accessibilite="Véhicule avec marchepied et élévateur.",
            ),
            LieuDemo(
                "Arrêt de Signy-le-Petit (démonstration)",
                "08420",
                "paires jeu 9:30-12:00",
                adresse="place de la mairie",
                acces="Arrêt fictif.",
                accessibilite="Véhicule avec marchepied et élévateur.",
            ),
            LieuDemo(
                "Arrêt de Renwez (démonstration)",
                "08361",
                "impaires jeu 9:30-12:00",
                adresse="place de la mairie",
                acces="Arrêt fictif.",
                accessibilite="Véhicule avec marchepied et élévateur.",
            ),
        ),
        actions=(
            Action.LIEU_ITINERANT,
            Action.LIEU_RESSOURCE,
            Action.CONSULTATION_SANTE,
            Action.ATELIER_PARENT_ENFANT,
            Action.ORIENTATION_RELAIS,
        ),
        site="https://www.cd08.fr",
        source=SOURCE_CD08,
    ),
    MaisonDemo(
        slug="maison-itinerante-de-charleville-mezieres",
        nom="Maison itinérante de Charleville-Mézières",
        organisation="ville-de-charleville-mezieres",
        departement="08",
        territoire="Charleville-Mézières",
        type=TypeMaison.ITINERANTE,
        presentation=(
            "Une seule maison, cinq lieux d'accueil où elle s'installe à tour de rôle, dont quatre dans les "
            "quartiers. On y vient avec son enfant pour un atelier, une question, ou pour rencontrer la Caf, la "
            "maternité ou la PMI. Les adresses et les jours montrés ici sont des exemples."
        ),
        lieux=(
            LieuDemo(
                "Point d'accueil du centre (démonstration)",
                "08105",
                "lun 9:00-12:00 14:00-19:30",
                adresse="1 rue de la Démonstration",
                acces="Adresse fictive. Arrêt de bus imaginé à deux minutes.",
            ),
            LieuDemo(
                "Point d'accueil nord (démonstration)",
                "08105",
                "paires mar 9:00-12:00 14:00-17:00",
                adresse="2 rue de la Démonstration",
                ecart=(0.013, 0.004),
                qpv=True,
                acces="Adresse fictive.",
            ),
            LieuDemo(
                "Point d'accueil est (démonstration)",
                "08105",
                "mer 9:00-12:00 14:00-17:30",
                adresse="3 rue de la Démonstration",
                ecart=(0.003, 0.019),
                qpv=True,
                acces="Adresse fictive.",
            ),
            LieuDemo(
                "Point d'accueil sud (démonstration)",
                "08105",
                "impaires jeu 9:00-12:00 14:00-17:00",
                adresse="4 rue de la Démonstration",
                ecart=(-0.014, 0.003),
                qpv=True,
                acces="Adresse fictive.",
                accessibilite=UNE_MARCHE,
            ),
            LieuDemo(
                "Point d'accueil ouest (démonstration)",
                "08105",
                "ven 9:00-12:00; sam 9:30-12:00",
                adresse="5 rue de la Démonstration",
                ecart=(-0.002, -0.02),
                qpv=True,
                acces="Adresse fictive.",
            ),
        ),
        projets=("gr22-01",),
        langues=(Langue.FR, Langue.AR, Langue.TR),
    ),
    MaisonDemo(
        slug="maison-des-mille-jours-de-schiltigheim",
        nom="Maison des mille jours de Schiltigheim",
        organisation="leo-lagrange",
        departement="67",
        territoire="Schiltigheim et Bischheim",
        presentation=(
            "Ouverte en 2023, en libre accès : on pousse la porte, on reste le temps qu'on veut. Cafés des parents, "
            "ateliers, conférences-débats et moments de répit, pour les familles de Schiltigheim et de Bischheim."
        ),
        lieux=(
            LieuDemo(
                "Maison des mille jours",
                "67447",
                "lun 14:00-18:00; mar 9:00-12:00 14:00-18:00; mer 9:00-12:00 14:00-18:00; jeu 9:00-12:00 14:00-20:30; "
                "ven 9:00-12:00; sam 9:30-12:30",
            ),
        ),
        projets=("gr22-08",),
        langues=(Langue.FR, Langue.DE, Langue.TR, Langue.EN),
        source=SOURCE_LEO,
    ),
    MaisonDemo(
        slug="maison-des-1000-premiers-jours-de-dijon",
        nom="Maison des 1000 premiers jours de Dijon",
        organisation="leo-lagrange",
        departement="21",
        territoire="Dijon",
        presentation=(
            "Ouverte en septembre 2023. Un lieu d'écoute et de rencontre pour les futurs parents et les parents "
            "d'enfants de moins de trois ans, gratuit et sans inscription pour l'accueil libre."
        ),
        lieux=(
            LieuDemo(
                "Maison des 1000 premiers jours",
                "21231",
                "mar 9:00-12:00 14:00-18:00; mer 9:00-12:00; jeu 14:00-18:00; ven 9:00-12:00 14:00-17:00",
            ),
        ),
        actions=_ACTIONS_LEO,
        langues=(Langue.FR, Langue.EN, Langue.UK),
        source=SOURCE_LEO,
    ),
    MaisonDemo(
        slug="maison-des-1000-premiers-jours-de-marseille",
        nom="Maison des 1000 premiers jours de Marseille",
        organisation="leo-lagrange",
        departement="13",
        territoire="Marseille",
        presentation=(
            "Un projet annoncé par Léo Lagrange petite enfance. Le lieu et la date d'ouverture restent à confirmer : "
            "les activités paraîtront ici."
        ),
        actions=_ACTIONS_LEO,
        lieux=(LieuDemo("Lieu à confirmer", "13055", accessibilite=""),),
        ouverte=False,
        source=SOURCE_LEO,
    ),
    MaisonDemo(
        slug="maison-des-bebes-de-metz",
        nom="Maison des Bébés de Metz",
        organisation="ville-de-metz",
        departement="57",
        territoire="Metz",
        presentation=(
            "Ouverte au public depuis le 9 janvier 2024. Des réponses sur le développement de votre bébé, des "
            "ateliers, des groupes de parents, et un relais vers la maternité, la PMI ou l'école quand il le faut."
        ),
        lieux=(
            LieuDemo(
                "Maison des Bébés",
                "57463",
                "lun 13:30-17:30; mar 9:00-12:00 13:30-17:30; mer 9:00-17:30; jeu 13:30-19:30; ven 9:00-13:00; "
                "sam 9:00-12:00",
                code_postal="57000",
            ),
        ),
        projets=("gr22-07",),
        langues=(Langue.FR, Langue.DE, Langue.EN, Langue.LSF),
    ),
    MaisonDemo(
        slug="espace-parentalite-de-reims",
        nom="Espace Parentalité Paroles de Parents",
        organisation="epe-51",
        departement="51",
        territoire="Reims",
        presentation=(
            "Un centre de ressources où emprunter un livre et poser ses questions, des entretiens avec plusieurs "
            "professionnels, et des ateliers entre parents."
        ),
        lieux=(LieuDemo("Espace Parentalité", "51454", "mar 9:00-12:00; mer 14:00-18:00; ven 14:00-17:00"),),
        projets=("gr22-02",),
        langues=(Langue.FR, Langue.ES),
    ),
    MaisonDemo(
        slug="devenir-parent-briey-longwy",
        nom="Devenir parent : comment s'y préparer ?",
        organisation="u2af-54",
        departement="54",
        territoire="Briey et Longwy",
        type=TypeMaison.ITINERANTE,
        presentation=(
            "Des ateliers entre futurs parents et jeunes parents, à Briey et à Longwy, et un accompagnement à la "
            "maison du dernier trimestre de grossesse au premier anniversaire, pour celles et ceux qui le souhaitent."
        ),
        lieux=(
            LieuDemo("Salle de Briey (démonstration)", "54099", "mer 9:30-11:30", code_postal="54150"),
            LieuDemo("Salle de Longwy (démonstration)", "54323", "mer 9:30-11:30"),
        ),
        projets=("gr22-03",),
    ),
    MaisonDemo(
        slug="parcours-coordonne-de-tomblaine",
        nom="Parcours coordonné de Tomblaine",
        organisation="msp-de-tomblaine",
        departement="54",
        territoire="Tomblaine",
        presentation=(
            "À la maison de santé, sage-femme, médecin et PMI vous accompagnent ensemble, du quatrième mois de "
            "grossesse aux deux ans de l'enfant : temps d'information, échanges entre parents, et une consultation "
            "avec la sage-femme après la naissance."
        ),
        lieux=(LieuDemo("Maison de santé", "54526", "lun 9:00-12:00; jeu 14:00-18:00"),),
        projets=("gr22-04", "gr21-03"),
    ),
    MaisonDemo(
        slug="jardin-age-argonne-meuse",
        nom="Jardin'âge",
        organisation="cc-argonne-meuse",
        departement="55",
        territoire="Communauté de communes Argonne-Meuse",
        type=TypeMaison.ITINERANTE,
        presentation=(
            "Lire, jardiner, cuisiner, sortir : des ateliers au grand air et en salle pour les familles de l'Argonne, "
            "dans plusieurs villages. Bottes conseillées."
        ),
        lieux=(
            LieuDemo("Jardin de Clermont-en-Argonne (démonstration)", "55117", "paires mer 14:00-17:00"),
            LieuDemo("Salle de Varennes-en-Argonne (démonstration)", "55527", "mer 14:00-17:00"),
        ),
        projets=("gr22-05",),
    ),
    MaisonDemo(
        slug="l-ile-au-repit-verdun",
        nom="L'île au répit",
        organisation="csc-kergomard",
        departement="55",
        territoire="Verdun",
        presentation=(
            "Un entretien d'embauche, un rendez-vous, une démarche ? Votre enfant est accueilli quelques heures, "
            "tous les jours de la semaine, sur de larges horaires."
        ),
        lieux=(
            LieuDemo(
                "Accueil des enfants",
                "55545",
                "lun 7:30-18:30; mar 7:30-18:30; mer 7:30-18:30; jeu 7:30-19:30; ven 7:30-18:30",
                ecart=(0.002, 0.018),
            ),
        ),
        projets=("gr22-06",),
    ),
    MaisonDemo(
        slug="devenir-parents-thur-et-doller",
        nom="Devenir Parents",
        organisation="sante-thur-doller",
        departement="68",
        territoire="Pays de Thur et Doller",
        type=TypeMaison.ACTION,
        presentation=(
            "Un accompagnement chez vous, pendant la grossesse et jusqu'aux deux ans de votre enfant, dans les "
            "vallées de la Thur et de la Doller. Pas de lieu où se rendre : c'est l'équipe qui vient."
        ),
        projets=("gr22-09",),
    ),
    MaisonDemo(
        slug="espace-famille-de-mulhouse",
        nom="Espace Famille",
        organisation="marguerite-sinclair",
        departement="68",
        territoire="Mulhouse et son arrière-pays",
        presentation=(
            "Un lieu ressource pour le bien-être en famille, avec des ateliers pour les parents seuls et d'autres "
            "pour les parents avec leurs enfants."
        ),
        lieux=(
            LieuDemo(
                "Espace Famille",
                "68224",
                "mar 9:00-12:00; mer 14:00-17:30; jeu 9:00-12:00",
                code_postal="68100",
                ecart=(0.006, -0.009),
                qpv=True,
            ),
        ),
        projets=("gr22-10",),
        langues=(Langue.FR, Langue.AR, Langue.TR, Langue.DE),
    ),
    MaisonDemo(
        slug="reseau-perinatalite-d-illkirch",
        nom="Réseau périnatalité d'Illkirch-Graffenstaden",
        organisation="reseau-perinatalite-illkirch",
        departement="67",
        territoire="Illkirch-Graffenstaden",
        type=TypeMaison.ACTION,
        presentation=(
            "Un réseau de professionnels qui s'accordent pour que chaque famille trouve vite la bonne personne. "
            "Il n'accueille pas de public : parlez-en à votre sage-femme ou à la PMI."
        ),
        projets=("gr21-01",),
    ),
    MaisonDemo(
        slug="lire-l-ecole-opal",
        nom="Lire l'école, un livre pour grandir",
        organisation="opal",
        departement="67",
        territoire="Bas-Rhin et Haut-Rhin",
        type=TypeMaison.ACTION,
        presentation=(
            "Des histoires, des livres à emporter et des mots qui grandissent, dans des lieux partenaires du "
            "Bas-Rhin et du Haut-Rhin."
        ),
        lieux=(LieuDemo("Bibliothèque partenaire (démonstration)", "67043"),),
        projets=("gr21-02",),
    ),
    MaisonDemo(
        slug="petite-enfance-plateau-de-haye",
        nom="Petite enfance du Plateau de Haye",
        organisation="ville-de-maxeville",
        departement="54",
        territoire="Plateau de Haye",
        type=TypeMaison.ACTION,
        presentation=(
            "Ville, écoles et associations du Plateau de Haye avancent ensemble pour les enfants de 0 à 6 ans et "
            "leurs parents : ateliers, premiers pas à l'école, coordination des lieux d'accueil."
        ),
        lieux=(LieuDemo("Salle du plateau (démonstration)", "54357", qpv=True, ecart=(-0.004, -0.01)),),
        projets=("gr21-04",),
    ),
)

_JOURS = {"lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6}


def lire_plages(texte: str) -> Iterator[tuple[str, int, time, time]]:
    """(weeks, day, from, to) of each stretch of a LieuDemo's `plages`."""
    for partie in filter(None, (partie.strip() for partie in texte.split(";"))):
        semaines, *reste = (
            partie.split() if partie.split()[0] in ("paires", "impaires") else ["toutes", *partie.split()]
        )
        jour, *heures = reste
        for intervalle in heures:
            debut, fin = (
                time.fromisoformat(f"{int(h.split(':')[0]):02}:{h.split(':')[1]}") for h in intervalle.split("-")
            )
            yield semaines, _JOURS[jour], debut, fin


@dataclass
class Reseau:
    """What is in the database after `charger_reseau`, by the names used here."""

    maisons: dict[str, Maison] = field(default_factory=dict)
    # Places of a house in the order in which they are declared.
    lieux: dict[str, list[Lieu]] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    creees: int = 0


def charger_reseau() -> Reseau:
    """Create the organisations, territories, houses, places and hours that are not there; change none that is."""
    reseau = Reseau()
    existantes = {organisation.slug: organisation for organisation in Organisation.objects.all()}
    for demande in ORGANISATIONS:
        reseau.organisations[demande.slug] = existantes.get(demande.slug) or Organisation.objects.create(
            slug=demande.slug,
            nom=demande.nom,
            type=demande.type,
            departement_id=demande.departement,
            site=demande.site,
        )
    territoires = {demande.nom: _territoire(demande) for demande in TERRITOIRES}
    maisons = {maison.slug: maison for maison in Maison.objects.all()}
    for maison_demo in MAISONS:
        maison = maisons.get(maison_demo.slug)
        if maison is None:
            maison = _creer_maison(maison_demo, reseau.organisations[maison_demo.organisation], territoires)
            reseau.creees += 1
        reseau.maisons[maison.slug] = maison
    tous = Lieu.objects.actifs().select_related("commune", "maison__departement").prefetch_related("plages")
    lieux = {(lieu.maison_id, lieu.nom): lieu for lieu in tous}
    for maison_demo in MAISONS:
        maison = reseau.maisons[maison_demo.slug]
        # A place that staff renamed or put out of use has no more sessions made up for it.
        trouves = [lieux.get((maison.pk, lieu.nom)) for lieu in maison_demo.lieux]
        reseau.lieux[maison.slug] = [lieu for lieu in trouves if lieu is not None]
    return reseau


def _territoire(demande: TerritoireDemo) -> Territoire:
    territoire, cree = Territoire.objects.get_or_create(nom=demande.nom, defaults={"precision": demande.precision})
    if cree:
        territoire.communes.set(
            Commune.objects.filter(code_insee__in=demande.communes) | Commune.objects.filter(epci__in=demande.epci)
        )
        territoire.departements.set(Departement.objects.filter(code__in=demande.departements))
    return territoire


def _creer_maison(demande: MaisonDemo, organisation: Organisation, territoires: dict[str, Territoire]) -> Maison:
    projets = [projets_grand_est()[numero] for numero in demande.projets]
    # In the order of the vocabulary, so that two houses list theirs alike.
    actions = {*demande.actions, *(Action(action) for projet in projets for action in projet["actions"])}
    annees = " et ".join(sorted({str(projet["annee"]) for projet in projets}))
    sources = [demande.source, SOURCE_GRAND_EST.format(annees=annees) if projets else ""]
    maison = Maison.objects.create(
        slug=demande.slug,
        nom=demande.nom,
        type=demande.type,
        organisation=organisation,
        departement_id=demande.departement,
        territoire=territoires.get(demande.territoire),
        presentation=demande.presentation,
        actions=[action.value for action in Action if action in actions],
        langues=[langue.value for langue in demande.langues],
        telephone=demande.telephone,
        courriel=demande.courriel,
        site=demande.site,
        statut_label=demande.label,
        label_le=demande.label_le,
        ouverte=demande.ouverte,
        demonstration=demande.demonstration,
        source=" ; ".join(filter(None, sources)),
    )
    for lieu_demo in demande.lieux:
        _creer_lieu(maison, lieu_demo)
    return maison


def _creer_lieu(maison: Maison, demande: LieuDemo) -> None:
    commune = Commune.objects.select_related("departement").get(pk=demande.commune)
    lieu = Lieu.objects.create(
        maison=maison,
        nom=demande.nom,
        adresse=demande.adresse,
        commune=commune,
        code_postal=demande.code_postal or (commune.codes_postaux[0] if len(commune.codes_postaux) == 1 else ""),
        latitude=commune.latitude + demande.ecart[0],
        longitude=commune.longitude + demande.ecart[1],
        fuseau=commune.departement.fuseau,
        acces=demande.acces,
        accessibilite=demande.accessibilite,
        qpv=demande.qpv,
        # No source gives one address of the network.
        demonstration=True,
    )
    PlageOuverture.objects.bulk_create(
        PlageOuverture(lieu=lieu, semaines=semaines, jour=jour, debut=debut, fin=fin)
        for semaines, jour, debut, fin in lire_plages(demande.plages)
    )


def charger_fermetures(reseau: Reseau, *, aujourd_hui: date) -> None:
    """Christmas and August closures of the year around today; those a house has already stand."""
    connues = {(maison_id, du) for maison_id, du in Fermeture.objects.values_list("maison_id", "du")}
    voulues: list[Fermeture] = []
    for n, maison in enumerate(reseau.maisons.values()):
        if not maison.ouverte or not reseau.lieux[maison.slug]:
            continue
        for annee in (aujourd_hui.year - 1, aujourd_hui.year, aujourd_hui.year + 1):
            periodes = [(date(annee, 12, 24), date(annee + 1, 1, 2), "Fêtes de fin d'année")]
            if n % 2 == 0:
                periodes.append((date(annee, 8, 3), date(annee, 8, 16), "Congés d'été"))
            voulues += [
                Fermeture(maison=maison, du=du, au=au, motif=motif)
                for du, au, motif in periodes
                if (maison.pk, du) not in connues and (au - aujourd_hui).days > -60 and (du - aujourd_hui).days < 200
            ]
    Fermeture.objects.bulk_create(voulues)
