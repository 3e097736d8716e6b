"""A family's own page about its group, by its signed link: what it may do, and what it never sees of others."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ateliers import mots
from ateliers.enums import OrigineMembre, Presence, StatutDemande, StatutInscription, StatutMembre
from ateliers.groupes import places, vie
from ateliers.models import DemandeGroupe, GroupePairs, Inscription, MembreGroupe, ReponseBilan, Seance, ThemePropose
from familles import silence
from socle import liens
from socle.enums import StatutMessage
from socle.models import Message, Opposition
from tests.factories import (
    DemandeGroupeFactory,
    GroupePairsFactory,
    LieuFactory,
    MembreGroupeFactory,
    SeanceFactory,
    UtilisateurFactory,
    dans,
)

pytestmark = pytest.mark.django_db

PAGES = ("mon_groupe", "mon_groupe_ics", "groupe_arreter")
ACTES = (
    "groupe_repondre",
    "groupe_souhaiter",
    "groupe_retirer",
    "groupe_prenom",
    "groupe_themes",
    "groupe_quitter",
    "groupe_bilan",
    "groupe_naissance",
    "groupe_arreter",
    "groupe_reprendre",
    "groupe_langue",
)


def adresse(page: str, demande: DemandeGroupe, *reste: Any) -> str:
    return reverse(f"ateliers:{page}", args=[liens.signer("groupe", demande.pk), *reste])


def texte(reponse: Any) -> str:
    return re.sub(r"\s+", " ", reponse.content.decode().replace("\u00a0", " ").replace("&#x27;", "'"))


def lire(client: Client, demande: DemandeGroupe, page: str = "mon_groupe") -> str:
    reponse = client.get(adresse(page, demande))
    assert reponse.status_code == 200
    return texte(reponse)


def agir(client: Client, demande: DemandeGroupe, page: str, *reste: Any, **champs: Any) -> str:
    """What the page says afterwards."""
    return texte(client.post(adresse(page, demande, *reste), champs, follow=True))


@pytest.fixture
def groupe() -> GroupePairs:
    """A group of babies of about two months, which has met once."""
    jour = timezone.localdate()
    groupe: GroupePairs = GroupePairsFactory(
        nom="Les bébés d'automne",
        naissances_du=jour - timedelta(days=80),
        naissances_au=jour - timedelta(days=25),
        premiere_rencontre=jour - timedelta(days=7),
        heure="14:00",
    )
    return groupe


@pytest.fixture
def rencontres(groupe: GroupePairs) -> list[Seance]:
    return [
        SeanceFactory(
            lieu=groupe.lieu, atelier=None, groupe=groupe, membres=True, debut=dans(days=n), titre=groupe.nom
        )
        for n in (-7, 7, 21, 35)
    ]


def entrer_dans(groupe: GroupePairs, prenom: str = "Inès", **champs: Any) -> MembreGroupe:
    """A member by the real way: asked, and welcomed with a booking at each meeting to come."""
    demande = DemandeGroupeFactory(
        prenom=prenom, maison=groupe.maison, repere=groupe.naissances_du + timedelta(days=20), **champs
    )
    membre = places.ajouter_membre(
        groupe=groupe, demande=demande, origine=OrigineMembre.EQUIPE, maintenant=timezone.now()
    )
    Message.objects.all().delete()
    return membre


@pytest.fixture
def ines(groupe: GroupePairs, rencontres: list[Seance]) -> MembreGroupe:
    return entrer_dans(groupe)


class TestLien:
    @pytest.mark.parametrize("page", PAGES)
    def test_is_private(self, client: Client, ines: MembreGroupe, page: str) -> None:
        reponse = client.get(adresse(page, ines.demande))

        assert reponse.status_code == 200
        assert reponse["Cache-Control"] == "private, no-store"
        assert reponse["X-Robots-Tag"] == "noindex, nofollow"
        assert reponse["Referrer-Policy"] == "same-origin"
        assert not reponse.cookies

    @pytest.mark.parametrize("page", sorted({*PAGES, *ACTES}))
    @pytest.mark.parametrize("jeton", ["x", "1.", ".", "1.aaaaaaaaaaaaaaaa", "é.a", "0" * 400, "%00"])
    def test_tampered_is_not_found(self, client: Client, page: str, jeton: str) -> None:
        assert client.get(reverse(f"ateliers:{page}", args=[jeton])).status_code == 404

    @pytest.mark.parametrize("page", sorted({*PAGES, *ACTES}))
    def test_of_another_use_is_not_found(self, client: Client, ines: MembreGroupe, page: str) -> None:
        jeton = liens.signer("reservation", ines.demande.pk)

        for methode in (client.get, client.post):
            assert methode(reverse(f"ateliers:{page}", args=[jeton])).status_code in (404, 405)

    @pytest.mark.parametrize("page", sorted({*PAGES, *ACTES}))
    def test_long_after_the_end_it_says_nothing(self, client: Client, page: str) -> None:
        demande = DemandeGroupeFactory(
            prenom="Inès", statut=StatutDemande.RETIREE, retiree_le=dans(days=-61), cree_le=dans(days=-90)
        )

        reponse = client.get(adresse(page, demande))

        assert reponse.status_code == 410
        assert demande.maison.nom not in texte(reponse)

    @pytest.mark.parametrize("page", ACTES)
    def test_reading_changes_nothing(self, client: Client, ines: MembreGroupe, page: str) -> None:
        """Mail scanners open every link."""
        champs = {"reponse": "non", "visible": "oui", "texte": "Le sommeil", "langue": "en", "jour": "01/01/2026"}

        for methode in (client.get, client.head):
            methode(adresse(page, ines.demande), champs)

        ines.refresh_from_db()
        assert (ines.statut, ines.prenom_visible, ines.demande.langue) == (StatutMembre.MEMBRE, False, "fr")
        assert not Message.objects.exists()
        assert not Opposition.objects.exists()
        assert not ThemePropose.objects.exists()

    @pytest.mark.parametrize("page", ACTES)
    def test_another_site_cannot_act(self, client: Client, ines: MembreGroupe, page: str) -> None:
        reponse = client.post(adresse(page, ines.demande), headers={"sec-fetch-site": "cross-site"})

        assert reponse.status_code == 403

    @pytest.mark.parametrize("page", ["ma_reservation", "reservation_annuler", "inscription_faite"])
    @pytest.mark.parametrize("passee", [True, False])
    def test_the_link_of_a_reminder_leads_here(
        self, client: Client, ines: MembreGroupe, rencontres: list[Seance], page: str, passee: bool
    ) -> None:
        """It never cancels a member's booking, and still opens when the meeting is over."""
        inscription = Inscription.objects.filter(famille=ines.demande.famille).earliest("seance__debut")
        if passee:
            Seance.objects.filter(pk=inscription.seance_id).update(debut=dans(days=-2), fin=dans(days=-1))
        lien = reverse(f"ateliers:{page}", args=[liens.signer("reservation", inscription.pk)])

        for reponse in (client.get(lien), *([client.post(lien)] if page == "reservation_annuler" else [])):
            assert reponse["Location"] == adresse("mon_groupe", ines.demande)
        inscription.refresh_from_db()
        assert inscription.statut == StatutInscription.CONFIRMEE


class TestPrenoms:
    """A first name is shown between two who both agreed, and nowhere else."""

    @pytest.mark.parametrize(
        ("moi", "autre", "vu"), [(False, False, False), (True, False, False), (False, True, False), (True, True, True)]
    )
    def test_only_with_both_opt_ins(
        self, client: Client, ines: MembreGroupe, groupe: GroupePairs, moi: bool, autre: bool, vu: bool
    ) -> None:
        malik = entrer_dans(groupe, "Malik")
        vie.montrer_prenom(membre=ines, visible=moi)
        vie.montrer_prenom(membre=malik, visible=autre)

        assert ("Malik" in lire(client, ines.demande)) is vu
        assert ("Inès" in lire(client, malik.demande)) is vu

    @pytest.mark.parametrize("etat", ["invite", "parti", "autre groupe"])
    def test_never_of_who_is_no_member_of_this_group(
        self, client: Client, ines: MembreGroupe, groupe: GroupePairs, etat: str
    ) -> None:
        vie.montrer_prenom(membre=ines, visible=True)
        if etat == "invite":
            autre = MembreGroupeFactory(groupe=groupe, demande__prenom="Malik", invite=True, prenom_visible=True)
        else:
            autre = entrer_dans(groupe if etat == "parti" else GroupePairsFactory(), "Malik")
            vie.montrer_prenom(membre=autre, visible=True)
        if etat == "parti":
            places.quitter(membre=autre, maintenant=timezone.now())

        assert "Malik" not in lire(client, ines.demande)
        assert "Inès" not in lire(client, autre.demande)

    def test_taken_back_at_once(self, client: Client, ines: MembreGroupe, groupe: GroupePairs) -> None:
        malik = entrer_dans(groupe, "Malik")
        for membre in (ines, malik):
            agir(client, membre.demande, "groupe_prenom", visible="oui")
        assert "Inès" in lire(client, malik.demande)

        page = agir(client, ines.demande, "groupe_prenom", visible="non")

        assert "Malik" not in page
        assert "Inès" not in lire(client, malik.demande)

    def test_no_page_nor_message_tells_a_contact_or_who_voted(
        self, client: Client, ines: MembreGroupe, groupe: GroupePairs
    ) -> None:
        malik = entrer_dans(groupe, "Malik", famille__email="malik@exemple.fr")
        for membre in (ines, malik):
            vie.montrer_prenom(membre=membre, visible=True)
        vie.proposer_theme(groupe=groupe, texte="Le sommeil", membre=malik, maintenant=timezone.now())

        page = lire(client, ines.demande)

        assert "malik@" not in page
        assert page.count("Malik") == 1
        assert "1 voix" in page


class TestInvitation:
    @pytest.fixture
    def membre(self, groupe: GroupePairs, rencontres: list[Seance]) -> MembreGroupe:
        membre: MembreGroupe = MembreGroupeFactory(groupe=groupe, invite=True)
        return membre

    def test_yes_in_one_tap(self, client: Client, membre: MembreGroupe) -> None:
        assert "vous garde une place" in lire(client, membre.demande)

        page = agir(client, membre.demande, "groupe_repondre", reponse="oui")

        membre.refresh_from_db()
        assert membre.statut == StatutMembre.MEMBRE
        assert "bienvenue dans le groupe" in page
        assert "Prochaine rencontre" in page
        assert Inscription.objects.filter(famille=membre.demande.famille).count() == 3

    @pytest.mark.parametrize(
        ("reponse", "statut", "phrase"),
        [
            ("attendre", StatutDemande.EN_ATTENTE, "Vous gardez votre tour"),
            ("non", StatutDemande.RETIREE, "La place va à une autre famille"),
        ],
    )
    def test_no_keeps_or_ends_the_wait(
        self, client: Client, membre: MembreGroupe, reponse: str, statut: str, phrase: str
    ) -> None:
        page = agir(client, membre.demande, "groupe_repondre", reponse=reponse)

        membre.demande.refresh_from_db()
        assert membre.demande.statut == statut
        assert phrase in page

    def test_too_late_is_said(self, client: Client, membre: MembreGroupe) -> None:
        MembreGroupe.objects.filter(pk=membre.pk).update(repondre_avant=dans(minutes=-1))

        assert "Oui, je viens" not in lire(client, membre.demande)
        reponse = client.post(adresse("groupe_repondre", membre.demande), {"reponse": "oui"})

        assert reponse.status_code == 422
        assert "Le délai pour répondre est passé" in texte(reponse)

    def test_anything_else_changes_nothing(self, client: Client, membre: MembreGroupe) -> None:
        agir(client, membre.demande, "groupe_repondre", reponse="peut-être")

        membre.refresh_from_db()
        assert membre.statut == StatutMembre.INVITE


class TestAttente:
    def test_tells_the_rank_for_the_group_asked(self, client: Client, groupe: GroupePairs) -> None:
        file = [
            DemandeGroupeFactory(groupe_souhaite=groupe, maison=groupe.maison, en_attente_depuis=dans(days=-n))
            for n in (1, 3, 2)
        ]
        DemandeGroupeFactory(maison=groupe.maison, en_attente_depuis=dans(days=-9))

        assert "Vous êtes en position 3" in lire(client, file[0])
        assert "Vous êtes en tête" in lire(client, file[1])
        assert "Vous êtes en position 2" in lire(client, file[2])

    def test_a_group_found_since_is_asked_for_in_one_tap(self, client: Client, groupe: GroupePairs) -> None:
        demande = DemandeGroupeFactory(repere=groupe.naissances_du)
        assert "Je demande celui-ci" in lire(client, demande)

        page = agir(client, demande, "groupe_souhaiter", groupe=groupe.pk)

        demande.refresh_from_db()
        assert demande.groupe_souhaite == groupe
        assert "Vous êtes en tête" in page

    @pytest.mark.parametrize("cas", ["clos", "caché", "inconnu", "x"])
    def test_one_that_parents_may_not_find_is_not_found(self, client: Client, cas: str) -> None:
        demande = DemandeGroupeFactory()
        numero: Any = {
            "clos": lambda: GroupePairsFactory(statut="clos", clos_le=timezone.now()).pk,
            "caché": lambda: GroupePairsFactory(accepte_demandes=False).pk,
            "inconnu": lambda: 99_999_999,
            "x": lambda: "x",
        }[cas]()

        assert client.post(adresse("groupe_souhaiter", demande), {"groupe": numero}).status_code == 404

    def test_withdrawn_after_one_question(self, client: Client) -> None:
        demande = DemandeGroupeFactory()
        assert "Retirer votre demande ?" in lire(client, demande, "groupe_retirer")

        page = agir(client, demande, "groupe_retirer")

        demande.refresh_from_db()
        assert demande.statut == StatutDemande.RETIREE
        assert "Vous n'attendez plus de groupe" in page
        assert not Message.objects.exists()


class TestRencontres:
    def test_one_tap_says_absent_and_one_takes_it_back(
        self, client: Client, ines: MembreGroupe, groupe: GroupePairs, rencontres: list[Seance]
    ) -> None:
        seance = rencontres[1]
        page = agir(client, ines.demande, "groupe_rencontre", seance.reference, venir="non")
        inscription = Inscription.objects.get(seance=seance, famille=ines.demande.famille)
        seance.refresh_from_db()

        assert "Votre place dans le groupe reste la vôtre" in page
        assert "Je viendrai finalement" in page
        assert inscription.presence == Presence.EXCUSEE
        assert inscription.statut == StatutInscription.CONFIRMEE
        assert seance.adultes_pris == 1

        agir(client, ines.demande, "groupe_rencontre", seance.reference, venir="oui")
        inscription.refresh_from_db()
        assert inscription.presence == ""

    def test_of_another_group_is_not_found(self, client: Client, ines: MembreGroupe) -> None:
        ailleurs = SeanceFactory(atelier=None, groupe=GroupePairsFactory(), membres=True)

        assert client.post(adresse("groupe_rencontre", ines.demande, ailleurs.reference)).status_code == 404

    def test_a_past_one_cannot_be_excused(self, client: Client, ines: MembreGroupe, rencontres: list[Seance]) -> None:
        Seance.objects.filter(pk=rencontres[1].pk).update(debut=dans(hours=-1))

        reponse = client.post(adresse("groupe_rencontre", ines.demande, rencontres[1].reference), {"venir": "non"})

        assert reponse.status_code == 422
        assert "Cette séance a déjà commencé" in texte(reponse)

    def test_here_i_am_at_the_door(self, client: Client, ines: MembreGroupe, rencontres: list[Seance]) -> None:
        Seance.objects.filter(pk=rencontres[1].pk).update(debut=dans(minutes=5), fin=dans(minutes=95))
        assert "Je suis là" in lire(client, ines.demande)

        agir(client, ines.demande, "groupe_la", rencontres[1].reference)

        inscription = Inscription.objects.get(seance=rencontres[1], famille=ines.demande.famille)
        assert inscription.presence == Presence.PRESENTE

    def test_calendar_holds_the_meetings_and_leads_to_the_page(
        self, client: Client, ines: MembreGroupe, rencontres: list[Seance]
    ) -> None:
        reponse = client.get(adresse("mon_groupe_ics", ines.demande))
        contenu = reponse.content.decode().replace("\r\n ", "")

        assert contenu.count("BEGIN:VEVENT") == 3
        assert adresse("mon_groupe", ines.demande) in contenu
        assert contenu.count("CLASS:PRIVATE") == 3
        meme = client.get(adresse("mon_groupe_ics", ines.demande), headers={"If-None-Match": reponse["ETag"]})
        assert meme.status_code == 304

    def test_calendar_is_empty_once_she_has_left(self, client: Client, ines: MembreGroupe) -> None:
        places.quitter(membre=ines, maintenant=timezone.now())

        assert b"BEGIN:VEVENT" not in client.get(adresse("mon_groupe_ics", ines.demande)).content


def test_what_the_team_writes_to_the_members_is_read_on_their_page(
    client: Client, ines: MembreGroupe, rencontres: list[Seance]
) -> None:
    """An SMS holds none of it: it leads here."""
    texte_ecrit = "Pensez à prendre une couverture."
    mots.envoyer(
        seance=rencontres[1], texte=texte_ecrit, par=UtilisateurFactory(equipe=True), maintenant=timezone.now()
    )
    assert texte_ecrit in lire(client, ines.demande)


class TestThemes:
    def test_proposed_then_voted(self, client: Client, ines: MembreGroupe, groupe: GroupePairs) -> None:
        malik = entrer_dans(groupe, "Malik")
        assert "Le sommeil" in agir(client, ines.demande, "groupe_themes", texte="Le sommeil")
        propose = ThemePropose.objects.get()

        assert "2 voix" in agir(client, malik.demande, "groupe_vote", propose.pk, pour="oui")
        assert "1 voix" in agir(client, malik.demande, "groupe_vote", propose.pk, pour="non")

    @pytest.mark.parametrize(("saisie", "phrase"), [("", "Écrivez le thème"), ("x" * 81, "trop long")])
    def test_what_is_wrong_is_said(self, client: Client, ines: MembreGroupe, saisie: str, phrase: str) -> None:
        reponse = client.post(adresse("groupe_themes", ines.demande), {"texte": saisie})

        assert reponse.status_code == 422
        assert phrase in texte(reponse)

    def test_one_proposed_twice_is_said(self, client: Client, ines: MembreGroupe) -> None:
        agir(client, ines.demande, "groupe_themes", texte="Le sommeil")

        assert "déjà proposé" in agir(client, ines.demande, "groupe_themes", texte="le  SOMMEIL")

    def test_of_another_group_is_not_found(self, client: Client, ines: MembreGroupe) -> None:
        ailleurs = vie.proposer_theme(groupe=GroupePairsFactory(), texte="Ailleurs", maintenant=timezone.now())

        assert client.post(adresse("groupe_vote", ines.demande, ailleurs.pk), {"pour": "oui"}).status_code == 404
        assert "Ailleurs" not in lire(client, ines.demande)

    def test_who_only_waits_cannot(self, client: Client) -> None:
        demande = DemandeGroupeFactory()

        for page in ("groupe_themes", "groupe_prenom"):
            assert client.post(adresse(page, demande), {"texte": "x", "visible": "oui"}).status_code == 404


class TestNaissance:
    def membre_enceinte(self, groupe: GroupePairs) -> MembreGroupe:
        demande = DemandeGroupeFactory(
            attendu=True, repere=timezone.localdate() + timedelta(days=3), maison=groupe.maison
        )
        return places.ajouter_membre(
            groupe=groupe, demande=demande, origine=OrigineMembre.EQUIPE, maintenant=timezone.now()
        )

    def test_asked_near_the_due_date(self, client: Client) -> None:
        proche = DemandeGroupeFactory(attendu=True, repere=timezone.localdate() + timedelta(days=10))
        loin = DemandeGroupeFactory(attendu=True, repere=timezone.localdate() + timedelta(days=100))

        assert "Votre bébé est né ?" in lire(client, proche)
        assert "Votre bébé est né ?" not in lire(client, loin)
        assert "Mon bébé est né" in lire(client, loin)

    def test_recomputed_and_still_of_the_group(self, client: Client, groupe: GroupePairs) -> None:
        groupe.naissances_au = timezone.localdate() + timedelta(days=10)
        groupe.save()
        membre = self.membre_enceinte(groupe)

        page = agir(client, membre.demande, "groupe_naissance", jour=f"{timezone.localdate():%d/%m/%Y}")

        membre.demande.refresh_from_db()
        assert membre.demande.est_ne
        assert membre.demande.repere == timezone.localdate()
        assert "Bienvenue à votre bébé" in page
        assert "n'a plus tout à fait l'âge" not in page

    def test_outside_the_window_is_said_plainly_and_the_place_stays(self, client: Client, groupe: GroupePairs) -> None:
        membre = self.membre_enceinte(groupe)
        jour = timezone.localdate() - timedelta(days=2)

        page = agir(client, membre.demande, "groupe_naissance", jour=f"{jour:%d/%m/%Y}")

        membre.refresh_from_db()
        assert membre.statut == StatutMembre.MEMBRE
        assert "n'a plus tout à fait l'âge du groupe" in page
        assert "Changer de groupe" in page

    @pytest.mark.parametrize(
        ("jour", "phrase"),
        [
            ("", "Indiquez le jour"),
            ("01/01/2099", "n'est pas encore là"),
            ("01/01/2000", "trop ancienne"),
            ("x", "jour, le mois"),
        ],
    )
    def test_what_is_wrong_is_said(self, client: Client, jour: str, phrase: str) -> None:
        demande = DemandeGroupeFactory(attendu=True)

        reponse = client.post(adresse("groupe_naissance", demande), {"jour": jour})

        assert reponse.status_code == 422
        assert phrase in texte(reponse)
        demande.refresh_from_db()
        assert not demande.est_ne


class TestToutArreter:
    def test_one_page_one_button_no_reason(self, client: Client, ines: MembreGroupe) -> None:
        page = lire(client, ines.demande, "groupe_arreter")

        assert "Tout arrêter" in page
        for mot in ("décès", "deuil", "fausse couche", "perte", "raison :"):
            assert mot not in page.lower()

    def test_stops_what_waits_and_what_would_come(
        self, client: Client, ines: MembreGroupe, groupe: GroupePairs, rencontres: list[Seance]
    ) -> None:
        from ateliers.groupes import messages
        from ateliers.rappels import deposer_rappels
        from socle.envoi import envoyer_messages_dus

        messages.bienvenue(ines, maintenant=timezone.now())
        assert Message.objects.filter(statut=StatutMessage.A_ENVOYER).exists()

        page = agir(client, ines.demande, "groupe_arreter")

        assert "Tout est arrêté" in page
        assert "bébé" not in page.split("<main")[1].split("</main>")[0].lower()
        ines.refresh_from_db()
        assert ines.statut == StatutMembre.PARTI
        le = rencontres[1].debut - timedelta(hours=47)
        deposer_rappels(maintenant=le)
        assert envoyer_messages_dus(maintenant=le).envoyes == 0
        assert not Message.objects.filter(statut=StatutMessage.A_ENVOYER).exists()

    def test_from_every_state(self, client: Client, groupe: GroupePairs) -> None:
        invite = MembreGroupeFactory(groupe=groupe, invite=True).demande
        attend = DemandeGroupeFactory()

        for demande in (invite, attend):
            assert "Tout est arrêté" in agir(client, demande, "groupe_arreter")

    def test_messages_may_come_again(self, client: Client) -> None:
        demande = DemandeGroupeFactory()
        agir(client, demande, "groupe_arreter")

        page = agir(client, demande, "groupe_reprendre")

        assert "vous recevrez de nouveau nos messages" in page
        assert not Opposition.objects.exists()

    def test_tells_the_others_nothing(self, client: Client, ines: MembreGroupe, groupe: GroupePairs) -> None:
        malik = entrer_dans(groupe, "Malik")
        for membre in (ines, malik):
            vie.montrer_prenom(membre=membre, visible=True)
        Message.objects.all().delete()

        silence.tout_arreter(famille=ines.demande.famille, maintenant=timezone.now())

        assert "Inès" not in lire(client, malik.demande)
        assert not Message.objects.exists()


class TestQuitter:
    @pytest.mark.parametrize(("attendre", "statut"), [("", StatutDemande.RETIREE), ("oui", StatutDemande.EN_ATTENTE)])
    def test_after_one_question(
        self, client: Client, ines: MembreGroupe, groupe: GroupePairs, attendre: str, statut: str
    ) -> None:
        assert "Quitter le groupe ?" in lire(client, ines.demande, "groupe_quitter")

        agir(client, ines.demande, "groupe_quitter", attendre=attendre)

        ines.demande.refresh_from_db()
        groupe.refresh_from_db()
        assert ines.demande.statut == statut
        assert groupe.binomes_pris == 0


class TestBilan:
    REPONSES = {"connaitre": "1", "parler": "2", "aise": "3", "pros": "4"}

    def test_anonymous_and_once(self, client: Client, ines: MembreGroupe, groupe: GroupePairs) -> None:
        assert "Deux minutes pour nous aider" in lire(client, ines.demande)
        assert "Je connais d'autres parents" in lire(client, ines.demande, "groupe_bilan")

        page = agir(client, ines.demande, "groupe_bilan", **self.REPONSES)

        assert "gardées sans votre nom" in page
        assert "Deux minutes pour nous aider" not in page
        feuille = ReponseBilan.objects.get()
        assert feuille.reponses == {"connaitre": 1, "parler": 2, "aise": 3, "pros": 4}
        assert {champ.name for champ in ReponseBilan._meta.get_fields()} == {"id", "groupe", "moment", "reponses"}
        # A second sending finds nothing to answer.
        assert client.post(adresse("groupe_bilan", ines.demande), self.REPONSES).status_code == 302
        assert ReponseBilan.objects.count() == 1

    def test_empty_is_said(self, client: Client, ines: MembreGroupe) -> None:
        reponse = client.post(adresse("groupe_bilan", ines.demande))

        assert reponse.status_code == 422
        assert "Répondez à une question au moins" in texte(reponse)

    def test_after_the_end(self, client: Client, ines: MembreGroupe, groupe: GroupePairs) -> None:
        from ateliers.groupes.cohortes import clore_groupe

        clore_groupe(groupe=groupe, maintenant=timezone.now())

        assert "quelques questions anonymes" in lire(client, ines.demande)
        agir(client, ines.demande, "groupe_bilan", **self.REPONSES)
        assert ReponseBilan.objects.get().moment == "apres"


class TestLangue:
    def test_of_messages_reminders_and_page(self, client: Client, ines: MembreGroupe) -> None:
        reponse = client.post(adresse("groupe_langue", ines.demande), {"langue": "en"})

        assert reponse["Location"].startswith("/en/g/")
        assert set(Inscription.objects.values_list("langue", flat=True)) == {"en"}

    def test_an_unknown_one_changes_nothing(self, client: Client, ines: MembreGroupe) -> None:
        client.post(adresse("groupe_langue", ines.demande), {"langue": "../etc"})

        ines.demande.refresh_from_db()
        assert ines.demande.langue == "fr"


def test_ten_members_and_twenty_meetings_cost_as_many_queries_as_one(
    client: Client, ines: MembreGroupe, groupe: GroupePairs, rencontres: list[Seance], django_assert_num_queries: Any
) -> None:
    vie.montrer_prenom(membre=ines, visible=True)
    vie.proposer_theme(groupe=groupe, texte="Le sommeil", membre=ines, maintenant=timezone.now())
    with django_assert_num_queries(12) as une:
        lire(client, ines.demande)

    for n in range(5, 15):
        SeanceFactory(lieu=groupe.lieu, atelier=None, groupe=groupe, membres=True, debut=dans(days=7 * n))
    places.inscrire_aux_rencontres(membres=[ines], groupe=groupe, maintenant=timezone.now())
    for n in range(8):
        vie.montrer_prenom(membre=entrer_dans(groupe, f"Parent{n}"), visible=True)
        vie.proposer_theme(groupe=groupe, texte=f"Thème {n}", maintenant=timezone.now())
    with django_assert_num_queries(len(une.captured_queries)):
        page = lire(client, ines.demande)
    assert "Parent7" in page


def test_a_place_freed_is_offered_and_taken_from_the_page(
    client: Client, groupe: GroupePairs, rencontres: list[Seance]
) -> None:
    """She leaves a full young group; the first in line is asked, answers in one tap, and has every meeting."""
    groupe.capacite = 2
    groupe.save()
    ines = entrer_dans(groupe)
    entrer_dans(groupe, "Malik")
    suivante = DemandeGroupeFactory(repere=groupe.naissances_du, maison=groupe.maison, groupe_souhaite=groupe)

    agir(client, ines.demande, "groupe_quitter")

    message = Message.objects.get(modele="groupe_invitation")
    assert message.contexte["lien"].endswith(adresse("mon_groupe", suivante))
    assert isinstance(datetime.fromisoformat(message.contexte["expire_le"]), datetime)
    agir(client, suivante, "groupe_repondre", reponse="oui")
    assert Inscription.objects.actives().filter(famille=suivante.famille).count() == 3


def test_nothing_is_offered_once_the_group_is_no_longer_young(client: Client, groupe: GroupePairs) -> None:
    GroupePairs.objects.filter(pk=groupe.pk).update(premiere_rencontre=timezone.localdate() - timedelta(weeks=7))
    groupe.refresh_from_db()
    ines = entrer_dans(groupe)
    DemandeGroupeFactory(repere=groupe.naissances_du, maison=groupe.maison, groupe_souhaite=groupe)

    agir(client, ines.demande, "groupe_quitter")

    assert not MembreGroupe.objects.filter(statut=StatutMembre.INVITE).exists()


def test_lieu_is_that_of_the_place_overseas(client: Client) -> None:
    lieu = LieuFactory(reunion=True)
    groupe = GroupePairsFactory(lieu=lieu, maison=lieu.maison)
    membre = MembreGroupeFactory(groupe=groupe, invite=True)

    assert membre.repondre_avant is not None
    heure = membre.repondre_avant.astimezone(lieu.zone)
    assert f"à {heure.hour} h" in lire(client, membre.demande)
