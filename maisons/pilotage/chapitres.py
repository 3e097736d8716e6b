"""Chapters of dossiers and reports about one house; each writes what it knows, with the origin of its figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maisons.contours import contour_departement, contours_communes
from maisons.enums import JourSemaine, NaturePreuve, SensBudget, StatutLabel
from maisons.label.indicateurs import Indicateur, Mesure, Periode, Unite, totaliser
from maisons.label.mesures import mesurer
from maisons.label.valeurs import Lue, seuil
from maisons.models import Candidature, Critere, Evaluation, Lieu, Maison, PlageOuverture
from maisons.naissances import source_de_la_population
from maisons.pilotage.offre import chapitres
from maisons.pilotage.redaction import Redaction, avec_source
from maisons.pilotage.territoire import PROCHE_KM, Desservie, Territoire
from socle.cartes import Carte, Disque, Zone, dessiner

TRIMESTRES = 4
COMMUNES_MAX = 45
ICI, PROCHE, LOIN = "#b4472f", "#0e5670", "#b9a48c"
ARRET = "#6d3b5e"


def nombre(valeur: float, decimales: int = 0) -> str:
    return number_format(round(valeur, decimales), decimal_pos=decimales, force_grouping=True)


def jour(valeur: date | None) -> str:
    return date_format(valeur, "j F Y") if valeur else "–"


# Identity


def identite(redaction: Redaction, maison: Maison, territoire: Territoire) -> None:
    redaction.partie(_("La maison"))
    redaction.texte(maison.presentation)
    lignes = [
        (_("Nom"), maison.nom),
        (_("Porteur"), f"{maison.organisation} ({maison.organisation.get_type_display()})"),
        (_("Département"), str(maison.departement)),
        (_("Nature"), str(maison.get_type_display())),
        (_("Ouverte au public"), _("oui") if maison.ouverte else _("en projet")),
        (_("Label"), label(maison)),
        (_("Langues parlées"), ", ".join(maison.langues_libelles) or "–"),
        (_("Téléphone"), str(maison.telephone) or "–"),
        (_("E-mail"), maison.courriel or "–"),
        (_("Actions"), ", ".join(maison.actions_libelles) or "–"),
    ]
    redaction.tableau(_("Carte d'identité"), [_("Quoi"), _("La maison")], lignes)
    lieux = list(maison.lieux.filter(actif=True).select_related("commune").order_by("nom"))
    redaction.partie(_("Les lieux"), niveau=2)
    redaction.tableau(
        _("Lieux où la maison reçoit"),
        [_("Lieu"), _("Adresse"), _("Sur place"), _("Accessibilité"), _("Quartier prioritaire")],
        [
            [
                lieu.nom,
                lieu.adresse_complete,
                ", ".join(lieu.commodites_libelles) or "–",
                lieu.accessibilite or "–",
                _("oui") if lieu.qpv else _("non"),
            ]
            for lieu in lieux
        ],
        vide=_("Aucun lieu déclaré."),
    )
    redaction.partie(_("La maison et son territoire"), niveau=2)
    redaction.texte(territoire.definition)
    redaction.carte(carte_du_territoire(_("La maison dans son territoire"), maison, territoire, lieux, arrets=False))


def label(maison: Maison) -> str:
    if maison.statut_label == StatutLabel.LABELLISEE:
        return _("labellisée le %s") % jour(maison.label_le)
    return str(maison.get_statut_label_display())


def carte_du_territoire(
    titre: str, maison: Maison, territoire: Territoire, lieux: list[Lieu], *, arrets: bool
) -> Carte:
    """The communes by their births; `arrets` colours those within reach of a stop only."""
    siennes = {desservie.commune.pk: desservie for desservie in territoire.communes}
    maximum = max((desservie.naissances for desservie in territoire.communes), default=1.0) or 1.0
    disques = []
    for desservie in territoire.communes:
        par_arret = desservie.km_arret is not None and desservie.km_arret <= PROCHE_KM
        couleur = PROCHE if desservie.est_proche else ARRET if arrets and par_arret else LOIN
        rayon = max(2.0, 14 * (desservie.naissances / maximum) ** 0.5)
        disques.append(
            Disque(
                desservie.commune.longitude,
                desservie.commune.latitude,
                "commune-ronde",
                couleur,
                rayon=round(rayon, 1),
                libelle=desservie.commune.nom if desservie.naissances >= maximum * 0.35 else "",
            )
        )
    for lieu in lieux:
        disques.append(Disque(lieu.longitude, lieu.latitude, "site", ICI, rayon=7, titre=lieu.nom, forme="carre"))
    contours = contours_communes(maison.departement_id)
    dedans = [Zone(contours[code], "commune", "#f1ece3") for code in sorted(siennes) if code in contours]
    legende = [
        (_("lieu de la maison"), ICI, "carre"),
        (_("commune à %d km au plus d'une maison ouverte") % PROCHE_KM, PROCHE, "rond"),
        (_("commune plus loin"), LOIN, "rond"),
    ]
    if arrets:
        legende.insert(2, (_("commune à %d km au plus d'un arrêt prévu") % PROCHE_KM, ARRET, "rond"))
    fond = dedans or [Zone(contour_departement(maison.departement_id), "departement", "#fbf7f1")]
    return dessiner(titre, zones=fond, disques=disques, legende=legende)


# Diagnosis


def diagnostic(redaction: Redaction, maison: Maison, territoire: Territoire, periode: Periode, le: date) -> None:
    publie, millesime = source_de_la_population()
    population = redaction.source(
        "population",
        nom=_("Population"),
        definition=_("Population municipale de la commune."),
        origine=f"{publie} {millesime}",
        date=millesime,
    )
    naissances = redaction.source(
        "naissances",
        nom=_("Naissances estimées"),
        definition=_("Population × %s naissances pour 1 000 habitants ; une estimation, non un décompte.")
        % number_format(territoire.natalite.pour_mille),
        origine=str(territoire.natalite.source),
        date=jour(le),
    )
    communes = redaction.source(
        "communes",
        nom=_("Communes"),
        definition=territoire.definition,
        origine=_("Portail : territoire et lieux de la maison"),
        date=jour(le),
    )
    distance = redaction.source(
        "distance",
        nom=_("Distance"),
        definition=_("À vol d'oiseau, de la mairie au lieu ; la route est plus longue."),
        origine=_("Portail : lieux en usage des maisons ouvertes, arrêts à venir"),
        date=jour(le),
    )
    redaction.partie(_("Le diagnostic du territoire"))
    redaction.texte(territoire.definition)
    redaction.reperes(
        [
            (nombre(len(territoire.communes)), ngettext("commune", "communes", len(territoire.communes)), communes),
            (nombre(territoire.population), _("habitants"), population),
            (nombre(territoire.naissances), _("naissances par an, estimées"), naissances),
            (
                f"{nombre(100 * territoire.part_proche)} %",
                _("des naissances à %d km au plus d'une maison ouverte") % PROCHE_KM,
                distance,
            ),
        ]
    )
    grandes = territoire.communes[:COMMUNES_MAX]
    redaction.partie(_("Population et naissances estimées"), niveau=2)
    redaction.barres(
        _("Naissances estimées par an, les dix communes les plus peuplées"),
        [(desservie.commune.nom, [round(desservie.naissances, 1)]) for desservie in grandes[:10]],
        source=naissances,
    )
    redaction.tableau(
        _("Communes du territoire, de la plus peuplée à la moins peuplée"),
        [
            _("Commune"),
            _("Habitants"),
            _("Naissances"),
            _("Maison la plus proche"),
            _("km"),
            _("Arrêt prévu"),
            _("km"),
        ],
        [
            [
                desservie.commune.nom,
                nombre(desservie.commune.population),
                nombre(desservie.naissances, 1),
                desservie.maison or "–",
                _km(desservie.km_maison),
                desservie.arret.partition(" (")[0] or "–",
                _km(desservie.km_arret),
            ]
            for desservie in grandes
        ]
        + _autres(territoire.communes[COMMUNES_MAX:]),
        sources=[None, population, naissances, None, distance, None, distance],
        nombres=[1, 2, 4, 6],
    )
    redaction.partie(_("Distances et couverture"), niveau=2)
    redaction.carte(
        carte_du_territoire(
            _("Communes à portée d'une maison ouverte"), maison, territoire, _lieux(maison), arrets=False
        )
    )
    redaction.carte(
        carte_du_territoire(
            _("Communes à portée d'une maison ouverte ou d'un arrêt prévu"),
            maison,
            territoire,
            _lieux(maison),
            arrets=True,
        )
    )
    redaction.tableau(
        _("Naissances par distance à la maison ouverte la plus proche"),
        [_("Distance"), _("Communes"), _("Naissances par an"), _("Part")],
        _par_distance(territoire),
        sources=[distance, communes, naissances, naissances],
        nombres=[1, 2, 3],
    )
    for chapitre in chapitres(du_diagnostic=True):
        redaction.partie(str(chapitre.titre), niveau=2)
        chapitre.ecrire(redaction, maison, periode, le)


def _autres(communes: list[Desservie]) -> list[list[str]]:
    """The communes that are not named, on one line."""
    if not communes:
        return []
    titre = ngettext("%(n)d autre commune, plus petite", "%(n)d autres communes, plus petites", len(communes))
    habitants = sum(desservie.commune.population for desservie in communes)
    naissances = sum(desservie.naissances for desservie in communes)
    return [[titre % {"n": len(communes)}, nombre(habitants), nombre(naissances, 1), "–", "–", "–", "–"]]


def _lieux(maison: Maison) -> list[Lieu]:
    return list(maison.lieux.filter(actif=True).order_by("nom"))


def _km(valeur: float | None) -> str:
    return "–" if valeur is None else nombre(valeur)


def _par_distance(territoire: Territoire) -> list[list[str]]:
    bornes = [5, 10, 15, 20, 30]
    tranches: dict[int, list[float]] = {rang: [] for rang in range(len(bornes) + 1)}
    for desservie in territoire.communes:
        if desservie.km_maison is None:
            continue
        km = desservie.km_maison
        tranches[next((rang for rang, borne in enumerate(bornes) if km <= borne), len(bornes))].append(
            desservie.naissances
        )
    total = sum(map(sum, tranches.values())) or 1.0
    return [
        [
            _("jusqu'à %d km") % bornes[rang] if rang < len(bornes) else _("plus de %d km") % bornes[-1],
            nombre(len(naissances)),
            nombre(sum(naissances)),
            f"{nombre(100 * sum(naissances) / total)} %",
        ]
        for rang, naissances in tranches.items()
    ]


# The offer


def offre(redaction: Redaction, maison: Maison, periode: Periode, le: date) -> None:
    redaction.partie(_("L'offre de la maison"))
    redaction.partie(_("Horaires d'ouverture"), niveau=2)
    plages = (
        PlageOuverture.objects.filter(lieu__maison=maison, lieu__actif=True)
        .select_related("lieu")
        .order_by("jour", "debut", "lieu__nom")
    )
    redaction.tableau(
        _("Semaine type"),
        [_("Jour"), _("Heures"), _("Lieu"), _("Semaines")],
        [
            [
                str(JourSemaine(plage.jour).label).capitalize(),
                f"{plage.debut:%H:%M} – {plage.fin:%H:%M}",
                plage.lieu.nom,
                str(plage.get_semaines_display()),
            ]
            for plage in plages
            if (plage.du is None or plage.du <= le) and (plage.au is None or plage.au >= le)
        ],
        vide=_("Aucun horaire publié."),
    )
    for chapitre in chapitres(du_diagnostic=False):
        redaction.partie(str(chapitre.titre), niveau=2)
        chapitre.ecrire(redaction, maison, periode, le)


# Indicators


class Chiffres:
    """A house's indicators over a period and over each of its quarters, with the numbers of their definitions."""

    def __init__(self, maison: Maison, periode: Periode, le: date) -> None:
        self.periode, self.le = periode, le
        self.annee = self._mesurer(maison, periode)
        self.trimestres = [(sous, self._mesurer(maison, sous)) for sous in trimestres(periode)]

    @staticmethod
    def _mesurer(maison: Maison, periode: Periode) -> dict[str, tuple[Indicateur, Mesure]]:
        return {
            indicateur.code: (indicateur, par_maison[maison.pk])
            for indicateur, par_maison in mesurer([maison], periode).items()
            if maison.pk in par_maison
        }

    def lue(self, code: str) -> Lue | None:
        if code not in self.annee:
            return None
        indicateur, mesure = self.annee[code]
        return Lue(
            indicateur=indicateur,
            mesure=mesure,
            du=self.periode.du,
            au=self.periode.au,
            arretee_le=self.le,
            definition=indicateur.version,
        )

    def source(self, redaction: Redaction, indicateur: Indicateur) -> int:
        return source_indicateur(redaction, indicateur, self.periode, self.le)

    def par_trimestre(self, code: str) -> list[tuple[str, Lue]]:
        """Each quarter in words with its figure, where it was measured."""
        lues = []
        for sous, valeurs in self.trimestres:
            if code in valeurs:
                indicateur, mesure = valeurs[code]
                libelle = f"{date_format(sous.du, 'M Y')} – {date_format(sous.au, 'M Y')}"
                lues.append((libelle, Lue(indicateur, mesure, sous.du, sous.au, self.le, indicateur.version)))
        return lues


def source_indicateur(
    redaction: Redaction, indicateur: Indicateur, periode: Periode, le: date, *, code: str = ""
) -> int:
    """One line of the annex for the period of the document; another period has a `code` of its own."""
    return redaction.source(
        code or f"indicateur-{indicateur.code}",
        nom=str(indicateur.nom),
        definition=f"{indicateur.definition} ({indicateur.unite.value})",
        origine=_("Portail, définition n° %(version)d, du %(du)s au %(au)s")
        % {"version": indicateur.version, "du": jour(periode.du), "au": jour(periode.au)},
        date=jour(le),
    )


def trimestres(periode: Periode) -> list[Periode]:
    """Four stretches of a period, as equal as days allow; whole months for a period of whole months."""
    jours = (periode.au - periode.du).days + 1
    if periode.du.day == 1 and (periode.au + timedelta(days=1)).day == 1 and 360 <= jours <= 366:
        debuts = [_mois_plus(periode.du, 3 * rang) for rang in range(TRIMESTRES)]
    else:
        debuts = [periode.du + timedelta(days=jours * rang // TRIMESTRES) for rang in range(TRIMESTRES)]
    fins = [debut - timedelta(days=1) for debut in debuts[1:]] + [periode.au]
    return [Periode(debut, fin) for debut, fin in zip(debuts, fins, strict=True)]


def _mois_plus(jour_: date, mois: int) -> date:
    total = jour_.month - 1 + mois
    return jour_.replace(year=jour_.year + total // 12, month=total % 12 + 1)


def a_cacher(indicateur: Indicateur, mesures: Sequence[Mesure]) -> set[int]:
    """Which parts of a whole that is shown stay hidden: the small ones, and as many as keep them from being told.

    A count less its other parts is the one that is hidden: the smallest others are hidden with it, until what is
    hidden together is enough people. A share can't be taken from another.
    """
    caches = {rang for rang, mesure in enumerate(mesures) if indicateur.est_masque(mesure)}
    if not caches or any(mesure.denominateur is not None for mesure in mesures):
        return caches
    autres = sorted((m.effectif or 0, rang) for rang, m in enumerate(mesures) if rang not in caches and m.effectif)
    for _effectif, rang in autres:
        ensemble = totaliser(mesures[cache] for cache in caches)
        if len(caches) > 1 and ensemble is not None and not indicateur.est_masque(ensemble):
            break
        caches.add(rang)
    return caches


def indicateur(
    redaction: Redaction, chiffres: Chiffres, code: str, *, bornes: str = "", source_bornes: int | None = None
) -> None:
    """A figure, its threshold when there is one, and how it went from quarter to quarter."""
    lue = chiffres.lue(code)
    if lue is None:
        redaction.note(_("L'indicateur « %s » n'est pas mesuré par ce portail.") % code)
        return
    numero = chiffres.source(redaction, lue.indicateur)
    lignes: list[tuple[str, str, int | None]] = [(lue.texte, str(lue.indicateur.nom), numero)]
    if bornes:
        lignes.append((bornes, _("attendu"), source_bornes))
    redaction.reperes(lignes)
    par_trimestre = chiffres.par_trimestre(code)
    caches = a_cacher(lue.indicateur, [trimestre.mesure for _libelle, trimestre in par_trimestre])
    # What is hidden is said so on the chart; a quarter without anything to measure is only in the table.
    barres = [
        (libelle, [None if rang in caches or trimestre.valeur is None else round(trimestre.valeur, 1)])
        for rang, (libelle, trimestre) in enumerate(par_trimestre)
        if trimestre.est_masquee or trimestre.valeur is not None
    ]
    unite = "%" if lue.indicateur.unite == Unite.POURCENT else ""
    titre = _("%s, par trimestre") % lue.indicateur.nom
    redaction.barres(titre, barres, unite=unite, maximum=100 if unite else None, source=numero)
    redaction.tableau(
        "",
        [_("Trimestre"), str(lue.indicateur.nom)],
        [
            [libelle, _("masqué") if rang in caches and not trimestre.est_masquee else trimestre.texte]
            for rang, (libelle, trimestre) in enumerate(par_trimestre)
        ],
        sources=[None, numero],
        nombres=[1],
    )


def tableau_indicateurs(redaction: Redaction, chiffres: Chiffres) -> None:
    """Every indicator of the period on one table."""
    lignes = []
    for code in sorted(chiffres.annee):
        lue = chiffres.lue(code)
        if lue is not None:
            numero = chiffres.source(redaction, lue.indicateur)
            lignes.append([str(lue.indicateur.nom), avec_source(lue.texte, numero)])
    redaction.tableau(
        _("Du %(du)s au %(au)s") % {"du": jour(chiffres.periode.du), "au": jour(chiffres.periode.au)},
        [_("Indicateur"), _("Valeur")],
        lignes,
        nombres=[1],
    )


# The référentiel


def charger_evaluations(candidature: Candidature) -> list[Evaluation]:
    return list(
        candidature.evaluations.select_related("critere__axe")
        .prefetch_related("preuves", "actions")
        .order_by("critere__axe__rang", "critere__rang")
    )


def source_referentiel(redaction: Redaction, candidature: Candidature) -> int:
    version = candidature.version
    return redaction.source(
        "referentiel",
        nom=_("Critères et niveaux"),
        definition=definition_des_criteres(),
        origine=f"{version} – {' ; '.join(version.sources)}",
        date=jour(version.valide_du),
    )


def definition_des_criteres() -> str:
    return _(
        "Un critère est atteint quand son niveau retenu (l'avis, ou à défaut la parole de la maison) vaut au "
        "moins le niveau requis."
    )


def synthese(redaction: Redaction, candidature: Candidature, evaluations: list[Evaluation], le: date) -> None:
    criteres = source_referentiel(redaction, candidature)
    preuves = redaction.source(
        "preuves",
        nom=_("Preuves jointes"),
        definition=_("Fichiers et liens que la maison a joints à ses critères."),
        origine=_("Saisie de la maison"),
        date=jour(le),
    )
    par_axe: dict[str, list[Evaluation]] = defaultdict(list)
    for evaluation in evaluations:
        par_axe[evaluation.critere.axe.intitule].append(evaluation)
    atteints = sum(_atteint(evaluation) for evaluation in evaluations)
    bloquants = [e for e in evaluations if e.critere.imperatif and not _atteint(e)]
    redaction.partie(_("Où en est la candidature"))
    redaction.reperes(
        [
            (f"{atteints} / {len(evaluations)}", _("critères atteints"), criteres),
            (str(len(bloquants)), _("critères impératifs restent à atteindre"), criteres),
            (str(sum(len(e.preuves.all()) for e in evaluations)), _("preuves jointes"), preuves),
        ]
    )
    redaction.barres(
        _("Part des critères atteints, par axe"),
        [(axe, [100 * sum(_atteint(e) for e in groupe) / len(groupe)]) for axe, groupe in par_axe.items()],
        unite="%",
        maximum=100,
        source=criteres,
    )
    redaction.tableau(
        _("Critères par axe"),
        [_("Axe"), _("Critères"), _("Évalués"), _("Atteints"), _("Impératifs restants")],
        [
            [
                axe,
                str(len(groupe)),
                str(sum(e.niveau_retenu is not None for e in groupe)),
                str(sum(_atteint(e) for e in groupe)),
                str(sum(e.critere.imperatif and not _atteint(e) for e in groupe)),
            ]
            for axe, groupe in par_axe.items()
        ],
        sources=[None, criteres, criteres, criteres, criteres],
        nombres=[1, 2, 3, 4],
    )
    if bloquants:
        redaction.partie(_("Critères impératifs à atteindre"), niveau=2)
        redaction.liste([f"{e.critere.intitule} ({e.critere.axe.intitule})" for e in bloquants])


def axes(redaction: Redaction, candidature: Candidature, evaluations: list[Evaluation], chiffres: Chiffres) -> None:
    """Each axis on its page: criteria with the house's word, the opinion, evidence, indicators."""
    criteres = source_referentiel(redaction, candidature)
    courant = None
    for evaluation in evaluations:
        axe = evaluation.critere.axe
        if axe.pk != courant:
            courant = axe.pk
            redaction.partie(f"{str(axe.get_nature_display()).capitalize()} : {axe.intitule}")
            redaction.texte(axe.description)
        _critere(redaction, evaluation, chiffres, criteres)


def _atteint(evaluation: Evaluation) -> bool:
    return evaluation.critere.est_atteint(evaluation.niveau_retenu)


def _critere(redaction: Redaction, evaluation: Evaluation, chiffres: Chiffres, criteres: int) -> None:
    critere = evaluation.critere
    redaction.partie(critere.intitule, niveau=3)
    lignes = [
        (_("Exigence"), _("impérative") if critere.imperatif else _("poids %d") % critere.poids),
        (_("Niveau requis"), critere.niveaux[critere.niveau_requis]),
        (_("Selon la maison"), _niveau(critere, evaluation.niveau)),
        (_("Selon l'évaluation"), _niveau(critere, evaluation.avis)),
        (_("Critère atteint"), _("oui") if _atteint(evaluation) else _("pas encore")),
    ]
    if critere.attendu:
        lignes.insert(1, (_("Preuves attendues"), critere.attendu))
    redaction.tableau("", [_("Critère"), _("Où en est la maison")], lignes)
    redaction.texte(evaluation.commentaire)
    if evaluation.avis_commentaire:
        redaction.texte(_("Avis : %s") % evaluation.avis_commentaire)
    redaction.tableau(
        _("Preuves"),
        [_("Preuve"), _("Nature"), _("Datée du"), _("Référence")],
        [
            [
                preuve.intitule,
                str(preuve.get_nature_display()),
                jour(preuve.datee_du),
                preuve.lien if preuve.nature == NaturePreuve.LIEN else _fichier(preuve),
            ]
            for preuve in sorted(evaluation.preuves.all(), key=lambda p: (p.datee_du, p.pk))
        ],
        vide=_("Aucune preuve jointe."),
    )
    if critere.indicateur:
        indicateur(redaction, chiffres, critere.indicateur, bornes=seuil(critere), source_bornes=criteres)


def _niveau(critere: Critere, niveau: int | None) -> str:
    return _("pas encore évalué") if niveau is None else critere.niveaux[niveau]


def _fichier(preuve: Any) -> str:
    if not preuve.empreinte:
        return "–"
    return _("%(nom)s (SHA-256 : %(debut)s…)") % {"nom": preuve.nom_fichier, "debut": preuve.empreinte[:16]}


# Plan and budget


def plan_d_action(redaction: Redaction, evaluations: list[Evaluation], le: date) -> None:
    redaction.partie(_("Le plan d'action"))
    actions = sorted(
        ((action, evaluation) for evaluation in evaluations for action in evaluation.actions.all()),
        key=lambda paire: (paire[0].avant_le, paire[0].pk),
    )
    redaction.tableau(
        _("Actions, de la plus proche à la plus lointaine"),
        [_("Action"), _("Pour le critère"), _("Qui"), _("Avant le"), _("État")],
        [
            [action.quoi, evaluation.critere.intitule, action.qui, jour(action.avant_le), _etat(action, le)]
            for action, evaluation in actions
        ],
        vide=_("Aucune action prévue."),
    )


def _etat(action: Any, le: date) -> str:
    if action.faite_le:
        return _("faite le %s") % jour(action.faite_le)
    return _("en retard") if action.avant_le < le else _("à faire")


def budget(redaction: Redaction, candidature: Candidature) -> None:
    redaction.partie(_("Le budget"))
    lignes = list(candidature.budget.order_by("annee", "sens", "pk"))
    if not lignes:
        redaction.texte(_("Aucune ligne de budget n'est saisie."))
        return
    annees = sorted({ligne.annee for ligne in lignes})
    numero = redaction.source(
        "budget",
        nom=_("Montants"),
        definition=_("Montants en euros, saisis par la maison pour chaque année de sa candidature."),
        origine=_("Saisie de la maison"),
        date=_("année indiquée"),
    )
    for sens, titre in ((SensBudget.DEPENSE, _("Dépenses")), (SensBudget.RECETTE, _("Recettes"))):
        du_sens = [ligne for ligne in lignes if ligne.sens == sens]
        cles = list(dict.fromkeys((ligne.libelle, ligne.financeur) for ligne in du_sens))
        montants: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
        for ligne in du_sens:
            montants[ligne.libelle, ligne.financeur, ligne.annee] += ligne.montant
        redaction.tableau(
            titre,
            [_("Ligne"), _("Financeur"), *map(str, annees)],
            [
                [libelle, financeur or "–", *(_euros(montants[libelle, financeur, annee]) for annee in annees)]
                for libelle, financeur in cles
            ],
            sources=[None, None, *([numero] * len(annees))],
            nombres=[2 + rang for rang in range(len(annees))],
            total=[
                _("Total"),
                "",
                *(_euros(sum((li.montant for li in du_sens if li.annee == annee), Decimal())) for annee in annees),
            ],
            vide=_("Aucune."),
        )
    par_financeur: dict[str, Decimal] = defaultdict(Decimal)
    for ligne in lignes:
        if ligne.sens == SensBudget.RECETTE:
            par_financeur[ligne.financeur] += ligne.montant
    redaction.barres(
        _("Recettes de toutes les années, par financeur (euros)"),
        [(financeur, [float(montant)]) for financeur, montant in sorted(par_financeur.items(), key=lambda p: -p[1])],
        unite="€",
        source=numero,
    )


def _euros(montant: Decimal) -> str:
    return f"{number_format(montant, decimal_pos=2, force_grouping=True)} €"
