"""What changes at a stop once it is planned: moved, late, cancelled. Everyone concerned is told once.

Who booked a place at a stop is known to an upper room only: it registers itself here (`enregistrer_annonceur`), tells
its own people in the same transaction, and says whom it told, so that nobody who also follows the commune hears twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maisons import messages
from maisons.enums import MotifArret, StatutArret
from maisons.models import RETARD_MAX_MINUTES, Arret, ComptageArret, Lieu, Suivi
from maisons.recurrence import moment_local

# A way to reach someone: channel, recipient.
Contact = tuple[str, str]


class ArretRefuse(Exception):
    """Nothing was written; the message is for the person on screen, `champ` its field."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


class ArretChangeEntretemps(ArretRefuse):
    """Someone else changed the stop after this form was shown."""

    def __init__(self) -> None:
        super().__init__(_("Quelqu'un d'autre a modifié cet arrêt entre-temps. Voici comment il est maintenant."))


@dataclass(frozen=True, kw_only=True)
class Changement:
    """What happened to a stop: `arret` as it is now, and where and when it was before."""

    arret: Arret
    lieu_avant: Lieu
    debut_avant: datetime
    fin_avant: datetime


Annonceur = Callable[[Changement, datetime], set[Contact]]
_ANNONCEURS: list[Annonceur] = []


def enregistrer_annonceur(annonceur: Annonceur) -> None:
    _ANNONCEURS.append(annonceur)


@dataclass
class Bilan:
    """Stops that changed, and how many people are told (each counted once)."""

    changes: list[Arret] = field(default_factory=list)
    prevenus: set[Contact] = field(default_factory=set)


def annoncer_retard(*, arret: Arret, minutes: int, maintenant: datetime) -> Bilan:
    """Say that the team is late at a stop (0: on time after all). Saying the same again tells nobody.

    Raises ArretRefuse when the stop is over or cancelled, or the delay longer than four hours.
    """
    if not 0 <= minutes <= RETARD_MAX_MINUTES:
        raise ArretRefuse(_("Au-delà de quatre heures, annulez l'arrêt."))
    with transaction.atomic():
        arret = _verrouiller([arret.pk])[0]
        _verifier_ouvert(arret, maintenant)
        if arret.retard_minutes == minutes:
            return Bilan()
        avant = _etat(arret)
        arret.retard_minutes = minutes
        return _enregistrer([(arret, avant)], ["retard_minutes"], maintenant)


def annuler_arrets(*, arrets: Collection[Arret], motif: MotifArret, maintenant: datetime) -> Bilan:
    """Cancel stops, with what people booked there. Those already cancelled or over are left as they are."""
    with transaction.atomic():
        vises = [
            arret
            for arret in _verrouiller([arret.pk for arret in arrets])
            if not arret.est_annule and arret.fin > maintenant
        ]
        changes = []
        for arret in vises:
            avant = _etat(arret)
            arret.statut = StatutArret.ANNULE
            arret.motif = motif
            arret.annule_le = maintenant
            arret.retard_minutes = 0
            changes.append((arret, avant))
        return _enregistrer(changes, ["statut", "motif", "annule_le", "retard_minutes"], maintenant)


def deplacer_arret(
    *, arret: Arret, lieu: Lieu, jour: date, heure: time, duree_minutes: int, version: int, maintenant: datetime
) -> Bilan:
    """Move a stop in time or to another place, with what people booked there.

    `version` is the stop's `revision` when its form was shown. Raises ArretChangeEntretemps, or ArretRefuse when the
    stop is over or cancelled, would begin in the past, or when the team is elsewhere at that time.
    """
    debut = moment_local(jour, heure, lieu.zone).astimezone(UTC)
    fin = debut + timedelta(minutes=duree_minutes)
    try:
        with transaction.atomic():
            arret = _verrouiller([arret.pk])[0]
            _verifier_ouvert(arret, maintenant)
            if (arret.lieu_id, arret.debut, arret.fin) == (lieu.pk, debut, fin):
                return Bilan()
            if arret.revision != version:
                raise ArretChangeEntretemps
            if debut <= maintenant:
                raise ArretRefuse(_("Choisissez un moment à venir."), champ="jour")
            avant = _etat(arret)
            arret.lieu, arret.debut, arret.fin, arret.retard_minutes = lieu, debut, fin, 0
            return _enregistrer([(arret, avant)], ["lieu", "debut", "fin", "retard_minutes"], maintenant)
    except IntegrityError as erreur:
        # The database alone knows what is planned at this very moment.
        if "arret_un_seul_lieu_a_la_fois" not in str(erreur):
            raise
        raise ArretRefuse(_("Ce véhicule ou cette équipe est déjà ailleurs à ce moment."), champ="heure") from None


def compter(
    *, arret: Arret, adultes: int, enfants: int, premiere_visite: bool, cle: uuid.UUID, maintenant: datetime
) -> ComptageArret:
    """Add people who came; the same `cle` counts them once.

    Raises ArretRefuse before the day, and for a cancelled stop.
    """
    if arret.est_annule:
        raise ArretRefuse(_("Cet arrêt est annulé."))
    if arret.debut.astimezone(arret.zone).date() > maintenant.astimezone(arret.zone).date():
        raise ArretRefuse(_("Cet arrêt n'a pas encore eu lieu."))
    comptage, _cree = ComptageArret.objects.get_or_create(
        cle=cle,
        defaults={
            "arret": arret,
            "adultes": adultes,
            "enfants": enfants,
            "premiere_visite": premiere_visite,
            "compte_le": maintenant,
        },
    )
    return comptage


def decompter(*, arret: Arret, comptage: int) -> bool:
    """Take one count of a stop back, by its number: a second tap finds it gone. Whether it was there."""
    supprimes, _details = arret.comptages.filter(pk=comptage).delete()
    return bool(supprimes)


def _verrouiller(pks: Sequence[int]) -> list[Arret]:
    return list(
        Arret.objects.with_cadre().filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True)
    )


def _verifier_ouvert(arret: Arret, maintenant: datetime) -> None:
    if arret.est_annule:
        raise ArretRefuse(_("Cet arrêt est annulé."))
    if arret.fin <= maintenant:
        raise ArretRefuse(_("Cet arrêt est fini."))


def _etat(arret: Arret) -> tuple[Lieu, datetime, datetime]:
    return arret.lieu, arret.debut, arret.fin


def _enregistrer(
    changes: Sequence[tuple[Arret, tuple[Lieu, datetime, datetime]]], champs: Sequence[str], maintenant: datetime
) -> Bilan:
    bilan = Bilan()
    # Of several stops at once (the rest of a day), who follows is told in one message.
    ensemble: dict[Contact, tuple[Suivi, list[Arret]]] = {}
    for arret, (lieu, debut, fin) in changes:
        arret.revision += 1
        arret.modifie_le = maintenant
        arret.save(update_fields=[*champs, "revision", "modifie_le"])
        changement = Changement(arret=arret, lieu_avant=lieu, debut_avant=debut, fin_avant=fin)
        deja: set[Contact] = set()
        for annonceur in _ANNONCEURS:
            deja |= annonceur(changement, maintenant)
        suivis = [
            suivi
            for suivi in messages.suivis_concernes([arret.lieu, lieu])
            if (suivi.canal, suivi.destinataire) not in deja
        ]
        if len(changes) == 1:
            messages.arret_change(arret, suivis, lieu_avant=lieu, debut_avant=debut, maintenant=maintenant)
        for suivi in suivis:
            ensemble.setdefault(_contact(suivi), (suivi, []))[1].append(arret)
        bilan.changes.append(arret)
        bilan.prevenus |= deja | {_contact(suivi) for suivi in suivis}
    if len(changes) > 1:
        messages.arrets_annules(list(ensemble.values()), maintenant=maintenant)
    return bilan


def _contact(suivi: Suivi) -> Contact:
    return suivi.canal, suivi.destinataire
