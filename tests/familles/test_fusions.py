"""Records of one family: found by contact or child, merged value by value without losing a seat, or told apart."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.contenttypes.fields import GenericRelation
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers import reprises
from ateliers.enums import STATUTS_AVEC_PLACE, CanalInscription, StatutInscription
from ateliers.inscriptions import DemandeInscription, InscriptionRefusee, inscrire_famille
from ateliers.models import EnfantInscrit, Inscription, Seance
from familles import doublons, fusions, lectures, rattachement
from familles.fusions import FusionRefusee
from familles.models import Enfant, Famille, FamillesDistinctes, Fusion
from maisons.enums import Role
from maisons.models import Maison
from socle.models import Lecture, Message, Utilisateur
from socle.suivi import Evenement
from tests.acces import QUI, client_de
from tests.ateliers.test_courses import ensemble
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    EnfantFactory,
    EnfantInscritFactory,
    FamilleFactory,
    InscriptionFactory,
    LieuFactory,
    SeanceFactory,
    maintenant,
)

pytestmark = pytest.mark.django_db

NAISSANCE = date(2026, 3, 3)
PAGE = "/equipe/familles/famille/doublons/"


@pytest.fixture
def maison() -> Maison:
    maison: Maison = LieuFactory().maison
    return maison


@pytest.fixture
def nadia(maison: Maison) -> Utilisateur:
    utilisateur: Utilisateur = AffectationFactory(maison=maison, role=Role.RESPONSABLE).utilisateur
    return utilisateur


@pytest.fixture
def equipe(client: Client, nadia: Utilisateur) -> Client:
    return entrer(client, nadia)


def seance_de(maison: Maison, **options: Any) -> Seance:
    seance: Seance = SeanceFactory(lieu=maison.lieux.get(), **options)
    return seance


def connue(maison: Maison, seance: Seance | None = None, **famille: Any) -> Famille:
    """A family that booked at the house."""
    inscription = InscriptionFactory(seance=seance or seance_de(maison), famille=FamilleFactory(**famille))
    trouvee: Famille = inscription.famille
    return trouvee


def fusionner(premiere: Famille, seconde: Famille, par: Utilisateur, **options: Any) -> Fusion:
    return fusions.fusionner(
        **{
            "premiere": premiere.pk,
            "seconde": seconde.pk,
            "choix": dict.fromkeys(("prenom", "email", "telephone", "langue"), "premiere"),
            "memes_enfants": {},
            "reponses": {},
            "par": par,
            "maintenant": maintenant(),
            **options,
        }
    )


def assis(seance: Seance) -> int:
    return seance.inscriptions.filter(statut__in=STATUTS_AVEC_PLACE).aggregate(n=Sum("adultes"))["n"] or 0


class TestTrouver:
    def raisons(self, *familles: Famille) -> list[tuple[str, ...]]:
        return [p.raisons for p in doublons.chercher(Famille.objects.filter(pk__in=[f.pk for f in familles]))]

    def test_one_telephone(self) -> None:
        une = FamilleFactory(telephone="+33612345678")
        autre = FamilleFactory(email="", telephone="+33612345678")
        assert self.raisons(une, autre, FamilleFactory(telephone="+33612345679")) == [("même téléphone",)]

    @pytest.mark.parametrize("ecrite", ["ines.k+bebe@exemple.fr", "inesk@exemple.fr"])
    def test_one_mailbox_spelled_otherwise(self, ecrite: str) -> None:
        une, autre = FamilleFactory(email="ines.k@exemple.fr"), FamilleFactory(email=ecrite)
        assert self.raisons(une, autre, FamilleFactory(email="ines.k@ailleurs.fr")) == [
            ("adresses e-mail très proches",)
        ]

    @pytest.mark.parametrize(
        ("prenoms", "proches"),
        [
            (("Inès", "ines"), True),
            (("Marie-Lou", "Marie"), True),
            (("Zélie", "Zelia"), True),
            (("Inès", "Paul"), False),
        ],
    )
    def test_close_first_names_and_one_child_s_date(self, prenoms: tuple[str, str], proches: bool) -> None:
        familles = [FamilleFactory(prenom=prenom) for prenom in prenoms]
        for famille in familles:
            EnfantFactory(famille=famille, naissance=NAISSANCE)
        assert self.raisons(*familles) == ([("prénom proche, enfant né le même jour",)] if proches else [])

    def test_what_was_said_to_be_two_families_is_not_asked_again(self, nadia: Utilisateur, maison: Maison) -> None:
        une = connue(maison, telephone="+33612345678")
        autre = connue(maison, telephone="+33612345678")
        for _ in range(2):
            fusions.distinguer(premiere=autre.pk, seconde=une.pk, par=nadia, maintenant=maintenant())
        assert FamillesDistinctes.objects.count() == 1
        assert self.raisons(une, autre) == []

    def test_a_telephone_of_many_is_nobody_s(self) -> None:
        familles = FamilleFactory.create_batch(8, telephone="+33612345678")
        assert self.raisons(*familles) == []

    def test_as_many_queries_for_one_pair_as_for_twenty(self, equipe: Client, maison: Maison) -> None:
        def paire(n: int) -> None:
            for _ in range(2):
                EnfantFactory(famille=connue(maison, telephone=f"+3361234{n:04d}"), naissance=NAISSANCE)

        paire(0)
        equipe.get(PAGE)
        with CaptureQueriesContext(connection) as une:
            equipe.get(PAGE)
        for n in range(1, 20):
            paire(n)
        with CaptureQueriesContext(connection) as vingt:
            assert len(equipe.get(PAGE).context["paires"]) >= 20
        assert len(vingt) == len(une)


class TestFusionner:
    def test_each_value_is_chosen_and_the_contact_that_goes_stays_known(
        self, nadia: Utilisateur, maison: Maison
    ) -> None:
        une = connue(maison, prenom="Ines", email="ines@exemple.fr", telephone="+33612345678")
        autre = connue(maison, prenom="Inès", email="ines.k@exemple.fr", telephone="+33698765432", langue="en")
        fusion = fusionner(
            une,
            autre,
            nadia,
            choix={"prenom": "seconde", "email": "premiere", "telephone": "seconde", "langue": "premiere"},
        )
        une.refresh_from_db()
        autre.refresh_from_db()
        assert (une.prenom, une.email, str(une.telephone), une.langue) == (
            "Inès",
            "ines@exemple.fr",
            "06 98 76 54 32",
            "fr",
        )
        assert autre.fusionnee_dans == une
        assert fusion.choix == {
            "prenom": "absorbee",
            "telephone": "absorbee",
            "langue": "conservee",
            "email": "conservee",
        }
        seance = seance_de(maison)
        demande = DemandeInscription(prenom="Inès", email="ines.k@exemple.fr", cle_idempotence=uuid.uuid4())
        assert inscrire_famille(seance=seance, demande=demande, maintenant=maintenant()).famille == une

    def test_the_e_mail_that_is_kept_says_which_record_stays(self, nadia: Utilisateur, maison: Maison) -> None:
        une, autre = connue(maison), connue(maison)
        choix = dict.fromkeys(("prenom", "telephone", "langue"), "premiere") | {"email": "seconde"}
        assert fusionner(une, autre, nadia, choix=choix).conservee == autre

    def test_a_telephone_alone_joins_the_record_with_an_address(self, nadia: Utilisateur, maison: Maison) -> None:
        seule = connue(maison, email="", telephone="+33612345678")
        adresse = connue(maison, email="ines@exemple.fr", telephone="")
        fusionner(seule, adresse, nadia)
        adresse.refresh_from_db()
        assert str(adresse.telephone) == "06 12 34 56 78"
        demande = DemandeInscription(prenom="Inès", telephone="+33612345678", cle_idempotence=uuid.uuid4())
        inscription = inscrire_famille(seance=seance_de(maison), demande=demande, maintenant=maintenant())
        assert inscription.famille == adresse

    def test_a_value_that_differs_needs_an_answer(self, nadia: Utilisateur, maison: Maison) -> None:
        une, autre = connue(maison), connue(maison)
        with pytest.raises(FusionRefusee, match="quelle valeur"):
            fusionner(une, autre, nadia, choix={})
        assert not Fusion.objects.exists()

    def test_bookings_follow_with_their_own_contact_and_nobody_is_told(
        self, nadia: Utilisateur, maison: Maison
    ) -> None:
        une, autre = connue(maison), connue(maison)
        inscription = autre.inscriptions.get()
        fusion = fusionner(une, autre, nadia)
        inscription.refresh_from_db()
        assert (inscription.famille, inscription.email) == (une, autre.email)
        assert fusion.reprises["ateliers.inscription"] == [inscription.pk]
        assert not Message.objects.exists()

    def test_the_same_child_is_one_and_the_other_moves(self, nadia: Utilisateur, maison: Maison) -> None:
        une, autre = connue(maison), connue(maison)
        gardee = EnfantFactory(famille=une, naissance=NAISSANCE)
        double = EnfantFactory(famille=autre, naissance=NAISSANCE, terme_prevu=date(2026, 3, 20), prenom="Lou")
        aine = EnfantFactory(famille=autre, naissance=date(2024, 1, 1))
        lien = EnfantInscritFactory(inscription=autre.inscriptions.get(), enfant=double)
        fusionner(une, autre, nadia, memes_enfants={double.pk: gardee.pk})
        assert set(une.enfants.values_list("pk", flat=True)) == {gardee.pk, aine.pk}
        gardee.refresh_from_db()
        assert (gardee.prenom, gardee.terme_prevu) == ("Lou", date(2026, 3, 20))
        assert EnfantInscrit.objects.get(pk=lien.pk).enfant == gardee

    def test_children_of_other_families_are_not_taken(self, nadia: Utilisateur, maison: Maison) -> None:
        une, autre = connue(maison), connue(maison)
        ailleurs = EnfantFactory()
        with pytest.raises(FusionRefusee, match="enfants"):
            fusionner(une, autre, nadia, memes_enfants={ailleurs.pk: EnfantFactory(famille=une).pk})
        assert Enfant.objects.filter(pk=ailleurs.pk).exists()

    def test_a_chain_is_one_step_long(self, nadia: Utilisateur, maison: Maison) -> None:
        a, b, c = connue(maison), connue(maison), connue(maison)
        fusionner(b, a, nadia)
        fusionner(c, b, nadia)
        assert set(Famille.objects.filter(fusionnee_dans=c)) == {a, b}

    def test_what_was_distinct_of_one_is_distinct_of_both(self, nadia: Utilisateur, maison: Maison) -> None:
        a, b, c = connue(maison), connue(maison), connue(maison)
        fusions.distinguer(premiere=b.pk, seconde=c.pk, par=nadia, maintenant=maintenant())
        fusionner(a, b, nadia)
        distinctes = FamillesDistinctes.objects.get()
        assert {distinctes.premiere, distinctes.seconde} == {a, c}

    def test_what_was_done_is_in_the_history_and_stays(self, nadia: Utilisateur, maison: Maison) -> None:
        une, autre = connue(maison), connue(maison)
        fusion = fusionner(une, autre, nadia)
        assert autre.historique.order_by("-pgh_id").first().fusionnee_dans_id == une.pk  # type: ignore[attr-defined]
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            Fusion.objects.filter(pk=fusion.pk).update(choix={})

    def test_every_row_that_follows_a_family_has_its_place_in_a_merge(self) -> None:
        """A new foreign key to a family or a child must say what a merge does with it."""
        siens = {Enfant, Famille, Fusion, FamillesDistinctes}
        lies = {
            lien.field.remote_field.through if lien.many_to_many else lien.related_model
            for modele in (Famille, Enfant)
            for lien in modele._meta.related_objects
            if not issubclass(lien.related_model, Evenement)
        }
        assert lies - siens == fusions.modeles_repris() & lies
        assert not any(isinstance(champ, GenericRelation) for champ in Famille._meta.private_fields)


class TestDeuxReservationsUneSeance:
    @pytest.fixture
    def seance(self, maison: Maison) -> Seance:
        return seance_de(maison, capacite_adultes=4, capacite_enfants=4)

    @pytest.fixture
    def deux(self, maison: Maison, seance: Seance) -> tuple[Inscription, Inscription]:
        une = InscriptionFactory(seance=seance, adultes=1, enfants=1)
        autre = InscriptionFactory(seance=seance, adultes=2, enfants=1, canal=CanalInscription.TELEPHONE)
        Seance.objects.filter(pk=seance.pk).update(adultes_accueil=2, enfants_accueil=1)
        return une, autre

    def tout(self, seance: Seance) -> tuple[int, int, int, int]:
        seance.refresh_from_db()
        return seance.adultes_pris, seance.enfants_pris, seance.adultes_accueil, seance.enfants_accueil

    def test_without_an_answer_nothing_is_merged(
        self, nadia: Utilisateur, deux: tuple[Inscription, Inscription]
    ) -> None:
        with pytest.raises(FusionRefusee, match="dites laquelle reste"):
            fusionner(deux[0].famille, deux[1].famille, nadia)
        assert not Fusion.objects.exists()

    def test_one_stays_and_the_seats_of_the_other_are_offered(
        self, nadia: Utilisateur, seance: Seance, deux: tuple[Inscription, Inscription]
    ) -> None:
        une, autre = deux
        attend = InscriptionFactory(seance=seance, attente=True, adultes=3, enfants=1)
        fusionner(une.famille, autre.famille, nadia, reponses={f"seance-{seance.pk}": str(une.pk)})
        autre.refresh_from_db()
        attend.refresh_from_db()
        assert autre.statut == StatutInscription.ANNULEE
        assert attend.statut == StatutInscription.PROPOSEE
        assert self.tout(seance) == (4, 2, 0, 0)
        assert assis(seance) == 4
        assert {m.modele for m in Message.objects.all()} == {"proposition"}

    def test_the_second_may_be_the_one_that_stays(
        self, nadia: Utilisateur, seance: Seance, deux: tuple[Inscription, Inscription]
    ) -> None:
        une, autre = deux
        fusionner(une.famille, autre.famille, nadia, reponses={f"seance-{seance.pk}": str(autre.pk)})
        autre.refresh_from_db()
        assert (autre.statut, autre.famille) == (StatutInscription.CONFIRMEE, une.famille)
        assert self.tout(seance) == (2, 1, 2, 1)

    def test_both_become_one_with_all_their_seats(
        self, nadia: Utilisateur, seance: Seance, deux: tuple[Inscription, Inscription]
    ) -> None:
        une, autre = deux
        fusionner(une.famille, autre.famille, nadia, reponses={f"seance-{seance.pk}": reprises.ENSEMBLE})
        une.refresh_from_db()
        assert (une.adultes, une.enfants) == (3, 2)
        assert self.tout(seance) == (3, 2, 0, 0)
        assert assis(seance) == 3

    def test_a_past_session_keeps_both_as_they_were(self, nadia: Utilisateur, maison: Maison) -> None:
        passee = seance_de(maison, passee=True)
        une, autre = InscriptionFactory(seance=passee), InscriptionFactory(seance=passee)
        fusion = fusionner(une.famille, autre.famille, nadia)
        autre.refresh_from_db()
        assert autre.statut == StatutInscription.CONFIRMEE
        assert autre.famille_id == fusion.absorbee_id
        assert fusion.reprises["ateliers.inscription_restee"] == [autre.pk]


class TestDeuxMaisons:
    def test_another_house_s_session_is_neither_shown_nor_decided(
        self, equipe: Client, nadia: Utilisateur, maison: Maison
    ) -> None:
        une, autre = connue(maison, prenom="Inès"), connue(maison, prenom="Inès")
        lointaine = SeanceFactory(titre="Atelier lointain")
        la = InscriptionFactory(seance=lointaine, famille=une)
        bas = InscriptionFactory(seance=lointaine, famille=autre)
        page = equipe.get(f"{PAGE}{une.pk}/{autre.pk}/").content.decode()
        assert "lointain" not in page
        assert "1 inscription," in page
        fusionner(une, autre, nadia)
        la.refresh_from_db()
        bas.refresh_from_db()
        lointaine.refresh_from_db()
        assert (la.statut, bas.statut, lointaine.adultes_pris) == ("confirmee", "confirmee", 2)
        assert (la.famille, bas.famille) == (une, autre)

    def test_a_record_out_of_sight_cannot_be_merged(self, nadia: Utilisateur, maison: Maison) -> None:
        une, ailleurs = connue(maison), InscriptionFactory().famille
        with pytest.raises(FusionRefusee, match="n'existe plus"):
            fusionner(une, ailleurs, nadia)

    def test_a_pair_with_another_house_s_family_is_not_proposed(self, equipe: Client, maison: Maison) -> None:
        connue(maison, telephone="+33612345678")
        FamilleFactory(telephone="+33612345678", prenom="Lointaine")
        InscriptionFactory(famille=Famille.objects.get(prenom="Lointaine"))
        assert equipe.get(PAGE).context["paires"] == []


class TestPages:
    @pytest.fixture
    def paire(self, maison: Maison) -> tuple[Famille, Famille]:
        seance = seance_de(maison)
        return (
            connue(maison, seance, prenom="Inès", telephone="+33612345678"),
            connue(maison, seance, prenom="Ines", telephone="+33612345678"),
        )

    @pytest.mark.parametrize("qui", QUI)
    def test_who_may_merge(self, client: Client, maison: Maison, paire: tuple[Famille, Famille], qui: str) -> None:
        navigateur = client_de(qui, paire[0].inscriptions.get().seance, client)
        adresses = (PAGE, f"{PAGE}{paire[0].pk}/{paire[1].pk}/")
        statuts = {navigateur.get(adresse).status_code for adresse in adresses}
        assert (statuts == {200}) is (qui == "responsable")
        if qui != "responsable":
            assert statuts <= {302, 403}
            assert navigateur.post(adresses[1], {"etape": "distinguer"}).status_code in (302, 403)
            assert not FamillesDistinctes.objects.exists()

    def test_from_the_list_to_one_family(
        self, equipe: Client, nadia: Utilisateur, paire: tuple[Famille, Famille]
    ) -> None:
        une, autre = paire
        liste = equipe.get(PAGE)
        assert "même téléphone" in liste.content.decode()
        adresse = f"{PAGE}{une.pk}/{autre.pk}/"
        assert adresse in liste.content.decode()
        seance = une.inscriptions.get().seance
        donnees = {"prenom": "premiere", "email": "premiere", "etape": "fusionner"}
        oubli = equipe.post(adresse, donnees)
        assert oubli.status_code == 422
        reponse = equipe.post(adresse, {**donnees, f"seance-{seance.pk}": reprises.ENSEMBLE}, follow=True)
        assert reponse.redirect_chain[-1][0] == reverse("admin:familles_famille_change", args=[une.pk])
        assert equipe.get(PAGE).context["paires"] == []
        assert Lecture.objects.for_objets(Famille, [autre.pk]).filter(page="admin:familles_famille_fusion").exists()

    def test_the_record_that_went_leads_to_the_one_that_stayed(
        self, equipe: Client, nadia: Utilisateur, maison: Maison
    ) -> None:
        une, autre = connue(maison, prenom="Reste"), connue(maison, prenom="Partie")
        InscriptionFactory(famille=autre, seance=seance_de(maison, passee=True))
        fusionner(une, autre, nadia)
        # Still known by a booking that stayed its own.
        Inscription.objects.filter(famille=une, seance__debut__lt=maintenant()).update(famille=autre)
        reponse = equipe.get(reverse("admin:familles_famille_change", args=[autre.pk]))
        assert reponse["Location"] == reverse("admin:familles_famille_change", args=[une.pk])
        assert "Partie" not in equipe.get("/equipe/familles/famille/").content.decode()

    def test_who_read_the_record_that_went_is_said_on_the_family_s_page(
        self, equipe: Client, nadia: Utilisateur, maison: Maison
    ) -> None:
        une, autre, etrangere = connue(maison), connue(maison), connue(maison)
        lues = {"avant": [autre.pk], "les-deux": [une.pk, autre.pk], "pas-elle": [etrangere.pk]}
        lignes = {
            page: lectures.noter(
                utilisateur=nadia, page=page, familles=pks, maisons=[maison.pk], maintenant=maintenant()
            )
            for page, pks in lues.items()
        }
        vers = fusionner(une, autre, nadia).conservee
        liste = equipe.get(f"/equipe/socle/lecture/?famille={vers.pk}").context["cl"].result_list
        assert {lecture.page: lecture.nombre for lecture in liste} == {"avant": 1, "les-deux": 1}
        fiche = equipe.get(f"/equipe/socle/lecture/{lignes['avant'].pk}/change/", follow=True)
        assert [famille.pk for famille in fiche.context["familles"]] == [vers.pk]

    def test_they_are_not_the_same(self, equipe: Client, paire: tuple[Famille, Famille]) -> None:
        equipe.post(f"{PAGE}{paire[0].pk}/{paire[1].pk}/", {"etape": "distinguer"})
        assert equipe.get(PAGE).context["paires"] == []
        assert Famille.objects.filter(fusionnee_dans__isnull=True).count() == 2

    def test_another_house_s_record_answers_as_an_absent_one(self, equipe: Client, maison: Maison) -> None:
        une, ailleurs = connue(maison), InscriptionFactory().famille
        for seconde in (ailleurs.pk, 10**9, une.pk):
            assert equipe.get(f"{PAGE}{une.pk}/{seconde}/").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.course
class TestCourses:
    def test_two_people_merge_one_pair_once(self, nadia: Utilisateur, maison: Maison) -> None:
        une, autre = connue(maison), connue(maison)

        def reunir(premiere: Famille, seconde: Famille) -> Callable[[], str]:
            return lambda: str(fusionner(premiere, seconde, nadia).pk)

        resultats = ensemble([reunir(une, autre), reunir(autre, une), reunir(une, autre), reunir(autre, une)])
        assert sum(isinstance(resultat, FusionRefusee) for resultat in resultats) == 3, resultats
        assert Fusion.objects.count() == 1

    def test_control_without_the_lock_the_second_is_not_told(
        self, nadia: Utilisateur, maison: Maison, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        une, autre = connue(maison), connue(maison)
        lues = threading.Barrier(2)

        def sans_verrou(premiere: int, seconde: int, *_reste: object) -> tuple[Famille, Famille]:
            familles = Famille.objects.get(pk=premiere), Famille.objects.get(pk=seconde)
            lues.wait(timeout=60)
            return familles

        monkeypatch.setattr(fusions, "_verrouiller", sans_verrou)
        resultats = ensemble([lambda: str(fusionner(une, autre, nadia).pk)] * 2)
        assert not any(isinstance(resultat, FusionRefusee) for resultat in resultats)
        # Both went to the end: only the unique record that goes, in the database, stopped the second.
        assert sum(isinstance(resultat, DatabaseError) for resultat in resultats) == 1, resultats

    def _reserver_pendant(self, nadia: Utilisateur, maison: Maison) -> tuple[Famille, Inscription]:
        """A family books with the contact that goes, while its record is being merged."""
        une, autre = connue(maison), connue(maison)
        seance = seance_de(maison)
        verrouillees, reserve = threading.Event(), threading.Event()

        def reunir() -> str:
            with transaction.atomic():
                fusionner(une, autre, nadia)
                verrouillees.set()
                # Long enough for the booking to have found the record that goes, and to wait for its row.
                reserve.wait(timeout=1.5)
            return "réunies"

        def reserver() -> str:
            verrouillees.wait(timeout=30)
            demande = DemandeInscription(prenom="Inès", email=autre.email, cle_idempotence=uuid.uuid4())
            try:
                return str(inscrire_famille(seance=seance, demande=demande, maintenant=maintenant()).pk)
            except InscriptionRefusee as refus:
                return refus.code
            finally:
                reserve.set()

        resultats = ensemble([reunir, reserver])
        assert resultats[0] == "réunies", resultats
        return une, Inscription.objects.get(pk=int(str(resultats[1])))

    def test_a_booking_that_comes_during_a_merge_is_the_family_s(self, nadia: Utilisateur, maison: Maison) -> None:
        une, inscription = self._reserver_pendant(nadia, maison)
        assert inscription.famille == une

    def test_control_without_a_second_look_it_is_nobody_s(
        self, nadia: Utilisateur, maison: Maison, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            rattachement, "verrouiller", lambda pk: Famille.objects.select_for_update(no_key=True).get(pk=pk)
        )
        une, inscription = self._reserver_pendant(nadia, maison)
        assert inscription.famille != une

    def test_a_cancellation_during_a_merge_is_not_undone_by_it(self, nadia: Utilisateur, maison: Maison) -> None:
        from ateliers.enums import AnnuleePar
        from ateliers.inscriptions import annuler_inscription

        for _ in range(3):
            une, autre = connue(maison), connue(maison)
            inscription = autre.inscriptions.get()

            def annuler(inscription: Inscription = inscription) -> str:
                return annuler_inscription(
                    inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant()
                ).statut

            def reunir(une: Famille = une, autre: Famille = autre) -> str:
                return str(fusionner(une, autre, nadia).pk)

            resultats = ensemble([annuler, reunir])
            assert not any(isinstance(resultat, Exception) for resultat in resultats), resultats
            inscription.refresh_from_db()
            inscription.seance.refresh_from_db()
            assert (inscription.statut, inscription.famille_id) == (StatutInscription.ANNULEE, une.pk)
            assert inscription.seance.adultes_pris == 0
