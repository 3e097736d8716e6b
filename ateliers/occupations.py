"""Leaders, rooms and places are busy: what is in the way of a session, told without naming another house's.

PostgreSQL has the last word (two exclusion constraints on Seance): no leader and no room is held twice by sessions
that are not cancelled. A place without rooms may hold several sessions at once: that is said, not refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from ateliers.enums import StatutSeance
from ateliers.models import Seance
from maisons.models import Lieu, Maison, Salle
from maisons.perms import equipes
from socle.dates import horaire
from socle.models import Utilisateur

_CONTRAINTES = {"seance_animateur_libre": "animateur", "seance_salle_libre": "salle"}


class SeanceRefusee(Exception):
    """A change was refused and nothing was written; the message is for the person on screen, `champ` its field."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


@dataclass(frozen=True, kw_only=True)
class Occupation:
    """What a session takes, and when."""

    debut: datetime
    fin: datetime
    lieu: Lieu
    animateur: Utilisateur | None = None
    salle: Salle | None = None


@dataclass(frozen=True)
class Genes:
    """What is in the way of a session: what forbids it (by field), and what is only worth knowing."""

    empechements: tuple[tuple[str, str], ...] = ()
    avis: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        return tuple(phrase for _champ, phrase in self.empechements)


class Occupations:
    """What takes leaders, rooms and places over a time: one query, asked as often as needed."""

    def __init__(
        self, voulues: Iterable[Occupation], *, sauf: Collection[int] = (), equipe: Collection[int] = ()
    ) -> None:
        """`sauf`: sessions that change themselves; `equipe`: leaders who might take over."""
        demandes = list(voulues)
        self._occupees: list[Seance] = []
        if not demandes:
            return
        lieux = {voulue.lieu.pk for voulue in demandes}
        animateurs = {voulue.animateur.pk for voulue in demandes if voulue.animateur} | set(equipe)
        proches = Seance.objects.filter(
            debut__lt=max(voulue.fin for voulue in demandes), fin__gt=min(voulue.debut for voulue in demandes)
        ).exclude(statut=StatutSeance.ANNULEE)
        ici = proches.filter(lieu__in=lieux)
        avec_eux = proches.filter(animateur__in=animateurs) if animateurs else proches.none()
        self._occupees = list((ici | avec_eux).exclude(pk__in=sauf).select_related("lieu").order_by("debut", "pk"))

    def genes(self, voulue: Occupation) -> Genes:
        """What is in the way. Only sessions of the same house are named: elsewhere somebody is just not free."""
        empechements, avis = [], []
        for autre in self._occupees:
            if not _se_genent(autre, voulue):
                continue
            meme_maison = autre.lieu.maison_id == voulue.lieu.maison_id
            quoi = f"{autre.titre} ({horaire(autre.debut, autre.fin, voulue.lieu.zone)})" if meme_maison else ""
            animateur = voulue.animateur if voulue.animateur and autre.animateur_id == voulue.animateur.pk else None
            salle = voulue.salle if voulue.salle and autre.salle_id == voulue.salle.pk else None
            if animateur is not None:
                empechements.append(("animateur", _phrase_animateur(animateur, quoi)))
            if salle is not None:
                phrase = _("Salle déjà prise (%(salle)s) : %(quoi)s") % {"salle": salle.nom, "quoi": quoi}
                empechements.append(("salle", phrase))
            if animateur is None and salle is None and _meme_endroit(autre, voulue):
                avis.append(_("Lieu déjà pris : %s") % quoi)
        return Genes(tuple(empechements), tuple(avis))

    def animateurs_libres(self, equipe: Iterable[Utilisateur], voulues: Collection[Occupation]) -> list[Utilisateur]:
        pris = {autre.animateur_id for autre in self._occupees if any(_se_genent(autre, voulue) for voulue in voulues)}
        return [personne for personne in equipe if personne.pk not in pris]

    def salles_libres(self, salles: Iterable[Salle], voulues: Collection[Occupation]) -> list[Salle]:
        prises = {autre.salle_id for autre in self._occupees if any(_se_genent(autre, voulue) for voulue in voulues)}
        return [salle for salle in salles if salle.pk not in prises]


def _se_genent(autre: Seance, voulue: Occupation) -> bool:
    return autre.debut < voulue.fin and voulue.debut < autre.fin


def _meme_endroit(autre: Seance, voulue: Occupation) -> bool:
    """At one place, unless both have a room: then they are two rooms of it."""
    return autre.lieu_id == voulue.lieu.pk and (voulue.salle is None or autre.salle_id is None)


def _phrase_animateur(animateur: Utilisateur, quoi: str) -> str:
    if quoi:
        return _("%(qui)s anime déjà : %(quoi)s") % {"qui": animateur, "quoi": quoi}
    return _("%s n'est pas libre à cette heure.") % animateur


@dataclass(frozen=True)
class Alternatives:
    """Who and which rooms are free at all of the hours in question."""

    animateurs: tuple[Utilisateur, ...] = ()
    salles: tuple[Salle, ...] = ()


def alternatives(
    voulues: Collection[Occupation], *, champs: Collection[str], le: date, sauf: Collection[int] = ()
) -> Alternatives:
    """The leaders of the house (`champs` has "animateur") and rooms of the place ("salle") free throughout."""
    lieux = {voulue.lieu.pk: voulue.lieu for voulue in voulues}
    if len(lieux) != 1:
        return Alternatives()
    (lieu,) = lieux.values()
    equipe = list(equipes(Maison.objects.filter(pk=lieu.maison_id), le=le)) if "animateur" in champs else []
    salles = list(lieu.salles.filter(active=True).order_by("nom", "pk")) if "salle" in champs else []
    occupations = Occupations(voulues, sauf=sauf, equipe=[personne.pk for personne in equipe])
    return Alternatives(
        tuple(occupations.animateurs_libres(equipe, voulues)), tuple(occupations.salles_libres(salles, voulues))
    )


def reserver(*, animateurs: Iterable[Utilisateur | None], salles: Iterable[Salle | None]) -> None:
    """Lock the leaders and rooms that sessions are about to take, before any session is locked or written.

    Two plans for one leader then queue, and the second sees the first. Without it PostgreSQL still refuses, but two
    that wait for each other's rows end as a deadlock instead of a sentence.
    """
    personnes = {personne.pk for personne in animateurs if personne is not None}
    lieux = {salle.pk for salle in salles if salle is not None}
    if personnes:
        _verrouiller_personnes(personnes)
    if lieux:
        list(Salle.objects.filter(pk__in=lieux).order_by("pk").select_for_update(of=("self",), no_key=True))


def _verrouiller_personnes(personnes: Collection[int]) -> None:
    list(Utilisateur.objects.filter(pk__in=personnes).order_by("pk").select_for_update(of=("self",), no_key=True))


@contextmanager
def une_seance_a_la_fois() -> Iterator[None]:
    """Within, sessions may pass through each other's slots; at the end no leader and no room is held twice.

    Needs a transaction around it. Raises SeanceRefusee otherwise.
    """
    noms = ", ".join(_CONTRAINTES)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {noms} DEFERRED")
            yield
            cursor.execute(f"SET CONSTRAINTS {noms} IMMEDIATE")
    except IntegrityError as erreur:
        champ = _champ_de(erreur)
        if champ is None:
            raise
        raise SeanceRefusee(_PHRASES[champ](), champ=champ) from None


_PHRASES = {
    "animateur": lambda: _("Cette personne anime déjà une autre séance à cette heure."),
    "salle": lambda: _("Cette salle est déjà prise à cette heure."),
}


def _champ_de(erreur: IntegrityError) -> str | None:
    diagnostic = getattr(erreur.__cause__, "diag", None)
    return _CONTRAINTES.get(getattr(diagnostic, "constraint_name", None) or "")
