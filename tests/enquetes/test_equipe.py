"""The team's pages: who opens which, what a house reads of a département's survey, what leaves as PDF and xlsx."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import tablib
from django.db import transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pdfua import validate
from pdfua.model import Severity

from enquetes import campagnes, construction, demandes, fournis, lecture, pdf, publication
from enquetes.enums import StatutTexte
from enquetes.models import (
    Campagne,
    DemandePublication,
    Etiquette,
    Questionnaire,
    Reponse,
    Section,
    TexteLibre,
    Version,
)
from maisons.models import Affectation, Maison
from socle import exports
from socle.enums import StatutExport
from socle.models import Export
from tests.acces import personne
from tests.enquetes import fabrique
from tests.equipe import entrer
from tests.factories import MaisonFactory, dans

pytestmark = pytest.mark.django_db


def conforme(octets: bytes) -> None:
    assert octets.startswith(b"%PDF")
    assert not [c for c in validate(io.BytesIO(octets)).findings if c.severity >= Severity.ERROR]


def qui(client: Client, nom: str, maison: Maison) -> Client:
    utilisateur = personne(nom, maison)
    return client if utilisateur is None else entrer(client, utilisateur)


@pytest.fixture
def maison() -> Maison:
    return MaisonFactory(nom="Maison Bleue")


@pytest.fixture
def campagne(maison: Maison) -> Campagne:
    """Of a département, at two houses, closed, its results published."""
    definition = {**fabrique.TOUT, "titre": "Besoins"}
    version = fabrique.version(definition, departement=maison.departement)
    creee = fabrique.campagne(
        vers=version, maisons=[maison, MaisonFactory(nom="Maison Verte")], departement=maison.departement
    )
    fabrique.repondre_au_hasard(creee, 220, graine=1, semaines=[fabrique.semaine(3)])
    fabrique.texte(creee, "=cmd|' /C calc'!A0", maison=maison, statut=StatutTexte.MONTRE)
    campagnes.clore(campagne=creee)
    publication.publier(campagne=creee, maintenant=dans())
    return creee


ACCES = {
    # page: who reads it (200); the others get 403 where they see the campaign, 404 or the sign-in elsewhere
    "change": {"animateur", "responsable", "pilote", "réseau"},
    "resultats": {"responsable", "pilote", "réseau"},
    "modifier": {"pilote", "réseau"},
}
REFUS = {
    "anonyme": 302,
    "parent": 302,
    "parti": 302,
    "animateur d'ailleurs": 404,
    "pilote d'ailleurs": 404,
    "partenaire": 403,
    "animateur": 403,
    "responsable": 403,
}


@pytest.mark.parametrize("nom", [*REFUS, "pilote", "réseau"])
def test_who_opens_the_pages_of_a_campaign(client: Client, campagne: Campagne, maison: Maison, nom: str) -> None:
    client = qui(client, nom, maison)
    for page, lecteurs in ACCES.items():
        statut = client.get(reverse(f"admin:enquetes_campagne_{page}", args=[campagne.pk])).status_code
        assert statut == (200 if nom in lecteurs else REFUS[nom]), (page, statut)


@pytest.mark.parametrize(("nom", "statut"), [("animateur", 403), ("responsable", 403), ("pilote", 302)])
def test_who_leads_a_campaign(client: Client, campagne: Campagne, maison: Maison, nom: str, statut: int) -> None:
    adresse = reverse("admin:enquetes_campagne_change", args=[campagne.pk])
    assert qui(client, nom, maison).post(adresse, {"acte": "publier"}).status_code == statut


class TestPublier:
    @pytest.fixture
    def ouverte(self, maison: Maison) -> Campagne:
        creee = fabrique.campagne(
            vers=fabrique.version(titre="À publier", departement=maison.departement),
            maisons=[maison],
            departement=maison.departement,
        )
        fabrique.repondre_au_hasard(creee, 40, graine=2, semaines=[fabrique.semaine(3)])
        return creee

    def test_results_are_asked_for_on_the_page_and_made_by_the_task(
        self, client: Client, ouverte: Campagne, maison: Maison
    ) -> None:
        client, page = qui(client, "pilote", maison), reverse("admin:enquetes_campagne_change", args=[ouverte.pk])
        for _ in range(2):
            client.post(page, {"acte": "publier"})
        assert not ouverte.instantanes.exists()
        contenu = client.get(page).content.decode()
        assert "Résultats en préparation" in contenu
        assert 'value="publier"' not in contenu
        assert demandes.tenir_publications(horloge=dans) == 1
        assert demandes.tenir_publications(horloge=dans) == 0
        assert ouverte.instantanes.count() == 1
        assert "Résultats en préparation" not in client.get(page).content.decode()

    def test_too_few_answers_are_said_at_once(self, client: Client, maison: Maison) -> None:
        vide = fabrique.campagne(vers=fabrique.version(departement=maison.departement), departement=maison.departement)
        page = reverse("admin:enquetes_campagne_change", args=[vide.pk])
        contenu = qui(client, "pilote", maison).post(page, {"acte": "publier"}, follow=True).content.decode()
        assert "11 réponses de plus" in contenu
        assert not DemandePublication.objects.exists()

    def test_a_worker_that_died_is_taken_over_when_its_lease_runs_out(self, ouverte: Campagne) -> None:
        demandes.demander(campagne=ouverte, maintenant=dans())
        DemandePublication.objects.update(bail_jusqu_au=dans(minutes=5), tentatives=1)
        assert demandes.tenir_publications(horloge=dans) == 0
        assert demandes.tenir_publications(horloge=lambda: dans(minutes=6)) == 1

    def test_one_that_always_fails_is_given_up_and_said(
        self, client: Client, ouverte: Campagne, maison: Maison, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def tomber(**_: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(publication, "publier", tomber)
        demandes.demander(campagne=ouverte, maintenant=dans())
        for essai in range(demandes.TENTATIVES_MAX + 1):
            demandes.tenir_publications(horloge=lambda essai=essai: dans(hours=essai))
        page = reverse("admin:enquetes_campagne_change", args=[ouverte.pk])
        contenu = qui(client, "pilote", maison).get(page).content.decode()
        assert "pas pu être préparés" in contenu
        assert 'value="publier"' in contenu

    def test_counted_anew_when_answers_come_while_it_counts(
        self, ouverte: Campagne, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lire, arrivees = publication._lire_reponses, iter([5])

        def lire_puis_arriver(*args: Any) -> Any:
            lues = lire(*args)
            for nombre in arrivees:
                fabrique.repondre_au_hasard(ouverte, nombre, graine=3, semaines=[fabrique.semaine(3)])
            return lues

        monkeypatch.setattr(publication, "_lire_reponses", lire_puis_arriver)
        assert publication.publier(campagne=ouverte, maintenant=dans()).contenu["n"] == 45


@pytest.mark.parametrize(
    ("nom", "statut"), [("animateur", 403), ("responsable", 403), ("pilote", 302), ("réseau", 302)]
)
def test_who_writes_a_questionnaire(client: Client, campagne: Campagne, maison: Maison, nom: str, statut: int) -> None:
    brouillon = construction.nouvelle_version(questionnaire=campagne.version.questionnaire)
    adresse = reverse("admin:enquetes_version_change", args=[brouillon.pk])
    client = qui(client, nom, maison)
    assert client.get(adresse).status_code == 200
    assert client.post(adresse, {"acte": "partie", "titre": "De plus"}).status_code == statut
    assert brouillon.sections.filter(titre="De plus").exists() == (statut == 302)


def test_the_network_s_questionnaire_is_read_not_written_by_a_departement(client: Client, maison: Maison) -> None:
    version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
    client = qui(client, "pilote", maison)
    adresse = reverse("admin:enquetes_questionnaire_change", args=[version.questionnaire_id])
    assert client.get(adresse).status_code == 200
    assert (
        client.post(reverse("admin:enquetes_questionnaire_version", args=[version.questionnaire_id])).status_code
        == 403
    )


def nouvelle_question(section: Section, **champs: str) -> dict[str, Any]:
    """What the form of a question with two choices sends."""
    return {
        "section": section.pk,
        "type": "unique",
        "intitule": "Venez-vous ?",
        "aide": "",
        "bornes": "",
        "code": "",
        "role": "",
        "choix-TOTAL_FORMS": "2",
        "choix-INITIAL_FORMS": "0",
        "choix-0-rang": "1",
        "choix-0-code": "oui",
        "choix-0-libelle": "Oui",
        "choix-1-rang": "2",
        "choix-1-code": "non",
        "choix-1-libelle": "Non",
        "lignes-TOTAL_FORMS": "0",
        "lignes-INITIAL_FORMS": "0",
        **champs,
    }


class TestConstruire:
    def test_from_an_empty_draft_to_a_published_version(
        self, client: Client, maison: Maison, django_assert_max_num_queries: Any
    ) -> None:
        client = qui(client, "pilote", maison)
        client.post(
            reverse("admin:enquetes_questionnaire_add"),
            {"titre": "Nouveau", "presentation": "", "usage": "enquete", "departement": maison.departement_id},
        )
        version = Questionnaire.objects.get(titre="Nouveau").versions.get()
        page = reverse("admin:enquetes_version_change", args=[version.pk])
        client.post(page, {"acte": "partie", "titre": "Vous"})
        section = version.sections.get()
        ajout = reverse("admin:enquetes_question_add")
        assert client.get(f"{ajout}?section={section.pk}").status_code == 200
        reponse = client.post(ajout, nouvelle_question(section))
        assert reponse.status_code == 302, reponse.context["errors"]
        question = version.questions.get()
        assert (question.code, question.rang, question.choix.count()) == ("q1", 1, 2)
        # Not one for each row of each part.
        with django_assert_max_num_queries(50):
            assert client.get(reverse("admin:enquetes_question_change", args=[question.pk])).status_code == 200
        assert client.get(reverse("admin:enquetes_version_apercu", args=[version.pk])).status_code == 200
        traduire = reverse("admin:enquetes_version_traduire", args=[version.pk, "ar"])
        assert client.get(traduire).status_code == 200
        client.post(page, {"acte": "publier"})
        version.refresh_from_db()
        assert version.statut == "publiee"
        assert client.post(traduire, {}).status_code == 403

    @pytest.fixture
    def brouillon(self, maison: Maison) -> Version:
        version = fabrique.version(departement=maison.departement)
        return construction.nouvelle_version(questionnaire=version.questionnaire)

    @pytest.mark.parametrize(
        ("champs", "phrase"),
        [
            ({"code": "freins"}, "porte déjà ce nom court"),
            ({"role": "etape"}, "tient déjà ce rôle"),
            ({"choix-1-code": "oui"}, "oui"),
        ],
    )
    def test_a_name_or_a_role_that_is_taken_is_said(
        self, client: Client, brouillon: Version, maison: Maison, champs: dict[str, str], phrase: str
    ) -> None:
        section = brouillon.sections.get(titre="La suite")
        reponse = qui(client, "pilote", maison).post(
            reverse("admin:enquetes_question_add"), nouvelle_question(section, **champs)
        )
        assert reponse.status_code == 200
        assert phrase in reponse.content.decode()
        assert brouillon.questions.count() == 8

    def test_a_part_goes_with_its_questions_and_a_draft_whole(
        self, client: Client, brouillon: Version, maison: Maison
    ) -> None:
        client, oui = qui(client, "pilote", maison), {"post": "yes"}
        partie = reverse("admin:enquetes_section_delete", args=[brouillon.sections.get(titre="La suite").pk])
        assert client.post(partie, oui)["Location"] == reverse("admin:enquetes_version_change", args=[brouillon.pk])
        assert set(brouillon.questions.values_list("code", flat=True)) == {"etape", "freins", "transport"}
        publiee = brouillon.questionnaire.versions.get(numero=1)
        for version, statut in ((publiee, 403), (brouillon, 302)):
            adresse = reverse("admin:enquetes_version_delete", args=[version.pk])
            assert client.post(adresse, oui).status_code == statut
        assert list(brouillon.questionnaire.versions.all()) == [publiee]

    def test_what_was_published_keeps_its_title(self, client: Client, brouillon: Version, maison: Maison) -> None:
        questionnaire = brouillon.questionnaire
        page = reverse("admin:enquetes_questionnaire_modifier", args=[questionnaire.pk])
        donnees = {"titre": "Autre", "usage": "satisfaction", "presentation": "Mieux"}
        donnees["departement"] = str(maison.departement_id)
        qui(client, "pilote", maison).post(page, donnees)
        lu = Questionnaire.objects.get(pk=questionnaire.pk)
        assert (lu.titre, lu.usage, lu.presentation) == (questionnaire.titre, "enquete", "Mieux")
        with pytest.raises(IntegrityError), transaction.atomic():
            Questionnaire.objects.update(titre="Autre")

    def test_a_responsable_prepares_a_campaign_of_the_house(self, client: Client, maison: Maison) -> None:
        version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
        client = qui(client, "responsable", maison)
        donnees: dict[str, Any] = {
            "version": version.pk,
            "titre": "Notre avis",
            "slug": "notre-avis",
            "maison": maison.pk,
            "ouvre_le": dans().date().isoformat(),
            "ferme_le": (dans().date() + timedelta(days=60)).isoformat(),
            "seuil": 11,
        }
        ajout = reverse("admin:enquetes_campagne_add")
        assert client.post(ajout, {**donnees, "maison": MaisonFactory().pk}).status_code == 200
        assert client.post(ajout, {**donnees, "maison": ""}).status_code == 200
        assert not Campagne.objects.exists()
        reponse = client.post(ajout, donnees, follow=True)
        campagne = Campagne.objects.get()
        client.post(reponse.redirect_chain[-1][0], {"acte": "ouvrir"})
        assert campagne.acces.filter(maison=maison).count() == 4
        fiche = client.get(reverse("admin:enquetes_campagne_change", args=[campagne.pk])).content.decode()
        assert "&lt; 11" in fiche
        porte = campagne.acces.get(canal="affiche")
        affiche = client.get(reverse("admin:enquetes_campagne_affiche", args=[campagne.pk, porte.pk]))
        conforme(affiche.content)


class TestResultats:
    def test_a_house_reads_its_own_figures_beside_the_whole(
        self, client: Client, campagne: Campagne, maison: Maison
    ) -> None:
        adresse = reverse("admin:enquetes_campagne_resultats", args=[campagne.pk]) + "?axe=maison"
        contenu = qui(client, "responsable", maison).get(adresse).content.decode()
        assert "Maison Bleue" in contenu
        assert "Maison Verte" not in contenu

    def test_a_small_house_reads_none_of_its_own(self, client: Client, maison: Maison) -> None:
        version = fabrique.version(titre="Petite", departement=maison.departement)
        grande = MaisonFactory(nom="Grande")
        campagne = fabrique.campagne(vers=version, maisons=[grande, maison], departement=maison.departement)
        Reponse.objects.bulk_create(
            Reponse(campagne=campagne, maison=m, semaine=fabrique.semaine(2), valeurs={"note": 3})
            for m in [grande] * 40 + [maison] * 5
        )
        campagnes.clore(campagne=campagne)
        contenu = publication.publier(campagne=campagne, maintenant=dans()).contenu
        assert [c.libelle for c in lecture.colonnes(contenu, "maison", {maison.pk})] == ["Ensemble"]

    def test_by_each_axis_and_beside_another_campaign(
        self, client: Client, campagne: Campagne, maison: Maison, django_assert_max_num_queries: Any
    ) -> None:
        autre = fabrique.campagne(vers=campagne.version, departement=maison.departement, titre="L'autre")
        fabrique.repondre_au_hasard(autre, 60, graine=9, semaines=[fabrique.semaine(2)])
        publication.publier(campagne=autre, maintenant=dans())
        client = qui(client, "pilote", maison)
        adresse = reverse("admin:enquetes_campagne_resultats", args=[campagne.pk])
        for axe, _nom in lecture.axes(campagne.instantanes.get().contenu):
            with django_assert_max_num_queries(30):
                assert client.get(f"{adresse}?axe={axe}").status_code == 200
        assert "L&#x27;autre" in client.get(f"{adresse}?avec={autre.pk}").content.decode()

    def fichier(self, client: Client, campagne: Campagne, format_: str) -> Any:
        """Asked for on the page, made by a worker, fetched among one's files."""
        client.post(reverse("admin:enquetes_campagne_rapport", args=[campagne.pk]), {"format": format_})
        export = Export.objects.get()
        assert exports.tenir_exports(horloge=timezone.now) == 1
        reponse = client.get(reverse("admin:socle_export_fichier", args=[export.cle]))
        return b"".join(reponse.streaming_content)

    def test_the_report_is_pdf_ua(self, client: Client, campagne: Campagne, maison: Maison) -> None:
        conforme(self.fichier(qui(client, "pilote", maison), campagne, "pdf"))

    def test_a_table_of_many_houses_is_cut_to_the_width_of_a_page(self) -> None:
        colonnes = [lecture.Colonne(f"Maison {n}", 20) for n in range(11)]
        large = lecture.TableauLu("", colonnes, [lecture.Rangee("Oui", list(range(11)))])
        morceaux = large.par_largeur(pdf.COLONNES_MAX)
        assert [len(m.colonnes) for m in morceaux] == [4, 4, 3]
        assert [e for m in morceaux for e in m.rangees[0].effectifs] == list(range(11))

    def test_the_workbook_hides_the_same_cells_and_runs_nothing(
        self, client: Client, campagne: Campagne, maison: Maison
    ) -> None:
        octets = self.fichier(qui(client, "responsable", maison), campagne, "xlsx")
        livre = tablib.Databook().load(octets, "xlsx")
        lignes = [ligne for feuille in livre.sheets() for ligne in feuille]
        assert {feuille.title for feuille in livre.sheets()} >= {"Ensemble", "Par maison"}
        assert {ligne[3] for ligne in lignes} >= {"Ensemble", "Maison Bleue"}
        assert "Maison Verte" not in {ligne[3] for ligne in lignes}
        nombres = [ligne[4] for ligne in lignes]
        assert "masqué" in nombres
        assert all(n == "masqué" or n == 0 or n >= campagne.seuil for n in nombres)
        assert not [c for ligne in lignes for c in ligne if isinstance(c, str) and c.startswith(("=", "+", "-", "@"))]

    def test_a_role_lost_before_it_is_made_gives_no_file(
        self, client: Client, campagne: Campagne, maison: Maison
    ) -> None:
        utilisateur = personne("responsable", maison)
        assert utilisateur is not None
        client = entrer(client, utilisateur)
        client.post(reverse("admin:enquetes_campagne_rapport", args=[campagne.pk]), {"format": "xlsx"})
        Affectation.objects.filter(utilisateur=utilisateur).update(au=dans(days=-1).date())
        exports.tenir_exports(horloge=timezone.now)
        assert Export.objects.get().statut == StatutExport.ECHEC

    def test_texts_wait_until_their_week_is_over_and_enough_people_answered(
        self, client: Client, maison: Maison
    ) -> None:
        campagne = fabrique.campagne(maisons=[maison], departement=maison.departement)
        fabrique.texte(campagne, "Premier mot", maison=maison)
        fabrique.texte(campagne, "Mot de ce jour", maison=maison, il_y_a=0)
        client = qui(client, "pilote", maison)
        liste = reverse("admin:enquetes_textelibre_changelist")
        # Those of this week count neither to show nor to be shown.
        fabrique.repondre_au_hasard(campagne, 11, graine=1, semaines=[fabrique.semaine(0)])
        assert "Premier mot" not in client.get(liste).content.decode()
        fabrique.repondre_au_hasard(campagne, 11, graine=1, semaines=[fabrique.semaine(3)])
        contenu = client.get(liste).content.decode()
        assert "Premier mot" in contenu
        assert "Mot de ce jour" not in contenu
        texte = TexteLibre.objects.get(texte="Premier mot")
        client.post(liste, {"action": "montrer", "_selected_action": [str(texte.pk)]})
        texte.refresh_from_db()
        assert texte.statut == StatutTexte.MONTRE

    def test_a_house_reads_its_texts_from_enough_answers_of_its_own(self, client: Client, maison: Maison) -> None:
        campagne = fabrique.campagne(maisons=[maison], departement=maison.departement)
        fabrique.texte(campagne, "Mot d'ici", maison=maison)
        partout = {"campagne": campagne, "semaine": fabrique.semaine(3), "valeurs": {"note": 3}}
        Reponse.objects.bulk_create(Reponse(**partout) for _ in range(20))
        liste = reverse("admin:enquetes_textelibre_changelist")
        responsable, pilote = qui(Client(), "responsable", maison), qui(client, "pilote", maison)

        def lus(lecteur: Client) -> tuple[bool, bool]:
            rangees = lecteur.get(liste).content.decode().split("<tbody>")[-1].replace("&#x27;", "'")
            return "Mot d'ici" in rangees, maison.nom in rangees

        # Who leads the campaign reads it, without the house that it is of.
        assert (lus(responsable), lus(pilote)) == ((False, False), (True, False))
        Reponse.objects.bulk_create(Reponse(**partout, maison=maison) for _ in range(11))
        assert (lus(responsable), lus(pilote)) == ((True, True), (True, True))

    def test_the_departement_s_tags_are_its_own_to_change(
        self, client: Client, campagne: Campagne, maison: Maison
    ) -> None:
        etiquette = Etiquette.objects.create(campagne=campagne, nom="Horaires")
        page = reverse("admin:enquetes_etiquette_change", args=[etiquette.pk])
        ajout = reverse("admin:enquetes_etiquette_add")
        donnees = {"campagne": campagne.pk, "nom": "Accueil"}
        responsable = qui(Client(), "responsable", maison)
        assert responsable.get(page).status_code == 200
        assert responsable.post(page, donnees).status_code == 403
        assert responsable.post(ajout, donnees).status_code == 200
        assert list(Etiquette.objects.values_list("nom", flat=True)) == ["Horaires"]
        assert qui(client, "pilote", maison).post(page, donnees).status_code == 302

    def test_only_read_texts_are_public(self, client: Client, campagne: Campagne, maison: Maison) -> None:
        Campagne.objects.update(resultats_publics=True)
        contenu = client.get(campagne.get_absolute_url()).content.decode()
        assert "=cmd" in contenu
        TexteLibre.objects.update(statut=StatutTexte.A_LIRE)
        assert "=cmd" not in client.get(campagne.get_absolute_url()).content.decode()


class TestAvis:
    def test_only_those_who_asked_are_written_to_once_and_neutrally(self) -> None:
        from enquetes import avis
        from socle.composition import composer_courriel
        from socle.models import Message
        from tests.factories import InscriptionFactory, SeanceFactory

        seance = SeanceFactory(debut=dans(hours=-6), titre="Pleurs de bébé")
        version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
        fabrique.campagne(vers=version, maisons=[seance.lieu.maison])
        demandee = InscriptionFactory(seance=seance, avis_demande=True)
        InscriptionFactory(seance=seance)
        InscriptionFactory(seance=seance, avis_demande=True, annulee=True)
        assert avis.deposer_avis(maintenant=dans()) == 1
        assert avis.deposer_avis(maintenant=dans()) == 0
        message = Message.objects.get(modele="avis")
        assert message.destinataire == demandee.email
        assert message.secret
        courriel = composer_courriel(message)
        assert "Pleurs" not in courriel.subject + str(courriel.body)
        assert demandee.prenom not in courriel.subject

    def test_the_booking_s_page_asks_and_takes_back(self, client: Client) -> None:
        from ateliers.messages import lien_reservation
        from tests.factories import InscriptionFactory

        inscription = InscriptionFactory()
        version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
        fabrique.campagne(vers=version, maisons=[inscription.seance.lieu.maison])
        chemin = "/" + lien_reservation(inscription).split("/", 3)[3]
        assert "M'envoyer le lien" in client.get(chemin).content.decode().replace("&#x27;", "'")
        for voeu, attendu in (("oui", True), ("non", False)):
            client.post(f"{chemin}avis/", {"avis": voeu})
            inscription.refresh_from_db()
            assert inscription.avis_demande is attendu


class TestAvantApres:
    def test_a_house_s_survey_takes_the_place_of_the_built_in_questions(self, client: Client, maison: Maison) -> None:
        from ateliers.views.mon_groupe import moment_du_bilan
        from tests.factories import GroupePairsFactory, MembreGroupeFactory

        groupe = GroupePairsFactory(maison=maison)
        membre = MembreGroupeFactory(groupe=groupe)
        page = reverse("admin:ateliers_groupepairs_change", args=[groupe.pk])
        client = qui(client, "animateur", maison)
        assert "bilan-barres" in client.get(page).content.decode()
        membre.statut = "termine"
        assert moment_du_bilan(membre, maintenant=dans()) is not None
        version = fournis.charger(fournis.definition("avant_apres"), departement=None, le=dans().date())
        ouverte = fabrique.campagne(vers=version, maisons=[maison])
        assert moment_du_bilan(membre, maintenant=dans()) is None
        contenu = client.get(page).content.decode()
        assert "bilan-barres" not in contenu
        assert all(a.get_absolute_url() in contenu for a in ouverte.acces.all())
