"""The pages of a candidature: what blocks is said, what was typed stays, two who write never lose a word."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maisons.enums import Role
from maisons.label import candidatures, fichier, preuves, referentiels
from maisons.models import (
    Candidature,
    Evaluation,
    Franchissement,
    Maison,
    NoteVisite,
    Preuve,
    ValeurIndicateur,
    VersionReferentiel,
)
from tests.equipe import entrer
from tests.factories import AffectationFactory, MaisonFactory
from tests.maisons.test_candidatures import LE, MAINTENANT, personne, version
from tests.socle.test_depots import EICAR, image

pytestmark = pytest.mark.django_db


@pytest.fixture
def maison() -> Maison:
    creee: Maison = MaisonFactory()
    return creee


@pytest.fixture
def candidature(maison: Maison) -> Candidature:
    return candidatures.ouvrir(maison=maison, version=version(), par=personne(Role.PILOTE, maison), le=LE)


@pytest.fixture
def evaluation(candidature: Candidature) -> Evaluation:
    return candidature.evaluations.get(critere__code="rien-a-payer")


def page(role: Role, maison: Maison) -> Client:
    return entrer(Client(), personne(role, maison))


def adresse(nom: str, *args: int) -> str:
    return reverse(f"admin:maisons_candidature_{nom}", args=args)


def test_the_page_says_what_is_missing_and_takes_the_step_once_it_is_there(candidature: Candidature) -> None:
    client = page(Role.RESPONSABLE, candidature.maison)
    url = adresse("change", candidature.pk)
    texte = client.get(url).content.decode()
    assert "2 critères ne sont pas évalués." in texte
    assert "Preuve manquante : Rien à payer." in texte
    vers = candidature.version.etapes.get(code="dossier")
    envoi = {"acte": "franchir", "vers": vers.pk, f"vers-{vers.pk}-le": LE.isoformat()}
    assert client.post(url, envoi).status_code == 422
    assert Franchissement.objects.filter(candidature=candidature).count() == 1
    for autre in candidature.evaluations.all():
        candidatures.evaluer(evaluation=autre, niveau=1, commentaire="", revision=0, maintenant=MAINTENANT)
        preuves.ajouter_constat(
            evaluation=autre,
            intitule="Vu",
            datee_du=LE,
            par=personne(Role.ANIMATEUR, candidature.maison),
            maintenant=MAINTENANT,
        )
    assert client.post(url, envoi).status_code == 302
    candidature.refresh_from_db()
    assert candidature.etape == vers


def test_dates_read_beside_another_step_are_asked_again(candidature: Candidature) -> None:
    client = page(Role.PILOTE, candidature.maison)
    url = adresse("change", candidature.pk)
    envoi = {"acte": "planifier", "etape": candidature.etape_id, "visee_le": "2026-12-01", "echeance": "2026-03-20"}
    vers = candidature.version.etapes.get(code="dossier")
    Candidature.objects.filter(pk=candidature.pk).update(etape=vers, depuis=date(2026, 4, 1), echeance=None)

    reponse = client.post(url, envoi)
    assert reponse.status_code == 422
    texte = reponse.content.decode()
    assert "est passée à l&#x27;étape « Dossier »" in texte
    assert 'value="2026-03-20"' in texte
    assert f'name="etape" value="{vers.pk}"' in texte
    # Read, and sent again: now the deadline is before the step.
    reponse = client.post(url, {**envoi, "etape": vers.pk})
    assert reponse.status_code == 422
    assert "après le début de l&#x27;étape" in reponse.content.decode()
    candidature.refresh_from_db()
    assert (candidature.visee_le, candidature.echeance) == (None, None)
    assert client.post(url, {**envoi, "etape": vers.pk, "echeance": "2026-04-20"}).status_code == 302
    candidature.refresh_from_db()
    assert (candidature.visee_le, candidature.echeance) == (date(2026, 12, 1), date(2026, 4, 20))


def test_the_list_says_where_each_house_stands(candidature: Candidature) -> None:
    texte = page(Role.PILOTE, candidature.maison).get(reverse("admin:maisons_candidature_changelist")).content.decode()
    assert "01/05/2026" in texte
    assert "0 / 2" in texte


def test_the_second_writer_keeps_what_was_typed_and_reads_the_first(evaluation: Evaluation) -> None:
    client = page(Role.RESPONSABLE, evaluation.candidature.maison)
    url = adresse("critere", evaluation.candidature_id, evaluation.pk)
    candidatures.evaluer(
        evaluation=evaluation, niveau=1, commentaire="Écrit le premier", revision=0, maintenant=MAINTENANT
    )
    envoi = {"acte": "evaluer", "evaluer-niveau": "0", "evaluer-commentaire": "Écrit le second"}
    reponse = client.post(url, {**envoi, "evaluer-revision": "0"})
    texte = reponse.content.decode()
    assert reponse.status_code == 422
    assert "Écrit le premier" in texte
    assert "Écrit le second" in texte
    assert 'name="evaluer-revision" value="1"' in texte
    # Read, and sent again: it counts.
    assert client.post(url, {**envoi, "evaluer-revision": "1"}).status_code == 302
    evaluation.refresh_from_db()
    assert evaluation.commentaire == "Écrit le second"


def test_a_house_gives_no_opinion_and_an_evaluator_no_self_assessment(evaluation: Evaluation) -> None:
    url = adresse("critere", evaluation.candidature_id, evaluation.pk)
    for role, acte in ((Role.RESPONSABLE, "aviser"), (Role.PILOTE, "evaluer")):
        reponse = page(role, evaluation.candidature.maison).post(
            url, {"acte": acte, f"{acte}-niveau": "1", f"{acte}-revision": "0"}
        )
        assert reponse.status_code == 403
    evaluation.refresh_from_db()
    assert (evaluation.niveau, evaluation.avis) == (None, None)


def test_a_file_is_deposed_and_downloaded_as_a_file(evaluation: Evaluation) -> None:
    client = page(Role.RESPONSABLE, evaluation.candidature.maison)
    url = adresse("critere", evaluation.candidature_id, evaluation.pk)
    envoi: dict[str, Any] = {"acte": "fichier", "fichier-intitule": "Charte", "fichier-datee_du": "2026-02-01"}

    refuse = client.post(url, {**envoi, "fichier-fichier": SimpleUploadedFile("a.png", image() + EICAR)})
    assert refuse.status_code == 422
    assert "signalé comme dangereux" in refuse.content.decode()
    assert not Preuve.objects.exists()

    assert client.post(url, {**envoi, "fichier-fichier": SimpleUploadedFile("a.png", image())}).status_code == 302
    preuve = Preuve.objects.get()
    telecharge = client.get(adresse("preuve", evaluation.candidature_id, preuve.pk))
    assert telecharge["Content-Disposition"] == 'attachment; filename="a.png"'
    assert telecharge["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in telecharge["Content-Security-Policy"]
    assert len(b"".join(telecharge)) == preuve.taille


class TestVisite:
    def noter(self, client: Client, evaluation: Evaluation, **options: str) -> Any:
        champs = {"acte": "note", "evaluation": str(evaluation.pk), "niveau": "1", "texte": "Vu", "revision": "0"}
        return client.post(adresse("visite", evaluation.candidature_id), {**champs, **options})

    def test_a_note_says_its_revision_and_a_stale_one_shows_the_other(self, evaluation: Evaluation) -> None:
        client = page(Role.PILOTE, evaluation.candidature.maison)
        assert self.noter(client, evaluation).json() == {"revision": 1}
        # The same again, because the answer was lost: the same note.
        assert self.noter(client, evaluation).json() == {"revision": 1}
        conflit = self.noter(client, evaluation, texte="Autre chose")
        assert conflit.status_code == 409
        assert (conflit.json()["texte"], conflit.json()["revision"]) == ("Vu", 1)

    def test_without_script_the_whole_sheet_is_sent_at_once(self, evaluation: Evaluation) -> None:
        client = page(Role.PILOTE, evaluation.candidature.maison)
        url = adresse("visite", evaluation.candidature_id)
        envoi = {f"{autre.pk}-revision": "0" for autre in evaluation.candidature.evaluations.all()}
        envoi |= {f"{evaluation.pk}-niveau": "1", f"{evaluation.pk}-texte": "Deux\r\nlignes"}
        assert client.post(url, envoi).status_code == 302
        assert NoteVisite.objects.get().texte == "Deux\nlignes"
        # The page was open elsewhere: nothing is overwritten, and the words stay on it.
        reponse = client.post(url, {**envoi, f"{evaluation.pk}-texte": "Plus tard"})
        assert reponse.status_code == 409
        assert "Plus tard" in reponse.content.decode()
        assert NoteVisite.objects.get().texte == "Deux\nlignes"


class TestImporter:
    def envoyer(self, texte: str, **options: str) -> Any:
        client = entrer(Client(), AffectationFactory(reseau=True, du=date(2026, 1, 1)).utilisateur)
        return client.post(reverse("admin:maisons_versionreferentiel_add"), {"texte": texte, **options})

    def test_a_file_is_tried_before_it_is_taken(self, candidature: Candidature) -> None:
        contenu = referentiels.decrire(candidature.version)
        contenu["version"]["numero"] = "2"
        contenu["axes"][0]["criteres"][0]["attendu"] = "Une attestation de l'année"
        texte = fichier.ecrire(contenu)
        essai = self.envoyer(texte)
        assert essai.status_code == 200
        assert "1 critère à évaluer de nouveau" in essai.content.decode()
        assert VersionReferentiel.objects.count() == 1
        assert self.envoyer(texte, etape="prendre").status_code == 302
        assert VersionReferentiel.objects.get(numero="2").statut == "brouillon"

    def test_faults_are_named_and_the_text_stays(self) -> None:
        reponse = self.envoyer("format: 1\nreferentiel: {code: essai}\n")
        texte = reponse.content.decode()
        assert reponse.status_code == 422
        assert "referentiel : il manque « nom »." in texte
        assert "referentiel: {code: essai}" in texte


class TestIndicateurs:
    def valeur(self, maison: Maison, code: str, numerateur: float, **options: Any) -> None:
        ValeurIndicateur.objects.create(
            maison=maison,
            indicateur=code,
            definition=1,
            du=date(2025, 3, 1),
            au=date(2026, 2, 28),
            arretee_le=LE,
            numerateur=numerateur,
            **options,
        )

    def test_a_value_of_too_few_is_not_said_nor_told_by_the_sum(self, maison: Maison) -> None:
        voisine = MaisonFactory(departement=maison.departement)
        for ici, familles in ((maison, 3), (voisine, 40)):
            self.valeur(ici, "familles", familles, effectif=familles)
        client = page(Role.PILOTE, maison)
        url = reverse("admin:maisons_valeurindicateur_changelist")
        ensemble = client.get(url).content.decode()
        assert "43" not in ensemble
        seule = client.get(url, {"maison": maison.pk}).content.decode()
        assert "moins de 5" in seule

    def test_nor_by_the_page_of_the_value_itself(self, maison: Maison) -> None:
        self.valeur(maison, "coparents", 617.25, denominateur=918.75, effectif=4)
        url = reverse("admin:maisons_valeurindicateur_change", args=[ValeurIndicateur.objects.get().pk])
        texte = page(Role.PILOTE, maison).get(url).content.decode()
        assert "moins de 5" in texte
        assert "617,25" not in texte
        assert "918,75" not in texte

    def test_values_are_computed_on_demand_with_their_definition_and_day(self, maison: Maison) -> None:
        client = page(Role.RESPONSABLE, maison)
        assert client.post(reverse("admin:maisons_valeurindicateur_arreter")).status_code == 302
        assert ValeurIndicateur.objects.filter(maison=maison).count() > 20
        tableur = client.get(reverse("admin:maisons_valeurindicateur_tableur"))
        assert tableur.content[:2] == b"PK"


@pytest.mark.parametrize("nom", ["change", "critere"])
def test_a_page_asks_as_much_for_one_piece_of_evidence_as_for_many(evaluation: Evaluation, nom: str) -> None:
    candidature = evaluation.candidature
    client = page(Role.PILOTE, candidature.maison)
    par = personne(Role.RESPONSABLE, candidature.maison)
    url = adresse(nom, candidature.pk) if nom == "change" else adresse(nom, candidature.pk, evaluation.pk)

    def requetes() -> int:
        for autre in candidature.evaluations.all():
            preuves.ajouter_constat(evaluation=autre, intitule="Vu", datee_du=LE, par=par, maintenant=MAINTENANT)
            candidatures.prevoir_action(evaluation=autre, quoi="Écrire", qui="Rose", avant_le=LE)
        with CaptureQueriesContext(connection) as contexte:
            assert client.get(url).status_code == 200
        return len(contexte)

    requetes()
    assert requetes() == requetes()


def test_a_value_above_its_maximum_is_not_said_to_be_below(candidature: Candidature) -> None:
    contenu = referentiels.decrire(candidature.version)
    contenu["version"]["numero"] = "2"
    contenu["axes"][0]["criteres"][0]["indicateur"] = {"code": "delai-attente", "max": 5}
    neuve = referentiels.publier(version=referentiels.enregistrer(contenu), maintenant=MAINTENANT)
    autre = candidatures.ouvrir(
        maison=candidature.maison, version=neuve, par=personne(Role.PILOTE, candidature.maison), le=LE
    )
    ValeurIndicateur.objects.create(
        maison=candidature.maison,
        indicateur="delai-attente",
        definition=2,
        du=date(2025, 3, 1),
        au=date(2026, 2, 28),
        arretee_le=LE,
        numerateur=90,
        denominateur=10,
        effectif=10,
    )
    client = page(Role.PILOTE, candidature.maison)
    evaluation = autre.evaluations.get(critere__code="rien-a-payer")
    for url in (adresse("change", autre.pk), adresse("critere", autre.pk, evaluation.pk)):
        texte = client.get(url).content.decode()
        assert "hors du seuil" in texte
        assert "en dessous" not in texte
