"""Races: a form sent by several clicks, an invitation opened on two screens, a demand that two workers see."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from enquetes import brassage, collecte, demandes, fournis, importation
from enquetes.enums import CanalEnquete, StatutTexte
from enquetes.models import DemandePublication, Instantane, Reponse, ReponseEnCours, TexteLibre
from tests.ateliers.test_courses import ensemble, guetter
from tests.enquetes import fabrique
from tests.factories import dans

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.course]

CLICS = 6


def envoyer_ensemble(code: str) -> list[str | Exception]:
    return ensemble([lambda: str(collecte.envoyer(code=code, maintenant=dans()))] * CLICS)


class TestEnvoyer:
    @pytest.fixture
    def code(self) -> str:
        code = collecte.commencer(acces=fabrique.acces(fabrique.campagne()), langue="fr", maintenant=dans())
        collecte.repondre(code=code, question="note", valeur=3, maintenant=dans())
        return code

    def test_several_clicks_are_one_answer(self, code: str) -> None:
        issues = envoyer_ensemble(code)
        assert Reponse.objects.count() == 1
        assert sum(isinstance(issue, collecte.CodeInconnu) for issue in issues) == CLICS - 1

    def test_control_without_its_lock_each_click_is_an_answer(
        self, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lus = threading.Barrier(CLICS)

        def lire(code: str, maintenant: Any) -> collecte.Formulaire:
            formulaire = collecte.lire(code=code, maintenant=maintenant)
            lus.wait(timeout=60)
            return formulaire

        monkeypatch.setattr(collecte, "_verrouiller", lire)
        envoyer_ensemble(code)
        assert Reponse.objects.count() == CLICS


def test_an_invitation_opened_on_several_screens_is_one_form() -> None:
    version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
    acces = fabrique.acces(fabrique.campagne(vers=version), CanalEnquete.INVITATION)
    jeton = collecte.nouveau_jeton(acces)
    ouverts = ensemble(
        [lambda: collecte.commencer_invite(acces=acces, jeton=jeton, langue="fr", maintenant=dans())] * CLICS
    )
    assert len(set(ouverts)) == 1, ouverts
    assert ReponseEnCours.objects.count() == 1


class TestImporter:
    """One file, sent by several clicks."""

    @staticmethod
    def importees() -> list[str | Exception]:
        campagne = fabrique.campagne()
        octets = fabrique.classeur(campagne, [{"note": n} for n in (1, 2, 3)])
        return ensemble(
            [lambda: str(importation.importer(campagne=campagne, octets=octets, maintenant=dans()))] * CLICS
        )

    def test_it_is_written_once_and_the_others_are_told_so(self) -> None:
        issues = self.importees()
        assert Reponse.objects.count() == 3
        refus = [str(issue) for issue in issues if isinstance(issue, importation.ImportRefuse)]
        assert refus == ["Ce fichier a déjà été importé."] * (CLICS - 1)

    def test_control_without_its_lock_the_others_fail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        verifies = threading.Barrier(CLICS)
        verifier = importation.verifier

        def verifier_ensemble(**quoi: Any) -> None:
            verifier(**quoi)
            verifies.wait(timeout=60)

        monkeypatch.setattr(importation, "_verrouiller", lambda campagne: campagne)
        monkeypatch.setattr(importation, "verifier", verifier_ensemble)
        assert sum(isinstance(issue, IntegrityError) for issue in self.importees()) == CLICS - 1


class TestReserver:
    @pytest.fixture
    def demande(self) -> DemandePublication:
        campagne = fabrique.campagne()
        fabrique.repondre_au_hasard(campagne, 30, graine=1, semaines=[fabrique.semaine(3)])
        return demandes.demander(campagne=campagne, maintenant=dans())

    @staticmethod
    def reservees() -> int:
        return ensemble([lambda: str(demandes._reserver(maintenant=dans()))] * CLICS).count("None")

    def test_one_worker_takes_it_and_publishes_once(self, demande: DemandePublication) -> None:
        assert self.reservees() == CLICS - 1
        ensemble([lambda: str(demandes.tenir_publications(horloge=lambda: dans(hours=1)))] * CLICS)
        assert Instantane.objects.count() == 1

    def test_control_without_its_lock_all_take_it(
        self, demande: DemandePublication, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lues = threading.Barrier(CLICS)
        garder = models.Model.save

        def garder_ensemble(self: models.Model, **options: Any) -> None:
            lues.wait(timeout=60)
            garder(self, **options)

        monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, **_: self)
        monkeypatch.setattr(DemandePublication, "save", garder_ensemble)
        assert self.reservees() == 0


class TestBrasserPendantLaRelecture:
    """Words are written anew while the team screens them."""

    @pytest.fixture
    def relus(self) -> list[TexteLibre]:
        campagne = fabrique.campagne()
        return [fabrique.texte(campagne, mot) for mot in ("Un mot", "Un autre")]

    @staticmethod
    def relire(relus: list[TexteLibre], monkeypatch: pytest.MonkeyPatch) -> set[str]:
        """Screen them when they are written anew but not committed; how they stand in the end."""
        recrits, en_attente = threading.Event(), threading.Event()
        ecrire = brassage._recrire

        def recrire(*quoi: Any) -> None:
            with transaction.atomic():
                ecrire(*quoi)
                recrits.set()
                assert en_attente.wait(timeout=30)

        def classer() -> str:
            assert recrits.wait(timeout=30)
            TexteLibre.objects.filter(pk__in=[t.pk for t in relus]).update(statut=StatutTexte.MONTRE)
            return "classés"

        monkeypatch.setattr(brassage, "_recrire", recrire)
        issues = ensemble([lambda: str(brassage.brasser(maintenant=dans())), classer, lambda: guetter(en_attente)])
        assert issues == ["1", "classés", "vue"]
        return set(TexteLibre.objects.values_list("statut", flat=True))

    def test_what_was_screened_stays_screened(self, relus: list[TexteLibre], monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.relire(relus, monkeypatch) == {StatutTexte.MONTRE}

    def test_control_without_its_lock_it_is_lost(
        self, relus: list[TexteLibre], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(brassage, "_verrouiller", lambda table: None)
        assert self.relire(relus, monkeypatch) == {StatutTexte.A_LIRE}
