"""Référentiels as data: read with clear errors, frozen once published, compared."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

import maisons.label
from maisons.enums import StatutReferentiel
from maisons.label import fichier, referentiels
from maisons.label.fichier import ReferentielInvalide
from maisons.models import Axe, Critere, Etape, Transition, VersionReferentiel

LIVRE = Path(maisons.label.__file__).parent.parent / "donnees" / "referentiels" / "epepe-2026-1.yaml"
MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)

CONTENU: dict[str, Any] = {
    "format": 1,
    "referentiel": {"code": "essai", "nom": "Essai", "porteur": ""},
    "version": {
        "numero": "1",
        "a_valider": True,
        "valide_du": "2026-01-01",
        "valide_au": None,
        "sources": ["Une source"],
    },
    "parcours": [
        {
            "code": "candidat",
            "intitule": "Candidate",
            "label": "candidate",
            "delai_jours": 60,
            "vers": [
                {
                    "etape": "labellise",
                    "qui": ["pilote"],
                    "tout_evalue": True,
                    "imperatifs_atteints": True,
                    "preuves": ["gratuite.rien-a-payer"],
                }
            ],
        },
        {"code": "labellise", "intitule": "Labellisée", "label": "labellisee", "delai_jours": None, "vers": []},
    ],
    "axes": [
        {
            "code": "gratuite",
            "nature": "qualite",
            "intitule": "Gratuité",
            "description": "",
            "criteres": [
                {
                    "code": "rien-a-payer",
                    "intitule": "Rien à payer.",
                    "attendu": "Attestation",
                    "niveaux": ["non", "oui"],
                    "requis": 1,
                    "imperatif": True,
                    "poids": 2,
                    "indicateur": {"code": "part-gratuite", "min": 100.0},
                },
                {
                    "code": "sans-adhesion",
                    "intitule": "Sans adhésion.",
                    "attendu": "",
                    "niveaux": ["non", "oui"],
                    "requis": 1,
                    "imperatif": False,
                    "poids": 1,
                },
            ],
        }
    ],
}


def contenu(**version: Any) -> dict[str, Any]:
    copie = copy.deepcopy(CONTENU)
    copie["version"].update(version)
    return copie


class TestLecture:
    def test_the_shipped_file_follows_the_schema_and_says_that_it_is_a_proposal(self) -> None:
        lu = fichier.lire(LIVRE.read_text())
        assert lu["version"]["a_valider"] is True
        natures = [axe["nature"] for axe in lu["axes"]]
        assert natures.count("qualite") == natures.count("accompagnement") == 4

    @settings(max_examples=40, deadline=None)
    @given(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
    )
    def test_any_text_survives_being_written_and_read(self, texte: str) -> None:
        source = contenu()
        source["axes"][0]["criteres"][0]["attendu"] = texte
        assert fichier.lire(fichier.ecrire(source)) == source

    @pytest.mark.parametrize(
        ("chemin", "valeur", "phrase"),
        [
            ("format", 2, "format : la seule valeur connue est 1."),
            ("axes", [], "axes : il en faut au moins 1."),
            ("axes", "x", "axes : on attend : une liste."),
            ("version.numero", 2026, "version › numero : on attend : un texte (entre guillemets"),
            ("version.valide_du", "1er janvier", "version › valide_du : une date comme 2026-01-31"),
            ("version.valide_du", "2026-02-30", "version › valide_du : une date comme 2026-01-31"),
            ("version.valide_au", "2025-12-31", "la fin de validité doit venir après son début."),
            ("referentiel.code", "É", "referentiel › code : des minuscules sans accents"),
            ("referentiel.nom", "", "referentiel › nom : ne doit pas être vide."),
            ("referentiel.couleur", "bleu", "referentiel : « couleur » n'est pas connu ici."),
            ("axes.0.nature", "autre", "axes 1 › nature : une de ces valeurs"),
            ("axes.0.criteres.1.niveaux", ["seul"], "axes 1 › criteres 2 › niveaux : il en faut au moins 2."),
            ("axes.0.criteres.1.requis", 2, "axes 1 › criteres 2 › requis : il n'y a que 2 niveaux"),
            ("axes.0.criteres.1.code", "rien-a-payer", "le code « rien-a-payer » sert deux fois."),
            ("parcours", [], "parcours : il en faut au moins 2."),
            ("parcours.1.code", "candidat", "le code « candidat » sert deux fois."),
            ("parcours.0.vers.0.etape", "ailleurs", "« ailleurs » n'est pas une autre étape"),
            ("parcours.0.vers.0.etape", "candidat", "« candidat » n'est pas une autre étape"),
            ("parcours.0.vers.0.qui", ["animateur"], "parcours 1 › vers 1 › qui 1 : une de ces valeurs"),
            ("parcours.0.vers.0.preuves", ["gratuite.x"], "« gratuite.x » n'est pas un critère"),
            ("axes.0.criteres.0.poids", 0, "axes 1 › criteres 1 › poids : au moins 1."),
            ("axes.0.criteres.0.indicateur", {"code": "x", "min": 3, "max": 2}, "le minimum dépasse le maximum."),
            ("axes.0.criteres.0.indicateur", {"code": "x", "min": float("inf")}, "min : au plus 1000000000."),
            ("axes.0.criteres.0.indicateur", {"code": "x", "max": -(10**400)}, "max : au moins -1000000000."),
            ("axes.0.criteres.0.indicateur", {"code": "x", "max": float("nan")}, "maximum sont des nombres."),
            ("axes.0.criteres.0.indicateur", {"min": 3}, "indicateur : il manque « code »."),
        ],
    )
    def test_a_fault_names_its_place(self, chemin: str, valeur: Any, phrase: str) -> None:
        source: Any = contenu()
        *pas, dernier = chemin.split(".")
        cible = source
        for element in pas:
            cible = cible[int(element) if element.isdigit() else element]
        cible[dernier] = valeur
        with pytest.raises(ReferentielInvalide) as refus:
            fichier.lire(fichier.ecrire(source))
        assert phrase in str(refus.value)

    @pytest.mark.parametrize(
        ("texte", "phrase"),
        [
            ("", "le fichier : on attend : des champs"),
            ("a: [1\nb: 2", "Ligne 2 : ce n'est pas du YAML"),
            ("a: &x [1]\nb: *x", "Ligne 2 : les renvois"),
            ("a: !!python/object/apply:os.system [ls]", "Ligne 1 : ce n'est pas du YAML"),
            ("x: " + "a" * 600_000, "trop gros"),
            ("\x07", "n'est pas du YAML"),
            ('a: 1\nb: "un\\0deux"', "Ligne 2 : un caractère"),
            ('"\\ud800": 1', "Ligne 1 : un caractère"),
        ],
    )
    def test_what_is_no_yaml_is_refused(self, texte: str, phrase: str) -> None:
        with pytest.raises(ReferentielInvalide, match=phrase):
            fichier.lire(texte)

    def test_every_fault_is_told_at_once(self) -> None:
        source = contenu(numero=3, valide_du="demain")
        with pytest.raises(ReferentielInvalide) as refus:
            fichier.lire(fichier.ecrire(source))
        assert {erreur.partition(" : ")[0] for erreur in refus.value.erreurs} == {
            "version › numero",
            "version › valide_du",
        }


@pytest.mark.django_db
class TestVersions:
    def publiee(self, **version: Any) -> VersionReferentiel:
        return referentiels.publier(version=referentiels.enregistrer(contenu(**version)), maintenant=MAINTENANT)

    def test_what_was_taken_is_written_back_the_same(self) -> None:
        version = referentiels.enregistrer(contenu())
        assert referentiels.decrire(version) == CONTENU

    def test_the_shipped_file_is_written_back_with_its_defaults(self) -> None:
        version = referentiels.enregistrer(fichier.lire(LIVRE.read_text()))
        decrit = referentiels.decrire(version)
        assert fichier.lire(fichier.ecrire(decrit)) == decrit
        assert decrit["axes"][0]["criteres"][0]["niveaux"] == ["pas encore", "en cours", "atteint"]
        assert decrit["axes"][0]["criteres"][0]["requis"] == 2

    def test_a_draft_is_replaced(self) -> None:
        referentiels.enregistrer(contenu())
        source = contenu()
        del source["axes"][0]["criteres"][1]

        version = referentiels.enregistrer(source)

        assert VersionReferentiel.objects.get() == version
        assert Critere.objects.count() == 1

    def test_the_same_content_as_a_published_version_is_that_version(self) -> None:
        version = self.publiee()
        assert referentiels.enregistrer(contenu()) == version

    def test_another_content_under_a_published_number_is_refused(self) -> None:
        self.publiee()
        with pytest.raises(referentiels.ReferentielRefuse, match="donnez un autre numéro"):
            referentiels.enregistrer(contenu(valide_du="2026-02-01"))
        assert VersionReferentiel.objects.get().valide_du.month == 1

    def test_a_version_without_criteria_is_not_published(self) -> None:
        source = contenu()
        source["axes"][0]["criteres"] = []
        version = referentiels.enregistrer(source)
        with pytest.raises(referentiels.ReferentielRefuse, match="aucun critère"):
            referentiels.publier(version=version, maintenant=MAINTENANT)

    @pytest.mark.parametrize(
        "geste",
        [
            lambda version: Critere.objects.filter(axe__version=version).update(intitule="Autre chose"),
            lambda version: Critere.objects.filter(axe__version=version).delete(),
            lambda version: Axe.objects.filter(version=version).update(rang=9),
            lambda version: Axe.objects.create(
                version=version, code="neuf", rang=2, nature="qualite", intitule="Neuf"
            ),
            lambda version: VersionReferentiel.objects.filter(pk=version.pk).update(numero="2"),
            lambda version: VersionReferentiel.objects.filter(pk=version.pk).update(
                statut=StatutReferentiel.BROUILLON, publiee_le=None
            ),
            lambda version: version.delete(),
            lambda version: Etape.objects.filter(version=version).update(delai_jours=3),
            lambda version: Transition.objects.filter(de__version=version).delete(),
        ],
    )
    def test_the_database_refuses_to_change_a_published_version(self, geste: Any) -> None:
        version = self.publiee()
        with pytest.raises(DatabaseError, match="publiée"), transaction.atomic():
            geste(version)
        assert referentiels.decrire(VersionReferentiel.objects.get(pk=version.pk)) == CONTENU

    def test_a_criterion_of_a_draft_cannot_be_moved_into_a_published_version(self) -> None:
        publie = Axe.objects.get(version=self.publiee())
        brouillon = referentiels.enregistrer(contenu(numero="2"))
        with pytest.raises(DatabaseError, match="publiée"), transaction.atomic():
            Critere.objects.filter(axe__version=brouillon, code="sans-adhesion").update(axe=publie)

    def test_a_published_version_may_be_withdrawn_once(self) -> None:
        version = referentiels.retirer(version=self.publiee())
        assert version.statut == StatutReferentiel.RETIREE
        with pytest.raises(referentiels.ReferentielRefuse):
            referentiels.retirer(version=version)

    @pytest.mark.parametrize(
        ("le", "vigueur"), [("2025-12-31", 0), ("2026-01-01", 1), ("2026-12-31", 1), ("2027-01-01", 0)]
    )
    def test_a_version_is_in_force_from_its_first_to_its_last_day(self, le: str, vigueur: int) -> None:
        self.publiee(valide_au="2026-12-31")
        jour = datetime.fromisoformat(le).date()
        assert VersionReferentiel.objects.en_vigueur(le=jour).count() == vigueur

    def test_a_comparison_tells_what_must_be_assessed_again(self) -> None:
        avant = self.publiee()
        source = contenu(numero="2")
        premier, deuxieme = source["axes"][0]["criteres"]
        premier["indicateur"]["min"] = 90
        deuxieme["poids"] = 5
        source["axes"][0]["criteres"].append({"code": "neuf", "intitule": "Neuf."})
        apres = referentiels.enregistrer(source)

        comparaison = referentiels.comparer(avant, apres)

        assert comparaison.ajoutes == ("gratuite.neuf",)
        assert comparaison.retires == ()
        assert [(change.code, change.champs) for change in comparaison.changements] == [
            ("gratuite.rien-a-payer", ("indicateur",)),
            ("gratuite.sans-adhesion", ("poids",)),
        ]
        assert comparaison.a_reevaluer == ("gratuite.neuf", "gratuite.rien-a-payer")
        assert referentiels.comparer(apres, avant).retires == ("gratuite.neuf",)
        assert referentiels.comparer(avant, avant).est_vide


@pytest.mark.django_db
class TestCommande:
    def appeler(self, *args: Any) -> str:
        sortie = StringIO()
        call_command("referentiel", *args, stdout=sortie)
        return sortie.getvalue()

    def test_a_file_is_taken_published_and_given_back(self, tmp_path: Path) -> None:
        source = tmp_path / "essai.yaml"
        source.write_text(fichier.ecrire(contenu()))

        assert "publiée" in self.appeler("importer", str(source), "--publier")
        assert "publiée" in self.appeler("importer", str(source), "--publier")
        assert fichier.lire(self.appeler("exporter", "essai", "1")) == CONTENU

    def test_two_versions_are_compared(self) -> None:
        referentiels.enregistrer(contenu())
        source = contenu(numero="2")
        source["axes"][0]["criteres"].pop()
        referentiels.enregistrer(source)
        assert self.appeler("comparer", "essai", "1", "2") == "- gratuite.sans-adhesion\n"

    def test_faults_are_told_and_nothing_is_taken(self, tmp_path: Path) -> None:
        source = tmp_path / "essai.yaml"
        source.write_text(fichier.ecrire(contenu(numero=3)))
        with pytest.raises(CommandError, match="version › numero"):
            self.appeler("importer", str(source))
        with pytest.raises(CommandError, match="ne se lit pas"):
            self.appeler("importer", str(tmp_path / "absent.yaml"))
        with pytest.raises(CommandError, match="Version inconnue"):
            self.appeler("exporter", "essai", "1")
        assert not VersionReferentiel.objects.exists()
