"""Where the portal holds something about people: each app declares it in its `donnees_personnelles.py`.

A declaration says how a person's rows of a model are reached, what of them is handed over, how they go, and by which
rule of retention. A model without a declaration is in nobody's file, and says so (`sans_donnees`); a test asks each
model for one of the two. Erasing takes declarations from the last to the first: upper rooms before those they rest on,
and within a room what is declared under something before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from socle import historique
from socle.models import Utilisateur
from socle.suivi import CHANGEMENT, CREATION, SUPPRESSION, evenements_de


@dataclass(frozen=True, kw_only=True)
class Personne:
    """Whose data: records of a family by their numbers, accounts, contacts that are theirs alone."""

    fiches: frozenset[int] = frozenset()
    # Records of theirs that were merged with somebody else's: of those, only what has a contact of theirs on it.
    reunies: frozenset[int] = frozenset()
    comptes: frozenset[int] = frozenset()
    # (channel, recipient), written as messages are sent to it.
    contacts: frozenset[tuple[str, str]] = frozenset()

    def destinataires(self, canal: str) -> list[str]:
        return sorted(destinataire for genre, destinataire in self.contacts if genre == canal)

    @property
    def est_vide(self) -> bool:
        return not (self.fiches or self.reunies or self.comptes or self.contacts)


Lignes = Callable[[Personne], models.QuerySet[Any]]
# (what it is reached by, the person, now) → how many rows went.
Effacer = Callable[[models.QuerySet[Any], Personne, datetime], int]


def supprimer(lignes: models.QuerySet[Any], personne: Personne, maintenant: datetime) -> int:
    nombre, _details = lignes.delete()
    return nombre


def avec_son_parent(lignes: models.QuerySet[Any], personne: Personne, maintenant: datetime) -> int:
    """Nothing to do: the database takes the rows away with what they hang on."""
    return 0


@dataclass(frozen=True, kw_only=True)
class Declaration:
    modele: type[models.Model]
    lignes: Lignes
    # A code of socle/conservation.py: how long it is kept.
    regle: str
    effacer: Effacer = supprimer
    # What is handed over of them, where it is less than what goes: rows on which somebody else's words may stand.
    lues: Lignes | None = None
    # Kept out of the file: what is not the person's (a colleague's name), or a secret.
    sauf: frozenset[str] = frozenset()
    # Words for what a field's own value doesn't say: a session's name and day.
    dire: dict[str, Callable[[Any], str]] = field(default_factory=dict)
    titre: str | Promise = ""
    # What tells a row that stayed, as a figure, from one that is somebody's.
    anonyme: dict[str, Any] = field(default_factory=dict)

    def effaces(self, pks: Sequence[Any]) -> list[Any]:
        """Those of which the history may go too: no row of somebody's is left."""
        restent = self.modele._default_manager.filter(pk__in=pks)
        if self.anonyme:
            restent = restent.exclude(**self.anonyme)
        return sorted(set(pks) - set(restent.values_list("pk", flat=True)))

    @property
    def titre_affiche(self) -> str:
        return capfirst(str(self.titre or self.modele._meta.verbose_name_plural))

    @property
    def champs(self) -> list[models.Field[Any, Any]]:
        """What is handed over: every column but numbers, keys, and other people's accounts."""
        return [
            champ
            for champ in self.modele._meta.concrete_fields
            if not champ.primary_key
            and champ.name not in self.sauf
            and not champ.name.startswith("cle_")
            and champ.related_model not in (Utilisateur, ContentType)
        ]


_DECLAREES: dict[type[models.Model], Declaration] = {}
_SANS: dict[str, str] = {}


def declarer(modele: type[models.Model], lignes: Lignes, **reste: Any) -> None:
    """Say what of a model is about people; see Declaration."""
    _DECLAREES[modele] = Declaration(modele=modele, lignes=lignes, **reste)


def sans_donnees(raison: str, *modeles: type[models.Model] | str) -> None:
    """Say that models hold nothing about families, and why. Other apps' models by their label."""
    for modele in modeles:
        _SANS[modele if isinstance(modele, str) else modele._meta.label] = raison


def declarations() -> list[Declaration]:
    return list(_DECLAREES.values())


def modeles_sans_donnees() -> dict[str, str]:
    return dict(_SANS)


# Handing over


@dataclass(frozen=True, kw_only=True)
class Section:
    """The rows of one model as plain values, each column under its name."""

    code: str
    titre: str
    libelles: dict[str, str]
    lignes: list[dict[str, Any]]

    @property
    def fiches(self) -> list[list[tuple[str, str]]]:
        """For reading: each row as (label, value in words), without what is empty."""
        return [
            [
                (self.libelles[nom], en_mots(valeur))
                for nom, valeur in ligne.items()
                if valeur not in ("", None, [], {})
            ]
            for ligne in self.lignes
        ]


def recueillir(personne: Personne) -> list[Section]:
    """All that the portal holds about a person, model by model, changes included."""
    sections = []
    for declaration in declarations():
        lignes = (declaration.lues or declaration.lignes)(personne).order_by("pk")
        champs = declaration.champs
        if trouvees := list(lignes):
            sections.append(
                Section(
                    code=declaration.modele._meta.label_lower,
                    titre=declaration.titre_affiche,
                    libelles={champ.name: capfirst(str(champ.verbose_name)) for champ in champs},
                    lignes=[_ligne(declaration, champs, objet) for objet in trouvees],
                )
            )
        if (changements := _changements(declaration, trouvees)) is not None:
            sections.append(changements)
    return sections


def _ligne(declaration: Declaration, champs: Sequence[models.Field[Any, Any]], objet: models.Model) -> dict[str, Any]:
    return {
        champ.name: declaration.dire[champ.name](objet) if champ.name in declaration.dire else _valeur(objet, champ)
        for champ in champs
    }


def _valeur(objet: models.Model, champ: models.Field[Any, Any]) -> Any:
    if isinstance(champ, models.ForeignKey):
        voisin = getattr(objet, champ.name, None)
        return "" if voisin is None else str(voisin)
    valeur = getattr(objet, champ.attname)
    if champ.flatchoices:
        return str(dict(champ.flatchoices).get(valeur, valeur))
    choix = dict(getattr(getattr(champ, "base_field", None), "flatchoices", ()))
    if isinstance(valeur, list):
        return [str(choix.get(element, element)) for element in valeur]
    if isinstance(valeur, datetime):
        return timezone.localtime(valeur).isoformat(timespec="seconds")
    if isinstance(valeur, date):
        return valeur.isoformat()
    if valeur is None or isinstance(valeur, (bool, int, float, dict)):
        return valeur
    return str(valeur)


_QUOI = {
    CREATION: gettext_lazy("Création"),
    CHANGEMENT: gettext_lazy("Changement"),
    SUPPRESSION: gettext_lazy("Suppression"),
}


def _changements(declaration: Declaration, objets: Sequence[models.Model]) -> Section | None:
    modele = evenements_de(declaration.modele)
    if modele is None:
        return None
    pks = [objet.pk for objet in objets]
    evenements = list(modele.objects.filter(**{"pgh_obj_id__in": pks}).order_by("pgh_id"))
    if not evenements:
        return None
    noms = {champ.name for champ in declaration.champs}
    # Plain columns: what a number led to may have changed since.
    champs = [
        champ
        for champ in modele._meta.concrete_fields
        if champ.name in noms and not isinstance(champ, models.ForeignKey)
    ]
    return Section(
        code=f"{declaration.modele._meta.label_lower}.changements",
        titre=_("Changements : %s") % declaration.titre_affiche.lower(),
        libelles={"le": _("Le"), "quoi": _("Quoi"), **{c.name: capfirst(str(c.verbose_name)) for c in champs}},
        lignes=[
            {
                "le": timezone.localtime(evenement.pgh_created_at).isoformat(timespec="seconds"),
                "quoi": str(_QUOI[evenement.pgh_label]),
                **{champ.name: _valeur(evenement, champ) for champ in champs},
            }
            for evenement in evenements
        ],
    )


def en_mots(valeur: Any) -> str:
    """A value of a section as a person reads it."""
    if isinstance(valeur, bool):
        return _("oui") if valeur else _("non")
    if isinstance(valeur, list):
        return ", ".join(en_mots(element) for element in valeur)
    if isinstance(valeur, dict):
        return " ; ".join(f"{cle} : {en_mots(element)}" for cle, element in valeur.items())
    texte = str(valeur)
    try:
        if len(texte) == 10:
            return date_format(date.fromisoformat(texte), "j F Y")
        if len(texte) == 25 and texte[10] == "T":
            return date_format(datetime.fromisoformat(texte), "j F Y, H:i")
    except ValueError:
        pass
    return texte


# Erasing


def effacer_lignes(personne: Personne, *, maintenant: datetime) -> int:
    """Erase or make nobody's every row about a person, and what the logs say of them; how many rows. In a transaction.

    Harmless twice: the second time finds nothing.
    """
    nombre = 0
    # All are found before any goes: what leads to a row may go before it.
    trouvees = [
        (declaration, list(declaration.lignes(personne).values_list("pk", flat=True)))
        for declaration in declarations()
    ]
    for declaration, pks in reversed(trouvees):
        for lot in _lots(pks):
            nombre += declaration.effacer(declaration.modele._default_manager.filter(pk__in=lot), personne, maintenant)
    for declaration, pks in trouvees:
        for lot in _lots(pks):
            if evenements_de(declaration.modele) is not None:
                historique.oublier(declaration.modele, declaration.effaces(lot))
            # Nothing writes there any more, and older installations may hold rows.
            LogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(declaration.modele),
                object_id__in=[str(pk) for pk in lot],
            ).delete()
    return nombre


def _lots(pks: list[Any], taille: int = 1000) -> Iterator[list[Any]]:
    for debut in range(0, len(pks), taille):
        yield pks[debut : debut + taille]
