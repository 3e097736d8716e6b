"""Questionnaires and campaigns for the tests, and many answers at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import tablib

from enquetes import campagnes, fournis, importation, plan
from enquetes.enums import CanalEnquete, TypeQuestion
from enquetes.models import Acces, Campagne, Reponse, TexteLibre, Version, lundi
from maisons.models import Departement, Maison
from tests.factories import MaisonFactory, dans

TOUT = {
    "titre": "Essai",
    "sections": [
        {
            "titre": "Vous",
            "questions": [
                {
                    "code": "etape",
                    "type": "unique",
                    "role": "etape",
                    "question": "Où en êtes-vous ?",
                    "choix": {"grossesse": "Grossesse", "bebe": "Bébé", "an1": "1 an", "an2": "2 ans"},
                },
                {
                    "code": "freins",
                    "type": "multiple",
                    "question": "Qu'est-ce qui empêche ?",
                    "au_plus": 2,
                    "exclusifs": ["rien"],
                    "choix": {"horaires": "Horaires", "distance": "Distance", "rien": "Rien"},
                },
                {
                    "code": "transport",
                    "type": "unique",
                    "question": "Comment venir ?",
                    "si": {"freins": ["distance"]},
                    "choix": {"pied": "À pied", "bus": "En bus"},
                },
            ],
        },
        {
            "titre": "La suite",
            "questions": [
                {
                    "code": "note",
                    "type": "echelle",
                    "question": "Une note ?",
                    "de": 1,
                    "a": 5,
                    "obligatoire": True,
                },
                {
                    "code": "accord",
                    "type": "matrice",
                    "question": "D'accord ?",
                    "choix": {"oui": "Oui", "non": "Non"},
                    "lignes": {"a": "Premier", "b": "Second"},
                },
                {"code": "minutes", "type": "nombre", "question": "Minutes ?", "de": 0, "a": 60, "bornes": [10, 30]},
                {"code": "commune", "type": "commune", "question": "Commune ?"},
                {"code": "mot", "type": "texte", "question": "Un mot ?"},
            ],
        },
    ],
}


def version(definition: Mapping[str, Any] = TOUT, *, departement: Departement | None = None, **change: Any) -> Version:
    """A published version."""
    return fournis.charger({**definition, **change}, departement=departement, le=date(2026, 1, 1))


def campagne(
    *, ouverte: bool = True, maisons: Sequence[Maison] | None = None, vers: Version | None = None, **champs: Any
) -> Campagne:
    """A campaign since a year at two houses, with its doors."""
    nombre = Campagne.objects.count()
    creee = Campagne.objects.create(
        version=vers or version(titre=f"Essai {nombre}"),
        **{
            "titre": f"Campagne {nombre}",
            "slug": f"campagne-{nombre}",
            "ouvre_le": dans(days=-365).date(),
            "ferme_le": dans(days=30).date(),
            **champs,
        },
    )
    creee.maisons.set(maisons if maisons is not None else [MaisonFactory(), MaisonFactory()])
    return campagnes.ouvrir(campagne=creee, le=dans().date()) if ouverte else creee


def acces(campagne: Campagne, canal: str = CanalEnquete.LIEN) -> Acces:
    return campagne.acces.select_related("campagne__version", "maison").filter(canal=canal).order_by("pk").first()


def repondre_au_hasard(
    campagne: Campagne,
    nombre: int,
    *,
    graine: int,
    semaines: Sequence[date] | None = None,
    communes: Sequence[str] = (),
) -> None:
    """Answers drawn at random, unevenly: some modalities, houses and weeks are rare."""
    hasard = random.Random(graine)
    maisons = [None, *campagne.maisons.order_by("pk")]
    semaines = semaines or [lundi(dans(days=-7 * n).date()) for n in range(2, 20)]
    questions = plan.lire(campagne.version).questions
    Reponse.objects.bulk_create(
        Reponse(
            campagne=campagne,
            maison=_choisir(hasard, maisons),
            semaine=hasard.choice(semaines),
            valeurs=_valeurs(hasard, questions, communes),
        )
        for _ in range(nombre)
    )


def _choisir(hasard: random.Random, valeurs: Sequence[Any]) -> Any:
    return hasard.choices(valeurs, weights=[1 / (i + 1) ** 2 for i in range(len(valeurs))])[0]


def _valeurs(hasard: random.Random, questions: Sequence[plan.PlanQuestion], communes: Sequence[str]) -> dict[str, Any]:
    valeurs: dict[str, Any] = {}
    for q in questions:
        if not q.est_posee(valeurs) or hasard.random() < 0.05:
            continue
        codes = [c.code for c in q.choix]
        match q.type:
            case TypeQuestion.UNIQUE:
                valeurs[q.code] = _choisir(hasard, codes)
            case TypeQuestion.MULTIPLE:
                libres = [c for c in codes if c not in q.exclusifs]
                coches = [c for i, c in enumerate(libres) if hasard.random() < 0.7 / (i + 1)][: q.choix_maximum]
                valeurs[q.code] = coches or [codes[-1]]
            case TypeQuestion.ECHELLE:
                valeurs[q.code] = _choisir(hasard, list(reversed(q.points)))
            case TypeQuestion.NOMBRE:
                valeurs[q.code] = hasard.randint(q.points.start, q.points.stop - 1)
            case TypeQuestion.MATRICE:
                valeurs[q.code] = {ligne.code: _choisir(hasard, codes) for ligne in q.lignes}
            case TypeQuestion.COMMUNE if communes:
                valeurs[q.code] = _choisir(hasard, communes)
    return valeurs


def classeur(campagne: Campagne, rangees: Iterable[Mapping[str, Any]]) -> bytes:
    """Answers as a file of them says them."""
    entetes = importation.colonnes(campagne)
    feuille = tablib.Dataset(headers=entetes)
    for rangee in rangees:
        feuille.append([rangee.get(entete, "") for entete in entetes])
    octets: bytes = feuille.export("xlsx")
    return octets


def rangees_au_hasard(
    campagne: Campagne, nombre: int, *, graine: int, communes: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Rows of a file; `communes` are names."""
    hasard = random.Random(graine)
    maisons = ["", *campagne.maisons.order_by("pk").values_list("nom", flat=True)]
    questions = plan.lire(campagne.version).questions
    for _ in range(nombre):
        rangee = {"maison": _choisir(hasard, maisons), "semaine": semaine(hasard.randrange(2, 20))}
        for code, valeur in _valeurs(hasard, questions, communes).items():
            if isinstance(valeur, dict):
                rangee |= {f"{code}.{ligne}": v for ligne, v in valeur.items()}
            else:
                rangee[code] = ";".join(valeur) if isinstance(valeur, list) else valeur
        yield rangee


def texte(campagne: Campagne, texte: str, *, il_y_a: int = 3, **champs: Any) -> TexteLibre:
    """A text of a week that is over, which nobody has read yet."""
    question = campagne.version.questions.get(type=TypeQuestion.TEXTE)
    return TexteLibre.objects.create(
        campagne=campagne, question=question, semaine=semaine(il_y_a), texte=texte, **champs
    )


def semaine(il_y_a: int) -> date:
    return lundi(dans().date()) - timedelta(weeks=il_y_a)
