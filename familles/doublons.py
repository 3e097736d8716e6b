"""Records that are likely of one family, among those a person sees."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import combinations

from django.db.models import CharField, Count, Func, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from familles.models import Enfant, Famille, FamillesDistinctes
from socle.texte import normaliser

# A group of records with one number larger than this is a shared telephone of a house, not a family.
GROUPE_MAX = 6
RESSEMBLANCE = 0.75


@dataclass(frozen=True, kw_only=True)
class Paire:
    """Two records, the older first, and why they may be one family."""

    premiere: Famille
    seconde: Famille
    raisons: tuple[str, ...]


def prenoms_proches(un: str, autre: str) -> bool:
    """Whether two first names may be one, typed twice: accents, a letter more or less, one part of a compound."""
    a, b = normaliser(un), normaliser(autre)
    if not a or not b:
        return False
    mots_a, mots_b = set(re.split(r"[\s-]+", a)), set(re.split(r"[\s-]+", b))
    return a == b or mots_a <= mots_b or mots_b <= mots_a or SequenceMatcher(None, a, b).ratio() >= RESSEMBLANCE


def chercher(familles: QuerySet[Famille], *, limite: int = 100) -> list[Paire]:
    """The likely pairs among these families, those sharing a contact first; none that was said to be two families."""
    familles = familles.filter(fusionnee_dans__isnull=True).order_by()
    raisons: dict[tuple[int, int], list[str]] = defaultdict(list)
    _par_telephone(familles, raisons)
    _par_courriel(familles, raisons)
    _par_enfant(familles, raisons)
    if not raisons:
        return []
    premieres = {premiere for premiere, _seconde in raisons}
    for distinctes in FamillesDistinctes.objects.filter(premiere__in=premieres).values_list("premiere", "seconde"):
        raisons.pop(distinctes, None)
    ordre = sorted(raisons, key=lambda paire: (-len(raisons[paire]), -paire[1], -paire[0]))[:limite]
    par_pk = Famille.objects.prefetch_related("enfants").in_bulk({pk for paire in ordre for pk in paire})
    return [
        Paire(premiere=par_pk[un], seconde=par_pk[autre], raisons=tuple(raisons[un, autre])) for un, autre in ordre
    ]


def raisons_de(premiere: Famille, seconde: Famille) -> tuple[str, ...]:
    """Why these two, for the page that puts them side by side."""
    trouvees = chercher(Famille.objects.filter(pk__in=[premiere.pk, seconde.pk]), limite=1)
    return trouvees[0].raisons if trouvees else ()


def _noter(raisons: dict[tuple[int, int], list[str]], pks: Iterable[int], raison: str) -> None:
    for un, autre in combinations(sorted(set(pks)), 2):
        raisons[un, autre].append(raison)


def _par_telephone(familles: QuerySet[Famille], raisons: dict[tuple[int, int], list[str]]) -> None:
    partages = (
        familles.exclude(telephone="").values("telephone").annotate(n=Count("pk")).filter(n__gt=1, n__lte=GROUPE_MAX)
    )
    groupes: dict[str, list[int]] = defaultdict(list)
    for pk, telephone in familles.filter(telephone__in=partages.values("telephone")).values_list("pk", "telephone"):
        groupes[str(telephone)].append(pk)
    for pks in groupes.values():
        _noter(raisons, pks, _("même téléphone"))


def _par_courriel(familles: QuerySet[Famille], raisons: dict[tuple[int, int], list[str]]) -> None:
    """One mailbox spelled in two ways: many don't read what follows "+", nor dots before the at sign."""
    boite = Func(
        Func(Lower("email"), Value(r"\+[^@]*@"), Value("@"), function="regexp_replace"),
        Value(r"\.(?=[^@]*@)"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=CharField(),
    )
    avec = familles.exclude(email="").annotate(boite=boite)
    partagees = avec.values("boite").annotate(n=Count("pk")).filter(n__gt=1, n__lte=GROUPE_MAX)
    groupes: dict[str, list[int]] = defaultdict(list)
    for pk, cle in avec.filter(boite__in=partagees.values("boite")).values_list("pk", "boite"):
        groupes[cle].append(pk)
    for pks in groupes.values():
        _noter(raisons, pks, _("adresses e-mail très proches"))


def _par_enfant(familles: QuerySet[Famille], raisons: dict[tuple[int, int], list[str]]) -> None:
    """A close first name, and a child born or expected on one day."""
    for champ, raison in (
        ("naissance", _("prénom proche, enfant né le même jour")),
        ("terme_prevu", _("prénom proche, enfant attendu le même jour")),
    ):
        enfants = Enfant.objects.filter(famille__in=familles, **{f"{champ}__isnull": False}).order_by()
        partages = enfants.values(champ).annotate(n=Count("famille", distinct=True)).filter(n__gt=1)
        groupes: dict[date, dict[int, str]] = defaultdict(dict)
        for jour, pk, prenom in enfants.filter(**{f"{champ}__in": partages.values(champ)}).values_list(
            champ, "famille", "famille__prenom"
        ):
            groupes[jour][pk] = prenom
        for prenoms in groupes.values():
            for un, autre in combinations(sorted(prenoms), 2):
                if prenoms_proches(prenoms[un], prenoms[autre]) and raison not in raisons[un, autre]:
                    raisons[un, autre].append(raison)
    for paire in [paire for paire, dites in raisons.items() if not dites]:
        del raisons[paire]
