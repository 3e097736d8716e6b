"""Who changed what: written by the database whatever way is taken, unchangeable, read by those who see the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ateliers import inscriptions
from ateliers.enums import AnnuleePar, StatutInscription
from ateliers.inscriptions import inscrire_famille
from ateliers.models import Atelier, Inscription, Seance
from ateliers.tasks import tenir_listes_attente
from familles.models import Enfant, Famille
from maisons.enums import Role
from maisons.models import Maison
from socle import historique
from socle.models import Utilisateur
from socle.suivi import SUIVIS, evenements_de
from tests.acces import QUI, client_de
from tests.ateliers.test_inscriptions import demande
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    AtelierFactory,
    EnfantFactory,
    InscriptionFactory,
    MembreGroupeFactory,
    SeanceFactory,
    UtilisateurFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def seance() -> Seance:
    return SeanceFactory(titre="Café du mardi")


@pytest.fixture
def nadia(seance: Seance) -> Utilisateur:
    utilisateur: Utilisateur = AffectationFactory(
        maison=seance.lieu.maison, role=Role.RESPONSABLE, utilisateur__prenom="Nadia", utilisateur__nom="Responsable"
    ).utilisateur
    return utilisateur


@pytest.fixture
def equipe(client: Client, nadia: Utilisateur) -> Client:
    return entrer(client, nadia)


def evenements(objet: Any) -> list[Any]:
    modele = evenements_de(type(objet))
    assert modele is not None
    return list(modele.objects.filter(pgh_obj_id=objet.pk).order_by("pgh_id"))


def lire(objet: Any, lecteur: Utilisateur) -> list[historique.Entree]:
    return historique.lire(objet, lecteur=lecteur, le=timezone.localdate())[0]


class TestCeQuiEstEcrit:
    def test_creation_change_and_end_whatever_way_they_are_made(self, nadia: Utilisateur) -> None:
        atelier = AtelierFactory(titre="Portage")
        Atelier.objects.filter(pk=atelier.pk).update(titre="Portage et massage")
        with connection.cursor() as curseur:
            curseur.execute("UPDATE ateliers_atelier SET titre = 'Massage' WHERE id = %s", [atelier.pk])
        pk = atelier.pk
        atelier.delete()
        trouves = evenements(Atelier(pk=pk))
        assert [(e.pgh_label, e.titre) for e in trouves] == [
            ("creation", "Portage"),
            ("changement", "Portage et massage"),
            ("changement", "Massage"),
            ("suppression", "Massage"),
        ]

    def test_writing_the_same_again_is_no_event(self) -> None:
        atelier = AtelierFactory()
        atelier.save()
        assert len(evenements(atelier)) == 1

    def test_a_booking_does_not_write_into_its_session_s_history(self, seance: Seance) -> None:
        avant = len(evenements(seance))
        inscription = inscrire_famille(seance=seance, demande=demande(), maintenant=maintenant())
        assert len(evenements(seance)) == avant
        assert [e.statut for e in evenements(inscription)] == [StatutInscription.CONFIRMEE]

    def test_no_secret_is_kept(self) -> None:
        modele = evenements_de(Utilisateur)
        assert modele is not None
        colonnes = {champ.name for champ in modele._meta.fields if not champ.name.startswith("pgh_")}
        assert colonnes == {"email", "prenom", "nom", "is_staff", "is_superuser", "is_active"}
        utilisateur = UtilisateurFactory()
        utilisateur.set_password("un-autre-mot-de-passe")
        utilisateur.save()
        assert len(evenements(utilisateur)) == 1

    def test_a_booking_s_own_contact_is_not_copied(self) -> None:
        modele = evenements_de(Inscription)
        assert modele is not None
        assert not {"prenom", "email", "telephone", "besoins"} & {champ.name for champ in modele._meta.fields}


# Fields of followed models that no event holds: numbers of rows, instants that say when another one changed, counters
# written with each booking, secrets, what a booking says of people, and where a row came from.
NON_SUIVIS = {
    "ateliers_atelier": set(),
    "ateliers_demandegroupe": {
        *("prenom", "email", "telephone", "langue", "repere", "est_ne", "a_deja_un_enfant", "prescripteur"),
        *("en_attente_depuis", "retiree_le", "accord_le", "cree_le", "cle_idempotence"),
    },
    "ateliers_groupepairs": {"binomes_pris", "clos_le", "cree_le"},
    "ateliers_inscription": {
        *("prenom", "email", "telephone", "langue", "besoins", "avis_demande"),
        *("attente_depuis", "proposee_le", "proposee_jusqu_au", "annulee_le", "confirmee_le", "pointee_le", "cree_le"),
        "cle_idempotence",
    },
    "ateliers_membregroupe": {
        *("raisons", "prenom_visible", "bilan_avant_donne", "bilan_apres_donne"),
        *("invite_le", "repondre_avant", "membre_depuis", "fini_le", "garde_hors_fenetre_le", "cree_le"),
    },
    "ateliers_seance": {
        *("adultes_pris", "enfants_pris", "petits_pris", "adultes_accueil", "enfants_accueil"),
        *("annulee_le", "modifiee_le", "modifiee_seule", "revision", "jour_serie", "reference"),
    },
    "familles_enfant": {"suivi"},
    "familles_famille": {"cree_le"},
    "maisons_affectation": set(),
    "maisons_lieu": {"demonstration", "modifie_le"},
    "maisons_maison": {"demonstration", "modifie_le", "source"},
    "socle_utilisateur": {"password", "last_login", "version_sessions", "date_joined"},
}


@pytest.mark.parametrize("table", sorted(SUIVIS))
def test_each_field_of_a_followed_model_is_followed_or_left_out_on_purpose(table: str) -> None:
    modele = SUIVIS[table]
    suivis = {champ.name for champ in modele._meta.fields}
    siens = {champ.name for champ in modele.pgh_tracked_model._meta.local_fields}
    assert siens - suivis - {"id"} == NON_SUIVIS[table]


class TestAuNomDeQui:
    def test_a_team_s_page_gives_its_person_and_its_name_and_nothing_else(
        self, equipe: Client, nadia: Utilisateur, seance: Seance
    ) -> None:
        inscription = InscriptionFactory(seance=seance)
        equipe.post(reverse("admin:ateliers_inscription_annuler", args=[inscription.pk]))
        assert evenements(inscription)[-1].pgh_context == {
            "utilisateur": nadia.pk,
            "page": "admin:ateliers_inscription_annuler",
        }

    def test_a_family_without_account_is_nobody(self, client: Client, seance: Seance) -> None:
        from ateliers.messages import lien_reservation

        inscription = InscriptionFactory(seance=seance)
        adresse = lien_reservation(inscription).partition("/r/")[2]
        client.post(f"/r/{adresse}annuler/")
        dernier = evenements(inscription)[-1]
        assert dernier.statut == StatutInscription.ANNULEE
        assert dernier.pgh_context["utilisateur"] is None
        assert dernier.pgh_context["page"].startswith("ateliers:")

    def test_a_task_says_its_name(self, seance: Seance) -> None:
        offerte = InscriptionFactory(seance=seance, proposee=True, proposee_jusqu_au=dans(minutes=-1))
        tenir_listes_attente()
        assert evenements(offerte)[-1].pgh_context == {
            "utilisateur": None,
            "page": "tache:ateliers.tasks.tenir_listes_attente",
        }

    def test_what_comes_after_a_request_is_not_of_that_request(self, equipe: Client, seance: Seance) -> None:
        equipe.get("/equipe/")
        Seance.objects.filter(pk=seance.pk).update(titre="Autre")
        assert evenements(seance)[-1].pgh_context is None

    def test_results_of_a_statement_stay_its_own(self, nadia: Utilisateur) -> None:
        with historique.contexte(lambda: {"utilisateur": nadia.pk, "page": "essai"}):
            atelier = AtelierFactory()
            assert atelier.pk is not None
            assert Atelier.objects.filter(pk=atelier.pk).update(titre="100 % bébé") == 1
            with connection.cursor() as curseur:
                curseur.execute("UPDATE \"ateliers_atelier\" SET titre = '50 % bébé' WHERE titre LIKE '100 %'")
                assert curseur.rowcount == 1
        assert {e.pgh_context["utilisateur"] for e in evenements(atelier)} == {nadia.pk}


class TestGarde:
    @pytest.mark.parametrize("table", sorted(SUIVIS))
    def test_the_portal_s_own_role_can_neither_change_nor_remove_an_event(self, table: str) -> None:
        EnfantFactory()
        AffectationFactory()
        InscriptionFactory()
        MembreGroupeFactory()
        modele = SUIVIS[table]
        nombre = modele.objects.count()
        assert nombre
        for geste in (
            f"UPDATE {modele._meta.db_table} SET pgh_label = 'autre'",
            f"DELETE FROM {modele._meta.db_table}",
        ):
            with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as curseur:
                curseur.execute(geste)
        assert modele.objects.count() == nombre

    def test_an_event_goes_after_a_year_and_not_before(self) -> None:
        atelier = AtelierFactory()
        modele = SUIVIS["ateliers_atelier"]
        modele.objects.create(
            pgh_obj_id=atelier.pk, pgh_label="changement", maison_id=atelier.maison_id, titre="Vieux"
        )
        with connection.cursor() as curseur:
            # As time would: the protection is lifted for the length of a test's own transaction.
            curseur.execute("ALTER TABLE ateliers_atelierhistorique DISABLE TRIGGER USER")
            curseur.execute(
                "UPDATE ateliers_atelierhistorique SET pgh_created_at = now() - interval '366 days'"
                " WHERE titre = 'Vieux'"
            )
            curseur.execute("ALTER TABLE ateliers_atelierhistorique ENABLE TRIGGER USER")
        assert historique.purger(avant=dans(days=-365), nombre=10) == 1
        assert historique.purger(avant=dans(days=-365), nombre=10) == 0
        assert len(evenements(atelier)) == 1

    def test_what_is_said_of_an_erased_family_is_erased_with_it_and_not_before(self) -> None:
        famille = EnfantFactory().famille
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            historique.oublier(Famille, [famille.pk])
        pk, enfants = famille.pk, list(famille.enfants.values_list("pk", flat=True))
        famille.delete()
        assert historique.oublier(Famille, [pk]) == 2
        assert historique.oublier(Enfant, enfants) == 2

    def test_a_house_s_history_is_not_forgotten_with_it(self) -> None:
        atelier = AtelierFactory()
        pk = atelier.pk
        atelier.delete()
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            historique.oublier(Atelier, [pk])


class TestLire:
    def test_differences_are_words(self, nadia: Utilisateur, seance: Seance) -> None:
        atelier = AtelierFactory(maison=seance.lieu.maison, titre="Portage", actif=True, langues=["fr"])
        Atelier.objects.filter(pk=atelier.pk).update(
            titre="Massage", actif=False, langues=["fr", "en"], description=""
        )
        changement, creation = lire(atelier, nadia)
        assert (changement.quoi, creation.quoi, creation.differences) == ("Changement", "Création", [])
        assert {(d.champ, d.avant, d.apres) for d in changement.differences} >= {
            ("Titre", "Portage", "Massage"),
            ("Au catalogue", "oui", "non"),
            ("Langues", "français", "français, anglais"),
        }

    def test_colleagues_are_named_and_others_are_elsewhere(self, nadia: Utilisateur, seance: Seance) -> None:
        inscription = InscriptionFactory(seance=seance)
        etranger = AffectationFactory(utilisateur__nom="Lointain").utilisateur
        for qui in (nadia, etranger):
            with historique.contexte(lambda qui=qui: {"utilisateur": qui.pk, "page": "essai"}):
                Inscription.objects.filter(pk=inscription.pk).update(adultes=qui.pk % 2 + 2)
                Inscription.objects.filter(pk=inscription.pk).update(adultes=1)
        noms = [entree.qui for entree in lire(inscription, nadia)]
        assert noms[:4] == ["Une autre équipe", "Une autre équipe", "Nadia Responsable", "Nadia Responsable"]

    def test_a_related_object_out_of_sight_is_not_named(self, nadia: Utilisateur, seance: Seance) -> None:
        ailleurs = AtelierFactory(titre="Atelier lointain")
        Seance.objects.filter(pk=seance.pk).update(atelier=ailleurs)
        (difference,) = lire(seance, nadia)[0].differences
        assert difference.apres == "ailleurs"

    @pytest.mark.parametrize("qui", QUI)
    def test_whoever_sees_a_session_reads_its_history(self, client: Client, seance: Seance, qui: str) -> None:
        reponse = client_de(qui, seance, client).get(reverse("admin:ateliers_seance_history", args=[seance.pk]))
        attendu = dict.fromkeys(("animateur", "animatrice de la séance", "responsable", "pilote", "réseau"), 200)
        refus = (302, 403) if qui in ("anonyme", "parent", "parti") else (404,)
        assert reponse.status_code in ((attendu[qui],) if qui in attendu else refus)

    @pytest.mark.parametrize("qui", QUI)
    def test_a_family_s_history_is_for_those_who_receive_it(self, client: Client, seance: Seance, qui: str) -> None:
        inscription = InscriptionFactory(seance=seance)
        adresse = reverse("admin:familles_famille_history", args=[inscription.famille_id])
        reponse = client_de(qui, seance, client).get(adresse)
        assert (reponse.status_code == 200) is (qui in ("animatrice de la séance", "responsable"))

    def test_the_page_shows_before_and_after(self, equipe: Client, seance: Seance) -> None:
        Seance.objects.filter(pk=seance.pk).update(titre="Café du jeudi")
        page = equipe.get(reverse("admin:ateliers_seance_history", args=[seance.pk])).content.decode()
        assert "Café du mardi" in page
        assert "Café du jeudi" in page

    def test_a_long_history_has_pages(self, equipe: Client, seance: Seance) -> None:
        for n in range(60):
            Seance.objects.filter(pk=seance.pk).update(titre=f"Titre {n}")
        adresse = reverse("admin:ateliers_seance_history", args=[seance.pk])
        premiere, suite = equipe.get(adresse), equipe.get(adresse, {"a": 50})
        assert (len(premiere.context["entrees"]), len(suite.context["entrees"])) == (50, 11)
        assert premiere.context["entrees"][-1].differences
        assert equipe.get(adresse, {"a": "-1"}).status_code == 200

    def test_as_many_queries_for_one_change_as_for_thirty(
        self, equipe: Client, seance: Seance, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        from django.test.utils import CaptureQueriesContext

        adresse = reverse("admin:ateliers_seance_history", args=[seance.pk])
        Seance.objects.filter(pk=seance.pk).update(titre="Un")
        equipe.get(adresse)
        with CaptureQueriesContext(connection) as une:
            equipe.get(adresse)
        for n in range(30):
            Seance.objects.filter(pk=seance.pk).update(titre=f"Titre {n}")
        with django_assert_num_queries(len(une)):
            equipe.get(adresse)

    def test_django_s_own_log_keeps_nothing(self, equipe: Client, seance: Seance) -> None:
        maison = Maison.objects.get(pk=seance.lieu.maison_id)
        page = equipe.get(reverse("admin:maisons_maison_change", args=[maison.pk]))
        assert reverse("admin:maisons_maison_history", args=[maison.pk]) in page.content.decode()
        equipe.post(reverse("admin:ateliers_seance_delete", args=[seance.pk]))
        assert not LogEntry.objects.exists()

    def test_a_model_without_a_history_has_no_such_page(self, client: Client) -> None:
        theme_admin = entrer(client, AffectationFactory(reseau=True).utilisateur)
        from tests.factories import ThemeFactory

        theme = ThemeFactory()
        assert theme_admin.get(reverse("admin:ateliers_theme_history", args=[theme.pk])).status_code == 404


def test_cancelling_is_told_once(seance: Seance) -> None:
    inscription = InscriptionFactory(seance=seance)
    for _ in range(2):
        inscriptions.annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant())
    assert [e.statut for e in evenements(inscription)] == [StatutInscription.CONFIRMEE, StatutInscription.ANNULEE]
