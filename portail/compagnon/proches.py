"""What is near a place for one kind of help: houses, permanences, sessions that can be booked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ateliers.models import Seance
from familles.enums import AideProche
from maisons.enums import Action
from maisons.forms import Proximite
from maisons.models import Maison
from maisons.recherche import lieux_proches
from partenaires.enums import TypePartenaire
from partenaires.models import Permanence
from portail.presentation import RAYON_ELARGI_KM, CarteMaison, cartes_maisons, maisons_proches, seances_libres

MAISONS_MAX = 3
PERMANENCES_MAX = 6
SEANCES_MAX = 3

# Actions of the houses, kinds of partners; a house that offers any of them is named.
ACTIONS: dict[AideProche, frozenset[Action]] = {
    AideProche.ENTRETIEN: frozenset({Action.CONSULTATION_SANTE, Action.PERMANENCE_PARTENAIRE}),
    AideProche.PMI: frozenset({Action.CONSULTATION_SANTE}),
    AideProche.GROUPE: frozenset({Action.GROUPE_PAIRS}),
    AideProche.DROITS: frozenset({Action.PERMANENCE_PARTENAIRE, Action.ORIENTATION_RELAIS}),
    AideProche.MODE_ACCUEIL: frozenset({Action.LIEU_RESSOURCE, Action.ORIENTATION_RELAIS}),
}
PARTENAIRES: dict[AideProche, frozenset[TypePartenaire]] = {
    AideProche.ENTRETIEN: frozenset({TypePartenaire.SAGE_FEMME, TypePartenaire.MATERNITE, TypePartenaire.MEDECIN}),
    AideProche.PMI: frozenset(),
    AideProche.GROUPE: frozenset(),
    AideProche.DROITS: frozenset({TypePartenaire.CAF, TypePartenaire.CPAM, TypePartenaire.MSA}),
    AideProche.MODE_ACCUEIL: frozenset({TypePartenaire.CAF, TypePartenaire.CRECHE}),
}


@dataclass(frozen=True)
class Proches:
    cartes: list[CarteMaison] = field(default_factory=list)
    permanences: list[Permanence] = field(default_factory=list)
    seances: list[Seance] = field(default_factory=list)
    # No house says that it offers this: the nearest ones are shown, to be asked.
    a_demander: bool = False


def proches(aide: AideProche, proximite: Proximite, *, maintenant: datetime) -> Proches:
    """Within the distance asked for, and further when nothing is that near. A fixed number of queries."""
    publiees = Maison.objects.publiees().filter(ouverte=True)
    maisons = maisons_proches(proximite, publiees.filter(actions__overlap=sorted(ACTIONS[aide])), maximum=MAISONS_MAX)
    a_demander = not maisons
    if a_demander:
        maisons = maisons_proches(proximite, publiees, maximum=MAISONS_MAX)
    permanences: list[Permanence] = []
    seances: list[Seance] = []
    if PARTENAIRES[aide]:
        permanences = _permanences(aide, proximite, maintenant=maintenant)
        seances = list(
            seances_libres(maintenant=maintenant).filter(permanence__in=[p.pk for p in permanences])[:SEANCES_MAX]
        )
    return Proches(
        cartes=cartes_maisons(maisons, maintenant=maintenant),
        permanences=permanences,
        seances=seances,
        a_demander=a_demander,
    )


def _permanences(aide: AideProche, proximite: Proximite, *, maintenant: datetime) -> list[Permanence]:
    """The nearest ones within the distance asked for, or else further; two queries."""
    rayon = max(proximite.rayon_km or RAYON_ELARGI_KM, RAYON_ELARGI_KM)
    km = lieux_proches(latitude=proximite.latitude, longitude=proximite.longitude, rayon_km=rayon)
    tenues = sorted(
        Permanence.objects.publiques(maintenant=maintenant)
        .filter(partenaire__type__in=sorted(PARTENAIRES[aide]), lieu__in=km)
        .select_related("partenaire", "lieu__maison", "lieu__commune"),
        key=lambda permanence: (km[permanence.lieu_id], permanence.intitule, permanence.pk),
    )
    assez_pres = [p for p in tenues if proximite.rayon_km is None or km[p.lieu_id] <= proximite.rayon_km]
    return (assez_pres or tenues)[:PERMANENCES_MAX]
