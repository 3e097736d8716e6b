"""Published results made ready to be read: shares, charts, comparisons. Everything comes from an Instantane."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from enquetes.enums import TypeQuestion
from enquetes.models import Campagne, TexteLibre
from enquetes.tableaux import OUI, SANS
from socle.graphiques import Barre, Serie


@dataclass(frozen=True)
class Colonne:
    """A group of answers: the whole campaign, a house, a period, a stage."""

    libelle: str
    n: int


@dataclass(frozen=True)
class Rangee:
    libelle: str
    # A count for each column; None where it is hidden.
    effectifs: list[int | None]


@dataclass(frozen=True)
class TableauLu:
    """A chart and its table."""

    titre: str
    colonnes: list[Colonne]
    rangees: list[Rangee]

    @property
    def series(self) -> list[Serie]:
        return [Serie(colonne.libelle) for colonne in self.colonnes]

    @property
    def barres(self) -> list[Barre]:
        return [
            Barre(
                rangee.libelle,
                [
                    None if effectif is None else 100 * effectif / colonne.n
                    for effectif, colonne in zip(rangee.effectifs, self.colonnes, strict=True)
                ],
            )
            for rangee in self.rangees
        ]

    @property
    def lignes(self) -> list[tuple[str, list[tuple[int | None, str]]]]:
        """For the table: each count with its share."""
        return [
            (
                rangee.libelle,
                [
                    (effectif, "" if effectif is None else part(effectif, colonne.n))
                    for effectif, colonne in zip(rangee.effectifs, self.colonnes, strict=True)
                ],
            )
            for rangee in self.rangees
        ]

    def par_largeur(self, maximum: int) -> list[TableauLu]:
        """The same figures in tables of so many columns at most, about as wide: a sheet of paper is only so large."""
        nombre = -(-len(self.colonnes) // maximum)
        largeur = -(-len(self.colonnes) // nombre)
        return [
            TableauLu(
                self.titre,
                self.colonnes[debut : debut + largeur],
                [Rangee(r.libelle, r.effectifs[debut : debut + largeur]) for r in self.rangees],
            )
            for debut in range(0, len(self.colonnes), largeur)
        ]


@dataclass(frozen=True)
class QuestionLue:
    code: str
    type: str
    section: str
    intitule: str
    tableaux: list[TableauLu] = field(default_factory=list)


def part(effectif: int, n: int) -> str:
    return _("%d %%") % round(100 * effectif / n) if n else ""


def axes(contenu: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The axes these results may be read by."""
    noms = {
        "maison": _("par maison"),
        "periode": _("par période"),
        "etape": _("par étape"),
        "moment": _("avant et après"),
    }
    return [(axe, noms[axe]) for axe in noms if axe in contenu["axes"]]


def questions(
    contenu: Mapping[str, Any], *, axe: str = "", maisons: Collection[int] | None = None
) -> list[QuestionLue]:
    """The questions by an axis, or as a whole. `maisons`: only the figures of these houses, beside the whole."""
    lues = []
    for q in contenu["questions"]:
        tableaux = q["tableaux"]
        if any(axe in t["axes"] for t in tableaux):
            montrees, rangs = _groupes(contenu, axe, maisons)
        else:
            montrees, rangs = [_ensemble(contenu)], None
        lus = _tableaux(q["type"], tableaux, axe, montrees, rangs)
        lues.append(QuestionLue(q["code"], q["type"], q["section"], q["intitule"], lus))
    return lues


def colonnes(contenu: Mapping[str, Any], axe: str, maisons: Collection[int] | None = None) -> list[Colonne]:
    """What stands beside what by this axis."""
    return _groupes(contenu, axe, maisons)[0]


def _ensemble(contenu: Mapping[str, Any]) -> Colonne:
    return Colonne(_("Ensemble"), contenu["n"])


def _groupes(
    contenu: Mapping[str, Any], axe: str, maisons: Collection[int] | None
) -> tuple[list[Colonne], list[int] | None]:
    """What stands beside what, and which groups of the axis these are; None for the whole alone."""
    if axe not in contenu["axes"]:
        return [_ensemble(contenu)], None
    groupes = list(enumerate(contenu["axes"][axe]))
    if axe == "maison" and maisons is not None:
        # A group of several houses is shown to nobody who reads one of them.
        groupes = [(i, g) for i, g in groupes if len(g["membres"]) == 1 and g["membres"][0] in maisons]
    trouvees = [Colonne(g["libelle"], g["n"]) for _i, g in groupes]
    if axe == "maison" and maisons is not None:
        return [_ensemble(contenu), *trouvees], [-1, *(i for i, _g in groupes)]
    return trouvees, [i for i, _g in groupes]


def _effectifs(tableau: Mapping[str, Any], axe: str, rangs: list[int] | None, modalite: int) -> list[int | None]:
    if rangs is None:
        return [tableau["total"][modalite]]
    return [tableau["total"][modalite] if rang < 0 else tableau["axes"][axe][rang][modalite] for rang in rangs]


def _tableaux(
    type_question: str,
    tableaux: Sequence[Mapping[str, Any]],
    axe: str,
    colonnes: list[Colonne],
    rangs: list[int] | None,
) -> list[TableauLu]:
    if type_question == TypeQuestion.MULTIPLE:
        rangees = [Rangee(t["libelle"], _effectifs(t, axe, rangs, _place(t, OUI))) for t in tableaux]
        return [TableauLu("", colonnes, rangees)]
    return [
        TableauLu(
            t["libelle"],
            colonnes,
            [
                Rangee(libelle, _effectifs(t, axe, rangs, i))
                for i, (code, libelle) in enumerate(t["modalites"])
                if code != SANS or any(_effectifs(t, axe, rangs, i))
            ],
        )
        for t in tableaux
    ]


def _place(tableau: Mapping[str, Any], code: str) -> int:
    return next(i for i, m in enumerate(tableau["modalites"]) if m[0] == code)


def comparer(gauche: tuple[str, Mapping[str, Any]], droite: tuple[str, Mapping[str, Any]]) -> list[QuestionLue]:
    """The questions that two campaigns have in common, side by side: same short name, same answers."""
    (titre_a, a), (titre_b, b) = gauche, droite
    de_b = {q["code"]: q for q in b["questions"]}
    lues = []
    for q in a["questions"]:
        autre = de_b.get(q["code"])
        if autre is None or autre["type"] != q["type"] or q["type"] == TypeQuestion.COMMUNE:
            continue
        tableaux_b = {t["cle"]: t for t in autre["tableaux"]}
        cotes = [Colonne(titre_a, a["n"]), Colonne(titre_b, b["n"])]
        tableaux = []
        rangees: list[Rangee] = []
        for t in q["tableaux"]:
            t_b = tableaux_b.get(t["cle"])
            if t_b is None:
                continue
            valeurs_b = dict(zip((m[0] for m in t_b["modalites"]), t_b["total"], strict=True))
            paires = [
                (code, libelle, [effectif, valeurs_b[code]])
                for (code, libelle), effectif in zip(t["modalites"], t["total"], strict=True)
                if code in valeurs_b
            ]
            if q["type"] == TypeQuestion.MULTIPLE:
                rangees += [Rangee(t["libelle"], effectifs) for code, _l, effectifs in paires if code == OUI]
            else:
                tableaux.append(TableauLu(t["libelle"], cotes, [Rangee(libelle, e) for _c, libelle, e in paires]))
        if rangees:
            tableaux = [TableauLu("", cotes, rangees)]
        if tableaux:
            lues.append(QuestionLue(q["code"], q["type"], q["section"], q["intitule"], tableaux))
    return lues


@dataclass(frozen=True)
class Paroles:
    """The texts that may be shown under a question, by tag; untagged ones under none."""

    question: str
    groupes: list[tuple[str, list[TexteLibre]]]


def paroles(campagne: Campagne, *, le: date, maisons: Collection[int] | None = None) -> list[Paroles]:
    """What people wrote and somebody has read; no count, so that no day can be taken from another.

    `maisons`: only what was left at these, where enough people answered.
    """
    textes = campagne.textes.lisibles(le=le).montrables().select_related("question").prefetch_related("etiquettes")
    if maisons is not None:
        textes = textes.filter(Q(maison_lisible=True), maison__in=maisons)
    par_question: dict[str, dict[str, list[TexteLibre]]] = {}
    for texte in textes.order_by("question__section__rang", "question__rang", "pk"):
        groupes = par_question.setdefault(texte.question.intitule, {})
        for nom in sorted(e.nom for e in texte.etiquettes.all()) or [""]:
            groupes.setdefault(nom, []).append(texte)
    return [
        Paroles(question, sorted(groupes.items(), key=lambda g: (g[0] == "", g[0])))
        for question, groupes in par_question.items()
    ]
