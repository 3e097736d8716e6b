"""Dossiers and reports: the same bytes from the same content, accessible, traced, handed in once."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pdfua import validate
from pdfua.model import Severity

from maisons.enums import NatureEdition, Role, SensBudget, StatutTravail
from maisons.label.indicateurs import Mesure, Periode, trouver
from maisons.models import Candidature, Edition, LigneBudget, stockage_des_editions
from maisons.pdf import rendre_edition
from maisons.pilotage import chapitres, editions, travaux
from maisons.pilotage.redaction import Redaction, empreinte
from tests.equipe import entrer
from tests.factories import AffectationFactory, CommuneFactory, LieuFactory, MaisonFactory
from tests.maisons.test_candidatures import candidature, maison, personne, remplir  # noqa: F401

MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PERIODE = Periode(date(2025, 3, 1), date(2026, 2, 28))


def demander(sujet: Any, nature: NatureEdition = NatureEdition.DOSSIER, **autres: Any) -> Edition:
    return editions.demander(
        nature=nature, periode=PERIODE, par=None, maintenant=MAINTENANT, **({"maison": sujet} | autres)
    )


def faire() -> None:
    travaux.tenir(Edition, editions.faire, horloge=lambda: MAINTENANT)


def lue(edition: Edition) -> Edition:
    return Edition.objects.select_related("maison", "departement").get(pk=edition.pk)


@pytest.fixture
def dossier(candidature: Candidature) -> Edition:  # noqa: F811
    """A dossier made by a worker, of a house with a place, evidence and a budget."""
    LieuFactory(maison=candidature.maison)
    remplir(candidature)
    LigneBudget.objects.create(
        candidature=candidature, annee=2026, sens=SensBudget.DEPENSE, libelle="Facilitatrice", montant=42000
    )
    edition = demander(candidature.maison)
    faire()
    return lue(edition)


class TestDossier:
    def test_the_pages_are_accessible_and_say_draft_until_handed_in(self, dossier: Edition) -> None:
        octets = editions.lire(dossier)

        assert dossier.statut == StatutTravail.PRET
        assert hashlib.sha256(octets).hexdigest() == dossier.empreinte_fichier
        with pikepdf.open(io.BytesIO(octets)) as document:
            assert len(document.pages) == dossier.pages
            assert str(document.Root.Lang) == "fr"
        resultat = validate(io.BytesIO(octets))
        assert [constat for constat in resultat.findings if constat.severity == Severity.ERROR] == []
        assert dossier.est_brouillon

        par = AffectationFactory(departemental=True, departement=dossier.departement).utilisateur
        editions.deposer(edition=dossier, par=par, maintenant=MAINTENANT)
        faire()
        depose = lue(dossier)
        assert (depose.est_brouillon, depose.statut) == (False, StatutTravail.PRET)
        assert depose.empreinte == dossier.empreinte
        assert depose.empreinte_fichier != dossier.empreinte_fichier
        with pytest.raises(editions.EditionRefusee, match="déjà déposé"):
            editions.deposer(edition=depose, par=par, maintenant=MAINTENANT)

    def test_the_same_version_is_the_same_bytes_whatever_changed_since(self, dossier: Edition, tmp_path: Path) -> None:
        avant = editions.lire(dossier)
        assert dossier.maison is not None
        dossier.maison.nom = "Autre nom"
        dossier.maison.save(update_fields=["nom"])
        LigneBudget.objects.all().delete()
        stockage_des_editions().delete(dossier.nom_de_fichier)

        assert editions.lire(lue(dossier)) == avant
        sortie = tmp_path / "dossier.pdf"
        call_command("dossier", dossier.maison.slug, f"--sortie={sortie}", "--edition=1", stdout=io.StringIO())
        assert sortie.read_bytes() == avant
        assert dossier.contenu is not None
        assert empreinte(dossier.contenu) == dossier.empreinte

    def test_every_figure_leads_to_its_definition_and_date(self, dossier: Edition) -> None:
        assert dossier.contenu is not None
        definitions = dossier.contenu["definitions"]
        assert all(definition["definition"] and definition["date"] for definition in definitions)
        renvois = {
            int(source)
            for partie in dossier.contenu["parties"]
            for bloc in partie["blocs"]
            for source in [
                *bloc.get("sources", []),
                *(ligne[2] for ligne in bloc.get("lignes", []) if bloc["genre"] == "reperes"),
            ]
            if source
        }
        assert renvois
        assert renvois <= set(range(1, len(definitions) + 1))
        # Counts of criteria are of the référentiel, which has its own line.
        titres = [partie["titre"] for partie in dossier.contenu["parties"]]
        for chapitre in ("La maison", "Le diagnostic du territoire", "L'offre de la maison", "Programme hebdomadaire"):
            assert chapitre in titres
        for chapitre in ("Groupes de parents", "Permanences", "Le plan d'action", "Le budget", "Signatures"):
            assert chapitre in titres

    def test_what_is_written_never_changes(self, dossier: Edition) -> None:
        for changement in ({"contenu": {"parties": []}}, {"empreinte": "0" * 64}, {"numero": 9}):
            with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
                Edition.objects.filter(pk=dossier.pk).update(**changement)

    def test_a_new_version_is_asked_for_once(self, dossier: Edition) -> None:
        assert dossier.maison is not None
        seconde = demander(dossier.maison)
        assert seconde.numero == 2
        assert demander(dossier.maison).pk == seconde.pk


class TestAutresDocuments:
    def test_reports_of_a_house_and_of_the_network(self, dossier: Edition) -> None:
        maison_ = dossier.maison
        assert maison_ is not None
        CommuneFactory(departement=maison_.departement)
        faits = [demander(maison_, nature) for nature in (NatureEdition.SUIVI, NatureEdition.FICHE)]
        faits.append(demander(None, NatureEdition.RESEAU, departement=maison_.departement))
        faire()
        for edition in map(lue, faits):
            assert edition.statut == StatutTravail.PRET, edition.nature
            resultat = validate(io.BytesIO(editions.lire(edition)))
            assert [c for c in resultat.findings if c.severity == Severity.ERROR] == [], edition.nature
            assert not edition.est_brouillon
        assert lue(faits[1]).pages == 1

    def test_a_house_without_a_candidature_has_no_dossier(self, db: None) -> None:
        with pytest.raises(editions.EditionRefusee, match="pas de candidature"):
            demander(MaisonFactory())
        with pytest.raises(CommandError, match="Aucune maison"):
            call_command("dossier", "nulle-part", "--sortie=/dev/null")


class TestPages:
    def test_one_tap_makes_it_and_the_page_follows(self, client: Client, candidature: Candidature) -> None:  # noqa: F811
        entrer(client, personne(Role.RESPONSABLE, candidature.maison))
        reponse = client.post(
            reverse("admin:maisons_edition_add"), {"nature": "dossier", "maison": candidature.maison_id}
        )

        edition = Edition.objects.get()
        adresse = reverse("admin:maisons_edition_change", args=[edition.pk])
        assert reponse["Location"] == adresse
        assert "Le portail y travaille : 0 %" in client.get(adresse).content.decode()
        assert client.get(reverse("admin:maisons_edition_pdf", args=[edition.pk])).status_code == 404
        faire()
        assert "Ouvrir le PDF" in client.get(adresse).content.decode()
        pdf = client.get(reverse("admin:maisons_edition_pdf", args=[edition.pk]))
        assert pdf.content.startswith(b"%PDF")
        client.post(reverse("admin:maisons_edition_deposer", args=[edition.pk]))
        assert lue(edition).deposee_le is not None

    def test_the_network_s_report_is_not_a_house_s_to_ask(self, client: Client, candidature: Candidature) -> None:  # noqa: F811
        entrer(client, personne(Role.RESPONSABLE, candidature.maison))
        donnees = {"nature": "reseau", "departement": candidature.maison.departement_id}
        reponse = client.post(reverse("admin:maisons_edition_add"), donnees)
        assert reponse.status_code == 422
        assert not Edition.objects.exists()


def test_small_numbers_stay_hidden_in_what_is_printed() -> None:
    redaction = Redaction(titre="t", sous_titre="s", auteur="a", le=date(2026, 3, 2), version=1)
    redaction.partie("p")
    chiffres = object.__new__(chapitres.Chiffres)
    indicateur = trouver("familles")
    assert indicateur is not None
    peu = Mesure(2, effectif=2)
    chiffres.periode, chiffres.le = PERIODE, date(2026, 3, 2)
    chiffres.annee = {"familles": (indicateur, peu)}
    chiffres.trimestres = [(sous, {"familles": (indicateur, peu)}) for sous in chapitres.trimestres(PERIODE)]

    chapitres.indicateur(redaction, chiffres, "familles")

    blocs = redaction.contenu()["parties"][0]["blocs"]
    assert {bloc["genre"] for bloc in blocs} == {"reperes", "barres", "tableau"}
    assert blocs[0]["lignes"][0][0] == "moins de 5"
    assert all(valeurs == [None] for _libelle, valeurs in blocs[1]["lignes"])
    assert all(re.search("moins de 5", ligne[1]) for ligne in blocs[2]["lignes"])


def test_a_year_has_four_quarters_without_a_gap() -> None:
    quatre = chapitres.trimestres(PERIODE)
    assert [(sous.du, sous.au) for sous in quatre] == [
        (date(2025, 3, 1), date(2025, 5, 31)),
        (date(2025, 6, 1), date(2025, 8, 31)),
        (date(2025, 9, 1), date(2025, 11, 30)),
        (date(2025, 12, 1), date(2026, 2, 28)),
    ]


def test_pages_are_drawn_in_french_whoever_asks(dossier: Edition) -> None:
    from django.utils.translation import override

    with override("en"):
        assert rendre_edition(dossier)[0] == editions.lire(dossier)
