"""Seats beyond what was planned: the team makes room for one family, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ateliers.models import ADULTES_PAR_INSCRIPTION_MAX, ENFANTS_PAR_INSCRIPTION_MAX, Depassement, Seance
from socle.models import Utilisateur


@dataclass(frozen=True, kw_only=True)
class Derogation:
    """Who makes room, and why."""

    par: Utilisateur
    motif: str


def agrandir(
    seance: Seance, *, adultes: int, enfants: int, derogation: Derogation, maintenant: datetime, petits: int = 0
) -> Depassement | None:
    """Add to a locked session the seats that lack for this many people; None when none lacks, or for too many people.

    The seats are not offered to those who wait: they were made for this family.
    """
    if adultes > ADULTES_PAR_INSCRIPTION_MAX or enfants > ENFANTS_PAR_INSCRIPTION_MAX:
        return None
    plus_adultes = max(0, adultes - seance.libres_adultes)
    plus_enfants = max(0, enfants - seance.libres_enfants)
    plus_petits = 0
    if seance.capacite_petits is not None:
        plus_petits = max(0, petits - seance.libres_petits)
        plus_enfants = plus_petits + max(0, enfants - petits - seance.libres_grands)
    if seance.confie_les_enfants:
        # An adult's seat for each child's, always.
        plus_adultes = max(0, seance.capacite_enfants + plus_enfants - seance.capacite_adultes)
    if not (plus_adultes or plus_enfants):
        return None
    depassement = Depassement.objects.create(
        seance=seance,
        adultes_de=seance.capacite_adultes,
        adultes_a=seance.capacite_adultes + plus_adultes,
        enfants_de=seance.capacite_enfants,
        enfants_a=seance.capacite_enfants + plus_enfants,
        motif=derogation.motif,
        par=derogation.par,
        le=maintenant,
    )
    seance.capacite_adultes, seance.capacite_enfants = depassement.adultes_a, depassement.enfants_a
    if seance.capacite_petits is not None:
        seance.capacite_petits += plus_petits
    seance.modifiee_le = maintenant
    seance.save(update_fields=["capacite_adultes", "capacite_enfants", "capacite_petits", "modifiee_le"])
    return depassement
