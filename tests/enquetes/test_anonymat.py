"""Nothing leads from an answer to a person: not a column, not an order, not a log."""

from __future__ import annotations

import logging
import re
import uuid
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from enquetes import brassage, campagnes, collecte, importation
from enquetes.enums import CanalEnquete
from enquetes.models import (
    Campagne,
    JetonUtilise,
    Question,
    Reponse,
    ReponseEnCours,
    TexteLibre,
)
from familles.models import Enfant, Famille
from maisons.models import Maison
from socle.models import Utilisateur
from tests.enquetes import fabrique
from tests.factories import dans

pytestmark = pytest.mark.django_db

# What an answer may know: where it was given, at which of two moments, in which week. Whoever adds to this says why.
COLONNES = {
    Reponse: {"id", "campagne_id", "maison_id", "moment", "semaine", "valeurs"},
    TexteLibre: {"id", "campagne_id", "question_id", "maison_id", "semaine", "langue", "texte", "statut"},
    JetonUtilise: {"empreinte", "campagne_id"},
}
CANARI = "Zoé Canari 0612349876"


def colonnes(table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
        return dict(cursor.fetchall())


def cles_etrangeres(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [table],
        )
        return {nom for (nom,) in cursor.fetchall()}


class TestSchema:
    @pytest.mark.parametrize("modele", list(COLONNES))
    def test_the_columns_are_these_and_no_other(self, modele: type[models.Model]) -> None:
        assert set(colonnes(modele._meta.db_table)) == COLONNES[modele]

    @pytest.mark.parametrize("modele", list(COLONNES))
    def test_no_column_is_finer_than_a_day(self, modele: type[models.Model]) -> None:
        assert not [t for t in colonnes(modele._meta.db_table).values() if t.startswith(("timestamp", "time", "inet"))]

    @pytest.mark.parametrize("modele", list(COLONNES))
    def test_no_key_to_a_person(self, modele: type[models.Model]) -> None:
        permises = {m._meta.db_table for m in (Campagne, Maison, Question)}
        assert cles_etrangeres(modele._meta.db_table) <= permises
        assert not {Utilisateur._meta.db_table, Famille._meta.db_table, Enfant._meta.db_table} & permises

    def test_nothing_points_at_an_answer(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = %s::regclass",
                [Reponse._meta.db_table],
            )
            assert cursor.fetchall() == []

    def test_a_words_row_has_no_way_to_its_ticks(self) -> None:
        assert Reponse._meta.db_table not in cles_etrangeres(TexteLibre._meta.db_table)

    @pytest.mark.parametrize("modele", [Reponse, TexteLibre])
    def test_keys_are_drawn_at_random(self, modele: type[models.Model]) -> None:
        cle = modele._meta.pk
        assert isinstance(cle, models.UUIDField)
        assert cle.default is uuid.uuid4
        assert uuid.uuid4().version == 4

    @pytest.mark.parametrize("table", ["enquetes_reponse", "enquetes_textelibre", "enquetes_jetonutilise"])
    def test_no_history_and_no_sequence(self, table: str) -> None:
        """A history table or a sequence would tell the order of arrival."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relname = %s", [f"{table}_id_seq"])
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE %s", [f"{table}event%"])
            assert cursor.fetchone() == (0,)

    def test_a_week_begins_on_a_monday_or_is_refused(self) -> None:
        from django.db.utils import IntegrityError

        campagne = fabrique.campagne()
        with pytest.raises(IntegrityError):
            Reponse.objects.create(campagne=campagne, semaine=fabrique.semaine(1).replace(day=3))


class TestCanari:
    """A form filled in with a name, from a known address, by somebody who is signed in."""

    @pytest.fixture
    def repondue(self, client: Client, caplog: pytest.LogCaptureFixture) -> tuple[str, Any]:
        from tests.factories import UtilisateurFactory

        campagne = fabrique.campagne()
        client.force_login(UtilisateurFactory(email="canari@exemple.fr"))
        entetes = {"HTTP_USER_AGENT": "Canari/1.0", "REMOTE_ADDR": "203.0.113.77"}
        with caplog.at_level(logging.DEBUG):
            debut = reverse("enquetes:debut", args=[fabrique.acces(campagne).code])
            adresse = client.post(debut, **entetes, follow=True).redirect_chain[-1][0]
            cle = adresse.split("/")[2]
            for question, valeur in (("note", "4"), ("mot", CANARI)):
                client.post(reverse("enquetes:question", args=[cle, question]), {"reponse": valeur}, **entetes)
            self.avant = base_entiere()
            client.post(reverse("enquetes:relire", args=[cle]), **entetes)
        return cle, caplog

    def test_in_progress_nobody_reads_it(self, repondue: tuple[str, Any]) -> None:
        assert CANARI not in self.avant
        assert repondue[0] not in self.avant

    def test_afterwards_the_code_is_nowhere_and_the_words_are_alone(self, repondue: tuple[str, Any]) -> None:
        cle, _journal = repondue
        tables = [t for t in base_par_table().items() if CANARI in t[1]]
        assert [nom for nom, _contenu in tables] == ["enquetes_textelibre"]
        assert cle not in base_entiere()
        assert not ReponseEnCours.objects.exists()

    def test_neither_address_nor_browser_nor_account_is_beside_it(self, repondue: tuple[str, Any]) -> None:
        contenu = "".join(texte for nom, texte in base_par_table().items() if nom.startswith("enquetes_"))
        for canari in ("203.0.113.77", "Canari/1.0", "canari@exemple.fr"):
            assert canari not in contenu

    def test_logs_know_neither_the_code_nor_the_words(self, repondue: tuple[str, Any]) -> None:
        cle, journal = repondue
        lignes = [
            enregistrement.getMessage()
            for enregistrement in journal.records
            # SQL is logged by no setting of ours but the tests' own debugging.
            if enregistrement.name != "django.db.backends"
        ]
        assert not [ligne for ligne in lignes if cle in ligne or CANARI in ligne]

    def test_control_the_search_finds_what_is_there(self, repondue: tuple[str, Any]) -> None:
        assert "canari@exemple.fr" in base_entiere()


def base_par_table() -> dict[str, str]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [nom for (nom,) in cursor.fetchall()]
        contenus = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            contenus[table] = cursor.fetchone()[0]
    return contenus


def base_entiere() -> str:
    return "\n".join(base_par_table().values())


class TestInvitation:
    def test_what_is_kept_of_an_invitation_leads_neither_to_the_form_nor_to_the_link(self) -> None:
        from enquetes import fournis

        version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
        acces = fabrique.acces(fabrique.campagne(vers=version), CanalEnquete.INVITATION)
        jeton = collecte.nouveau_jeton(acces)
        code = collecte.commencer_invite(acces=acces, jeton=jeton, langue="fr", maintenant=dans())
        utilise = JetonUtilise.objects.get().empreinte
        en_cours = ReponseEnCours.objects.get().cle
        assert utilise != en_cours
        assert jeton.split(".")[0] not in base_entiere()
        assert code not in base_entiere()

    def test_the_answer_is_written_in_another_transaction_than_the_invitation(self, transactional_db: None) -> None:
        from enquetes import fournis

        version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
        acces = fabrique.acces(fabrique.campagne(vers=version), CanalEnquete.INVITATION)
        jeton = collecte.nouveau_jeton(acces)
        code = collecte.commencer_invite(acces=acces, jeton=jeton, langue="fr", maintenant=dans())
        collecte.repondre(code=code, question="utile", valeur="oui", maintenant=dans())
        collecte.envoyer(code=code, maintenant=dans())
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmin::text FROM enquetes_jetonutilise")
            (invitation,) = cursor.fetchone()
            cursor.execute("SELECT xmin::text FROM enquetes_reponse")
            (reponse,) = cursor.fetchone()
        assert invitation != reponse


class TestBrassage:
    """What PostgreSQL notes with each row: the transaction that wrote it."""

    @pytest.fixture
    def envoyees(self, transactional_db: None) -> Campagne:
        campagne = fabrique.campagne()
        for note in (1, 2, 3):
            code = collecte.commencer(acces=fabrique.acces(campagne), langue="fr", maintenant=dans())
            collecte.repondre(code=code, question="note", valeur=note, maintenant=dans())
            collecte.repondre(code=code, question="mot", valeur=f"Mot {note}", maintenant=dans())
            collecte.envoyer(code=code, maintenant=dans())
        return campagne

    @staticmethod
    def marques(table: str) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT xmin::text FROM {table}")
            return {marque for (marque,) in cursor.fetchall()}

    def test_words_lose_the_mark_of_their_ticks_at_once_and_ticks_that_of_their_order_after_the_week(
        self, envoyees: Campagne
    ) -> None:
        textes, reponses = "enquetes_textelibre", "enquetes_reponse"
        # Control: until then each text bears the mark of its own answer.
        assert self.marques(textes) == self.marques(reponses)
        # Tagged or not, and though the campaign was closed meanwhile.
        TexteLibre.objects.first().etiquettes.create(campagne=envoyees, nom="Accueil")
        campagnes.clore(campagne=envoyees)
        assert brassage.brasser(maintenant=dans()) == 1
        assert not self.marques(textes) & self.marques(reponses)
        assert len(self.marques(textes)) == 1
        assert len(self.marques(reponses)) == 3
        assert brassage.brasser(maintenant=dans()) == 0
        assert brassage.brasser(maintenant=dans(weeks=1)) == 1
        assert len(self.marques(reponses)) == 1
        assert sorted(r.valeurs["note"] for r in Reponse.objects.all()) == [1, 2, 3]
        assert {t.texte for t in TexteLibre.objects.all()} == {"Mot 1", "Mot 2", "Mot 3"}

    def test_an_imported_row_loses_it_too_however_old_its_week(self, transactional_db: None) -> None:
        campagne = fabrique.campagne()
        octets = fabrique.classeur(campagne, [{"semaine": fabrique.semaine(8), "note": 4, "mot": "Merci."}])
        importation.importer(campagne=campagne, octets=octets, maintenant=dans())
        textes, reponses = "enquetes_textelibre", "enquetes_reponse"
        # Control: the file's words bear the mark of its ticks.
        assert self.marques(textes) == self.marques(reponses)
        assert brassage.brasser(maintenant=dans()) == 1
        assert not self.marques(textes) & self.marques(reponses)


def test_two_forms_of_the_same_ticks_are_sealed_differently() -> None:
    acces = fabrique.acces(fabrique.campagne())
    for _ in range(2):
        code = collecte.commencer(acces=acces, langue="fr", maintenant=dans())
        collecte.repondre(code=code, question="note", valeur=3, maintenant=dans())
    scelles = [bytes(c) for c in ReponseEnCours.objects.values_list("contenu", flat=True)]
    assert len(set(scelles)) == 2
    # Fernet writes the time in clear: it is the same for all.
    assert len({re.sub(rb"=", b"", s)[:12] for s in scelles}) == 1
