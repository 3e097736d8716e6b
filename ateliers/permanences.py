"""A partner's permanences as sessions: one a day where one comes freely, one a slot where one makes an appointment."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ateliers import seances
from ateliers.enums import AccueilSeance, Etendue, Format, StatutSeance
from ateliers.models import ADULTES_PAR_INSCRIPTION_MAX, ENFANTS_PAR_INSCRIPTION_MAX, Seance
from maisons.exclusions import motifs_exclusion
from maisons.recurrence import JourPrevu, Regle, prevoir
from partenaires.enums import ModePermanence
from partenaires.models import Permanence

# A morning of appointments; more would be a mistyped length.
CRENEAUX_PAR_JOUR_MAX = 48


class PermanenceRefusee(Exception):
    """Nothing was written; the message is for the person on screen, `champ` its field."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


@dataclass(frozen=True, kw_only=True)
class Projet:
    permanence: Permanence
    # From when to when the partner is there.
    regle: Regle
    sauf_feries: bool = True
    sauf_vacances: bool = False

    @property
    def creneaux(self) -> int:
        """Appointments in a day; 1 where one comes freely."""
        if self.permanence.mode == ModePermanence.LIBRE or not self.permanence.creneau_minutes:
            return 1
        return self.regle.duree_minutes // self.permanence.creneau_minutes


def prevoir_permanence(*, projet: Projet, maintenant: datetime) -> list[JourPrevu]:
    """Every day of the rule, those left out with the reason, those already planned as conflicts. Writes nothing.

    Raises PermanenceRefusee when no appointment fits, RegleImpossible when the rule gives no day.
    """
    permanence, regle = projet.permanence, projet.regle
    if not 1 <= projet.creneaux <= CRENEAUX_PAR_JOUR_MAX:
        raise PermanenceRefusee(
            _("Avec ces heures, il y aurait %d rendez-vous par jour : vérifiez la durée.") % projet.creneaux,
            champ="duree_minutes",
        )
    lieu = permanence.lieu
    deja = set(
        Seance.objects.filter(permanence=permanence, debut__gt=maintenant)
        .exclude(statut=StatutSeance.ANNULEE)
        .values_list("debut", "fin")
    )

    prevus = prevoir(
        regle,
        lieu.zone,
        motif_exclusion=motifs_exclusion(
            maison=lieu.maison,
            zone=lieu.zone,
            heure=regle.heure,
            sauf_feries=projet.sauf_feries,
            sauf_vacances=projet.sauf_vacances,
            maintenant=maintenant,
        ),
    )
    return [
        replace(prevu, conflits=(_("déjà prévue"),))
        if any(debut < prevu.fin and prevu.debut < fin for debut, fin in deja)
        else prevu
        for prevu in prevus
    ]


@transaction.atomic
def planifier_permanence(
    *, projet: Projet, jours: Collection[date], cle: uuid.UUID, maintenant: datetime
) -> list[Seance]:
    """Create the sessions of these days. The same `cle` creates them once: each reference comes from it.

    Raises PermanenceRefusee when no day is left.
    """
    # Plans for one permanence queue on this row: two people who plan the same Thursdays make them once.
    Permanence.objects.select_for_update(of=("self",), no_key=True).get(pk=projet.permanence.pk)
    prevus = prevoir_permanence(projet=projet, maintenant=maintenant)
    references = [uuid.uuid5(cle, f"{prevu.jour}/{n}") for prevu in prevus for n in range(projet.creneaux)]
    if deja := list(Seance.objects.filter(reference__in=references)):
        return deja
    gardes = [prevu for prevu in prevus if prevu.retenu and not prevu.conflits and prevu.jour in jours]
    if not gardes:
        raise PermanenceRefusee(_("Gardez au moins une date."))
    return Seance.objects.bulk_create(
        _seance(projet, prevu, n, cle, maintenant) for prevu in gardes for n in range(projet.creneaux)
    )


def _seance(projet: Projet, prevu: JourPrevu, n: int, cle: uuid.UUID, maintenant: datetime) -> Seance:
    permanence = projet.permanence
    libre = permanence.mode == ModePermanence.LIBRE
    debut, fin = prevu.debut.astimezone(UTC), prevu.fin.astimezone(UTC)
    if not libre:
        pas = timedelta(minutes=permanence.creneau_minutes or projet.regle.duree_minutes)
        debut, fin = debut + n * pas, debut + (n + 1) * pas
    return Seance(
        reference=uuid.uuid5(cle, f"{prevu.jour}/{n}"),
        permanence=permanence,
        lieu=permanence.lieu,
        debut=debut,
        fin=fin,
        titre=permanence.intitule[:120],
        format=Format.PERMANENCE,
        accueil=AccueilSeance.LIBRE if libre else AccueilSeance.FAMILLE,
        intervenants=permanence.partenaire.nom,
        precisions=permanence.description,
        capacite_adultes=0 if libre else ADULTES_PAR_INSCRIPTION_MAX,
        capacite_enfants=0 if libre else ENFANTS_PAR_INSCRIPTION_MAX,
        modifiee_le=maintenant,
    )


@transaction.atomic
def annuler_jour(*, permanence: Permanence, jour: date, motif: str, maintenant: datetime) -> seances.Bilan:
    """Cancel what is left of a permanence on one local day; every family that booked is told, once.

    Raises PermanenceRefusee when there is no reason, or nothing left to cancel.
    """
    if not motif.strip():
        raise PermanenceRefusee(_("Dites pourquoi : les familles inscrites liront ce motif."), champ="motif")
    annulees: list[Seance] = []
    joignables = sans_contact = 0
    for seance in _du_jour(permanence, jour, maintenant):
        fait = seances.annuler_seances(seance=seance, etendue=Etendue.SEULE, motif=motif, maintenant=maintenant)
        annulees.extend(fait.annulees)
        joignables += fait.destinataires.joignables
        sans_contact += fait.destinataires.sans_contact
    if not annulees:
        raise PermanenceRefusee(_("Il n'y a plus rien à annuler ce jour-là."))
    return seances.Bilan(annulees=annulees, destinataires=seances.Destinataires(joignables, sans_contact))


def _du_jour(permanence: Permanence, jour: date, maintenant: datetime) -> list[Seance]:
    zone = permanence.lieu.zone
    return [
        seance
        for seance in Seance.objects.publiees()
        .filter(permanence=permanence, debut__gt=maintenant)
        .select_related("lieu")
        .order_by("pk")
        if seance.debut.astimezone(zone).date() == jour
    ]
