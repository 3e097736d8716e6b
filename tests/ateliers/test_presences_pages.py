"""Attendance on a tablet: one tap a family, undone in one, the same without JavaScript; figures for the others."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers.enums import Presence
from ateliers.models import Inscription, Passage, Seance
from tests.acces import LISENT_LES_INSCRITS, QUI, animer, client_de, permanence_du_partenaire
from tests.equipe import entrer
from tests.factories import AffectationFactory, InscriptionFactory, SeanceFactory, maintenant

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def seance() -> Seance:
    return SeanceFactory(commencee=True)


@pytest.fixture
def ines(seance: Seance) -> Inscription:
    return InscriptionFactory(seance=seance, prenom="Inès", adultes=2, enfants=1, besoins=["poussette"])


@pytest.fixture
def equipe(client: Client, seance: Seance) -> Client:
    return entrer(client, animer(seance))


def adresse(seance: Seance, page: str = "presences", *suite: int) -> str:
    return reverse(f"admin:ateliers_seance_{page}", args=[seance.pk, *suite])


def pointer(client: Client, inscription: Inscription, presence: str, **options: Any) -> Any:
    headers = options.pop("headers", None)
    reponse = client.post(
        adresse(inscription.seance, "pointer", inscription.pk), {"presence": presence, **options}, headers=headers
    )
    inscription.refresh_from_db()
    return reponse


class TestQui:
    @pytest.mark.parametrize("qui", QUI)
    def test_names_for_who_leads_and_the_responsable_figures_for_the_others(
        self, client: Client, seance: Seance, ines: Inscription, qui: str
    ) -> None:
        reponse = client_de(qui, seance, client).get(adresse(seance))
        attendu = {"animatrice de la séance": 200, "animateur": 200, "responsable": 200, "pilote": 200, "réseau": 200}
        refus = (302, 403) if qui in ("anonyme", "parent", "parti") else (404,)
        assert reponse.status_code in ((attendu[qui],) if qui in attendu else refus)
        assert ("Inès" in reponse.content.decode()) == (qui in LISENT_LES_INSCRITS)

    @pytest.mark.parametrize("qui", [qui for qui in QUI if qui not in LISENT_LES_INSCRITS])
    def test_nobody_else_ticks_counts_or_prints(
        self, client: Client, seance: Seance, ines: Inscription, qui: str
    ) -> None:
        passage = Passage.objects.create(seance=seance, adultes=1)
        navigateur = client_de(qui, seance, client)
        actes = [
            (adresse(seance, "pointer", ines.pk), {"presence": "presente"}),
            (adresse(seance, "presences_toutes"), {}),
            (adresse(seance, "passage"), {"adultes": 1, "enfants": 0}),
            (adresse(seance, "passage_retirer", passage.pk), {}),
        ]
        for lien, envoi in actes:
            assert navigateur.post(lien, envoi).status_code in (302, 403, 404)
        assert navigateur.get(adresse(seance, "feuille")).status_code in (302, 403, 404)
        # The poster names no family: whoever opens the house may print it.
        assert (navigateur.get(adresse(seance, "affiche")).status_code == 200) == (qui == "animateur")
        ines.refresh_from_db()
        assert ines.presence == ""
        assert Passage.objects.get() == passage

    def test_a_partner_reads_its_figures(self, client: Client, seance: Seance, ines: Inscription) -> None:
        permanence_du_partenaire(seance)
        navigateur = client_de("partenaire", seance, client)
        page = navigateur.get(adresse(seance))
        assert page.status_code == 200
        assert "Inès" not in page.content.decode()
        assert pointer(navigateur, ines, "presente").status_code == 403

    def test_another_sessions_booking_answers_as_an_absent_one(self, equipe: Client, seance: Seance) -> None:
        ailleurs = InscriptionFactory(seance=SeanceFactory(commencee=True))
        passage = Passage.objects.create(seance=ailleurs.seance, adultes=1)
        for lien in (
            adresse(seance, "pointer", ailleurs.pk),
            adresse(ailleurs.seance, "pointer", ailleurs.pk),
            adresse(seance, "pointer", 999_999),
            adresse(seance, "passage_retirer", passage.pk),
        ):
            assert equipe.post(lien, {"presence": "presente"}).status_code == 404
        ailleurs.refresh_from_db()
        assert ailleurs.presence == ""
        assert Passage.objects.count() == 1


class TestPointer:
    def test_one_tap_then_other_numbers_then_nothing(self, equipe: Client, ines: Inscription) -> None:
        assert pointer(equipe, ines, "presente").url.endswith(f"#i-{ines.pk}")
        assert (ines.presence, ines.adultes_presents, ines.enfants_presents) == (Presence.PRESENTE, 2, 1)
        for _ in range(2):
            pointer(equipe, ines, "presente", nombre="3-0")
        assert (ines.adultes_presents, ines.enfants_presents) == (3, 0)
        pointer(equipe, ines, "absente")
        assert (ines.presence, ines.adultes_presents) == (Presence.ABSENTE, None)
        pointer(equipe, ines, "")
        assert (ines.presence, ines.pointee_le) == ("", None)

    @pytest.mark.parametrize("nombre", ["0-0", "21-1", "x", "-1-2", "1-", "1.5-0"])
    def test_impossible_numbers_change_nothing(self, equipe: Client, ines: Inscription, nombre: str) -> None:
        reponse = pointer(equipe, ines, "presente", nombre=nombre)
        assert reponse.status_code == 302
        assert ines.presence == ("presente" if nombre == "1-" else "")

    def test_what_is_no_answer_is_refused(self, equipe: Client, ines: Inscription) -> None:
        pointer(equipe, ines, "malade")
        assert ines.presence == ""

    def test_htmx_gets_the_row_and_the_totals(self, equipe: Client, ines: Inscription) -> None:
        page = pointer(equipe, ines, "presente", headers=HTMX).content.decode()
        assert page.lstrip().startswith("<li")
        assert "<html" not in page
        assert 'id="totaux" hx-swap-oob="true"' in page
        assert "Inès : présente" in page

    def test_too_early_it_says_from_when(self, client: Client) -> None:
        inscription = InscriptionFactory(seance=SeanceFactory())
        seance = inscription.seance
        entrer(client, AffectationFactory(maison=seance.lieu.maison).utilisateur)
        page = client.get(adresse(seance)).content.decode()
        assert "à partir de 45 minutes avant" in page
        assert 'value="presente"' not in page
        pointer(client, inscription, "presente")
        assert inscription.presence == ""

    def test_the_rest_is_here(self, equipe: Client, seance: Seance, ines: Inscription) -> None:
        absente = InscriptionFactory(seance=seance)
        attend = InscriptionFactory(seance=seance, attente=True)
        pointer(equipe, absente, "absente")
        equipe.post(adresse(seance, "presences_toutes"))
        for inscription, presence in ((ines, "presente"), (absente, "absente"), (attend, "")):
            inscription.refresh_from_db()
            assert inscription.presence == presence

    def test_a_link_opened_by_hand_changes_nothing(self, equipe: Client, seance: Seance, ines: Inscription) -> None:
        for lien in (adresse(seance, "pointer", ines.pk), adresse(seance, "presences_toutes")):
            assert equipe.get(lien).status_code == 302
        ines.refresh_from_db()
        assert ines.presence == ""


class TestPassages:
    def test_counted_without_a_name_and_taken_back(self, equipe: Client, seance: Seance) -> None:
        equipe.post(adresse(seance, "passage"), {"adultes": 2, "enfants": 1, "premiere_visite": "on"})
        passage = Passage.objects.get()
        assert (passage.adultes, passage.enfants, passage.premiere_visite) == (2, 1, True)
        assert "première visite" in equipe.get(adresse(seance)).content.decode()
        equipe.post(adresse(seance, "passage_retirer", passage.pk))
        assert not Passage.objects.exists()

    @pytest.mark.parametrize("htmx", [False, True])
    @pytest.mark.parametrize("envoi", [{"adultes": 0, "enfants": 0}, {"adultes": 51, "enfants": 0}, {"adultes": "x"}])
    def test_nobody_or_too_many_is_refused(
        self, equipe: Client, seance: Seance, envoi: dict[str, Any], htmx: bool
    ) -> None:
        reponse = equipe.post(adresse(seance, "passage"), envoi, headers=HTMX if htmx else {})
        assert reponse.status_code == (200 if htmx else 422)
        assert "errorlist" in reponse.content.decode()
        assert not Passage.objects.exists()

    def test_totals_count_both(self, equipe: Client, seance: Seance, ines: Inscription) -> None:
        pointer(equipe, ines, "presente")
        page = equipe.post(adresse(seance, "passage"), {"adultes": 3, "enfants": 2}, headers=HTMX)
        totaux = page.context["totaux"]
        assert (totaux.adultes, totaux.enfants, totaux.a_pointer) == (5, 3, 0)


class TestRequetes:
    def test_flat_whatever_the_number_of_families(self, equipe: Client, seance: Seance, ines: Inscription) -> None:
        def compter() -> int:
            with CaptureQueriesContext(connection) as faites:
                equipe.get(adresse(seance))
            return len(faites)

        Passage.objects.create(seance=seance, adultes=1, compte_le=maintenant())
        compter()
        peu = compter()
        for _ in range(8):
            InscriptionFactory(seance=seance)
            Passage.objects.create(seance=seance, adultes=1)
        assert compter() == peu
