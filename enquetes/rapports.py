"""Results as files – a PDF report, a workbook –, made by a worker for whoever asked: pages of charts take seconds.

What may be in one is asked anew when it is made.
"""

from __future__ import annotations

from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from enquetes import pdf, tableur
from enquetes.models import Campagne, Instantane
from enquetes.perms import can_voir_toutes_les_maisons, maisons_lues
from socle import exports
from socle.enums import FormatExport
from socle.models import Export, Utilisateur
from socle.portee import nom_permission, roles_autorises, visibles

_QUOI = {FormatExport.PDF: "campagne:rapport", FormatExport.XLSX: "campagne:resultats"}
FORMATS = frozenset(_QUOI)


def demander(*, demandeur: Utilisateur, instantane: Instantane, format_: FormatExport, maintenant: datetime) -> Export:
    """Ask for a publication as a file. Raises ExportRefuse when too many wait already."""
    return exports.demander(
        demandeur=demandeur,
        quoi=_QUOI[format_],
        criteres=urlencode({"campagne": instantane.campagne_id, "numero": instantane.numero}),
        format_=format_,
        maintenant=maintenant,
    )


def enregistrer() -> None:
    exports.enregistrer(_QUOI[FormatExport.PDF], _("Rapport d'enquête"), _rapport)
    exports.enregistrer(_QUOI[FormatExport.XLSX], _("Résultats d'enquête"), _classeur)


def maisons_de(utilisateur: Utilisateur, campagne: Campagne) -> set[int] | None:
    """The houses whose own figures a person reads in a campaign; None for all."""
    le = timezone.localdate()
    if can_voir_toutes_les_maisons(utilisateur, campagne, le=le):
        return None
    return maisons_lues(utilisateur, le=le)


def _rapport(demandeur: Utilisateur, criteres: str) -> exports.Document:
    instantane = _instantane(demandeur, criteres)
    campagne = instantane.campagne

    def faire() -> bytes:
        return pdf.rapport(campagne, instantane, le=timezone.localdate(), maisons=maisons_de(demandeur, campagne))

    return exports.Document(faire=faire, nombre=instantane.contenu["n"])


def _classeur(demandeur: Utilisateur, criteres: str) -> exports.Document:
    instantane = _instantane(demandeur, criteres)

    def faire() -> bytes:
        return tableur.classeur(instantane, maisons=maisons_de(demandeur, instantane.campagne))

    return exports.Document(faire=faire, nombre=instantane.contenu["n"])


def _instantane(demandeur: Utilisateur, criteres: str) -> Instantane:
    """Raises ExportRefuse for whoever does not read these results (any more)."""
    voulu = QueryDict(criteres)
    lues = visibles(
        Campagne.objects.all(),
        demandeur,
        le=timezone.localdate(),
        roles=roles_autorises(nom_permission(Campagne, "resultats")),
    )
    instantane = (
        Instantane.objects.filter(campagne__in=lues, campagne=voulu["campagne"], numero=voulu["numero"])
        .select_related("campagne__maison", "campagne__departement", "campagne__version__questionnaire")
        .first()
    )
    if instantane is None:
        raise exports.ExportRefuse
    return instantane
