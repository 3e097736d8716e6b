"""Following a commune: a contact, a yes from its owner, and a way out in every message. No account, no name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maisons import messages
from maisons.models import Commune, Suivi
from socle.enums import Canal


@transaction.atomic
def demander_suivi(
    *,
    commune: Commune,
    canal: Canal,
    destinataire: str,
    rayon_km: int,
    langue: str,
    maintenant: datetime,
    prouve: bool = False,
) -> Suivi:
    """Note that someone wants to be told, and send the link that confirms it, unless the contact was just proved.

    Asking again changes nothing of a confirmed one until its owner says yes again: anybody may type an address.
    """
    suivi, _cree = Suivi.objects.get_or_create(
        commune=commune,
        canal=canal,
        destinataire=destinataire,
        defaults={"rayon_km": rayon_km, "langue": langue, "demande_le": maintenant},
    )
    if suivi.confirme_le is None:
        suivi.rayon_km, suivi.langue, suivi.demande_le = rayon_km, langue, maintenant
        suivi.save(update_fields=["rayon_km", "langue", "demande_le"])
    if prouve:
        confirmer_suivi(suivi=suivi, maintenant=maintenant)
    else:
        messages.suivi_a_confirmer(suivi, maintenant=maintenant)
    return suivi


def confirmer_suivi(*, suivi: Suivi, maintenant: datetime) -> None:
    """The owner of the contact said yes. Saying it again begins the two years anew."""
    Suivi.objects.filter(pk=suivi.pk).update(confirme_le=maintenant)


def changer_rayon(*, suivi: Suivi, rayon_km: int) -> None:
    """How far around its commune someone wants to be told; who holds the link is the owner of the contact."""
    Suivi.objects.filter(pk=suivi.pk).update(rayon_km=rayon_km)


def arreter_suivi(*, suivi: Suivi) -> None:
    """Nothing is kept of who no longer follows."""
    Suivi.objects.filter(pk=suivi.pk).delete()
