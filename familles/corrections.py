"""A family corrects what is known of it: its first name, its language, its children's days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from familles.espace import changer_enfant
from familles.models import Enfant, Famille


@dataclass(frozen=True, kw_only=True)
class EnfantCorrige:
    prenom: str
    naissance: date | None
    terme_prevu: date | None


@transaction.atomic
def corriger(*, famille: Famille, prenom: str, langue: str, enfants: dict[int, EnfantCorrige]) -> list[Enfant]:
    """Write what was corrected; those whose birth is another now. Children of others, or gone, are left out."""
    famille = Famille.objects.select_for_update(of=("self",), no_key=True).get(pk=famille.pk)
    famille.prenom, famille.langue = prenom, langue
    famille.save(update_fields=["prenom", "langue"])
    nes = []
    for enfant in Enfant.objects.filter(famille=famille, pk__in=enfants).order_by("pk"):
        corrige, naissance = enfants[enfant.pk], enfant.naissance
        changer_enfant(
            enfant=enfant,
            prenom=corrige.prenom,
            naissance=corrige.naissance,
            terme_prevu=corrige.terme_prevu,
            suivi=enfant.suivi,
        )
        if enfant.naissance != naissance:
            nes.append(enfant)
    return nes
