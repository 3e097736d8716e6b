"""Who reads a family's record is kept: by every page, file and answer that names one, for a year, unchangeable."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ateliers.enums import Presence
from ateliers.models import Inscription, MembreGroupe, Seance
from familles import lectures as lectures_familles
from familles.models import Famille
from maisons.enums import Role
from socle import lectures
from socle.enums import StatutMessage
from socle.models import Lecture, Utilisateur
from tests.acces import QUI, client_de
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    DemandeGroupeFactory,
    FamilleFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    MembreGroupeFactory,
    MessageFactory,
    SeanceFactory,
    UtilisateurFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db

CANARIS = ("Zéphyrine", "zephyrine-lue", "domaine-lu.fr", "06 99 88 77 66", "+33699887766")
JOURNAL = "/equipe/socle/lecture/"


@pytest.fixture
def seance() -> Seance:
    return SeanceFactory(titre="Café du mardi")


@pytest.fixture
def lue(seance: Seance) -> Inscription:
    """A booking of a family whose name and contact are found nowhere else; a message to it was refused."""
    famille = FamilleFactory(prenom="Zéphyrine", email="zephyrine-lue@domaine-lu.fr", telephone="+33699887766")
    inscription: Inscription = InscriptionFactory(seance=seance, famille=famille)
    MessageFactory(objet=inscription, destinataire=famille.email, statut=StatutMessage.ECHEC)
    return inscription


@pytest.fixture
def en_groupe(lue: Inscription) -> MembreGroupe:
    """The same family, member of a group of parents of the house."""
    maison = lue.seance.lieu.maison
    demande = DemandeGroupeFactory(famille=lue.famille, maison=maison)
    membre: MembreGroupe = MembreGroupeFactory(
        demande=demande, groupe=GroupePairsFactory(maison=maison, lieu=lue.seance.lieu)
    )
    return membre


@pytest.fixture
def responsable(seance: Seance) -> Utilisateur:
    utilisateur: Utilisateur = AffectationFactory(maison=seance.lieu.maison, role=Role.RESPONSABLE).utilisateur
    return utilisateur


@pytest.fixture
def equipe(client: Client, responsable: Utilisateur) -> Client:
    return entrer(client, responsable)


def ligne(**valeurs: Any) -> Lecture:
    lecture = lectures.noter(
        **{
            "utilisateur": UtilisateurFactory(),
            "page": "admin:essai",
            "modele": Famille,
            "objets": [1],
            "maintenant": maintenant(),
            **valeurs,
        }
    )
    assert lecture is not None
    return lecture


class TestLeJournal:
    def test_a_page_is_one_row_of_numbers(self) -> None:
        lecture = ligne(objets=[3, 1, 3], cadres=[8])
        assert (lecture.objets, lecture.cadres) == ([1, 3], [8])
        assert lecture.objet_type == ContentType.objects.get_for_model(Famille)

    def test_a_page_that_shows_nobody_leaves_nothing(self) -> None:
        lectures.noter(
            utilisateur=UtilisateurFactory(), page="admin:essai", modele=Famille, objets=[], maintenant=maintenant()
        )
        assert not Lecture.objects.exists()

    def test_the_portal_s_own_role_can_neither_change_nor_remove_a_row(self) -> None:
        lecture = ligne()
        with connection.cursor() as curseur:
            curseur.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            assert curseur.fetchone() == (False,)
        for geste in (
            lambda: Lecture.objects.filter(pk=lecture.pk).update(page="autre"),
            lambda: Lecture.objects.filter(pk=lecture.pk).delete(),
            lambda: connection.cursor().execute("UPDATE socle_lecture SET objets = '{2}'"),
            lambda: connection.cursor().execute("DELETE FROM socle_lecture"),
        ):
            with pytest.raises(DatabaseError, match="socle_lecture"), transaction.atomic():
                geste()
        assert Lecture.objects.get().objets == [1]

    def test_a_row_goes_after_a_year_and_not_before(self) -> None:
        vieille = ligne(maintenant=maintenant() - timedelta(days=366))
        jeune = ligne(maintenant=maintenant() - timedelta(days=364))
        assert lectures.purger(avant=dans(days=-365), nombre=10) == 1
        assert lectures.purger(avant=dans(days=-365), nombre=10) == 0
        assert list(Lecture.objects.values_list("pk", flat=True)) == [jeune.pk] != [vieille.pk]

    def test_an_export_is_kept_for_the_houses_that_know_the_families(
        self, lue: Inscription, responsable: Utilisateur
    ) -> None:
        ailleurs = InscriptionFactory(famille=lue.famille)
        lecture = lectures_familles.noter(
            utilisateur=responsable, page="export:inscriptions", familles=[lue.famille_id], maintenant=maintenant()
        )
        assert lecture is not None
        assert lecture.cadres == [lue.seance.lieu.maison_id] != [ailleurs.seance.lieu.maison_id]

    def test_a_family_known_by_its_request_for_a_group_alone(self, seance: Seance, responsable: Utilisateur) -> None:
        demande = DemandeGroupeFactory(maison=seance.lieu.maison)
        lecture = lectures_familles.noter(
            utilisateur=responsable, page="admin:essai", familles=[demande.famille_id], maintenant=maintenant()
        )
        assert lecture is not None
        assert lecture.cadres == [seance.lieu.maison_id]


def adresses(patterns: list[Any], prefixe: str = "", parametres: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        noms = (*parametres, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from adresses(pattern.url_patterns, prefixe, noms)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name, noms


def pages_de_l_equipe() -> list[tuple[str, tuple[str, ...]]]:
    _prefixe, resolver = get_resolver().namespace_dict["admin"]
    return sorted(set(adresses(resolver.url_patterns)))


def texte_de(reponse: Any) -> str:
    if reponse["Content-Type"] == "application/pdf":
        lu = subprocess.run(["pdftotext", "-", "-"], input=reponse.content, capture_output=True, check=True)
        return lu.stdout.decode()
    if reponse["Content-Type"] == "application/json":
        return str(reponse.json())
    return (
        b"".join(reponse).decode(errors="replace") if reponse.streaming else reponse.content.decode(errors="replace")
    )


def a_une_lecture(lue: Inscription) -> bool:
    return Lecture.objects.for_objets(Famille, [lue.famille_id]).exists()


class TestChaquePage:
    # Each page of the staff's site is asked for as GET; the names of those known to show a family, so that an empty
    # walk would fail.
    CONNUES = {
        "index",
        "familles_famille_changelist",
        "familles_famille_change",
        "ateliers_demandegroupe_changelist",
        "ateliers_demandegroupe_change",
        "ateliers_groupepairs_change",
        "ateliers_inscription_changelist",
        "ateliers_inscription_change",
        "ateliers_inscription_annuler",
        "ateliers_seance_change",
        "ateliers_seance_presences",
        "ateliers_seance_feuille",
        "autocomplete",
        "socle_message_changelist",
        "socle_message_change",
        "socle_lecture_change",
    }

    def test_whoever_sees_a_family_leaves_a_row(
        self, equipe: Client, lue: Inscription, en_groupe: MembreGroupe
    ) -> None:
        objets: dict[str, Any] = {
            "familles_famille": lue.famille_id,
            "ateliers_inscription": lue.pk,
            "ateliers_seance": lue.seance_id,
            "ateliers_atelier": lue.seance.atelier_id,
            "socle_message": lue.messages.get().pk,
            "socle_lecture": lectures_familles.noter(
                utilisateur=UtilisateurFactory(),
                page="admin:essai",
                familles=[lue.famille_id],
                maisons=[lue.seance.lieu.maison_id],
                maintenant=maintenant(),
            ).pk,  # type: ignore[union-attr]
            "ateliers_demandegroupe": en_groupe.demande_id,
            "ateliers_groupepairs": en_groupe.groupe_id,
            "maisons_maison": lue.seance.lieu.maison_id,
            "maisons_lieu": lue.seance.lieu_id,
        }
        montrent, oubliees = set(), []
        for nom, parametres in pages_de_l_equipe():
            if nom in ("logout", "login", "view_on_site") or "url" in parametres:
                continue
            modele = "_".join(nom.split("_")[:2])
            connus = {"object_id": objets.get(modele), "pk": lue.pk, "app_label": "ateliers"}
            if any(connus.get(parametre) is None for parametre in parametres):
                continue
            options = {"app_label": "ateliers", "model_name": "inscription", "field_name": "famille", "term": ""}
            dernier = Lecture.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            adresse = reverse(f"admin:{nom}", kwargs={parametre: connus[parametre] for parametre in parametres})
            reponse = equipe.get(adresse, options if nom == "autocomplete" else None)
            if reponse.status_code != 200 or not any(canari in texte_de(reponse) for canari in CANARIS):
                continue
            montrent.add(nom)
            if not Lecture.objects.for_objets(Famille, [lue.famille_id]).filter(pk__gt=dernier).exists():
                oubliees.append(nom)
        assert oubliees == []
        assert montrent >= self.CONNUES, self.CONNUES - montrent

    def test_an_answer_to_a_tick_is_a_read(self, equipe: Client, lue: Inscription) -> None:
        Seance.objects.filter(pk=lue.seance_id).update(debut=dans(minutes=-10))
        adresse = reverse("admin:ateliers_seance_pointer", args=[lue.seance_id, lue.pk])
        reponse = equipe.post(adresse, {"presence": Presence.PRESENTE}, headers={"HX-Request": "true"})
        assert "Zéphyrine" in reponse.content.decode()
        assert a_une_lecture(lue)

    def test_a_preview_that_greets_somebody_is_a_read(self, equipe: Client, lue: Inscription) -> None:
        adresse = reverse("admin:ateliers_seance_ecrire", args=[lue.seance_id])
        reponse = equipe.post(adresse, {"texte": "À mardi !", "etape": "apercu"})
        assert "Zéphyrine" in reponse.content.decode()
        assert a_une_lecture(lue)

    def test_being_told_that_a_contact_has_a_booking_is_a_read(self, equipe: Client, lue: Inscription) -> None:
        adresse = reverse("admin:ateliers_seance_inscrire", args=[lue.seance_id])
        reponse = equipe.post(
            adresse,
            {
                "prenom": "Paul",
                "contact": lue.email,
                "adultes": 1,
                "enfants": 0,
                "canal": "telephone",
                "langue": "fr",
                "cle_idempotence": "4b6b2d5e-2f9a-4f36-9d5e-3a3c8f4c9a11",
                "etape": "inscrire",
            },
        )
        assert reponse.status_code == 422
        assert a_une_lecture(lue)

    def test_figures_are_no_read(self, client: Client, lue: Inscription) -> None:
        entrer(
            client, AffectationFactory(departemental=True, departement=lue.seance.lieu.maison.departement).utilisateur
        )
        client.get(reverse("admin:ateliers_seance_change", args=[lue.seance_id]))
        client.get(reverse("admin:ateliers_seance_presences", args=[lue.seance_id]))
        client.get("/equipe/")
        assert not Lecture.objects.exists()


class TestConsulter:
    @pytest.fixture
    def lecture(self, lue: Inscription) -> Lecture:
        return ligne(
            utilisateur=UtilisateurFactory(prenom="Nadia", nom="Lectrice"),
            page="admin:ateliers_seance_change",
            objets=[lue.famille_id],
            cadres=[lue.seance.lieu.maison_id],
        )

    @pytest.mark.parametrize("qui", QUI)
    def test_who_may_open_the_log(self, client: Client, seance: Seance, lecture: Lecture, qui: str) -> None:
        navigateur = client_de(qui, seance, client)
        attendu = {"responsable": (200, 200), "réseau": (200, 200)}
        refus = (302, 302) if qui == "anonyme" else (403, 403)
        liste, une = navigateur.get(JOURNAL), navigateur.get(f"{JOURNAL}{lecture.pk}/change/")
        obtenu = (liste.status_code, une.status_code)
        if qui in ("parent", "parti"):
            assert set(obtenu) <= {302, 403}
        else:
            assert obtenu == attendu.get(qui, refus)

    def test_the_responsable_reads_who_when_where_and_then_whom(self, equipe: Client, lecture: Lecture) -> None:
        liste = equipe.get(JOURNAL).content.decode()
        assert "Nadia Lectrice" in liste
        assert "Zéphyrine" not in liste
        assert "Zéphyrine" in equipe.get(f"{JOURNAL}{lecture.pk}/change/").content.decode()

    def test_another_house_s_responsable_finds_nothing(self, client: Client, lecture: Lecture) -> None:
        entrer(client, AffectationFactory(role=Role.RESPONSABLE).utilisateur)
        assert "Nadia" not in client.get(JOURNAL).content.decode()
        assert client.get(f"{JOURNAL}{lecture.pk}/change/").status_code == 404

    def test_the_network_reads_no_name(self, client: Client, lecture: Lecture) -> None:
        entrer(client, AffectationFactory(reseau=True).utilisateur)
        une = client.get(f"{JOURNAL}{lecture.pk}/change/").content.decode()
        assert "Nadia Lectrice" in une
        assert "Zéphyrine" not in une

    def test_a_row_of_two_houses_tells_each_its_own(
        self, equipe: Client, lue: Inscription, responsable: Utilisateur
    ) -> None:
        ailleurs = InscriptionFactory(seance__lieu=LieuFactory(maison__nom="Maison lointaine"))
        commune = ligne(
            objets=[lue.famille_id, ailleurs.famille_id],
            cadres=[lue.seance.lieu.maison_id, ailleurs.seance.lieu.maison_id],
        )
        assert "Maison lointaine" not in equipe.get(JOURNAL).content.decode()
        reponse = equipe.get(f"{JOURNAL}{commune.pk}/change/")
        assert reponse.context["lecture"].nombre == 1
        assert "Maison lointaine" not in reponse.content.decode()

    def test_the_reads_of_one_family(self, equipe: Client, lue: Inscription, lecture: Lecture) -> None:
        autre = InscriptionFactory(seance=lue.seance)
        ligne(objets=[autre.famille_id], cadres=lecture.cadres, utilisateur=UtilisateurFactory(nom="Ailleurs"))
        page = equipe.get(reverse("admin:familles_famille_change", args=[lue.famille_id])).content.decode()
        assert f"{JOURNAL}?famille={lue.famille_id}" in page
        trouvees = equipe.get(f"{JOURNAL}?famille={lue.famille_id}").context["cl"].result_list
        assert lecture in trouvees
        assert all(lue.famille_id in trouvee.objets for trouvee in trouvees)

    def test_a_family_of_another_house_is_not_asked_for(self, equipe: Client, lecture: Lecture) -> None:
        ailleurs = InscriptionFactory()
        ligne(objets=[ailleurs.famille_id], cadres=lecture.cadres)
        assert list(equipe.get(f"{JOURNAL}?famille={ailleurs.famille_id}").context["cl"].result_list) == []

    def test_as_many_queries_for_one_row_as_for_thirty(
        self, equipe: Client, lue: Inscription, lecture: Lecture
    ) -> None:
        def requetes() -> int:
            with CaptureQueriesContext(connection) as lues:
                assert equipe.get(JOURNAL).status_code == 200
            return len(lues)

        requetes()
        une = requetes()
        for _ in range(30):
            ligne(objets=[lue.famille_id], cadres=lecture.cadres)
        assert requetes() == une
