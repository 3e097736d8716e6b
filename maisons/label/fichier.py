"""A référentiel as a YAML file: read with clear errors, written so that reading it again gives the same."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

FORMAT = 1
TAILLE_MAX = 500_000
_SCHEMA = Path(__file__).with_name("referentiel.schema.json")
# More would bury the first ones.
ERREURS_MAX = 30

# What only an escape can write ("a\0b"): a NUL, half of a pair of surrogates.
_INGARDABLE = re.compile(r"[\x00\ud800-\udfff]")

Contenu = dict[str, Any]


class ReferentielInvalide(Exception):
    """The file is no référentiel; `erreurs` are sentences for the person who wrote it, each naming its place."""

    def __init__(self, erreurs: Sequence[str]) -> None:
        self.erreurs = list(erreurs)
        super().__init__(" ".join(self.erreurs))


class _SansAlias(yaml.SafeLoader):
    """Plain YAML: days stay text, no alias, which could make a small file enormous, nothing a database can't keep."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        evenement: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=evenement.start_mark)
        if self.check_event(yaml.events.ScalarEvent) and _INGARDABLE.search(evenement.value):
            raise yaml.MarkedYAMLError(problem="texte", problem_mark=evenement.start_mark)
        return super().compose_node(parent, index)


_SansAlias.yaml_implicit_resolvers = {
    premier: [(tag, motif) for tag, motif in resolveurs if tag != "tag:yaml.org,2002:timestamp"]
    for premier, resolveurs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def lire(texte: str) -> Contenu:
    """The content of a file that follows the schema. Raises ReferentielInvalide with every fault found."""
    if len(texte.encode()) > TAILLE_MAX:
        raise ReferentielInvalide([_("Ce fichier est trop gros : 500 ko au plus.")])
    try:
        contenu = yaml.load(texte, Loader=_SansAlias)  # noqa: S506 – a SafeLoader
    except yaml.MarkedYAMLError as erreur:
        ligne = erreur.problem_mark.line + 1 if erreur.problem_mark else 1
        if erreur.problem == "alias":
            raise ReferentielInvalide([_("Ligne %d : les renvois (*nom) ne sont pas lus.") % ligne]) from erreur
        if erreur.problem == "texte":
            raise ReferentielInvalide([_("Ligne %d : un caractère ne peut pas être gardé.") % ligne]) from erreur
        raise ReferentielInvalide([_("Ligne %d : ce n'est pas du YAML bien formé.") % ligne]) from erreur
    except (yaml.YAMLError, ValueError, RecursionError) as erreur:
        raise ReferentielInvalide([_("Ce fichier n'est pas du YAML lisible.")]) from erreur
    fautes = sorted(_valideur().iter_errors(contenu), key=lambda faute: [str(pas) for pas in faute.absolute_path])
    erreurs = [_phrase(faute) for faute in fautes] or list(_incoherences(contenu))
    if erreurs:
        raise ReferentielInvalide(erreurs[:ERREURS_MAX])
    lu: Contenu = contenu
    return lu


def ecrire(contenu: Contenu) -> str:
    texte: str = yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, width=110)
    return texte


@cache
def _valideur() -> Draft202012Validator:
    schema = json.loads(_SCHEMA.read_text())
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _place(chemin: Iterable[str | int]) -> str:
    """Where in the file: "axes 2 › criteres 1 › niveaux", counted from one."""
    pas: list[str] = []
    for element in chemin:
        if isinstance(element, int) and pas:
            pas[-1] += f" {element + 1}"
        else:
            pas.append(str(element))
    return " › ".join(pas) or _("le fichier")


def _phrase(faute: ValidationError) -> str:
    attendu: Any = faute.validator_value
    match faute.validator:
        case "required":
            absentes = [nom for nom in attendu if nom not in faute.instance]
            quoi = _("il manque %s.") % ", ".join(f"« {nom} »" for nom in absentes)
        case "additionalProperties":
            connues = faute.schema["properties"]
            inconnues = [nom for nom in faute.instance if nom not in connues]
            quoi = _("%s n'est pas connu ici.") % ", ".join(f"« {nom} »" for nom in inconnues)
        case "type":
            quoi = _("on attend : %s.") % _TYPES.get(str(attendu), attendu)
        case "enum":
            quoi = _("une de ces valeurs est attendue : %s.") % ", ".join(map(str, attendu))
        case "const":
            quoi = _("la seule valeur connue est %s.") % attendu
        case "minItems":
            quoi = ngettext("il en faut au moins %d.", "il en faut au moins %d.", attendu) % attendu
        case "maxItems":
            quoi = ngettext("%d au plus.", "%d au plus.", attendu) % attendu
        case "minLength":
            quoi = _("ne doit pas être vide.")
        case "maxLength":
            quoi = ngettext("%d caractère au plus.", "%d caractères au plus.", attendu) % attendu
        case "minimum":
            quoi = _("au moins %s.") % attendu
        case "maximum":
            quoi = _("au plus %s.") % attendu
        case "pattern" | "format" | "anyOf" if "valide" in str(faute.absolute_path):
            quoi = _("une date comme 2026-01-31 est attendue.")
        case "pattern":
            quoi = _("des minuscules sans accents, des chiffres et des tirets.")
        case _:
            quoi = _("cette valeur ne convient pas.")
    return f"{_place(faute.absolute_path)} : {quoi}"


_TYPES = {
    "object": gettext_lazy("des champs (nom: valeur)"),
    "array": gettext_lazy("une liste"),
    "string": gettext_lazy("un texte (entre guillemets si c'est un nombre)"),
    "boolean": gettext_lazy("true ou false"),
    "integer": gettext_lazy("un nombre entier"),
    "number": gettext_lazy("un nombre"),
}


def _incoherences(contenu: Contenu) -> Iterable[str]:
    """What a schema can't say."""
    version = contenu["version"]
    if version.get("valide_au") and date.fromisoformat(version["valide_au"]) < date.fromisoformat(
        version["valide_du"]
    ):
        yield _("version › valide_au : la fin de validité doit venir après son début.")
    yield from _doubles([axe["code"] for axe in contenu["axes"]], _("axes"))
    yield from _parcours(contenu)
    for n, axe in enumerate(contenu["axes"], 1):
        yield from _doubles([critere["code"] for critere in axe["criteres"]], f"axes {n} › criteres")
        for m, critere in enumerate(axe["criteres"], 1):
            place = f"axes {n} › criteres {m}"
            niveaux = critere.get("niveaux")
            if niveaux is not None and critere.get("requis", 1) >= len(niveaux):
                yield _("%(place)s › requis : il n'y a que %(nombre)d niveaux, comptés de 0.") % {
                    "place": place,
                    "nombre": len(niveaux),
                }
            indicateur = critere.get("indicateur", {})
            if not all(math.isfinite(indicateur.get(borne, 0)) for borne in ("min", "max")):
                yield _("%s › indicateur : le minimum et le maximum sont des nombres.") % place
            if "min" in indicateur and "max" in indicateur and indicateur["min"] > indicateur["max"]:
                yield _("%s › indicateur : le minimum dépasse le maximum.") % place


def _doubles(codes: list[str], place: str) -> Iterable[str]:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield _("%(place)s : le code « %(code)s » sert deux fois.") % {"place": place, "code": code}


def _parcours(contenu: Contenu) -> Iterable[str]:
    etapes = [etape["code"] for etape in contenu["parcours"]]
    criteres = {f"{axe['code']}.{critere['code']}" for axe in contenu["axes"] for critere in axe["criteres"]}
    yield from _doubles(etapes, "parcours")
    for n, etape in enumerate(contenu["parcours"], 1):
        passages = etape.get("vers", [])
        yield from _doubles([passage["etape"] for passage in passages], f"parcours {n} › vers")
        for m, passage in enumerate(passages, 1):
            place = f"parcours {n} › vers {m}"
            if passage["etape"] not in etapes or passage["etape"] == etape["code"]:
                yield _("%(place)s : « %(code)s » n'est pas une autre étape du parcours.") % {
                    "place": place,
                    "code": passage["etape"],
                }
            for inconnu in sorted(set(passage.get("preuves", [])) - criteres):
                yield _("%(place)s › preuves : « %(code)s » n'est pas un critère (axe.critere).") % {
                    "place": place,
                    "code": inconnu,
                }
