"""Taking lists out: what the list shows and no more, nothing that runs, large files for their owner for six hours."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import tablib
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers.enums import Presence
from ateliers.models import Passage, Seance
from maisons.enums import Role
from maisons.models import Lieu
from socle import exports
from socle.enums import FormatTableau, StatutExport
from socle.models import Export, Lecture, Utilisateur, stockage_des_exports
from socle.tableaux import ecrire, neutraliser
from tests.acces import LISENT_LES_INSCRITS, QUI, animer, client_de
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    InscriptionFactory,
    LieuFactory,
    SeanceFactory,
    UtilisateurFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db

SEANCES = "/equipe/ateliers/seance/exporter/"
INSCRIPTIONS = "/equipe/ateliers/inscription/exporter/"
MES_EXPORTS = "/equipe/socle/export/"


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory()
    return lieu


@pytest.fixture
def responsable(lieu: Lieu) -> Utilisateur:
    utilisateur: Utilisateur = AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur
    return utilisateur


@pytest.fixture
def equipe(client: Client, responsable: Utilisateur) -> Client:
    return entrer(client, responsable)


def sortir(client: Client, page: str, table: str, format_: str = "csv", **criteres: str) -> Any:
    adresse = page + ("?" + "&".join(f"{nom}={valeur}" for nom, valeur in criteres.items()) if criteres else "")
    return client.post(adresse, {"table": table, "format": format_})


def lire(reponse: Any) -> list[dict[str, str]]:
    texte = reponse.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(texte), delimiter=";"))


class TestCellules:
    @pytest.mark.parametrize(
        "texte", ["=1+1", "+33612345678", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\xa0=1", "＝1"]
    )
    def test_what_begins_a_formula_becomes_text(self, texte: str) -> None:
        assert neutraliser(texte) == f"'{texte}"

    @pytest.mark.parametrize("valeur", ["Zélie", "06 12", "a=1", "", 3, -3, None, datetime(2026, 3, 1)])  # noqa: DTZ001
    def test_all_else_stays(self, valeur: Any) -> None:
        assert neutraliser(valeur) == valeur

    def test_what_no_file_can_hold_goes(self) -> None:
        assert neutraliser("Zé\x00lie\x07") == "Zélie"

    @pytest.mark.parametrize("format_", FormatTableau)
    def test_every_format_reads_back(self, format_: FormatTableau) -> None:
        octets = ecrire(
            format_, titre="Essai", entetes=["Nom", "Nombre"], lignes=[["=cmd()", 3], ['a;"b"\n\x0b', None]]
        )
        options = {"delimiter": ";"} if format_ == FormatTableau.CSV else {}
        contenu: Any = octets.decode("utf-8-sig") if format_ == FormatTableau.CSV else octets
        relu = tablib.Dataset().load(contenu, format=format_.value, **options)
        assert relu.headers == ["Nom", "Nombre"]
        assert relu[0][0] == "'=cmd()"
        assert str(relu[0][1]) in ("3", "3.0")
        assert relu[1][0] == 'a;"b"\n'


class TestSeances:
    def test_what_the_list_shows_with_its_filters(self, equipe: Client, lieu: Lieu) -> None:
        voulue = SeanceFactory(lieu=lieu, titre="=Café", intervenants="+Nadia")
        SeanceFactory(lieu=lieu, titre="Autre", brouillon=True)
        SeanceFactory(lieu=lieu, titre="Passée", passee=True)
        SeanceFactory(titre="Ailleurs")
        reponse = sortir(equipe, SEANCES, "seances", statut__exact="publiee")
        assert reponse["Content-Type"].startswith("text/csv")
        assert "no-store" in reponse["Cache-Control"]
        assert reponse["Content-Disposition"].startswith('attachment; filename="seances-')
        (ligne,) = lire(reponse)
        assert (ligne["Titre"], ligne["Avec"]) == ("'=Café", "'+Nadia")
        assert ligne["Date"] == voulue.debut_local.date().isoformat()

    def test_attendance_counts_without_multiplying(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, passee=True)
        pointee = {"presence": Presence.PRESENTE, "pointee_le": maintenant(), "adultes_presents": 2}
        for _ in range(2):
            InscriptionFactory(seance=seance, enfants_presents=1, **pointee)
            Passage.objects.create(seance=seance, adultes=1, enfants=2, premiere_visite=True)
        InscriptionFactory(seance=seance, presence=Presence.ABSENTE, pointee_le=maintenant())
        (ligne,) = lire(sortir(equipe, SEANCES, "presences", semaine="passees"))
        assert [ligne[nom] for nom in ("Réservations confirmées", "Familles présentes", "Familles absentes")] == [
            "3",
            "2",
            "1",
        ]
        assert [ligne[nom] for nom in ("Adultes venus", "Enfants venus")] == ["4", "2"]
        assert [ligne[nom] for nom in ("Adultes sans réservation", "Premières visites")] == ["2", "2"]

    @pytest.mark.parametrize("qui", QUI)
    @pytest.mark.parametrize("table", ["seances", "presences"])
    def test_figures_for_all_who_see_sessions_names_for_none(
        self, client: Client, lieu: Lieu, qui: str, table: str
    ) -> None:
        seance = SeanceFactory(lieu=lieu, titre="Portage")
        InscriptionFactory(seance=seance, famille__prenom="Zélie", famille__email="zelie@exemple.fr")
        reponse = sortir(client_de(qui, seance, client), SEANCES, table)
        if qui in ("anonyme", "parent", "parti"):
            assert reponse.status_code in (302, 403)
            return
        voit = qui in ("animatrice de la séance", "animateur", "responsable", "pilote", "réseau")
        assert reponse.status_code == 200
        assert ("Portage" in reponse.content.decode()) == voit
        assert "lie@" not in reponse.content.decode()
        assert "Zélie" not in reponse.content.decode()

    @pytest.mark.parametrize("table", ["seances", "presences"])
    def test_flat_whatever_the_number_of_rows(self, equipe: Client, lieu: Lieu, table: str) -> None:
        def compter(n: int) -> int:
            for _ in range(n):
                InscriptionFactory(seance=SeanceFactory(lieu=lieu))
            with CaptureQueriesContext(connection) as faites:
                assert sortir(equipe, SEANCES, table).status_code == 200
            return len(faites)

        compter(1)
        assert compter(1) == compter(10)

    def test_a_column_of_no_filter_is_refused(self, equipe: Client, lieu: Lieu) -> None:
        assert sortir(equipe, SEANCES, "seances", inscriptions__email__startswith="a").status_code == 400

    def test_a_filter_that_means_nothing_goes_back_to_the_list(self, equipe: Client, lieu: Lieu) -> None:
        """As the list itself answers it."""
        for reponse in (
            equipe.get(SEANCES, {"serie__id__exact": "abc"}),
            sortir(equipe, SEANCES, "seances", serie__id__exact="abc"),
        ):
            assert (reponse.status_code, reponse["Location"]) == (302, "/equipe/ateliers/seance/?e=1")

    def test_the_page_says_how_many(self, equipe: Client, lieu: Lieu) -> None:
        SeanceFactory.create_batch(3, lieu=lieu)
        liste = equipe.get("/equipe/ateliers/seance/?q=Caf").content.decode()
        assert "/equipe/ateliers/seance/exporter/?q=Caf" in liste
        page = equipe.get(f"{SEANCES}?q=Caf&p=2")
        assert page.context["nombre"] == 3
        assert sortir(equipe, SEANCES, "tout").status_code == 422
        assert sortir(equipe, SEANCES, "seances", "exe").status_code == 422


class TestInscriptions:
    @pytest.mark.parametrize("qui", QUI)
    def test_names_for_who_leads_and_the_responsable_and_it_is_logged(
        self, client: Client, lieu: Lieu, qui: str
    ) -> None:
        seance = SeanceFactory(lieu=lieu)
        inscription = InscriptionFactory(seance=seance, prenom="Zélie", famille__telephone="+33612345678")
        InscriptionFactory(seance=SeanceFactory(), prenom="D'ailleurs")
        reponse = sortir(client_de(qui, seance, client), INSCRIPTIONS, "inscriptions")
        lisible = "Zélie" in reponse.content.decode()
        assert lisible == (qui in LISENT_LES_INSCRITS)
        if not lisible:
            assert not Lecture.objects.filter(page="export:inscriptions").exists()
            return
        (ligne,) = lire(reponse)
        assert ligne["Téléphone"] == "06 12 34 56 78"
        (lecture,) = Lecture.objects.filter(page="export:inscriptions")
        assert (lecture.objets, lecture.cadres) == ([inscription.famille_id], [lieu.maison_id])

    def test_a_foreign_number_is_text(self, equipe: Client, lieu: Lieu) -> None:
        InscriptionFactory(seance=SeanceFactory(lieu=lieu), famille__telephone="+4915112345678")
        (ligne,) = lire(sortir(equipe, INSCRIPTIONS, "inscriptions"))
        assert ligne["Téléphone"].startswith("'+49")


Faire = Callable[..., Export]


class TestGrands:
    @pytest.fixture(autouse=True)
    def petit_seuil(self, settings: Any) -> None:
        settings.EXPORT_DIRECT_MAX = 2

    @pytest.fixture
    def demande(self, equipe: Client, lieu: Lieu) -> Export:
        InscriptionFactory.create_batch(3, seance=SeanceFactory(lieu=lieu))
        reponse = sortir(equipe, INSCRIPTIONS, "inscriptions", q="exemple")
        assert reponse["Location"] == MES_EXPORTS
        return Export.objects.get()

    def test_asked_for_twice_made_once_by_the_worker(self, equipe: Client, demande: Export) -> None:
        sortir(equipe, INSCRIPTIONS, "inscriptions", q="exemple")
        assert Export.objects.count() == 1
        assert not Lecture.objects.filter(page="export:inscriptions").exists()
        lien = reverse("admin:socle_export_fichier", args=[demande.cle])
        assert equipe.get(lien).status_code == 404
        assert exports.tenir_exports(horloge=maintenant) == 1
        demande.refresh_from_db()
        assert (demande.statut, demande.lignes) == (StatutExport.PRET, 3)
        assert Lecture.objects.filter(page="export:inscriptions").count() == 1
        assert lien in equipe.get(MES_EXPORTS).content.decode()
        reponse = equipe.get(lien)
        assert b"".join(reponse.streaming_content).decode("utf-8-sig").count("\n") == 4  # type: ignore[attr-defined]
        assert "no-store" in reponse["Cache-Control"]
        assert exports.tenir_exports(horloge=maintenant) == 0

    def test_for_its_owner_alone(self, client: Client, demande: Export, lieu: Lieu) -> None:
        exports.tenir_exports(horloge=maintenant)
        lien = reverse("admin:socle_export_fichier", args=[demande.cle])
        autres = [
            AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur,
            UtilisateurFactory(superutilisateur=True),
        ]
        for autre in autres:
            navigateur = entrer(client, autre)
            assert navigateur.get(lien).status_code == 404
            assert str(demande.cle) not in navigateur.get(MES_EXPORTS).content.decode()
            assert navigateur.get(f"{MES_EXPORTS}{demande.pk}/change/").status_code in (302, 404)
        client.logout()
        assert client.get(lien).status_code == 302

    def test_gone_after_six_hours(self, equipe: Client, demande: Export) -> None:
        exports.tenir_exports(horloge=maintenant)
        demande.refresh_from_db()
        assert demande.expire_le is not None
        assert timedelta(hours=5, minutes=59) < demande.expire_le - maintenant() <= timedelta(hours=6)
        Export.objects.update(expire_le=maintenant())
        assert equipe.get(reverse("admin:socle_export_fichier", args=[demande.cle])).status_code == 404
        assert stockage_des_exports().exists(demande.nom_de_fichier)
        assert exports.purger(maintenant=maintenant()) == 1
        assert exports.purger(maintenant=maintenant()) == 0
        assert not stockage_des_exports().exists(demande.nom_de_fichier)

    def test_a_role_lost_meanwhile_gives_nothing(self, demande: Export, responsable: Utilisateur) -> None:
        responsable.affectations.update(au=dans(days=-1).date())
        exports.tenir_exports(horloge=maintenant)
        demande.refresh_from_db()
        assert demande.statut == StatutExport.ECHEC
        assert not stockage_des_exports().exists(demande.nom_de_fichier)

    def test_a_session_handed_over_meanwhile_is_left_out(self, client: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu)
        InscriptionFactory.create_batch(3, seance=seance)
        sortir(entrer(client, animer(seance)), INSCRIPTIONS, "inscriptions")
        Seance.objects.update(animateur=None)
        exports.tenir_exports(horloge=maintenant)
        assert (Export.objects.get().statut, Export.objects.get().lignes) == (StatutExport.PRET, 0)

    def test_a_worker_that_dies_is_followed_by_another(self, demande: Export, monkeypatch: pytest.MonkeyPatch) -> None:
        def tomber(*args: Any, **options: Any) -> bytes:
            raise MemoryError

        with monkeypatch.context() as panne:
            panne.setattr(exports, "faire_tout_de_suite", tomber)
            exports.tenir_exports(horloge=maintenant)
        demande.refresh_from_db()
        assert demande.statut == StatutExport.EN_COURS
        assert exports.tenir_exports(horloge=maintenant) == 0
        assert exports.tenir_exports(horloge=lambda: dans(minutes=11)) == 1
        demande.refresh_from_db()
        assert (demande.statut, demande.tentatives) == (StatutExport.PRET, 2)

    def test_given_up_after_three_tries(self, demande: Export, monkeypatch: pytest.MonkeyPatch) -> None:
        def tomber(*args: Any, **options: Any) -> bytes:
            raise MemoryError

        monkeypatch.setattr(exports, "faire_tout_de_suite", tomber)
        for essai in range(5):
            exports.tenir_exports(horloge=lambda essai=essai: dans(minutes=11 * essai))  # type: ignore[misc]
        demande.refresh_from_db()
        assert demande.statut == StatutExport.ECHEC

    def test_not_more_than_five_at_a_time(self, equipe: Client, lieu: Lieu) -> None:
        SeanceFactory.create_batch(3, lieu=lieu, titre="Café")
        for n in range(5):
            assert sortir(equipe, SEANCES, "seances", q="Caf" + "é"[: n % 2], o=str(n)).status_code == 302
        assert sortir(equipe, SEANCES, "seances", o="9").status_code == 422
