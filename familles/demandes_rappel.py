"""Asking to be called by a professional of a house: who, at which number, when. Never why."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from familles import accords, messages
from familles.enums import Moment, ObjetAccord, StatutRappel
from familles.models import Consentement, DemandeRappel
from maisons.models import Maison
from maisons.perms import equipes
from socle.models import Utilisateur


class TraitementRefuse(Exception):
    """The request stays as it was; the message is for the person on screen."""


@dataclass(frozen=True, kw_only=True)
class Demande:
    maison: Maison
    prenom: str
    telephone: str
    moment: Moment
    cle_idempotence: uuid.UUID


def demander(*, demande: Demande, maintenant: datetime) -> DemandeRappel:
    """Keep the request and tell the house's team; sent twice, it is one request."""
    try:
        with transaction.atomic():
            ligne = DemandeRappel.objects.create(
                maison=demande.maison,
                prenom=demande.prenom,
                telephone=demande.telephone,
                moment=demande.moment,
                demandee_le=maintenant,
                cle_idempotence=demande.cle_idempotence,
            )
            accords.donner(objet=ObjetAccord.ETRE_RAPPELE, cible=ligne, maintenant=maintenant)
            equipe = equipes(
                Maison.objects.filter(pk=demande.maison.pk), le=timezone.localdate(maintenant), deja_la=True
            ).filter(is_staff=True)
            messages.demande_rappel(ligne, equipe=equipe, maintenant=maintenant)
    except IntegrityError:
        return DemandeRappel.objects.get(cle_idempotence=demande.cle_idempotence)
    return ligne


@transaction.atomic
def traiter(*, demande: DemandeRappel, statut: StatutRappel, par: Utilisateur, maintenant: datetime) -> DemandeRappel:
    """Say what became of a request. Raises TraitementRefuse when a colleague already has."""
    ligne = DemandeRappel.objects.select_for_update(of=("self",), no_key=True).get(pk=demande.pk)
    if ligne.statut != StatutRappel.A_RAPPELER:
        raise TraitementRefuse(_("Quelqu'un de l'équipe a déjà répondu à cette demande."))
    ligne.statut = statut
    ligne.traitee_le, ligne.traitee_par = maintenant, par
    ligne.save(update_fields=["statut", "traitee_le", "traitee_par"])
    return ligne


@accords.au_retrait(ObjetAccord.ETRE_RAPPELE)
def _au_retrait(consentement: Consentement, maintenant: datetime) -> None:
    """Nobody calls any more; the team sees that the request was withdrawn."""
    if isinstance(consentement.cible, DemandeRappel):
        DemandeRappel.objects.ouvertes().filter(pk=consentement.cible.pk).update(
            statut=StatutRappel.RETIREE, traitee_le=maintenant
        )
