"""Answers given otherwise – on paper, by another tool –, from a workbook: a row for each, a column for each question.

The whole file is judged first; one row that does not hold keeps all the others out. What is written is what answers
given here are: ticks and words apart, a week, a house. The file itself is not kept, and serves once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import tablib
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from enquetes import plan
from enquetes.collecte import preparer_reponse
from enquetes.enums import Moment, TypeQuestion, Usage
from enquetes.models import Campagne, JetonUtilise, Reponse, TexteLibre, lundi
from enquetes.plan import PlanQuestion
from maisons.forms import chercher_communes, commune_evidente
from socle import classeurs
from socle.classeurs import FORMULE, FichierRefuse
from socle.tableaux import neutraliser
from socle.texte import normaliser

TAILLE_MAX = 5_000_000
LIGNES_MAX = 5_000
TEXTE_MAX = 500
# Columns of every workbook: no question may have such a short name.
REPERES = MAISON, SEMAINE, MOMENT = "maison", "semaine", "moment"
LOT = 1000

Ligne = dict[str, str]


class ImportRefuse(Exception):
    """Nothing is imported; the message is for the team, and so is what is wrong with the rows, if they were judged."""

    def __init__(self, message: str, analyse: Analyse | None = None) -> None:
        super().__init__(message)
        self.analyse = analyse


class _Faute(Exception):
    pass


@dataclass(frozen=True)
class Erreur:
    ligne: int
    colonne: str
    quoi: str


@dataclass
class Analyse:
    """What a file would do."""

    reponses: list[Reponse] = field(default_factory=list)
    textes: list[TexteLibre] = field(default_factory=list)
    erreurs: list[Erreur] = field(default_factory=list)


def colonnes(campagne: Campagne) -> list[str]:
    """The headings of a campaign's workbook: short names, for a table one by row."""
    return [
        MAISON,
        SEMAINE,
        *([MOMENT] if campagne.version.questionnaire.usage == Usage.AVANT_APRES else []),
        *(colonne for q in plan.lire(campagne.version).questions for colonne in _colonnes(q)),
    ]


def _colonnes(question: PlanQuestion) -> list[str]:
    if question.type == TypeQuestion.MATRICE:
        return [f"{question.code}.{ligne.code}" for ligne in question.lignes]
    return [question.code]


def modele(campagne: Campagne) -> bytes:
    """The workbook to fill in: its headings, and on a second sheet what each column takes."""
    livre = tablib.Databook()
    livre.add_sheet(tablib.Dataset(headers=colonnes(campagne), title=_("Réponses")))
    aide = tablib.Dataset(headers=[_("Colonne"), _("Question"), _("Réponses possibles")], title=_("Aide"))
    aide.append([MAISON, _("Maison"), " ; ".join(campagne.maisons.order_by("nom").values_list("nom", flat=True))])
    aide.append([SEMAINE, _("Semaine"), _("un jour de la semaine où la réponse a été donnée ; vide : cette semaine")])
    if MOMENT in colonnes(campagne):
        aide.append([MOMENT, _("Moment"), f"{Moment.AVANT.label} ; {Moment.APRES.label}"])
    for q in plan.lire(campagne.version).questions:
        lignes = {ligne.code: ligne.libelle for ligne in q.lignes}
        for colonne in _colonnes(q):
            titre = lignes.get(colonne.removeprefix(f"{q.code}."), "")
            aide.append([neutraliser(t) for t in (colonne, f"{q.intitule} {titre}".strip(), _possibles(q))])
    livre.add_sheet(aide)
    octets: bytes = livre.export("xlsx")
    return octets


def _possibles(q: PlanQuestion) -> str:
    choix = " ; ".join(c.libelle for c in q.choix)
    match q.type:
        case TypeQuestion.MULTIPLE:
            return _("une ou plusieurs, séparées par « ; » : %s") % choix
        case TypeQuestion.ECHELLE | TypeQuestion.NOMBRE:
            return _("un nombre de %(a)d à %(b)d") % {"a": q.points.start, "b": q.points.stop - 1}
        case TypeQuestion.COMMUNE:
            return _("un nom de commune, ou un code postal")
        case TypeQuestion.TEXTE:
            return _("ce qui a été écrit, sans nom ni téléphone")
    return choix


def lire_classeur(octets: bytes, *, campagne: Campagne) -> list[Ligne]:
    """The rows of a file by column.

    Raises FichierRefuse for what is no workbook, too large, without a row, or has other columns.
    """
    if len(octets) > TAILLE_MAX:
        raise FichierRefuse(_("Ce fichier dépasse 5 Mo : coupez-le en plusieurs."))
    connues = colonnes(campagne)
    rangees = classeurs.rangees(octets, colonnes_max=len(connues) + 10, texte_max=TEXTE_MAX)
    entetes = [entete.strip().lower() for entete in next(rangees, [])]
    inconnues = [entete for entete in entetes if entete and entete not in connues]
    if not any(entetes):
        raise FichierRefuse(
            _("La première ligne de ce fichier ne nomme aucune colonne. Partez du modèle à télécharger.")
        )
    if inconnues:
        raise FichierRefuse(
            _("Ces colonnes ne sont pas du questionnaire : %s. Partez du modèle à télécharger.") % ", ".join(inconnues)
        )
    if len(set(filter(None, entetes))) != len(list(filter(None, entetes))):
        raise FichierRefuse(_("Une colonne est là deux fois. Partez du modèle à télécharger."))
    lignes = []
    for numero, rangee in enumerate(rangees, start=2):
        if numero > LIGNES_MAX + 1:
            raise FichierRefuse(_("Ce fichier compte trop de lignes : %d au plus.") % LIGNES_MAX)
        ligne = {cle: texte for cle, texte in zip(entetes, rangee, strict=False) if cle}
        if any(ligne.values()):
            lignes.append({"": str(numero), **ligne})
    if not lignes:
        raise FichierRefuse(_("Ce fichier ne contient aucune réponse."))
    return lignes


def analyser(*, campagne: Campagne, lignes: Sequence[Ligne], maintenant: datetime) -> Analyse:
    """Which answers the rows are, and what is wrong with each that is none. Writes nothing."""
    lecture, analyse = _Lecture(campagne, maintenant), Analyse()
    for ligne in lignes:
        fautes = []
        faites: dict[str, Any] = {}
        for colonne, lire in lecture.repere.items():
            try:
                faites[colonne] = lire(ligne.get(colonne, ""))
            except _Faute as faute:
                fautes.append(Erreur(int(ligne[""]), colonne, str(faute)))
        valeurs, mauvaises = lecture.valeurs(ligne)
        posees = lecture.plan.posees(valeurs)
        if not valeurs and not mauvaises:
            mauvaises.append(("", _("Aucune réponse sur cette ligne.")))
        fautes += [Erreur(int(ligne[""]), colonne, quoi) for colonne, quoi in mauvaises]
        fautes += [
            Erreur(int(ligne[""]), q.code, _("Réponse obligatoire."))
            for q in posees
            if q.obligatoire and q.code not in valeurs and not mauvaises
        ]
        if fautes:
            analyse.erreurs += fautes
            continue
        reponse, textes = preparer_reponse(
            campagne=campagne.pk,
            maison=faites[MAISON],
            moment=faites.get(MOMENT, ""),
            semaine=faites[SEMAINE],
            posees=posees,
            valeurs=valeurs,
            langue=plan.FRANCAIS,
        )
        analyse.reponses.append(reponse)
        analyse.textes += textes
    return analyse


def importer(*, campagne: Campagne, octets: bytes, maintenant: datetime) -> int:
    """Write the answers of a file, all of them, once; how many.

    Raises FichierRefuse, and ImportRefuse when the campaign is closed, a row does not hold, or the file has served.
    """
    # A large workbook takes seconds to read, and every answer to the campaign waits while its row is held.
    lignes = lire_classeur(octets, campagne=campagne)
    return _ecrire(campagne=campagne, octets=octets, lignes=lignes, maintenant=maintenant)


@transaction.atomic
def _ecrire(*, campagne: Campagne, octets: bytes, lignes: Sequence[Ligne], maintenant: datetime) -> int:
    campagne = _verrouiller(campagne)
    verifier(campagne=campagne, octets=octets, maintenant=maintenant)
    analyse = analyser(campagne=campagne, lignes=lignes, maintenant=maintenant)
    if analyse.erreurs:
        raise ImportRefuse(_("Rien n'est importé : corrigez d'abord le fichier."), analyse)
    JetonUtilise.objects.create(empreinte=_empreinte(campagne, octets), campagne=campagne)
    # In the order of their random keys: the row of the file is nobody's business any more.
    Reponse.objects.bulk_create(sorted(analyse.reponses, key=lambda r: r.pk), batch_size=LOT)
    TexteLibre.objects.bulk_create(sorted(analyse.textes, key=lambda t: t.pk), batch_size=LOT)
    return len(analyse.reponses)


def _verrouiller(campagne: Campagne) -> Campagne:
    return (
        Campagne.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version__questionnaire")
        .get(pk=campagne.pk)
    )


def verifier(*, campagne: Campagne, octets: bytes, maintenant: datetime) -> None:
    """Raises ImportRefuse when no answer can come, or this very file came already."""
    if not campagne.est_ouverte(le=timezone.localdate(maintenant)):
        raise ImportRefuse(_("Les réponses s'importent tant que la campagne est ouverte."))
    if JetonUtilise.objects.filter(pk=_empreinte(campagne, octets)).exists():
        raise ImportRefuse(_("Ce fichier a déjà été importé."))


def _empreinte(campagne: Campagne, octets: bytes) -> str:
    """Keyed: whoever reads the database alone can't tell what a file held by trying."""
    return salted_hmac(
        f"enquetes.import.{campagne.pk}", octets, secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()


class _Lecture:
    """What the cells of a row may say in this campaign."""

    def __init__(self, campagne: Campagne, maintenant: datetime) -> None:
        self.plan = plan.lire(campagne.version)
        self._campagne = campagne
        self._cette_semaine = lundi(timezone.localdate(maintenant))
        self._publiee = campagne.instantanes.order_by("-numero").values_list("jusqu_a", flat=True).first()
        self._maisons = {
            nom: pk
            for pk, slug, titre in campagne.maisons.values_list("pk", "slug", "nom")
            for nom in (normaliser(slug), normaliser(titre))
        }
        self._communes: dict[str, str] = {}
        # By their short name, and as they are written on paper.
        self._choix = {
            q.code: {**{normaliser(c.libelle): c.code for c in q.choix}, **{c.code: c.code for c in q.choix}}
            for q in self.plan.questions
        }
        self.repere: dict[str, Any] = {MAISON: self._maison, SEMAINE: self._semaine}
        if campagne.version.questionnaire.usage == Usage.AVANT_APRES:
            self.repere[MOMENT] = self._moment

    def _maison(self, texte: str) -> int | None:
        if not texte:
            return None
        if normaliser(texte) not in self._maisons:
            raise _Faute(_("Cette maison n'est pas de la campagne."))
        return self._maisons[normaliser(texte)]

    def _semaine(self, texte: str) -> date:
        """Any day of it, nothing for this week."""
        if not texte:
            return self._cette_semaine
        jour = None
        for forme in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                jour = datetime.strptime(texte[:10], forme).date()  # noqa: DTZ007
            except ValueError:
                continue
        if jour is None:
            raise _Faute(_("Écrivez un jour, comme 03/03/2026."))
        if not lundi(self._campagne.ouvre_le) <= lundi(jour) <= self._cette_semaine:
            raise _Faute(_("Ce jour n'est pas de la campagne."))
        if self._publiee is not None and lundi(jour) <= self._publiee:
            raise _Faute(_("Les résultats de cette semaine sont déjà publiés : laissez la case vide."))
        return lundi(jour)

    def _moment(self, texte: str) -> str:
        for moment in (Moment.AVANT, Moment.APRES):
            if normaliser(texte) in (moment.value, normaliser(str(moment.label))):
                return moment
        raise _Faute(_("Écrivez « avant » ou « après »."))

    def valeurs(self, ligne: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The answers of a row, and what is wrong with its cells."""
        valeurs: dict[str, Any] = {}
        fautes: list[tuple[str, str]] = []
        for q in self.plan.questions:
            cellules = {}
            for colonne in _colonnes(q):
                texte = ligne.get(colonne, "")
                if not texte:
                    continue
                try:
                    cellules[colonne.removeprefix(f"{q.code}.")] = self._cellule(q, texte)
                except _Faute as faute:
                    fautes.append((colonne, str(faute)))
            valeur = cellules if q.type == TypeQuestion.MATRICE else cellules.get(q.code)
            if plan.est_vide(valeur):
                continue
            if plan.est_recevable(q, valeur):
                valeurs[q.code] = valeur
            else:
                fautes.append((q.code, _("Cette réponse n'est pas possible ici.")))
        return valeurs, fautes

    def _cellule(self, q: PlanQuestion, texte: str) -> Any:
        if texte == FORMULE:
            raise _Faute(_("C'est une formule : collez sa valeur."))
        match q.type:
            case TypeQuestion.UNIQUE | TypeQuestion.MATRICE:
                return self._choisir(q, texte)
            case TypeQuestion.MULTIPLE:
                return [self._choisir(q, t) for t in texte.split(";") if t.strip()]
            case TypeQuestion.ECHELLE | TypeQuestion.NOMBRE:
                try:
                    return int(texte)
                except ValueError:
                    raise _Faute(_("Écrivez un nombre entier.")) from None
            case TypeQuestion.COMMUNE:
                return self._commune(texte)
        return texte

    def _choisir(self, q: PlanQuestion, texte: str) -> str:
        choix = self._choix[q.code]
        trouve = choix.get(texte.strip()) or choix.get(normaliser(texte))
        if trouve is None:
            raise _Faute(_("« %s » n'est pas un des choix.") % texte[:60])
        return trouve

    def _commune(self, texte: str) -> str:
        if texte not in self._communes:
            trouvee = commune_evidente(texte, chercher_communes(texte))
            self._communes[texte] = trouvee.code_insee if trouvee else ""
        if not self._communes[texte]:
            raise _Faute(_("Cette commune n'est pas connue, ou elles sont plusieurs : ajoutez le code postal."))
        return self._communes[texte]
