"""Publishing results: the only way from answers to anything that is read, exported or printed.

Results are published a few times in a campaign, each time once and for all (Instantane). While it runs, only as a
whole, up to the last full week. When it is closed, a last time, by house, by period and by stage. Each publication
keeps its small counts hidden from whoever has the earlier ones (enquetes/secret.py). No two axes are crossed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from enquetes import plan, secret, tableaux
from enquetes.enums import Moment, StatutCampagne, TypeQuestion
from enquetes.models import Campagne, Instantane, Reponse, lundi
from enquetes.plan import Plan, PlanQuestion
from enquetes.tableaux import Groupe, Ligne, Tableau
from maisons.models import Commune, Maison

TOTAL, PERIODE, MAISON, ETAPE, MOMENT = "total", "periode", "maison", "etape", "moment"
# Counting again, when answers came meanwhile.
ESSAIS = 3


class PublicationRefusee(Exception):
    """Results can't be published now; the message is for the team."""


@dataclass(frozen=True)
class _Axe:
    nom: str
    groupes: list[Groupe]
    # Shown this time, or only there to keep the days apart.
    montre: bool

    def place(self, valeur: Any) -> int:
        return next(i for i, groupe in enumerate(self.groupes) if valeur in groupe.membres)


def publier(*, campagne: Campagne, maintenant: datetime, secondaire: bool = True) -> Instantane:
    """Publish the results of a campaign up to now; the last ones, by all axes, once it is closed.

    Counted without a lock, for answers wait for it; then written if nothing that was counted changed meanwhile.
    `secondaire=False` leaves out what protects small counts: for the test that shows why it is there.
    Raises PublicationRefusee while there are too few answers, once the last results are out, and when small counts
    could not be kept hidden.
    """
    for _essai in range(ESSAIS):
        lue = Campagne.objects.select_related("version__questionnaire").get(pk=campagne.pk)
        portee = _portee(lue, maintenant)
        lignes = _lire_reponses(lue, portee.jusqu_a)
        try:
            contenu = _Calcul(
                plan=plan.lire(lue.version),
                lignes=lignes,
                precedents=portee.precedents,
                jusqu_a=portee.jusqu_a,
                seuil=lue.seuil,
                definitif=portee.definitif,
                secondaire=secondaire,
            ).contenu()
        except secret.SecretImpossible:
            raise PublicationRefusee(
                _("Ces résultats feraient deviner de petits nombres, avec ceux qui sont déjà publiés.")
            ) from None
        publie = _ecrire(lue, portee, lignes, contenu, maintenant)
        if publie is not None:
            return publie
    raise PublicationRefusee(_("Des réponses arrivent encore : demandez de nouveau les résultats."))


@transaction.atomic
def _ecrire(
    campagne: Campagne, portee: _Portee, lignes: list[Ligne], contenu: dict[str, Any], maintenant: datetime
) -> Instantane | None:
    """None when an answer, another publication or the campaign's end came while this one was counted."""
    tenue = Campagne.objects.select_for_update(of=("self",), no_key=True).get(pk=campagne.pk)
    if _portee(tenue, maintenant) != portee or _comptees(tenue, portee.jusqu_a).count() != len(lignes):
        return None
    return Instantane.objects.create(
        campagne=tenue,
        numero=len(portee.precedents) + 1,
        jusqu_a=portee.jusqu_a,
        definitif=portee.definitif,
        contenu=contenu,
    )


@dataclass(frozen=True)
class _Portee:
    """What a publication counts."""

    precedents: list[Instantane]
    definitif: bool
    jusqu_a: date


def verifier(*, campagne: Campagne, maintenant: datetime) -> None:
    """Raises PublicationRefusee when nothing could be published now; counts answers, no more."""
    _portee(campagne, maintenant)


def _portee(campagne: Campagne, maintenant: datetime) -> _Portee:
    if campagne.statut == StatutCampagne.PREPARATION:
        raise PublicationRefusee(_("Cette campagne n'est pas encore ouverte."))
    precedents = list(campagne.instantanes.order_by("numero"))
    if precedents and precedents[-1].definitif:
        raise PublicationRefusee(_("Les résultats définitifs sont déjà publiés."))
    definitif = campagne.statut == StatutCampagne.CLOSE
    cette_semaine = lundi(timezone.localdate(maintenant))
    jusqu_a = min(cette_semaine, lundi(campagne.ferme_le)) if definitif else cette_semaine - timedelta(days=7)
    debut = precedents[-1].jusqu_a if precedents else None
    reponses = _comptees(campagne, jusqu_a)
    nouvelles = (reponses if debut is None else reponses.filter(semaine__gt=debut)).count()
    if nouvelles < campagne.seuil:
        if not (definitif and debut is not None):
            raise PublicationRefusee(
                _("Il faut au moins %(k)d réponses de plus, sur des semaines finies, pour publier.")
                % {"k": campagne.seuil}
            )
        # The few that came last would be told by the difference: the last results leave them out.
        jusqu_a = debut
    return _Portee(precedents, definitif, jusqu_a)


def _comptees(campagne: Campagne, jusqu_a: date) -> QuerySet[Reponse]:
    # Answers are written once: as many as before are the same.
    return campagne.reponses.filter(semaine__lte=jusqu_a)


def _lire_reponses(campagne: Campagne, jusqu_a: date) -> list[Ligne]:
    reponses = _comptees(campagne, jusqu_a).values_list("valeurs", "maison_id", "moment", "semaine")
    return [Ligne(*reponse) for reponse in reponses]


class _Calcul:
    """One publication: groups, counts, what is hidden, and the document that says so."""

    def __init__(
        self,
        *,
        plan: Plan,
        lignes: list[Ligne],
        precedents: list[Instantane],
        jusqu_a: date,
        seuil: int,
        definitif: bool,
        secondaire: bool,
    ) -> None:
        self.plan, self.lignes, self.seuil = plan, lignes, seuil
        self.definitif, self.secondaire = definitif, secondaire
        # Weeks in (a, b] were first counted by one publication.
        bornes = [p.jusqu_a for p in precedents]
        self.tranches = [*bornes, jusqu_a] if not bornes or bornes[-1] < jusqu_a else bornes
        self.anciens = [_anciens_tableaux(p) for p in precedents]
        self.axes = [self._periodes(), *(self._axes() if definitif else [])]
        self._classer()
        if definitif and plan.etape is not None:
            etapes = self._etapes(plan.etape)
            if len(etapes.groupes) > 1:
                self.axes.append(etapes)
                self._classer()

    def _classer(self) -> None:
        """Each answer with the groups it counts in."""
        self.groupes = [
            (ligne, [(TOTAL, 0), *((axe.nom, axe.place(self._valeur(axe.nom, ligne))) for axe in self.axes)])
            for ligne in self.lignes
        ]

    # Axes

    def _tranche(self, semaine: date) -> int:
        return next(i for i, borne in enumerate(self.tranches) if semaine <= borne)

    def _valeur(self, axe: str, ligne: Ligne) -> Any:
        match axe:
            case "periode":
                tranche = self._tranche(ligne.semaine)
                return (tranche, tableaux.mois(ligne.semaine)[0]) if self.definitif else tranche
            case "maison":
                return ligne.maison
            case "moment":
                return ligne.moment
        etape = self.plan.etape
        return ligne.valeurs.get(etape.code, tableaux.SANS) if etape else None

    def _periodes(self) -> _Axe:
        """Months, gathered where they are thin, never across two publications."""
        comptes = Counter(self._valeur(PERIODE, ligne) for ligne in self.lignes)
        if not self.definitif:
            groupes = [Groupe(str(t), (t,), comptes[t]) for t in range(len(self.tranches))]
            return _Axe(PERIODE, groupes, montre=False)
        groupes = []
        for tranche in range(len(self.tranches)):
            valeurs = sorted(v for v in comptes if v[0] == tranche)
            effectifs = [(v, tableaux.mois(v[1])[1], comptes[v]) for v in valeurs]
            groupes += tableaux.regrouper(effectifs, seuil=self.seuil, ordonnes=True)
        return _Axe(PERIODE, groupes, montre=len(groupes) > 1)

    def _axes(self) -> list[_Axe]:
        axes = []
        noms = dict(Maison.objects.filter(pk__in={ligne.maison for ligne in self.lignes}).values_list("pk", "nom"))
        maisons = Counter(ligne.maison for ligne in self.lignes)
        effectifs: list[tuple[Any, str, int]] = [
            (pk, noms.get(pk, str(_("sans maison"))) if pk else str(_("sans maison")), n) for pk, n in maisons.items()
        ]
        effectifs.sort(key=lambda e: e[1])
        axes.append((MAISON, tableaux.regrouper(effectifs, seuil=self.seuil, ordonnes=False)))
        moments = Counter(ligne.moment for ligne in self.lignes)
        effectifs = [(m.value, str(m.label), moments[m.value]) for m in (Moment.AVANT, Moment.APRES)]
        if set(moments) <= {Moment.AVANT, Moment.APRES}:
            axes.append((MOMENT, tableaux.regrouper(effectifs, seuil=self.seuil, ordonnes=False)))
        return [_Axe(nom, groupes, montre=True) for nom, groupes in axes if len(groupes) > 1]

    def _etapes(self, etape: PlanQuestion) -> _Axe:
        """The stages whose count is shown, each alone, and the hidden ones together: no size that was not known."""
        (tableau,) = tableaux.tableaux_de(etape, communes={})
        document = self._tableau(tableau)
        groupes, cachees = [], []
        for (code, libelle), effectif in zip(document["modalites"], document["total"], strict=True):
            if effectif is None:
                cachees.append((code, libelle))
            elif effectif:
                groupes.append(Groupe(libelle, (code,), effectif))
        if cachees:
            reste = len(self.lignes) - sum(groupe.n for groupe in groupes)
            groupes.append(Groupe(", ".join(m[1] for m in cachees), tuple(m[0] for m in cachees), reste))
        return _Axe(ETAPE, groupes, montre=True)

    # Tables

    def contenu(self) -> dict[str, Any]:
        communes = self._communes()
        montres = [axe for axe in self.axes if axe.montre]
        par_question: dict[str, list[dict[str, Any]]] = {}
        for tableau in tableaux.tableaux(self.plan, communes=communes):
            par_question.setdefault(tableau.question, []).append(self._tableau(tableau))
        return {
            "n": len(self.lignes),
            "seuil": self.seuil,
            "axes": {
                axe.nom: [{"libelle": g.libelle, "n": g.n, "membres": _membres(axe.nom, g)} for g in axe.groupes]
                for axe in montres
            },
            "questions": [
                {
                    "code": q.code,
                    "type": q.type,
                    "section": q.titre_section,
                    "intitule": q.intitule,
                    "tableaux": par_question[q.code],
                }
                for q in self.plan.questions
                if q.code in par_question
            ],
        }

    def _communes(self) -> dict[str, str]:
        codes = {
            ligne.valeurs[q.code]
            for q in self.plan.questions
            if q.type == TypeQuestion.COMMUNE
            for ligne in self.lignes
            if q.code in ligne.valeurs
        }
        return dict(Commune.objects.filter(code_insee__in=codes).values_list("code_insee", "nom"))

    def _tableau(self, tableau: Tableau) -> dict[str, Any]:
        comptes = tableaux.compter(tableau, self.groupes)
        codes = [code for code, _libelle in tableau.modalites]
        montres = [axe for axe in self.axes if axe.montre and not self._est_son_axe(axe, tableau)]
        systeme = self._systeme(tableau, comptes, codes, montres)
        caches = secret.proteger(systeme, seuil=self.seuil, secondaire=self.secondaire)

        def montrer(axe: str, groupe: int) -> list[int | None]:
            return [None if (axe, groupe, code) in caches else comptes[axe, groupe][code] for code in codes]

        document = {
            "cle": tableau.cle,
            "libelle": tableau.libelle,
            "modalites": [list(m) for m in tableau.modalites],
            "total": montrer(TOTAL, 0),
            "axes": {},
        }
        if tableau.seul:
            return _sans_nommer(document, len(self.lignes))
        document["axes"] = {axe.nom: [montrer(axe.nom, g) for g in range(len(axe.groupes))] for axe in montres}
        return document

    def _est_son_axe(self, axe: _Axe, tableau: Tableau) -> bool:
        return axe.nom == ETAPE and self.plan.etape is not None and tableau.question == self.plan.etape.code

    def _systeme(
        self,
        tableau: Tableau,
        comptes: dict[Any, Counter[str]],
        codes: list[str],
        montres: list[_Axe],
    ) -> secret.Systeme:
        """Everything that was ever shown of this table, and how it adds up."""
        systeme = secret.Systeme()
        n = len(self.lignes)
        for code in codes:
            systeme.ajouter((TOTAL, 0, code), comptes[TOTAL, 0][code], publiable=True, chere=True)
        systeme.additionner([(TOTAL, 0, code) for code in codes], vaut=n)
        for axe in self.axes:
            if axe.nom != PERIODE and (axe not in montres or tableau.seul):
                continue
            montre = axe in montres and not tableau.seul
            for i, groupe in enumerate(axe.groupes):
                for code in codes:
                    systeme.ajouter((axe.nom, i, code), comptes[axe.nom, i][code], publiable=montre)
                systeme.additionner([(axe.nom, i, code) for code in codes], vaut=groupe.n)
            for code in codes:
                cellules = [(axe.nom, i, code) for i in range(len(axe.groupes))]
                systeme.additionner(cellules, total=(TOTAL, 0, code))
        self._ajouter_anciens(systeme, tableau, comptes, codes)
        return systeme

    def _ajouter_anciens(
        self,
        systeme: secret.Systeme,
        tableau: Tableau,
        comptes: dict[Any, Counter[str]],
        codes: list[str],
    ) -> None:
        """What earlier publications told: totals of the first periods, some of them hidden."""
        periodes = next(axe for axe in self.axes if axe.nom == PERIODE)
        for jour, ancien in enumerate(self.anciens):
            dedans = [i for i, groupe in enumerate(periodes.groupes) if self._est_dans(groupe, jour)]
            montres = ancien.get(tableau.cle, {})
            for code in codes:
                effectif = sum(comptes[PERIODE, i][code] for i in dedans)
                # A commune not named then may have had a few answers; any other modality not named had none.
                connu = montres.get(code) is not None if tableau.seul else montres.get(code, 0) is not None
                systeme.ajouter_ancienne(("avant", jour, code), effectif, montree=connu)
                systeme.additionner([(PERIODE, i, code) for i in dedans], total=("avant", jour, code))

    def _est_dans(self, groupe: Groupe, jour: int) -> bool:
        membre = groupe.membres[0]
        return bool((membre[0] if self.definitif else membre) <= jour)


def _sans_nommer(document: dict[str, Any], n: int) -> dict[str, Any]:
    """Without the names of hidden modalities: that somebody answered from a hamlet is already a small group."""
    montrees = [
        (m, effectif) for m, effectif in zip(document["modalites"], document["total"], strict=True) if effectif
    ]
    montrees.sort(key=lambda m: (m[0][0] == tableaux.SANS, -m[1]))
    autres = n - sum(effectif for _m, effectif in montrees)
    if autres:
        montrees.append((["_autres", _("autres communes")], autres))
    return {**document, "modalites": [m for m, _n in montrees], "total": [effectif for _m, effectif in montrees]}


def _anciens_tableaux(instantane: Instantane) -> dict[str, dict[str, int | None]]:
    return {
        tableau["cle"]: {
            code: effectif for (code, _libelle), effectif in zip(tableau["modalites"], tableau["total"], strict=True)
        }
        for question in instantane.contenu["questions"]
        for tableau in question["tableaux"]
    }


def _membres(axe: str, groupe: Groupe) -> list[Any]:
    """Which houses a group holds, for those who see one house alone."""
    return list(groupe.membres) if axe == MAISON else []
