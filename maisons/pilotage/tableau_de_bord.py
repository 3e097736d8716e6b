"""A département's dashboard: where each candidate stands, the trajectory, what comes next, houses side by side.

A fixed number of queries whatever the houses. Figures of activity are the kept ones, with small counts hidden as
everywhere; nothing here leads to a family.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Min, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maisons.enums import Role, StatutLabel
from maisons.label.candidatures import Bilan, dresser_bilans
from maisons.label.indicateurs import Indicateur, Unite, tous
from maisons.label.valeurs import Lue, dernieres
from maisons.models import Candidature, Departement, Franchissement, Maison, ObjectifLabel, Transition
from maisons.pilotage.trajectoire import Prevision, marches, prevoir
from socle.courbes import Courbe, Marche, escalier
from socle.graphiques import Barre, Serie
from socle.tableaux import ecrire_classeur

REEL, PREVU = "#0e5670", "#b4472f"
BIENTOT = timedelta(days=60)
ANCIENNE = timedelta(days=365)
PILOTES = {Role.PILOTE.value, Role.ADMINISTRATEUR.value}


@dataclass(frozen=True)
class Candidate:
    candidature: Candidature
    bilan: Bilan
    est_labellisee: bool
    en_retard: bool
    # Whole months since the oldest piece of evidence; None without any.
    age_preuves: int | None
    # Steps that those who steer may decide from here.
    decisions: list[str]

    @property
    def part(self) -> float:
        return 100 * self.bilan.part_atteinte


@dataclass(frozen=True)
class Objectif:
    objectif: ObjectifLabel
    courbe: Courbe
    prevision: Prevision
    atteint: str
    prevus: int
    lignes: list[tuple[date, int, int]]


@dataclass(frozen=True)
class Comparaison:
    indicateur: Indicateur
    barres: list[Barre]
    lignes: list[tuple[Maison, Lue]]
    unite: str
    maximum: float
    series: tuple[Serie, ...] = ()

    @property
    def titre(self) -> str:
        return str(self.indicateur.nom)


@dataclass(frozen=True)
class TableauDeBord:
    departement: Departement
    le: date
    maisons: list[Maison]
    labellisees: int
    candidates: list[Candidate]
    objectifs: list[Objectif]
    echeances: list[tuple[date, str, Candidature]]
    risques: list[str]
    comparaisons: list[Comparaison] = field(default_factory=list)

    @property
    def barres(self) -> list[Barre]:
        return [Barre(c.candidature.maison.nom, [c.part]) for c in self.candidates]

    @property
    def decisions(self) -> list[Candidate]:
        return [candidate for candidate in self.candidates if candidate.decisions]


def dresser(departement: Departement, maisons: QuerySet[Maison], *, le: date) -> TableauDeBord:
    """What those who steer a département see on a day; `maisons` are those that the reader may see."""
    siennes = list(maisons.filter(departement=departement).order_by("nom", "pk"))
    candidatures = list(
        Candidature.objects.with_cadre().filter(maison__in=siennes).order_by("etape__rang", "maison__nom", "pk")
    )
    bilans = dresser_bilans(candidatures, le=le)
    decisions = _decisions(candidatures)
    candidates = [_candidate(c, bilans[c.pk], decisions, le) for c in candidatures]
    objectifs = _objectifs(departement, siennes, candidates, le)
    return TableauDeBord(
        departement=departement,
        le=le,
        maisons=siennes,
        labellisees=sum(maison.statut_label == StatutLabel.LABELLISEE for maison in siennes),
        candidates=candidates,
        objectifs=objectifs,
        echeances=sorted(
            ((c.echeance, str(c.etape), c) for c in candidatures if c.echeance is not None and not _est_close(c)),
            key=lambda echeance: echeance[0],
        ),
        risques=_risques(candidates, objectifs, le),
        comparaisons=_comparaisons(siennes),
    )


def _decisions(candidatures: list[Candidature]) -> dict[int, list[str]]:
    """Per step, the steps that a pilote or the network may decide next: one query."""
    trouvees: dict[int, list[str]] = defaultdict(list)
    etapes = {candidature.etape_id for candidature in candidatures}
    for passage in Transition.objects.filter(de__in=etapes).select_related("vers").order_by("vers__rang"):
        # Towards the label, not out of it: giving up is no decision that waits.
        if PILOTES & set(passage.roles) and passage.vers.statut_label != StatutLabel.AUCUN:
            trouvees[passage.de_id].append(str(passage.vers))
    return trouvees


def _est_close(candidature: Candidature) -> bool:
    """Withdrawn or given up: nothing is awaited of it."""
    return candidature.etape.statut_label == StatutLabel.AUCUN


def _candidate(candidature: Candidature, bilan: Bilan, decisions: dict[int, list[str]], le: date) -> Candidate:
    ancienne = bilan.preuve_la_plus_ancienne
    return Candidate(
        candidature=candidature,
        bilan=bilan,
        est_labellisee=candidature.etape.statut_label == StatutLabel.LABELLISEE,
        en_retard=candidature.echeance is not None and candidature.echeance < le and not _est_close(candidature),
        age_preuves=None if ancienne is None else (le - ancienne).days // 30,
        decisions=decisions.get(candidature.etape_id, []),
    )


# The trajectory


def _objectifs(
    departement: Departement, maisons: list[Maison], candidates: list[Candidate], le: date
) -> list[Objectif]:
    labels = sorted(m.label_le for m in maisons if m.statut_label == StatutLabel.LABELLISEE and m.label_le)
    premier = Franchissement.objects.filter(candidature__maison__departement=departement).aggregate(n=Min("le"))["n"]
    depuis = min([jour for jour in (premier, *labels) if jour is not None], default=le)
    deja = {maison.pk for maison in maisons if maison.statut_label == StatutLabel.LABELLISEE}
    # A house is on its way once, whatever its candidatures, and not when it gave up or has its label already.
    en_route: dict[int, list[date]] = {}
    for candidature in (candidate.candidature for candidate in candidates):
        if candidature.etape.statut_label == StatutLabel.CANDIDATE and candidature.maison_id not in deja:
            visees = en_route.setdefault(candidature.maison_id, [])
            if candidature.visee_le:
                visees.append(candidature.visee_le)
    prevus = sorted([*labels, *(min(visees) for visees in en_route.values() if visees)])
    return [
        _objectif(objectif, labels, prevus, depuis, len(en_route), le)
        for objectif in ObjectifLabel.objects.filter(departement=departement).order_by("echeance")
    ]


def _objectif(
    objectif: ObjectifLabel, labels: list[date], prevus: list[date], depuis: date, en_route: int, le: date
) -> Objectif:
    prevision = prevoir(labels=labels, depuis=depuis, aujourd_hui=le, le=objectif.echeance, candidates=en_route)
    debut, fin = min(depuis, le), max(objectif.echeance, le)
    courbe = escalier(
        _("Maisons labellisées : atteint, prévu, et objectif"),
        [
            Marche(_("atteint"), marches(labels, du=debut, au=le), REEL),
            Marche(_("prévu par les candidatures"), marches(prevus, du=debut, au=fin), PREVU, "7 5"),
        ],
        du=debut,
        au=fin,
        maximum=max(objectif.nombre, len(prevus), prevision.haut),
        cible=(objectif.echeance, objectif.nombre, _("objectif : %d") % objectif.nombre),
        plage=(
            objectif.echeance,
            prevision.bas,
            prevision.haut,
            _("au rythme actuel") if prevision.labels else _("huit fois sur dix"),
        ),
        aujourd_hui=le,
    )
    fins = _fins_de_trimestre(debut, fin)
    return Objectif(
        objectif=objectif,
        courbe=courbe,
        prevision=prevision,
        atteint=prevision.atteint(objectif.nombre),
        prevus=sum(jour <= objectif.echeance for jour in prevus),
        lignes=[
            (jour, sum(p <= jour for p in prevus), sum(a <= jour for a in labels) if jour <= le else -1)
            for jour in fins
        ],
    )


def _fins_de_trimestre(du: date, au: date) -> list[date]:
    fins = []
    for annee in range(du.year, au.year + 1):
        for mois, jour in ((3, 31), (6, 30), (9, 30), (12, 31)):
            fin = date(annee, mois, jour)
            if du <= fin <= au:
                fins.append(fin)
    return fins


def _risques(candidates: list[Candidate], objectifs: list[Objectif], le: date) -> list[str]:
    """What may go wrong, in sentences, the gravest first."""
    phrases = []
    for objectif in objectifs:
        if objectif.objectif.echeance >= le and objectif.atteint != "oui":
            phrase = (
                _("Au rythme actuel, %(bas)d à %(haut)d labels au %(jour)s, pour un objectif de %(nombre)d.")
                if objectif.prevision.labels
                else _(
                    "Rythme encore inconnu : %(bas)d à %(haut)d labels au %(jour)s, pour un objectif de %(nombre)d."
                )
            )
            phrases.append(
                phrase
                % {
                    "bas": objectif.prevision.bas,
                    "haut": objectif.prevision.haut,
                    "jour": date_format(objectif.objectif.echeance, "j F Y"),
                    "nombre": objectif.objectif.nombre,
                }
            )
    for candidate in candidates:
        if _est_close(candidate.candidature):
            continue
        nom = candidate.candidature.maison.nom
        visee = candidate.candidature.visee_le
        if candidate.en_retard:
            phrases.append(
                _("%(maison)s : l'étape « %(etape)s » dure plus que prévu.")
                % {"maison": nom, "etape": candidate.candidature.etape}
            )
        if candidate.bilan.bloquants and visee and not candidate.est_labellisee and visee <= le + BIENTOT:
            phrases.append(
                ngettext(
                    "%(maison)s : %(n)d critère impératif à atteindre avant le %(jour)s.",
                    "%(maison)s : %(n)d critères impératifs à atteindre avant le %(jour)s.",
                    len(candidate.bilan.bloquants),
                )
                % {"maison": nom, "n": len(candidate.bilan.bloquants), "jour": date_format(visee, "j F Y")}
            )
        ancienne = candidate.bilan.preuve_la_plus_ancienne
        if ancienne is not None and ancienne < le - ANCIENNE:
            phrases.append(
                _("%(maison)s : une preuve a plus d'un an (%(mois)d mois).")
                % {"maison": nom, "mois": candidate.age_preuves or 0}
            )
        if candidate.bilan.actions_en_retard:
            phrases.append(
                ngettext(
                    "%(maison)s : %(n)d action du plan est en retard.",
                    "%(maison)s : %(n)d actions du plan sont en retard.",
                    candidate.bilan.actions_en_retard,
                )
                % {"maison": nom, "n": candidate.bilan.actions_en_retard}
            )
    return phrases


# Side by side


def _comparaisons(maisons: list[Maison]) -> list[Comparaison]:
    """Only indicators that a house's size doesn't decide, of one period, in the figures that were kept: one query."""
    par_pk = {maison.pk: maison for maison in maisons}
    comparables = [indicateur for indicateur in tous() if indicateur.est_comparable]
    lues = dernieres(par_pk, [indicateur.code for indicateur in comparables])
    resultats = []
    for indicateur in comparables:
        siennes = [(pk, lue) for (pk, code), lue in lues.items() if code == indicateur.code]
        recente = max(((lue.au, lue.du, lue.definition) for _pk, lue in siennes), default=None)
        lignes = [(par_pk[pk], lue) for pk, lue in siennes if (lue.au, lue.du, lue.definition) == recente]
        lignes.sort(key=lambda ligne: (ligne[0].nom, ligne[0].pk))
        if not any(lue.valeur is not None for _m, lue in lignes):
            continue
        pour_cent = indicateur.unite == Unite.POURCENT
        valeurs = [lue.valeur for _m, lue in lignes if lue.valeur is not None]
        resultats.append(
            Comparaison(
                indicateur,
                [
                    Barre(maison.nom, [lue.valeur])
                    for maison, lue in lignes
                    if lue.est_masquee or lue.valeur is not None
                ],
                lignes,
                "%" if pour_cent else "",
                100 if pour_cent else max([*valeurs, 1]),
            )
        )
    return resultats


# As a workbook


def classeur(tableau: TableauDeBord) -> bytes:
    feuilles: list[Any] = [
        (
            _("Candidatures"),
            [
                _("Maison"),
                _("Étape"),
                _("Depuis le"),
                _("À franchir avant le"),
                _("Critères"),
                _("Évalués"),
                _("Atteints"),
                _("Impératifs restants"),
                _("Preuve la plus ancienne"),
                _("Actions en retard"),
                _("Label visé pour le"),
            ],
            [
                [
                    c.candidature.maison.nom,
                    str(c.candidature.etape),
                    c.candidature.depuis,
                    c.candidature.echeance,
                    c.bilan.criteres,
                    c.bilan.evalues,
                    c.bilan.atteints,
                    len(c.bilan.bloquants),
                    c.bilan.preuve_la_plus_ancienne,
                    c.bilan.actions_en_retard,
                    c.candidature.visee_le,
                ]
                for c in tableau.candidates
            ],
        ),
        (
            _("Impératifs restants"),
            [_("Maison"), _("Critère impératif à atteindre")],
            [
                [c.candidature.maison.nom, critere.intitule]
                for c in tableau.candidates
                for critere in c.bilan.bloquants
            ],
        ),
        (
            _("Décisions"),
            [_("Maison"), _("Étape"), _("Décision possible"), _("Impératifs restants")],
            [
                [c.candidature.maison.nom, str(c.candidature.etape), decision, len(c.bilan.bloquants)]
                for c in tableau.decisions
                for decision in c.decisions
            ],
        ),
        (_("Risques"), [_("Risque")], [[phrase] for phrase in tableau.risques]),
        (
            _("Prévisions"),
            [
                _("Au"),
                _("Objectif"),
                _("Prévu par les candidatures"),
                _("Au rythme observé, au moins"),
                _("Au rythme observé, milieu"),
                _("Au rythme observé, au plus"),
                _("Labels observés"),
                _("En jours"),
                _("Source de l'objectif"),
            ],
            [
                [
                    o.objectif.echeance,
                    o.objectif.nombre,
                    o.prevus,
                    o.prevision.bas,
                    o.prevision.milieu,
                    o.prevision.haut,
                    o.prevision.labels,
                    o.prevision.jours,
                    o.objectif.source,
                ]
                for o in tableau.objectifs
            ],
        ),
    ]
    for objectif in tableau.objectifs:
        feuilles.append(
            (
                _("Objectif %s") % objectif.objectif.echeance.isoformat(),
                [_("Fin de trimestre"), _("Prévu"), _("Atteint"), _("Objectif")],
                [
                    [jour, prevu, None if reel < 0 else reel, objectif.objectif.nombre]
                    for jour, prevu, reel in objectif.lignes
                ],
            )
        )
    feuilles.append(
        (
            _("Comparaisons"),
            [_("Indicateur"), _("Maison"), _("Valeur"), _("Du"), _("Au"), _("Définition")],
            [
                [str(c.indicateur.nom), maison.nom, lue.texte, lue.du, lue.au, lue.definition]
                for c in tableau.comparaisons
                for maison, lue in c.lignes
            ],
        )
    )
    return ecrire_classeur(feuilles)
