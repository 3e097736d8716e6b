"""What each kind of document holds: from a house or a département to plain content, at a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from maisons.enums import NatureEdition, StatutLabel
from maisons.label.candidatures import dresser_bilans
from maisons.label.indicateurs import Indicateur, Mesure, Periode
from maisons.label.mesures import mesurer
from maisons.label.valeurs import Lue
from maisons.models import Candidature, Edition, Maison, ObjectifLabel
from maisons.pilotage import chapitres as ch
from maisons.pilotage.redaction import Redaction, avec_source
from maisons.pilotage.territoire import decrire

Avancer = Callable[[int], None]


def composer(edition: Edition, *, maintenant: datetime, avancer: Avancer) -> dict[str, Any]:
    """The content of a document as the portal knows things now, in the language of the documents."""
    ecrire = {
        NatureEdition.DOSSIER: _dossier,
        NatureEdition.SUIVI: _suivi,
        NatureEdition.FICHE: _fiche,
        NatureEdition.RESEAU: _reseau,
    }[NatureEdition(edition.nature)]
    with override("fr"), timezone.override("Europe/Paris"):
        return ecrire(edition, maintenant, avancer).contenu()


def _redaction(edition: Edition, titre: str, le: date) -> Redaction:
    maison = edition.maison
    redaction = Redaction(
        titre=titre,
        sous_titre=edition.sujet,
        auteur=str(maison.organisation) if maison is not None else str(edition.departement),
        le=le,
        version=edition.numero,
    )
    redaction.fait(_("Version"), str(edition.numero))
    redaction.fait(_("Contenu arrêté au"), ch.jour(le))
    redaction.fait(
        _("Période des chiffres"), _("du %(du)s au %(au)s") % {"du": ch.jour(edition.du), "au": ch.jour(edition.au)}
    )
    if maison is not None and maison.demonstration:
        redaction.fait(_("Attention"), _("données fictives de démonstration"))
    return redaction


def _maison(edition: Edition) -> Maison:
    maisons = Maison.objects.select_related("organisation", "departement", "territoire")
    return maisons.get(pk=cast(int, edition.maison_id))


def _candidature(edition: Edition) -> Candidature | None:
    candidatures = Candidature.objects.with_cadre().filter(maison=edition.maison_id)
    if edition.candidature_id:
        return candidatures.get(pk=edition.candidature_id)
    return candidatures.order_by("-cree_le", "-pk").first()


def _dossier(edition: Edition, maintenant: datetime, avancer: Avancer) -> Redaction:
    le, maison = timezone.localdate(maintenant), _maison(edition)
    candidature = Candidature.objects.with_cadre().get(pk=cast(int, edition.candidature_id))
    periode = Periode(edition.du, edition.au)
    redaction = _redaction(edition, _("Dossier de labellisation"), le)
    _cadre(redaction, candidature)
    territoire = decrire(maison, maintenant=maintenant)
    ch.identite(redaction, maison, territoire)
    avancer(10)
    ch.diagnostic(redaction, maison, territoire, periode, le)
    avancer(20)
    ch.offre(redaction, maison, periode, le)
    avancer(30)
    chiffres = ch.Chiffres(maison, periode, le)
    avancer(50)
    evaluations = ch.charger_evaluations(candidature)
    ch.synthese(redaction, candidature, evaluations, le)
    ch.axes(redaction, candidature, evaluations, chiffres)
    ch.plan_d_action(redaction, evaluations, le)
    ch.budget(redaction, candidature)
    redaction.partie(_("Tous les indicateurs de la période"))
    ch.tableau_indicateurs(redaction, chiffres)
    redaction.partie(_("Signatures"))
    redaction.texte(
        _("Les signataires attestent que ce dossier décrit la maison telle qu'elle est à la date indiquée.")
    )
    redaction.signatures([_("Pour la maison"), _("Pour le porteur"), _("Pour le département"), _("Pour l'évaluation")])
    return redaction


def _cadre(redaction: Redaction, candidature: Candidature) -> None:
    version = candidature.version
    redaction.fait(_("Référentiel"), str(version))
    if version.a_valider:
        redaction.fait(_("Statut du référentiel"), _("proposition à valider"))
    redaction.fait(
        _("Étape"), _("%(etape)s, depuis le %(le)s") % {"etape": candidature.etape, "le": ch.jour(candidature.depuis)}
    )
    if candidature.visee_le:
        redaction.fait(_("Label visé pour le"), ch.jour(candidature.visee_le))
    ch.source_referentiel(redaction, candidature)


def _suivi(edition: Edition, maintenant: datetime, avancer: Avancer) -> Redaction:
    """A year of a house: its figures beside the year before, its commitments."""
    le, maison = timezone.localdate(maintenant), _maison(edition)
    periode = Periode(edition.du, edition.au)
    redaction = _redaction(edition, _("Rapport de suivi annuel"), le)
    candidature = _candidature(edition)
    if candidature is not None:
        _cadre(redaction, candidature)
    chiffres = ch.Chiffres(maison, periode, le)
    avancer(40)
    avant = {
        indicateur.code: par_maison.get(maison.pk)
        for indicateur, par_maison in mesurer([maison], _an_avant(periode)).items()
    }
    avancer(50)
    redaction.partie(_("L'année en chiffres"))
    lignes = []
    for code in sorted(chiffres.annee):
        lue = chiffres.lue(code)
        if lue is None:
            continue
        lignes.append(
            [
                str(lue.indicateur.nom),
                avec_source(lue.texte, chiffres.source(redaction, lue.indicateur)),
                _annee_d_avant(redaction, lue.indicateur, avant.get(code), _an_avant(periode), le),
            ]
        )
    redaction.tableau(
        _("Cette année et la précédente"),
        [_("Indicateur"), _("Cette année"), _("L'année d'avant")],
        lignes,
        nombres=[1, 2],
    )
    redaction.partie(_("L'activité au fil de l'année"))
    for code in sorted(chiffres.annee):
        redaction.partie(str(chiffres.annee[code][0].nom), niveau=3)
        ch.indicateur(redaction, chiffres, code)
    ch.offre(redaction, maison, periode, le)
    if candidature is not None:
        evaluations = ch.charger_evaluations(candidature)
        ch.synthese(redaction, candidature, evaluations, le)
        ch.plan_d_action(redaction, evaluations, le)
    redaction.partie(_("Signatures"), suite=True)
    redaction.signatures([_("Pour la maison"), _("Pour le département")])
    return redaction


def _annee_d_avant(
    redaction: Redaction, indicateur: Indicateur, mesure: Mesure | None, periode: Periode, le: date
) -> str:
    """The figure with a line of its own in the annex: its period is another."""
    if mesure is None:
        return "–"
    numero = ch.source_indicateur(redaction, indicateur, periode, le, code=f"avant-{indicateur.code}")
    return avec_source(_lue(indicateur, mesure, periode, le).texte, numero)


def _an_avant(periode: Periode) -> Periode:
    return Periode(_moins_un_an(periode.du), _moins_un_an(periode.au))


def _moins_un_an(jour: date) -> date:
    # The 29th of February was the 28th a year before.
    return jour.replace(year=jour.year - 1, day=28 if (jour.month, jour.day) == (2, 29) else jour.day)


def _lue(indicateur: Indicateur, mesure: Mesure, periode: Periode, le: date) -> Lue:
    return Lue(
        indicateur=indicateur,
        mesure=mesure,
        du=periode.du,
        au=periode.au,
        arretee_le=le,
        definition=indicateur.version,
    )


def _fiche(edition: Edition, maintenant: datetime, avancer: Avancer) -> Redaction:
    """One page: who, where, when, the figures of the year."""
    le, maison = timezone.localdate(maintenant), _maison(edition)
    redaction = _redaction(edition, _("Fiche de la maison"), le)
    territoire = decrire(maison, maintenant=maintenant)
    redaction.partie(_("En bref"), suite=True)
    lieux = maison.lieux.filter(actif=True).select_related("commune").order_by("nom")
    redaction.tableau(
        "",
        [_("Quoi"), _("La maison")],
        [
            (_("Porteur"), str(maison.organisation)),
            (_("Label"), ch.label(maison)),
            (_("Lieux"), " · ".join(f"{lieu.nom}, {lieu.commune.nom}" for lieu in lieux) or "–"),
            (_("Actions"), ", ".join(maison.actions_libelles) or "–"),
            (_("Langues"), ", ".join(maison.langues_libelles) or "–"),
            (
                _("Territoire"),
                _("%(communes)s communes, %(habitants)s habitants, %(naissances)s naissances par an (estimation)")
                % {
                    "communes": ch.nombre(len(territoire.communes)),
                    "habitants": ch.nombre(territoire.population),
                    "naissances": ch.nombre(territoire.naissances),
                },
            ),
        ],
    )
    avancer(30)
    chiffres = ch.Chiffres(maison, Periode(edition.du, edition.au), le)
    redaction.partie(_("L'année"), suite=True)
    lignes = []
    for code in sorted(chiffres.annee):
        lue = chiffres.lue(code)
        if lue is not None:
            lignes.append((str(lue.indicateur.nom), lue.texte))
    milieu = (len(lignes) + 1) // 2
    redaction.tableau(
        _("Du %(du)s au %(au)s") % {"du": ch.jour(edition.du), "au": ch.jour(edition.au)},
        [_("Indicateur"), _("Valeur"), _("Indicateur"), _("Valeur")],
        [
            [*lignes[rang], *(lignes[milieu + rang] if milieu + rang < len(lignes) else ("", ""))]
            for rang in range(milieu)
        ],
        nombres=[1, 3],
    )
    redaction.note(_("Définitions : rapport de suivi annuel de la maison. Les nombres trop petits sont masqués."))
    return redaction


def _reseau(edition: Edition, maintenant: datetime, avancer: Avancer) -> Redaction:
    """The year of a département's houses: figures of all together, each beside the others where that makes sense."""
    le, departement = timezone.localdate(maintenant), edition.departement
    periode = Periode(edition.du, edition.au)
    redaction = _redaction(edition, _("Rapport annuel du réseau"), le)
    redaction.fait(_("Établi pour"), _("Pacte local des solidarités"))
    maisons = list(
        Maison.objects.publiees()
        .filter(departement=departement, ouverte=True)
        .select_related("organisation")
        .order_by("nom")
    )
    labellisees = [maison for maison in maisons if maison.statut_label == StatutLabel.LABELLISEE]
    redaction.partie(_("Le réseau"))
    ouvertes = redaction.source(
        "maisons",
        nom=_("Maisons ouvertes"),
        definition=_("Maisons du département, publiées et ouvertes au public."),
        origine=_("Portail : fiches des maisons"),
        date=ch.jour(le),
    )
    label = redaction.source(
        "label",
        nom=_("Maisons labellisées"),
        definition=_("Maisons ouvertes dont le label est en cours."),
        origine=_("Portail : étapes des candidatures"),
        date=ch.jour(le),
    )
    redaction.reperes(
        [
            (str(len(maisons)), ngettext("maison ouverte", "maisons ouvertes", len(maisons)), ouvertes),
            (str(len(labellisees)), ngettext("labellisée", "labellisées", len(labellisees)), label),
        ]
    )
    objectif = redaction.source(
        "objectif",
        nom=_("Objectif"),
        definition=_("Nombre de maisons à labelliser au plus tard à la date indiquée."),
        origine=_("Saisie du département"),
        date=ch.jour(le),
    )
    redaction.tableau(
        _("Objectifs du département"),
        [_("Maisons labellisées"), _("Au plus tard le"), _("Aujourd'hui"), _("Source")],
        [
            [str(o.nombre), ch.jour(o.echeance), str(len(labellisees)), o.source or "–"]
            for o in ObjectifLabel.objects.filter(departement=departement).order_by("echeance")
        ],
        vide=_("Aucun objectif n'est saisi."),
        sources=[objectif, None, label, None],
        nombres=[2],
    )
    redaction.tableau(
        _("Les maisons ouvertes"),
        [_("Maison"), _("Porteur"), _("Label")],
        [[maison.nom, str(maison.organisation), ch.label(maison)] for maison in maisons],
        vide=_("Aucune maison ouverte."),
    )
    avancer(20)
    candidatures = list(
        Candidature.objects.with_cadre().filter(maison__departement=departement).order_by("maison__nom", "pk")
    )
    bilans = dresser_bilans(candidatures, le=le)
    versions = sorted({str(candidature.version) for candidature in candidatures})
    criteres = redaction.source(
        "criteres",
        nom=_("Critères et niveaux"),
        definition=ch.definition_des_criteres(),
        origine=" ; ".join(versions) or "–",
        date=ch.jour(le),
    )
    redaction.partie(_("Les candidatures"), niveau=2)
    redaction.tableau(
        _("Où en est chacune"),
        [_("Maison"), _("Étape"), _("Depuis le"), _("Critères atteints"), _("Impératifs restants")],
        [
            [
                c.maison.nom,
                str(c.etape),
                ch.jour(c.depuis),
                f"{bilans[c.pk].atteints} / {bilans[c.pk].criteres}",
                str(len(bilans[c.pk].bloquants)),
            ]
            for c in candidatures
        ],
        vide=_("Aucune candidature."),
        sources=[None, None, None, criteres, criteres],
        nombres=[3, 4],
    )
    avancer(30)
    mesures = mesurer(maisons, periode)
    avancer(50)
    redaction.partie(_("L'année de toutes les maisons"))
    redaction.note(
        _("La valeur de plusieurs maisons est celle de leurs sommes. Les nombres trop petits sont masqués.")
    )
    lignes = []
    for indicateur in sorted(mesures, key=lambda i: i.code):
        if not mesures[indicateur]:
            continue
        numero = ch.source_indicateur(redaction, indicateur, periode, le)
        # Less the sheets of the houses, the total would tell what one of them hides.
        total = indicateur.total(mesures[indicateur].values())
        texte = _("masqué") if total is None else _lue(indicateur, total, periode, le).texte
        lignes.append([str(indicateur.nom), avec_source(texte, numero)])
    redaction.tableau(_("Toutes les maisons ouvertes"), [_("Indicateur"), _("Valeur")], lignes, nombres=[1])
    redaction.partie(_("Les maisons côte à côte"))
    redaction.note(_("Seuls les indicateurs que la taille d'une maison ne décide pas se comparent."))
    for indicateur in sorted(mesures, key=lambda i: i.code):
        if indicateur.est_comparable:
            _cote_a_cote(redaction, indicateur, mesures[indicateur], maisons, periode, le)
    return redaction


def _cote_a_cote(
    redaction: Redaction, indicateur: Indicateur, par_maison: Any, maisons: list[Maison], periode: Periode, le: date
) -> None:
    lues = [(m, _lue(indicateur, par_maison[m.pk], periode, le)) for m in maisons if m.pk in par_maison]
    if not any(lue.valeur is not None for _m, lue in lues):
        return
    redaction.partie(str(indicateur.nom), niveau=2)
    numero = ch.source_indicateur(redaction, indicateur, periode, le)
    redaction.barres(
        str(indicateur.nom),
        # What is hidden is said so on the chart; a house without anything to measure is only in the table.
        [
            (m.nom, [None if lue.valeur is None else round(lue.valeur, 1)])
            for m, lue in lues
            if lue.est_masquee or lue.valeur is not None
        ],
        unite="%" if indicateur.unite.name == "POURCENT" else "",
        maximum=100 if indicateur.unite.name == "POURCENT" else None,
        source=numero,
    )
    redaction.tableau(
        "",
        [_("Maison"), str(indicateur.nom)],
        [[m.nom, lue.texte] for m, lue in lues],
        sources=[None, numero],
        nombres=[1],
    )
