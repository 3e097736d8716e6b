"""Erasing all that the portal holds about a family: seats let go first, then every row, what the logs say included.

A request is a row first (`Effacement`): whatever happens to the process that carries it out, the minute's round
finishes it. The row holds numbers alone: a request of which they don't tell all, for a mere contact, is asked and done
in one transaction. All rows go in one too, so that there is never half a family.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from familles import silence
from familles.enums import OrigineEffacement
from familles.mes_donnees import avec_absorbees, entieres, personne_des_numeros
from familles.models import Effacement, Famille
from socle import exports
from socle.models import Export, Lecture, Utilisateur
from socle.registre import Personne, effacer_lignes

logger = logging.getLogger(__name__)


class EffacementRefuse(Exception):
    """Nothing was erased; the message is for the person on screen."""


# (person, now): let go of what is the person's on a record that stays.
Depart = Callable[[Personne, datetime], None]

_DEPARTS: list[Depart] = []


def enregistrer_depart(depart: Depart) -> Depart:
    """Decorator: how an upper room lets go of seats that a person holds on a record merged with somebody else's."""
    _DEPARTS.append(depart)
    return depart


def effacer(*, personne: Personne, origine: OrigineEffacement, horloge: Callable[[], datetime]) -> Effacement:
    """Erase everything about a person, now; a team member's own account stays. Doing it twice is harmless.

    Raises EffacementRefuse for somebody of whom nothing is held.
    """
    equipe = set(Utilisateur.objects.filter(pk__in=personne.comptes, is_staff=True).values_list("pk", flat=True))
    personne = replace(personne, comptes=personne.comptes - equipe)
    if personne.est_vide:
        raise EffacementRefuse(_("Il n'y a plus rien à effacer."))
    retrouvee = personne_des_numeros(fiches=personne.fiches, comptes=personne.comptes)
    with nullcontext() if personne == retrouvee else transaction.atomic():
        demande = Effacement.objects.create(
            origine=origine,
            demande_le=horloge(),
            fiches=sorted(personne.fiches),
            comptes=sorted(personne.comptes),
        )
        _executer(demande.pk, personne, horloge())
    demande.refresh_from_db()
    return demande


def finir_effacements(*, horloge: Callable[[], datetime]) -> int:
    """The minute's round: carry out what was asked for and interrupted; how many. One that fails waits alone."""
    faites = 0
    for demande in Effacement.objects.a_finir().order_by("pk"):
        try:
            _executer(demande.pk, personne_des_numeros(fiches=demande.fiches, comptes=demande.comptes), horloge())
        except Exception as erreur:
            # Neither rows nor names in the log; the watch tells that it is late (familles/veille.py).
            logger.error("erasure %s failed: %s", demande.pk, type(erreur).__name__)
        else:
            faites += 1
    return faites


@transaction.atomic
def _executer(pk: int, personne: Personne, maintenant: datetime) -> None:
    demande = Effacement.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=pk).first()
    # Another process is at it, or was.
    if demande is None or demande.fini_le is not None:
        return
    demande.lignes = effacer_tout(personne, maintenant=maintenant)
    demande.fiches, demande.comptes, demande.fini_le = [], [], maintenant
    demande.save(update_fields=["lignes", "fiches", "comptes", "fini_le"])


@transaction.atomic
def effacer_tout(personne: Personne, *, maintenant: datetime) -> int:
    """Let go of every seat, then of every row and file; how many rows."""
    familles = list(
        Famille.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=avec_absorbees(personne.fiches | personne.reunies))
        .order_by("pk")
    )
    # Merged with somebody else's between the question and the lock: that one's stays.
    fiches = entieres(personne.fiches)
    personne = replace(personne, fiches=fiches, reunies=personne.reunies | personne.fiches - fiches)
    for famille in familles:
        if famille.pk in personne.fiches:
            silence.cesser(famille=famille, maintenant=maintenant)
    for depart in _DEPARTS:
        depart(personne, maintenant)
    _retirer_exports(personne)
    return effacer_lignes(personne, maintenant=maintenant)


def _retirer_exports(personne: Personne) -> None:
    """Take away the files of lists that name the family: the log of reads says which ones do."""
    fiches = personne.fiches | personne.reunies
    if not fiches:
        return
    lues = Lecture.objects.filter(
        objet_type=ContentType.objects.get_for_model(Famille),
        objets__overlap=sorted(fiches),
        page__startswith="export:",
    )
    exports.retirer(Export.objects.filter(demandeur__in=lues.values("utilisateur")))
