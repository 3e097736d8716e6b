"""Files of lists: small ones at once, large ones made by a worker and fetched by whoever asked, for six hours.

A large one is a row (`Export`), like the outbox: claimed with SKIP LOCKED for the time of a lease, made outside any
transaction, found again when a worker dies. What may be in it is asked anew when it is made: a role lost meanwhile
gives an empty hand. The file lies in a storage of its own, which no address serves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from socle import conservation
from socle.enums import FormatExport, FormatTableau, StatutExport
from socle.models import Export, Utilisateur, stockage_des_exports
from socle.tableaux import ecrire

logger = logging.getLogger(__name__)

BAIL = timedelta(minutes=10)
DUREE = timedelta(hours=6)
TENTATIVES_MAX = 3
EN_ATTENTE_MAX = 5


class ExportRefuse(Exception):
    """No file is made; the message is for the person on screen."""


@dataclass(frozen=True, kw_only=True)
class Contenu:
    """A table to write: its rows are read when it is written, in pieces."""

    titre: str
    entetes: Sequence[str]
    lignes: Callable[[], Iterator[Sequence[Any]]]
    nombre: int
    # Keeps that the families in it were read; nothing for figures.
    noter: Callable[[datetime], None] = lambda maintenant: None


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file that is no table: it is made when it is asked for."""

    faire: Callable[[], bytes]
    nombre: int


# (who asks, what narrows the list) → what they may have of it now. Raises ExportRefuse.
Producteur = Callable[[Utilisateur, str], Contenu | Document]
_PRODUCTEURS: dict[str, tuple[str | Promise, Producteur]] = {}


def enregistrer(quoi: str, titre: str | Promise, producteur: Producteur) -> None:
    """For upper rooms: what can be taken out."""
    _PRODUCTEURS[quoi] = (titre, producteur)


def titre_de(quoi: str) -> str:
    return str(_PRODUCTEURS[quoi][0]) if quoi in _PRODUCTEURS else quoi


def est_grand(nombre: int) -> bool:
    """Whether a table is made by a worker: writing it would keep a web process too long."""
    return nombre > settings.EXPORT_DIRECT_MAX


def faire_tout_de_suite(contenu: Contenu, format_: FormatTableau, *, maintenant: datetime) -> bytes:
    """The file of a small table; that it was read is kept with it."""
    with transaction.atomic():
        contenu.noter(maintenant)
        return ecrire(format_, titre=contenu.titre, entetes=contenu.entetes, lignes=contenu.lignes())


@transaction.atomic
def demander(
    *, demandeur: Utilisateur, quoi: str, criteres: str, format_: FormatExport, maintenant: datetime
) -> Export:
    """Ask for a file. The same one, still to be made, is not made twice.

    Raises ExportRefuse when too many wait already.
    """
    list(Utilisateur.objects.filter(pk=demandeur.pk).select_for_update(of=("self",), no_key=True))
    en_attente = Export.objects.filter(demandeur=demandeur, statut__in=[StatutExport.A_FAIRE, StatutExport.EN_COURS])
    deja = en_attente.filter(quoi=quoi, criteres=criteres, format=format_).first()
    if deja is not None:
        return deja
    if en_attente.count() >= EN_ATTENTE_MAX:
        raise ExportRefuse(
            _("Vous avez déjà %d fichiers en préparation : attendez qu'ils soient prêts.") % EN_ATTENTE_MAX
        )
    return Export.objects.create(demandeur=demandeur, quoi=quoi, criteres=criteres, format=format_, cree_le=maintenant)


def tenir_exports(*, horloge: Callable[[], datetime], duree_max: timedelta = timedelta(seconds=50)) -> int:
    """Take away what is over and make what is asked for, until nothing is due or the next tick is near; how many."""
    depart, faits = time.monotonic(), 0
    conservation.compter("exports", purger(maintenant=horloge()), maintenant=horloge())
    while time.monotonic() - depart < duree_max.total_seconds():
        export = _reserver(maintenant=horloge())
        if export is None:
            break
        _faire(export, horloge)
        faits += 1
    return faits


@transaction.atomic
def _reserver(*, maintenant: datetime) -> Export | None:
    export = (
        Export.objects.a_faire(maintenant=maintenant)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("cree_le", "pk")
        .first()
    )
    if export is None:
        return None
    export.tentatives += 1
    if export.tentatives > TENTATIVES_MAX:
        export.statut, export.bail_jusqu_au = StatutExport.ECHEC, None
        export.expire_le = maintenant + DUREE
    else:
        export.statut, export.bail_jusqu_au = StatutExport.EN_COURS, maintenant + BAIL
    export.save(update_fields=["statut", "bail_jusqu_au", "tentatives", "expire_le"])
    return export


def _faire(export: Export, horloge: Callable[[], datetime]) -> None:
    if export.statut == StatutExport.ECHEC:
        return
    try:
        _titre, producteur = _PRODUCTEURS[export.quoi]
        demandeur = Utilisateur.objects.get(pk=export.demandeur_id)
        contenu = producteur(demandeur, export.criteres)
        if isinstance(contenu, Document):
            octets = contenu.faire()
        else:
            octets = faire_tout_de_suite(contenu, FormatTableau(export.format), maintenant=horloge())
    except ExportRefuse:
        # The right to it was lost since: nothing to try again.
        _finir(export, StatutExport.ECHEC, horloge())
        return
    except Exception as erreur:
        # The lease runs out and it is tried again; neither names nor criteria in the log.
        logger.error("export %s failed: %s", export.pk, type(erreur).__name__)
        return
    stockage = stockage_des_exports()
    # The same name at every try, so that a worker that died leaves no file behind.
    stockage.delete(export.nom_de_fichier)
    stockage.save(export.nom_de_fichier, ContentFile(octets))
    _finir(export, StatutExport.PRET, horloge(), lignes=contenu.nombre)


def _finir(export: Export, statut: StatutExport, maintenant: datetime, *, lignes: int = 0) -> None:
    Export.objects.filter(pk=export.pk, statut=StatutExport.EN_COURS).update(
        statut=statut, bail_jusqu_au=None, expire_le=maintenant + DUREE, lignes=lignes
    )


def purger(*, maintenant: datetime) -> int:
    """Take away the files that are over, then their rows; how many. Harmless twice."""
    return retirer(Export.objects.filter(expire_le__lte=maintenant))


def retirer(exports: QuerySet[Export]) -> int:
    """Take these files away before their hour, then their rows; how many."""
    finis = list(exports)
    for export in finis:
        stockage_des_exports().delete(export.nom_de_fichier)
    Export.objects.filter(pk__in=[export.pk for export in finis]).delete()
    return len(finis)
