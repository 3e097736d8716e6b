"""What a house has on its way to the label, for the permission matrix."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from maisons.enums import StatutReferentiel
from maisons.label import candidatures, preuves, referentiels
from maisons.models import ActionPrevue, Formation, Maison, NoteVisite, ValeurIndicateur, VersionReferentiel
from socle.models import Utilisateur
from tests import factories as f
from tests.droits.canaris import EQUIPE, marquer, mot

if TYPE_CHECKING:
    from tests.droits.monde import Foyer

# The smallest file that is kept.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63d8e2ae0f0002dd012badcd63"
    "7b0000000049454e44ae426082"
)
CONTENU: dict[str, Any] = {
    "format": 1,
    "referentiel": {"code": "essai", "nom": "Référentiel d'essai"},
    "version": {"numero": "1", "valide_du": "2020-01-01"},
    "parcours": [
        {
            "code": "candidat",
            "intitule": "Candidate",
            "label": "candidate",
            "vers": [{"etape": "labellise", "qui": ["pilote"]}],
        },
        {"code": "labellise", "intitule": "Labellisée", "label": "labellisee"},
    ],
    "axes": [
        {
            "code": "accueil",
            "nature": "qualite",
            "intitule": "Accueil",
            "criteres": [
                {"code": "ouvert", "intitule": "La porte est ouverte.", "indicateur": {"code": "langues", "min": 2}}
            ],
        }
    ],
}


def version() -> VersionReferentiel:
    """Published; the same for all houses."""
    return referentiels.publier(version=referentiels.enregistrer(CONTENU), maintenant=f.maintenant())


def poser(ici: Foyer, maison: Maison, chef: Utilisateur) -> None:
    sous = VersionReferentiel.objects.get(statut=StatutReferentiel.PUBLIEE)
    le = f.maintenant().date()
    candidature = candidatures.ouvrir(maison=maison, version=sous, par=chef, le=le)
    (evaluation,) = candidature.evaluations.all()
    ici.objets["candidature"] = candidature
    ici.objets["evaluation"] = marquer(evaluation, EQUIPE, ici.place)
    ici.objets["preuve"] = preuves.deposer_fichier(
        evaluation=evaluation,
        intitule=mot(EQUIPE, ici.place),
        fichier=SimpleUploadedFile(f"{mot(EQUIPE, ici.place)}.png", PNG),
        datee_du=le,
        par=chef,
        maintenant=f.maintenant(),
    )
    marquer(ActionPrevue.objects.create(evaluation=evaluation, quoi="…", qui="…", avant_le=le), EQUIPE, ici.place)
    marquer(NoteVisite.objects.create(evaluation=evaluation, par=chef, texte="…"), EQUIPE, ici.place)
    ici.objets["valeur"] = ValeurIndicateur.objects.create(
        maison=maison,
        indicateur="langues",
        definition=1,
        du=date(2026, 1, 1),
        au=date(2026, 12, 31),
        arretee_le=le,
        numerateur=3,
    )
    ici.poser(
        "formation", Formation.objects.create(utilisateur=ici["utilisateur"], intitule="…", suivie_le=le), EQUIPE
    )
