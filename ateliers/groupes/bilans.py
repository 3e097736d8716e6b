"""A few questions at the start and at the end, answered by whom nobody knows.

The answers are apart: a row with a random key, without an hour, that leads to no member. Of a member only *that* an
answer was given is kept, and figures are told from five answers on.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from ateliers.enums import ItemBilan, MomentBilan, StatutGroupe, StatutMembre
from ateliers.groupes import messages, places
from ateliers.models import GroupePairs, MembreGroupe, ReponseBilan
from socle.models import Message

ECHELLE = range(1, 6)
# Under this number of sheets an average could be one person's answer.
REPONSES_MIN = 5
# How long before the first meeting the first sheet is offered by message.
INVITER_AVANT = timedelta(days=3)


class BilanRefuse(Exception):
    """The sheet was not taken; the message is for the person on screen."""


def repondre(*, membre: MembreGroupe, moment: MomentBilan, reponses: Mapping[str, int]) -> None:
    """Keep a sheet of answers, once per member and moment. Raises BilanRefuse for a second one or an empty one."""
    notes = {item: note for item, note in reponses.items() if item in ItemBilan.values and note in ECHELLE}
    if not notes:
        raise BilanRefuse(_("Répondez à une question au moins."))
    drapeau = "bilan_avant_donne" if moment == MomentBilan.AVANT else "bilan_apres_donne"
    with transaction.atomic():
        # One sheet of a group after the other: each writes them all.
        places.verrouiller_groupe(membre.groupe_id)
        # A conditional update rather than a read: two tabs give one sheet.
        pris = MembreGroupe.objects.filter(
            pk=membre.pk, statut__in=[StatutMembre.MEMBRE, StatutMembre.TERMINE], **{drapeau: False}
        ).update(**{drapeau: True})
        if not pris:
            raise BilanRefuse(_("Vous avez déjà répondu. Merci !"))
        _meler(membre.groupe_id, moment, notes)


def _meler(groupe: int, moment: MomentBilan, notes: Mapping[str, int]) -> None:
    """Add a sheet by writing all those of its group and moment anew, in a random order.

    PostgreSQL keeps with each row the transaction that wrote it, and the member's row was written in this one. All
    sheets bear the last one's mark, so that none leads to who gave it.
    """
    deja = ReponseBilan.objects.filter(groupe=groupe, moment=moment)
    feuilles = [*deja.values_list("reponses", flat=True), dict(notes)]
    deja.delete()
    random.SystemRandom().shuffle(feuilles)
    ReponseBilan.objects.bulk_create(
        ReponseBilan(groupe_id=groupe, moment=moment, reponses=feuille) for feuille in feuilles
    )


@transaction.atomic
def inviter_avant(*, maintenant: datetime) -> int:
    """The minute's round: offer the first sheet to the members whose first meeting is near; how many were written to.

    Once each, by the outbox's key, and before the meeting begins: who comes later finds the questions on her page.
    """
    jour = timezone.localdate(maintenant)
    deja = Message.objects.filter(
        objet_type=ContentType.objects.get_for_model(MembreGroupe),
        objet_id=OuterRef("pk"),
        modele="groupe_bilan",
        contexte__moment=MomentBilan.AVANT,
    )
    # One whose row is held is leaving, or answering: the next minute sees.
    membres = (
        MembreGroupe.objects.membres()
        .filter(
            ~Exists(deja),
            bilan_avant_donne=False,
            groupe__statut=StatutGroupe.OUVERT,
            groupe__premiere_rencontre__range=(jour - timedelta(days=1), jour + INVITER_AVANT + timedelta(days=1)),
        )
        .exclude(demande__email="", demande__telephone="")
        .select_related("demande", "groupe__lieu__commune", "groupe__maison")
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
    )
    invites = 0
    for membre in membres:
        premiere = membre.groupe.debut_premiere
        if premiere is not None and premiere - INVITER_AVANT <= maintenant < premiere:
            messages.bilan(membre, moment=MomentBilan.AVANT, maintenant=maintenant, pas_apres=premiere)
            invites += 1
    return invites


@dataclass(frozen=True)
class Moyenne:
    """The mean of one item, before and after, on 1 to 5; None with too few answers to be anonymous."""

    item: ItemBilan
    avant: float | None
    apres: float | None


def moyennes(*, groupe: GroupePairs) -> list[Moyenne]:
    feuilles: dict[str, list[dict[str, int]]] = {moment: [] for moment in MomentBilan.values}
    for moment, reponses in ReponseBilan.objects.filter(groupe=groupe).values_list("moment", "reponses"):
        feuilles[moment].append(reponses)
    return [
        Moyenne(item, _moyenne(feuilles[MomentBilan.AVANT], item), _moyenne(feuilles[MomentBilan.APRES], item))
        for item in ItemBilan
    ]


def _moyenne(feuilles: list[dict[str, int]], item: ItemBilan) -> float | None:
    notes = [feuille[item.value] for feuille in feuilles if item.value in feuille]
    return sum(notes) / len(notes) if len(notes) >= REPONSES_MIN else None
