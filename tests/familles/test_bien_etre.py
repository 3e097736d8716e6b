"""The well-being engine: every score of small questionnaires, properties of large ones, safety before all."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from familles.bien_etre import Bande, Question, QuestionsInvalides, bande, coter, lire_questions, maximum
from familles.enums import StatutVersion
from familles.models import QuestionnaireBienEtre
from familles.questionnaires import preparer_version, publier, retirer
from familles.versions import PublicationRefusee
from portail.demo.bien_etre import FICHIER, charger_bien_etre
from tests.factories import DepartementFactory, maintenant

DEMO = {donnees["code"]: donnees for donnees in json.loads(FICHIER.read_text())}
CHOIX = ("jamais", "parfois", "souvent", "toujours")

QUESTIONS = st.lists(
    st.builds(lambda n, inversee, securite: (n, inversee, securite), st.integers(2, 6), st.booleans(), st.booleans()),
    min_size=1,
    max_size=12,
).map(
    lambda lignes: tuple(
        Question(f"q{i}", "?", tuple("abcdef"[:n]), inversee=inversee, securite=securite)
        for i, (n, inversee, securite) in enumerate(lignes)
    )
)


class TestScores:
    def test_every_answer_of_a_four_question_scale(self) -> None:
        """256 sets of answers, each total reckoned again by hand: the second question counts backwards."""
        questions = (
            Question("a", "?", CHOIX),
            Question("b", "?", CHOIX, inversee=True),
            Question("c", "?", CHOIX),
            Question("d", "?", CHOIX, securite=True),
        )
        for a, b, c, d in itertools.product(range(4), repeat=4):
            resultat = coter(questions, {"a": a, "b": b, "c": c, "d": d}, seuil_attention=5, seuil_alerte=9)
            total = a + (3 - b) + c + d
            attendue = Bande.ALERTE if total >= 9 else Bande.ATTENTION if total >= 5 else Bande.SEREIN
            assert (resultat.total, resultat.maximum, resultat.bande) == (total, 12, attendue)
            assert resultat.danger is (d > 0)

    @pytest.mark.parametrize("code", sorted(DEMO))
    def test_every_score_table_of_the_demonstrations_questions(self, code: str) -> None:
        """The points of each choice of each question, the lowest and the highest total, each band reached."""
        donnees = DEMO[code]
        questions = lire_questions(donnees["questions"])
        for question in questions:
            table = [question.points(n) for n in range(len(question.choix))]
            assert table == sorted(range(len(question.choix)), reverse=question.inversee)
        seuils = {"seuil_attention": donnees["seuil_attention"], "seuil_alerte": donnees["seuil_alerte"]}
        meilleur = {q.code: q.maximum if q.inversee else 0 for q in questions}
        pire = {q.code: 0 if q.inversee else q.maximum for q in questions}
        assert coter(questions, meilleur, **seuils).total == 0
        assert coter(questions, pire, **seuils).total == maximum(questions)
        atteintes = {bande(total, **seuils) for total in range(maximum(questions) + 1)}
        assert atteintes == set(Bande)

    @given(questions=QUESTIONS, data=st.data())
    def test_the_total_is_the_sum_and_stays_within_bounds(
        self, questions: tuple[Question, ...], data: st.DataObject
    ) -> None:
        reponses = {q.code: data.draw(st.integers(0, q.maximum)) for q in questions}
        resultat = coter(questions, reponses, seuil_attention=3, seuil_alerte=6)
        assert 0 <= resultat.total <= resultat.maximum
        a_l_envers = {q.code: q.maximum - reponses[q.code] for q in questions}
        assert coter(questions, a_l_envers, seuil_attention=3, seuil_alerte=6).total == (
            resultat.maximum - resultat.total
        )

    @given(questions=QUESTIONS, data=st.data(), seuils=st.tuples(st.integers(1, 40), st.integers(1, 40)))
    def test_safety_depends_on_its_question_alone(
        self, questions: tuple[Question, ...], data: st.DataObject, seuils: tuple[int, int]
    ) -> None:
        """Whatever the total and the thresholds: one point on a safety question is enough, none elsewhere counts."""
        reponses = {q.code: data.draw(st.integers(0, q.maximum)) for q in questions}
        resultat = coter(questions, reponses, seuil_attention=seuils[0], seuil_alerte=seuils[0] + seuils[1])
        assert resultat.danger is any(q.securite and q.points(reponses[q.code]) >= 1 for q in questions)

    @given(total=st.integers(0, 100), attention=st.integers(1, 50), ecart=st.integers(1, 50))
    def test_a_threshold_opens_its_band(self, total: int, attention: int, ecart: int) -> None:
        trouvee = bande(total, seuil_attention=attention, seuil_alerte=attention + ecart)
        assert (trouvee == Bande.SEREIN) is (total < attention)
        assert (trouvee == Bande.ALERTE) is (total >= attention + ecart)

    def test_an_answer_left_out_or_made_up_is_no_answer(self) -> None:
        questions = (Question("a", "?", CHOIX),)
        with pytest.raises(KeyError):
            coter(questions, {}, seuil_attention=1, seuil_alerte=2)
        with pytest.raises(ValueError, match="pas un choix"):
            coter(questions, {"a": 4}, seuil_attention=1, seuil_alerte=2)


class TestLireQuestions:
    @pytest.mark.parametrize(
        ("donnees", "faute"),
        [
            ([], "de 1 à"),
            ("texte", "de 1 à"),
            ([{"texte": " ", "choix": ["a", "b"]}], "texte manque"),
            ([{"texte": "?", "choix": ["a"]}], "choix"),
            ([{"texte": "?", "choix": ["a", ""]}], "choix"),
            ([{"texte": "?", "choix": ["a", "b"], "poids": 3}], "attendus"),
            ([{"code": "x", "texte": "?", "choix": ["a", "b"]}] * 2, "même code"),
        ],
    )
    def test_what_is_no_questionnaire_is_refused(self, donnees: Any, faute: str) -> None:
        with pytest.raises(QuestionsInvalides, match=faute):
            lire_questions(donnees)


@pytest.fixture
def brouillon(db: None) -> QuestionnaireBienEtre:
    DepartementFactory()
    questionnaire: QuestionnaireBienEtre = QuestionnaireBienEtre.objects.create(
        departement_id="08", **DEMO["comment-ca-va"]
    )
    return questionnaire


class TestPublier:
    def test_under_a_doctors_name_and_only_once(self, brouillon: QuestionnaireBienEtre) -> None:
        publier(questionnaire=brouillon, par=None, nom="Dr Maud, médecin de PMI", maintenant=maintenant())
        assert QuestionnaireBienEtre.objects.publies().get().valide_par_nom == "Dr Maud, médecin de PMI"
        with pytest.raises(PublicationRefusee, match="n'est plus un brouillon"):
            publier(questionnaire=brouillon, par=None, nom="Dr Maud", maintenant=maintenant())

    @pytest.mark.parametrize(
        ("champs", "nom", "refus"),
        [
            ({"licence": "  "}, "Dr Maud", "licence"),
            ({}, " ", "nom"),
            ({"texte_danger": ""}, "Dr Maud", "quatre textes"),
            ({"seuil_alerte": 31}, "Dr Maud", "de 0 à 30"),
            ({"questions": DEMO["comment-ca-va"]["questions"][:9], "seuil_alerte": 20}, "Dr Maud", "sécurité"),
        ],
    )
    def test_never_without_what_it_takes(
        self, brouillon: QuestionnaireBienEtre, champs: dict[str, Any], nom: str, refus: str
    ) -> None:
        QuestionnaireBienEtre.objects.filter(pk=brouillon.pk).update(**champs)
        with pytest.raises(PublicationRefusee, match=refus):
            publier(questionnaire=brouillon, par=None, nom=nom, maintenant=maintenant())
        assert not QuestionnaireBienEtre.objects.publies().exists()

    @pytest.mark.parametrize(
        ("champs", "contrainte"),
        [
            ({"licence": " ", "valide_par_nom": "Dr Maud"}, "bien_etre_licence"),
            ({"valide_par_nom": ""}, "bien_etre_valide"),
        ],
    )
    def test_the_database_itself_refuses_a_text_without_licence_or_without_a_doctor(
        self, brouillon: QuestionnaireBienEtre, champs: dict[str, str], contrainte: str
    ) -> None:
        with pytest.raises(IntegrityError, match=contrainte), transaction.atomic():
            QuestionnaireBienEtre.objects.filter(pk=brouillon.pk).update(
                statut=StatutVersion.PUBLIEE, publie_le=maintenant(), **champs
            )

    def test_thresholds_in_the_wrong_order_are_refused(self, brouillon: QuestionnaireBienEtre) -> None:
        with pytest.raises(IntegrityError, match="bien_etre_seuils"), transaction.atomic():
            QuestionnaireBienEtre.objects.filter(pk=brouillon.pk).update(seuil_attention=12, seuil_alerte=12)

    def test_the_next_version_takes_the_place_of_the_first_which_is_kept(
        self, brouillon: QuestionnaireBienEtre
    ) -> None:
        publier(questionnaire=brouillon, par=None, nom="Dr Maud", maintenant=maintenant())
        suivant = preparer_version(questionnaire=brouillon, maintenant=maintenant())
        assert preparer_version(questionnaire=brouillon, maintenant=maintenant()).pk == suivant.pk
        assert QuestionnaireBienEtre.objects.publies().get().pk == brouillon.pk
        publier(questionnaire=suivant, par=None, nom="Dr Paul", maintenant=maintenant())
        assert QuestionnaireBienEtre.objects.publies().get().numero == 2
        brouillon.refresh_from_db()
        assert (brouillon.statut, brouillon.valide_par_nom) == (StatutVersion.ARCHIVEE, "Dr Maud")

    def test_taken_away_it_is_gone_at_once(self, brouillon: QuestionnaireBienEtre) -> None:
        publier(questionnaire=brouillon, par=None, nom="Dr Maud", maintenant=maintenant())
        retirer(questionnaire=brouillon)
        assert not QuestionnaireBienEtre.objects.publies().exists()


@pytest.mark.django_db
def test_the_demonstrations_say_what_they_are_not() -> None:
    DepartementFactory()
    assert charger_bien_etre(maintenant=maintenant()) == 2
    assert charger_bien_etre(maintenant=maintenant()) == 0
    for questionnaire in QuestionnaireBienEtre.objects.publies():
        assert "Ce n'est pas l'échelle d'Édimbourg (EPDS)" in questionnaire.introduction
        assert "pas un diagnostic" in questionnaire.introduction
        assert "fictive" in questionnaire.valide_par_nom
    assert set(QuestionnaireBienEtre.objects.values_list("variante", flat=True)) == {"parent", "coparent"}
