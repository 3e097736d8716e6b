"""Closing a house for some days, and what becomes of its sessions: one act, seen before, everyone told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from ateliers.enums import Etendue, SortFermeture, StatutSeance
from ateliers.models import Inscription, Seance
from ateliers.occupations import Occupation, Occupations, SeanceRefusee, reserver, une_seance_a_la_fois
from ateliers.seances import Changements, Destinataires, annuler_seances, modifier_seances
from maisons.models import Fermeture, Lieu, Maison
from maisons.recurrence import decaler

DUREE_MAX = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class PlanFermeture:
    """Which days (both included), why, and what becomes of sessions unless one is said to fare otherwise."""

    maison: Maison
    du: date
    au: date
    motif: str
    sort: SortFermeture
    # For those held elsewhere, and for those put off: how many weeks later.
    lieu: Lieu | None = None
    semaines: int = 0


@dataclass(frozen=True, kw_only=True)
class LigneFermeture:
    """A session of these days, and what would become of it."""

    seance: Seance
    sort: SortFermeture
    debut: datetime
    fin: datetime
    lieu: Lieu
    concernees: int = 0
    conflits: tuple[str, ...] = ()
    empechements: tuple[str, ...] = ()

    @property
    def bouge(self) -> bool:
        return self.sort in (SortFermeture.DEPLACER, SortFermeture.REPORTER)

    @property
    def changements(self) -> Changements:
        return replace(Changements.de(self.seance), debut=self.debut, lieu=self.lieu)

    @property
    def occupation(self) -> Occupation:
        salle = self.seance.salle if self.lieu.pk == self.seance.lieu_id else None
        return Occupation(debut=self.debut, fin=self.fin, lieu=self.lieu, animateur=self.seance.animateur, salle=salle)


@dataclass(frozen=True, kw_only=True)
class ApercuFermeture:
    """What closing would do, or did."""

    lignes: Sequence[LigneFermeture]
    destinataires: Destinataires

    @property
    def est_empechee(self) -> bool:
        return any(ligne.empechements for ligne in self.lignes)

    def nombre(self, sort: SortFermeture) -> int:
        return sum(ligne.sort == sort for ligne in self.lignes)

    @property
    def nombres(self) -> list[tuple[SortFermeture, int]]:
        return [(sort, self.nombre(sort)) for sort in SortFermeture if self.nombre(sort)]


def prevoir_fermeture(
    *, plan: PlanFermeture, sorts: Mapping[int, SortFermeture], maintenant: datetime
) -> ApercuFermeture:
    """What closing would do, writing nothing; `sorts` names the sessions that fare otherwise than the plan says.

    Raises SeanceRefusee when the plan lacks a place or a number of weeks that one of them needs.
    """
    seances = _seances(plan, maintenant)
    concernees = _compter(seances)
    lignes = [_ligne(plan, seance, sorts.get(seance.pk, plan.sort), concernees) for seance in seances]
    qui_bougent = [ligne for ligne in lignes if ligne.bouge]
    occupations = Occupations(
        [ligne.occupation for ligne in qui_bougent], sauf=[ligne.seance.pk for ligne in qui_bougent]
    )
    fermees = [(plan.du, plan.au), *plan.maison.fermetures.values_list("du", "au")]
    placees = []
    for ligne in lignes:
        if ligne.bouge:
            genes = occupations.genes(ligne.occupation)
            empechements = (*genes.phrases, *_fermee(ligne, fermees))
            ligne = replace(ligne, conflits=genes.avis, empechements=empechements)
        placees.append(ligne)
    prevenues = [ligne.seance.pk for ligne in lignes if ligne.sort != SortFermeture.GARDER]
    return ApercuFermeture(lignes=placees, destinataires=_destinataires(prevenues))


def _seances(plan: PlanFermeture, maintenant: datetime) -> list[Seance]:
    """Those still to come on these days, on the calendar of their place."""
    un_jour = timedelta(days=1)
    seances = (
        Seance.objects.with_cadre()
        .filter(
            lieu__maison=plan.maison,
            debut__gt=maintenant,
            debut__gte=datetime.combine(plan.du - un_jour, time(), tzinfo=UTC),
            debut__lt=datetime.combine(plan.au + 2 * un_jour, time(), tzinfo=UTC),
        )
        .exclude(statut=StatutSeance.ANNULEE)
        .select_related("lieu__commune", "lieu__maison", "animateur", "salle")
        .order_by("debut", "pk")
    )
    return [seance for seance in seances if plan.du <= seance.debut_local.date() <= plan.au]


def _ligne(plan: PlanFermeture, seance: Seance, sort: SortFermeture, concernees: Mapping[int, int]) -> LigneFermeture:
    debut, lieu = seance.debut, seance.lieu
    if sort == SortFermeture.DEPLACER:
        if plan.lieu is None:
            raise SeanceRefusee(_("Choisissez le lieu où les tenir."), champ="lieu")
        lieu = plan.lieu
    elif sort == SortFermeture.REPORTER:
        if plan.semaines < 1:
            raise SeanceRefusee(_("Dites de combien de semaines les reporter."), champ="semaines")
        debut = decaler(seance.debut, seance.zone, timedelta(weeks=plan.semaines))
    return LigneFermeture(
        seance=seance,
        sort=sort,
        debut=debut,
        fin=debut + (seance.fin - seance.debut),
        lieu=lieu,
        concernees=concernees.get(seance.pk, 0),
    )


def _fermee(ligne: LigneFermeture, fermees: Sequence[tuple[date, date]]) -> tuple[str, ...]:
    """Putting off to another day of closure leads nowhere; another place is chosen because the house is closed."""
    jour = ligne.debut.astimezone(ligne.lieu.zone).date()
    if ligne.sort == SortFermeture.REPORTER and any(du <= jour <= au for du, au in fermees):
        return (_("La maison est fermée ce jour-là aussi."),)
    return ()


def _compter(seances: Sequence[Seance]) -> dict[int, int]:
    actives = Inscription.objects.actives().filter(seance__in=[seance.pk for seance in seances])
    return dict(actives.order_by().values_list("seance").annotate(nombre=Count("pk")))


def _destinataires(seances: Sequence[int]) -> Destinataires:
    actives = Inscription.objects.actives().filter(seance__in=seances)
    compte = actives.aggregate(toutes=Count("pk"), muettes=Count("pk", filter=Q(email="", telephone="")))
    return Destinataires(joignables=compte["toutes"] - compte["muettes"], sans_contact=compte["muettes"])


@transaction.atomic
def fermer_maison(*, plan: PlanFermeture, sorts: Mapping[int, SortFermeture], maintenant: datetime) -> ApercuFermeture:
    """Close a house and let each of its sessions fare as said; families are told once, of their own session.

    Asking again changes nothing and tells nobody. Raises SeanceRefusee, and then nothing is written at all.
    """
    if not plan.motif.strip():
        raise SeanceRefusee(_("Dites pourquoi : les personnes inscrites liront ce motif."), champ="motif")
    Maison.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.maison.pk)
    # Before the closure is written: the days to come are checked against those of others too.
    apercu = prevoir_fermeture(plan=plan, sorts=sorts, maintenant=maintenant)
    reserver(
        animateurs=[ligne.seance.animateur for ligne in apercu.lignes],
        salles=[ligne.seance.salle for ligne in apercu.lignes],
    )
    pks = [ligne.seance.pk for ligne in apercu.lignes]
    list(Seance.objects.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True))
    apercu = prevoir_fermeture(plan=plan, sorts=sorts, maintenant=maintenant)
    if apercu.est_empechee:
        raise SeanceRefusee(next(ligne.empechements[0] for ligne in apercu.lignes if ligne.empechements))
    Fermeture.objects.get_or_create(
        maison=plan.maison, du=plan.du, au=plan.au, defaults={"motif": plan.motif.strip()[:120]}
    )
    with une_seance_a_la_fois():
        # The last first: put off by a week, each finds the slot of the next one free.
        for ligne in sorted(apercu.lignes, key=lambda ligne: (ligne.debut, ligne.seance.pk), reverse=True):
            _appliquer(ligne, plan.motif.strip(), maintenant)
    return apercu


def _appliquer(ligne: LigneFermeture, motif: str, maintenant: datetime) -> None:
    if ligne.sort == SortFermeture.ANNULER:
        annuler_seances(seance=ligne.seance, etendue=Etendue.SEULE, motif=motif, maintenant=maintenant)
    elif ligne.bouge:
        modifier_seances(
            seance=ligne.seance,
            changements=ligne.changements,
            etendue=Etendue.SEULE,
            version=ligne.seance.modifiee_le,
            maintenant=maintenant,
        )
