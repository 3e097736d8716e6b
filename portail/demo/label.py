"""The label in the demonstration: Rethel has it, the six houses to come stand at different steps."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from maisons.enums import Portee, Role, StatutReferentiel
from maisons.label import candidatures, fichier, mesures, preuves, referentiels
from maisons.models import (
    Affectation,
    Candidature,
    Departement,
    Evaluation,
    Formation,
    Franchissement,
    Maison,
    VersionReferentiel,
)
from portail.demo.catalogue import RETHEL
from portail.demo.personnes import DOMAINE, NOM
from socle.models import Utilisateur

DEPARTEMENT = "08"
REFERENTIEL = Path(fichier.__file__).parents[1] / "donnees" / "referentiels" / "epepe-2026-1.yaml"
# Rethel's label is a fact; every other day here is made up.
LABEL_DE_RETHEL = date(2026, 1, 20)


@dataclass(frozen=True)
class Avancee:
    """How far a house has come: its steps with the days since the first one, and how much is there."""

    etapes: tuple[tuple[str, int], ...]
    # Out of a hundred criteria: assessed, and met among these; with a piece of evidence.
    evalues: int
    atteints: int
    preuves: int
    avis: bool = False
    actions: int = 0
    visee_le: date | None = None


AVANCEES: dict[str, Avancee] = {
    RETHEL: Avancee(
        (("diagnostic", 2), ("dossier", 7), ("visite", 10), ("avis", 13), ("labellise", 19)),
        evalues=100,
        atteints=100,
        preuves=90,
        avis=True,
        actions=2,
    ),
    "maison-candidate-1-demonstration": Avancee(
        (("diagnostic", 30), ("dossier", 120), ("visite", 160), ("avis", 190)),
        100, 92, 80, True, 3, date(2026, 12, 15),
    ),
    "maison-candidate-2-demonstration": Avancee(
        (("diagnostic", 40), ("dossier", 130), ("visite", 180)), 100, 84, 70, True, 4, date(2027, 2, 15)
    ),
    "maison-candidate-3-demonstration": Avancee(
        (("diagnostic", 45), ("dossier", 150)), 100, 75, 60, False, 4, date(2027, 5, 15)
    ),
    "maison-candidate-4-demonstration": Avancee(
        (("diagnostic", 50),), 70, 60, 40, False, 5, date(2027, 8, 15)
    ),
    "maison-candidate-5-demonstration": Avancee((("diagnostic", 55),), 35, 50, 15, False, 3, date(2027, 10, 15)),
    "maison-candidate-6-demonstration": Avancee((), 10, 50, 0, False, 1, date(2027, 12, 15)),
}  # fmt: skip
ACTIONS = (
    "Faire signer la charte par le porteur",
    "Réunir les partenaires et vérifier leurs permanences",
    "Écrire le plan d'évaluation avec la coordination",
    "Ouvrir un samedi par mois",
    "Inscrire la facilitatrice à la formation",
)
COMMENTAIRES = (
    "Vu en équipe ; exemple de démonstration.",
    "À reprendre à la prochaine réunion ; exemple de démonstration.",
    "Le document est affiché à l'accueil ; exemple de démonstration.",
)


def charger_label(*, maintenant: datetime) -> int:
    """Complete what is not there; how many candidatures were opened. What visitors wrote stays."""
    if not Departement.objects.filter(code=DEPARTEMENT).exists():
        return 0
    version = _version(maintenant)
    pilote = _personne("pilote.ardennes", "Pascal", Role.PILOTE, le=timezone.localdate(maintenant))
    ouvertes = 0
    for slug, avancee in AVANCEES.items():
        maison = Maison.objects.filter(slug=slug).first()
        if maison is None or Candidature.objects.filter(maison=maison, version=version).exists():
            continue
        _deposer(maison, version, avancee, pilote, maintenant)
        ouvertes += 1
    _former(maintenant)
    mesures.arreter_le_mois(le=timezone.localdate(maintenant))
    return ouvertes


def _version(maintenant: datetime) -> VersionReferentiel:
    contenu = fichier.lire(REFERENTIEL.read_text(encoding="utf-8"))
    version = VersionReferentiel.objects.filter(
        referentiel__code=contenu["referentiel"]["code"], numero=contenu["version"]["numero"]
    ).first()
    if version is None:
        version = referentiels.enregistrer(contenu)
    if version.statut == StatutReferentiel.BROUILLON:
        version = referentiels.publier(version=version, maintenant=maintenant)
    return version


def _personne(identifiant: str, prenom: str, role: Role, *, le: date) -> Utilisateur:
    """The pilot of the demonstration's accounts, with the role if it was not given yet; the password comes later."""
    email = f"{identifiant}@{DOMAINE}"
    personne = Utilisateur.objects.filter(email=email).first()
    if personne is None:
        personne = Utilisateur.objects.create_user(email, prenom=prenom, nom=NOM, is_staff=True)
    if not Affectation.objects.en_cours(le=le).filter(utilisateur=personne, role=role).exists():
        Affectation.objects.create(
            utilisateur=personne, role=role, portee=Portee.DEPARTEMENT, departement_id=DEPARTEMENT, du=le
        )
    return personne


def _deposer(
    maison: Maison, version: VersionReferentiel, avancee: Avancee, pilote: Utilisateur, maintenant: datetime
) -> None:
    """The candidature as if it had been led since its first day: its history is written here once, with its days."""
    hasard = random.Random(maison.slug)  # noqa: S311
    duree = avancee.etapes[-1][1] if avancee.etapes else 0
    aujourd_hui = timezone.localdate(maintenant)
    fin = LABEL_DE_RETHEL if maison.slug == RETHEL else aujourd_hui - timedelta(days=hasard.randint(15, 40))
    debut = max(fin - timedelta(days=duree), version.valide_du)
    candidature = candidatures.ouvrir(maison=maison, version=version, par=pilote, le=debut, visee_le=avancee.visee_le)
    _remplir(candidature, avancee, hasard, pilote, debut, fin, maintenant)
    for code, jours in avancee.etapes:
        le = min(debut + timedelta(days=jours), fin)
        vers = version.etapes.get(code=code)
        # The house's own steps were its responsable's; the demonstration has one for Rethel only.
        Franchissement.objects.create(candidature=candidature, de=candidature.etape, vers=vers, le=le, par=pilote)
        candidature.etape, candidature.depuis = vers, le
        candidature.echeance = le + timedelta(days=vers.delai_jours) if vers.delai_jours else None
    candidature.save(update_fields=["etape", "depuis", "echeance"])


def _remplir(
    candidature: Candidature,
    avancee: Avancee,
    hasard: random.Random,
    pilote: Utilisateur,
    debut: date,
    fin: date,
    maintenant: datetime,
) -> None:
    a_prevoir = avancee.actions
    for n, evaluation in enumerate(
        candidature.evaluations.select_related("critere__axe").order_by("critere__axe__rang", "critere__rang")
    ):
        if hasard.randrange(100) >= avancee.evalues:
            continue
        critere = evaluation.critere
        atteint = hasard.randrange(100) < avancee.atteints
        niveau = critere.niveau_requis if atteint else critere.niveau_requis - 1
        evaluation = candidatures.evaluer(
            evaluation=evaluation,
            niveau=niveau,
            commentaire=hasard.choice(COMMENTAIRES) if n % 3 == 0 else "",
            revision=evaluation.revision,
            maintenant=maintenant,
        )
        if hasard.randrange(100) < avancee.preuves:
            _prouver(evaluation, n, hasard, pilote, debut, fin, maintenant)
        if avancee.avis:
            candidatures.donner_avis(
                evaluation=evaluation,
                avis=niveau,
                commentaire="Conforme à ce qui a été vu sur place ; exemple de démonstration." if n % 4 == 0 else "",
                par=pilote,
                revision=evaluation.revision,
                maintenant=maintenant,
            )
        if not atteint and a_prevoir:
            a_prevoir -= 1
            candidatures.prevoir_action(
                evaluation=evaluation,
                quoi=hasard.choice(ACTIONS),
                qui="Responsable de la maison",
                avant_le=timezone.localdate(maintenant) + timedelta(days=hasard.randint(-10, 60)),
            )


def _prouver(
    evaluation: Evaluation,
    n: int,
    hasard: random.Random,
    par: Utilisateur,
    debut: date,
    fin: date,
    maintenant: datetime,
) -> None:
    commun: dict[str, Any] = {
        "evaluation": evaluation,
        "datee_du": debut + timedelta(days=hasard.randint(0, max(0, (fin - debut).days))),
        "par": par,
        "maintenant": maintenant,
    }
    if n == 0 and evaluation.candidature.maison.slug == RETHEL:
        preuves.deposer_fichier(
            intitule="Charte d'accueil affichée",
            fichier=ContentFile(_affiche(), name="charte-accueil-demonstration.png"),
            **commun,
        )
    elif n % 2:
        preuves.ajouter_lien(
            intitule="Document partagé (démonstration)", lien=f"https://exemple.invalid/preuves/{n}", **commun
        )
    else:
        preuves.ajouter_constat(intitule="Vu à l'accueil de la maison", **commun)


def _affiche() -> bytes:
    """A picture that plainly shows nothing real."""
    image = Image.new("RGB", (640, 420), "#fffaf4")
    ImageDraw.Draw(image).multiline_text((60, 150), "Exemple de démonstration\n\nCharte d'accueil", "#17384a")
    sortie = io.BytesIO()
    image.save(sortie, "PNG")
    return sortie.getvalue()


def _former(maintenant: datetime) -> None:
    """Those who lead sessions in the demonstration, one training in two still valid."""
    aujourd_hui = timezone.localdate(maintenant)
    animateurs = Affectation.objects.filter(role=Role.ANIMATEUR, utilisateur__email__endswith=f"@{DOMAINE}")
    for n, personne in enumerate(sorted(set(animateurs.values_list("utilisateur", flat=True)))):
        Formation.objects.get_or_create(
            utilisateur_id=personne,
            intitule="Formation de facilitateur (démonstration)",
            defaults={
                "suivie_le": aujourd_hui - timedelta(days=400),
                "valable_au": aujourd_hui + timedelta(days=300 if n % 2 == 0 else -30),
            },
        )
