"""The calendar's reference data: complete, worded with care, and never over what an editor wrote."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from familles.chargement import DONNEES, charger_calendrier, lire_jalons
from familles.enums import Caractere, Confiance, StatutVersion
from familles.jalons import preparer_version
from familles.models import Jalon, VersionJalon
from familles.mots_calendrier import mention
from tests.factories import UtilisateurFactory, maintenant

pytestmark = pytest.mark.django_db


def test_every_milestone_of_the_file_is_published_once() -> None:
    attendus = {jalon["id"] for jalon in json.loads((DONNEES / "calendrier.json").read_text())["jalons"]}
    bilan = charger_calendrier(maintenant=maintenant())
    assert (bilan.crees, bilan.mis_a_jour, bilan.gardes) == (len(attendus), 0, 0)
    assert set(VersionJalon.objects.filter(statut="publiee").values_list("jalon__code", flat=True)) == attendus
    encore = charger_calendrier(maintenant=maintenant())
    assert (encore.crees, encore.mis_a_jour) == (0, 0)


def test_what_an_editor_wrote_stays() -> None:
    charger_calendrier(maintenant=maintenant())
    version = VersionJalon.objects.get(jalon__code="epp")
    version.titre, version.auteur = "Notre entretien", UtilisateurFactory()
    version.save()
    assert charger_calendrier(maintenant=maintenant()).gardes == 1
    assert VersionJalon.objects.publiees().get(jalon__code="epp").titre == "Notre entretien"


def test_a_corrected_file_makes_a_new_version_and_keeps_the_old_one() -> None:
    charger_calendrier(maintenant=maintenant())
    VersionJalon.objects.filter(jalon__code="epp").update(pourquoi="Ce que disait l'ancien fichier.")
    assert charger_calendrier(maintenant=maintenant()).mis_a_jour == 1
    statuts = VersionJalon.objects.filter(jalon__code="epp").order_by("numero").values_list("numero", "statut")
    assert list(statuts) == [(1, StatutVersion.ARCHIVEE), (2, StatutVersion.PUBLIEE)]


def test_a_draft_in_the_making_does_not_stop_the_file() -> None:
    charger_calendrier(maintenant=maintenant())
    publiee = VersionJalon.objects.publiees().get(jalon__code="epp")
    brouillon = preparer_version(version=publiee, par=UtilisateurFactory(), maintenant=maintenant())
    VersionJalon.objects.filter(pk=publiee.pk).update(pourquoi="Ce que disait l'ancien fichier.")
    assert charger_calendrier(maintenant=maintenant()).mis_a_jour == 1
    brouillon.refresh_from_db()
    assert brouillon.statut == StatutVersion.BROUILLON
    assert VersionJalon.objects.publiees().get(jalon__code="epp").numero == 3


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("charger_calendrier")
    assert "70 repères créés" in capsys.readouterr().out


class TestPrudence:
    def test_nothing_to_be_confirmed_is_called_compulsory(self) -> None:
        for code, champs in lire_jalons().items():
            if champs["confiance"] == Confiance.A_CONFIRMER:
                assert champs["caractere"] != Caractere.OBLIGATOIRE, code

    def test_what_is_not_established_says_so(self) -> None:
        for code, champs in lire_jalons().items():
            etablie = champs["confiance"] in (Confiance.VERIFIE, Confiance.DERIVE)
            assert bool(mention(champs["confiance"])) is not etablie, code

    def test_each_has_our_own_words_a_source_and_a_date(self) -> None:
        for code, champs in lire_jalons().items():
            assert champs["pourquoi"], code
            assert champs["sources"], code
            assert "document" not in champs["sources"].lower(), code
            assert "{" not in champs["regle_ecrite"], code
            assert champs["verifiee_le"].year == 2026

    def test_the_database_refuses_a_compulsory_guess(self) -> None:
        charger_calendrier(maintenant=maintenant())
        with pytest.raises(IntegrityError, match="version_jalon_a_confirmer"), transaction.atomic():
            VersionJalon.objects.filter(jalon__code="info_mode_accueil").update(caractere=Caractere.OBLIGATOIRE)

    def test_the_database_keeps_one_published_version(self) -> None:
        charger_calendrier(maintenant=maintenant())
        ancienne = VersionJalon.objects.get(jalon__code="epp")
        ancienne.pk, ancienne.numero = None, 2
        with pytest.raises(IntegrityError, match="version_jalon_une_publiee"), transaction.atomic():
            ancienne.save()
        assert Jalon.objects.get(code="epp").versions.count() == 1
