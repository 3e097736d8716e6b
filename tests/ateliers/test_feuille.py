"""What is printed: readable by everyone (PDF/UA), with no more than a desk needs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pdfua import validate
from pdfua.model import Severity

from ateliers import pdf
from ateliers.models import Seance
from tests.acces import animer
from tests.equipe import entrer
from tests.factories import FamilleFactory, InscriptionFactory, SeanceFactory, dans

pytestmark = pytest.mark.django_db


@pytest.fixture
def seance() -> Seance:
    seance: Seance = SeanceFactory(titre="Éveil musical", capacite_adultes=60, capacite_enfants=60)
    for n in range(3):
        famille = FamilleFactory(prenom=f"Zélie{n}", email=f"zelie{n}@exemple.fr", telephone="+33612345678")
        InscriptionFactory(seance=seance, famille=famille, besoins=["poussette", "interprete"])
    InscriptionFactory(seance=seance, attente=True, famille__prenom="Patiente")
    return seance


@pytest.fixture
def equipe(client: Client, seance: Seance) -> Client:
    return entrer(client, animer(seance))


def imprimer(equipe: Client, seance: Seance, quoi: str, dossier: Path) -> tuple[Path, str]:
    reponse = equipe.get(reverse(f"admin:ateliers_seance_{quoi}", args=[seance.pk]))
    assert reponse.status_code == 200
    assert reponse["Content-Type"] == "application/pdf"
    assert "no-store" in reponse["Cache-Control"]
    fichier = dossier / f"{quoi}.pdf"
    fichier.write_bytes(reponse.content)
    texte = subprocess.run(["pdftotext", "-layout", fichier, "-"], capture_output=True, check=True).stdout.decode()
    return fichier, texte.replace(" / ", "/")


def erreurs(fichier: Path) -> list[str]:
    return [
        f"{constat.rule_id} {constat.message}"
        for constat in validate(str(fichier)).findings
        if constat.severity >= Severity.ERROR
    ]


class TestFeuille:
    def test_holds_what_the_desk_needs_and_no_contact(self, equipe: Client, seance: Seance, tmp_path: Path) -> None:
        fichier, texte = imprimer(equipe, seance, "feuille", tmp_path)
        assert erreurs(fichier) == []
        for attendu in ("Zélie0", "Zélie2", "Éveil musical", "poussette", "Famille 1", "1/1"):
            assert attendu in texte
        for tu in ("zelie", "exemple.fr", "06 12", "Patiente"):
            assert tu not in texte

    def test_a_long_list_has_its_header_on_every_page(self, equipe: Client, seance: Seance, tmp_path: Path) -> None:
        for n in range(45):
            InscriptionFactory(seance=seance, famille__prenom=f"Amadou{n}")
        fichier, texte = imprimer(equipe, seance, "feuille", tmp_path)
        pages = texte.rstrip("\f").split("\f")
        assert len(pages) == 3
        assert erreurs(fichier) == []
        for numero, page in enumerate(pages, start=1):
            assert f"{numero}/{len(pages)}" in page
            assert seance.lieu.maison.nom in page

    def test_nobody_booked(self, equipe: Client, seance: Seance, tmp_path: Path) -> None:
        vide = SeanceFactory(lieu=seance.lieu, animateur=seance.animateur, debut=dans(days=6))
        fichier, texte = imprimer(equipe, vide, "feuille", tmp_path)
        assert "Personne n'a réservé" in texte.replace("’", "'")
        assert erreurs(fichier) == []

    def test_a_name_is_text(self, equipe: Client, seance: Seance, tmp_path: Path) -> None:
        InscriptionFactory(seance=seance, famille__prenom="<img src=file:///etc/passwd>")
        _fichier, texte = imprimer(equipe, seance, "feuille", tmp_path)
        assert "<img" in texte
        assert "root:" not in texte


class TestAffiche:
    def test_names_no_family(self, equipe: Client, seance: Seance, tmp_path: Path) -> None:
        fichier, texte = imprimer(equipe, seance, "affiche", tmp_path)
        assert erreurs(fichier) == []
        assert "Zélie" not in texte
        assert pdf.adresse_porte(seance) in texte

    def test_a_cancelled_session_has_none(self, equipe: Client, seance: Seance) -> None:
        annulee = SeanceFactory(lieu=seance.lieu, annulee=True)
        assert equipe.get(reverse("admin:ateliers_seance_affiche", args=[annulee.pk])).status_code == 403
