"""What the houses of the demonstration offer: themes, workshops, and when each is held.

The themes are those the sources name; titles and texts are written for the demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from ateliers.enums import Format
from ateliers.models import Atelier, Theme
from maisons.enums import Frequence, Langue
from portail.demo.reseau import Reseau

THEMES = {
    "preparation-a-la-naissance": "Préparation à la naissance",
    "retour-a-la-maison": "Retour à la maison",
    "allaitement": "Allaitement",
    "diversification": "Repas et diversification",
    "sommeil": "Sommeil",
    "pleurs": "Pleurs et apaisement",
    "jeu": "Jouer avec bébé",
    "motricite": "Motricité",
    "langage": "Langage",
    "lecture": "Lecture",
    "portage": "Portage",
    "massage": "Massage",
    "cuisine": "Cuisine",
    "nature": "Nature et jardin",
    "sante": "Santé de l'enfant",
    "vie-de-parent": "Vie de parent",
    "coparents": "Pères et coparents",
    "demarches": "Droits et démarches",
}


@dataclass(frozen=True)
class Modele:
    """A workshop as several houses may offer it."""

    titre: str
    format: Format
    themes: tuple[str, ...]
    description: str
    duree: int = 90
    adultes: int = 10
    enfants: int = 10
    grossesse: bool = True
    age_min: int | None = None
    age_max: int | None = None
    # Seats by age: a little one is younger than this, and so many of the children's seats are theirs.
    petits_avant: int | None = None
    petits: int | None = None
    intervenants: str = ""
    a_apporter: str = ""
    rappels: tuple[int, ...] = (48, 3)


MODELES = {
    "cafe": Modele(
        "Café des parents",
        Format.CAFE,
        ("vie-de-parent",),
        "Un café, un canapé, des parents. On parle de ce qui nous occupe : les nuits, la reprise du travail, la "
        "famille, ou de rien du tout. Venez avec ou sans votre enfant, restez dix minutes ou deux heures.",
        duree=120,
        adultes=12,
        enfants=12,
        intervenants="l'équipe de la maison",
    ),
    "cafe-bilingue": Modele(
        "Café des parents en plusieurs langues",
        Format.CAFE,
        ("vie-de-parent", "langage"),
        "On parle sa langue, on en découvre d'autres, et l'on s'entraide. Chanter et raconter dans sa langue "
        "maternelle est un cadeau pour bébé : venez avec vos berceuses.",
        adultes=10,
        enfants=10,
        intervenants="l'équipe de la maison et une interprète",
    ),
    "preparation": Modele(
        "Préparer l'arrivée de bébé",
        Format.ATELIER,
        ("preparation-a-la-naissance",),
        "Le jour de la naissance, les premières heures, le retour : une sage-femme répond à vos questions, sans "
        "tabou. La personne qui vous accompagne est la bienvenue.",
        duree=90,
        adultes=12,
        enfants=0,
        intervenants="une sage-femme",
    ),
    "retour": Modele(
        "Les premiers jours à la maison",
        Format.ATELIER,
        ("retour-a-la-maison", "vie-de-parent"),
        "Bain, cordon, visites, fatigue : ce qui surprend, ce qui aide, qui appeler. Pour s'y préparer avant la "
        "naissance ou souffler juste après.",
        adultes=10,
        enfants=6,
        age_max=3,
        intervenants="une puéricultrice et une sage-femme",
    ),
    "allaitement": Modele(
        "Parlons allaitement",
        Format.ATELIER,
        ("allaitement",),
        "Au sein, au biberon, les deux : chaque famille fait à sa façon. On répond à vos questions, on observe une "
        "tétée si vous le voulez, et l'on parle aussi de la reprise du travail.",
        adultes=8,
        enfants=8,
        age_max=12,
        intervenants="une consultante en lactation",
    ),
    "diversification": Modele(
        "Premières cuillères",
        Format.PRATIQUE,
        ("diversification", "cuisine"),
        "Quand commencer, avec quoi, en morceaux ou en purée ? On cuisine ensemble trois recettes simples et l'on "
        "goûte avec les bébés.",
        duree=120,
        adultes=8,
        enfants=8,
        grossesse=False,
        age_min=4,
        age_max=12,
        intervenants="une diététicienne",
        a_apporter="Un bavoir et une petite boîte pour emporter vos purées",
    ),
    "cuisine": Modele(
        "Cuisine de saison en famille",
        Format.PRATIQUE,
        ("cuisine", "diversification"),
        "Un repas bon, simple et peu cher, préparé à plusieurs pendant que les petits transvasent et touchent. On "
        "mange sur place.",
        duree=150,
        adultes=8,
        enfants=10,
        a_apporter="Un tablier si vous en avez un",
        intervenants="une animatrice",
    ),
    "sommeil": Modele(
        "Dormir, un peu, beaucoup",
        Format.ATELIER,
        ("sommeil",),
        "Les rythmes d'un bébé, les réveils, le coucher, et comment tenir quand on dort peu. Aucune recette miracle, "
        "mais des repères et des idées à essayer.",
        adultes=12,
        enfants=6,
        intervenants="une puéricultrice",
    ),
    "sommeil-soir": Modele(
        "Soirée sommeil, pour ceux qui travaillent",
        Format.CONFERENCE,
        ("sommeil",),
        "Une heure d'explications claires, une heure de questions. Les bébés dans les bras sont admis.",
        duree=120,
        adultes=25,
        enfants=8,
        intervenants="une médecin de PMI",
        rappels=(72, 24),
    ),
    "pleurs": Modele(
        "Quand bébé pleure",
        Format.ATELIER,
        ("pleurs", "vie-de-parent"),
        "Pourquoi les bébés pleurent, comment les apaiser, comment passer le relais quand on n'en peut plus. On en "
        "parle sans jugement, et l'on repart avec des gestes simples.",
        adultes=10,
        enfants=8,
        age_max=6,
        intervenants="une puéricultrice et une psychologue",
    ),
    "massage": Modele(
        "Massage des tout-petits",
        Format.PARENT_ENFANT,
        ("massage",),
        "Des gestes doux, au rythme de votre bébé : il montre ce qui lui plaît, vous apprenez à le lire. Au chaud, "
        "sur les tapis.",
        duree=60,
        adultes=6,
        enfants=6,
        grossesse=False,
        age_min=1,
        age_max=6,
        intervenants="une puéricultrice",
        a_apporter="Une serviette de toilette",
    ),
    "portage": Modele(
        "Porter son bébé",
        Format.PRATIQUE,
        ("portage",),
        "Écharpe, sling, porte-bébé : on essaie, on compare, on ajuste. Des poupées attendent celles et ceux dont le "
        "bébé n'est pas encore né.",
        adultes=8,
        enfants=8,
        age_max=18,
        intervenants="une monitrice de portage",
        a_apporter="Votre porte-bébé, si vous en avez un",
    ),
    "motricite": Modele(
        "Au sol, en liberté",
        Format.PARENT_ENFANT,
        ("motricite", "jeu"),
        "Se retourner, ramper, s'asseoir : chaque bébé a son chemin. On l'observe ensemble, on aménage un coin de "
        "jeu avec trois fois rien.",
        duree=60,
        adultes=8,
        enfants=8,
        grossesse=False,
        age_min=3,
        age_max=9,
        intervenants="une psychomotricienne",
    ),
    "jeu": Modele(
        "Jouer avec bébé",
        Format.PARENT_ENFANT,
        ("jeu",),
        "Cartons, foulards, bouteilles sonores : pas besoin de jouets chers. Une éducatrice joue avec vous et vous "
        "laisse découvrir ce qui fait rire votre enfant.",
        duree=75,
        adultes=10,
        enfants=12,
        grossesse=False,
        intervenants="une éducatrice de jeunes enfants",
    ),
    "langage": Modele(
        "Un mot, deux mots",
        Format.PARENT_ENFANT,
        ("langage",),
        "Chansons à gestes, imagiers, signes : comment l'envie de parler vient aux enfants, et ce que l'on peut faire "
        "chaque jour, dans toutes les langues de la maison.",
        duree=60,
        adultes=8,
        enfants=8,
        grossesse=False,
        age_min=12,
        age_max=24,
        intervenants="une orthophoniste",
    ),
    "lecture": Modele(
        "Histoires sur les genoux",
        Format.PARENT_ENFANT,
        ("lecture", "langage"),
        "Des livres à mordre, à écouter, à regarder. Une bibliothécaire lit, vous lisez, et vous repartez avec un "
        "livre prêté.",
        duree=45,
        adultes=12,
        enfants=15,
        intervenants="une bibliothécaire",
    ),
    "nature": Modele(
        "Petits pas dans le jardin",
        Format.PARENT_ENFANT,
        ("nature",),
        "Toucher la terre, arroser, écouter les oiseaux : le jardin se découvre à quatre pattes. Dehors par presque "
        "tous les temps, à l'abri sinon.",
        duree=90,
        adultes=10,
        enfants=12,
        grossesse=False,
        intervenants="une animatrice nature",
        a_apporter="Des bottes et des vêtements qui ne craignent rien",
    ),
    "eveil-musical": Modele(
        "Berceuses et percussions",
        Format.PARENT_ENFANT,
        ("jeu", "langage"),
        "Des voix, des maracas, du silence aussi. Un moment de musique à partager, même quand on chante faux.",
        duree=45,
        adultes=10,
        enfants=12,
        intervenants="un musicien intervenant",
    ),
    "coparents": Modele(
        "Le mercredi des pères et coparents",
        Format.CAFE,
        ("coparents", "vie-de-parent"),
        "Trouver sa place, porter, bercer, reprendre le travail : une soirée entre pères et coparents, avec ou sans "
        "les bébés.",
        adultes=10,
        enfants=8,
        intervenants="un éducateur de jeunes enfants",
    ),
    "secours": Modele(
        "Les bons gestes au quotidien",
        Format.PREVENTION,
        ("sante",),
        "Fièvre, chute, fausse route : quand s'inquiéter, qui appeler, que faire en attendant. On s'exerce sur des "
        "mannequins.",
        duree=120,
        adultes=10,
        enfants=4,
        intervenants="une infirmière puéricultrice",
        rappels=(48,),
    ),
    "ecrans": Modele(
        "Les écrans et les tout-petits",
        Format.CONFERENCE,
        ("langage", "vie-de-parent"),
        "Que sait-on vraiment ? Une soirée d'échange pour faire la part des choses, et trouver ses propres règles "
        "sans culpabiliser.",
        duree=105,
        adultes=30,
        enfants=10,
        intervenants="une psychologue",
        rappels=(72, 24),
    ),
    "modes-accueil": Modele(
        "Crèche, assistante maternelle, congé : s'y retrouver",
        Format.CONFERENCE,
        ("demarches",),
        "Les modes d'accueil près de chez vous, ce qu'ils coûtent, comment et quand s'inscrire. Apportez vos "
        "questions, repartez avec une liste.",
        adultes=20,
        enfants=8,
        intervenants="le relais petite enfance et la Caf",
    ),
    "apres-naissance": Modele(
        "Prendre soin de soi après la naissance",
        Format.PREVENTION,
        ("vie-de-parent", "sante"),
        "Le corps, le moral, le couple, la fatigue : un moment rien que pour vous, pendant qu'une éducatrice "
        "s'occupe des bébés à côté.",
        adultes=8,
        enfants=8,
        grossesse=False,
        age_max=12,
        intervenants="une sage-femme",
    ),
    "pesee": Modele(
        "Pesée et questions de tous les jours",
        Format.PREVENTION,
        ("sante",),
        "Sans rendez-vous ou en réservant votre place : on pèse, on mesure, on répond. Vous n'avez pas à montrer le "
        "carnet de santé.",
        duree=120,
        adultes=8,
        enfants=8,
        grossesse=False,
        age_max=24,
        intervenants="une puéricultrice",
    ),
    "repit": Modele(
        "Accueil de votre enfant, quelques heures",
        Format.ACCUEIL_PONCTUEL,
        ("vie-de-parent", "demarches"),
        "Un rendez-vous, un entretien, une formation ? Votre enfant joue et se repose avec nous pendant ce temps. "
        "Une place par enfant ; nous vous demanderons un numéro où vous joindre.",
        duree=180,
        adultes=6,
        enfants=6,
        grossesse=False,
        age_min=3,
        age_max=36,
        petits_avant=18,
        petits=2,
        intervenants="deux éducatrices de jeunes enfants",
        a_apporter="Le doudou, un change et le repas",
        rappels=(24, 3),
    ),
    "pros": Modele(
        "Éveil culturel : ateliers entre professionnels",
        Format.ATELIER,
        ("lecture", "motricite"),
        "Un temps d'échange de pratiques pour les professionnels de la petite enfance.",
        duree=180,
        adultes=20,
        enfants=0,
        intervenants="l'équipe de la maison",
    ),
}


@dataclass(frozen=True)
class Programme:
    """A workshop at a house: where, and the rule of its sessions. `lieu` counts the house's places from 0."""

    maison: str
    modele: str
    jour: int
    heure: time
    frequence: Frequence = Frequence.QUINZAINE
    lieu: int = 0
    # Which week the first session falls on, for what is not weekly; in a month: the week's rank.
    semaine: int = 0
    titre: str = ""
    langues: tuple[Langue, ...] = (Langue.FR,)
    adultes: int | None = None
    enfants: int | None = None
    hors_vacances: bool = False
    professionnels: bool = False


def _h(texte: str) -> time:
    return time.fromisoformat(texte)


LUN, MAR, MER, JEU, VEN, SAM = range(6)
SEMAINE, QUINZAINE, MOIS = Frequence.SEMAINE, Frequence.QUINZAINE, Frequence.MOIS

RETHEL = "maison-des-solidarites-de-rethel"
CHARLEVILLE = "maison-itinerante-de-charleville-mezieres"
SCHILTIGHEIM = "maison-des-mille-jours-de-schiltigheim"
DIJON = "maison-des-1000-premiers-jours-de-dijon"
METZ = "maison-des-bebes-de-metz"
BULLE = "bulle-parentale"

PROGRAMME = (
    # Rethel
    Programme(RETHEL, "cafe", LUN, _h("09:30"), SEMAINE),
    Programme(RETHEL, "preparation", MAR, _h("17:00"), MOIS, semaine=1),
    Programme(RETHEL, "preparation", SAM, _h("10:00"), MOIS, semaine=2, titre="Préparer l'arrivée de bébé, le samedi"),
    Programme(RETHEL, "massage", MAR, _h("10:00"), QUINZAINE, adultes=5, enfants=5),
    Programme(RETHEL, "motricite", MER, _h("10:00"), QUINZAINE, semaine=1, hors_vacances=True),
    Programme(RETHEL, "allaitement", JEU, _h("14:00"), QUINZAINE),
    Programme(RETHEL, "sommeil-soir", JEU, _h("18:30"), MOIS, semaine=1),
    Programme(RETHEL, "portage", VEN, _h("10:00"), MOIS, semaine=0),
    Programme(RETHEL, "lecture", SAM, _h("10:30"), MOIS, semaine=0),
    Programme(RETHEL, "secours", VEN, _h("14:00"), MOIS, semaine=2),
    Programme(RETHEL, "coparents", MER, _h("18:00"), MOIS, semaine=1),
    # The six fictional houses
    Programme("maison-candidate-1-demonstration", "jeu", MER, _h("10:00"), MOIS, semaine=0),
    Programme("maison-candidate-1-demonstration", "sommeil", LUN, _h("10:00"), MOIS, semaine=1),
    Programme("maison-candidate-2-demonstration", "cafe", MAR, _h("09:30"), MOIS, semaine=1),
    Programme("maison-candidate-2-demonstration", "diversification", JEU, _h("09:30"), MOIS),
    Programme(
        "maison-candidate-3-demonstration",
        "cafe-bilingue",
        MER,
        _h("15:00"),
        QUINZAINE,
        langues=(Langue.FR, Langue.PT),
    ),
    Programme("maison-candidate-3-demonstration", "retour", MER, _h("16:30"), MOIS, semaine=1),
    Programme("maison-candidate-4-demonstration", "langage", MAR, _h("15:30"), MOIS, semaine=1),
    Programme("maison-candidate-5-demonstration", "pleurs", LUN, _h("15:00"), MOIS, semaine=1),
    Programme(
        "maison-candidate-6-demonstration", "apres-naissance", JEU, _h("14:00"), QUINZAINE, adultes=4, enfants=4
    ),
    # The van: its stops alternate, so a weekly rule only gives the weeks it stands there
    Programme(BULLE, "pesee", MAR, _h("09:30"), SEMAINE, lieu=0, adultes=6, enfants=6),
    Programme(BULLE, "pesee", MAR, _h("09:30"), SEMAINE, lieu=1, adultes=6, enfants=6),
    Programme(BULLE, "jeu", JEU, _h("14:00"), SEMAINE, lieu=2, adultes=4, enfants=5),
    Programme(BULLE, "jeu", JEU, _h("14:00"), SEMAINE, lieu=3, adultes=4, enfants=5),
    # Charleville-Mézières: five places
    Programme(CHARLEVILLE, "cafe", LUN, _h("17:30"), QUINZAINE, lieu=0),
    Programme(CHARLEVILLE, "jeu", MAR, _h("10:00"), SEMAINE, lieu=1),
    Programme(CHARLEVILLE, "lecture", MER, _h("10:30"), QUINZAINE, lieu=2, hors_vacances=True),
    Programme(CHARLEVILLE, "cuisine", MER, _h("14:30"), MOIS, lieu=2, semaine=2),
    Programme(
        CHARLEVILLE,
        "cafe-bilingue",
        JEU,
        _h("14:30"),
        SEMAINE,
        lieu=3,
        langues=(Langue.FR, Langue.AR, Langue.TR),
    ),
    Programme(CHARLEVILLE, "motricite", VEN, _h("09:30"), QUINZAINE, lieu=4),
    Programme(CHARLEVILLE, "eveil-musical", SAM, _h("10:00"), MOIS, lieu=4, semaine=1),
    # Schiltigheim
    Programme(SCHILTIGHEIM, "cafe", MAR, _h("09:30"), SEMAINE),
    Programme(
        SCHILTIGHEIM,
        "cafe-bilingue",
        LUN,
        _h("14:30"),
        MOIS,
        semaine=1,
        langues=(Langue.FR, Langue.TR, Langue.DE),
    ),
    Programme(SCHILTIGHEIM, "diversification", MER, _h("10:00"), QUINZAINE, semaine=1),
    Programme(SCHILTIGHEIM, "massage", JEU, _h("10:00"), QUINZAINE),
    Programme(SCHILTIGHEIM, "ecrans", JEU, _h("18:30"), MOIS, semaine=2),
    Programme(SCHILTIGHEIM, "portage", SAM, _h("10:00"), MOIS, semaine=1),
    Programme(SCHILTIGHEIM, "pros", VEN, _h("09:00"), MOIS, semaine=2, professionnels=True),
    # Dijon
    Programme(DIJON, "cafe", VEN, _h("09:30"), QUINZAINE),
    Programme(DIJON, "retour", MAR, _h("14:30"), MOIS, semaine=1),
    Programme(DIJON, "eveil-musical", MER, _h("10:00"), MOIS, semaine=1),
    Programme(DIJON, "modes-accueil", JEU, _h("16:30"), MOIS, semaine=1),
    # Metz
    Programme(METZ, "cafe", MAR, _h("09:30"), QUINZAINE, langues=(Langue.FR, Langue.LSF)),
    Programme(METZ, "langage", MER, _h("10:00"), QUINZAINE, semaine=1, adultes=5, enfants=5),
    Programme(METZ, "preparation", JEU, _h("18:00"), QUINZAINE),
    Programme(METZ, "massage", LUN, _h("14:30"), MOIS, semaine=1),
    Programme(METZ, "lecture", SAM, _h("10:00"), MOIS, semaine=2),
    Programme(METZ, "pros", VEN, _h("09:30"), MOIS, semaine=0, professionnels=True),
    # Others of the Grand Est
    Programme("espace-parentalite-de-reims", "pleurs", VEN, _h("14:30"), MOIS, semaine=1),
    Programme(
        "espace-parentalite-de-reims",
        "cafe-bilingue",
        MER,
        _h("15:00"),
        MOIS,
        semaine=2,
        langues=(Langue.FR, Langue.ES),
    ),
    Programme("devenir-parent-briey-longwy", "preparation", MER, _h("09:30"), MOIS, lieu=0, semaine=1),
    Programme("devenir-parent-briey-longwy", "retour", MER, _h("09:30"), MOIS, lieu=1, semaine=2),
    Programme("parcours-coordonne-de-tomblaine", "apres-naissance", JEU, _h("14:30"), MOIS, semaine=1),
    Programme("jardin-age-argonne-meuse", "nature", MER, _h("14:30"), SEMAINE, lieu=0, hors_vacances=True),
    Programme("jardin-age-argonne-meuse", "cuisine", MER, _h("14:00"), MOIS, lieu=1, semaine=1),
    # Wide hours: one slot after the other, from early to late.
    Programme("l-ile-au-repit-verdun", "repit", MAR, _h("07:30"), SEMAINE),
    Programme("l-ile-au-repit-verdun", "repit", MAR, _h("10:30"), SEMAINE, titre="Accueil de votre enfant, à midi"),
    Programme("l-ile-au-repit-verdun", "repit", JEU, _h("13:30"), SEMAINE, titre="Accueil de l'après-midi"),
    Programme("l-ile-au-repit-verdun", "repit", JEU, _h("16:30"), SEMAINE, titre="Accueil du soir"),
    Programme(
        "espace-famille-de-mulhouse", "sommeil", MAR, _h("09:30"), MOIS, semaine=1, langues=(Langue.FR, Langue.AR)
    ),
    Programme("lire-l-ecole-opal", "lecture", SAM, _h("10:30"), MOIS, semaine=1),
    Programme("petite-enfance-plateau-de-haye", "jeu", LUN, _h("09:30"), MOIS, semaine=1),
)


def charger_catalogue(reseau: Reseau) -> dict[Programme, Atelier]:
    """Create the themes and workshops that are not there, and give each programme its workshop."""
    themes = {theme.slug: theme for theme in Theme.objects.all()}
    for slug, nom in THEMES.items():
        if slug not in themes:
            themes[slug] = Theme.objects.create(slug=slug, nom=nom)
    existants = {(atelier.maison_id, atelier.titre): atelier for atelier in Atelier.objects.all()}
    ateliers: dict[Programme, Atelier] = {}
    liens = []
    for programme in PROGRAMME:
        modele = MODELES[programme.modele]
        maison = reseau.maisons[programme.maison]
        titre = programme.titre or modele.titre
        atelier = existants.get((maison.pk, titre))
        if atelier is None:
            atelier = Atelier.objects.create(
                maison=maison,
                titre=titre,
                format=modele.format,
                description=modele.description,
                a_apporter=modele.a_apporter,
                intervenants=modele.intervenants,
                langues=[langue.value for langue in programme.langues],
                duree_minutes=modele.duree,
                accueille_grossesse=modele.grossesse,
                age_min_mois=modele.age_min,
                age_max_mois=modele.age_max,
                petits_avant_mois=modele.petits_avant,
                capacite_petits=modele.petits,
                capacite_adultes=programme.adultes or modele.adultes,
                capacite_enfants=modele.enfants if programme.enfants is None else programme.enfants,
                rappels_heures=list(modele.rappels),
            )
            liens += [Atelier.themes.through(atelier=atelier, theme=themes[slug]) for slug in modele.themes]
            existants[maison.pk, titre] = atelier
        ateliers[programme] = atelier
    Atelier.themes.through.objects.bulk_create(liens)
    return ateliers
