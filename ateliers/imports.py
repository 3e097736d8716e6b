"""A season's sessions from a spreadsheet: every bad row is named and nothing is written; then all of it, once.

The file is read into plain texts, and the texts are judged (`analyser`). What is confirmed is these texts, judged
anew.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Font

from ateliers.accueils import places_de
from ateliers.enums import StatutSeance
from ateliers.models import Atelier, Seance
from ateliers.occupations import Occupation, Occupations, SeanceRefusee, reserver, une_seance_a_la_fois
from maisons.exclusions import motifs_exclusion
from maisons.models import Lieu, Maison, Salle
from maisons.perms import equipes
from maisons.recurrence import existe, moment_local
from socle import classeurs
from socle.champs import ChampHeure, ChampJour
from socle.classeurs import FORMULE, FichierRefuse
from socle.models import Utilisateur
from socle.tableaux import neutraliser
from socle.texte import normaliser

TAILLE_MAX = 1_000_000
LIGNES_MAX = 500
PLACES_MAX = 500
TEXTE_MAX = 200
ESPACE_DE_NOMS = uuid.UUID("4e7b7a1c-3d0e-4a6e-9a55-5f1f3f7c2b10")

# Keys of a row, and how its column is headed.
COLONNES = {
    "atelier": gettext_lazy("Atelier"),
    "lieu": gettext_lazy("Lieu"),
    "salle": gettext_lazy("Salle"),
    "date": gettext_lazy("Date"),
    "heure": gettext_lazy("Heure"),
    "duree": gettext_lazy("Durée (minutes)"),
    "animateur": gettext_lazy("Animée par (e-mail)"),
    "intervenants": gettext_lazy("Avec, pour les familles"),
    "adultes": gettext_lazy("Places adultes"),
    "enfants": gettext_lazy("Places enfants"),
}
OBLIGATOIRES = ("atelier", "date", "heure")

Ligne = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Erreur:
    """What is wrong with a cell, and what to do."""

    ligne: int
    colonne: str
    quoi: str


@dataclass(frozen=True, kw_only=True)
class SeancePrevue:
    """A row that can become a session."""

    ligne: int
    atelier: Atelier
    lieu: Lieu
    salle: Salle | None
    animateur: Utilisateur | None
    intervenants: str
    debut: datetime
    fin: datetime
    adultes: int
    enfants: int
    deja_la: bool = False
    avis: tuple[str, ...] = ()

    @property
    def occupation(self) -> Occupation:
        return Occupation(debut=self.debut, fin=self.fin, lieu=self.lieu, animateur=self.animateur, salle=self.salle)

    @property
    def reference(self) -> uuid.UUID:
        """The same for the same session of the same house, whatever file it comes from."""
        return uuid.uuid5(ESPACE_DE_NOMS, f"{self.lieu.pk}/{self.atelier.pk}/{self.debut.isoformat()}")


@dataclass(kw_only=True)
class Analyse:
    """What a file would do."""

    prevues: list[SeancePrevue] = field(default_factory=list)
    erreurs: list[Erreur] = field(default_factory=list)

    @property
    def nouvelles(self) -> list[SeancePrevue]:
        return [prevue for prevue in self.prevues if not prevue.deja_la]

    @property
    def deja_la(self) -> list[SeancePrevue]:
        return [prevue for prevue in self.prevues if prevue.deja_la]


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def lire_classeur(octets: bytes) -> list[Ligne]:
    """The rows of a workbook's first sheet as texts, with their row numbers; formulas are marked, never computed.

    Raises FichierRefuse for what is no workbook, too large, or without the expected headings.
    """
    if len(octets) > TAILLE_MAX:
        raise FichierRefuse(_("Ce fichier dépasse 1 Mo : gardez seulement la feuille des séances."))
    rangees = classeurs.rangees(octets, colonnes_max=len(COLONNES) + 10, texte_max=TEXTE_MAX)
    cles = _cles(next(rangees, []))
    lignes = []
    for numero, rangee in enumerate(rangees, start=2):
        if numero - 1 > 4 * LIGNES_MAX:
            raise FichierRefuse(_("Ce fichier compte trop de lignes : %d au plus.") % LIGNES_MAX)
        ligne = {cle: texte for cle, texte in zip(cles, rangee, strict=False) if cle}
        if any(ligne.values()):
            lignes.append({"ligne": str(numero), **ligne})
        if len(lignes) > LIGNES_MAX:
            raise FichierRefuse(_("Ce fichier compte trop de lignes : %d au plus.") % LIGNES_MAX)
    return lignes


def _cles(entetes: Sequence[str]) -> list[str]:
    connues = {normaliser(str(libelle)): cle for cle, libelle in COLONNES.items()}
    cles = [connues.get(normaliser(entete), "") for entete in entetes]
    manquantes = [str(COLONNES[cle]) for cle in OBLIGATOIRES if cle not in cles]
    if manquantes:
        raise FichierRefuse(_("Il manque une colonne : %s. Partez du modèle à télécharger.") % ", ".join(manquantes))
    return cles


# ── Judging ───────────────────────────────────────────────────────────────────────────────────────────────────────


class _Faute(Exception):
    def __init__(self, colonne: str, quoi: str) -> None:
        super().__init__(quoi)
        self.colonne = colonne


def analyser(*, lignes: Sequence[Ligne], maison: Maison, maintenant: datetime) -> Analyse:
    """Which rows can become sessions, which are there already, and what is wrong with each of the others.

    Writes nothing; a fixed number of queries.
    """
    analyse = Analyse()
    lecture = _Lecture(maison, maintenant)
    for ligne in lignes:
        try:
            analyse.prevues.append(lecture.seance(ligne))
        except _Faute as faute:
            analyse.erreurs.append(
                Erreur(ligne=int(ligne["ligne"]), colonne=str(COLONNES[faute.colonne]), quoi=str(faute))
            )
    _marquer(analyse)
    _confronter(analyse)
    analyse.erreurs.sort(key=lambda erreur: erreur.ligne)
    return analyse


class _Lecture:
    """What the texts of a row may name at this house."""

    def __init__(self, maison: Maison, maintenant: datetime) -> None:
        self._maintenant = maintenant
        self._ateliers = _par_nom(maison.ateliers.filter(actif=True), "titre")
        self._tous_lieux = list(
            Lieu.objects.actifs().filter(maison=maison).select_related("maison__departement", "commune")
        )
        self._lieux = _par_nom(self._tous_lieux, "nom")
        self._salles = {
            (salle.lieu_id, normaliser(salle.nom)): salle
            for salle in Salle.objects.actives().filter(lieu__maison=maison)
        }
        self._equipe = {
            personne.email: personne
            for personne in equipes(Maison.objects.filter(pk=maison.pk), le=timezone.localdate(maintenant))
        }
        self._motifs = {
            lieu.fuseau: motifs_exclusion(
                maison=lieu.maison,
                zone=lieu.zone,
                heure=time(23, 59),
                sauf_feries=True,
                sauf_vacances=False,
                maintenant=maintenant,
            )
            for lieu in {lieu.fuseau: lieu for lieu in self._tous_lieux}.values()
        }

    def seance(self, ligne: Ligne) -> SeancePrevue:
        for cle in COLONNES:
            if ligne.get(cle) == FORMULE:
                raise _Faute(cle, _("C'est une formule : collez sa valeur à la place."))
            if len(ligne.get(cle, "")) > TEXTE_MAX:
                raise _Faute(cle, _("Ce texte est trop long."))
        atelier = self._choisir(ligne, "atelier", self._ateliers)
        lieu = self._lieu(ligne)
        jour, heure = _jour(ligne), _heure(ligne)
        if not existe(jour, heure, lieu.zone):
            raise _Faute("heure", _("Cette heure n'existe pas ce jour-là : les horloges avancent."))
        debut = moment_local(jour, heure, lieu.zone)
        if debut <= self._maintenant:
            raise _Faute("date", _("Ce moment est passé : donnez une date à venir."))
        if debut > self._maintenant + timedelta(days=730):
            raise _Faute("date", _("C'est dans plus de deux ans : vérifiez l'année."))
        duree = _nombre(ligne, "duree", 10, 720, atelier.duree_minutes)
        motif = self._motifs[lieu.fuseau](jour)
        return SeancePrevue(
            ligne=int(ligne["ligne"]),
            atelier=atelier,
            lieu=lieu,
            salle=self._salle(ligne, lieu),
            animateur=self._animateur(ligne),
            intervenants=ligne.get("intervenants", "")[:160] or atelier.intervenants,
            debut=debut,
            fin=debut + timedelta(minutes=duree),
            adultes=_nombre(ligne, "adultes", 1, PLACES_MAX, atelier.capacite_adultes),
            enfants=_nombre(ligne, "enfants", 0, PLACES_MAX, atelier.capacite_enfants),
            avis=(motif,) if motif else (),
        )

    def _choisir(self, ligne: Ligne, cle: str, choix: Mapping[str, Sequence[Any]]) -> Any:
        texte = ligne.get(cle, "")
        if not texte:
            raise _Faute(cle, _("Cette case est vide : remplissez-la."))
        trouve = choix.get(normaliser(texte))
        if not trouve:
            quoi = _("« %s » n'est pas de cette maison : voyez la feuille « Aide » du modèle.")
            raise _Faute(cle, quoi % texte[:60])
        if len(trouve) > 1:
            quoi = _("La maison en a plusieurs qui s'appellent « %s » : donnez-leur des noms différents d'abord.")
            raise _Faute(cle, quoi % texte[:60])
        return trouve[0]

    def _lieu(self, ligne: Ligne) -> Lieu:
        if not ligne.get("lieu") and len(self._tous_lieux) == 1:
            lieu = self._tous_lieux[0]
        else:
            lieu = self._choisir(ligne, "lieu", self._lieux)
        trouve: Lieu = lieu
        return trouve

    def _salle(self, ligne: Ligne, lieu: Lieu) -> Salle | None:
        if not ligne.get("salle"):
            return None
        salle = self._salles.get((lieu.pk, normaliser(ligne["salle"])))
        if salle is None:
            raise _Faute("salle", _("Ce lieu n'a pas de salle « %s ».") % ligne["salle"][:60])
        return salle

    def _animateur(self, ligne: Ligne) -> Utilisateur | None:
        if not ligne.get("animateur"):
            return None
        personne = self._equipe.get(ligne["animateur"].lower())
        if personne is None:
            raise _Faute("animateur", _("Cette adresse n'est pas celle d'une personne de l'équipe de la maison."))
        return personne


def _par_nom(objets: Iterable[Any], champ: str) -> dict[str, list[Any]]:
    """All that bear a name: two of one name are never told apart by chance."""
    par_nom: dict[str, list[Any]] = {}
    for objet in objets:
        par_nom.setdefault(normaliser(getattr(objet, champ)), []).append(objet)
    return par_nom


def _jour(ligne: Ligne) -> date:
    texte = ligne.get("date", "")
    if not texte:
        raise _Faute("date", _("Cette case est vide : remplissez-la."))
    try:
        # A date typed in a spreadsheet comes with midnight.
        jour: date = ChampJour().clean(texte.partition(" ")[0])
    except Exception as erreur:
        raise _Faute("date", _("« %s » n'est pas une date : écrivez 03/03/2027.") % texte[:30]) from erreur
    return jour


def _heure(ligne: Ligne) -> time:
    texte = ligne.get("heure", "")
    if not texte:
        raise _Faute("heure", _("Cette case est vide : remplissez-la."))
    try:
        heure: time = ChampHeure().clean(texte.rpartition(" ")[2] if ":" in texte else texte)
    except Exception as erreur:
        raise _Faute("heure", _("« %s » n'est pas une heure : écrivez 14:30.") % texte[:30]) from erreur
    return heure.replace(second=0, microsecond=0)


def _nombre(ligne: Ligne, cle: str, minimum: int, maximum: int, defaut: int) -> int:
    texte = ligne.get(cle, "")
    if not texte:
        return defaut
    if not (texte.isdecimal() and len(texte) <= 4 and minimum <= int(texte) <= maximum):
        raise _Faute(cle, _("Écrivez un nombre de %(min)d à %(max)d.") % {"min": minimum, "max": maximum})
    return int(texte)


def _marquer(analyse: Analyse) -> None:
    """Rows that are planned already, by an earlier import or by hand, and rows said twice."""
    debuts = {prevue.debut for prevue in analyse.prevues}
    la = set(
        Seance.objects.filter(debut__in=debuts, lieu__in={prevue.lieu.pk for prevue in analyse.prevues})
        .exclude(statut=StatutSeance.ANNULEE)
        .values_list("atelier", "lieu", "debut")
    )
    # A session of an earlier import that was cancelled or moved since is not planned again by the same row.
    references = set(
        Seance.objects.filter(reference__in=[prevue.reference for prevue in analyse.prevues]).values_list(
            "reference", flat=True
        )
    )
    vues: dict[uuid.UUID, int] = {}
    gardees = []
    for prevue in analyse.prevues:
        if (premiere := vues.setdefault(prevue.reference, prevue.ligne)) != prevue.ligne:
            quoi = _("C'est la même séance que la ligne %d : gardez-en une.") % premiere
            analyse.erreurs.append(Erreur(ligne=prevue.ligne, colonne=str(COLONNES["atelier"]), quoi=quoi))
            continue
        deja = prevue.reference in references or (prevue.atelier.pk, prevue.lieu.pk, prevue.debut) in la
        gardees.append(replace(prevue, deja_la=True) if deja else prevue)
    analyse.prevues = gardees


def _confronter(analyse: Analyse) -> None:
    """Leaders and rooms taken, by what is planned and by other rows; what is only worth knowing is said."""
    nouvelles = analyse.nouvelles
    occupations = Occupations([prevue.occupation for prevue in nouvelles])
    possibles: list[SeancePrevue] = []
    for prevue in nouvelles:
        genes = occupations.genes(prevue.occupation)
        fautes = [*genes.empechements, *_entre_lignes(prevue, possibles)]
        if fautes:
            champ, quoi = fautes[0]
            analyse.erreurs.append(Erreur(ligne=prevue.ligne, colonne=str(COLONNES[champ]), quoi=quoi))
        else:
            possibles.append(replace(prevue, avis=(*prevue.avis, *genes.avis)))
    analyse.prevues = sorted([*possibles, *analyse.deja_la], key=lambda prevue: prevue.ligne)


def _entre_lignes(prevue: SeancePrevue, autres: Collection[SeancePrevue]) -> list[tuple[str, str]]:
    for autre in autres:
        if autre.debut < prevue.fin and prevue.debut < autre.fin:
            if prevue.animateur is not None and autre.animateur == prevue.animateur:
                return [("animateur", _("Cette personne est déjà prise à cette heure par la ligne %d.") % autre.ligne)]
            if prevue.salle is not None and autre.salle == prevue.salle:
                return [("salle", _("Cette salle est déjà prise à cette heure par la ligne %d.") % autre.ligne)]
    return []


# ── Writing ───────────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def importer(*, lignes: Sequence[Ligne], maison: Maison, maintenant: datetime) -> list[Seance]:
    """Create the sessions of these rows as drafts; those that are there already are left as they are.

    The same rows twice create them once. Raises SeanceRefusee when a row is wrong (now), and then nothing is created.
    """
    # Two confirmations of one file queue on the house, so that the second finds the first's sessions.
    Maison.objects.select_for_update(of=("self",), no_key=True).get(pk=maison.pk)
    analyse = analyser(lignes=lignes, maison=maison, maintenant=maintenant)
    reserver(
        animateurs=[prevue.animateur for prevue in analyse.prevues],
        salles=[prevue.salle for prevue in analyse.prevues],
    )
    analyse = analyser(lignes=lignes, maison=maison, maintenant=maintenant)
    if analyse.erreurs:
        premiere = analyse.erreurs[0]
        raise SeanceRefusee(
            _("Ligne %(ligne)d, %(colonne)s : %(quoi)s")
            % {"ligne": premiere.ligne, "colonne": premiere.colonne, "quoi": premiere.quoi}
        )
    with une_seance_a_la_fois():
        return Seance.objects.bulk_create([_seance(prevue, maintenant) for prevue in analyse.nouvelles])


def _seance(prevue: SeancePrevue, maintenant: datetime) -> Seance:
    atelier = prevue.atelier
    places = places_de(
        atelier,
        adultes=prevue.adultes,
        enfants=prevue.enfants,
        adultes_gardes=atelier.adultes_gardes,
        enfants_gardes=atelier.enfants_gardes,
    )
    gardes = places["adultes_gardes"] or places["enfants_gardes"]
    return Seance(
        reference=prevue.reference,
        atelier=atelier,
        lieu=prevue.lieu,
        salle=prevue.salle,
        animateur=prevue.animateur,
        intervenants=prevue.intervenants,
        debut=prevue.debut,
        fin=prevue.fin,
        titre=atelier.titre,
        format=atelier.format,
        langues=atelier.langues,
        accueille_grossesse=atelier.accueille_grossesse,
        age_min_mois=atelier.age_min_mois,
        age_max_mois=atelier.age_max_mois,
        **places,
        gardes_jusqu_au=prevue.debut - timedelta(hours=atelier.gardes_heures_avant) if gardes else None,
        rappels_heures=atelier.rappels_heures,
        statut=StatutSeance.BROUILLON,
        modifiee_le=maintenant,
    )


# ── The model to fill in ──────────────────────────────────────────────────────────────────────────────────────────


def modele(maison: Maison, *, le: date) -> bytes:
    """A workbook with the headings, and beside it what may be written in them at this house."""
    classeur = Workbook()
    feuille = classeur.active
    feuille.title = _("Séances")
    feuille.append([str(libelle) for libelle in COLONNES.values()])
    aide = classeur.create_sheet(_("Aide"))
    lieux = Lieu.objects.actifs().filter(maison=maison).order_by("nom", "pk")
    salles = Salle.objects.actives().filter(lieu__maison=maison).order_by("nom").distinct()
    colonnes = [
        [_("Ateliers"), *maison.ateliers.filter(actif=True).order_by("titre").values_list("titre", flat=True)],
        [_("Lieux"), *lieux.values_list("nom", flat=True)],
        [_("Salles"), *salles.values_list("nom", flat=True)],
        [_("Équipe"), *(personne.email for personne in equipes(Maison.objects.filter(pk=maison.pk), le=le))],
        [
            _("Comment remplir"),
            _("Une ligne par séance. Obligatoires : atelier, date (03/03/2027), heure (14:30)."),
            _("Case vide : la séance reprend l'atelier. Un seul lieu : laissez la colonne vide."),
            _("Pas de formule. Les séances arrivent en brouillon."),
        ],
    ]
    for numero, colonne in enumerate(colonnes, start=1):
        for rang, texte in enumerate(colonne, start=1):
            aide.cell(row=rang, column=numero, value=neutraliser(str(texte)))
    for une in (feuille, aide):
        une.freeze_panes = "A2"
        for cellule in une[1]:
            cellule.font = Font(bold=True)
            une.column_dimensions[cellule.column_letter].width = 28
    tampon = BytesIO()
    classeur.save(tampon)
    return tampon.getvalue()
