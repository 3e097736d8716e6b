"""Questionnaires that come with the portal, written in YAML (enquetes/donnees/), each sentence with its translations.

A sentence is a text, or a mapping by language: {fr: …, ar: …}. Loading is harmless twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from enquetes import construction
from enquetes.enums import Usage
from enquetes.models import Choix, Condition, LigneMatrice, Question, Questionnaire, Section, Traduction, Version
from enquetes.plan import FRANCAIS
from maisons.models import Departement

DONNEES = Path(__file__).parent / "donnees"
BESOINS = "besoins_parents"
NOMS = (BESOINS, "satisfaction", "avant_apres")


def definition(nom: str) -> dict[str, Any]:
    lue: dict[str, Any] = yaml.safe_load((DONNEES / f"{nom}.yaml").read_text(encoding="utf-8"))
    mots = DONNEES / "mots.yaml"
    lue["mots"] = yaml.safe_load(mots.read_text(encoding="utf-8"))
    return lue


@transaction.atomic
def charger(definition: Mapping[str, Any], *, departement: Departement | None, le: date) -> Version:
    """The published first version of a definition; a questionnaire of this title that exists is left as it is."""
    titre = definition["titre"]
    questionnaire, nouveau = Questionnaire.objects.get_or_create(
        titre=titre,
        defaults={
            "presentation": definition.get("presentation", ""),
            "usage": definition.get("usage", Usage.ENQUETE),
            "departement": departement,
        },
    )
    if not nouveau:
        return questionnaire.versions.order_by("-numero").first() or construction.nouvelle_version(
            questionnaire=questionnaire
        )
    return construction.publier(version=ecrire(questionnaire, definition), le=le)


def ecrire(questionnaire: Questionnaire, definition: Mapping[str, Any]) -> Version:
    """A draft that says what the definition says."""
    ecriture = _Ecriture(construction.nouvelle_version(questionnaire=questionnaire))
    return ecriture.ecrire(definition)


class _Ecriture:
    def __init__(self, version: Version) -> None:
        self.version = version
        self.traductions: list[Traduction] = []
        self.langues: tuple[str, ...] = ()

    def ecrire(self, definition: Mapping[str, Any]) -> Version:
        self.langues = tuple(definition.get("langues", ()))
        self.texte("titre", definition.get("titre_traduit", ""))
        self.version.accueil = self.texte("accueil", definition.get("accueil", ""))
        self.version.merci = self.texte("merci", definition.get("merci", ""))
        self.version.langues = list(self.langues)
        self.version.save()
        questions: dict[str, Question] = {}
        conditions: list[tuple[Question, str, list[Any]]] = []
        for rang, section in enumerate(definition["sections"], start=1):
            partie = Section.objects.create(
                version=self.version, rang=rang, titre=self.texte(f"s{rang}", section["titre"])
            )
            for place, q in enumerate(section["questions"], start=1):
                questions[q["code"]] = self.question(partie, place, q)
                conditions += [(questions[q["code"]], source, v) for source, v in q.get("si", {}).items()]
        Condition.objects.bulk_create(
            Condition(question=question, source=questions[source], valeurs=[str(v) for v in valeurs])
            for question, source, valeurs in conditions
        )
        for cle, traduits in definition.get("mots", {}).items():
            self.texte(f"mot.{cle}", traduits)
        Traduction.objects.bulk_create(self.traductions)
        return self.version

    def question(self, partie: Section, rang: int, q: Mapping[str, Any]) -> Question:
        code = q["code"]
        question = Question.objects.create(
            version=self.version,
            section=partie,
            rang=rang,
            code=code,
            type=q["type"],
            intitule=self.texte(f"q.{code}", q["question"]),
            aide=self.texte(f"aide.{code}", q.get("aide", "")),
            obligatoire=q.get("obligatoire", False),
            role=q.get("role", ""),
            minimum=q.get("de"),
            maximum=q.get("a"),
            libelle_minimum=self.texte(f"min.{code}", q.get("mot_de", "")),
            libelle_maximum=self.texte(f"max.{code}", q.get("mot_a", "")),
            choix_maximum=q.get("au_plus"),
            bornes=q.get("bornes", []),
        )
        exclusifs = q.get("exclusifs", [])
        Choix.objects.bulk_create(
            Choix(
                question=question,
                rang=i,
                code=c,
                libelle=self.texte(f"c.{code}.{c}", libelle),
                exclusif=c in exclusifs,
            )
            for i, (c, libelle) in enumerate(q.get("choix", {}).items(), start=1)
        )
        LigneMatrice.objects.bulk_create(
            LigneMatrice(question=question, rang=i, code=ligne, libelle=self.texte(f"l.{code}.{ligne}", libelle))
            for i, (ligne, libelle) in enumerate(q.get("lignes", {}).items(), start=1)
        )
        return question

    def texte(self, cle: str, phrase: str | Mapping[str, str]) -> str:
        if isinstance(phrase, str):
            return phrase
        self.traductions += [
            Traduction(version=self.version, langue=langue, cle=cle, texte=phrase[langue])
            for langue in self.langues
            if langue in phrase
        ]
        return phrase.get(FRANCAIS, "")
