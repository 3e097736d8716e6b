"""Planning the stops of a vehicle or a team: every date is seen, with its travel times, before anything is created."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maisons import messages
from maisons.exclusions import motifs_exclusion
from maisons.models import Arret, Equipage, EtapeTournee, Lieu, Tournee
from maisons.recurrence import Regle, jours_de_la_regle, moment_local
from maisons.trajets import Trajet, horaires_courts, trajet

# Stops further apart than that are not driven one after the other.
ENCHAINEMENT = timedelta(hours=12)


class TourneeRefusee(Exception):
    """Nothing was written; the message is for the person on screen, `champ` its field."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


@dataclass(frozen=True, kw_only=True)
class EtapeVoulue:
    lieu: Lieu
    heure: time
    duree_minutes: int


@dataclass(frozen=True, kw_only=True)
class Projet:
    """What is to be planned: who drives, where and when in the day, on which days."""

    equipage: Equipage
    nom: str
    # In order of hour; the rule's hour is the first one's.
    etapes: Sequence[EtapeVoulue]
    regle: Regle
    sauf_feries: bool = True
    sauf_vacances: bool = False


@dataclass(frozen=True)
class ArretPrevu:
    """A stop of one day: its times, the way to it from the stop before, and what else the team does meanwhile."""

    etape: EtapeVoulue
    debut: datetime
    fin: datetime
    trajet: Trajet | None = None
    chevauche: str = ""


@dataclass(frozen=True)
class JourneePrevue:
    jour: date
    arrets: tuple[ArretPrevu, ...]
    motif_exclusion: str = ""

    @property
    def est_impossible(self) -> bool:
        """The team would have to be in two places at once: the database would refuse it."""
        return any(arret.chevauche for arret in self.arrets)

    @property
    def retenue(self) -> bool:
        return not self.motif_exclusion and not self.est_impossible

    @property
    def trajets_trop_courts(self) -> list[Trajet]:
        return [arret.trajet for arret in self.arrets if arret.trajet is not None and arret.trajet.est_trop_court]


@dataclass(frozen=True)
class _Occupation:
    lieu: Lieu
    debut: datetime
    fin: datetime


def prevoir_tournee(*, projet: Projet, maintenant: datetime) -> list[JourneePrevue]:
    """Every day of the rule with its stops, those left out with the reason, travel times checked. Writes nothing.

    Raises TourneeRefusee when the steps of one day overlap, RegleImpossible when the rule gives no day.
    """
    zone = projet.etapes[0].lieu.zone
    motif = motifs_exclusion(
        maison=projet.equipage.maison,
        zone=zone,
        heure=projet.regle.heure,
        sauf_feries=projet.sauf_feries,
        sauf_vacances=projet.sauf_vacances,
        maintenant=maintenant,
    )
    deja = [
        _Occupation(arret.lieu, arret.debut, arret.fin)
        for arret in Arret.objects.prevus()
        .a_venir(maintenant=maintenant - ENCHAINEMENT)
        .filter(equipage=projet.equipage)
        .select_related("lieu")
        .order_by("debut")
    ]
    journees = []
    for jour in jours_de_la_regle(projet.regle):
        voulus = [(etape, *_bornes(etape, jour)) for etape in projet.etapes]
        for avant, apres in pairwise(voulus):
            if apres[1] < avant[2]:
                raise TourneeRefusee(
                    _("« %(apres)s » commence avant que « %(avant)s » soit fini.")
                    % {"apres": apres[0].lieu.nom, "avant": avant[0].lieu.nom}
                )
        journee = JourneePrevue(jour, _arrets_du_jour(voulus, deja), motif(jour))
        journees.append(journee)
        if journee.retenue:
            # What ends after midnight is in the way of the next day.
            deja.extend(_Occupation(arret.etape.lieu, arret.debut, arret.fin) for arret in journee.arrets)
    return journees


def _bornes(etape: EtapeVoulue, jour: date) -> tuple[datetime, datetime]:
    debut = moment_local(jour, etape.heure, etape.lieu.zone)
    return debut, debut + timedelta(minutes=etape.duree_minutes)


def _arrets_du_jour(
    voulus: Sequence[tuple[EtapeVoulue, datetime, datetime]], deja: Sequence[_Occupation]
) -> tuple[ArretPrevu, ...]:
    """The stops of a day, each seen beside the one before it, be it of this tour or of another."""
    occupations = [*deja, *(_Occupation(etape.lieu, debut, fin) for etape, debut, fin in voulus)]
    arrets = []
    for etape, debut, fin in voulus:
        precedents = [autre for autre in occupations if debut - ENCHAINEMENT < autre.fin <= debut]
        precedent = max(precedents, key=lambda autre: autre.fin, default=None)
        chemin = (
            trajet(depuis=precedent.lieu, vers=etape.lieu, depart=precedent.fin, arrivee=debut) if precedent else None
        )
        pris = next((autre for autre in deja if autre.debut < fin and debut < autre.fin), None)
        chevauche = f"{pris.lieu.nom}, {horaires_courts(pris.debut, pris.fin, pris.lieu)}" if pris else ""
        arrets.append(ArretPrevu(etape, debut, fin, chemin, chevauche))
    return tuple(arrets)


def creer_tournee(*, projet: Projet, jours: Collection[date], cle: uuid.UUID, maintenant: datetime) -> Tournee:
    """Create a tour with its stops on each day of `jours` that its rule gives; followers are told of all, once.

    The same `cle` always ends in the same tour. Raises TourneeRefusee when no day is left, when the key served for
    another team or when the team is elsewhere meanwhile; RegleImpossible when the rule gives no day.
    """
    try:
        with transaction.atomic():
            return _creer_tournee(projet, jours, cle, maintenant)
    except IntegrityError as erreur:
        # A stop moved, or the same form sent for another team, at this very moment: the database alone saw it.
        if "arret_un_seul_lieu_a_la_fois" in str(erreur):
            raise TourneeRefusee(_("Ce véhicule ou cette équipe est déjà ailleurs à l'une de ces dates.")) from None
        if "cle_idempotence" in str(erreur):
            raise TourneeRefusee(_("Ce formulaire a déjà servi. Rechargez la page.")) from None
        raise


def _creer_tournee(projet: Projet, jours: Collection[date], cle: uuid.UUID, maintenant: datetime) -> Tournee:
    # Plans for one team queue on this row, so that what the preview showed as free still is.
    equipage = Equipage.objects.select_for_update(of=("self",), no_key=True).get(pk=projet.equipage.pk)
    if (faite := Tournee.objects.filter(cle_idempotence=cle).first()) is not None:
        if faite.equipage_id != equipage.pk:
            raise TourneeRefusee(_("Ce formulaire a déjà servi. Rechargez la page."))
        return faite
    journees = prevoir_tournee(projet=projet, maintenant=maintenant)
    gardees = [journee for journee in journees if journee.retenue and journee.jour in jours]
    if not gardees:
        raise TourneeRefusee(_("Gardez au moins une date."))
    regle, jours_gardes = projet.regle, {journee.jour for journee in gardees}
    tournee = Tournee.objects.create(
        cle_idempotence=cle,
        equipage=equipage,
        nom=projet.nom,
        premier_jour=regle.premier_jour if regle.rrule else journees[0].jour,
        rrule=regle.rrule,
        dates_choisies=[] if regle.rrule else [journee.jour for journee in journees],
        sauf_feries=projet.sauf_feries,
        sauf_vacances=projet.sauf_vacances,
        exceptions=[journee.jour for journee in journees if journee.jour not in jours_gardes],
        cree_le=maintenant,
    )
    etapes = EtapeTournee.objects.bulk_create(
        EtapeTournee(tournee=tournee, lieu=voulue.lieu, heure=voulue.heure, duree_minutes=voulue.duree_minutes)
        for voulue in projet.etapes
    )
    arrets = Arret.objects.bulk_create(
        Arret(
            equipage=equipage,
            etape=etape,
            jour=journee.jour,
            lieu=etape.lieu,
            debut=prevu.debut.astimezone(UTC),
            fin=prevu.fin.astimezone(UTC),
            modifie_le=maintenant,
        )
        for journee in gardees
        for etape, prevu in zip(etapes, journee.arrets, strict=True)
    )
    messages.arrets_prevus(arrets, cle=f"tournee:{tournee.pk}", maintenant=maintenant)
    return tournee
