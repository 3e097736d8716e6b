"""Files as evidence: kept with their row or not at all, gone with it, never without a decision's support."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from maisons.enums import Role
from maisons.label import candidatures, preuves
from maisons.label.preuves import PreuveRefusee
from maisons.models import Candidature, Evaluation, Maison, NoteVisite, Preuve, stockage_des_preuves
from tests.factories import MaisonFactory
from tests.maisons.test_candidatures import LE, MAINTENANT, personne, version
from tests.socle.test_depots import HOSTILES, image, pdf


@pytest.fixture
def maison(db: None) -> Maison:
    creee: Maison = MaisonFactory()
    return creee


@pytest.fixture
def evaluation(maison: Maison) -> Evaluation:
    candidature = candidatures.ouvrir(maison=maison, version=version(), par=personne(Role.PILOTE, maison), le=LE)
    return candidature.evaluations.order_by("pk")[0]


@pytest.fixture(autouse=True)
def stock_vide() -> None:
    for nom in gardes():
        stockage_des_preuves().delete(nom)


def gardes() -> list[str]:
    try:
        return stockage_des_preuves().listdir("")[1]
    except FileNotFoundError:
        return []


def deposer(evaluation: Evaluation, nom: str = "charte.pdf", contenu: bytes | None = None) -> Preuve:
    return preuves.deposer_fichier(
        evaluation=evaluation,
        intitule="Charte signée",
        fichier=SimpleUploadedFile(nom, pdf() if contenu is None else contenu),
        datee_du=LE,
        par=personne(Role.RESPONSABLE, evaluation.candidature.maison),
        maintenant=timezone.now(),
    )


def test_a_file_is_kept_under_a_name_drawn_by_lot(evaluation: Evaluation) -> None:
    preuve = deposer(evaluation, "../../etc/charte.pdf")
    assert gardes() == [preuve.fichier.name]
    assert "charte" not in preuve.fichier.name
    assert (preuve.nom_fichier, preuve.type_mime) == ("charte.pdf", "application/pdf")
    with preuves.ouvrir(preuve) as fichier:
        assert len(fichier.read()) == preuve.taille


def test_of_hostile_files_nothing_is_stored(evaluation: Evaluation) -> None:
    # One of each kind: tests/socle/test_depots.py refuses all of them, and nothing is kept before that.
    for cas in ("vide", "svg avec script", "eicar dans un png", "bombe zip", "jpeg suivi d'un html", "pdf cassé"):
        nom, faire = HOSTILES[cas]
        with pytest.raises(PreuveRefusee):
            deposer(evaluation, nom, faire())
    assert gardes() == []
    assert not Preuve.objects.exists()


def test_a_row_that_fails_leaves_no_file(evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    def casser(**_champs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Preuve.objects, "create", casser)
    with pytest.raises(RuntimeError):
        deposer(evaluation)
    assert gardes() == []


def test_evidence_that_supported_no_decision_is_withdrawn_with_its_file(
    evaluation: Evaluation, django_capture_on_commit_callbacks: object
) -> None:
    preuve = deposer(evaluation, "salle.png", image())
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        preuves.retirer(preuve=preuve)
    assert gardes() == []
    assert not Preuve.objects.exists()


def test_evidence_stays_once_a_step_was_decided(evaluation: Evaluation) -> None:
    candidature = evaluation.candidature
    for autre in candidature.evaluations.all():
        candidatures.evaluer(evaluation=autre, niveau=1, commentaire="", revision=0, maintenant=MAINTENANT)
        deposer(autre)
    preuve = Preuve.objects.get(evaluation=evaluation)
    candidatures.franchir(
        candidature=candidature,
        vers=candidature.version.etapes.get(code="dossier"),
        par=personne(Role.RESPONSABLE, candidature.maison),
        le=LE,
        maintenant=MAINTENANT,
    )
    with pytest.raises(PreuveRefusee, match="reste au dossier"):
        preuves.retirer(preuve=preuve)
    assert Preuve.objects.filter(pk=preuve.pk).exists()


def test_files_without_a_row_are_swept_after_a_day(evaluation: Evaluation) -> None:
    gardee = deposer(evaluation)
    stockage_des_preuves().save("perdu.pdf", ContentFile(b"x"))
    maintenant = timezone.now()
    assert preuves.purger_orphelins(maintenant=maintenant) == 0
    assert preuves.purger_orphelins(maintenant=maintenant + timedelta(days=2)) == 1
    assert gardes() == [gardee.fichier.name]


class TestNoteDeVisite:
    def note(self, evaluation: Evaluation, **options: object) -> NoteVisite:
        champs: dict[str, object] = {"niveau": 1, "texte": "Vu", "revision": 0, "maintenant": MAINTENANT, **options}
        return candidatures.noter_visite(evaluation=evaluation, **champs)  # type: ignore[arg-type]

    def test_the_same_words_sent_again_are_the_same_note(self, evaluation: Evaluation, maison: Maison) -> None:
        par = personne(Role.PILOTE, maison)
        assert self.note(evaluation, par=par).revision == self.note(evaluation, par=par).revision == 1

    def test_another_device_is_told_instead_of_being_overwritten(self, evaluation: Evaluation, maison: Maison) -> None:
        par = personne(Role.PILOTE, maison)
        self.note(evaluation, par=par)
        with pytest.raises(candidatures.NoteEcriteAilleurs) as refus:
            self.note(evaluation, par=par, texte="Autre chose")
        assert refus.value.note.texte == "Vu"
        assert self.note(evaluation, par=par, texte="Autre chose", revision=1).revision == 2

    def test_two_evaluators_never_write_over_each_other(self, evaluation: Evaluation, maison: Maison) -> None:
        for role in (Role.PILOTE, Role.ADMINISTRATEUR):
            self.note(evaluation, par=personne(role, maison), texte=role.value)
        assert {note.texte for note in NoteVisite.objects.all()} == {"pilote", "administrateur"}


def test_the_number_of_files_has_a_limit(evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preuves, "FICHIERS_MAX", 1)
    deposer(evaluation)
    with pytest.raises(PreuveRefusee, match="déjà 1 fichiers"):
        deposer(evaluation)
    assert len(gardes()) == 1
    assert Candidature.objects.count() == 1
