"""The surveys of the world: a questionnaire of the network's, and at each house a campaign with published results."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from enquetes import campagnes, construction, fournis, publication
from enquetes.enums import StatutTexte
from enquetes.models import Campagne, Etiquette, Questionnaire, Reponse, TexteLibre, lundi
from maisons.models import Maison
from tests import factories as f
from tests.droits.canaris import EQUIPE, mot

DEFINITION = {
    "titre": "Le mot du réseau",
    "sections": [
        {
            "titre": "Vous",
            "questions": [
                {"code": "note", "type": "echelle", "question": "Une note ?", "de": 1, "a": 3},
                {"code": "mot", "type": "texte", "question": "Un mot ?"},
            ],
        }
    ],
}


def questionnaire() -> dict[str, models.Model]:
    """Published once, and a draft of its next version: read by every team, written by the network alone."""
    publiee = fournis.charger(DEFINITION, departement=None, le=f.dans().date())
    brouillon = construction.nouvelle_version(questionnaire=publiee.questionnaire)
    return {
        "questionnaire": publiee.questionnaire,
        "version": brouillon,
        "section_enquete": brouillon.sections.get(),
        "question": brouillon.questions.get(code="note"),
    }


def campagne(maison: Maison, place: str) -> dict[str, models.Model]:
    """Led by the house, closed, its results and a text published."""
    version = Questionnaire.objects.get(titre=DEFINITION["titre"]).versions.get(numero=1)
    semaine = lundi(f.dans(days=-14).date())
    creee = Campagne.objects.create(
        version=version,
        titre=mot(EQUIPE, place),
        slug=f"campagne-{place}",
        maison=maison,
        ouvre_le=semaine - timedelta(days=30),
        ferme_le=f.dans(days=30).date(),
    )
    creee.maisons.set([maison])
    campagnes.ouvrir(campagne=creee, le=f.dans().date())
    commun = {"campagne": creee, "maison": maison, "semaine": semaine}
    Reponse.objects.bulk_create(Reponse(**commun, valeurs={"note": 2}) for _ in range(12))
    question = version.questions.get(code="mot")
    texte = TexteLibre.objects.create(**commun, question=question, texte=mot(EQUIPE, place), statut=StatutTexte.MONTRE)
    campagnes.clore(campagne=creee)
    publication.publier(campagne=creee, maintenant=f.dans())
    return {
        "campagne": creee,
        "porte": creee.acces.filter(maison__isnull=True).get(),
        "texte_libre": texte,
        "etiquette": Etiquette.objects.create(campagne=creee, nom=mot(EQUIPE, place)),
    }
