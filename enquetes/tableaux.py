"""From answers to counts: each question becomes one table or more, over the axes that results are read by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enquetes.enums import TypeQuestion
from enquetes.plan import Plan, PlanQuestion

SANS = "_sans"
OUI, NON = "oui", "non"


@dataclass(frozen=True)
class Ligne:
    """An answer as the tables need it."""

    valeurs: dict[str, Any]
    maison: int | None
    moment: str
    semaine: date


@dataclass(frozen=True)
class Tableau:
    """A question, or a part of one, whose modalities share out all answers: each answer is in exactly one."""

    question: str
    cle: str
    libelle: str
    modalites: tuple[tuple[str, str], ...]
    lire: Callable[[dict[str, Any]], str]
    # Too many modalities to be crossed with anything.
    seul: bool = False


def tableaux(plan: Plan, *, communes: dict[str, str]) -> list[Tableau]:
    trouves: list[Tableau] = []
    for q in plan.questions:
        trouves += tableaux_de(q, communes=communes)
    return trouves


def tableaux_de(q: PlanQuestion, *, communes: dict[str, str]) -> list[Tableau]:
    sans = (SANS, _("sans réponse"))
    match q.type:
        case TypeQuestion.UNIQUE:
            modalites = tuple((c.code, c.libelle) for c in q.choix)
            return [Tableau(q.code, q.code, "", (*modalites, sans), _simple(q.code))]
        case TypeQuestion.ECHELLE:
            modalites = tuple((str(p), _point(q, p)) for p in q.points)
            return [Tableau(q.code, q.code, "", (*modalites, sans), _simple(q.code))]
        case TypeQuestion.NOMBRE:
            classes = _classes(q)
            return [
                Tableau(
                    q.code, q.code, "", (*((c, libelle) for c, libelle, _b in classes), sans), _classe(q.code, classes)
                )
            ]
        case TypeQuestion.MULTIPLE:
            deux = ((OUI, _("oui")), (NON, _("non")))
            return [Tableau(q.code, f"{q.code}.{c.code}", c.libelle, deux, _coche(q.code, c.code)) for c in q.choix]
        case TypeQuestion.MATRICE:
            modalites = (*((c.code, c.libelle) for c in q.choix), sans)
            return [
                Tableau(q.code, f"{q.code}.{ligne.code}", ligne.libelle, modalites, _case(q.code, ligne.code))
                for ligne in q.lignes
            ]
        case TypeQuestion.COMMUNE:
            modalites = tuple(sorted(communes.items(), key=lambda c: c[1]))
            return [Tableau(q.code, q.code, "", (*modalites, sans), _connue(q.code, communes), seul=True)]
    return []


def _simple(code: str) -> Callable[[dict[str, Any]], str]:
    return lambda valeurs: str(valeurs.get(code, SANS))


def _connue(code: str, communes: dict[str, str]) -> Callable[[dict[str, Any]], str]:
    return lambda valeurs: valeur if (valeur := str(valeurs.get(code))) in communes else SANS


def _coche(code: str, choix: str) -> Callable[[dict[str, Any]], str]:
    return lambda valeurs: OUI if choix in valeurs.get(code, ()) else NON


def _case(code: str, ligne: str) -> Callable[[dict[str, Any]], str]:
    return lambda valeurs: str(valeurs.get(code, {}).get(ligne, SANS))


def _point(q: PlanQuestion, point: int) -> str:
    if point == q.minimum and q.libelle_minimum:
        return f"{point} – {q.libelle_minimum}"
    if point == q.maximum and q.libelle_maximum:
        return f"{point} – {q.libelle_maximum}"
    return str(point)


def _classes(q: PlanQuestion) -> list[tuple[str, str, int]]:
    """(name, words, first value beyond) of the classes of a number."""
    bas, haut = q.minimum or 0, q.maximum or 0
    bornes = [b for b in q.bornes if bas < b <= haut]
    classes = []
    for debut, fin in zip([bas, *bornes], [*bornes, haut + 1], strict=True):
        if fin == haut + 1:
            libelle = _("%d et plus") % debut if bornes else f"{bas} – {haut}"
        else:
            libelle = _("de %(a)d à %(b)d") % {"a": debut, "b": fin - 1} if fin - 1 > debut else str(debut)
        classes.append((f"a{debut}".replace("-", "m"), libelle, fin))
    return classes


def _classe(code: str, classes: Sequence[tuple[str, str, int]]) -> Callable[[dict[str, Any]], str]:
    def lire(valeurs: dict[str, Any]) -> str:
        valeur = valeurs.get(code)
        if valeur is None:
            return SANS
        return next((nom for nom, _libelle, fin in classes if valeur < fin), classes[-1][0])

    return lire


def compter(tableau: Tableau, lignes: Iterable[tuple[Ligne, Sequence[Any]]]) -> dict[Any, Counter[str]]:
    """How many answers of each modality in each group; the groups of an answer come with it."""
    comptes: dict[Any, Counter[str]] = defaultdict(Counter)
    lire = tableau.lire
    for ligne, groupes in lignes:
        modalite = lire(ligne.valeurs)
        for groupe in groupes:
            comptes[groupe][modalite] += 1
    return comptes


# Groups


@dataclass(frozen=True)
class Groupe:
    """Values of an axis that results show together; `n` answers, never fewer than the threshold."""

    libelle: str
    membres: tuple[Any, ...]
    n: int


def regrouper(effectifs: Sequence[tuple[Any, str, int]], *, seuil: int, ordonnes: bool) -> list[Groupe]:
    """Values with enough answers stand alone, the others together: neighbours where there is an order.

    One group or none means that the axis tells nothing more than the whole.
    """
    presents = [e for e in effectifs if e[2]]
    if not ordonnes:
        return _regrouper_sans_ordre(presents, seuil)
    groupes: list[list[tuple[Any, str, int]]] = []
    for valeur in presents:
        if groupes and sum(n for _v, _l, n in groupes[-1]) < seuil:
            groupes[-1].append(valeur)
        else:
            groupes.append([valeur])
    if len(groupes) > 1 and sum(n for _v, _l, n in groupes[-1]) < seuil:
        dernier = groupes.pop()
        groupes[-1] += dernier
    return [_groupe(groupe) for groupe in groupes]


def _regrouper_sans_ordre(presents: list[tuple[Any, str, int]], seuil: int) -> list[Groupe]:
    petits = [e for e in presents if e[2] < seuil]
    grands = [e for e in presents if e[2] >= seuil]
    # A group of small ones that is itself too small takes the smallest of the others with it.
    while petits and sum(n for _v, _l, n in petits) < seuil and grands:
        plus_petit = min(grands, key=lambda e: (e[2], e[1]))
        grands.remove(plus_petit)
        petits.append(plus_petit)
    return [_groupe([e]) for e in grands] + ([_groupe(petits)] if petits else [])


def _groupe(valeurs: list[tuple[Any, str, int]]) -> Groupe:
    return Groupe(
        ", ".join(libelle for _v, libelle, _n in valeurs),
        tuple(v for v, _libelle, _n in valeurs),
        sum(n for _v, _l, n in valeurs),
    )


def mois(semaine: date) -> tuple[date, str]:
    """The month a week begins in."""
    premier = semaine.replace(day=1)
    return premier, date_format(premier, "F Y")
