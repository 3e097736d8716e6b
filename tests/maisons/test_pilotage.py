"""The département's dashboard: an honest forecast, what each candidate lacks, nothing that leads to a family."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import tablib
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maisons.enums import Role, StatutLabel
from maisons.label import candidatures
from maisons.models import Candidature, Maison, ValeurIndicateur
from maisons.pilotage.tableau_de_bord import TableauDeBord, dresser
from maisons.pilotage.trajectoire import marches, prevoir
from tests.equipe import entrer
from tests.factories import MaisonFactory, ObjectifLabelFactory
from tests.maisons.test_candidatures import candidature, maison, personne, placer, remplir  # noqa: F401

AUJOURD_HUI = date(2026, 11, 1)
FIN = date(2027, 12, 31)


class TestPrevoir:
    def test_one_label_tells_little(self) -> None:
        prevision = prevoir(
            labels=[date(2026, 1, 20)], depuis=date(2026, 1, 1), aujourd_hui=AUJOURD_HUI, le=FIN, candidates=6
        )
        assert (prevision.bas, prevision.haut) == (1, 6)
        assert prevision.atteint(7) == "non"
        assert prevision.atteint(5) == "peut-etre"

    def test_the_range_grows_with_the_time_ahead_and_holds_the_middle(self) -> None:
        labels = [date(2026, mois, 1) for mois in (2, 4, 6, 8, 10)]
        etendues = []
        for mois in range(1, 13, 3):
            p = prevoir(
                labels=labels, depuis=date(2026, 1, 1), aujourd_hui=AUJOURD_HUI, le=date(2027, mois, 1), candidates=50
            )
            assert p.bas <= p.milieu <= p.haut
            etendues.append(p.haut - p.bas)
        assert etendues == sorted(etendues)

    def test_no_more_houses_follow_than_are_on_their_way(self) -> None:
        labels = [date(2026, mois, 1) for mois in range(1, 11)]
        p = prevoir(labels=labels, depuis=date(2026, 1, 1), aujourd_hui=AUJOURD_HUI, le=FIN, candidates=2)
        assert p.haut == 12

    def test_a_day_that_is_over_is_what_was_reached(self) -> None:
        p = prevoir(
            labels=[date(2026, 1, 20)], depuis=date(2026, 1, 1), aujourd_hui=AUJOURD_HUI, le=AUJOURD_HUI, candidates=6
        )
        assert (p.bas, p.milieu, p.haut) == (1, 1, 1)

    def test_the_label_that_starts_the_clock_is_not_what_came_while_it_ran(self) -> None:
        labels = [date(2026, 1, 20), date(2026, 6, 1)]
        assert [
            prevoir(labels=labels[:n], depuis=labels[0], aujourd_hui=AUJOURD_HUI, le=FIN, candidates=6).labels
            for n in (1, 2)
        ] == [0, 1]

    def test_a_target_that_is_past_counts_what_came_by_then(self) -> None:
        labels = [date(2026, 1, 20), date(2026, 6, 1)]
        p = prevoir(labels=labels, depuis=labels[0], aujourd_hui=AUJOURD_HUI, le=date(2026, 3, 31), candidates=6)
        assert (p.bas, p.milieu, p.haut) == (1, 1, 1)


def test_steps_count_from_day_to_day() -> None:
    jours = [date(2026, 1, 20), date(2026, 6, 1), date(2026, 6, 1)]
    assert marches(jours, du=date(2026, 1, 1), au=date(2026, 12, 31)) == [
        (date(2026, 1, 1), 0),
        (date(2026, 1, 20), 1),
        (date(2026, 6, 1), 2),
        (date(2026, 6, 1), 3),
        (date(2026, 12, 31), 3),
    ]


@pytest.fixture
def pilote(client: Client, candidature: Candidature) -> Client:  # noqa: F811
    ObjectifLabelFactory(departement=candidature.maison.departement, echeance=FIN)
    return entrer(client, personne(Role.PILOTE, candidature.maison))


def valeur(sujet: Any, *, numerateur: float, denominateur: float) -> None:
    ValeurIndicateur.objects.create(
        maison=sujet,
        indicateur="assiduite",
        definition=1,
        du=date(2025, 3, 1),
        au=date(2026, 2, 28),
        arretee_le=date(2026, 3, 2),
        numerateur=numerateur,
        denominateur=denominateur,
        effectif=int(denominateur),
    )


class TestEnChemin:
    """Which houses may still get a label: the forecast goes no further."""

    @staticmethod
    def tableau(candidature: Candidature) -> TableauDeBord:  # noqa: F811
        departement = candidature.maison.departement
        ObjectifLabelFactory(departement=departement, echeance=FIN)
        return dresser(departement, Maison.objects.all(), le=AUJOURD_HUI)

    def test_a_house_that_withdrew_is_awaited_no_more(self, candidature: Candidature) -> None:  # noqa: F811
        remplir(candidature)
        placer(candidature, "retire")
        Candidature.objects.filter(pk=candidature.pk).update(echeance=date(2026, 10, 1), visee_le=date(2026, 12, 1))
        Maison.objects.update(statut_label=StatutLabel.AUCUN)

        tableau = self.tableau(candidature)

        (objectif,) = tableau.objectifs
        assert (objectif.prevision.haut, objectif.prevus) == (0, 0)
        assert (tableau.echeances, [candidate.en_retard for candidate in tableau.candidates]) == ([], [False])
        assert not [phrase for phrase in tableau.risques if candidature.maison.nom in phrase]

    def test_a_labelled_house_counts_once_whatever_it_asks_for_next(self, candidature: Candidature) -> None:  # noqa: F811
        Candidature.objects.update(visee_le=date(2026, 12, 1))
        Maison.objects.update(statut_label=StatutLabel.LABELLISEE, label_le=date(2026, 6, 1))

        (objectif,) = self.tableau(candidature).objectifs

        assert (objectif.prevision.bas, objectif.prevision.haut, objectif.prevus) == (1, 1, 1)

    def test_a_candidate_house_may_follow(self, candidature: Candidature) -> None:  # noqa: F811
        Candidature.objects.update(visee_le=date(2026, 12, 1))
        (objectif,) = self.tableau(candidature).objectifs
        assert (objectif.prevision.bas, objectif.prevision.haut, objectif.prevus) == (0, 1, 1)


class TestPage:
    def test_a_pace_that_nothing_shows_is_said_to_be_unknown(self, pilote: Client) -> None:
        page = pilote.get(reverse("admin:maisons_pilotage")).content.decode()
        assert "on ne sait encore presque rien" in page
        assert "Rythme encore inconnu" in page
        assert "Au rythme" not in page

    def test_the_page_says_what_is_missing_and_hides_small_numbers(
        self,
        pilote: Client,
        candidature: Candidature,  # noqa: F811
    ) -> None:
        valeur(candidature.maison, numerateur=60, denominateur=80)
        valeur(MaisonFactory(departement=candidature.maison.departement), numerateur=1, denominateur=3)
        page = pilote.get(reverse("admin:maisons_pilotage")).content.decode()

        for mot in ("La trajectoire vers 7 maisons", "Faire le dossier", "75", "moins de 5", "masqué", "<svg"):
            assert mot in page
        bloquants = candidatures.dresser_bilans([candidature], le=timezone.localdate())[candidature.pk].bloquants
        assert bloquants
        # On paper nothing unfolds: it is all there without a tap.
        deplie = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
        assert all(critere.intitule.replace("'", "&#x27;") in deplie for critere in bloquants)
        assert "moins de 5" in deplie
        assert "familles/famille" not in page

    def test_as_many_queries_for_many_houses_as_for_one(self, pilote: Client, candidature: Candidature) -> None:  # noqa: F811
        adresse = reverse("admin:maisons_pilotage")
        pilote.get(adresse)
        with CaptureQueriesContext(
            connection,
        ) as une:
            pilote.get(adresse)
        for _rang in range(4):
            autre = MaisonFactory(departement=candidature.maison.departement)
            ouverte = candidatures.ouvrir(
                maison=autre, version=candidature.version, par=personne(Role.PILOTE, autre), le=date(2026, 3, 2)
            )
            remplir(ouverte)
            valeur(autre, numerateur=60, denominateur=80)
        with CaptureQueriesContext(connection) as cinq:
            assert "Faire le dossier" in pilote.get(adresse).content.decode()
        assert len(cinq) == len(une)

    def test_another_departement_is_an_absent_one(self, pilote: Client) -> None:
        assert pilote.get(reverse("admin:maisons_pilotage"), {"departement": "67"}).status_code == 404

    def test_the_workbook_has_what_the_page_shows(self, pilote: Client, candidature: Candidature) -> None:  # noqa: F811
        valeur(candidature.maison, numerateur=1, denominateur=3)
        contenu = pilote.get(reverse("admin:maisons_pilotage_xlsx")).content
        feuilles = {feuille.title: feuille for feuille in tablib.Databook().load(io.BytesIO(contenu), "xlsx").sheets()}
        assert feuilles["Candidatures"]["Maison"] == [candidature.maison.nom]
        assert "Objectif 2027-12-31" in feuilles
        bloquants = candidatures.dresser_bilans([candidature], le=timezone.localdate())[candidature.pk].bloquants
        assert bloquants
        assert feuilles["Impératifs restants"].get_col(1) == [critere.intitule for critere in bloquants]
        (prevision,) = feuilles["Prévisions"].dict
        assert (prevision["Objectif"], prevision["Au rythme observé, au plus"]) == (7, 1)
        placer(candidature, "dossier")
        contenu = pilote.get(reverse("admin:maisons_pilotage_xlsx")).content
        feuilles = {feuille.title: feuille for feuille in tablib.Databook().load(io.BytesIO(contenu), "xlsx").sheets()}
        assert feuilles["Décisions"]["Décision possible"] == ["Candidate", "Labellisée"]
        assert list(feuilles["Comparaisons"]["Valeur"]) == []

    def test_a_step_that_lasts_is_a_risk(self, pilote: Client, candidature: Candidature) -> None:  # noqa: F811
        hier = datetime.now(UTC).date() - timedelta(days=1)
        Candidature.objects.filter(pk=candidature.pk).update(depuis=hier - timedelta(days=60), echeance=hier)
        page = pilote.get(reverse("admin:maisons_pilotage")).content.decode()
        assert "dure plus que prévu" in page
        assert "en retard" in page
