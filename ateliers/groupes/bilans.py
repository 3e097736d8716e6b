"""A few questions at the start and at the end, answered by whom nobody knows.

The answers are apart: a row with a random key, without an hour, that leads to no member. Of a member only *that* an
answer was given is kept, and figures are told from five answers on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from ateliers.enums import ItemBilan, MomentBilan, StatutMembre
from ateliers.models import GroupePairs, MembreGroupe, ReponseBilan

ECHELLE = range(1, 6)
# Under this number of sheets an average could be one person's answer.
REPONSES_MIN = 5


class BilanRefuse(Exception):
    """The sheet was not taken; the message is for the person on screen."""


def repondre(*, membre: MembreGroupe, moment: MomentBilan, reponses: Mapping[str, int]) -> None:
    """Keep a sheet of answers, once per member and moment. Raises BilanRefuse for a second one or an empty one."""
    notes = {item: note for item, note in reponses.items() if item in ItemBilan.values and note in ECHELLE}
    if not notes:
        raise BilanRefuse(_("Répondez à une question au moins."))
    drapeau = "bilan_avant_donne" if moment == MomentBilan.AVANT else "bilan_apres_donne"
    with transaction.atomic():
        # A conditional update rather than a read: two tabs give one sheet.
        pris = MembreGroupe.objects.filter(
            pk=membre.pk, statut__in=[StatutMembre.MEMBRE, StatutMembre.TERMINE], **{drapeau: False}
        ).update(**{drapeau: True})
        if not pris:
            raise BilanRefuse(_("Vous avez déjà répondu. Merci !"))
        ReponseBilan.objects.create(groupe_id=membre.groupe_id, moment=moment, reponses=notes)


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
