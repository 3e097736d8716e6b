"""Keeping the directory true: confirmed within six months, else its owner is reminded, and only then is it hidden."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maisons.enums import Role
from maisons.models import Affectation
from partenaires import messages
from partenaires.models import Partenaire


def confirmer(*, partenaire: Partenaire, maintenant: datetime, **champs: Any) -> None:
    """Someone who knows says that the entry is right, with these corrections; it is shown again at once."""
    for nom, valeur in champs.items():
        setattr(partenaire, nom, valeur)
    partenaire.verifie_le = partenaire.modifie_le = maintenant
    partenaire.save(update_fields=[*champs, "verifie_le", "modifie_le"])


def relancer(*, maintenant: datetime) -> int:
    """Remind the owners of entries nobody confirmed for six months, once; the number of reminders.

    An entry that leads to nobody is marked all the same: the team finds it in its own list, and it is hidden when
    nobody took it up.
    """
    relances = 0
    for pk in Partenaire.objects.a_relancer(maintenant=maintenant).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            partenaire = (
                Partenaire.objects.a_relancer(maintenant=maintenant)
                .select_for_update(of=("self",), no_key=True)
                .filter(pk=pk)
                .first()
            )
            if partenaire is None:
                continue
            partenaire.relance_le = maintenant
            partenaire.save(update_fields=["relance_le"])
            relances += messages.relance(partenaire, _destinataires(partenaire, maintenant), maintenant=maintenant)
    return relances


def _destinataires(partenaire: Partenaire, maintenant: datetime) -> list[str]:
    """The contact given for this, else the public address, else the accounts that hold the partner's role."""
    if adresse := partenaire.courriel_contact or partenaire.courriel:
        return [adresse]
    if partenaire.organisation_id is None:
        return []
    tenues = Affectation.objects.en_cours(le=timezone.localdate(maintenant)).filter(
        role=Role.PARTENAIRE, organisation=partenaire.organisation_id, utilisateur__is_active=True
    )
    return list(tenues.order_by("utilisateur__email").values_list("utilisateur__email", flat=True).distinct())
