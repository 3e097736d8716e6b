"""Dossiers and reports: the same bytes from the same content, accessible, traced, handed in once."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pdfua import validate
from pdfua.model import Severity

from maisons.enums import NatureEdition, Role, SensBudget, StatutTravail
from maisons.label import candidatures, fichier, referentiels
from maisons.label.indicateurs import Mesure, Periode, trouver
from maisons.management.commands.dossier import Command
from maisons.models import Candidature, Edition, LigneBudget, Maison, stockage_des_editions
from maisons.pilotage import chapitres, documents, editions, travaux
from maisons.pilotage.redaction import Redaction, empreinte
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    CommuneFactory,
    EditionFactory,
    GroupePairsFactory,
    LieuFactory,
    MaisonFactory,
    ObjectifLabelFactory,
    SeanceFactory,
)
from tests.maisons.test_candidatures import candidature, maison, personne, remplir  # noqa: F401

MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
REFERENTIEL = Path(fichier.__file__).parents[1] / "donnees" / "referentiels" / "epepe-2026-1.yaml"
PERIODE = Periode(date(2025, 3, 1), date(2026, 2, 28))


def demander(sujet: Any, nature: NatureEdition = NatureEdition.DOSSIER, **autres: Any) -> Edition:
    return editions.demander(
        nature=nature, par=None, maintenant=MAINTENANT, **({"maison": sujet, "periode": PERIODE} | autres)
    )


def faire() -> None:
    travaux.tenir(Edition, editions.faire, horloge=lambda: MAINTENANT)


def lue(edition: Edition) -> Edition:
    return Edition.objects.select_related("maison", "departement").get(pk=edition.pk)


def composer(edition: Edition) -> dict[str, Any]:
    return documents.composer(edition, maintenant=MAINTENANT, avancer=lambda pour_cent: None)


def blocs(contenu: dict[str, Any], genre: str) -> list[dict[str, Any]]:
    return [bloc for partie in contenu["parties"] for bloc in partie["blocs"] if bloc["genre"] == genre]


def sans_source(contenu: dict[str, Any]) -> list[str]:
    """The large figures, columns of figures and charts that lead to no line of the annex."""
    trouves = [mots for bloc in blocs(contenu, "reperes") for _valeur, mots, source in bloc["lignes"] if not source]
    trouves += [bloc["titre"] for bloc in blocs(contenu, "barres") if not bloc["source"]]
    for bloc in blocs(contenu, "tableau"):
        for rang in bloc["nombres"]:
            cases = [ligne[rang] for ligne in bloc["lignes"] if ligne[rang] not in ("", "–")]
            if not bloc["sources"][rang] and not all("\x1f" in case for case in cases):
                trouves.append(f"{bloc['titre']} / {bloc['entetes'][rang]}")
    return trouves


@pytest.fixture
def sans_dessin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that cost nothing: what is tested is not how they look."""
    monkeypatch.setattr(editions, "rendre_edition", lambda edition: (b"%PDF-1.7", 1))


# The one drawing filled with the pale colour of static/img/brouillon.svg.
FILIGRANE = b"0.972549 0.921569 0.901961 rg"


def filigranes(document: pikepdf.Pdf) -> int:
    """How often the word "brouillon" is drawn behind a page."""
    formes = (objet for objet in document.objects if isinstance(objet, pikepdf.Stream))
    return sum(FILIGRANE in forme.read_bytes() for forme in formes if forme.get("/Subtype") == "/Form")


@pytest.fixture
def entier(maison: Maison) -> Candidature:  # noqa: F811
    """A house that filled in the whole of the référentiel that is shipped, with its activity and its budget."""
    contenu = fichier.lire(REFERENTIEL.read_text(encoding="utf-8"))
    publiee = referentiels.publier(version=referentiels.enregistrer(contenu), maintenant=MAINTENANT)
    ouverte = candidatures.ouvrir(
        maison=maison, version=publiee, par=personne(Role.PILOTE, maison), le=date(2026, 3, 2)
    )
    remplir(ouverte)
    lieu = LieuFactory(maison=maison)
    CommuneFactory.create_batch(30, autre=True)
    SeanceFactory.create_batch(3, lieu=lieu, debut=datetime(2026, 2, 10, 9, tzinfo=UTC))
    GroupePairsFactory(maison=maison, lieu=lieu, naissances_du=date(2025, 6, 2))
    LigneBudget.objects.create(
        candidature=ouverte, annee=2026, sens=SensBudget.DEPENSE, libelle="Facilitatrice", montant=42000
    )
    return ouverte


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
    def test_the_pages_of_a_whole_dossier_are_accessible_and_say_draft_until_handed_in(
        self,
        entier: Candidature,
    ) -> None:
        demander(entier.maison)
        faire()
        dossier = lue(Edition.objects.get())
        octets = editions.lire(dossier)

        assert dossier.statut == StatutTravail.PRET
        assert hashlib.sha256(octets).hexdigest() == dossier.empreinte_fichier
        assert 30 <= (dossier.pages or 0) <= 60
        with pikepdf.open(io.BytesIO(octets)) as document:
            assert len(document.pages) == dossier.pages
            assert str(document.Root.Lang) == "fr"
            assert filigranes(document) == dossier.pages
        resultat = validate(io.BytesIO(octets))
        assert [constat for constat in resultat.findings if constat.severity == Severity.ERROR] == []
        assert dossier.est_brouillon

        par = AffectationFactory(departemental=True, departement=dossier.departement).utilisateur
        editions.deposer(edition=dossier, par=par, maintenant=MAINTENANT)
        faire()
        depose = lue(dossier)
        assert (depose.est_brouillon, depose.statut, depose.pages) == (False, StatutTravail.PRET, dossier.pages)
        assert depose.empreinte == dossier.empreinte
        assert depose.empreinte_fichier != dossier.empreinte_fichier
        with pikepdf.open(io.BytesIO(editions.lire(depose))) as document:
            assert filigranes(document) == 0
        assert not stockage_des_editions().exists(dossier.nom_de_fichier)
        with pytest.raises(editions.EditionRefusee, match="déjà déposé"):
            editions.deposer(edition=depose, par=par, maintenant=MAINTENANT)

    def test_the_same_version_is_the_same_bytes_whatever_changed_since(self, dossier: Edition, tmp_path: Path) -> None:
        avant = editions.lire(dossier)
        assert dossier.maison is not None
        dossier.maison.nom = "Autre nom"
        dossier.maison.save(update_fields=["nom"])
        LigneBudget.objects.all().delete()
        stockage_des_editions().delete(dossier.nom_de_fichier)

        # The file is lost: it is drawn again, in French whoever asks.
        with override("en"):
            assert editions.lire(lue(dossier)) == avant
        sortie = tmp_path / "dossier.pdf"
        call_command("dossier", dossier.maison.slug, f"--sortie={sortie}", "--edition=1", stdout=io.StringIO())
        assert sortie.read_bytes() == avant
        assert dossier.contenu is not None
        assert empreinte(dossier.contenu) == dossier.empreinte

    @pytest.mark.parametrize("nature", [NatureEdition.DOSSIER, NatureEdition.SUIVI, NatureEdition.RESEAU])
    def test_every_figure_leads_to_its_definition_and_date(
        self,
        candidature: Candidature,  # noqa: F811
        nature: NatureEdition,
    ) -> None:
        sujet = candidature.maison
        lieu = LieuFactory(maison=sujet)
        seance = SeanceFactory(lieu=lieu, debut=datetime(2026, 2, 10, 9, tzinfo=UTC))
        for semaine in (1, 2):
            suivante = seance.debut + timedelta(weeks=semaine)
            SeanceFactory(lieu=lieu, atelier=seance.atelier, titre=seance.titre, debut=suivante)
        GroupePairsFactory(
            maison=sujet, lieu=lieu, naissances_du=date(2025, 6, 2), cree_le=datetime(2025, 6, 2, tzinfo=UTC)
        )
        ObjectifLabelFactory(departement=sujet.departement)
        LigneBudget.objects.create(
            candidature=candidature,
            annee=2026,
            sens=SensBudget.RECETTE,
            libelle="Dotation",
            financeur="Financeur A",
            montant=Decimal("900.50"),
        )
        reseau = nature == NatureEdition.RESEAU
        contenu = composer(
            demander(None if reseau else sujet, nature, **({"departement": sujet.departement} if reseau else {}))
        )

        assert sans_source(contenu) == []
        definitions = contenu["definitions"]
        assert all(definition["definition"] and definition["date"] for definition in definitions)
        renvois = {source for bloc in blocs(contenu, "tableau") for source in bloc["sources"] if source}
        renvois |= {source for bloc in blocs(contenu, "reperes") for *_mots, source in bloc["lignes"]}
        assert renvois <= set(range(1, len(definitions) + 1))
        titres = {bloc["titre"] for bloc in blocs(contenu, "tableau")}
        if nature == NatureEdition.SUIVI:
            (annees,) = (bloc for bloc in blocs(contenu, "tableau") if bloc["titre"] == "Cette année et la précédente")
            # The year before has a line of its own: its period is another.
            assert all(cette.split("\x1f")[1] != avant.split("\x1f")[1] for _nom, cette, avant in annees["lignes"])
        elif nature == NatureEdition.RESEAU:
            assert {"Objectifs du département", "Où en est chacune", "Toutes les maisons ouvertes"} <= titres
        else:
            assert {"Programme hebdomadaire", "Groupes de parents de la période", "Recettes"} <= titres
            (recettes,) = (bloc for bloc in blocs(contenu, "tableau") if bloc["titre"] == "Recettes")
            assert recettes["lignes"] == [["Dotation", "Financeur A", "900,50 €"]]
            parties = [partie["titre"] for partie in contenu["parties"]]
            for chapitre in ("La maison", "Le diagnostic du territoire", "L'offre de la maison", "Ateliers"):
                assert chapitre in parties
            for chapitre in ("Groupes de parents", "Permanences", "Le plan d'action", "Le budget", "Signatures"):
                assert chapitre in parties

    def test_what_is_written_never_changes(self, sans_dessin: None, candidature: Candidature) -> None:  # noqa: F811
        edition = demander(candidature.maison)
        faire()
        for changement in ({"contenu": {"parties": []}}, {"empreinte": "0" * 64}, {"numero": 9}):
            with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
                Edition.objects.filter(pk=edition.pk).update(**changement)

    def test_a_new_version_is_asked_for_once(self, sans_dessin: None, candidature: Candidature) -> None:  # noqa: F811
        demander(candidature.maison)
        faire()
        seconde = demander(candidature.maison)
        assert seconde.numero == 2
        assert demander(candidature.maison).pk == seconde.pk
        # Asked for over another period, it is another document.
        assert demander(candidature.maison, periode=Periode(date(2025, 1, 1), date(2025, 12, 31))).numero == 3


@pytest.mark.parametrize(
    ("du", "au", "raison"),
    [
        (date(2026, 2, 1), date(2026, 1, 1), "après son début"),
        (date(2025, 4, 1), date(2026, 3, 3), "après aujourd'hui"),
        (date(1, 1, 1), date(1, 12, 31), "avant 2000"),
        (date(2026, 2, 1), date(2026, 2, 27), "un mois"),
        (date(2026, 2, 1), date(2026, 2, 28), ""),
        (date(2025, 3, 3), date(2026, 3, 2), ""),
    ],
)
def test_a_document_is_about_a_period_that_was(du: date, au: date, raison: str) -> None:
    if not raison:
        editions.verifier_periode(Periode(du, au), le=date(2026, 3, 2))
        return
    with pytest.raises(editions.EditionRefusee, match=raison):
        editions.verifier_periode(Periode(du, au), le=date(2026, 3, 2))


class TestAutresDocuments:
    def test_reports_of_a_house_and_of_the_network(self, candidature: Candidature) -> None:  # noqa: F811
        maison_ = candidature.maison
        LieuFactory(maison=maison_)
        remplir(candidature)
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
    def test_one_tap_makes_it_and_the_page_follows(
        self,
        client: Client,
        sans_dessin: None,
        candidature: Candidature,  # noqa: F811
    ) -> None:
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

        # Handed in for good: pages that could not be drawn again are not a reason to start another dossier.
        Edition.objects.filter(pk=edition.pk).update(statut=StatutTravail.ECHEC, tentatives=4)
        assert "Le dépôt du" in client.get(adresse).content.decode()
        client.post(reverse("admin:maisons_edition_refaire", args=[edition.pk]))
        assert (lue(edition).statut, lue(edition).tentatives) == (StatutTravail.A_FAIRE, 0)
        assert "Le portail y travaille" in client.get(adresse).content.decode()

    def test_a_period_to_come_is_refused_and_stays_typed(self, client: Client, candidature: Candidature) -> None:  # noqa: F811
        entrer(client, personne(Role.RESPONSABLE, candidature.maison))
        donnees = {"nature": "fiche", "maison": candidature.maison_id, "du": "2099-01-01", "au": "2099-12-31"}
        reponse = client.post(reverse("admin:maisons_edition_add"), donnees)
        assert reponse.status_code == 422
        page = reponse.content.decode()
        assert "La période ne peut pas finir après aujourd&#x27;hui." in page
        assert 'value="2099-12-31"' in page
        assert not Edition.objects.exists()

    def test_the_network_s_report_is_not_a_house_s_to_ask(self, client: Client, candidature: Candidature) -> None:  # noqa: F811
        entrer(client, personne(Role.RESPONSABLE, candidature.maison))
        donnees = {"nature": "reseau", "departement": candidature.maison.departement_id}
        reponse = client.post(reverse("admin:maisons_edition_add"), donnees)
        assert reponse.status_code == 422
        assert not Edition.objects.exists()


def test_the_command_waits_while_another_makes_it(candidature: Candidature, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    edition = demander(candidature.maison)
    etats = [StatutTravail.EN_COURS, StatutTravail.PRET]

    def attendre(_secondes: float) -> None:
        statut = etats.pop(0)
        bail = MAINTENANT if statut == StatutTravail.EN_COURS else None
        Edition.objects.filter(pk=edition.pk).update(statut=statut, bail_jusqu_au=bail)

    monkeypatch.setattr("maisons.management.commands.dossier.time.sleep", attendre)
    assert Command()._attendre(edition).statut == StatutTravail.PRET


def imprimer(annee: int, par_trimestre: list[int]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """How a year's count of families and that of its quarters are printed: large, as a chart, as a table."""
    redaction = Redaction(titre="t", sous_titre="s", auteur="a", le=date(2026, 3, 2), version=1)
    redaction.partie("p")
    chiffres = object.__new__(chapitres.Chiffres)
    indicateur = trouver("familles")
    assert indicateur is not None
    chiffres.periode, chiffres.le = PERIODE, date(2026, 3, 2)
    chiffres.annee = {"familles": (indicateur, Mesure(annee, effectif=annee))}
    chiffres.trimestres = [
        (sous, {"familles": (indicateur, Mesure(nombre, effectif=nombre))})
        for sous, nombre in zip(chapitres.trimestres(PERIODE), par_trimestre, strict=True)
    ]
    chapitres.indicateur(redaction, chiffres, "familles")
    reperes, barres, tableau = redaction.contenu()["parties"][0]["blocs"]
    return reperes, barres, tableau


def test_small_numbers_stay_hidden_in_what_is_printed() -> None:
    reperes, barres, tableau = imprimer(4, [2, 0, 2, 0])
    assert reperes["lignes"][0][0] == "moins de 5"
    assert [valeurs for _libelle, valeurs in barres["lignes"]] == [[None], [0], [None], [0]]
    assert [ligne[1] for ligne in tableau["lignes"]] == ["moins de 5", "0", "moins de 5", "0"]


@pytest.mark.parametrize(
    ("par_trimestre", "montres"),
    [
        # The year less three quarters would be the fourth: the smallest other is hidden too.
        ([3, 10, 20, 30], ["moins de 5", "masqué", "20", "30"]),
        # Two that are hidden together are still too few; a quarter of nobody hides nothing.
        ([1, 2, 20, 30], ["moins de 5", "moins de 5", "masqué", "30"]),
        ([3, 0, 20, 30], ["moins de 5", "0", "masqué", "30"]),
        ([3, 4, 20, 30], ["moins de 5", "moins de 5", "20", "30"]),
        ([10, 10, 20, 30], ["10", "10", "20", "30"]),
    ],
)
def test_a_small_quarter_is_not_told_by_the_year_less_the_others(par_trimestre: list[int], montres: list[str]) -> None:
    _reperes, barres, tableau = imprimer(sum(par_trimestre), par_trimestre)
    assert [ligne[1] for ligne in tableau["lignes"]] == montres
    assert [valeurs == [None] for _libelle, valeurs in barres["lignes"]] == [not mot.isdigit() for mot in montres]


def test_a_share_is_not_told_by_the_others() -> None:
    indicateur = trouver("assiduite")
    assert indicateur is not None
    mesures = [Mesure(1, 3, 3), Mesure(10, 20, 20), Mesure(10, 20, 20)]
    assert chapitres.a_cacher(indicateur, mesures) == {0}


def test_the_network_s_total_does_not_tell_the_house_that_is_hidden(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    petite = MaisonFactory()
    grande = MaisonFactory(departement=petite.departement)
    indicateur = trouver("familles")
    assert indicateur is not None
    edition = EditionFactory(
        nature=NatureEdition.RESEAU, maison=None, candidature=None, departement=petite.departement
    )
    assiduite = trouver("assiduite")
    assert assiduite is not None
    # One house measured nothing: no bar, and nothing hidden either.
    parts = {petite.pk: Mesure(0, 0, 0), grande.pk: Mesure(10, 20, 20)}
    for nombre, montre in ((3, "masqué"), (7, "27")):
        mesures = {petite.pk: Mesure(nombre, effectif=nombre), grande.pk: Mesure(20, effectif=20)}
        monkeypatch.setattr(
            documents, "mesurer", lambda _maisons, _periode, m=mesures: {indicateur: m, assiduite: parts}
        )
        contenu = composer(edition)
        assert [barre for bloc in blocs(contenu, "barres") for barre in bloc["lignes"]] == [[grande.nom, [50]]]
        (total,) = (b for b in blocs(contenu, "tableau") if b["titre"] == "Toutes les maisons ouvertes")
        assert [ligne[1].partition("\x1f")[0] for ligne in total["lignes"]] == ["50\u00a0%", montre]


def test_a_year_has_four_quarters_without_a_gap() -> None:
    quatre = chapitres.trimestres(PERIODE)
    assert [(sous.du, sous.au) for sous in quatre] == [
        (date(2025, 3, 1), date(2025, 5, 31)),
        (date(2025, 6, 1), date(2025, 8, 31)),
        (date(2025, 9, 1), date(2025, 11, 30)),
        (date(2025, 12, 1), date(2026, 2, 28)),
    ]
