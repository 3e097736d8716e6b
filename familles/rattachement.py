"""The family of a contact: found, or made, and locked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from familles.models import Famille


def famille_du_contact(*, prenom: str, email: str, telephone: str, langue: str, maintenant: datetime) -> Famille:
    """The family that is reached here, its row locked, so that what one person asks for is done one after the other.

    With neither address nor number it is a new one each time. A contact of a record that was merged leads to the
    record that was kept.
    """
    valeurs = {"prenom": prenom, "langue": langue, "cree_le": maintenant}
    if email:
        famille, creee = Famille.objects.get_or_create(email=email, defaults={**valeurs, "telephone": telephone})
    elif telephone:
        famille, creee = Famille.objects.get_or_create(email="", telephone=telephone, defaults=valeurs)
    else:
        return Famille.objects.create(**valeurs)
    return famille if creee else verrouiller(famille.fusionnee_dans_id or famille.pk)


def verrouiller(pk: int) -> Famille:
    """A family's row, locked; the one it was merged into, when that happened while the lock was waited for."""
    while True:
        # The savepoint lets go of a row that turns out to be the wrong one: nobody waits for two families in the
        # other order than a merge does.
        with transaction.atomic():
            famille = Famille.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
            if famille.fusionnee_dans_id is None:
                return famille
            pk = famille.fusionnee_dans_id
            transaction.set_rollback(True)
