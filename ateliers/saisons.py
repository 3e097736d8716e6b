"""Copying a season: the sessions of a period, planned anew in another, on the same weekday at the same hour.

Nothing is created unseen: each line is shown with why it is left out or what is in its way, and may be dropped. Copies
are drafts; people hear of them when they are published.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ateliers.enums import StatutSeance
from ateliers.models import Seance, Serie
from ateliers.occupations import Occupation, Occupations, SeanceRefusee, reserver, une_seance_a_la_fois
from maisons.exclusions import motifs_exclusion
from maisons.models import Maison, Salle
from maisons.perms import equipes
from maisons.recurrence import moment_local
from socle.models import Utilisateur

COPIES_MAX = 500
# What a copy has of its model; what was said of one day alone (`precisions`) is not of the next season.
_REPRIS = (
    "atelier",
    "lieu",
    "titre",
    "format",
    "intervenants",
    "langues",
    "audience",
    "accueil",
    "accueille_grossesse",
    "age_min_mois",
    "age_max_mois",
    "petits_avant_mois",
    "capacite_petits",
    "capacite_adultes",
    "capacite_enfants",
    "adultes_gardes",
    "enfants_gardes",
    "rappels_heures",
)


@dataclass(frozen=True, kw_only=True)
class Copie:
    """Which sessions of a house, from which days (both included) to which."""

    maison: Maison
    du: date
    au: date
    vers_le: date
    jusqu_au: date
    sauf_feries: bool = True
    sauf_vacances: bool = False

    @property
    def decalage(self) -> timedelta:
        """Whole weeks, from the week of the first day to that of the new one."""
        return _lundi(self.vers_le) - _lundi(self.du)


@dataclass(frozen=True, kw_only=True)
class LigneCopie:
    """A session of the past season, and what would become of it."""

    modele: Seance
    jour: date
    debut: datetime
    fin: datetime
    animateur: Utilisateur | None
    salle: Salle | None
    motif_exclusion: str = ""
    conflits: tuple[str, ...] = ()
    empechements: tuple[str, ...] = ()

    @property
    def retenue(self) -> bool:
        return not self.motif_exclusion

    @property
    def possible(self) -> bool:
        return self.retenue and not self.empechements

    @property
    def sans_son_animateur(self) -> bool:
        """Its leader is no longer of the team."""
        return self.modele.animateur_id is not None and self.animateur is None

    @property
    def occupation(self) -> Occupation:
        return Occupation(
            debut=self.debut, fin=self.fin, lieu=self.modele.lieu, animateur=self.animateur, salle=self.salle
        )


def _lundi(jour: date) -> date:
    return jour - timedelta(days=jour.weekday())


def prevoir_copie(*, copie: Copie, maintenant: datetime) -> list[LigneCopie]:
    """What copying would create, in order of time; writes nothing. Raises SeanceRefusee past COPIES_MAX."""
    modeles = _modeles(copie)
    if len(modeles) > COPIES_MAX:
        raise SeanceRefusee(
            _("Cette période compte plus de %d séances : copiez-la en plusieurs fois.") % COPIES_MAX, champ="au"
        )
    lignes = _situer(copie, modeles, maintenant)
    occupations = Occupations([ligne.occupation for ligne in lignes if ligne.retenue])
    avec_genes = []
    for ligne in lignes:
        if ligne.retenue:
            genes = occupations.genes(ligne.occupation)
            ligne = replace(ligne, conflits=genes.avis, empechements=genes.phrases)
        avec_genes.append(ligne)
    return sorted(avec_genes, key=lambda ligne: (ligne.debut, ligne.modele.pk))


def _modeles(copie: Copie) -> list[Seance]:
    """Those that took place, or will; meetings of groups and permanences have a plan of their own."""
    un_jour = timedelta(days=1)
    # A day wider on both sides: the day counts on the clock of the place.
    debut = datetime.combine(copie.du - un_jour, time(), tzinfo=UTC)
    fin = datetime.combine(copie.au + 2 * un_jour, time(), tzinfo=UTC)
    seances = (
        Seance.objects.filter(lieu__maison=copie.maison, atelier__isnull=False, debut__gte=debut, debut__lt=fin)
        .exclude(statut=StatutSeance.ANNULEE)
        .select_related("atelier", "lieu__maison__departement", "serie", "animateur", "salle")
        .order_by("debut", "pk")
    )
    return [s for s in seances[: 2 * COPIES_MAX] if copie.du <= s.debut_local.date() <= copie.au]


def _situer(copie: Copie, modeles: Sequence[Seance], maintenant: datetime) -> list[LigneCopie]:
    zones = {seance.lieu.fuseau: seance.zone for seance in modeles}
    motifs = {
        fuseau: motifs_exclusion(
            maison=copie.maison,
            zone=zone,
            heure=time(23, 59),
            sauf_feries=copie.sauf_feries,
            sauf_vacances=copie.sauf_vacances,
            maintenant=maintenant,
        )
        for fuseau, zone in zones.items()
    }
    premier_jour = max(copie.vers_le, timezone.localdate(maintenant))
    equipe = {personne.pk for personne in equipes(Maison.objects.filter(pk=copie.maison.pk), le=premier_jour)}
    lignes = []
    for modele in modeles:
        jour = modele.debut_local.date() + copie.decalage
        debut = moment_local(jour, modele.debut_local.time(), modele.zone)
        lignes.append(
            LigneCopie(
                modele=modele,
                jour=jour,
                debut=debut,
                fin=debut + (modele.fin - modele.debut),
                animateur=modele.animateur if modele.animateur_id in equipe else None,
                salle=modele.salle if modele.salle is not None and modele.salle.active else None,
                motif_exclusion=_motif(copie, modele, jour, debut, maintenant) or motifs[modele.lieu.fuseau](jour),
            )
        )
    deja = _deja_la(lignes)
    return [
        replace(ligne, motif_exclusion=_("déjà au programme")) if ligne.retenue and _cle(ligne) in deja else ligne
        for ligne in lignes
    ]


def _motif(copie: Copie, modele: Seance, jour: date, debut: datetime, maintenant: datetime) -> str:
    if not copie.vers_le <= jour <= copie.jusqu_au:
        return _("hors de la nouvelle période")
    if debut <= maintenant:
        return _("déjà passée")
    if not modele.lieu.actif:
        return _("ce lieu n'est plus utilisé")
    if modele.atelier is not None and not modele.atelier.actif:
        return _("cet atelier n'est plus au catalogue")
    return ""


def _cle(ligne: LigneCopie) -> tuple[object, ...]:
    modele = ligne.modele
    return modele.atelier_id, modele.lieu_id, ligne.debut


def _deja_la(lignes: Collection[LigneCopie]) -> set[tuple[object, ...]]:
    """What is planned at these very hours already, by an earlier copy or by hand."""
    debuts = [ligne.debut for ligne in lignes if ligne.retenue]
    seances = Seance.objects.filter(debut__in=debuts, lieu__in={ligne.modele.lieu_id for ligne in lignes})
    return set(seances.exclude(statut=StatutSeance.ANNULEE).values_list("atelier", "lieu", "debut"))


@transaction.atomic
def copier_saison(*, copie: Copie, choisies: Collection[int], cle: uuid.UUID, maintenant: datetime) -> list[Seance]:
    """Create the copies of the chosen sessions as drafts, those of one series in a new one.

    The same `cle` creates them once. A line whose leader or room is taken is not created. Raises SeanceRefusee when
    none is left.
    """
    # Two submits of one form queue on the house, so that the second finds the first's.
    list(Maison.objects.filter(pk=copie.maison.pk).select_for_update(of=("self",), no_key=True))
    prevues = prevoir_copie(copie=copie, maintenant=maintenant)
    # Sent again with other lines ticked, it is still the form that was done.
    references = [_reference(cle, ligne.modele.pk) for ligne in prevues]
    deja = list(Seance.objects.filter(reference__in=references, lieu__maison=copie.maison))
    if deja:
        return deja
    reserver(animateurs=[ligne.animateur for ligne in prevues], salles=[ligne.salle for ligne in prevues])
    lignes = [
        ligne
        for ligne in prevoir_copie(copie=copie, maintenant=maintenant)
        if ligne.possible and ligne.modele.pk in choisies
    ]
    if not lignes:
        raise SeanceRefusee(_("Il ne reste aucune séance à copier : gardez-en au moins une."))
    series = _series(lignes, cle, maintenant)
    with une_seance_a_la_fois():
        return Seance.objects.bulk_create([_copie_de(ligne, series, cle, maintenant) for ligne in lignes])


def _reference(cle: uuid.UUID, pk: int) -> uuid.UUID:
    return uuid.uuid5(cle, f"seance/{pk}")


def _series(lignes: Sequence[LigneCopie], cle: uuid.UUID, maintenant: datetime) -> dict[int, Serie]:
    """For each series copied, a new one that holds its days; it is found by the number of a session's model."""
    series: dict[int, Serie] = {}
    for pk, par_jour in _jours_des_series(lignes).items():
        siennes = list(par_jour.values())
        ancienne = siennes[0].modele.serie
        if ancienne is None:
            continue
        nouvelle = Serie.objects.create(
            cle_idempotence=uuid.uuid5(cle, f"serie/{pk}"),
            atelier=ancienne.atelier,
            lieu=siennes[0].modele.lieu,
            animateur=siennes[0].animateur,
            salle=siennes[0].salle,
            premier_jour=min(ligne.jour for ligne in siennes),
            heure=ancienne.heure,
            duree_minutes=ancienne.duree_minutes,
            dates_choisies=sorted({ligne.jour for ligne in siennes}),
            sauf_feries=ancienne.sauf_feries,
            sauf_vacances=ancienne.sauf_vacances,
            cree_le=maintenant,
        )
        series |= {ligne.modele.pk: nouvelle for ligne in siennes}
    return series


def _jours_des_series(lignes: Sequence[LigneCopie]) -> dict[int, dict[date, LigneCopie]]:
    """The line of each day of each series: a second one, moved to the same day by hand, is of none."""
    jours: dict[int, dict[date, LigneCopie]] = {}
    for ligne in lignes:
        if ligne.modele.serie_id is not None:
            jours.setdefault(ligne.modele.serie_id, {}).setdefault(ligne.jour, ligne)
    return jours


def _copie_de(ligne: LigneCopie, series: dict[int, Serie], cle: uuid.UUID, maintenant: datetime) -> Seance:
    modele = ligne.modele
    ecart = ligne.debut - modele.debut
    bornes = {
        nom: moment + ecart
        for nom in ("inscriptions_du", "inscriptions_au", "gardes_jusqu_au")
        if (moment := getattr(modele, nom)) is not None
    }
    serie = series.get(modele.pk)
    return Seance(
        reference=_reference(cle, modele.pk),
        **{nom: getattr(modele, nom) for nom in _REPRIS},
        **bornes,
        serie=serie,
        jour_serie=ligne.jour if serie is not None else None,
        animateur=ligne.animateur,
        salle=ligne.salle,
        debut=ligne.debut,
        fin=ligne.fin,
        statut=StatutSeance.BROUILLON,
        modifiee_le=maintenant,
    )
