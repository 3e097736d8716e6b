"""The calendar as a page shows it: one line a milestone, by when it matters, and a timeline beside the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.dateformat import format as date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from familles.calendrier import Fenetre, Reperes, bornes, fenetres, mille_jours
from familles.enums import Ancre, CategorieJalon, Confiance, EtatFenetre
from familles.models import VersionJalon
from familles.mots_calendrier import mention, quand
from maisons.calendriers import jours_feries

JOURS_BIENTOT = 60
# The two conversations that the pages set apart.
ENTRETIENS = ("epp", "epnp_1")

# Rows of the timeline: name, class, categories.
RANGS: tuple[tuple[str | Promise, str, frozenset[CategorieJalon]], ...] = (
    (gettext_lazy("Santé de la mère"), "mere", frozenset({CategorieJalon.SANTE_MERE})),
    (
        gettext_lazy("Santé de l'enfant"),
        "enfant",
        frozenset({CategorieJalon.SANTE_ENFANT, CategorieJalon.VACCINATION}),
    ),
    (
        gettext_lazy("Démarches, droits et congés"),
        "droits",
        frozenset(
            {CategorieJalon.ADMINISTRATIF, CategorieJalon.DROITS, CategorieJalon.CONGES, CategorieJalon.ACCUEIL}
        ),
    ),
    (gettext_lazy("Rencontres"), "maison", frozenset({CategorieJalon.MAISON})),
)


def est_ferie(jour: date) -> bool:
    """The public holidays of the whole country: where there are more of them, the deadline is later, never earlier."""
    return jour in jours_feries("", jour.year)


@dataclass(frozen=True)
class Ligne:
    """A milestone for one family on one day."""

    version: VersionJalon
    fenetre: Fenetre
    etat: EtatFenetre

    @property
    def quand(self) -> str:
        return quand(self.fenetre)

    @property
    def mention(self) -> str:
        return mention(self.version.confiance)

    @property
    def est_ouverte(self) -> bool:
        return self.etat in (EtatFenetre.OUVERTE, EtatFenetre.ENCORE_POSSIBLE)

    @property
    def etat_libelle(self) -> str:
        if self.etat == EtatFenetre.ENCORE_POSSIBLE and self.fenetre.regle.tolerance_fin == Ancre.NAISSANCE:
            return _("Encore possible")
        return str(self.etat.label)[:1].upper() + str(self.etat.label)[1:]


def lignes(versions: Iterable[VersionJalon], reperes: Reperes, *, le: date) -> list[Ligne]:
    """The milestones that concern a family, by date."""
    par_code = {version.jalon.code: version for version in versions}
    trouvees = fenetres((version.regle for version in par_code.values()), reperes, est_ferie=est_ferie)
    return [Ligne(par_code[trouvee.regle.code], trouvee, trouvee.etat(le=le)) for trouvee in trouvees]


@dataclass(frozen=True)
class Parties:
    """The same lines, in the order in which they matter."""

    entretiens: list[Ligne]
    en_ce_moment: list[Ligne]
    bientot: list[Ligne]
    plus_tard: list[tuple[str, list[Ligne]]]
    passees: list[Ligne]


def parties(toutes: list[Ligne], *, le: date) -> Parties:
    limite = le + timedelta(days=JOURS_BIENTOT)
    # Said once: where they stand apart, above the lists.
    entretiens = [
        ligne for ligne in toutes if ligne.version.jalon.code in ENTRETIENS and ligne.etat != EtatFenetre.PASSEE
    ]
    autres = [ligne for ligne in toutes if ligne not in entretiens]
    ouvertes = [ligne for ligne in autres if ligne.est_ouverte]
    a_venir = [ligne for ligne in autres if ligne.etat == EtatFenetre.A_VENIR]
    plus_tard = [ligne for ligne in a_venir if ligne.fenetre.debut and ligne.fenetre.debut > limite]
    return Parties(
        entretiens=entretiens,
        en_ce_moment=sorted(ouvertes, key=_echeance),
        bientot=[ligne for ligne in a_venir if ligne not in plus_tard],
        plus_tard=[(mois, list(groupe)) for mois, groupe in groupby(plus_tard, key=_mois)],
        passees=[ligne for ligne in autres if ligne.etat == EtatFenetre.PASSEE],
    )


def _echeance(ligne: Ligne) -> tuple[date, date]:
    fin = ligne.fenetre.jusqu_au if ligne.etat == EtatFenetre.ENCORE_POSSIBLE else ligne.fenetre.fin
    return fin or date.max, ligne.fenetre.debut or date.min


def _mois(ligne: Ligne) -> str:
    return date_format(ligne.fenetre.debut or date.min, "F Y").capitalize()


# Drawing units of the timeline; its words are HTML beside it, so that they keep their size on a phone.
LARGEUR = 1000
LARGEUR_MIN = 8
PAS = 9
HAUTEUR_BARRE = 6


@dataclass(frozen=True)
class Barre:
    x: int
    y: int
    largeur: int
    titre: str
    incertaine: bool
    ouverte: bool


@dataclass(frozen=True)
class Rang:
    nom: str
    classe: str
    hauteur: int
    barres: list[Barre]


@dataclass(frozen=True)
class Frise:
    """From the start of the pregnancy to the second birthday, in drawing units."""

    rangs: list[Rang]
    aujourd_hui: int
    naissance: int
    # Start of the 1000 days.
    debut: int
    hauteur_barre: int = HAUTEUR_BARRE


def frise(toutes: list[Ligne], reperes: Reperes, *, le: date) -> Frise:
    du, au = bornes(reperes)
    duree = (au - du).days

    def x(jour: date) -> int:
        return round(min(max((jour - du).days / duree, 0), 1) * LARGEUR)

    naissance = reperes.naissance_ou_terme
    rangs = []
    for nom, classe, categories in RANGS:
        siennes = [
            ligne for ligne in toutes if ligne.version.categorie in categories and (ligne.fenetre.debut or du) < au
        ]
        if siennes:
            rangs.append(_rang(str(nom), classe, siennes, x))
    return Frise(
        rangs=rangs,
        aujourd_hui=x(le),
        naissance=x(naissance),
        debut=x(mille_jours(reperes)[0]),
    )


def _rang(nom: str, classe: str, siennes: list[Ligne], x: Callable[[date], int]) -> Rang:
    """Each bar on the first line where the ones before it are over."""
    fins: list[int] = []
    barres = []
    for ligne in siennes:
        debut, fin = ligne.fenetre.debut, ligne.fenetre.jusqu_au or ligne.fenetre.fin
        if fin is None and debut is not None:
            fin = debut + timedelta(days=ligne.fenetre.regle.visible_jours or 0)
        gauche = min(x(debut) if debut else 0, LARGEUR - LARGEUR_MIN)
        largeur = max((x(fin) if fin else LARGEUR) - gauche, LARGEUR_MIN)
        rangee = next((n for n, occupee in enumerate(fins) if occupee <= gauche), len(fins))
        if rangee == len(fins):
            fins.append(0)
        fins[rangee] = gauche + largeur
        barres.append(
            Barre(
                x=gauche,
                y=rangee * PAS + 2,
                largeur=largeur,
                titre=f"{ligne.version.titre} – {ligne.quand}",
                incertaine=ligne.version.confiance in (Confiance.PARTIEL, Confiance.A_CONFIRMER),
                ouverte=ligne.est_ouverte,
            )
        )
    return Rang(nom, classe, len(fins) * PAS + 2, barres)
