"""A family corrects what is known of it: its first name, its language, its children's days."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from familles.models import Enfant, Famille


@transaction.atomic
def corriger(*, famille: Famille, prenom: str, langue: str, enfants: dict[int, tuple[date, str]]) -> None:
    """Write what was corrected; children of another family, or gone meanwhile, are left out."""
    famille = Famille.objects.select_for_update(of=("self",), no_key=True).get(pk=famille.pk)
    famille.prenom, famille.langue = prenom, langue
    famille.save(update_fields=["prenom", "langue"])
    for enfant in Enfant.objects.filter(famille=famille, pk__in=enfants):
        jour, enfant.prenom = enfants[enfant.pk]
        champ = "naissance" if enfant.est_ne else "terme_prevu"
        setattr(enfant, champ, jour)
        enfant.save(update_fields=["prenom", champ])
