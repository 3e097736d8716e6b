"""Where to open the next houses: the solver against brute force, and the conditions an official sets."""

from __future__ import annotations

import json
from io import StringIO
from itertools import combinations

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from maisons.distance import distance_km
from maisons.enums import StatutLabel
from maisons.implantation import glouton, optimum
from maisons.implantation.donnees import Parametres, poser_probleme
from maisons.implantation.probleme import (
    ImplantationImpossible,
    Objectif,
    Point,
    Probleme,
    distances_km,
    evaluer,
)
from tests.factories import CommuneFactory, DepartementFactory, LieuFactory, MaisonFactory


def communes(*lignes: tuple[float, float, float]) -> list[Point]:
    return [Point(f"c{n:02}", f"Commune {n}", lat, lon, poids) for n, (lat, lon, poids) in enumerate(lignes)]


def toutes_les_reponses(probleme: Probleme) -> list[tuple[float, tuple[str, ...]]]:
    """The value of every choice that fulfils the conditions, by trying them all."""
    reponses = []
    for choix in combinations([site.code for site in probleme.ouvrables], probleme.sites):
        plan = evaluer(probleme, choix)
        if probleme.obligatoires <= set(choix) and (probleme.plafond_km is None or plan.km_max <= probleme.plafond_km):
            reponses.append((plan.valeur(probleme.objectif), choix))
    return reponses


LIGNES = st.lists(
    st.tuples(
        st.floats(49, 50, allow_subnormal=False),
        st.floats(4, 5, allow_subnormal=False),
        st.integers(0, 400).map(float),
    ),
    min_size=4,
    max_size=9,
    unique_by=lambda ligne: (round(ligne[0], 4), round(ligne[1], 4)),
)


@settings(max_examples=60, deadline=None)
@given(
    lignes=LIGNES,
    sites=st.integers(1, 3),
    rayon=st.sampled_from([5.0, 15.0, 40.0]),
    plafond=st.sampled_from([None, 30.0, 60.0]),
    objectif=st.sampled_from(list(Objectif)),
    existe=st.booleans(),
    impose=st.booleans(),
)
def test_the_answer_is_the_best_of_all_choices(
    lignes: list[tuple[float, float, float]],
    sites: int,
    rayon: float,
    plafond: float | None,
    objectif: Objectif,
    existe: bool,
    impose: bool,
) -> None:
    points = communes(*lignes)
    probleme = Probleme(
        communes=points,
        candidats=points,
        existants=[Point("la", "Déjà là", 49.5, 4.5)] if existe else [],
        sites=sites,
        rayon_km=rayon,
        objectif=objectif,
        obligatoires=frozenset({points[0].code} if impose else ()),
        plafond_km=plafond,
    )
    reponses = toutes_les_reponses(probleme)
    if not reponses:
        with pytest.raises(ImplantationImpossible):
            optimum.choisir(probleme)
        return

    trouve = optimum.choisir(probleme)

    meilleure = (max if objectif == Objectif.COUVERTURE else min)(valeur for valeur, _ in reponses)
    assert trouve.plan.valeur(objectif) == pytest.approx(meilleure, rel=1e-5, abs=1e-4)
    assert trouve.est_prouve
    if impose:
        assert points[0].code in {site.code for site in trouve.plan.sites}
    if plafond is not None:
        assert trouve.plan.km_max <= plafond


def test_the_plain_way_can_be_beaten() -> None:
    # Four towns on a line, a site between each two: the middle one serves most, and spoils the other two.
    villes = communes((49.0, 4.0, 90), (49.0, 4.15, 100), (49.0, 4.3, 100), (49.0, 4.45, 90))
    sites = [Point(f"s{n}", f"Entre {n}", 49.0, 4.075 + n * 0.15) for n in range(3)]
    probleme = Probleme(villes, sites, [], sites=2, rayon_km=6)

    assert glouton.choisir(probleme).naissances_couvertes == 290
    assert optimum.choisir(probleme).plan.naissances_couvertes == 380


def test_equal_questions_have_equal_answers() -> None:
    points = communes(*[(49 + n / 40, 4 + (n * 7 % 11) / 30, 100.0) for n in range(20)])
    probleme = Probleme(points, points, [], sites=4, rayon_km=10)
    melange = Probleme(points, points[::-1], [], sites=4, rayon_km=10)

    assert optimum.choisir(probleme).plan.sites == optimum.choisir(melange).plan.sites


def test_a_house_that_is_there_serves_without_being_counted() -> None:
    points = communes((49.0, 4.0, 300), (49.5, 5.0, 10))
    probleme = Probleme(points, points, [Point("la", "Déjà là", 49.0, 4.0)], sites=1, rayon_km=5)

    plan = optimum.choisir(probleme).plan

    assert [site.code for site in plan.sites] == ["c01"]
    assert plan.part_couverte == 1


def test_no_house_at_all_serves_nobody() -> None:
    points = communes((49.0, 4.0, 300))
    with pytest.raises(ImplantationImpossible, match="au moins une maison"):
        optimum.choisir(Probleme(points, points, [], sites=0, rayon_km=5))


@pytest.mark.parametrize(
    ("changement", "phrase"),
    [
        ({"sites": 3}, "Plus de maisons à ouvrir que de communes candidates"),
        ({"obligatoires": frozenset({"c00"}), "exclus": frozenset({"c00"})}, "à la fois imposée et exclue"),
        ({"obligatoires": frozenset({"zz"})}, "Pas parmi les communes candidates : zz"),
        ({"obligatoires": frozenset({"c00", "c01"})}, "Plus de communes imposées"),
        ({"plafond_km": 0.5, "exclus": frozenset({"c01"})}, "le plafond ne peut être tenu"),
        ({"plafond_km": 5.0}, "Aucun choix de communes"),
    ],
)
@pytest.mark.parametrize("objectif", list(Objectif))
def test_a_question_without_an_answer_says_why(changement: dict[str, object], phrase: str, objectif: Objectif) -> None:
    points = communes((49.0, 4.0, 300), (49.5, 5.0, 10))
    question = {
        "communes": points,
        "candidats": points,
        "existants": [],
        "sites": 1,
        "rayon_km": 5,
        "objectif": objectif,
        **changement,
    }
    with pytest.raises(ImplantationImpossible, match=phrase):
        optimum.choisir(Probleme(**question))  # type: ignore[arg-type]


def test_all_distances_at_once_are_those_of_the_portal() -> None:
    points = communes((49.77, 4.72, 1), (48.58, 7.75, 1), (-21.0, 55.5, 1))
    matrice = distances_km(points, points)
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            assert matrice[i, j] == pytest.approx(distance_km(a.latitude, a.longitude, b.latitude, b.longitude))


@pytest.mark.django_db
class TestDonnees:
    def test_candidates_are_the_communes_that_are_large_enough_or_named(self) -> None:
        grande = CommuneFactory(autre=True, population=5000)
        petite = CommuneFactory(autre=True, population=300, departement=grande.departement)
        CommuneFactory(autre=True, departement__code="67", departement__nom="Bas-Rhin", population=9000)

        def candidats(**choix: object) -> set[str]:
            parametres = Parametres(departement=grande.departement, sites=1, **choix)  # type: ignore[arg-type]
            return {point.code for point in poser_probleme(parametres).candidats}

        assert candidats() == {grande.code_insee}
        assert candidats(population_min=0) == {grande.code_insee, petite.code_insee}
        assert candidats(candidats=frozenset({petite.code_insee})) == {petite.code_insee}
        assert candidats(obligatoires=frozenset({petite.code_insee})) == {grande.code_insee, petite.code_insee}

    def test_only_labelled_houses_count_unless_asked_otherwise(self) -> None:
        commune = CommuneFactory(autre=True, population=5000)
        for maison in (
            MaisonFactory(departement=commune.departement, statut_label=StatutLabel.LABELLISEE, label_le="2026-01-20"),
            MaisonFactory(departement=commune.departement),
            MaisonFactory(departement=commune.departement, ouverte=False),
        ):
            LieuFactory(maison=maison, commune=commune, latitude=commune.latitude, longitude=commune.longitude)

        def existants(*, labellisees_seulement: bool) -> int:
            parametres = Parametres(
                departement=commune.departement, sites=1, labellisees_seulement=labellisees_seulement
            )
            return len(poser_probleme(parametres).existants)

        assert existants(labellisees_seulement=True) == 1
        assert existants(labellisees_seulement=False) == 2

    def test_a_house_over_the_border_counts_when_it_is_near(self) -> None:
        commune = CommuneFactory(autre=True, population=5000, latitude=49.5, longitude=4.5)
        for decalage in (0.3, 0.9):  # 33 km and 100 km to the north
            LieuFactory(
                maison__departement=DepartementFactory(code="59", nom="Nord"),
                maison__statut_label=StatutLabel.LABELLISEE,
                maison__label_le="2026-01-20",
                latitude=commune.latitude + decalage,
                longitude=commune.longitude,
            )
        parametres = Parametres(departement=commune.departement, sites=1)
        assert len(poser_probleme(parametres).existants) == 1

    def test_a_code_of_another_departement_is_refused(self) -> None:
        commune, ailleurs = (
            CommuneFactory(
                autre=True,
            ),
            CommuneFactory(autre=True, departement__code="67", departement__nom="Bas-Rhin"),
        )
        with pytest.raises(ImplantationImpossible, match=ailleurs.code_insee):
            poser_probleme(
                Parametres(departement=commune.departement, sites=1, exclus=frozenset({ailleurs.code_insee}))
            )

    def test_the_command_prints_the_plan_as_json(self) -> None:
        commune = CommuneFactory(autre=True, population=5000)
        CommuneFactory(autre=True, departement=commune.departement, population=1200)
        sortie = StringIO()

        call_command(
            "implanter", departement=commune.departement_id, sites=1, rayon_km=15.0, natalite=10.0, stdout=sortie
        )

        reponse = json.loads(sortie.getvalue())
        assert [site["insee"] for site in reponse["sites"]] == [commune.code_insee]
        assert reponse["ecart"] == 0
        assert reponse["naissances_par_an"] == pytest.approx(62)
        assert reponse["glouton"]["sites"] == reponse["sites"]

    @pytest.mark.parametrize(
        ("options", "phrase"),
        [
            ({"departement": "99"}, "Département inconnu"),
            ({"sites": 9}, "Plus de maisons à ouvrir"),
            ({"exclure": ["67482"]}, "67482"),
        ],
    )
    def test_a_refused_command_says_why(self, options: dict[str, object], phrase: str) -> None:
        commune = CommuneFactory(autre=True, population=5000)
        with pytest.raises(CommandError, match=phrase):
            call_command("implanter", **{"departement": commune.departement_id, "sites": 1, **options})
