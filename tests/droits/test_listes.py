"""A list of the staff's site takes as many queries with a hundred rows as with one: every list, found by itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers.models import Composition
from maisons.label import candidatures
from maisons.models import Formation, ValeurIndicateur, VersionReferentiel
from socle.models import Export, Lecture
from tests import factories as f
from tests.droits import regles as r
from tests.droits.monde import Monde, _invitation, sans_suite

CENT = 100
LISTES = {modele._meta.label: modele for modele in admin.site._registry}
FABRIQUES = {
    fabrique._meta.model: fabrique
    for fabrique in vars(f).values()
    if isinstance(fabrique, type) and issubclass(fabrique, f.DjangoModelFactory) and fabrique._meta.model
}


def _ici(monde: Monde, modele: type[models.Model], rang: int) -> Any:
    """One more row of this model at the house of the person who looks."""
    ici = monde.ici
    a_part: dict[str, Callable[[], Any]] = {
        "ateliers.Composition": lambda: Composition.objects.create(par=moi).maisons.set([ici["maison"]]),
        "maisons.Invitation": lambda: _invitation(ici["maison"], moi),
        "socle.Export": lambda: Export.objects.create(demandeur=moi, quoi="seances", format="csv"),
        "socle.Lecture": lambda: Lecture.objects.create(
            utilisateur=moi, page="essai", objet_type=type_famille, objets=[rang + 1], cadres=[ici["maison"].pk]
        ),
        "socle.Utilisateur": lambda: f.AffectationFactory(maison=ici["maison"]),
        "familles.Famille": lambda: f.InscriptionFactory(seance=vide, compter=False),
        "ateliers.Inscription": lambda: f.InscriptionFactory(seance=vide, compter=False),
        "socle.Message": lambda: f.MessageFactory(objet=ici["inscription"], cle_unique=str(uuid.uuid4())),
        "maisons.Commune": lambda: f.CommuneFactory(autre=True),
        "maisons.Departement": lambda: f.DepartementFactory(code=f"9{rang:02d}"[-3:], nom=f"Département {rang}"),
    }
    a_part |= _du_label(ici, rang)
    moi = monde.utilisateurs[r.RESPONSABLE]
    type_famille = ici["lecture"].objet_type
    vide = ici["brouillon"]
    if modele._meta.label in a_part:
        return a_part[modele._meta.label]()
    liens = {champ.name: ici[nom] for champ, nom in _liens(modele, ici)}
    if modele._meta.label == "ateliers.Seance":
        liens = {"lieu": ici["lieu"], "atelier": ici["atelier"], "debut": f.dans(days=rang + 6)}
    if modele._meta.label == "maisons.Arret":
        liens |= {"debut": f.dans(days=rang + 2)}
    if modele._meta.label == "maisons.Maison":
        liens |= {"departement": ici["maison"].departement, "organisation": ici["organisation"]}
    return FABRIQUES[modele](**liens)


def _du_label(ici: Any, rang: int) -> dict[str, Callable[[], Any]]:
    """One more row on the way to the label. A house has one candidature a version: each is of a new house."""
    maison, candidature, jour = ici["maison"], ici["candidature"], f.maintenant().date()

    def candidate() -> Any:
        voisine = f.MaisonFactory(departement=maison.departement, organisation=maison.organisation)
        return candidatures.ouvrir(maison=voisine, version=candidature.version, par=ici["utilisateur"], le=jour)

    return {
        "maisons.Candidature": candidate,
        "maisons.LigneBudget": lambda: f.LigneBudgetFactory(candidature=candidature),
        # One a year: there are fewer years than rows.
        "maisons.TauxNatalite": lambda: f.TauxNataliteFactory(departement=f.DepartementFactory(code=f"x{rang:02}")),
        "maisons.Edition": lambda: f.EditionFactory(
            maison=maison, candidature=candidature, numero=rang + 2, cree_par=ici["utilisateur"]
        ),
        "maisons.Formation": lambda: Formation.objects.create(
            utilisateur=ici["utilisateur"], intitule=f"Formation {rang}", suivie_le=jour
        ),
        "maisons.ValeurIndicateur": lambda: ValeurIndicateur.objects.create(
            maison=maison,
            indicateur="langues",
            definition=1,
            du=date(2026, 1, 1),
            au=date(2026, 12, 31),
            arretee_le=jour - timedelta(days=rang + 1),
            numerateur=3,
        ),
        "maisons.VersionReferentiel": lambda: VersionReferentiel.objects.create(
            referentiel=candidature.version.referentiel, numero=f"b{rang}", valide_du=jour
        ),
    }


def _liens(modele: type[models.Model], ici: Any) -> list[tuple[Any, str]]:
    """The foreign keys that put a row at the house: to itself, or to something of it."""
    connus = {"maison", "lieu", "atelier", "equipage", "tournee", "groupe", "partenaire"}
    return [
        (champ, champ.name)
        for champ in modele._meta.fields
        if isinstance(champ, models.ForeignKey)
        and champ.name in connus
        and champ.name in ici.objets
        and not champ.null
    ]


# Their rows come with a whole survey, which this world has none of yet.
SANS_RANGEES = {label for label, modele in LISTES.items() if label.startswith("enquetes.") and modele not in FABRIQUES}


@pytest.mark.parametrize("liste", sorted(set(LISTES) - SANS_RANGEES))
def test_the_queries_of_a_list_stay_the_same(monde: Monde, liste: str) -> None:
    modele = LISTES[liste]
    adresse = reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
    with sans_suite():
        personnes = (r.RESPONSABLE, r.ADMINISTRATEUR)
        # Once to warm what is kept in memory.
        peu = [(_requetes(monde, personne, adresse), _requetes(monde, personne, adresse))[1] for personne in personnes]
        for rang in range(CENT):
            _ici(monde, modele, rang)
        assert modele._default_manager.count() >= CENT
        assert [_requetes(monde, personne, adresse) for personne in personnes] == peu


def _requetes(monde: Monde, personne: str, adresse: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as requetes:
        reponse, _ecrits = monde.demander(personne, r.GET, adresse)
    assert reponse.status_code in (200, 403)
    return len(requetes)
