"""Giving someone a role somewhere, and ending it."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maisons.enums import Portee, Role
from maisons.models import Affectation, Departement, Maison, Organisation
from maisons.perms import can_donner
from socle.models import Utilisateur


class AffectationRefusee(Exception):
    """A role was not given or ended; the message is for the person on screen, `champ` the form's field."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


@transaction.atomic
def donner_role(
    *,
    auteur: Utilisateur,
    utilisateur: Utilisateur,
    role: Role,
    portee: Portee,
    maison: Maison | None,
    organisation: Organisation | None,
    departement: Departement | None,
    du: date,
    au: date | None,
    le: date,
) -> Affectation:
    """Give a role to a person who has an account already. Somebody new is invited (maisons/invitations.py).

    Raises AffectationRefusee for a role or a place beyond the author's own, and for a double.
    """
    if not can_donner(
        auteur,
        role=role,
        portee=portee,
        maison=maison,
        organisation=organisation,
        departement=departement,
        le=le,
    ):
        raise AffectationRefusee(
            _("Vous ne pouvez pas donner ce rôle à cet endroit : il dépasse le vôtre."), champ="role"
        )
    if not utilisateur.is_staff:
        utilisateur.is_staff = True
        utilisateur.save(update_fields=["is_staff"])
    try:
        with transaction.atomic():
            return Affectation.objects.create(
                utilisateur=utilisateur,
                role=role,
                portee=portee,
                maison=maison,
                organisation=organisation,
                departement=departement,
                du=du,
                au=au,
            )
    except IntegrityError:
        # The one rule that depends on other rows: the form has checked what fits in one.
        raise AffectationRefusee(_("Cette personne a déjà ce rôle à cet endroit à ces dates.")) from None


@transaction.atomic
def finir_role(*, auteur: Utilisateur, affectation: Affectation, au: date | None, le: date) -> Affectation:
    """Set or lift the last day of a role; nothing else about it changes.

    Raises AffectationRefusee when the role is beyond the author's own, or the day before its first.
    """
    affectation = Affectation.objects.select_for_update(of=("self",)).get(pk=affectation.pk)
    if not can_donner(
        auteur,
        role=Role(affectation.role),
        portee=Portee(affectation.portee),
        maison=affectation.maison,
        organisation=affectation.organisation,
        departement=affectation.departement,
        le=le,
    ):
        raise AffectationRefusee(_("Vous ne pouvez pas changer ce rôle : il dépasse le vôtre."), champ="au")
    if au is not None and au < affectation.du:
        raise AffectationRefusee(_("La date de fin doit venir après la date de début."), champ="au")
    affectation.au = au
    try:
        with transaction.atomic():
            affectation.save(update_fields=["au"])
    except IntegrityError:
        raise AffectationRefusee(_("Cette personne a déjà ce rôle à cet endroit à ces dates."), champ="au") from None
    return affectation
