"""A season from a spreadsheet: bad rows are named and nothing is written; then all of it, once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from ateliers import imports
from ateliers.enums import StatutSeance
from ateliers.imports import COLONNES, analyser, importer, lire_classeur
from ateliers.models import Seance
from ateliers.occupations import SeanceRefusee
from maisons.enums import Role
from maisons.models import Lieu
from socle.classeurs import FichierRefuse
from tests.acces import QUI, personne
from tests.ateliers.test_seances import MAINTENANT, a_paris
from tests.equipe import entrer
from tests.factories import AffectationFactory, AtelierFactory, LieuFactory, SalleFactory, SeanceFactory

pytestmark = pytest.mark.django_db

PAGE = "/equipe/ateliers/seance/importer/"
ENTETES = [str(libelle) for libelle in COLONNES.values()]


def classeur(rangees: Sequence[Sequence[Any]], entetes: Sequence[str] = ENTETES) -> bytes:
    livre = Workbook()
    livre.active.append(list(entetes))
    for rangee in rangees:
        livre.active.append(list(rangee))
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def rangee(**cases: Any) -> list[Any]:
    valeurs = {"atelier": "Portage", "date": date(2026, 3, 10), "heure": time(14), **cases}
    return [valeurs.get(cle) for cle in COLONNES]


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory(nom="La Maison")
    AtelierFactory(maison=lieu.maison, titre="Portage", intervenants="Nadia", capacite_adultes=6)
    return lieu


def juger(lieu: Lieu, *rangees: list[Any]) -> imports.Analyse:
    return analyser(lignes=lire_classeur(classeur(rangees)), maison=lieu.maison, maintenant=MAINTENANT)


def creer(lieu: Lieu, *rangees: list[Any]) -> list[Seance]:
    return importer(lignes=lire_classeur(classeur(rangees)), maison=lieu.maison, maintenant=MAINTENANT)


class TestImporter:
    def test_cells_as_a_spreadsheet_and_as_a_person_write_them(self, lieu: Lieu) -> None:
        salle = SalleFactory(lieu=lieu, nom="Salle verte")
        agathe = AffectationFactory(maison=lieu.maison, role=Role.ANIMATEUR).utilisateur
        pleine = rangee(
            lieu="la maison", salle="SALLE VERTE", duree=60, animateur=agathe.email, adultes="4", enfants=0
        )
        tapee = rangee(date="17/03/2026", heure="9h30")
        une, autre = creer(lieu, pleine, tapee)
        assert (une.debut, une.fin) == (a_paris(2026, 3, 10, 14), a_paris(2026, 3, 10, 15))
        assert (une.salle, une.animateur, une.capacite_adultes, une.capacite_enfants) == (salle, agathe, 4, 0)
        assert (autre.debut, autre.capacite_adultes, autre.intervenants) == (a_paris(2026, 3, 17, 9, 30), 6, "Nadia")
        assert {une.statut, autre.statut} == {StatutSeance.BROUILLON}

    def test_the_same_file_twice_creates_once(self, lieu: Lieu) -> None:
        creer(lieu, rangee())
        assert creer(lieu, rangee()) == []
        assert Seance.objects.count() == 1
        Seance.objects.update(debut=a_paris(2026, 3, 11, 14), fin=a_paris(2026, 3, 11, 15))
        assert creer(lieu, rangee()) == []

    def test_what_was_planned_by_hand_stays(self, lieu: Lieu) -> None:
        SeanceFactory(lieu=lieu, atelier=lieu.maison.ateliers.get(), debut=a_paris(2026, 3, 10, 14))
        analyse = juger(lieu, rangee(), rangee(date=date(2026, 3, 17)))
        assert [prevue.ligne for prevue in analyse.deja_la] == [2]
        assert [prevue.ligne for prevue in analyse.nouvelles] == [3]

    @pytest.mark.parametrize(
        ("cases", "colonne", "mots"),
        [
            ({"atelier": "Inconnu"}, "Atelier", "« Inconnu »"),
            ({"atelier": None}, "Atelier", "vide"),
            ({"lieu": "Ailleurs"}, "Lieu", "« Ailleurs »"),
            ({"salle": "Cave"}, "Salle", "« Cave »"),
            ({"date": "31/02/2026"}, "Date", "n'est pas une date"),
            ({"date": date(2020, 1, 1)}, "Date", "passé"),
            ({"date": date(2036, 1, 1)}, "Date", "deux ans"),
            ({"date": date(2026, 3, 29), "heure": "2:30"}, "Heure", "n'existe pas"),
            ({"heure": "matin"}, "Heure", "n'est pas une heure"),
            ({"heure": None}, "Heure", "vide"),
            ({"duree": 5}, "Durée (minutes)", "de 10 à 720"),
            ({"adultes": -3}, "Places adultes", "de 1 à 500"),
            ({"adultes": "beaucoup"}, "Places adultes", "de 1 à 500"),
            ({"animateur": "x@ailleurs.fr"}, "Animée par (e-mail)", "équipe de la maison"),
            ({"atelier": "=A1"}, "Atelier", "formule"),
            ({"intervenants": '=HYPERLINK("http://x")'}, "Avec, pour les familles", "formule"),
            ({"intervenants": "x" * 300}, "Avec, pour les familles", "trop long"),
        ],
    )
    def test_a_bad_row_is_named_and_nothing_is_created(
        self, lieu: Lieu, cases: dict[str, Any], colonne: str, mots: str
    ) -> None:
        analyse = juger(lieu, rangee(date=date(2026, 3, 24)), rangee(**cases))
        (erreur,) = analyse.erreurs
        assert (erreur.ligne, erreur.colonne) == (3, colonne)
        assert mots in erreur.quoi
        with pytest.raises(SeanceRefusee, match="Ligne 3"):
            creer(lieu, rangee(date=date(2026, 3, 24)), rangee(**cases))
        assert not Seance.objects.exists()

    def test_leaders_and_rooms_taken_by_the_agenda_and_by_other_rows(self, lieu: Lieu) -> None:
        agathe = AffectationFactory(maison=lieu.maison, role=Role.ANIMATEUR).utilisateur
        SalleFactory(lieu=lieu, nom="Verte")
        AtelierFactory(maison=lieu.maison, titre="Massage")
        SeanceFactory(animateur=agathe, debut=a_paris(2026, 3, 10, 14))
        analyse = juger(
            lieu,
            rangee(animateur=agathe.email),
            rangee(date=date(2026, 3, 11), salle="Verte"),
            rangee(date=date(2026, 3, 11), salle="Verte", atelier="Massage", heure=time(15)),
            rangee(date=date(2026, 3, 11)),
        )
        erreurs = [(erreur.ligne, erreur.quoi) for erreur in analyse.erreurs]
        assert "n'est pas libre" in dict(erreurs)[2]
        assert "par la ligne 3" in dict(erreurs)[4]
        assert "même séance que la ligne 3" in dict(erreurs)[5]

    def test_another_houses_names_are_unknown(self, lieu: Lieu) -> None:
        voisine = LieuFactory(nom="Chez les voisins")
        AtelierFactory(maison=voisine.maison, titre="Secret")
        analyse = juger(lieu, rangee(atelier="Secret"), rangee(lieu="Chez les voisins"))
        assert [erreur.colonne for erreur in analyse.erreurs] == ["Atelier", "Lieu"]

    @pytest.mark.parametrize("cle", ["atelier", "lieu"])
    def test_two_of_one_name_are_not_told_apart_by_chance(self, lieu: Lieu, cle: str) -> None:
        AtelierFactory(maison=lieu.maison, titre="PORTAGE") if cle == "atelier" else LieuFactory(
            maison=lieu.maison, nom="la maison"
        )
        analyse = juger(lieu, rangee(lieu="La Maison"))
        assert [(erreur.ligne, erreur.colonne) for erreur in analyse.erreurs] == [(2, str(COLONNES[cle]))]
        assert "plusieurs" in analyse.erreurs[0].quoi
        assert analyse.prevues == []

    def test_flat_whatever_the_number_of_rows(self, lieu: Lieu) -> None:
        def compter(n: int) -> int:
            rangees = [rangee(heure=time(8 + i)) for i in range(n)]
            with CaptureQueriesContext(connection) as faites:
                juger(lieu, *rangees)
            return len(faites)

        assert compter(1) == compter(12)


class TestFichier:
    def test_what_is_no_workbook_is_refused(self) -> None:
        for octets in (b"", b"PK\x03\x04", b"nom;date", classeur([])[:500]):
            with pytest.raises(FichierRefuse, match="lisible"):
                lire_classeur(octets)

    def test_a_missing_column_is_named(self) -> None:
        with pytest.raises(FichierRefuse, match="Heure"):
            lire_classeur(classeur([], entetes=["Atelier", "Date"]))

    def test_too_many_rows_and_too_large(self) -> None:
        with pytest.raises(FichierRefuse, match="trop de lignes"):
            lire_classeur(classeur([rangee()] * 501))
        with pytest.raises(FichierRefuse, match="1 Mo"):
            lire_classeur(b"x" * 1_000_001)

    def test_a_file_that_swells_is_not_unpacked(self) -> None:
        tampon = io.BytesIO()
        with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
        with pytest.raises(FichierRefuse, match="trop lourd"):
            lire_classeur(tampon.getvalue())


class TestPage:
    @pytest.fixture
    def equipe(self, client: Client, lieu: Lieu) -> Client:
        return entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)

    def envoyer(self, client: Client, lieu: Lieu, *rangees: list[Any]) -> Any:
        fichier = SimpleUploadedFile("saison.xlsx", classeur(rangees))
        return client.post(PAGE, {"maison": lieu.maison_id, "fichier": fichier})

    def demain(self, **cases: Any) -> list[Any]:
        return rangee(date=date(date.today().year + 1, 3, 3), **cases)  # noqa: DTZ011

    def test_checked_then_created_once(self, equipe: Client, lieu: Lieu) -> None:
        assert PAGE in equipe.get("/equipe/ateliers/seance/").content.decode()
        assert equipe.get(PAGE).status_code == 200
        apercu = self.envoyer(equipe, lieu, self.demain())
        assert len(apercu.context["analyse"].nouvelles) == 1
        assert not Seance.objects.exists()
        for _tour in range(2):
            reponse = equipe.post(PAGE, {"etape": "confirmer", "jeton": apercu.context["jeton"]})
            assert "statut__exact=brouillon" in reponse["Location"]
        assert Seance.objects.count() == 1

    def test_errors_are_shown_and_cannot_be_confirmed(self, equipe: Client, lieu: Lieu) -> None:
        apercu = self.envoyer(equipe, lieu, self.demain(atelier="<b>Inconnu</b>"), self.demain())
        page = apercu.content.decode()
        assert "&lt;b&gt;Inconnu" in page
        assert 'value="confirmer"' not in page
        equipe.post(PAGE, {"etape": "confirmer", "jeton": apercu.context["jeton"]})
        assert not Seance.objects.exists()

    def test_anothers_check_and_a_forged_one_create_nothing(self, equipe: Client, lieu: Lieu, client: Client) -> None:
        jeton = self.envoyer(equipe, lieu, self.demain()).context["jeton"]
        collegue = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        for essai in (jeton, jeton[:-1], ""):
            assert collegue.post(PAGE, {"etape": "confirmer", "jeton": essai})["Location"] == PAGE
        assert not Seance.objects.exists()

    def test_another_house_is_no_choice(self, equipe: Client, lieu: Lieu) -> None:
        voisine = LieuFactory(nom="Voisine")
        assert self.envoyer(equipe, voisine, self.demain()).status_code == 422
        modele = equipe.get(f"{PAGE}modele.xlsx?maison={voisine.maison_id}")
        assert modele.status_code == equipe.get(f"{PAGE}modele.xlsx?maison=99999").status_code == 404

    def test_the_model_comes_back_filled(self, equipe: Client, lieu: Lieu) -> None:
        AtelierFactory(maison=lieu.maison, titre="=cmd()")
        reponse = equipe.get(f"{PAGE}modele.xlsx?maison={lieu.maison_id}")
        livre = load_workbook(io.BytesIO(reponse.content))
        assert [cellule.value for cellule in livre.worksheets[0][1]] == ENTETES
        ateliers = {cellule.value for cellule in livre.worksheets[1]["A"]}
        assert {"Portage", "'=cmd()"} <= ateliers
        assert lire_classeur(reponse.content) == []

    @pytest.mark.parametrize("qui", QUI)
    def test_access(self, client: Client, lieu: Lieu, qui: str) -> None:
        qui_est_la = personne(qui, lieu.maison)
        navigateur = client if qui_est_la is None else entrer(client, qui_est_la)
        reponse = self.envoyer(navigateur, lieu, self.demain())
        attendu = {"animatrice de la séance": 200, "animateur": 200, "responsable": 200, "animateur d'ailleurs": 422}
        refus = (302, 403) if qui in ("anonyme", "parent", "parti") else (403,)
        assert reponse.status_code in ((attendu[qui],) if qui in attendu else refus)
