"""Questions of where to open that are kept: asked, answered at once or by a worker, never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from maisons.enums import StatutTravail
from maisons.implantation.donnees import POPULATION_MIN_PAR_DEFAUT, Parametres
from maisons.implantation.probleme import ImplantationImpossible, Objectif
from maisons.implantation.reponse import repondre
from maisons.models import Departement, ScenarioImplantation
from maisons.naissances import NATALITE_PAR_DEFAUT, Natalite, natalite_de
from socle.models import Utilisateur

# What a page may make its reader wait for, and what a worker takes when that was not enough.
SECONDES_PAGE = 8.0
SECONDES_TRAVAIL = 120.0


@dataclass(frozen=True)
class Question:
    """What an official asks, in plain values that a row keeps."""

    sites: int
    rayon_km: float = 15.0
    objectif: Objectif = Objectif.COUVERTURE
    plafond_km: float | None = None
    obligatoires: list[str] = field(default_factory=list)
    exclus: list[str] = field(default_factory=list)
    candidats: list[str] = field(default_factory=list)
    population_min: int = POPULATION_MIN_PAR_DEFAUT
    labellisees_seulement: bool = True
    arrets_comptent: bool = False
    # None: the département's own rate, or the national one.
    natalite: float | None = None
    source_natalite: str = ""
    choix: list[str] = field(default_factory=list)

    @classmethod
    def lire(cls, valeurs: Mapping[str, Any]) -> Question:
        return cls(**{**valeurs, "objectif": Objectif(valeurs["objectif"])})

    def ecrire(self) -> dict[str, Any]:
        return {**self.__dict__, "objectif": self.objectif.value}

    def parametres(self, departement: Departement) -> Parametres:
        return Parametres(
            departement=departement,
            sites=self.sites,
            rayon_km=self.rayon_km,
            objectif=self.objectif,
            plafond_km=self.plafond_km,
            obligatoires=frozenset(self.obligatoires),
            exclus=frozenset(self.exclus),
            candidats=frozenset(self.candidats),
            population_min=self.population_min,
            labellisees_seulement=self.labellisees_seulement,
            natalite=self._natalite(departement),
            arrets_comptent=self.arrets_comptent,
        )

    def _natalite(self, departement: Departement) -> Natalite:
        if self.natalite is None:
            return natalite_de(departement.pk)
        # Without a source it is a question kept from when only the national rate had none.
        return Natalite(self.natalite, self.source_natalite or NATALITE_PAR_DEFAUT.source)


def demander(
    *, departement: Departement, nom: str, question: Question, par: Utilisateur | None, maintenant: datetime
) -> ScenarioImplantation:
    """The scenario with its answer, as good as a few seconds give.

    Raises ImplantationImpossible, and keeps nothing, for a question without an answer.
    """
    parametres = question.parametres(departement)
    # A longer search asks the same, whatever rate the département gives by then.
    question = replace(
        question, natalite=parametres.natalite.pour_mille, source_natalite=str(parametres.natalite.source)
    )
    reponse = repondre(parametres, maintenant=maintenant, secondes=SECONDES_PAGE, choix=question.choix)
    return ScenarioImplantation.objects.create(
        departement=departement,
        nom=nom,
        question=question.ecrire(),
        reponse=reponse.resume,
        dessertes=reponse.dessertes,
        statut=StatutTravail.PRET,
        progres=100,
        calcule_le=maintenant,
        cree_le=maintenant,
        cree_par=par,
    )


def prolonger(*, scenario: ScenarioImplantation) -> bool:
    """A worker looks for longer; what was found stays meanwhile. False when there is nothing better to find.

    A search that was given up may be asked for again.
    """
    return bool(
        ScenarioImplantation.objects.filter(
            pk=scenario.pk, statut__in=[StatutTravail.PRET, StatutTravail.ECHEC], reponse__ecart__gt=0
        ).update(statut=StatutTravail.A_FAIRE, progres=0, tentatives=0)
    )


def resoudre(scenario: ScenarioImplantation, maintenant: datetime, avancer: Callable[[int], None]) -> None:
    """The worker's part: the answer replaces the earlier one unless it is worse."""
    question = Question.lire(scenario.question)
    try:
        reponse = repondre(
            question.parametres(scenario.departement),
            maintenant=maintenant,
            secondes=SECONDES_TRAVAIL,
            choix=question.choix,
            avancer=avancer,
        )
    except ImplantationImpossible as refus:
        # A house or a stop was closed meanwhile: what was answered then stays, with the reason.
        ScenarioImplantation.objects.filter(pk=scenario.pk).update(refus=str(refus)[:500])
        return
    if scenario.reponse is None or reponse.resume["ecart"] <= scenario.reponse["ecart"]:
        ScenarioImplantation.objects.filter(pk=scenario.pk).update(
            reponse=reponse.resume, dessertes=reponse.dessertes, calcule_le=maintenant, refus=""
        )
