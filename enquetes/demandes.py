"""Results asked for on a page, counted by a worker: hiding small counts may take longer than a request may.

A demand is a row, claimed with SKIP LOCKED for the time of a lease and found again when its worker dies. Made twice,
it is harmless: a publication locks its campaign, and a second one finds no new answers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from enquetes import publication
from enquetes.models import Campagne, DemandePublication

logger = logging.getLogger(__name__)

BAIL = timedelta(minutes=15)
TENTATIVES_MAX = 3


@transaction.atomic
def demander(*, campagne: Campagne, maintenant: datetime) -> DemandePublication:
    """Ask for the results of a campaign; asked for twice, they are made once. Raises PublicationRefusee."""
    campagne = Campagne.objects.select_for_update(of=("self",), no_key=True).get(pk=campagne.pk)
    attendue = DemandePublication.objects.en_attente().filter(campagne=campagne).first()
    if attendue is not None:
        return attendue
    publication.verifier(campagne=campagne, maintenant=maintenant)
    demande, _nouvelle = DemandePublication.objects.update_or_create(
        campagne=campagne,
        defaults={"demandee_le": maintenant, "bail_jusqu_au": None, "tentatives": 0, "refus": ""},
    )
    return demande


def tenir_publications(*, horloge: Callable[[], datetime]) -> int:
    """Publish what is asked for, one campaign after the other; how many."""
    faites = 0
    while (demande := _reserver(maintenant=horloge())) is not None:
        with override(settings.LANGUAGE_CODE):
            faites += _publier(demande, horloge)
    return faites


@transaction.atomic
def _reserver(*, maintenant: datetime) -> DemandePublication | None:
    demande = (
        DemandePublication.objects.a_faire(maintenant=maintenant)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("demandee_le", "pk")
        .first()
    )
    if demande is None:
        return None
    demande.tentatives += 1
    demande.bail_jusqu_au = maintenant + BAIL
    demande.save(update_fields=["tentatives", "bail_jusqu_au"])
    return demande


def _publier(demande: DemandePublication, horloge: Callable[[], datetime]) -> bool:
    # Another worker may have taken it over, or the team asked anew: only this try's own row is touched.
    mienne = DemandePublication.objects.filter(pk=demande.pk, bail_jusqu_au=demande.bail_jusqu_au)
    if demande.tentatives > TENTATIVES_MAX:
        with override(settings.LANGUAGE_CODE):
            refus = _("Les résultats n'ont pas pu être préparés. Prévenez l'équipe technique.")
        mienne.update(bail_jusqu_au=None, refus=refus)
        return False
    try:
        with transaction.atomic():
            publication.publier(campagne=demande.campagne, maintenant=horloge())
            # With the results, or not at all: a demand that was done is never made again.
            mienne.delete()
    except publication.PublicationRefusee as refus:
        mienne.update(bail_jusqu_au=None, refus=str(refus))
        return False
    except Exception as erreur:
        # The lease runs out and it is tried again; what was counted stays out of the log.
        logger.error("publication of campaign %s failed: %s", demande.pk, type(erreur).__name__)
        return False
    return True
