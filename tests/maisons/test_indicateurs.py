"""The indicators of groups, births, partners, stops, training and surveys, at the edges of their definition."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ateliers.enums import ItemBilan, MomentBilan, Presence, StatutGroupe, StatutMembre
from ateliers.models import ReponseBilan
from enquetes.indicateurs import _compter, _par_maison
from maisons.enums import Role
from maisons.label import indicateurs
from maisons.label.indicateurs import Periode
from maisons.models import Formation, Maison
from tests.factories import (
    AffectationFactory,
    ArretFactory,
    CommuneFactory,
    EnfantFactory,
    EnfantInscritFactory,
    EquipageFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    MaisonFactory,
    MembreGroupeFactory,
    PartenaireFactory,
    PermanenceFactory,
    SeanceFactory,
    TerritoireFactory,
)

MARS = Periode(date(2026, 3, 1), date(2026, 3, 31))


def mesure(code: str, maison: Maison) -> indicateurs.Mesure:
    indicateur = indicateurs.trouver(code)
    assert indicateur is not None
    return indicateur.mesurer([maison.pk], MARS)[maison.pk]


def valeur(code: str, maison: Maison) -> float | None:
    indicateur = indicateurs.trouver(code)
    assert indicateur is not None
    return indicateur.valeur(mesure(code, maison))


@pytest.fixture
def maison(db: None) -> Maison:
    creee: Maison = MaisonFactory()
    return creee


def test_every_indicator_the_label_needs_is_registered() -> None:
    codes = {indicateur.code for indicateur in indicateurs.tous()}
    assert codes >= {
        "seances-tenues",
        "part-gratuite",
        "parents-accueillis",
        "enfants-accueillis",
        "premieres-visites",
        "groupes-ouverts",
        "groupes-vivants",
        "assiduite",
        "abandons-groupes",
        "part-naissances",
        "heures-ouvertes",
        "heures-elargies",
        "partenaires-verifies",
        "arrets-tenus",
        "communes-couvertes",
        "langues",
        "coparents",
        "satisfaction",
        "avant-apres",
        "facilitateurs-formes",
        "delai-attente",
    }
    for indicateur in indicateurs.tous():
        assert str(indicateur.definition).endswith("."), indicateur.code


@pytest.mark.parametrize(
    ("premiere", "clos_le", "ouvert", "vivant"),
    [
        (date(2026, 3, 1), None, 1, 0),
        (date(2026, 4, 1), None, 0, 0),
        (date(2025, 9, 10), None, 0, 1),
        # Ended a month before its six months.
        (date(2025, 9, 10), datetime(2026, 2, 10, tzinfo=UTC), 0, 0),
        (date(2025, 9, 10), datetime(2026, 3, 20, tzinfo=UTC), 0, 1),
        # Ended before it met at all.
        (date(2026, 3, 20), datetime(2026, 3, 10, tzinfo=UTC), 0, 0),
        # Six months on the last day of February.
        (date(2025, 8, 28), None, 0, 0),
    ],
)
def test_groups_opened_and_alive_after_six_months(
    maison: Maison, premiere: date, clos_le: datetime | None, ouvert: int, vivant: int
) -> None:
    GroupePairsFactory(
        maison=maison,
        premiere_rencontre=premiere,
        heure="10:00",
        statut=StatutGroupe.CLOS if clos_le else StatutGroupe.OUVERT,
        clos_le=clos_le,
    )
    assert (valeur("groupes-ouverts", maison), valeur("groupes-vivants", maison)) == (ouvert, vivant)


def test_those_who_left_a_group_among_those_who_were_in_it(maison: Maison) -> None:
    groupe = GroupePairsFactory(maison=maison)
    arrivee = datetime(2026, 1, 10, tzinfo=UTC)
    # One family left, and was taken in again.
    demande = MembreGroupeFactory(groupe=groupe, membre_depuis=arrivee).demande
    for fini_le in (datetime(2026, 3, 15, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)):
        MembreGroupeFactory(
            groupe=groupe,
            demande=demande,
            membre_depuis=arrivee,
            statut=StatutMembre.PARTI,
            fini_le=fini_le,
            fini_par="famille",
        )
    found = mesure("abandons-groupes", maison)
    # Who left before the period is not in it.
    assert (found.numerateur, found.denominateur, found.effectif) == (1, 2, 1)


def test_before_and_after_counts_groups_that_ended_with_enough_answers(maison: Maison) -> None:
    clos: dict[str, Any] = {"statut": StatutGroupe.CLOS, "clos_le": datetime(2026, 3, 20, tzinfo=UTC)}
    assez, peu = GroupePairsFactory(maison=maison, **clos), GroupePairsFactory(maison=maison, **clos)
    for groupe, n in ((assez, 5), (peu, 4)):
        for moment, note in ((MomentBilan.AVANT, 2), (MomentBilan.APRES, 4)):
            ReponseBilan.objects.bulk_create(
                ReponseBilan(groupe=groupe, moment=moment, reponses={ItemBilan.AISE.value: note}) for _ in range(n)
            )
    found = mesure("avant-apres", maison)
    assert (found.numerateur, found.denominateur, found.effectif) == (10.0, 5.0, 5)


def test_births_reached_are_counted_once_against_those_of_the_territory(maison: Maison) -> None:
    territoire = TerritoireFactory()
    territoire.communes.add(CommuneFactory(population=12_000))
    Maison.objects.filter(pk=maison.pk).update(territoire=territoire)
    lieu = LieuFactory(maison=maison)
    bebe = EnfantFactory(naissance=date(2026, 3, 10))
    plus_grand = EnfantFactory(naissance=date(2025, 3, 10))
    for jour, enfant in ((12, bebe), (19, bebe), (19, plus_grand)):
        debut = datetime(2026, 3, jour, 9, tzinfo=UTC)
        seance = SeanceFactory(lieu=lieu, debut=debut, fin=debut + timedelta(hours=1))
        venue = InscriptionFactory(
            seance=seance,
            famille=enfant.famille,
            presence=Presence.PRESENTE,
            adultes_presents=1,
            enfants_presents=1,
            pointee_le=debut,
        )
        EnfantInscritFactory(inscription=venue, enfant=enfant)
    found = mesure("part-naissances", maison)
    assert found.numerateur == 1
    # 12,000 inhabitants × 9.7 ‰ × 31 days of a year.
    assert found.denominateur == pytest.approx(9.88, abs=0.01)
    # One family is too few to be told.
    indicateur = indicateurs.trouver("part-naissances")
    assert indicateur is not None
    assert indicateur.est_masque(found)


def test_a_house_without_territory_has_no_share_of_births(maison: Maison) -> None:
    assert valeur("part-naissances", maison) is None


def test_partners_count_while_their_entry_is_verified(maison: Maison) -> None:
    lieu = LieuFactory(maison=maison)
    recent = PartenaireFactory(verifie_le=datetime(2026, 3, 1, tzinfo=UTC))
    vieux = PartenaireFactory(verifie_le=datetime(2025, 3, 1, tzinfo=UTC))
    for partenaire in (recent, recent, vieux):
        PermanenceFactory(partenaire=partenaire, lieu=lieu)
    PermanenceFactory(
        partenaire=PartenaireFactory(verifie_le=datetime(2026, 3, 1, tzinfo=UTC)), lieu=lieu, active=False
    )
    assert valeur("partenaires-verifies", maison) == 1
    # Checked once more since: it was before, too.
    recent.verifie_le = datetime(2026, 4, 20, tzinfo=UTC)
    recent.save(update_fields=["verifie_le"])
    assert valeur("partenaires-verifies", maison) == 1


def test_stops_held_and_their_communes(maison: Maison) -> None:
    equipage = EquipageFactory(maison=maison)
    lieu = LieuFactory(maison=maison)
    for jour, options in ((3, {}), (10, {}), (17, {"annule": True})):
        ArretFactory(equipage=equipage, lieu=lieu, debut=datetime(2026, 3, jour, 9, tzinfo=UTC), **options)
    ArretFactory(equipage=equipage, lieu=lieu, debut=datetime(2026, 4, 1, 9, tzinfo=UTC))
    assert (valeur("arrets-tenus", maison), valeur("communes-couvertes", maison)) == (2, 1)


def test_a_training_counts_until_it_ends(maison: Maison) -> None:
    formes = []
    for valable_au in (None, date(2026, 3, 31), date(2026, 3, 30)):
        personne = AffectationFactory(maison=maison, role=Role.ANIMATEUR, du=date(2026, 1, 1)).utilisateur
        Formation.objects.create(
            utilisateur=personne, intitule="Facilitateur", suivie_le=date(2025, 1, 1), valable_au=valable_au
        )
        formes.append(personne)
    # A whole organisation's animateur is one of this house too; a responsable is none.
    AffectationFactory(
        organisation_entiere=True, organisation=maison.organisation, role=Role.ANIMATEUR, du=date(2026, 1, 1)
    )
    AffectationFactory(maison=maison, du=date(2026, 1, 1))
    found = mesure("facilitateurs-formes", maison)
    assert (found.numerateur, found.denominateur) == (2, 4)


def test_satisfaction_leaves_out_what_publication_hid() -> None:
    modalites = [[str(point), str(point)] for point in range(1, 6)] + [["_sans", "sans réponse"]]
    somme = [0, 0]
    _compter(somme, modalites, [0, 0, 5, 10, 20, 7])
    assert somme == [30, 35]
    _compter(somme, modalites, [None, 0, 5, 10, 20, 7])
    assert somme == [30, 35]


def test_satisfaction_is_a_houses_when_it_stands_alone() -> None:
    contenu = {"axes": {"maison": [{"membres": [7]}, {"membres": [8, 9]}]}}
    tableau = {"total": [1, 2], "axes": {"maison": [[3, 4], [5, 6]]}}
    assert list(_par_maison(tableau, contenu, None)) == [(7, [3, 4])]
    assert list(_par_maison(tableau, contenu, 3)) == [(3, [1, 2])]
