"""One tap stops everything: no message any more, nothing expected of the family, and nobody asks why.

Used after a loss, and by whoever wants quiet. Nothing says what happened: there is no reason in the database. Upper
rooms register what stops with it (a group, bookings, reminders); each runs in the same transaction and tells nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from familles.espace import comptes_de
from familles.models import AccesFamille, Enfant, Famille
from socle import oppositions
from socle.enums import Canal, StatutMessage
from socle.models import Message

Suite = Callable[[Famille, datetime], set[tuple[str, str]]]

_SUITES: list[Suite] = []


def enregistrer_silence(suite: Suite) -> Suite:
    """Decorator: what else stops. It gets the locked family and returns the contacts it knows of beside the family's.

    A contact is (channel, recipient), written as messages are sent to it.
    """
    _SUITES.append(suite)
    return suite


@transaction.atomic
def tout_arreter(*, famille: Famille, maintenant: datetime) -> None:
    """Stop every message to a family at once, those waiting in the outbox included. Asking twice is harmless.

    What its accounts see as guests of another family stops too: the milestones of the children they share. The other
    parent's bookings, group, calendar and messages go on.
    """
    famille = Famille.objects.select_for_update(of=("self",), no_key=True).get(pk=famille.pk)
    partagees = AccesFamille.objects.filter(utilisateur__in=comptes_de(famille)).values("famille")
    Enfant.objects.filter(famille__in=partagees).update(suivi=False)
    contacts = contacts_de(famille) | cesser(famille=famille, maintenant=maintenant)
    for canal, destinataire in sorted(contacts):
        oppositions.arreter(canal=Canal(canal), destinataire=destinataire, maintenant=maintenant)
        Message.objects.filter(canal=canal, destinataire__iexact=destinataire, statut=StatutMessage.A_ENVOYER).update(
            statut=StatutMessage.PERIME
        )


def cesser(*, famille: Famille, maintenant: datetime) -> set[tuple[str, str]]:
    """End all that a locked family takes part in, without a word; the contacts it was reached by there."""
    contacts: set[tuple[str, str]] = set()
    for suite in _SUITES:
        contacts |= suite(famille, maintenant)
    return contacts


def contacts_de(porteur: object) -> set[tuple[str, str]]:
    """How a row with an address and a number (a family, a booking, a request) is reached."""
    email, telephone = getattr(porteur, "email", ""), getattr(porteur, "telephone", None)
    contacts = set()
    if email:
        contacts.add((Canal.EMAIL.value, str(email)))
    if telephone:
        contacts.add((Canal.SMS.value, str(telephone.as_e164)))
    return contacts
