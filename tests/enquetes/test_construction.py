"""The builder's rules, the database first: what is published never changes, a campaign keeps what it asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from hypothesis import settings as reglages
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from enquetes import campagnes, collecte, construction, fournis, plan
from enquetes.enums import StatutCampagne, StatutVersion
from enquetes.models import Campagne, Choix, Question, Questionnaire, Reponse, Section, Traduction, Version
from tests.enquetes import fabrique
from tests.factories import MaisonFactory, dans

pytestmark = pytest.mark.django_db


class TestVersionPubliee:
    @pytest.fixture
    def version(self) -> Version:
        return fabrique.version()

    @pytest.mark.parametrize("modele", [Section, Question, Choix])
    def test_its_parts_are_neither_changed_nor_deleted(self, version: Version, modele: Any) -> None:
        champ = "titre" if modele is Section else "intitule" if modele is Question else "libelle"
        for acte in (lambda: modele.objects.update(**{champ: "autre"}), lambda: modele.objects.all().delete()):
            with pytest.raises(IntegrityError), transaction.atomic():
                acte()

    def test_nothing_is_added_to_it(self, version: Version) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Section.objects.create(version=version, rang=9, titre="De trop")
        with pytest.raises(IntegrityError), transaction.atomic():
            Traduction.objects.create(version=version, langue="ar", cle="accueil", texte="x")

    @pytest.mark.parametrize("champs", [{"accueil": "autre"}, {"statut": StatutVersion.BROUILLON}, {"numero": 7}])
    def test_it_only_changes_its_state(self, version: Version, champs: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(**champs)

    def test_not_even_by_raw_sql(self, version: Version) -> None:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE enquetes_question SET intitule = 'autre'")

    def test_a_part_does_not_move_to_a_draft(self, version: Version) -> None:
        brouillon = construction.nouvelle_version(questionnaire=version.questionnaire)
        with pytest.raises(IntegrityError), transaction.atomic():
            Section.objects.filter(version=version).update(version=brouillon)

    def test_the_next_draft_is_a_copy(self, version: Version) -> None:
        brouillon = construction.nouvelle_version(questionnaire=version.questionnaire)
        assert plan.lire(brouillon).phrases() == plan.lire(version).phrases()
        assert [q.conditions for q in plan.lire(brouillon).questions] == [
            q.conditions for q in plan.lire(version).questions
        ]
        assert construction.nouvelle_version(questionnaire=version.questionnaire) == brouillon


class TestPublier:
    def brouillon(self, **change: Any) -> Version:
        questionnaire = Questionnaire.objects.create(titre="Brouillon")
        return fournis.ecrire(questionnaire, {**fabrique.TOUT, **change})

    def question(self, **change: Any) -> list[dict[str, Any]]:
        return [{"titre": "Une", "questions": [{"code": "q", "question": "Quoi ?", **change}]}]

    @pytest.mark.parametrize(
        ("sections", "phrase"),
        [
            ([], "aucune question"),
            ([{"type": "unique", "choix": {"a": "A"}}], "deux choix"),
            ([{"type": "texte", "choix": {"a": "A", "b": "B"}}], "pas de choix"),
            ([{"type": "matrice", "choix": {"a": "A", "b": "B"}}], "lignes"),
            ([{"type": "texte", "code": "semaine"}], "« semaine » est déjà celui d'une colonne"),
        ],
    )
    def test_a_draft_that_does_not_hold_is_refused(self, sections: Any, phrase: str) -> None:
        version = self.brouillon(sections=[s for q in sections for s in self.question(**q)])
        with pytest.raises(construction.ConstructionRefusee, match=phrase):
            construction.publier(version=version, le=dans().date())

    def test_a_condition_on_a_later_question_is_refused(self) -> None:
        version = self.brouillon()
        etape = version.questions.get(code="etape")
        etape.conditions.create(source=version.questions.get(code="note"), valeurs=["1"])
        with pytest.raises(construction.ConstructionRefusee, match="posée avant"):
            construction.publier(version=version, le=dans().date())

    def test_a_missing_translation_is_told(self) -> None:
        version = self.brouillon()
        construction.traduire(version=version, langue="ar", textes={"q.etape": "أين"})
        with pytest.raises(construction.ConstructionRefusee, match="manque"):
            construction.publier(version=version, le=dans().date())

    def test_a_language_opened_and_left_empty_holds_nothing_back(self) -> None:
        version = self.brouillon()
        for textes in ({}, {"q.etape": "أين"}, {"q.etape": " "}):
            construction.traduire(version=version, langue="ar", textes=textes)
        assert construction.publier(version=version, le=dans().date()).langues == []

    def test_moving_a_question_past_the_end_of_its_part(self) -> None:
        version = self.brouillon()
        construction.deplacer_question(question=version.questions.get(code="transport"), vers_le_haut=False)
        assert [q.code for q in plan.lire(version).questions][:4] == ["etape", "freins", "transport", "note"]
        assert version.questions.get(code="transport").section.titre == "La suite"
        construction.deplacer_question(question=version.questions.get(code="transport"), vers_le_haut=True)
        assert version.questions.get(code="transport").section.titre == "Vous"


class TestCampagne:
    def test_a_draft_is_not_asked(self) -> None:
        version = TestPublier().brouillon()
        campagne = fabrique.campagne(ouverte=False, vers=version)
        with pytest.raises(campagnes.CampagneRefusee):
            campagnes.ouvrir(campagne=campagne, le=dans().date())
        with pytest.raises(IntegrityError), transaction.atomic():
            Campagne.objects.update(statut=StatutCampagne.OUVERTE)

    @pytest.mark.parametrize("champs", [{"seuil": 5}, {"statut": StatutCampagne.PREPARATION}])
    def test_once_open_it_keeps_its_terms(self, champs: dict[str, Any]) -> None:
        fabrique.campagne()
        with pytest.raises(IntegrityError), transaction.atomic():
            Campagne.objects.update(**champs)

    def test_closed_it_takes_no_answer_and_does_not_reopen(self) -> None:
        campagne = campagnes.clore(campagne=fabrique.campagne())
        with pytest.raises(IntegrityError), transaction.atomic():
            Reponse.objects.create(campagne=campagne, semaine=fabrique.semaine(0))
        with pytest.raises(IntegrityError), transaction.atomic():
            Campagne.objects.update(statut=StatutCampagne.OUVERTE)
        with pytest.raises(campagnes.CampagneRefusee):
            campagnes.ouvrir(campagne=campagne, le=dans().date())

    def test_an_answer_is_never_changed(self) -> None:
        campagne = fabrique.campagne()
        fabrique.repondre_au_hasard(campagne, 1, graine=1)
        with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
            Reponse.objects.update(valeurs={})

    def test_a_threshold_that_protects_nobody_is_refused(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            fabrique.campagne(ouverte=False, seuil=4)

    def test_the_past_ones_close_by_themselves(self) -> None:
        campagne = fabrique.campagne()
        Campagne.objects.update(ferme_le=dans(days=-1).date())
        assert campagnes.clore_les_passees(le=dans().date()) == 1
        campagne.refresh_from_db()
        assert campagne.statut == StatutCampagne.CLOSE


class Machine(RuleBasedStateMachine):
    """People build and publish new versions while others answer a campaign that asks an old one."""

    @initialize()
    def partir(self) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        plan._lire_publiee.cache_clear()
        self.version = fabrique.version(titre="Machine")
        self.campagne = fabrique.campagne(vers=self.version, maisons=[MaisonFactory()])
        self.acces = fabrique.acces(self.campagne)
        self.posees = plan.lire(self.version).phrases()
        self.codes: list[str] = []
        self.envoyees = 0
        self.publiees = 1

    @rule()
    def commencer(self) -> None:
        if self.campagne.statut == StatutCampagne.OUVERTE:
            self.codes.append(collecte.commencer(acces=self.acces, langue="fr", maintenant=dans()))
        else:
            with pytest.raises(collecte.EnqueteFermee):
                collecte.commencer(acces=self.acces, langue="fr", maintenant=dans())

    @precondition(lambda self: self.codes)
    @rule(
        donnees=st.data(),
        reponse=st.sampled_from(
            [("etape", "bebe"), ("freins", ["distance"]), ("freins", ["horaires"]), ("transport", "bus"), ("note", 4)]
        ),
    )
    def repondre(self, donnees: st.DataObject, reponse: tuple[str, Any]) -> None:
        code = donnees.draw(st.sampled_from(self.codes))
        formulaire = collecte.repondre(code=code, question=reponse[0], valeur=reponse[1], maintenant=dans())
        assert formulaire.plan.version == self.version.pk

    @precondition(lambda self: self.codes)
    @rule(donnees=st.data())
    def envoyer(self, donnees: st.DataObject) -> None:
        code = donnees.draw(st.sampled_from(self.codes))
        formulaire = collecte.lire(code=code, maintenant=dans())
        if self.campagne.statut != StatutCampagne.OUVERTE:
            with pytest.raises(collecte.EnqueteFermee):
                collecte.envoyer(code=code, maintenant=dans())
        elif "note" not in formulaire.valeurs:
            with pytest.raises(collecte.ReponseIrrecevable):
                collecte.envoyer(code=code, maintenant=dans())
        else:
            collecte.envoyer(code=code, maintenant=dans())
            self.codes.remove(code)
            self.envoyees += 1

    @rule(mot=st.sampled_from(["Une", "Deux", "Trois"]))
    def construire(self, mot: str) -> None:
        brouillon = construction.nouvelle_version(questionnaire=self.version.questionnaire)
        brouillon.questions.filter(code="note").update(intitule=f"{mot} ?")
        brouillon.questions.filter(code="freins").delete()

    @rule()
    def publier(self) -> None:
        brouillon = self.version.questionnaire.versions.filter(statut=StatutVersion.BROUILLON).first()
        if brouillon is not None:
            construction.publier(version=brouillon, le=dans().date())
            self.publiees += 1

    @rule()
    def toucher_a_la_version_posee(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Question.objects.filter(version=self.version).update(intitule="Autre")

    @precondition(lambda self: self.envoyees > 1)
    @rule()
    def clore(self) -> None:
        if self.campagne.statut == StatutCampagne.OUVERTE:
            self.campagne = campagnes.clore(campagne=self.campagne)
            self.acces = fabrique.acces(self.campagne)

    @invariant()
    def ce_qui_est_demande_n_a_pas_change(self) -> None:
        if hasattr(self, "posees"):
            assert (
                plan._lire(Version.objects.select_related("questionnaire").get(pk=self.version.pk)).phrases()
                == self.posees
            )

    @invariant()
    def chaque_envoi_est_une_reponse_recevable(self) -> None:
        if not hasattr(self, "envoyees"):
            return
        lu = plan.lire(self.version)
        reponses = list(Reponse.objects.filter(campagne=self.campagne))
        assert len(reponses) == self.envoyees
        for reponse in reponses:
            posees = {q.code for q in lu.posees(reponse.valeurs)}
            assert set(reponse.valeurs) <= posees
            assert all(plan.est_recevable(lu.par_code[code], v) for code, v in reponse.valeurs.items())

    @invariant()
    def une_seule_version_publiee(self) -> None:
        if hasattr(self, "version"):
            assert self.version.questionnaire.versions.filter(statut=StatutVersion.PUBLIEE).count() == 1

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            plan._lire_publiee.cache_clear()


def test_builder_and_answers_under_version_change() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine, settings=reglages(max_examples=12, stateful_step_count=15, deadline=None)
    )
