"""The facilitator's pages: who may open them, what they do, and that they cost the same however many families."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ateliers.enums import OrigineMembre, StatutDemande, StatutMembre
from ateliers.groupes import places
from ateliers.groupes.composition import brouillons
from ateliers.groupes.composition.modele import Reglages
from ateliers.models import Composition, DemandeGroupe, EntreeJournal, GroupePairs, MembreGroupe, ThemePropose
from maisons.enums import Role
from socle.models import Message
from tests.acces import QUI, personne
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    DemandeGroupeFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    MembreGroupeFactory,
    SeanceFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db


def page(objet: Any, nom: str = "change") -> str:
    modele = objet._meta.model_name
    return reverse(f"admin:ateliers_{modele}_{nom}", args=[objet.pk])


@pytest.fixture
def groupe() -> GroupePairs:
    lieu = LieuFactory()
    groupe: GroupePairs = GroupePairsFactory(maison=lieu.maison, lieu=lieu)
    return groupe


def brouillon(groupe: GroupePairs, par: Any) -> Composition:
    for n in range(9):
        DemandeGroupeFactory(maison=groupe.maison, repere=dans(days=-20 + n).date(), prenom=f"Fatou-{n}", est_ne=False)
    return brouillons.proposer(
        maisons=[groupe.maison], par=par, reglages=Reglages(), groupes_max=2, maintenant=maintenant()
    )


# 200: opens; 403: of the house, but not for this; 404: elsewhere; 302: to the sign-in.
ACCES = {
    "anonyme": (302, 302, 302, 302, 302),
    "parent": (302, 302, 302, 302, 302),
    "animateur": (200, 200, 403, 200, 200),
    "facilitateur": (200, 200, 200, 200, 200),
    "responsable": (200, 200, 200, 200, 200),
    "animateur d'ailleurs": (404, 404, 404, 404, 404),
    "parti": (302, 302, 302, 302, 302),
    "pilote": (200, 403, 403, 403, 403),
    "pilote d'ailleurs": (404, 404, 404, 403, 403),
    "réseau": (200, 403, 403, 403, 403),
    "partenaire": (403, 403, 403, 403, 403),
}


class TestAcces:
    def test_every_person_is_in_the_table(self) -> None:
        # Who leads a session is, here, who leads the group.
        assert set(QUI) - {"animatrice de la séance"} <= ACCES.keys()

    @pytest.mark.parametrize("qui", ACCES)
    def test_pages(self, qui: str, groupe: GroupePairs, client: Client) -> None:
        membre = MembreGroupeFactory(groupe=groupe, demande__prenom="Zeynep")
        attend = DemandeGroupeFactory(maison=groupe.maison)
        utilisateur = personne("animateur" if qui == "facilitateur" else qui, groupe.maison)
        if qui == "facilitateur":
            groupe.facilitateurs.add(utilisateur)
        composition = brouillon(groupe, AffectationFactory(maison=groupe.maison).utilisateur)
        if utilisateur is not None:
            entrer(client, utilisateur)

        pages = [
            page(groupe),
            page(groupe, "modifier"),
            page(groupe, "clore"),
            page(attend),
            page(composition),
        ]
        reponses = [client.get(adresse) for adresse in pages]

        assert tuple(reponse.status_code for reponse in reponses) == ACCES[qui]
        connait = qui in ("facilitateur", "responsable")
        assert (membre.demande.prenom in reponses[0].content.decode()) is connait

    def test_a_member_of_another_leader_s_group_is_no_one_s_request(self, groupe: GroupePairs, client: Client) -> None:
        membre = MembreGroupeFactory(groupe=groupe)
        entrer(client, AffectationFactory(role=Role.ANIMATEUR, maison=groupe.maison).utilisateur)
        assert client.get(page(membre.demande)).status_code == 404

    def test_a_draft_over_a_house_one_does_not_see_is_not_found(self, groupe: GroupePairs, client: Client) -> None:
        responsable = AffectationFactory(maison=groupe.maison).utilisateur
        composition = brouillon(groupe, responsable)
        composition.maisons.add(LieuFactory().maison)
        assert entrer(client, responsable).get(page(composition)).status_code == 404

    def test_once_validated_only_who_leads_reads_who_is_in_a_draft_s_groups(
        self, groupe: GroupePairs, client: Client
    ) -> None:
        composition = brouillon(groupe, AffectationFactory(role=Role.ANIMATEUR, maison=groupe.maison).utilisateur)
        brouillons.valider(
            composition=composition,
            par=composition.par,
            version=composition.version,
            repondre_avant=dans(days=7),
            maintenant=maintenant(),
        )
        for membre in MembreGroupe.objects.all():
            places.accepter(membre=membre, maintenant=maintenant())
        collegue = AffectationFactory(role=Role.ANIMATEUR, maison=groupe.maison).utilisateur

        assert "Fatou-1" in entrer(Client(), composition.par).get(page(composition)).content.decode()
        lu = entrer(client, collegue).get(page(composition)).content.decode()

        assert "Fatou-" not in lu
        assert "9 familles : qui mène le groupe les connaît." in lu

    def test_an_animateur_cannot_make_herself_leader_of_another_s_group(
        self, groupe: GroupePairs, client: Client
    ) -> None:
        animatrice = AffectationFactory(role=Role.ANIMATEUR, maison=groupe.maison).utilisateur
        meneuse = AffectationFactory(role=Role.ANIMATEUR, maison=groupe.maison).utilisateur
        groupe.facilitateurs.add(meneuse)
        entrer(client, animatrice).post(
            page(groupe, "modifier"),
            {
                "nom": "Bébés du printemps",
                "lieu": groupe.lieu_id,
                "naissances_du": groupe.naissances_du.isoformat(),
                "capacite": 10,
                "rythme": "semaine",
                "langue": "fr",
                "facilitateurs": [animatrice.pk],
            },
        )
        groupe.refresh_from_db()
        # Neither herself in nor the other out.
        assert (groupe.nom, list(groupe.facilitateurs.all())) == ("Bébés du printemps", [meneuse])


@pytest.fixture
def equipe(groupe: GroupePairs, client: Client) -> Client:
    """The house's responsable, signed in."""
    return entrer(client, AffectationFactory(maison=groupe.maison).utilisateur)


class TestAccueillir:
    """A family that waits is taken into a group there is already, by who leads it."""

    def test_who_leads_takes_her_in_at_once(self, groupe: GroupePairs, client: Client) -> None:
        meneuse = AffectationFactory(role=Role.ANIMATEUR, maison=groupe.maison).utilisateur
        groupe.facilitateurs.add(meneuse)
        demande = DemandeGroupeFactory(maison=groupe.maison, repere=groupe.naissances_du)
        entrer(client, meneuse)
        assert "Accueillir dans ce groupe" in client.get(page(demande)).content.decode()

        suite = client.post(page(demande), {"acte": "accueillir", "groupe": groupe.pk})

        assert suite["Location"] == page(groupe)
        membre = MembreGroupe.objects.get()
        assert (membre.statut, membre.origine) == (StatutMembre.MEMBRE, OrigineMembre.EQUIPE)
        assert Message.objects.filter(modele="groupe_bienvenue").exists()

    def test_another_s_group_is_not_hers_to_fill(self, groupe: GroupePairs, client: Client) -> None:
        demande = DemandeGroupeFactory(maison=groupe.maison, repere=groupe.naissances_du)
        entrer(client, AffectationFactory(role=Role.ANIMATEUR, maison=groupe.maison).utilisateur)
        lue = client.get(page(demande)).content.decode()
        assert groupe.nom in lue
        assert "Accueillir dans ce groupe" not in lue
        assert client.post(page(demande), {"acte": "accueillir", "groupe": groupe.pk}).status_code == 404
        assert not MembreGroupe.objects.exists()


class TestFiche:
    def test_a_note_goes_to_the_log_and_names_nobody(self, groupe: GroupePairs, equipe: Client) -> None:
        MembreGroupeFactory(groupe=groupe, demande__prenom="Zeynep")
        nommee = equipe.post(page(groupe), {"acte": "journal", "texte": "Zeynep est débordée."})
        assert nommee.status_code == 422
        assert "retirez « Zeynep »" in nommee.content.decode()
        assert not EntreeJournal.objects.exists()
        assert equipe.post(page(groupe), {"acte": "journal", "texte": "Échange sur le sommeil."}).status_code == 302
        assert EntreeJournal.objects.get().texte == "Échange sur le sommeil."

    def test_a_theme_is_kept_for_the_next_meeting(self, groupe: GroupePairs, equipe: Client) -> None:
        rencontre = SeanceFactory(lieu=groupe.lieu, atelier=None, groupe=groupe, membres=True)
        equipe.post(page(groupe), {"acte": "theme", "texte": "Le portage"})
        theme = ThemePropose.objects.get()
        equipe.post(page(groupe), {"acte": "retenir", "theme": theme.pk, "seance": rencontre.pk})
        theme.refresh_from_db()
        assert theme.seance == rencontre

    def test_who_asked_for_the_group_is_welcomed(self, groupe: GroupePairs, equipe: Client) -> None:
        demande = DemandeGroupeFactory(maison=groupe.maison, groupe_souhaite=groupe, repere=groupe.naissances_du)
        equipe.post(page(groupe), {"acte": "accueillir", "demande": demande.pk})
        assert MembreGroupe.objects.get().statut == StatutMembre.MEMBRE
        assert Message.objects.filter(modele="groupe_bienvenue").exists()

    @pytest.mark.parametrize(("acte", "statut"), [("garder", StatutMembre.MEMBRE), ("liberer", StatutMembre.PARTI)])
    def test_a_birth_outside_the_window_is_decided_with_the_family(
        self, groupe: GroupePairs, equipe: Client, acte: str, statut: str
    ) -> None:
        membre = MembreGroupeFactory(groupe=groupe)
        DemandeGroupe.objects.filter(pk=membre.demande_id).update(repere=groupe.naissances_du - timedelta(days=2))
        assert "À décider ensemble" in equipe.get(page(groupe)).content.decode()

        equipe.post(page(groupe), {"acte": acte, "membre": membre.pk})

        membre.refresh_from_db()
        assert membre.statut == statut
        assert "À décider ensemble" not in equipe.get(page(groupe)).content.decode()

    @pytest.mark.parametrize(("acte", "statut"), [("oui", StatutMembre.MEMBRE), ("non", StatutMembre.DECLINE)])
    def test_an_answer_given_by_voice_is_noted(
        self, groupe: GroupePairs, equipe: Client, acte: str, statut: str
    ) -> None:
        membre = MembreGroupeFactory(groupe=groupe, invite=True)
        assert "A dit oui" in equipe.get(page(groupe)).content.decode()
        equipe.post(page(groupe), {"acte": acte, "membre": membre.pk})
        membre.refresh_from_db()
        assert membre.statut == statut

    def test_a_closed_group_does_not_change(self, groupe: GroupePairs, equipe: Client) -> None:
        theme = ThemePropose.objects.create(groupe=groupe, texte="Le portage")
        GroupePairs.objects.filter(pk=groupe.pk).update(statut="clos", clos_le=maintenant())
        reponse = equipe.post(page(groupe), {"acte": "retirer", "theme": theme.pk}, follow=True)
        assert "il ne change plus" in reponse.content.decode()
        theme.refresh_from_db()
        assert theme.retire_le is None

    def test_another_group_s_rows_are_not_found(self, groupe: GroupePairs, equipe: Client) -> None:
        ailleurs = MembreGroupeFactory()
        assert equipe.post(page(groupe), {"acte": "sortir", "membre": ailleurs.pk}).status_code == 404

    def test_it_costs_the_same_for_one_member_or_five(
        self, groupe: GroupePairs, equipe: Client, django_assert_num_queries: Any
    ) -> None:
        def remplir() -> None:
            membre = MembreGroupeFactory(groupe=GroupePairs.objects.get(pk=groupe.pk))
            rencontre = SeanceFactory(lieu=groupe.lieu, atelier=None, groupe=groupe, membres=True, passee=True)
            InscriptionFactory(seance=rencontre, famille=membre.demande.famille)
            DemandeGroupeFactory(maison=groupe.maison, groupe_souhaite=groupe)

        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        remplir()
        equipe.get(page(groupe))
        with CaptureQueriesContext(
            connection,
        ) as une:
            equipe.get(page(groupe))
        for _fois in range(4):
            remplir()
        with django_assert_num_queries(len(une)):
            equipe.get(page(groupe))


class TestRencontres:
    def test_dates_are_seen_then_made(self, groupe: GroupePairs, equipe: Client) -> None:
        lundi = maintenant().date() + timedelta(days=7 - maintenant().date().weekday())
        saisie = {
            "premier_jour": lundi.isoformat(),
            "heure": "10:00",
            "duree_minutes": 90,
            "jusqu_au": (lundi + timedelta(weeks=6)).isoformat(),
            "cle": "6f9f6c46-59cc-4c5a-8f0e-0d8d9d6a1b11",
        }
        apercu = equipe.post(page(groupe, "rencontres"), {**saisie, "etape": "apercu"})
        jours = [prevu.jour.isoformat() for prevu in apercu.context["retenus"]]
        assert len(jours) >= 2
        assert not groupe.seances.exists()
        equipe.post(page(groupe, "rencontres"), {**saisie, "etape": "creer", "garder": jours})
        assert groupe.seances.count() == len(jours)

    def test_a_saturday_contradicts_a_weekday_group(self, groupe: GroupePairs, equipe: Client) -> None:
        jour = maintenant().date()
        samedi = jour + timedelta(days=(5 - jour.weekday()) % 7 + 7)
        reponse = equipe.post(
            page(groupe, "rencontres"),
            {
                "premier_jour": samedi.isoformat(),
                "heure": "10:00",
                "duree_minutes": 90,
                "jusqu_au": (samedi + timedelta(weeks=6)).isoformat(),
                "cle": "6f9f6c46-59cc-4c5a-8f0e-0d8d9d6a1b12",
                "etape": "apercu",
            },
        )
        assert reponse.status_code == 422
        assert "autre jour que le samedi" in reponse.content.decode()


class TestComposition:
    def test_from_those_who_wait_to_their_invitations(self, groupe: GroupePairs, equipe: Client) -> None:
        for n in range(9):
            DemandeGroupeFactory(maison=groupe.maison, repere=dans(days=-20 + n).date(), est_ne=False)
        equipe.post(
            reverse("admin:ateliers_composition_add"),
            {
                "maisons": [groupe.maison_id],
                "taille_min": 8,
                "taille_max": 12,
                "fenetre_semaines": 8,
                "groupes_max": 2,
            },
        )
        composition = Composition.objects.get()
        une = DemandeGroupe.objects.order_by("pk")[0]
        equipe.post(page(composition), {"acte": "deplacer", "version": 0, "demande": [une.pk], "vers": "file"})
        ancienne = equipe.post(page(composition, "valider"), {"version": 0, "repondre_avant": dans(days=7).date()})
        assert ancienne.status_code == 302
        assert GroupePairs.objects.count() == 1

        equipe.post(page(composition, "valider"), {"version": 1, "repondre_avant": dans(days=7).date()})

        assert GroupePairs.objects.count() == 2
        une.refresh_from_db()
        assert une.statut == StatutDemande.EN_ATTENTE
        assert MembreGroupe.objects.filter(statut=StatutMembre.INVITE).count() == 8

    def test_the_list_shows_a_timeline_and_only_one_s_own_requests(self, groupe: GroupePairs, equipe: Client) -> None:
        DemandeGroupeFactory(maison=groupe.maison, prenom="Salima")
        DemandeGroupeFactory(prenom="Oksana")
        texte = equipe.get(reverse("admin:ateliers_demandegroupe_changelist")).content.decode()
        assert "frise__point" in texte
        assert "Salima" in texte
        assert "Oksana" not in texte
