"""Loading the communes and finding them again, on the whole file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from maisons import chargement
from maisons.chargement import charger_reference
from maisons.models import Commune, Departement
from tests.factories import LieuFactory, TerritoireFactory
from tests.reference import reference_chargee

COMMUNES = 34_870

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture(scope="module")
def reference(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with reference_chargee(django_db_blocker):
        yield


def noms(saisie: str, maximum: int = 6) -> list[str]:
    return [commune.nom for commune in Commune.objects.correspondant_a(saisie)[:maximum]]


class TestChargement:
    def test_every_commune_and_departement_of_the_files(self) -> None:
        assert Commune.objects.count() == COMMUNES
        assert Departement.objects.count() == 101
        rethel = Commune.objects.get(pk="08362")
        assert (rethel.nom, rethel.nom_recherche, rethel.codes_postaux) == ("Rethel", "rethel", ["08300"])
        assert (rethel.departement_id, rethel.epci) == ("08", "200043156")
        assert (round(rethel.latitude, 2), round(rethel.longitude, 2)) == (49.51, 4.37)
        hay = Commune.objects.get(nom="L'Haÿ-les-Roses")
        assert hay.nom_recherche == "l hay les roses"
        assert Departement.objects.get(pk="974").fuseau == "Indian/Reunion"

    def test_loading_again_changes_nothing(self) -> None:
        bilan = charger_reference()
        assert (bilan.lues, bilan.creees, bilan.modifiees, bilan.supprimees) == (COMMUNES, 0, 0, 0)

    def test_the_command_tells_its_steps(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("charger_reference")
        sortie = capsys.readouterr().out
        assert "34870 lues" in sortie
        assert "0 créées, 0 modifiées" in sortie

    def test_what_vanished_goes_unless_it_is_used(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.copytree(chargement.DONNEES, tmp_path / "donnees")
        fichier = tmp_path / "donnees" / "communes_france.csv"
        # Rethel has a house, Acy-Romance is in a territory, Aiglemont is nobody's; Vouziers has grown.
        lignes = fichier.read_text().splitlines()
        lignes = [ligne for ligne in lignes if not ligne.startswith(("08362,", "08001,", "08003,"))]
        lignes = [ligne.replace(",3825,", ",9999,") if ligne.startswith("08490,") else ligne for ligne in lignes]
        fichier.write_text("\n".join([*lignes, "08999,Bébé-sur-Meuse,08,,08000,12,49.5,4.5"]) + "\n")
        monkeypatch.setattr(chargement, "DONNEES", tmp_path / "donnees")
        LieuFactory(commune_id="08362", commune=None)
        TerritoireFactory().communes.add("08001")

        bilan = charger_reference()

        assert (bilan.creees, bilan.modifiees, bilan.supprimees, bilan.conservees) == (1, 1, 1, 2)
        assert Commune.objects.filter(pk="08362").exists()
        assert Commune.objects.filter(pk="08001").exists()
        assert not Commune.objects.filter(pk="08003").exists()
        assert Commune.objects.get(pk="08490").population == 9999


class TestRecherche:
    @pytest.mark.parametrize(
        ("saisie", "premiere"),
        [
            ("Rethel", "Rethel"),
            ("RETHEL", "Rethel"),
            ("charl mez", "Charleville-Mézières"),
            ("charleville mezieres", "Charleville-Mézières"),
            ("charlevillemezieres", "Charleville-Mézières"),
            ("mez charl", "Charleville-Mézières"),
            ("Charleville-Mézières", "Charleville-Mézières"),
            ("st etienne", "Saint-Étienne"),
            ("St-Étienne", "Saint-Étienne"),
            ("saint etienne", "Saint-Étienne"),
            ("ste menehould", "Sainte-Menehould"),
            ("Sainte-Menehould", "Sainte-Menehould"),
            ("lhay les roses", "L'Haÿ-les-Roses"),
            ("l'hay-les-roses", "L'Haÿ-les-Roses"),
            ("L'Haÿ-les-Roses", "L'Haÿ-les-Roses"),
            ("hay roses", "L'Haÿ-les-Roses"),
            ("oeuilly", "Œuilly"),
            ("Œuilly", "Œuilly"),
            ("bage", "Bâgé-Dommartin"),
            ("Bâgé", "Bâgé-Dommartin"),
            ("y", "Y"),
            ("paris", "Paris"),
            ("Paris 10e", "Paris"),
            ("paris 10", "Paris"),
            ("Paris 1er", "Paris"),
            ("Lyon 3ème arrondissement", "Lyon"),
            ("marseille 13", "Marseille"),
            ("75010", "Paris"),
            ("75 010", "Paris"),
            ("08000", "Charleville-Mézières"),
            ("08300", "Rethel"),
            ("080", "Charleville-Mézières"),
            ("08000 warcq", "Warcq"),
            ("st denis 974", "Saint-Denis"),
            ("57070", "Metz"),
        ],
    )
    def test_the_first_answer_is_the_one_meant(self, saisie: str, premiere: str) -> None:
        assert noms(saisie)[0] == premiere

    def test_a_postcode_gives_all_its_communes_the_largest_first(self) -> None:
        communes = noms("08000", 20)
        assert communes[:3] == ["Charleville-Mézières", "Villers-Semeuse", "La Francheville"]
        assert len(communes) > 5
        # A second postcode counts as the first does.
        assert noms("69009") == ["Lyon"]
        assert "Lyon" in noms("6900")

    def test_namesakes_by_population(self) -> None:
        assert [c.departement_id for c in Commune.objects.correspondant_a("saint denis")[:2]] == ["974", "93"]

    def test_names_that_begin_so_come_before_those_that_hold_it(self) -> None:
        assert noms("rethel") == ["Rethel", "Sault-lès-Rethel"]

    @pytest.mark.parametrize(
        "saisie",
        [
            "",
            "   ",
            "-",
            "'",
            "😀",
            "99999",
            "00000",
            "x'; DROP TABLE",
            "%",
            "_",
            "(",
            "a" * 10_000,
            "08000 51100",
            "Paris 99e",
        ],
    )
    def test_what_names_no_commune_finds_none(self, saisie: str) -> None:
        assert noms(saisie) == []

    def test_a_misspelt_name_has_look_alikes(self) -> None:
        assert Commune.objects.ressemblant_a("charlevile mesieres")[0].nom == "Charleville-Mézières"

    @pytest.mark.parametrize(
        ("saisie", "index"),
        [
            ("charl mez", "commune_nom_trgm"),
            ("st etienne", "commune_nom_trgm"),
            ("charl mez", "commune_nom_colle_trgm"),
            ("08000", "commune_codes_postaux"),
            ("080", "commune_cp_trgm"),
        ],
    )
    def test_the_search_uses_an_index(self, saisie: str, index: str) -> None:
        plan = Commune.objects.correspondant_a(saisie)[:8].explain()
        assert index in plan
        assert "Seq Scan" not in plan

    def test_one_query_each(self, django_assert_num_queries: Any) -> None:
        assert connection.vendor == "postgresql"
        with django_assert_num_queries(1):
            noms("charl mez")
