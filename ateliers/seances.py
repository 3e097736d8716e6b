"""Planning, changing and cancelling sessions, alone or as a series; everyone registered is told, once.

A series is the set of sessions that one rule made. Sessions changed alone afterwards (`modifiee_seule`) keep their
place in it, but a change to the series leaves them as they are. What has begun is history: nothing here touches it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers import messages
from ateliers.accueils import places_de
from ateliers.enums import AnnuleePar, Audience, Etendue, Format, StatutInscription, StatutSeance
from ateliers.liste_attente import proposer_places
from ateliers.models import Atelier, GroupePairs, Inscription, Seance, Serie
from ateliers.occupations import (
    Alternatives,
    Occupation,
    Occupations,
    alternatives,
    reserver,
    une_seance_a_la_fois,
)
from ateliers.occupations import SeanceRefusee as SeanceRefusee
from maisons.exclusions import motifs_exclusion
from maisons.models import Lieu, Salle
from maisons.recurrence import JourPrevu, Regle, decalage_local, decaler, prevoir
from socle.dates import date_longue
from socle.enums import StatutMessage
from socle.models import Message, Utilisateur

Objet = TypeVar("Objet", Seance, Serie)

# Messages not yet sent that a change makes wrong: the reminder of another hour, the offer of a cancelled session.
_MODELES_DEPASSES = ("rappel", "proposition", "place_libre")


class SeanceChangeeEntretemps(SeanceRefusee):
    """Someone else changed the session after this form was shown."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Quelqu'un d'autre a modifié cette séance pendant que vous l'aviez à l'écran. "
                "Voici comment elle est maintenant : refaites vos changements s'il le faut."
            )
        )


# ── Planning ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Projet:
    """What is to be planned: a workshop or a group, a place, who leads, when, and what to leave out."""

    atelier: Atelier | None = None
    groupe: GroupePairs | None = None
    lieu: Lieu
    regle: Regle
    animateur: Utilisateur | None = None
    salle: Salle | None = None
    intervenants: str = ""
    capacite_adultes: int
    capacite_enfants: int
    # Kept for people who phone or come to the desk, and how long before the start they open to all.
    adultes_gardes: int = 0
    enfants_gardes: int = 0
    gardes_avant: timedelta | None = None
    sauf_feries: bool = True
    sauf_vacances: bool = False
    publier: bool = True


def prevoir_projet(*, projet: Projet, maintenant: datetime) -> list[JourPrevu]:
    """What planning would create: each day of the rule, those left out with the reason, those in conflict.

    Writes nothing. Raises RegleImpossible when the rule gives no series.
    """
    prevus = prevoir(
        projet.regle,
        projet.lieu.zone,
        motif_exclusion=motifs_exclusion(
            maison=projet.lieu.maison,
            zone=projet.lieu.zone,
            heure=projet.regle.heure,
            sauf_feries=projet.sauf_feries,
            sauf_vacances=projet.sauf_vacances,
            maintenant=maintenant,
        ),
    )
    occupations = Occupations([_occupation(projet, prevu) for prevu in prevus if prevu.retenu])
    avec_genes = []
    for prevu in prevus:
        if prevu.retenu:
            genes = occupations.genes(_occupation(projet, prevu))
            prevu = replace(prevu, conflits=genes.avis, empechements=genes.phrases)
        avec_genes.append(prevu)
    return avec_genes


def _occupation(projet: Projet, prevu: JourPrevu) -> Occupation:
    return Occupation(
        debut=prevu.debut, fin=prevu.fin, lieu=projet.lieu, animateur=projet.animateur, salle=projet.salle
    )


def libres_pour(*, projet: Projet, prevus: Iterable[JourPrevu], le: date) -> Alternatives:
    """Which rooms of the place and which leaders of the house are free on all the days of a plan."""
    return alternatives(
        [_occupation(projet, prevu) for prevu in prevus if prevu.retenu],
        champs=[nom for nom in ("animateur", "salle") if getattr(projet, nom) is not None],
        le=le,
    )


@transaction.atomic
def creer_serie(*, projet: Projet, jours: Collection[date], cle: uuid.UUID, maintenant: datetime) -> Serie:
    """Create a series with a session on each day of `jours` that its rule gives and does not leave out.

    A day on which the leader or the room is taken gets none. The same `cle` always ends in the same series. Raises
    SeanceRefusee when no day is left, RegleImpossible when the rule gives none.
    """
    if (deja := Serie.objects.filter(cle_idempotence=cle).first()) is not None:
        return _de_meme_origine(deja, projet)
    regle = projet.regle
    reserver(animateurs=[projet.animateur], salles=[projet.salle])
    gardes = _jours_gardes(projet, jours, maintenant)
    tous = [prevu.jour for prevu in prevoir_projet(projet=projet, maintenant=maintenant)]
    jours_crees = {prevu.jour for prevu in gardes}
    serie, creee = Serie.objects.get_or_create(
        cle_idempotence=cle,
        defaults={
            "atelier": projet.atelier,
            "groupe": projet.groupe,
            "lieu": projet.lieu,
            "premier_jour": regle.premier_jour if regle.rrule else tous[0],
            "heure": regle.heure,
            "duree_minutes": regle.duree_minutes,
            "animateur": projet.animateur,
            "salle": projet.salle,
            "rrule": regle.rrule,
            "dates_choisies": [] if regle.rrule else tous,
            "sauf_feries": projet.sauf_feries,
            "sauf_vacances": projet.sauf_vacances,
            "exceptions": [jour for jour in tous if jour not in jours_crees],
            "cree_le": maintenant,
        },
    )
    if not creee:
        return _de_meme_origine(serie, projet)
    with une_seance_a_la_fois():
        Seance.objects.bulk_create(
            [_seance_du(projet, prevu, maintenant, serie=serie, jour_serie=prevu.jour) for prevu in gardes]
        )
    return serie


@transaction.atomic
def creer_seance(*, projet: Projet, jours: Collection[date], cle: uuid.UUID, maintenant: datetime) -> Seance:
    """Create one session on its own; `cle` becomes its public reference, so a second submit finds the first's.

    Raises SeanceRefusee when its only day was taken out.
    """
    if (deja := Seance.objects.filter(reference=cle).first()) is not None:
        return _de_meme_origine(deja, projet)
    reserver(animateurs=[projet.animateur], salles=[projet.salle])
    if (deja := Seance.objects.filter(reference=cle).first()) is not None:
        return _de_meme_origine(deja, projet)
    (prevu,) = _jours_gardes(projet, jours, maintenant)
    seance = _seance_du(projet, prevu, maintenant, reference=cle)
    try:
        # Its own savepoint: the other of two submits at once finds the first's.
        with transaction.atomic(), une_seance_a_la_fois():
            seance.save(force_insert=True)
    except IntegrityError:
        premiere = Seance.objects.filter(reference=cle).first()
        if premiere is None:
            raise
        seance = premiere
    return _de_meme_origine(seance, projet)


def _de_meme_origine(deja: Objet, projet: Projet) -> Objet:
    """What this key made already; a key never leads to another house's object."""
    if (deja.atelier_id, deja.groupe_id) != (
        projet.atelier.pk if projet.atelier else None,
        projet.groupe.pk if projet.groupe else None,
    ):
        raise SeanceRefusee(_("Ce formulaire a déjà servi. Rechargez la page."))
    return deja


def _jours_gardes(projet: Projet, jours: Collection[date], maintenant: datetime) -> list[JourPrevu]:
    prevus = prevoir_projet(projet=projet, maintenant=maintenant)
    gardes = [prevu for prevu in prevus if prevu.retenu and prevu.jour in jours]
    libres = [prevu for prevu in gardes if not prevu.empechements]
    if gardes and not libres:
        raise SeanceRefusee(gardes[0].empechements[0])
    if not libres:
        raise SeanceRefusee(_("Il ne reste aucune date : gardez-en au moins une."))
    return libres


def _seance_du(projet: Projet, prevu: JourPrevu, maintenant: datetime, **valeurs: Any) -> Seance:
    return Seance(
        **_ce_qui_vient_de_l_origine(projet),
        lieu=projet.lieu,
        debut=prevu.debut,
        fin=prevu.fin,
        animateur=projet.animateur,
        salle=projet.salle,
        intervenants=projet.intervenants,
        **_places(projet),
        gardes_jusqu_au=_ouverture_des_gardes(projet, prevu),
        statut=StatutSeance.PUBLIEE if projet.publier else StatutSeance.BROUILLON,
        modifiee_le=maintenant,
        **valeurs,
    )


def _places(projet: Projet) -> dict[str, Any]:
    gardes = {"adultes_gardes": projet.adultes_gardes, "enfants_gardes": projet.enfants_gardes}
    if projet.atelier is None:
        return {"capacite_adultes": projet.capacite_adultes, "capacite_enfants": projet.capacite_enfants, **gardes}
    return places_de(projet.atelier, adultes=projet.capacite_adultes, enfants=projet.capacite_enfants, **gardes)


def _ce_qui_vient_de_l_origine(projet: Projet) -> dict[str, Any]:
    """A workshop's sessions are its own kind; a group's meetings are its members' alone, whatever the babies' age."""
    if projet.groupe is not None:
        return {
            "groupe": projet.groupe,
            "titre": projet.groupe.nom,
            "format": Format.GROUPE,
            "langues": [projet.groupe.langue],
            "audience": Audience.MEMBRES,
            "accueille_grossesse": True,
        }
    atelier = projet.atelier
    if atelier is None:
        raise ValueError("Sessions come from a workshop or from a group.")
    return {
        "atelier": atelier,
        "titre": atelier.titre,
        "format": atelier.format,
        "langues": atelier.langues,
        "accueille_grossesse": atelier.accueille_grossesse,
        "age_min_mois": atelier.age_min_mois,
        "age_max_mois": atelier.age_max_mois,
        "rappels_heures": atelier.rappels_heures,
    }


def _ouverture_des_gardes(projet: Projet, prevu: JourPrevu) -> datetime | None:
    if projet.gardes_avant is None or not (projet.adultes_gardes or projet.enfants_gardes):
        return None
    return prevu.debut - projet.gardes_avant


# ── Changing ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Changements:
    """A session as the form wants it. Only what differs from the session is carried over to others of its series."""

    debut: datetime
    duree: timedelta
    lieu: Lieu
    titre: str
    animateur: Utilisateur | None
    salle: Salle | None
    intervenants: str
    precisions: str
    capacite_adultes: int
    capacite_enfants: int
    adultes_gardes: int
    enfants_gardes: int
    accueille_grossesse: bool
    age_min_mois: int | None
    age_max_mois: int | None
    capacite_petits: int | None = None
    # How long before the start the seats kept for the desk open to all; None: never before it.
    gardes_avant: timedelta | None = None

    @classmethod
    def de(cls, seance: Seance) -> Changements:
        """The session as it is: what a form starts from."""
        champs = {nom: getattr(seance, nom) for nom in _CHAMPS_SIMPLES}
        return cls(
            debut=seance.debut,
            duree=seance.fin - seance.debut,
            lieu=seance.lieu,
            gardes_avant=seance.debut - seance.gardes_jusqu_au if seance.gardes_jusqu_au else None,
            **champs,
        )


_CHAMPS_SIMPLES = (
    "titre",
    "animateur",
    "salle",
    "intervenants",
    "precisions",
    "capacite_adultes",
    "capacite_enfants",
    "adultes_gardes",
    "enfants_gardes",
    "accueille_grossesse",
    "age_min_mois",
    "age_max_mois",
    "capacite_petits",
)


@dataclass(kw_only=True)
class SeanceChangee:
    """A session with its values to be, beside the former ones that people knew."""

    seance: Seance
    debut: datetime
    fin: datetime
    lieu: Lieu
    champs: dict[str, Any]
    conflits: tuple[str, ...] = ()
    empechements: tuple[str, ...] = ()

    @property
    def est_deplacee(self) -> bool:
        """What matters to those who come: when and where."""
        return (self.debut, self.fin, self.lieu.pk) != (self.seance.debut, self.seance.fin, self.seance.lieu_id)

    @property
    def occupation(self) -> Occupation:
        return Occupation(
            debut=self.debut,
            fin=self.fin,
            lieu=self.lieu,
            animateur=self.champs.get("animateur", self.seance.animateur),
            salle=self.champs.get("salle", self.seance.salle),
        )

    @property
    def change_de_lieu(self) -> bool:
        return self.lieu.pk != self.seance.lieu_id

    @property
    def libelles(self) -> list[str]:
        """The names of the fields that change beside time and place."""
        champs = {champ.name: champ for champ in Seance._meta.concrete_fields}
        return [str(champs[nom].verbose_name) for nom in self.champs]

    @property
    def est_agrandie(self) -> bool:
        """More seats are open to all: more in all, or fewer kept for the desk."""
        plus = ("capacite_adultes", "capacite_enfants")
        moins = ("adultes_gardes", "enfants_gardes")
        if "capacite_petits" in self.champs:
            # One age has more, be it at the other's cost.
            return True
        return any(self.champs.get(nom, 0) > getattr(self.seance, nom) for nom in plus) or any(
            nom in self.champs and self.champs[nom] < getattr(self.seance, nom) for nom in moins
        )


class Destinataires(NamedTuple):
    """Bookings, waits and offers that a change concerns: those we can write to, and those to call."""

    joignables: int
    sans_contact: int


@dataclass(frozen=True, kw_only=True)
class Bilan:
    """What a change does, or did."""

    changees: Sequence[SeanceChangee] = ()
    annulees: Sequence[Seance] = ()
    # Of the same series, changed alone earlier: left as they are.
    a_part: Sequence[Seance] = ()
    destinataires: Destinataires = Destinataires(0, 0)
    # When a leader or a room is taken: those free instead, at all of these hours.
    alternatives: Alternatives = Alternatives()

    @property
    def est_empeche(self) -> bool:
        return any(changee.empechements for changee in self.changees)


def prevoir_modification(*, seance: Seance, changements: Changements, etendue: Etendue, maintenant: datetime) -> Bilan:
    """What a change would do, writing nothing. Raises SeanceRefusee as `modifier_seances` does."""
    toutes = list(_seances_liees(seance, etendue))
    cible = next(s for s in toutes if s.pk == seance.pk)
    visees, a_part = _visees(cible, toutes, etendue, maintenant)
    changees = _calculer(cible, visees, changements, maintenant)
    a_placer = [
        changee for changee in changees if changee.est_deplacee or {"animateur", "salle"} & changee.champs.keys()
    ]
    sauf = [changee.seance.pk for changee in a_placer]
    occupations = Occupations([changee.occupation for changee in a_placer], sauf=sauf)
    champs = set()
    for changee in a_placer:
        genes = occupations.genes(changee.occupation)
        changee.conflits, changee.empechements = genes.avis, genes.phrases
        champs |= {champ for champ, _phrase in genes.empechements}
    return Bilan(
        changees=changees,
        a_part=a_part,
        destinataires=_compter([changee.seance for changee in changees if changee.est_deplacee]),
        alternatives=alternatives(
            [changee.occupation for changee in a_placer], champs=champs, le=timezone.localdate(maintenant), sauf=sauf
        )
        if champs
        else Alternatives(),
    )


@transaction.atomic
def modifier_seances(
    *, seance: Seance, changements: Changements, etendue: Etendue, version: datetime, maintenant: datetime
) -> Bilan:
    """Change a session, or with it others of its series, and tell everyone registered where time or place changed.

    `version` is the session's `modifiee_le` when its form was shown. Asking again for what already holds changes
    nothing and tells nobody. A capacity raised is offered to those who wait.

    Raises SeanceChangeeEntretemps, or SeanceRefusee when a session is cancelled, has begun, would begin in the past,
    would have fewer seats than are taken, or would take a leader or a room that is; then nothing is changed at all.
    """
    _reserver_pour(seance, changements, etendue)
    toutes = _verrouiller(seance, etendue)
    cible = next(s for s in toutes if s.pk == seance.pk)
    visees, a_part = _visees(cible, toutes, etendue, maintenant)
    changees = _calculer(cible, visees, changements, maintenant)
    if not changees:
        return Bilan(a_part=a_part)
    if cible.modifiee_le != version:
        raise SeanceChangeeEntretemps
    deplacees = [changee.seance for changee in changees if changee.est_deplacee]
    destinataires = _compter(deplacees)
    with une_seance_a_la_fois():
        for changee in changees:
            _appliquer(changee, seule=etendue == Etendue.SEULE, maintenant=maintenant)
    if etendue == Etendue.TOUTES and cible.serie is not None:
        _suivre_la_serie(cible.serie, cible)
    return Bilan(changees=changees, a_part=a_part, destinataires=destinataires)


def _reserver_pour(seance: Seance, changements: Changements, etendue: Etendue) -> None:
    """Before the sessions: the leaders and rooms that they keep and those that they take."""
    liees = list(_seances_liees(seance, etendue))
    reserver(
        animateurs=[changements.animateur, *(liee.animateur for liee in liees)],
        salles=[changements.salle, *(liee.salle for liee in liees)],
    )


def _seances_liees(seance: Seance, etendue: Etendue) -> Any:
    """The session, with those of its series when the change may reach them."""
    seances = Seance.objects.with_cadre().select_related("serie", "animateur", "salle")
    if etendue != Etendue.SEULE and seance.serie_id is not None:
        return seances.filter(serie=seance.serie_id)
    return seances.filter(pk=seance.pk)


def _verrouiller(seance: Seance, etendue: Etendue) -> list[Seance]:
    """The sessions a change may reach, locked one after the other in the order everyone locks them in."""
    return list(_seances_liees(seance, etendue).order_by("pk").select_for_update(of=("self",), no_key=True))


def _visees(
    cible: Seance, toutes: Iterable[Seance], etendue: Etendue, maintenant: datetime, *, meme_a_part: bool = False
) -> tuple[list[Seance], list[Seance]]:
    """Those that the change reaches, in order of time, and those that it leaves because they were changed alone."""
    if cible.est_annulee:
        raise SeanceRefusee(_("Cette séance est annulée."))
    if cible.debut <= maintenant:
        raise SeanceRefusee(_("Cette séance a déjà commencé : elle ne change plus."))
    visees, a_part = [], []
    for seance in sorted(toutes, key=lambda s: (s.debut, s.pk)):
        if seance.pk != cible.pk:
            if seance.est_annulee or seance.debut <= maintenant:
                continue
            if etendue == Etendue.SUIVANTES and _rang_serie(seance) < _rang_serie(cible):
                continue
            if seance.modifiee_seule and not meme_a_part:
                a_part.append(seance)
                continue
        visees.append(seance)
    return visees, a_part


def _rang_serie(seance: Seance) -> date:
    return seance.jour_serie or seance.debut_local.date()


def _calculer(
    cible: Seance, visees: Sequence[Seance], changements: Changements, maintenant: datetime
) -> list[SeanceChangee]:
    """The sessions that would change, with their values to be. Raises SeanceRefusee when one can't."""
    champs = {
        nom: getattr(changements, nom) for nom in _CHAMPS_SIMPLES if getattr(changements, nom) != getattr(cible, nom)
    }
    gardes_changent = changements.gardes_avant != Changements.de(cible).gardes_avant
    lieu = changements.lieu if changements.lieu.pk != cible.lieu_id else None
    duree = changements.duree if changements.duree != cible.fin - cible.debut else None
    decalage = decalage_local(cible.debut, cible.zone, changements.debut, changements.lieu.zone)
    changees = []
    for seance in visees:
        nouveau_lieu = lieu or seance.lieu
        debut = (
            changements.debut
            if seance.pk == cible.pk
            else decaler(seance.debut, seance.zone, decalage, vers=nouveau_lieu.zone)
        )
        changee = SeanceChangee(
            seance=seance,
            debut=debut,
            fin=debut + (duree or seance.fin - seance.debut),
            lieu=nouveau_lieu,
            champs={
                nom: valeur
                for nom, valeur in champs.items()
                # Seats of an age only where ages are told apart.
                if getattr(seance, nom) != valeur and (nom != "capacite_petits" or seance.capacite_petits is not None)
            },
        )
        salle = changee.occupation.salle
        if salle is not None and salle.lieu_id != nouveau_lieu.pk:
            if champs.get("salle") is not None:
                raise SeanceRefusee(_("Cette salle n'est pas de ce lieu."), champ="salle")
            # A room stays behind when its session moves to another place.
            changee.champs["salle"] = None
        if gardes_changent:
            ouverture = None if changements.gardes_avant is None else debut - changements.gardes_avant
            if ouverture != seance.gardes_jusqu_au:
                changee.champs["gardes_jusqu_au"] = ouverture
        if changee.est_deplacee or changee.champs:
            _verifier(changee, maintenant)
            changees.append(changee)
    return changees


def _verifier(changee: SeanceChangee, maintenant: datetime) -> None:
    seance = changee.seance
    if changee.debut <= maintenant:
        raise SeanceRefusee(
            _("Le %s est déjà passé : choisissez un moment à venir.") % date_longue(changee.debut, changee.lieu.zone),
            champ="jour",
        )
    quand = date_longue(seance.debut, seance.zone)
    adultes = changee.champs.get("capacite_adultes", seance.capacite_adultes)
    if adultes < seance.adultes_pris:
        raise SeanceRefusee(
            ngettext(
                "Le %(quand)s, %(pris)d adulte est déjà inscrit : gardez au moins %(pris)d place.",
                "Le %(quand)s, %(pris)d adultes sont déjà inscrits : gardez au moins %(pris)d places.",
                seance.adultes_pris,
            )
            % {"quand": quand, "pris": seance.adultes_pris},
            champ="capacite_adultes",
        )
    enfants = changee.champs.get("capacite_enfants", seance.capacite_enfants)
    if enfants < seance.enfants_pris:
        raise SeanceRefusee(
            ngettext(
                "Le %(quand)s, %(pris)d enfant est déjà inscrit : gardez au moins %(pris)d place.",
                "Le %(quand)s, %(pris)d enfants sont déjà inscrits : gardez au moins %(pris)d places.",
                seance.enfants_pris,
            )
            % {"quand": quand, "pris": seance.enfants_pris},
            champ="capacite_enfants",
        )
    petits = changee.champs.get("capacite_petits", seance.capacite_petits)
    if petits is not None and not (
        seance.petits_pris <= petits <= enfants - (seance.enfants_pris - seance.petits_pris)
    ):
        raise SeanceRefusee(
            _("Le %(quand)s, il faut au moins %(petits)d places pour les petits et %(grands)d pour les plus grands.")
            % {"quand": quand, "petits": seance.petits_pris, "grands": seance.enfants_pris - seance.petits_pris},
            champ="capacite_petits",
        )
    _verifier_gardes(changee, maintenant)


def _verifier_gardes(changee: SeanceChangee, maintenant: datetime) -> None:
    seance, champs = changee.seance, changee.champs
    for nom, capacite in (("adultes_gardes", "capacite_adultes"), ("enfants_gardes", "capacite_enfants")):
        if champs.get(nom, 0) > champs.get(capacite, getattr(seance, capacite)):
            raise SeanceRefusee(_("On ne peut pas garder plus de places qu'il n'y en a."), champ=nom)
    ouverture = champs.get("gardes_jusqu_au")
    gardees = any(champs.get(nom, getattr(seance, nom)) for nom in ("adultes_gardes", "enfants_gardes"))
    if gardees and ouverture is not None and ouverture <= maintenant:
        raise SeanceRefusee(
            _("Le %s, ces places seraient déjà ouvertes à tous : mettez moins d'heures, ou n'en gardez aucune.")
            % date_longue(seance.debut, seance.zone),
            champ="gardes_heures_avant",
        )


def _appliquer(changee: SeanceChangee, *, seule: bool, maintenant: datetime) -> None:
    """Write a locked session's new values and tell those who booked, when and where it was before beside it."""
    seance, deplacee, agrandie = changee.seance, changee.est_deplacee, changee.est_agrandie
    avant = {"debut": seance.debut.isoformat(), "fin": seance.fin.isoformat(), "lieu": seance.lieu.nom}
    ecart = changee.debut - seance.debut
    for nom, valeur in changee.champs.items():
        setattr(seance, nom, valeur)
    seance.debut, seance.fin, seance.lieu = changee.debut, changee.fin, changee.lieu
    if seance.confie_les_enfants:
        # An adult's seat for each child's, always.
        seance.capacite_adultes = max(seance.capacite_adultes, seance.capacite_enfants)
    # A smaller room keeps fewer seats for the desk; what is open to all is never less than nothing.
    seance.adultes_gardes = min(seance.adultes_gardes, seance.capacite_adultes)
    seance.enfants_gardes = min(seance.enfants_gardes, seance.capacite_enfants)
    # The window of sign-ups and the hour of kept seats keep their distance to the session.
    for borne in ("inscriptions_du", "inscriptions_au", "gardes_jusqu_au"):
        if borne not in changee.champs and (moment := getattr(seance, borne)) is not None:
            setattr(seance, borne, moment + ecart)
    seance.modifiee_le = maintenant
    if deplacee:
        seance.revision += 1
    if seule and seance.serie_id is not None:
        seance.modifiee_seule = True
    seance.save(
        update_fields={
            *changee.champs,
            "debut",
            "fin",
            "lieu",
            "inscriptions_du",
            "inscriptions_au",
            "capacite_adultes",
            "adultes_gardes",
            "enfants_gardes",
            "gardes_jusqu_au",
            "modifiee_le",
            "revision",
            "modifiee_seule",
        }
    )
    if deplacee:
        inscriptions = _a_prevenir(seance)
        _retirer_messages(inscriptions, modeles=("rappel",))
        # An offer never outlives the session it is for.
        seance.inscriptions.filter(statut=StatutInscription.PROPOSEE, proposee_jusqu_au__gt=seance.debut).update(
            proposee_jusqu_au=seance.debut
        )
        for inscription in inscriptions:
            messages.seance_modifiee(inscription, avant=avant, maintenant=maintenant)
    if agrandie:
        proposer_places(seance=seance, maintenant=maintenant)


def _suivre_la_serie(serie: Serie, modele: Seance) -> None:
    """When all of a series moves, its record says the new hour and place."""
    serie.animateur, serie.salle = modele.animateur, modele.salle
    serie.heure = modele.debut_local.time()
    serie.lieu = modele.lieu
    serie.duree_minutes = int((modele.fin - modele.debut).total_seconds() // 60)
    serie.save(update_fields=["animateur", "salle", "heure", "lieu", "duree_minutes"])


# ── Cancelling ────────────────────────────────────────────────────────────────────────────────────────────────────


def prevoir_annulation(*, seance: Seance, etendue: Etendue, maintenant: datetime) -> Bilan:
    """What cancelling would do, writing nothing. Raises SeanceRefusee as `annuler_seances` does."""
    toutes = list(_seances_liees(seance, etendue))
    cible = next(s for s in toutes if s.pk == seance.pk)
    visees, _a_part = _visees(cible, toutes, etendue, maintenant, meme_a_part=True)
    return Bilan(annulees=visees, destinataires=_compter(visees))


@transaction.atomic
def annuler_seances(*, seance: Seance, etendue: Etendue, motif: str, maintenant: datetime) -> Bilan:
    """Cancel a session, or with it the rest of its series, sessions changed alone included, and tell everyone why.

    Bookings, waits and offers stay linked to it and end with it ("annulée par la maison"): no reminder, no offer any
    more. Cancelling what is cancelled changes nothing and tells nobody.

    Raises SeanceRefusee when the session has begun or no reason is given.
    """
    motif = motif.strip()
    if not motif:
        raise SeanceRefusee(_("Dites pourquoi : les personnes inscrites liront ce motif."), champ="motif")
    toutes = _verrouiller(seance, etendue)
    cible = next(s for s in toutes if s.pk == seance.pk)
    if cible.est_annulee:
        return Bilan()
    visees, _a_part = _visees(cible, toutes, etendue, maintenant, meme_a_part=True)
    destinataires = _compter(visees)
    for visee in visees:
        _annuler(visee, motif, maintenant)
    return Bilan(annulees=visees, destinataires=destinataires)


def _annuler(seance: Seance, motif: str, maintenant: datetime) -> None:
    inscriptions = _a_prevenir(seance)
    seance.statut = StatutSeance.ANNULEE
    seance.annulee_le = seance.modifiee_le = maintenant
    seance.motif_annulation = motif
    seance.revision += 1
    seance.adultes_pris = seance.enfants_pris = seance.petits_pris = 0
    seance.adultes_accueil = seance.enfants_accueil = 0
    seance.save(
        update_fields=[
            "statut",
            "annulee_le",
            "modifiee_le",
            "motif_annulation",
            "revision",
            "adultes_pris",
            "enfants_pris",
            "petits_pris",
            "adultes_accueil",
            "enfants_accueil",
        ]
    )
    _retirer_messages(inscriptions, modeles=_MODELES_DEPASSES)
    for inscription in inscriptions:
        messages.seance_annulee(inscription, maintenant=maintenant)
    seance.inscriptions.actives().update(
        statut=StatutInscription.ANNULEE,
        annulee_le=maintenant,
        annulee_par=AnnuleePar.MAISON,
        proposee_le=None,
        proposee_jusqu_au=None,
    )


@transaction.atomic
def publier_seances(*, seances: Collection[int], maintenant: datetime) -> int:
    """Open drafts that are still to come to the public; the number opened."""
    brouillons = list(
        Seance.objects.filter(pk__in=seances, statut=StatutSeance.BROUILLON, debut__gt=maintenant)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    for seance in brouillons:
        seance.statut = StatutSeance.PUBLIEE
        seance.modifiee_le = maintenant
        seance.save(update_fields=["statut", "modifiee_le"])
    return len(brouillons)


@transaction.atomic
def supprimer_seance(*, seance: Seance) -> None:
    """Erase a session that nobody ever booked. Raises SeanceRefusee otherwise, with the way out."""
    (seance,) = Seance.objects.filter(pk=seance.pk).select_for_update(of=("self",))
    if seance.inscriptions.exists():
        raise SeanceRefusee(
            _(
                "Des familles se sont inscrites à cette séance : elle ne peut pas être supprimée. "
                "Annulez-la, elles seront prévenues."
            )
        )
    seance.delete()


# ── Telling ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _a_prevenir(seance: Seance) -> list[Inscription]:
    inscriptions = list(seance.inscriptions.actives().select_related("famille").order_by("pk"))
    for inscription in inscriptions:
        inscription.seance = seance
    return inscriptions


def _compter(seances: Collection[Seance]) -> Destinataires:
    actives = Inscription.objects.actives().filter(seance__in=[seance.pk for seance in seances])
    muettes = Q(email="", telephone="")
    compte = actives.aggregate(toutes=Count("pk"), muettes=Count("pk", filter=muettes))
    return Destinataires(joignables=compte["toutes"] - compte["muettes"], sans_contact=compte["muettes"])


def _retirer_messages(inscriptions: Collection[Inscription], *, modeles: Sequence[str]) -> None:
    """Messages that wait in the outbox and are wrong now are not sent any more."""
    Message.objects.filter(
        objet_type=ContentType.objects.get_for_model(Inscription),
        objet_id__in=[inscription.pk for inscription in inscriptions],
        modele__in=modeles,
        statut=StatutMessage.A_ENVOYER,
    ).update(statut=StatutMessage.PERIME)
