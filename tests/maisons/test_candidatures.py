"""A house's way to the label: who may take which step, what must be there, what nobody can rewrite."""

from __future__ import annotations

import copy
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from maisons.enums import Role, StatutLabel
from maisons.label import candidatures, preuves, referentiels
from maisons.label.candidatures import CandidatureRefusee, EcritAilleurs, EtapeChangee
from maisons.models import (
    ActionPrevue,
    Candidature,
    Etape,
    Evaluation,
    Franchissement,
    Maison,
    VersionReferentiel,
)
from socle.models import Utilisateur
from tests.factories import AffectationFactory, MaisonFactory
from tests.maisons.test_referentiels import CONTENU

MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LE = date(2026, 3, 2)


def version(numero: str = "1", **options: Any) -> VersionReferentiel:
    contenu = copy.deepcopy(CONTENU)
    contenu["version"] |= {"numero": numero, **options}
    contenu["parcours"] = [
        {
            "code": "candidat",
            "intitule": "Candidate",
            "label": "candidate",
            "delai_jours": 60,
            "vers": [
                {"etape": "dossier", "qui": ["responsable"], "tout_evalue": True, "preuves": ["gratuite.rien-a-payer"]}
            ],
        },
        {
            "code": "dossier",
            "intitule": "Dossier",
            "label": "candidate",
            "vers": [
                {"etape": "labellise", "qui": ["pilote", "administrateur"], "imperatifs_atteints": True},
                {"etape": "candidat", "qui": ["pilote"]},
            ],
        },
        {
            "code": "labellise",
            "intitule": "Labellisée",
            "label": "labellisee",
            "vers": [{"etape": "retire", "qui": ["pilote"]}],
        },
        {"code": "retire", "intitule": "Retirée", "label": "aucun"},
    ]
    return referentiels.publier(version=referentiels.enregistrer(contenu), maintenant=MAINTENANT)


def personne(role: Role, maison: Maison) -> Utilisateur:
    traits: dict[str, Any] = {
        Role.PILOTE: {"departemental": True, "departement": maison.departement},
        Role.ADMINISTRATEUR: {"reseau": True},
    }.get(role, {"role": role, "maison": maison})
    utilisateur: Utilisateur = AffectationFactory(du=date(2026, 1, 1), **traits).utilisateur
    return utilisateur


@pytest.fixture
def maison(db: None) -> Maison:
    creee: Maison = MaisonFactory()
    return creee


@pytest.fixture
def candidature(maison: Maison) -> Candidature:
    return candidatures.ouvrir(maison=maison, version=version(), par=personne(Role.PILOTE, maison), le=LE)


def etape(candidature: Candidature, code: str) -> Etape:
    return candidature.version.etapes.get(code=code)


def remplir(candidature: Candidature, *, niveau: int = 1, prouve: bool = True) -> None:
    """Every criterion assessed, with evidence."""
    par = personne(Role.RESPONSABLE, candidature.maison)
    for evaluation in candidature.evaluations.all():
        candidatures.evaluer(
            evaluation=evaluation,
            niveau=niveau,
            commentaire="",
            revision=evaluation.revision,
            maintenant=MAINTENANT,
        )
        if prouve:
            preuves.ajouter_lien(
                evaluation=evaluation,
                intitule="Attestation",
                lien="https://exemple.fr/attestation",
                datee_du=LE,
                par=par,
                maintenant=MAINTENANT,
            )


def placer(candidature: Candidature, code: str) -> None:
    """At a step, whatever the way there."""
    Candidature.objects.filter(pk=candidature.pk).update(etape=etape(candidature, code))


class TestOuvrir:
    def test_a_candidature_begins_at_the_first_step_with_everything_to_assess(self, candidature: Candidature) -> None:
        assert candidature.etape.code == "candidat"
        assert candidature.echeance == date(2026, 5, 1)
        assert candidature.evaluations.count() == 2
        assert [trace.vers.code for trace in candidature.franchissements.all()] == ["candidat"]
        candidature.maison.refresh_from_db()
        assert candidature.maison.statut_label == StatutLabel.CANDIDATE

    def test_a_house_has_one_candidature_under_a_version(self, candidature: Candidature) -> None:
        with pytest.raises(CandidatureRefusee, match="déjà une candidature"):
            candidatures.ouvrir(
                maison=candidature.maison,
                version=candidature.version,
                par=personne(Role.PILOTE, candidature.maison),
                le=LE,
            )

    def test_only_a_version_in_force_can_be_candidated_under(self, maison: Maison) -> None:
        with pytest.raises(CandidatureRefusee, match="pas en vigueur"):
            candidatures.ouvrir(
                maison=maison,
                version=version(valide_au="2026-02-28"),
                par=personne(Role.PILOTE, maison),
                le=LE,
            )
        assert not Candidature.objects.exists()

    def test_the_version_stays_when_another_is_published(self, candidature: Candidature) -> None:
        version("2")
        candidature.refresh_from_db()
        assert candidature.version.numero == "1"


@pytest.mark.parametrize(
    ("role", "de", "vers", "attendu"),
    [
        (Role.RESPONSABLE, "candidat", "dossier", ""),
        (Role.PILOTE, "candidat", "dossier", "Cette étape se décide par : responsable de maison."),
        (Role.ANIMATEUR, "candidat", "dossier", "Cette étape se décide par"),
        (Role.RESPONSABLE, "candidat", "labellise", "on ne passe pas à « Labellisée »"),
        (Role.PILOTE, "dossier", "labellise", ""),
        (Role.ADMINISTRATEUR, "dossier", "labellise", ""),
        (Role.RESPONSABLE, "dossier", "labellise", "Cette étape se décide par : pilote départemental, administrateur"),
        (Role.PILOTE, "dossier", "candidat", ""),
        (Role.ADMINISTRATEUR, "dossier", "candidat", "Cette étape se décide par : pilote départemental."),
        (Role.PILOTE, "labellise", "retire", ""),
        (Role.PILOTE, "labellise", "candidat", "on ne passe pas à"),
        (Role.PILOTE, "retire", "candidat", "on ne passe pas à"),
    ],
)
def test_a_step_is_taken_by_those_entitled_and_along_the_way(
    candidature: Candidature, role: Role, de: str, vers: str, attendu: str
) -> None:
    remplir(candidature)
    placer(candidature, de)
    par = personne(role, candidature.maison)
    traces = Franchissement.objects.count()

    def franchir() -> Candidature:
        return candidatures.franchir(
            candidature=candidature, vers=etape(candidature, vers), par=par, le=LE, maintenant=MAINTENANT
        )

    if attendu:
        with pytest.raises(CandidatureRefusee, match=attendu.replace("(", r"\(")):
            franchir()
        candidature.refresh_from_db()
        assert candidature.etape.code == de
        assert Franchissement.objects.count() == traces
    else:
        assert franchir().etape.code == vers
        assert Franchissement.objects.order_by("-pk")[0].vers.code == vers


def test_a_pilot_of_elsewhere_decides_nothing_here(candidature: Candidature) -> None:
    placer(candidature, "dossier")
    remplir(candidature)
    ailleurs = AffectationFactory(
        du=date(2026, 1, 1), departemental=True, departement__code="67", departement__nom="Bas-Rhin"
    ).utilisateur
    with pytest.raises(CandidatureRefusee, match="se décide par"):
        candidatures.franchir(
            candidature=candidature, vers=etape(candidature, "labellise"), par=ailleurs, le=LE, maintenant=MAINTENANT
        )


class TestManques:
    def raisons(self, candidature: Candidature, vers: str, role: Role) -> list[str]:
        with pytest.raises(CandidatureRefusee) as refus:
            candidatures.franchir(
                candidature=candidature,
                vers=etape(candidature, vers),
                par=personne(role, candidature.maison),
                le=LE,
                maintenant=MAINTENANT,
            )
        return refus.value.raisons

    def test_every_missing_thing_is_named(self, candidature: Candidature) -> None:
        assert self.raisons(candidature, "dossier", Role.RESPONSABLE) == [
            "2 critères ne sont pas évalués.",
            "Preuve manquante : Rien à payer.",
        ]

    def test_evidence_is_asked_only_where_the_way_asks_for_it(self, candidature: Candidature) -> None:
        remplir(candidature, prouve=False)
        assert self.raisons(candidature, "dossier", Role.RESPONSABLE) == ["Preuve manquante : Rien à payer."]

    def test_a_must_have_below_its_level_blocks_the_label(self, candidature: Candidature) -> None:
        remplir(candidature, niveau=0)
        placer(candidature, "dossier")
        assert self.raisons(candidature, "labellise", Role.PILOTE) == ["Critère impératif non atteint : Rien à payer."]

    def test_the_evaluators_opinion_counts_instead_of_the_houses_word(self, candidature: Candidature) -> None:
        remplir(candidature, niveau=1)
        placer(candidature, "dossier")
        evaluation = candidature.evaluations.get(critere__code="rien-a-payer")
        candidatures.donner_avis(
            evaluation=evaluation,
            avis=0,
            commentaire="Une participation est demandée.",
            par=personne(Role.PILOTE, candidature.maison),
            revision=evaluation.revision,
            maintenant=MAINTENANT,
        )
        assert self.raisons(candidature, "labellise", Role.PILOTE) == ["Critère impératif non atteint : Rien à payer."]

    @pytest.mark.parametrize(("le", "phrase"), [(date(2026, 3, 1), "précède"), (date(2026, 3, 3), "à venir")])
    def test_a_day_before_the_step_began_or_to_come_is_refused(
        self, candidature: Candidature, le: date, phrase: str
    ) -> None:
        remplir(candidature)
        with pytest.raises(CandidatureRefusee, match=phrase):
            candidatures.franchir(
                candidature=candidature,
                vers=etape(candidature, "dossier"),
                par=personne(Role.RESPONSABLE, candidature.maison),
                le=le,
                maintenant=MAINTENANT,
            )


class TestLabel:
    def test_the_house_has_the_label_from_the_day_it_is_decided(self, candidature: Candidature) -> None:
        remplir(candidature)
        placer(candidature, "dossier")
        pilote = personne(Role.PILOTE, candidature.maison)
        for code, le in (("labellise", date(2026, 6, 1)), ("retire", date(2027, 6, 1))):
            candidatures.franchir(
                candidature=candidature,
                vers=etape(candidature, code),
                par=pilote,
                le=le,
                maintenant=datetime(2027, 7, 1, tzinfo=UTC),
            )
            maison = Maison.objects.get(pk=candidature.maison_id)
            if code == "labellise":
                assert (maison.statut_label, maison.label_le) == (StatutLabel.LABELLISEE, le)
            else:
                assert (maison.statut_label, maison.label_le) == (StatutLabel.AUCUN, None)

    def test_a_newer_versions_candidature_takes_no_label_off_a_labelled_house(self, candidature: Candidature) -> None:
        remplir(candidature)
        placer(candidature, "dossier")
        pilote = personne(Role.PILOTE, candidature.maison)
        candidatures.franchir(
            candidature=candidature, vers=etape(candidature, "labellise"), par=pilote, le=LE, maintenant=MAINTENANT
        )

        nouvelle = candidatures.ouvrir(maison=candidature.maison, version=version("2"), par=pilote, le=LE)
        placer(nouvelle, "dossier")
        candidatures.franchir(
            candidature=nouvelle, vers=etape(nouvelle, "candidat"), par=pilote, le=LE, maintenant=MAINTENANT
        )

        maison = Maison.objects.get(pk=candidature.maison_id)
        assert (maison.statut_label, maison.label_le) == (StatutLabel.LABELLISEE, LE)
        # The one that gave the label takes it away.
        candidatures.franchir(
            candidature=candidature, vers=etape(candidature, "retire"), par=pilote, le=LE, maintenant=MAINTENANT
        )
        maison.refresh_from_db()
        assert (maison.statut_label, maison.label_le) == (StatutLabel.CANDIDATE, None)

    def test_a_label_from_before_the_portal_stays(self, db: None) -> None:
        maison = MaisonFactory(statut_label=StatutLabel.LABELLISEE, label_le=date(2026, 1, 20))
        candidatures.ouvrir(maison=maison, version=version(), par=personne(Role.PILOTE, maison), le=LE)
        maison.refresh_from_db()
        assert (maison.statut_label, maison.label_le) == (StatutLabel.LABELLISEE, date(2026, 1, 20))


class TestHistoire:
    @pytest.mark.parametrize(
        "geste",
        [
            lambda: Franchissement.objects.update(motif="autre"),
            lambda: Franchissement.objects.all().delete(),
        ],
    )
    def test_history_cannot_be_rewritten(self, candidature: Candidature, geste: Any) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            geste()

    def test_a_step_of_another_version_is_refused_by_the_database(self, candidature: Candidature) -> None:
        autre = version("2").etapes.get(code="dossier")
        with pytest.raises(IntegrityError, match="autre version"), transaction.atomic():
            Candidature.objects.filter(pk=candidature.pk).update(etape=autre)


class TestEcrireAPlusieurs:
    def test_the_second_of_two_writers_is_shown_what_the_first_wrote(self, candidature: Candidature) -> None:
        evaluation = candidature.evaluations.order_by("pk")[0]
        candidatures.evaluer(
            evaluation=evaluation, niveau=1, commentaire="Le premier", revision=0, maintenant=MAINTENANT
        )
        with pytest.raises(EcritAilleurs) as refus:
            candidatures.evaluer(
                evaluation=evaluation, niveau=0, commentaire="Le second", revision=0, maintenant=MAINTENANT
            )
        assert refus.value.evaluation.commentaire == "Le premier"
        evaluation.refresh_from_db()
        assert (evaluation.niveau, evaluation.revision) == (1, 1)

    @pytest.mark.parametrize("niveau", [-1, 2])
    def test_a_level_that_is_not_on_the_scale_is_refused(self, candidature: Candidature, niveau: int) -> None:
        evaluation = candidature.evaluations.order_by("pk")[0]
        with pytest.raises(CandidatureRefusee, match="niveau n'existe pas"):
            candidatures.evaluer(
                evaluation=evaluation, niveau=niveau, commentaire="", revision=0, maintenant=MAINTENANT
            )

    @pytest.mark.course
    @pytest.mark.django_db(transaction=True)
    def test_of_two_opinions_at_once_the_second_is_shown_the_first(self, maison: Maison) -> None:
        candidature = candidatures.ouvrir(maison=maison, version=version(), par=personne(Role.PILOTE, maison), le=LE)
        evaluation = candidature.evaluations.order_by("pk")[0]
        evaluateurs = [personne(Role.PILOTE, maison), personne(Role.ADMINISTRATEUR, maison)]
        depart, issues = threading.Barrier(2), []

        def donner(par: Utilisateur) -> None:
            try:
                connection.ensure_connection()
                depart.wait(timeout=30)
                candidatures.donner_avis(
                    evaluation=evaluation,
                    avis=1,
                    commentaire=str(par.pk),
                    par=par,
                    revision=0,
                    maintenant=MAINTENANT,
                )
                issues.append(("donné", str(par.pk)))
            except EcritAilleurs as conflit:
                issues.append(("écrit ailleurs", conflit.evaluation.avis_commentaire))
            finally:
                connection.close()

        fils = [threading.Thread(target=donner, args=[par]) for par in evaluateurs]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join(timeout=60)

        assert sorted(quoi for quoi, _texte in issues) == ["donné", "écrit ailleurs"]
        # The one who was told read what the other wrote.
        assert len({texte for _quoi, texte in issues}) == 1
        evaluation.refresh_from_db()
        assert (evaluation.revision, evaluation.avis_commentaire) == (1, issues[0][1])

    def test_dates_planned_while_a_step_is_taken_are_refused_in_words(self, candidature: Candidature) -> None:
        # Read by a request before another one took the step.
        lue = Candidature.objects.get(pk=candidature.pk)
        Candidature.objects.filter(pk=candidature.pk).update(
            etape=etape(candidature, "dossier"), depuis=date(2026, 4, 1), echeance=None
        )
        with pytest.raises(EtapeChangee, match="Dossier"):
            candidatures.planifier(candidature=lue, etape=lue.etape_id, visee_le=None, echeance=date(2026, 3, 20))
        with pytest.raises(CandidatureRefusee, match="après le début"):
            candidatures.planifier(
                candidature=lue,
                etape=etape(candidature, "dossier").pk,
                visee_le=None,
                echeance=date(2026, 3, 20),
            )

    @pytest.mark.course
    @pytest.mark.django_db(transaction=True)
    def test_of_two_decisions_at_once_one_is_taken(self, maison: Maison) -> None:
        candidature = candidatures.ouvrir(maison=maison, version=version(), par=personne(Role.PILOTE, maison), le=LE)
        remplir(candidature)
        placer(candidature, "dossier")
        pilote = personne(Role.PILOTE, maison)
        depart, issues = threading.Barrier(2), []

        def decider(code: str) -> None:
            try:
                connection.ensure_connection()
                vers = etape(candidature, code)
                depart.wait(timeout=30)
                candidatures.franchir(candidature=candidature, vers=vers, par=pilote, le=LE, maintenant=MAINTENANT)
                issues.append("faite")
            except CandidatureRefusee:
                issues.append("refusée")
            finally:
                connection.close()

        fils = [threading.Thread(target=decider, args=[code]) for code in ("labellise", "candidat")]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join(timeout=60)

        assert sorted(issues) == ["faite", "refusée"]
        assert Franchissement.objects.filter(candidature=candidature).count() == 2


class TestBilan:
    def test_the_figures_of_a_candidature(self, candidature: Candidature) -> None:
        remplir(candidature, niveau=0)
        evaluation = candidature.evaluations.get(critere__code="sans-adhesion")
        candidatures.evaluer(evaluation=evaluation, niveau=1, commentaire="", revision=1, maintenant=MAINTENANT)
        ActionPrevue.objects.create(evaluation=evaluation, quoi="Signer", qui="La responsable", avant_le="2026-03-01")
        ActionPrevue.objects.create(
            evaluation=evaluation, quoi="Faite", qui="X", avant_le="2026-03-01", faite_le="2026-02-01"
        )

        bilan = candidatures.dresser_bilans([candidature], le=LE)[candidature.pk]

        assert (bilan.criteres, bilan.evalues, bilan.atteints, bilan.actions_en_retard) == (2, 2, 1, 1)
        assert [critere.code for critere in bilan.bloquants] == ["rien-a-payer"]
        assert bilan.preuve_la_plus_ancienne == LE
        assert bilan.part_atteinte == 0.5

    def test_the_queries_stay_the_same_for_one_candidature_or_many(self, candidature: Candidature) -> None:
        def requetes() -> int:
            with CaptureQueriesContext(connection) as contexte:
                candidatures.dresser_bilans(list(Candidature.objects.all()), le=LE)
            return len(contexte)

        une = requetes()
        for maison in MaisonFactory.create_batch(3):
            autre = candidatures.ouvrir(
                maison=maison, version=candidature.version, par=personne(Role.PILOTE, maison), le=LE
            )
            remplir(autre)
        assert requetes() == une


def test_people_see_the_candidatures_of_their_houses(candidature: Candidature) -> None:
    remplir(candidature)
    ailleurs = AffectationFactory(du=date(2026, 1, 1), role=Role.RESPONSABLE).utilisateur
    ici = personne(Role.RESPONSABLE, candidature.maison)
    for modele in (Candidature, Evaluation, Franchissement):
        assert not modele._default_manager.all().visibles_par(ailleurs, le=LE).exists()
        assert modele._default_manager.all().visibles_par(ici, le=LE).exists()
