"""Merging two records of one family, and saying that two are not.

Upper rooms say what of theirs goes with a family, and what they must be told when both records hold something that a
family has once (`enregistrer_reprise`): each runs in the merge's transaction, after the families' rows are locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from familles.models import Enfant, Famille, FamillesDistinctes, Fusion
from socle.models import Utilisateur
from socle.portee import nom_permission, roles_autorises, visibles

# What is chosen value by value; the e-mail decides which record stays, and is not copied.
CHAMPS = ("prenom", "telephone", "langue")
PREMIERE, SECONDE = "premiere", "seconde"


class FusionRefusee(Exception):
    """Nothing was merged; the message is for the person on screen."""


@dataclass(frozen=True, kw_only=True)
class Conflit:
    """Something both records hold and a family has once, in words, with the answers to choose from."""

    cle: str
    libelle: str
    reponses: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Contexte:
    """What a merge is made of, for those who move their rows with it. Both rows are locked."""

    de: Famille
    vers: Famille
    # Children that are the same: of the record that goes → of the one that stays.
    enfants: Mapping[int, int] = field(default_factory=dict)
    # What was answered to each Conflit, by its key.
    reponses: Mapping[str, str] = field(default_factory=dict)
    par: Utilisateur
    maintenant: datetime


@dataclass(frozen=True, kw_only=True)
class Reprise:
    """What an upper room does with its rows."""

    modeles: tuple[type[Model], ...]
    reprendre: Callable[[Contexte], dict[str, list[int]]]
    conflits: Callable[[Famille, Famille, Utilisateur, datetime], list[Conflit]] | None = None
    # What a family has of it, in a few words, as far as the person sees it.
    resume: Callable[[list[int], Utilisateur, datetime], dict[int, str]] | None = None


_REPRISES: list[Reprise] = []


def enregistrer_reprise(reprise: Reprise) -> None:
    _REPRISES.append(reprise)


def modeles_repris() -> set[type[Model]]:
    """The models whose rows follow a family; a test asks each new one for its place here."""
    return {modele for reprise in _REPRISES for modele in reprise.modeles}


def conflits(premiere: Famille, seconde: Famille, *, par: Utilisateur, maintenant: datetime) -> list[Conflit]:
    """What must be answered before these two can be merged, as far as the person sees it."""
    return [
        conflit
        for reprise in _REPRISES
        if reprise.conflits is not None
        for conflit in reprise.conflits(premiere, seconde, par, maintenant)
    ]


def resumes(familles: list[int], *, par: Utilisateur, maintenant: datetime) -> dict[int, list[str]]:
    """What each of these families has, to tell two records apart."""
    dits: dict[int, list[str]] = {pk: [] for pk in familles}
    for reprise in _REPRISES:
        if reprise.resume is not None:
            for pk, texte in reprise.resume(familles, par, maintenant).items():
                dits[pk].append(texte)
    return dits


def qui_reste(premiere: Famille, seconde: Famille, choix: Mapping[str, str]) -> tuple[Famille, Famille]:
    """(the record that stays, the one that goes): by the e-mail that is kept, else by the telephone, else by age.

    So no unique contact ever moves to another row, and the record that goes keeps the contact it was known by.
    """
    for champ in ("email", "telephone"):
        un, autre = getattr(premiere, champ), getattr(seconde, champ)
        if bool(un) != bool(autre):
            return (premiere, seconde) if un else (seconde, premiere)
        if un and un != autre:
            return (seconde, premiere) if choix.get(champ) == SECONDE else (premiere, seconde)
    return (premiere, seconde) if premiere.pk < seconde.pk else (seconde, premiere)


@transaction.atomic
def fusionner(
    *,
    premiere: int,
    seconde: int,
    choix: Mapping[str, str],
    memes_enfants: Mapping[int, int],
    reponses: Mapping[str, str],
    par: Utilisateur,
    maintenant: datetime,
) -> Fusion:
    """Merge two records. `choix` says for each field that differs whose value stays, `memes_enfants` which children of
    the second are which of the first.

    The record that goes stays as an other contact of the one kept: whoever books with it is that family. Raises
    FusionRefusee, and nothing is written, when one was merged meanwhile, is out of the person's sight, or when
    something both hold has no answer.
    """
    une, autre = _verrouiller(premiere, seconde, par, maintenant)
    _source("email", une, autre, choix)
    vers, de = qui_reste(une, autre, choix)
    gardes = {}
    for champ in CHAMPS:
        if getattr(une, champ) == getattr(autre, champ):
            continue
        source = _source(champ, une, autre, choix)
        gardes[champ] = "conservee" if source.pk == vers.pk else "absorbee"
        setattr(vers, champ, getattr(source, champ))
    if une.email != autre.email:
        gardes["email"] = "conservee"
    vers.save(update_fields=[*CHAMPS])

    enfants, repris = _reunir_enfants(une, autre, vers, de, memes_enfants)
    contexte = Contexte(de=de, vers=vers, enfants=enfants, reponses=reponses, par=par, maintenant=maintenant)
    for reprise in _REPRISES:
        repris |= reprise.reprendre(contexte)
    Enfant.objects.filter(pk__in=enfants).delete()

    # One step from any record to the family: no chain to follow.
    Famille.objects.filter(Q(pk=de.pk) | Q(fusionnee_dans=de)).update(fusionnee_dans=vers)
    _reporter_distinctes(de, vers)
    return Fusion.objects.create(conservee=vers, absorbee=de, choix=gardes, reprises=repris, par=par, le=maintenant)


def _verrouiller(premiere: int, seconde: int, par: Utilisateur, maintenant: datetime) -> tuple[Famille, Famille]:
    """Both rows, locked in the order of their numbers, still apart, and both within sight."""
    if premiere == seconde:
        raise FusionRefusee(_("Choisissez deux fiches différentes."))
    familles = {
        famille.pk: famille
        for famille in Famille.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[premiere, seconde])
        .order_by("pk")
    }
    if len(familles) != 2 or visibles_pour_fusion(par, maintenant).filter(pk__in=familles).count() != 2:
        raise FusionRefusee(_("L'une de ces fiches n'existe plus."))
    if any(famille.fusionnee_dans_id is not None for famille in familles.values()):
        raise FusionRefusee(_("Ces fiches ont été réunies entre-temps."))
    return familles[premiere], familles[seconde]


def visibles_pour_fusion(par: Utilisateur, maintenant: datetime) -> Any:
    """The families that a person may merge with one another."""
    return visibles(
        Famille.objects.all(),
        par,
        le=timezone.localdate(maintenant),
        roles=roles_autorises(nom_permission(Famille, "fusionner")),
    )


def avec_reunies(familles: Iterable[int]) -> list[int]:
    """The numbers of these families, and of the records that were merged into them: what was said of either."""
    pks = set(familles)
    return sorted({*pks, *Famille.objects.filter(fusionnee_dans__in=pks).values_list("pk", flat=True)})


def conservees(familles: Iterable[int]) -> dict[int, int]:
    """For each of these numbers, that of the family today: the record it was merged into, or itself."""
    pks = set(familles)
    reunies = Famille.objects.filter(pk__in=pks, fusionnee_dans__isnull=False).values_list("pk", "fusionnee_dans")
    return {pk: pk for pk in pks} | {pk: reste for pk, reste in reunies if reste is not None}


def _source(champ: str, une: Famille, autre: Famille, choix: Mapping[str, str]) -> Famille:
    """Whose value of a field stays. An empty one is no choice."""
    if not getattr(une, champ) or not getattr(autre, champ) or getattr(une, champ) == getattr(autre, champ):
        return une if getattr(une, champ) else autre
    if choix.get(champ) not in (PREMIERE, SECONDE):
        raise FusionRefusee(_("Dites pour chaque champ quelle valeur reste."))
    return une if choix[champ] == PREMIERE else autre


def _reunir_enfants(
    une: Famille, autre: Famille, vers: Famille, de: Famille, memes: Mapping[int, int]
) -> tuple[dict[int, int], dict[str, list[int]]]:
    """Move the children, but those that are the same: what one record lacked of them, the other gives."""
    de_une = {enfant.pk: enfant for enfant in une.enfants.order_by("pk")}
    d_autre = {enfant.pk: enfant for enfant in autre.enfants.order_by("pk")}
    if not set(memes) <= set(d_autre) or not set(memes.values()) <= set(de_une):
        raise FusionRefusee(_("Les enfants ont changé entre-temps : relisez la page."))
    if len(set(memes.values())) != len(memes):
        raise FusionRefusee(_("Un enfant ne peut pas être le même que deux autres."))
    couples = dict(memes) if de.pk == autre.pk else {p: s for s, p in memes.items()}
    tous = de_une | d_autre
    for parti, reste in couples.items():
        enfant, source = tous[reste], tous[parti]
        enfant.prenom = enfant.prenom or source.prenom
        enfant.naissance = enfant.naissance or source.naissance
        enfant.terme_prevu = enfant.terme_prevu or source.terme_prevu
        enfant.save(update_fields=["prenom", "naissance", "terme_prevu"])
    deplaces = [enfant.pk for enfant in tous.values() if enfant.famille_id == de.pk and enfant.pk not in couples]
    Enfant.objects.filter(pk__in=deplaces).update(famille=vers)
    return couples, {"familles.enfant": deplaces, "familles.enfant_reuni": sorted(couples)}


def _reporter_distinctes(de: Famille, vers: Famille) -> None:
    """What the record that went was said to be distinct from, the kept one is distinct from too."""
    dites = FamillesDistinctes.objects.filter(Q(premiere=de) | Q(seconde=de))
    for distinctes in list(dites):
        tierce = distinctes.seconde_id if distinctes.premiere_id == de.pk else distinctes.premiere_id
        if tierce != vers.pk:
            premiere, seconde = sorted((tierce, vers.pk))
            FamillesDistinctes.objects.get_or_create(
                premiere_id=premiere, seconde_id=seconde, defaults={"par_id": distinctes.par_id, "le": distinctes.le}
            )
    dites.delete()


@transaction.atomic
def distinguer(*, premiere: int, seconde: int, par: Utilisateur, maintenant: datetime) -> None:
    """Remember that these are two families; saying it twice is harmless."""
    une, autre = _verrouiller(premiere, seconde, par, maintenant)
    petite, grande = sorted((une.pk, autre.pk))
    FamillesDistinctes.objects.get_or_create(
        premiere_id=petite, seconde_id=grande, defaults={"par": par, "le": maintenant}
    )
