"""Closing a house: its sessions fare as was chosen, in one act, and each family is told once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers.enums import SortFermeture, StatutInscription, StatutSeance
from ateliers.fermetures import ApercuFermeture, PlanFermeture, fermer_maison, prevoir_fermeture
from ateliers.models import Seance
from ateliers.occupations import SeanceRefusee
from maisons.enums import Role
from maisons.models import Fermeture, Lieu
from socle.models import Message
from tests.acces import QUI, personne
from tests.ateliers.test_seances import MAINTENANT, a_paris
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    FermetureFactory,
    InscriptionFactory,
    LieuFactory,
    SalleFactory,
    SeanceFactory,
    dans,
)

pytestmark = pytest.mark.django_db

PAGE = "/equipe/ateliers/seance/fermer-une-maison/"


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory(nom="La Maison")
    return lieu


def plan(chez: Lieu, sort: SortFermeture = SortFermeture.ANNULER, **champs: Any) -> PlanFermeture:
    valeurs = {"maison": chez.maison, "du": date(2026, 3, 9), "au": date(2026, 3, 13), "motif": "Travaux"}
    return PlanFermeture(**{**valeurs, **champs}, sort=sort)


def fermer(demande: PlanFermeture, **sorts: SortFermeture) -> ApercuFermeture:
    return fermer_maison(
        plan=demande, sorts={int(nom[1:]): sort for nom, sort in sorts.items()}, maintenant=MAINTENANT
    )


def seance(lieu: Lieu, jour: int, **champs: Any) -> Seance:
    creee: Seance = SeanceFactory(lieu=lieu, debut=a_paris(2026, 3, jour, 14), **champs)
    return creee


def modeles() -> list[str]:
    return sorted(Message.objects.values_list("modele", flat=True))


class TestFermer:
    def test_sessions_of_these_days_are_cancelled_with_the_reason(self, lieu: Lieu) -> None:
        dedans, avant, apres = seance(lieu, 10), seance(lieu, 6), seance(lieu, 14)
        ailleurs = SeanceFactory(debut=a_paris(2026, 3, 10, 14))
        inscription = InscriptionFactory(seance=dedans)
        fermer(plan(lieu))
        for une in (dedans, avant, apres, ailleurs):
            une.refresh_from_db()
        inscription.refresh_from_db()
        assert [une.statut for une in (dedans, avant, apres, ailleurs)] == ["annulee", *["publiee"] * 3]
        assert (dedans.motif_annulation, inscription.statut) == ("Travaux", StatutInscription.ANNULEE)
        assert Fermeture.objects.get().motif == "Travaux"
        assert modeles() == ["seance_annulee"]

    def test_asked_twice_told_once(self, lieu: Lieu) -> None:
        InscriptionFactory(seance=seance(lieu, 10))
        fermer(plan(lieu))
        fermer(plan(lieu))
        assert (Fermeture.objects.count(), modeles()) == (1, ["seance_annulee"])

    def test_held_at_another_place(self, lieu: Lieu) -> None:
        mediatheque = LieuFactory(maison=lieu.maison, nom="Médiathèque")
        deplacee = seance(lieu, 10, salle=SalleFactory(lieu=lieu))
        InscriptionFactory(seance=deplacee)
        demande = plan(lieu, SortFermeture.DEPLACER, lieu=mediatheque)
        for _tour in range(2):
            fermer(demande)
        deplacee.refresh_from_db()
        assert (deplacee.lieu, deplacee.salle, deplacee.debut) == (mediatheque, None, a_paris(2026, 3, 10, 14))
        assert modeles() == ["seance_modifiee"]

    def test_put_off_over_the_change_of_clocks_through_its_own_slots(self, lieu: Lieu) -> None:
        agathe = AffectationFactory(maison=lieu.maison, role=Role.ANIMATEUR).utilisateur
        toutes = [seance(lieu, jour, animateur=agathe) for jour in (10, 17, 24)]
        demande = plan(lieu, SortFermeture.REPORTER, au=date(2026, 3, 24), semaines=1)
        with pytest.raises(SeanceRefusee, match="fermée ce jour-là aussi"):
            fermer(demande)
        fermer(plan(lieu, SortFermeture.REPORTER, au=date(2026, 3, 24), semaines=3))
        for une in toutes:
            une.refresh_from_db()
        assert [une.debut for une in toutes] == [
            a_paris(2026, 3, 31, 14),
            a_paris(2026, 4, 7, 14),
            a_paris(2026, 4, 14, 14),
        ]

    def test_each_session_may_fare_otherwise(self, lieu: Lieu) -> None:
        gardee, annulee = seance(lieu, 10), seance(lieu, 11)
        for une in (gardee, annulee):
            InscriptionFactory(seance=une)
        demande = plan(lieu)
        apercu = prevoir_fermeture(plan=demande, sorts={gardee.pk: SortFermeture.GARDER}, maintenant=MAINTENANT)
        assert dict(apercu.nombres) == {SortFermeture.ANNULER: 1, SortFermeture.GARDER: 1}
        assert apercu.destinataires.joignables == 1
        assert not Fermeture.objects.exists()
        fermer(demande, **{f"s{gardee.pk}": SortFermeture.GARDER})
        gardee.refresh_from_db()
        annulee.refresh_from_db()
        assert (gardee.statut, annulee.statut) == (StatutSeance.PUBLIEE, StatutSeance.ANNULEE)
        assert modeles() == ["seance_annulee"]

    def test_one_that_cannot_move_stops_all(self, lieu: Lieu) -> None:
        agathe = AffectationFactory(maison=lieu.maison, role=Role.ANIMATEUR).utilisateur
        bloquee, autre = seance(lieu, 10, animateur=agathe), seance(lieu, 11)
        InscriptionFactory(seance=autre)
        SeanceFactory(animateur=agathe, debut=a_paris(2026, 3, 17, 14))
        demande = plan(lieu, SortFermeture.REPORTER, semaines=1)
        with pytest.raises(SeanceRefusee, match="n'est pas libre"):
            fermer(demande)
        assert not Fermeture.objects.exists()
        assert modeles() == []
        fermer(demande, **{f"s{bloquee.pk}": SortFermeture.ANNULER})
        assert modeles() == ["seance_modifiee"]

    def test_past_and_cancelled_sessions_stay(self, lieu: Lieu) -> None:
        seance(lieu, 10, annulee=True)
        SeanceFactory(lieu=lieu, debut=MAINTENANT - timedelta(hours=1))
        apercu = prevoir_fermeture(plan=plan(lieu, du=MAINTENANT.date()), sorts={}, maintenant=MAINTENANT)
        assert apercu.lignes == []

    def test_a_family_without_contact_is_counted_apart(self, lieu: Lieu) -> None:
        InscriptionFactory(seance=seance(lieu, 10), email="", telephone="", canal="telephone")
        apercu = prevoir_fermeture(plan=plan(lieu), sorts={}, maintenant=MAINTENANT)
        assert (apercu.destinataires.joignables, apercu.destinataires.sans_contact) == (0, 1)

    def test_preview_is_flat(self, lieu: Lieu) -> None:
        ailleurs = LieuFactory(maison=lieu.maison)

        def compter(n: int) -> int:
            for i in range(n):
                InscriptionFactory(seance=SeanceFactory(lieu=lieu, debut=a_paris(2026, 3, 10, 6 + i)))
            with CaptureQueriesContext(connection) as faites:
                demande = plan(lieu, SortFermeture.DEPLACER, lieu=ailleurs)
                prevoir_fermeture(plan=demande, sorts={}, maintenant=MAINTENANT)
            return len(faites)

        compter(1)
        assert compter(1) == compter(8)


class TestPage:
    def envoi(self, chez: Lieu, **champs: Any) -> dict[str, Any]:
        return {
            "maison": chez.maison_id,
            "du": dans(days=4).date().isoformat(),
            "au": dans(days=6).date().isoformat(),
            "motif": "Travaux",
            "sort": "annuler",
            "etape": "apercu",
            **champs,
        }

    def test_seen_with_numbers_then_done_and_public(self, client: Client, lieu: Lieu) -> None:
        concernee = SeanceFactory(lieu=lieu, titre="Portage")
        InscriptionFactory(seance=concernee)
        equipe = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        assert PAGE in equipe.get("/equipe/ateliers/seance/").content.decode()
        assert equipe.get(PAGE).status_code == 200
        apercu = equipe.post(PAGE, self.envoi(lieu))
        assert "Portage" in apercu.content.decode()
        assert "<b>1 famille</b>" in apercu.content.decode()
        assert not Fermeture.objects.exists()
        reponse = equipe.post(PAGE, self.envoi(lieu, etape="fermer"), follow=True)
        assert "1 séance annulée. 1 famille est prévenue." in reponse.content.decode()
        assert "Travaux" in client.get(lieu.maison.get_absolute_url()).content.decode()
        assert "Travaux" in client.get(concernee.get_absolute_url()).content.decode()

    def test_a_choice_for_one_session_is_kept(self, client: Client, lieu: Lieu) -> None:
        gardee = SeanceFactory(lieu=lieu)
        equipe = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        equipe.post(PAGE, self.envoi(lieu, etape="fermer", **{f"sort-{gardee.pk}": "garder", "sort-x": "garder"}))
        gardee.refresh_from_db()
        assert gardee.statut == StatutSeance.PUBLIEE
        sans_lieu = equipe.post(PAGE, self.envoi(lieu, **{f"sort-{gardee.pk}": "deplacer"}))
        assert "lieu" in sans_lieu.context["form"].errors

    @pytest.mark.parametrize("champs", [{"motif": ""}, {"au": "2020-01-01"}, {"sort": "reporter"}, {"sort": "x"}])
    def test_what_is_missing_is_asked_for(self, client: Client, lieu: Lieu, champs: dict[str, str]) -> None:
        equipe = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        assert equipe.post(PAGE, self.envoi(lieu, **champs, etape="fermer")).status_code == 422
        assert not Fermeture.objects.exists()

    def test_a_place_of_another_house_is_no_choice(self, client: Client, lieu: Lieu) -> None:
        equipe = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        envoi = self.envoi(lieu, sort="deplacer", lieu=LieuFactory().pk, etape="fermer")
        assert "lieu" in equipe.post(PAGE, envoi).context["form"].errors

    @pytest.mark.parametrize("qui", [*QUI, "responsable d'ailleurs"])
    def test_access(self, client: Client, lieu: Lieu, qui: str) -> None:
        concernee = SeanceFactory(lieu=lieu, titre="Portage")
        FermetureFactory()
        qui_est_la = (
            AffectationFactory(role=Role.RESPONSABLE).utilisateur
            if qui == "responsable d'ailleurs"
            else personne(qui, lieu.maison)
        )
        navigateur = client if qui_est_la is None else entrer(client, qui_est_la)
        reponse = navigateur.post(PAGE, self.envoi(lieu, etape="fermer"))
        attendu = {"responsable": 302, "responsable d'ailleurs": 422}
        refus = (302, 403) if qui in ("anonyme", "parent", "parti") else (403,)
        assert reponse.status_code in ((attendu[qui],) if qui in attendu else refus)
        concernee.refresh_from_db()
        assert (concernee.statut == StatutSeance.ANNULEE) == (qui == "responsable")
        assert reverse("admin:ateliers_seance_fermer") == PAGE
