"""Who changed what: says to the database on whose behalf it writes, and reads the events in words.

The events themselves are written by triggers (socle/suivi.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from socle.models import Utilisateur
from socle.pages import nom_de_page
from socle.portee import visibles
from socle.suivi import CHANGEMENT, CREATION, SUIVIS, SUPPRESSION, Evenement, evenements_de

_ECRITURE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
_POSER = "SELECT set_config('pghistory.context_metadata', %s, true); "


# On whose behalf


@contextmanager
def contexte(qui: Callable[[], dict[str, Any]]) -> Iterator[None]:
    """Within it, events bear what `qui` answers at the moment of each write.

    Only writes to a table with a history carry it, in the same round trip; others cost a look at their first words.
    """

    def joindre(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        ecriture = _ECRITURE.match(sql) if isinstance(sql, str) and not many else None
        if ecriture is None or ecriture[1] not in SUIVIS or isinstance(params, dict):
            return execute(sql, params, many, context)
        if params is None:
            sql = sql.replace("%", "%%")
        resultat = execute(_POSER + sql, (json.dumps(qui()), *(params or ())), many, context)
        # Two statements, two results: the one asked for is the last.
        while resultat is not None and resultat.nextset():
            pass
        return resultat

    with connection.execute_wrapper(joindre):
        yield


# Reading


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field and what became of it, in words."""

    champ: str
    avant: str
    apres: str


@dataclass(frozen=True, kw_only=True)
class Entree:
    """One event: when, by whom, from where, and what changed."""

    le: datetime
    quoi: str
    qui: str
    page: str
    differences: list[Difference] = field(default_factory=list)
    # A change whose before is not known: the row is older than its history, or than a year.
    est_premier_etat: bool = False


def lire(
    objet: models.Model, *, lecteur: Utilisateur, le: date, debut: int = 0, nombre: int = 50
) -> tuple[list[Entree], bool]:
    """What happened to an object, the latest first, as this person may read it; and whether there is more.

    Names of colleagues and of related objects are those the person may see; of others it is told that they are
    elsewhere. Raises LookupError for a model without a history.
    """
    modele = evenements_de(type(objet))
    if modele is None:
        raise LookupError(f"{type(objet).__name__} has no history.")
    # One more than shown, for the state before the oldest of the page.
    events = list(modele.objects.filter(**{"pgh_obj_id": objet.pk}).order_by("-pgh_id")[debut : debut + nombre + 1])
    suite = len(events) > nombre
    noms = _Noms(events, lecteur=lecteur, le=le)
    entrees = []
    for rang, event in enumerate(events[:nombre]):
        avant = events[rang + 1] if rang + 1 < len(events) else None
        entrees.append(
            Entree(
                le=event.pgh_created_at,
                quoi=_QUOI[event.pgh_label](),
                qui=noms.auteur(event),
                page=_page(event),
                differences=_differences(event, avant, noms),
                est_premier_etat=event.pgh_label == CHANGEMENT and avant is None,
            )
        )
    return entrees, suite


_QUOI: dict[str, Callable[[], str]] = {
    CREATION: lambda: _("Création"),
    CHANGEMENT: lambda: _("Changement"),
    SUPPRESSION: lambda: _("Suppression"),
}


def _page(event: Evenement) -> str:
    page = (event.pgh_context or {}).get("page", "")
    return nom_de_page(page) if page else _("Commande d'exploitation")


def _champs(event: Evenement) -> list[models.Field[Any, Any]]:
    return [champ for champ in event._meta.fields if not champ.name.startswith("pgh_")]


def _differences(event: Evenement, avant: Evenement | None, noms: _Noms) -> list[Difference]:
    if event.pgh_label != CHANGEMENT or avant is None:
        return []
    return [
        Difference(
            champ=capfirst(str(champ.verbose_name)),
            avant=noms.texte(champ, getattr(avant, champ.attname)),
            apres=noms.texte(champ, getattr(event, champ.attname)),
        )
        for champ in _champs(event)
        if getattr(avant, champ.attname) != getattr(event, champ.attname)
    ]


class _Noms:
    """The names that events refer to by number, read at once, as far as the reader may know them."""

    def __init__(self, events: Sequence[Evenement], *, lecteur: Utilisateur, le: date) -> None:
        self.lecteur = lecteur
        auteurs = {pk for event in events if (pk := self._numero(event)) is not None}
        collegues = visibles(Utilisateur.objects.filter(pk__in=auteurs), lecteur, le=le)
        self.auteurs = {u.pk: str(u) for u in Utilisateur.objects.filter(Q(pk=lecteur.pk) | Q(pk__in=collegues))}
        self.objets: dict[type[models.Model], dict[Any, str]] = {}
        for modele, pks in _references(events).items():
            connus = visibles(modele._default_manager.filter(pk__in=pks), lecteur, le=le)
            self.objets[modele] = {objet.pk: str(objet) for objet in connus}

    @staticmethod
    def _numero(event: Evenement) -> int | None:
        numero = (event.pgh_context or {}).get("utilisateur")
        return numero if isinstance(numero, int) else None

    def auteur(self, event: Evenement) -> str:
        numero = self._numero(event)
        if numero is None:
            page = (event.pgh_context or {}).get("page", "tache:")
            return _("Le portail") if page.startswith("tache:") else _("Sans compte")
        return self.auteurs.get(numero, _("Une autre équipe"))

    def texte(self, champ: models.Field[Any, Any], valeur: Any) -> str:
        if valeur is None or valeur == "" or valeur == []:
            return "–"
        if isinstance(champ, models.ForeignKey):
            return self.objets.get(champ.related_model, {}).get(valeur, _("ailleurs"))
        if isinstance(champ, ArrayField):
            return ", ".join(self.texte(champ.base_field, element) for element in valeur)
        if champ.flatchoices:
            return str(dict(champ.flatchoices).get(valeur, valeur))
        return _en_mots(valeur)


def _references(events: Iterable[Evenement]) -> dict[type[models.Model], set[Any]]:
    numeros: dict[type[models.Model], set[Any]] = {}
    for event in events:
        for champ in _champs(event):
            if isinstance(champ, models.ForeignKey) and (valeur := getattr(event, champ.attname)) is not None:
                numeros.setdefault(champ.related_model, set()).add(valeur)
    return numeros


def _en_mots(valeur: Any) -> str:
    if isinstance(valeur, bool):
        return _("oui") if valeur else _("non")
    if isinstance(valeur, datetime):
        return date_format(timezone.localtime(valeur), "j F Y, H:i")
    if isinstance(valeur, date):
        return date_format(valeur, "j F Y")
    if isinstance(valeur, time):
        return time_format(valeur, "H:i")
    return str(getattr(valeur, "as_national", valeur))


# Letting go


def purger(*, avant: datetime, nombre: int) -> int:
    """Let go of at most so many events older than that; how many went. The database keeps a year's."""
    total = 0
    for modele in SUIVIS.values():
        lot = modele.objects.filter(pgh_created_at__lt=avant).order_by("pgh_id")[: nombre - total]
        supprimes, _detail = modele.objects.filter(pgh_id__in=lot.values("pgh_id")).delete()
        total += supprimes
        if total >= nombre:
            break
    return total


def oublier(modele: type[models.Model], pks: Iterable[Any]) -> int:
    """Erase what the history says of people whose rows were erased: called after that, in the same transaction.

    The database refuses it as long as a row is there and somebody's, and for models that are not about people.
    """
    events = SUIVIS[modele._meta.db_table]
    supprimes, _detail = events.objects.filter(**{"pgh_obj_id__in": list(pks)}).delete()
    return supprimes
