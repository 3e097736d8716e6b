"""Copying a season: same weekday, same hour, only what may be, once; drafts that are opened together."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ateliers.enums import StatutSeance
from ateliers.models import Seance, Serie
from ateliers.occupations import SeanceRefusee
from ateliers.saisons import Copie, LigneCopie, copier_saison, prevoir_copie
from maisons.enums import Role
from maisons.models import Lieu
from socle.models import Message
from tests.acces import QUI, personne
from tests.ateliers.test_seances import MAINTENANT, a_paris, creer, projet
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    FermetureFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    PermanenceFactory,
    SalleFactory,
    SeanceFactory,
    dans,
)

pytestmark = pytest.mark.django_db

PAGE = "/equipe/ateliers/seance/copier-une-saison/"


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory(nom="La Maison")
    return lieu


def copie(lieu: Lieu, **champs: Any) -> Copie:
    """Winter 2026 again in spring, thirteen weeks later, over the change of clocks."""
    valeurs = {
        "maison": lieu.maison,
        "du": date(2026, 3, 2),
        "au": date(2026, 3, 15),
        "vers_le": date(2026, 6, 1),
        "jusqu_au": date(2026, 6, 30),
    }
    return Copie(**{**valeurs, **champs})


def voir(demande: Copie) -> list[LigneCopie]:
    return prevoir_copie(copie=demande, maintenant=MAINTENANT)


def copier(demande: Copie, cle: uuid.UUID | None = None, sauf: set[int] = frozenset()) -> list[Seance]:  # type: ignore[assignment]
    choisies = {ligne.modele.pk for ligne in voir(demande)} - sauf
    return copier_saison(copie=demande, choisies=choisies, cle=cle or uuid.uuid4(), maintenant=MAINTENANT)


class TestCopier:
    def test_weekday_and_hour_stay_over_a_change_of_clocks(self, lieu: Lieu) -> None:
        salle, agathe = (
            SalleFactory(lieu=lieu),
            AffectationFactory(maison=lieu.maison, role=Role.ANIMATEUR).utilisateur,
        )
        modele = SeanceFactory(
            lieu=lieu,
            debut=a_paris(2026, 3, 3, 14),
            salle=salle,
            animateur=agathe,
            precisions="Ce jour-là, entrée par la cour",
            inscriptions_du=a_paris(2026, 2, 17, 9),
        )
        InscriptionFactory(seance=modele)
        (copiee,) = copier(copie(lieu))
        assert (copiee.debut, copiee.fin - copiee.debut) == (a_paris(2026, 6, 2, 14), timedelta(minutes=90))
        assert (copiee.titre, copiee.salle, copiee.animateur) == (modele.titre, salle, agathe)
        assert (copiee.statut, copiee.precisions, copiee.adultes_pris) == (StatutSeance.BROUILLON, "", 0)
        assert copiee.inscriptions_du == a_paris(2026, 5, 19, 9)
        assert not Message.objects.exists()

    def test_a_series_becomes_a_series_of_its_own(self, lieu: Lieu) -> None:
        ancienne = creer(projet(lieu=lieu, regle={"nombre": 2}))
        copiees = copier(copie(lieu))
        (nouvelle,) = Serie.objects.exclude(pk=ancienne.pk)
        assert {seance.serie_id for seance in copiees} == {nouvelle.pk}
        assert nouvelle.dates_choisies == [date(2026, 6, 2), date(2026, 6, 9)]
        assert (nouvelle.heure, nouvelle.rrule) == (ancienne.heure, "")

    def test_twice_the_same_form_is_one_copy(self, lieu: Lieu) -> None:
        creer(projet(lieu=lieu, regle={"nombre": 2}))
        demande, cle = copie(lieu), uuid.uuid4()
        choisies = {ligne.modele.pk for ligne in voir(demande)}
        for _tour in range(2):
            creees = copier_saison(copie=demande, choisies=choisies, cle=cle, maintenant=MAINTENANT)
            assert len(creees) == 2
        assert (Seance.objects.count(), Serie.objects.count()) == (4, 2)

    def test_the_same_form_with_another_line_ticked_is_still_one_copy(self, lieu: Lieu) -> None:
        """Back in the browser, then sent again."""
        creer(projet(lieu=lieu, regle={"nombre": 2}))
        demande, cle = copie(lieu), uuid.uuid4()
        premiere, seconde = (ligne.modele.pk for ligne in voir(demande))
        copiees = copier(demande, cle, sauf={seconde})
        assert copier(demande, cle, sauf={premiere}) == copiees
        assert (Seance.objects.count(), Serie.objects.count()) == (3, 2)

    def test_two_of_a_series_on_one_day_are_both_copied(self, lieu: Lieu) -> None:
        """One was moved by hand to the day of the other: the new series holds that day once."""
        serie = creer(projet(lieu=lieu, regle={"nombre": 2}))
        premiere, seconde = serie.seances.order_by("debut")
        un_peu_avant = seconde.debut - timedelta(hours=3)
        Seance.objects.filter(pk=premiere.pk).update(debut=un_peu_avant, fin=un_peu_avant + timedelta(hours=1))
        copiees = copier(copie(lieu))
        assert sorted(seance.serie_id is not None for seance in copiees) == [False, True]
        assert Serie.objects.exclude(pk=serie.pk).get().dates_choisies == [date(2026, 6, 9)]

    def test_another_copy_finds_them_there(self, lieu: Lieu) -> None:
        creer(projet(lieu=lieu, regle={"nombre": 2}))
        copier(copie(lieu))
        assert {ligne.motif_exclusion for ligne in voir(copie(lieu))} == {"déjà au programme"}
        with pytest.raises(SeanceRefusee, match="ne reste aucune"):
            copier(copie(lieu))

    def test_what_is_left_out_and_why(self, lieu: Lieu) -> None:
        def seance(jour: int, **champs: Any) -> Seance:
            modele: Seance = SeanceFactory(lieu=lieu, debut=a_paris(2026, 3, jour, 14), **champs)
            return modele

        FermetureFactory(maison=lieu.maison, du=date(2026, 6, 2), au=date(2026, 6, 2), motif="Travaux")
        seance(3)  # → 2 June, closed
        seance(4)  # → 3 June
        seance(5)
        seance(6, annulee=True)
        seance(7, atelier=None, groupe=GroupePairsFactory(maison=lieu.maison, lieu=lieu))
        seance(8, atelier=None, permanence=PermanenceFactory(lieu=lieu))
        seance(12)  # → 11 June
        SeanceFactory(debut=a_paris(2026, 3, 4, 14))  # of another house
        retiree = seance(9)
        retiree.atelier.actif = False
        retiree.atelier.save()
        motifs = {ligne.jour: ligne.motif_exclusion for ligne in voir(copie(lieu, jusqu_au=date(2026, 6, 10)))}
        assert motifs == {
            date(2026, 6, 2): "maison fermée : Travaux",
            date(2026, 6, 3): "",
            date(2026, 6, 4): "",
            date(2026, 6, 8): "cet atelier n'est plus au catalogue",
            date(2026, 6, 11): "hors de la nouvelle période",
        }

    def test_public_and_school_holidays(self, lieu: Lieu) -> None:
        SeanceFactory(lieu=lieu, debut=a_paris(2026, 3, 6, 14))
        mai = {"vers_le": date(2026, 4, 27), "jusqu_au": date(2026, 5, 10)}
        (ligne,) = voir(copie(lieu, **mai))
        assert "jour férié" in ligne.motif_exclusion
        (ligne,) = voir(copie(lieu, **mai, sauf_feries=False))
        assert ligne.possible
        avril = {"vers_le": date(2026, 4, 13), "jusqu_au": date(2026, 4, 20)}
        (ligne,) = voir(copie(lieu, **avril, sauf_vacances=True))
        assert "vacances" in ligne.motif_exclusion

    def test_a_busy_leader_is_listed_and_left_out(self, lieu: Lieu) -> None:
        agathe = AffectationFactory(maison=lieu.maison, role=Role.ANIMATEUR).utilisateur
        prise, libre = (
            SeanceFactory(lieu=lieu, animateur=agathe, debut=a_paris(2026, 3, jour, 14)) for jour in (3, 4)
        )
        SeanceFactory(animateur=agathe, debut=a_paris(2026, 6, 2, 15))
        lignes = {ligne.modele.pk: ligne for ligne in voir(copie(lieu))}
        assert "n'est pas libre" in lignes[prise.pk].empechements[0]
        (copiee,) = copier(copie(lieu))
        assert copiee.atelier_id == libre.atelier_id

    def test_a_leader_who_left_leads_no_copy(self, lieu: Lieu) -> None:
        partie = AffectationFactory(maison=lieu.maison, role=Role.ANIMATEUR, au=date(2026, 12, 1))
        partie.du, partie.au = date(2026, 1, 1), date(2026, 5, 1)
        partie.save()
        SeanceFactory(lieu=lieu, animateur=partie.utilisateur, debut=a_paris(2026, 3, 3, 14))
        (ligne,) = voir(copie(lieu))
        assert (ligne.sans_son_animateur, ligne.possible) == (True, True)
        (copiee,) = copier(copie(lieu))
        assert copiee.animateur is None

    def test_lines_may_be_dropped(self, lieu: Lieu) -> None:
        gardee, retiree = (SeanceFactory(lieu=lieu, debut=a_paris(2026, 3, jour, 14)) for jour in (3, 4))
        copiees = copier(copie(lieu), sauf={retiree.pk})
        assert [seance.atelier_id for seance in copiees] == [gardee.atelier_id]

    def test_foreign_ids_copy_nothing(self, lieu: Lieu) -> None:
        SeanceFactory(lieu=lieu, debut=a_paris(2026, 3, 3, 14))
        etrangere = SeanceFactory(debut=a_paris(2026, 3, 3, 14))
        with pytest.raises(SeanceRefusee):
            copier_saison(copie=copie(lieu), choisies={etrangere.pk}, cle=uuid.uuid4(), maintenant=MAINTENANT)

    def test_flat_whatever_the_number_of_sessions(self, lieu: Lieu) -> None:
        def compter(n: int) -> int:
            for i in range(n):
                SeanceFactory(lieu=lieu, debut=a_paris(2026, 3, 3 + i % 5, 8 + i))
            with CaptureQueriesContext(connection) as faites:
                voir(copie(lieu))
            return len(faites)

        compter(1)
        assert compter(1) == compter(8)


class TestPage:
    def envoi(self, lieu: Lieu, **champs: Any) -> dict[str, Any]:
        lundi = dans().date() - timedelta(days=dans().date().weekday())
        return {
            "maison": lieu.maison_id,
            "du": (lundi - timedelta(weeks=1)).isoformat(),
            "au": (lundi - timedelta(days=1)).isoformat(),
            "vers_le": (lundi + timedelta(weeks=1)).isoformat(),
            "jusqu_au": (lundi + timedelta(weeks=2, days=-1)).isoformat(),
            "cle": str(uuid.uuid4()),
            "etape": "apercu",
            **champs,
        }

    def passee(self, lieu: Lieu) -> Seance:
        lundi = dans().replace(hour=12, minute=0, second=0) - timedelta(days=dans().weekday())
        seance: Seance = SeanceFactory(lieu=lieu, titre="Portage", debut=lundi - timedelta(weeks=1))
        return seance

    def test_seen_then_copied_then_opened_together(self, client: Client, lieu: Lieu) -> None:
        modele = self.passee(lieu)
        equipe = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        assert PAGE in equipe.get("/equipe/ateliers/seance/").content.decode()
        assert equipe.get(PAGE).status_code == 200
        envoi = self.envoi(lieu)
        apercu = equipe.post(PAGE, envoi)
        assert f'value="{modele.pk}" checked' in re.sub(r"\s+", " ", apercu.content.decode())
        assert Seance.objects.count() == 1
        for _tour in range(2):
            reponse = equipe.post(PAGE, {**envoi, "etape": "copier", "garder": [modele.pk, "x"]})
            assert reponse.status_code == 302
        copiee = Seance.objects.exclude(pk=modele.pk).get()
        liste = equipe.get(reponse["Location"])
        assert [seance.pk for seance in liste.context["cl"].result_list] == [copiee.pk]
        equipe.post("/equipe/ateliers/seance/", {"action": "publier", "_selected_action": [copiee.pk], "index": 0})
        copiee.refresh_from_db()
        assert copiee.statut == StatutSeance.PUBLIEE

    def test_nothing_to_copy_says_so(self, client: Client, lieu: Lieu) -> None:
        equipe = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
        reponse = equipe.post(PAGE, self.envoi(lieu))
        assert reponse.status_code == 422
        assert "aucune séance" in reponse.content.decode()
        inverse = equipe.post(PAGE, self.envoi(lieu, vers_le="2020-01-06"))
        assert "vers_le" in inverse.context["form"].errors

    @pytest.mark.parametrize("qui", QUI)
    def test_access(self, client: Client, lieu: Lieu, qui: str) -> None:
        self.passee(lieu)
        qui_est_la = personne(qui, lieu.maison)
        navigateur = client if qui_est_la is None else entrer(client, qui_est_la)
        attendu = {"animatrice de la séance": 200, "animateur": 200, "responsable": 200, "animateur d'ailleurs": 422}
        reponse = navigateur.post(PAGE, self.envoi(lieu))
        refus = (302, 403) if qui in ("anonyme", "parent", "parti") else (403,)
        assert reponse.status_code in ((attendu[qui],) if qui in attendu else refus)
        assert ("Portage" in reponse.content.decode()) == (attendu.get(qui) == 200)
