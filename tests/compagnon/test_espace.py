"""Mon espace: what an account sees and does, and that what it did not prove stays somebody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from ateliers import messages
from ateliers.enums import CanalDemande, StatutDemande, StatutInscription
from ateliers.espace import inscriptions_de
from ateliers.groupes.messages import USAGE_LIEN as USAGE_GROUPE
from ateliers.models import Inscription
from familles import accords, coparents, entretiens, espace, preferences, reprises
from familles.chargement import charger_calendrier
from familles.enums import ChoixCanal, GenreAcces, ObjetAccord, StatutRappel
from familles.fusions import Contexte
from familles.messages import USAGE_AGENDA, USAGE_COPARENT
from familles.models import (
    AccesFamille,
    Consentement,
    Enfant,
    Famille,
    FluxParent,
    InvitationCoparent,
    Jalon,
    ProfilParent,
    RappelEntretien,
)
from maisons.models import Suivi
from socle import liens
from socle.envoi import envoyer_messages_dus
from socle.models import Message, Opposition, Utilisateur
from tests.factories import (
    AccesFamilleFactory,
    AffectationFactory,
    CommuneFactory,
    DemandeGroupeFactory,
    DemandeRappelFactory,
    DepartementFactory,
    EnfantFactory,
    FamilleFactory,
    GroupePairsFactory,
    InscriptionFactory,
    InvitationCoparentFactory,
    MaisonFactory,
    ProfilParentFactory,
    SeanceFactory,
    SuiviFactory,
    UtilisateurFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db

CAMILLE, ALEX = "camille@exemple.fr", "alex@exemple.fr"


@pytest.fixture
def camille() -> Utilisateur:
    compte: Utilisateur = UtilisateurFactory(email=CAMILLE, prenom="Camille")
    return compte


@pytest.fixture
def alex() -> Utilisateur:
    compte: Utilisateur = UtilisateurFactory(email=ALEX, prenom="Alex")
    return compte


@pytest.fixture
def chez_camille(client: Client, camille: Utilisateur) -> Client:
    client.force_login(camille)
    return client


def reservation(email: str, titre: str, **champs: Any) -> Inscription:
    famille = Famille.objects.filter(email=email).first() or FamilleFactory(email=email)
    inscription: Inscription = InscriptionFactory(
        seance=SeanceFactory(titre=titre), famille=champs.pop("famille", famille), email=email, **champs
    )
    return inscription


def page(client: Client, nom: str = "accueil", *args: Any) -> str:
    reponse = client.get(reverse(f"espace:{nom}", args=args))
    assert reponse.status_code == 200
    assert reponse["Cache-Control"] == "private, no-store"
    return str(reponse.content.decode())


class TestOuvrirUnEspace:
    def test_the_code_sent_to_an_address_opens_its_account(self, client: Client, mailoutbox: list[Any]) -> None:
        """What was booked with the address before there was an account is there at once."""
        reservation("parent@exemple.fr", "Café du mardi")
        adresse = reverse("espace:accueil")
        assert client.get(adresse)["Location"].startswith(reverse("account_request_login_code"))
        client.post(reverse("account_request_login_code"), {"email": "Parent@exemple.fr", "next": adresse})
        envoyer_messages_dus(maintenant=timezone.now())
        assert not Utilisateur.objects.filter(email="parent@exemple.fr").exists()
        trouve = re.search(r"\b\d{4}-\d{4}\b", mailoutbox[-1].body)
        assert trouve
        reponse = client.post(reverse("account_confirm_login_code"), {"code": trouve.group()})
        assert reponse["Location"] == adresse
        assert "Café du mardi" in page(client)

    def test_a_wrong_code_opens_none(self, client: Client) -> None:
        client.post(reverse("account_request_login_code"), {"email": "parent@exemple.fr"})
        for _ in range(3):
            client.post(reverse("account_confirm_login_code"), {"code": "1111-1111"})
        assert not Utilisateur.objects.exists()

    def test_teams_have_their_own_site(self, client: Client) -> None:
        client.force_login(AffectationFactory().utilisateur)
        assert client.get(reverse("espace:accueil"))["Location"] == reverse("mon_compte")

    def test_a_code_arrives_after_one_stopped_everything(self, client: Client, mailoutbox: list[Any]) -> None:
        Opposition.objects.create(canal="email", destinataire="parent@exemple.fr", depuis=maintenant())
        client.post(reverse("account_request_login_code"), {"email": "parent@exemple.fr"})
        envoyer_messages_dus(maintenant=timezone.now())
        assert len(mailoutbox) == 1


class TestCeQueLOnVoit:
    def test_bookings_of_the_proven_address_and_no_other(self, chez_camille: Client) -> None:
        reservation(CAMILLE, "La mienne")
        reservation(ALEX, "Celle d'un autre")
        # The team merged another contact's booking into her record.
        reservation("tiers@exemple.fr", "Réunie à la main", famille=Famille.objects.get(email=CAMILLE))
        vue = page(chez_camille)
        assert "La mienne" in vue
        assert "Celle d&#x27;un autre" not in vue
        assert "Réunie à la main" not in vue

    def test_typing_an_address_in_a_form_gives_nothing_of_it(self, chez_camille: Client, camille: Utilisateur) -> None:
        """Camille books with Alex's number beside her own address, and another time with his address."""
        ProfilParentFactory(utilisateur=UtilisateurFactory(email=ALEX), mobile=True, telephone="+33612345678")
        reservation(ALEX, "Rendez-vous d'Alex", telephone="+33612345678")
        reservation(CAMILLE, "Atelier de Camille", telephone="+33612345678")
        siennes = {i.seance.titre for i in _inscriptions(camille)}
        assert siennes == {"Atelier de Camille"}
        assert {i.seance.titre for i in _inscriptions(Utilisateur.objects.get(email=ALEX))} == {"Rendez-vous d'Alex"}

    def test_a_proven_number_brings_what_was_booked_with_it_alone(self, camille: Utilisateur) -> None:
        InscriptionFactory(seance=SeanceFactory(titre="Au téléphone"), email="", telephone="+33612345678")
        assert not _inscriptions(camille)
        ProfilParentFactory(utilisateur=camille, mobile=True, telephone="+33612345678")
        assert [i.seance.titre for i in _inscriptions(camille)] == ["Au téléphone"]

    def test_past_bookings_are_listed_without_a_link(self, chez_camille: Client) -> None:
        passee = SeanceFactory(titre="Le mois dernier", passee=True)
        InscriptionFactory(seance=passee, email=CAMILLE)
        vue = page(chez_camille, "passees")
        assert "Le mois dernier" in vue
        assert "/r/" not in vue
        assert "Le mois dernier" not in page(chez_camille)

    def test_its_number_of_queries_does_not_grow(self, chez_camille: Client) -> None:
        def compter() -> int:
            with CaptureQueriesContext(connection) as requetes:
                page(chez_camille)
            return len(requetes)

        def ajouter() -> None:
            reservation(CAMILLE, "Un atelier")
            EnfantFactory(famille=Famille.objects.get(email=CAMILLE), naissance=timezone.localdate())

        ajouter()
        page(chez_camille)
        une = compter()
        for _ in range(3):
            ajouter()
        assert compter() == une


def _inscriptions(compte: Utilisateur) -> list[Inscription]:
    return list(inscriptions_de(compte).order_by("pk"))


class TestEnfants:
    def test_a_child_is_added_corrected_and_forgotten(self, chez_camille: Client, camille: Utilisateur) -> None:
        demain = timezone.localdate() + timedelta(days=90)
        reponse = chez_camille.post(reverse("espace:enfant_ajouter"), {"terme": f"{demain:%d/%m/%Y}"})
        enfant = Enfant.objects.get()
        assert reponse["Location"] == reverse("espace:enfant", args=[enfant.pk])
        assert enfant.famille.acces.get().utilisateur == camille
        assert enfant.famille.email == CAMILLE
        chez_camille.post(
            reverse("espace:enfant_modifier", args=[enfant.pk]),
            {"prenom": "Lou", "terme": f"{demain:%d/%m/%Y}", "suivi": "on"},
        )
        assert "Lou" in page(chez_camille)
        chez_camille.post(reverse("espace:enfant_retirer", args=[enfant.pk]))
        assert not Enfant.objects.exists()

    def test_the_one_question_of_a_birth_moves_the_group_too(self, chez_camille: Client, camille: Utilisateur) -> None:
        jour = timezone.localdate()
        famille = FamilleFactory(email=CAMILLE)
        enfant = EnfantFactory(famille=famille, naissance=None, terme_prevu=jour + timedelta(days=10))
        demande = DemandeGroupeFactory(famille=famille, email=CAMILLE, repere=enfant.terme_prevu, est_ne=False)
        demande.enfants.add(enfant)
        adresse = reverse("espace:enfant", args=[enfant.pk])
        refus = chez_camille.post(adresse, {"naissance": f"{jour + timedelta(days=1):%d/%m/%Y}"})
        assert refus.status_code == 422
        chez_camille.post(adresse, {"naissance": f"{jour - timedelta(days=2):%d/%m/%Y}"})
        enfant.refresh_from_db()
        demande.refresh_from_db()
        assert enfant.naissance == jour - timedelta(days=2)
        assert enfant.terme_prevu == jour + timedelta(days=10)
        assert (demande.repere, demande.est_ne) == (enfant.naissance, True)

    def test_a_birth_too_old_for_its_group_is_noted_all_the_same(self, chez_camille: Client) -> None:
        """She asked for a group before the birth, and opens her space again fourteen months later."""
        terme = timezone.localdate() - timedelta(days=420)
        famille = FamilleFactory(email=CAMILLE)
        demande = DemandeGroupeFactory(famille=famille, email=CAMILLE, repere=terme, est_ne=False)
        enfant = demande.enfants.get()
        adresse = reverse("espace:enfant", args=[enfant.pk])
        assert chez_camille.post(adresse, {"naissance": f"{terme:%d/%m/%Y}"}).status_code == 302
        enfant.refresh_from_db()
        demande.refresh_from_db()
        assert (enfant.naissance, demande.est_ne) == (terme, False)

    def test_another_family_s_child_is_a_404(self, chez_camille: Client) -> None:
        autre = EnfantFactory(famille=FamilleFactory(email=ALEX))
        for nom, args in (("enfant", ()), ("enfant_modifier", ())):
            assert chez_camille.get(reverse(f"espace:{nom}", args=[autre.pk, *args])).status_code == 404
        for adresse in (
            reverse("espace:enfant_retirer", args=[autre.pk]),
            reverse("espace:rappel", args=[autre.pk, "epnp_1"]),
        ):
            assert chez_camille.post(adresse).status_code == 404
        assert Enfant.objects.filter(pk=autre.pk).exists()

    def test_its_dates_lead_to_groups_around_the_commune_followed(
        self, chez_camille: Client, camille: Utilisateur
    ) -> None:
        charger_calendrier(maintenant=maintenant())
        commune = CommuneFactory()
        chez_camille.post(reverse("espace:suivre_commune", args=[commune.pk]))
        # Her address is proved: nothing to confirm by e-mail.
        assert Suivi.objects.confirmes().get().destinataire == CAMILLE
        assert not Message.objects.exists()
        jour = timezone.localdate() - timedelta(days=20)
        GroupePairsFactory(nom="Les bébés du mois", naissances_du=jour, naissances_au=jour + timedelta(days=20))
        GroupePairsFactory(
            nom="D'un autre âge", naissances_du=dans(days=90).date(), naissances_au=dans(days=99).date()
        )
        enfant = EnfantFactory(famille=FamilleFactory(email=CAMILLE), naissance=jour, terme_prevu=None)
        vue = page(chez_camille, "enfant", enfant.pk)
        assert "Les bébés du mois" in vue
        assert "D&#x27;un autre âge" not in vue
        assert 'value="ne"' in vue

    def test_a_commune_that_somebody_else_typed_for_her_is_not_followed(
        self, chez_camille: Client, camille: Utilisateur
    ) -> None:
        loin = DepartementFactory(code="972", nom="Martinique", fuseau="America/Martinique")
        SuiviFactory(a_confirmer=True, destinataire=CAMILLE, commune=CommuneFactory(nom="Le Robert", departement=loin))
        assert "Le Robert" not in page(chez_camille)
        assert entretiens.fuseau_de(camille) == "Europe/Paris"


class TestRappelsEtAccords:
    def test_asked_for_in_one_tap_and_written_down(self, chez_camille: Client, camille: Utilisateur) -> None:
        charger_calendrier(maintenant=maintenant())
        enfant = EnfantFactory(famille=FamilleFactory(email=CAMILLE), naissance=timezone.localdate(), terme_prevu=None)
        adresse = reverse("espace:rappel", args=[enfant.pk, "epnp_1"])
        chez_camille.post(adresse)
        chez_camille.post(adresse)
        assert RappelEntretien.objects.get().utilisateur == camille
        accord = Consentement.objects.get()
        texte = accords.FORMULATIONS[ObjetAccord.RAPPELS_ENTRETIENS]
        assert (accord.texte, accord.version, accord.retire_le) == (str(texte.texte), texte.version, None)
        assert "Rappel demandé" in page(chez_camille, "enfant", enfant.pk)
        # Withdrawn from the ledger in one tap: the reminder goes with it, the row stays.
        chez_camille.post(reverse("espace:accord_retirer", args=[accord.pk]))
        assert not RappelEntretien.objects.exists()
        accord.refresh_from_db()
        assert accord.retire_le is not None
        assert "Retiré" in page(chez_camille, "accords")

    def test_whoever_wants_no_message_is_told_that_none_will_come(
        self, chez_camille: Client, camille: Utilisateur
    ) -> None:
        charger_calendrier(maintenant=maintenant())
        naissance = timezone.localdate() - timedelta(days=35)
        enfant = EnfantFactory(famille=FamilleFactory(email=CAMILLE), naissance=naissance, terme_prevu=None)
        assert "aucun message" not in page(chez_camille, "enfant", enfant.pk)
        ProfilParentFactory(utilisateur=camille, canal_entretiens=ChoixCanal.AUCUN)
        chez_camille.post(reverse("espace:rappel", args=[enfant.pk, "epnp_1"]))
        assert "aucun message" in page(chez_camille, "enfant", enfant.pk)
        assert entretiens.deposer_rappels(maintenant=dans(days=4)) == 0
        ProfilParent.objects.update(canal_entretiens=ChoixCanal.EMAIL)
        assert entretiens.deposer_rappels(maintenant=dans(days=4)) == 1

    def test_consents_end_with_the_reminders_of_a_child_taken_off_or_merged(
        self, chez_camille: Client, camille: Utilisateur
    ) -> None:
        charger_calendrier(maintenant=maintenant())
        jalon = Jalon.objects.get(code="epnp_1")
        garde, double = EnfantFactory(famille=FamilleFactory(email=CAMILLE)), EnfantFactory()
        for enfant in (garde, double):
            entretiens.demander(utilisateur=camille, enfant=enfant, jalon=jalon, maintenant=maintenant())
        reprises.reprendre_espaces(
            Contexte(
                de=double.famille,
                vers=garde.famille,
                enfants={double.pk: garde.pk},
                par=camille,
                maintenant=maintenant(),
            )
        )
        assert Consentement.objects.en_cours().get().cible == RappelEntretien.objects.get()
        chez_camille.post(reverse("espace:enfant_retirer", args=[garde.pk]))
        assert not Consentement.objects.en_cours().exists()

    def test_another_s_consent_is_a_404(self, chez_camille: Client, alex: Utilisateur) -> None:
        accord = accords.donner(objet=ObjetAccord.SMS, utilisateur=alex, maintenant=maintenant())
        assert chez_camille.post(reverse("espace:accord_retirer", args=[accord.pk])).status_code == 404

    def test_a_call_back_asked_for_with_one_s_number_can_be_withdrawn(
        self, chez_camille: Client, camille: Utilisateur
    ) -> None:
        demande = DemandeRappelFactory(telephone="+33612345678")
        accord = accords.donner(objet=ObjetAccord.ETRE_RAPPELE, cible=demande, maintenant=maintenant())
        adresse = reverse("espace:accord_retirer", args=[accord.pk])
        assert chez_camille.post(adresse).status_code == 404
        ProfilParentFactory(utilisateur=camille, mobile=True, telephone="+33612345678")
        assert chez_camille.post(adresse).status_code == 302
        demande.refresh_from_db()
        assert demande.statut == StatutRappel.RETIREE

    def test_a_referral_for_a_group_is_there_and_can_be_withdrawn(self, chez_camille: Client) -> None:
        transmise = {"canal": CanalDemande.PRESCRIPTEUR, "prescripteur": "Maternité", "accord_le": maintenant()}
        demande = DemandeGroupeFactory(email=CAMILLE, **transmise)
        accord = accords.donner(objet=ObjetAccord.TRANSMISSION, cible=demande, maintenant=maintenant())
        assert "transmette cette demande" in page(chez_camille, "accords")
        chez_camille.post(reverse("espace:accord_retirer", args=[accord.pk]))
        demande.refresh_from_db()
        assert demande.statut == StatutDemande.RETIREE


class TestPartage:
    def inviter(self, client: Client) -> str:
        client.post(reverse("espace:partage"), {"email": ALEX})
        return liens.signer(USAGE_COPARENT, InvitationCoparent.objects.latest("pk").pk)

    def test_both_see_the_bookings_and_the_children(
        self, chez_camille: Client, camille: Utilisateur, alex: Utilisateur
    ) -> None:
        reservation(CAMILLE, "Celle de Camille")
        reservation(ALEX, "Celle d'Alex")
        InscriptionFactory(seance=SeanceFactory(titre="Avant nous", passee=True), email=CAMILLE)
        EnfantFactory(famille=Famille.objects.get(email=CAMILLE), prenom="Lou", naissance=timezone.localdate())
        jeton = self.inviter(chez_camille)
        message = Message.objects.get()
        assert (message.destinataire, message.modele) == (ALEX, "invitation_coparent")
        assert "Lou" not in str(message.contexte)
        chez_alex = Client()
        chez_alex.force_login(alex)
        assert "J&#x27;accepte" in chez_alex.get(reverse("espace:invitation", args=[jeton])).content.decode()
        assert not AccesFamille.objects.filter(utilisateur=alex).exists()
        chez_alex.post(reverse("espace:invitation_accepter", args=[jeton]))
        vue = page(chez_alex)
        assert "Celle de Camille" in vue
        assert "Lou" in vue
        assert "Celle d&#x27;Alex" in page(chez_camille)
        assert "Avant nous" not in page(chez_alex, "passees")
        # The link served.
        assert chez_alex.get(reverse("espace:invitation", args=[jeton])).status_code == 410
        # Either ends it, at once, in both directions.
        acces = AccesFamille.objects.get(genre=GenreAcces.COPARENT)
        chez_alex.post(reverse("espace:partage_cesser", args=[acces.pk]))
        assert "Celle de Camille" not in page(chez_alex)
        assert "Celle d&#x27;Alex" not in page(chez_camille)
        assert not Consentement.objects.en_cours().exists()

    def test_the_link_is_for_the_invited_address_alone(self, chez_camille: Client) -> None:
        jeton = self.inviter(chez_camille)
        chez_un_tiers = Client()
        chez_un_tiers.force_login(UtilisateurFactory())
        chez_un_tiers.post(reverse("espace:invitation_accepter", args=[jeton]))
        assert not AccesFamille.objects.filter(genre=GenreAcces.COPARENT).exists()

    def test_withdrawn_expired_or_unsigned_it_opens_nothing(
        self, chez_camille: Client, camille: Utilisateur, alex: Utilisateur
    ) -> None:
        retiree = self.inviter(chez_camille)
        chez_camille.post(reverse("espace:invitation_retirer", args=[InvitationCoparent.objects.get().pk]))
        expiree = InvitationCoparentFactory(par=camille, email=ALEX, expiree=True)
        chez_alex = Client()
        chez_alex.force_login(alex)
        for jeton in (retiree, liens.signer(USAGE_COPARENT, expiree.pk), liens.signer(USAGE_AGENDA, expiree.pk)):
            assert chez_alex.post(reverse("espace:invitation_accepter", args=[jeton])).status_code == 410
        assert not AccesFamille.objects.filter(utilisateur=alex).exists()

    def test_the_family_s_owner_removes_a_guest_and_a_stranger_cannot(
        self, chez_camille: Client, camille: Utilisateur, alex: Utilisateur
    ) -> None:
        famille = espace.ouvrir(camille, maintenant=maintenant())
        acces = AccesFamilleFactory(coparent=True, utilisateur=alex, famille=famille)
        etranger = Client()
        etranger.force_login(UtilisateurFactory())
        adresse = reverse("espace:partage_cesser", args=[acces.pk])
        assert etranger.post(adresse).status_code == 404
        assert chez_camille.post(adresse).status_code == 302
        assert not AccesFamille.objects.filter(pk=acces.pk).exists()

    def test_a_record_merged_into_another_does_not_open_it(self, camille: Utilisateur) -> None:
        gardee = FamilleFactory(email=ALEX)
        EnfantFactory(famille=gardee, naissance=timezone.localdate())
        FamilleFactory(email=CAMILLE, fusionnee_dans=gardee)
        assert espace.ouvrir(camille, maintenant=maintenant()).pk != gardee.pk
        assert not espace.enfants_de(camille).exists()
        # Twice is once.
        espace.ouvrir(camille, maintenant=maintenant())
        assert AccesFamille.objects.count() == 1


class TestAgendaPrive:
    def test_bookings_and_milestones_without_a_child_s_name_until_revoked(
        self, chez_camille: Client, camille: Utilisateur
    ) -> None:
        charger_calendrier(maintenant=maintenant())
        reservation(CAMILLE, "Café du mardi", prenom="Camille")
        EnfantFactory(
            famille=Famille.objects.get(email=CAMILLE), prenom="Lou", naissance=timezone.localdate(), terme_prevu=None
        )
        chez_camille.post(reverse("espace:agenda"))
        flux = FluxParent.objects.get()
        adresse = reverse("espace:agenda_ics", args=[liens.signer(USAGE_AGENDA, flux.pk)])
        assert adresse in page(chez_camille, "reglages")
        reponse = Client().get(adresse)
        texte = re.sub(r"\r?\n[ \t]", "", reponse.content.decode())
        titres = {str(e["summary"]) for e in Calendar.from_ical(reponse.content).walk("VEVENT")}
        assert {"Café du mardi", "Entretien postnatal précoce"} <= titres
        assert not {"Lou", "Camille", CAMILLE} & set(re.findall(r"[\w@.]+", texte))
        assert len({str(e["uid"]) for e in Calendar.from_ical(reponse.content).walk("VEVENT")}) == len(
            Calendar.from_ical(reponse.content).walk("VEVENT")
        )
        # A link of another use of the same row is nothing; a new address ends the old one.
        assert (
            Client().get(reverse("espace:agenda_ics", args=[liens.signer(USAGE_GROUPE, flux.pk)])).status_code == 404
        )
        chez_camille.post(reverse("espace:agenda"), {"acte": "changer"})
        assert Client().get(adresse).status_code == 404
        assert FluxParent.objects.get().pk != flux.pk


class TestReglages:
    def test_sms_only_for_a_number_that_was_proved(self, chez_camille: Client, camille: Utilisateur) -> None:
        adresse = reverse("espace:reglages")
        voulu = {"langue": "fr", "canal_seances": ChoixCanal.LES_DEUX, "canal_entretiens": ChoixCanal.AUCUN}
        assert chez_camille.post(adresse, voulu).status_code == 422
        chez_camille.post(reverse("espace:telephone"), {"telephone": "06 12 34 56 78", "accord": "on"})
        code = Message.objects.get(modele="code_telephone").contexte["code"]
        faux = "000000" if code != "000000" else "111111"
        assert chez_camille.post(reverse("espace:telephone_code"), {"code": faux}).status_code == 422
        assert chez_camille.post(reverse("espace:telephone_code"), {"code": code}).status_code == 302
        assert chez_camille.post(adresse, voulu).status_code == 302
        profil = ProfilParent.objects.get()
        assert (profil.telephone.as_e164, profil.canal_seances) == ("+33612345678", ChoixCanal.LES_DEUX)
        # Taking the consent back forgets the number.
        chez_camille.post(reverse("espace:accord_retirer", args=[Consentement.objects.get().pk]))
        profil.refresh_from_db()
        assert (str(profil.telephone), profil.canal_seances) == ("", ChoixCanal.EMAIL)

    def test_three_wrong_codes_prove_nothing(self, chez_camille: Client) -> None:
        """Were they typed at the same moment: a session that was read before the others wrote knows of none."""
        chez_camille.post(reverse("espace:telephone"), {"telephone": "06 12 34 56 78", "accord": "on"})
        code = Message.objects.get(modele="code_telephone").contexte["code"]
        lue = dict(chez_camille.session)
        for essai in [*["000000" if code != "000000" else "111111"] * 3, code]:
            session = chez_camille.session
            session.update(lue)
            session.save()
            chez_camille.post(reverse("espace:telephone_code"), {"code": essai})
        assert not ProfilParent.objects.exists()

    def test_the_language_is_that_of_messages_to_come(self, chez_camille: Client) -> None:
        inscription = reservation(CAMILLE, "Un atelier")
        autre = reservation(ALEX, "Un autre")
        chez_camille.post(
            reverse("espace:reglages"),
            {"langue": "en", "canal_seances": ChoixCanal.EMAIL, "canal_entretiens": ChoixCanal.EMAIL},
        )
        inscription.refresh_from_db()
        autre.refresh_from_db()
        assert (inscription.langue, autre.langue) == ("en", "fr")

    def test_one_tap_stops_everything_and_asks_nothing(self, chez_camille: Client, camille: Utilisateur) -> None:
        charger_calendrier(maintenant=maintenant())
        inscription = reservation(CAMILLE, "Un atelier")
        famille = Famille.objects.get(email=CAMILLE)
        enfant = EnfantFactory(famille=famille, naissance=None, terme_prevu=dans(days=60).date())
        chez_camille.post(reverse("espace:rappel", args=[enfant.pk, "epp"]))
        chez_camille.post(reverse("espace:agenda"))
        chez_camille.post(reverse("espace:tout_arreter"))
        inscription.refresh_from_db()
        enfant.refresh_from_db()
        assert inscription.statut == StatutInscription.ANNULEE
        assert not enfant.suivi
        assert not RappelEntretien.objects.exists()
        assert not FluxParent.objects.exists()
        assert Opposition.objects.get().destinataire == CAMILLE
        assert not Consentement.objects.en_cours().exists()
        assert "Recevoir de nouveau les messages" in page(chez_camille)
        chez_camille.post(reverse("espace:reprendre"))
        assert not Opposition.objects.exists()


def test_each_wording_keeps_its_version() -> None:
    """Words that people agreed to never change under their number: a change takes the next one, and its line here."""
    with override("fr"):
        lues = {
            (objet.value, f.version): sha256(str(f.texte).encode()).hexdigest()[:12]
            for objet, f in accords.FORMULATIONS.items()
        }
    assert lues == {
        ("rappels_entretiens", 1): "31aec3bbf04c",
        ("sms", 1): "6daafea731c3",
        ("partage", 1): "b009bfa0b5c1",
        ("etre_rappele", 1): "5bcd1ea07c7f",
        ("transmission", 1): "98dbb7a6f7bb",
    }


def test_a_consent_is_written_once(camille: Utilisateur) -> None:
    accord = accords.donner(objet=ObjetAccord.SMS, utilisateur=camille, maintenant=maintenant())
    with pytest.raises(DatabaseError), transaction.atomic():
        Consentement.objects.filter(pk=accord.pk).update(texte="Autre chose")
    accords.retirer(consentement=accord, maintenant=maintenant())
    with pytest.raises(DatabaseError), transaction.atomic():
        Consentement.objects.filter(pk=accord.pk).update(retire_le=None)


def test_what_one_wants_of_session_reminders_is_followed(camille: Utilisateur) -> None:
    inscription = reservation(CAMILLE, "Un atelier", telephone="+33698765432")
    profil = ProfilParentFactory(
        utilisateur=camille, mobile=True, telephone="+33612345678", canal_seances=ChoixCanal.SMS
    )
    profils = preferences.profils_des_adresses([CAMILLE, ALEX])
    assert list(profils) == [CAMILLE]
    messages.rappel(
        inscription, cle_rappel="48h", pas_apres=dans(days=2), maintenant=maintenant(), profil=profils[CAMILLE]
    )
    assert [(m.canal, m.destinataire) for m in Message.objects.all()] == [("sms", profil.telephone.as_e164)]


def test_a_house_is_followed_and_its_sessions_are_at_hand(chez_camille: Client) -> None:
    maison = MaisonFactory()
    SeanceFactory(lieu__maison=maison, titre="Portage")
    adresse = reverse("espace:suivre_maison", args=[maison.slug])
    chez_camille.post(adresse)
    assert "Portage" in page(chez_camille)
    chez_camille.post(adresse, {"acte": "arreter"})
    assert "Portage" not in page(chez_camille)


@pytest.mark.parametrize("adresse", ["/mon-espace/suivis/communes/%00/", "/suivre/%00/"])
def test_no_commune_has_a_null_byte(chez_camille: Client, adresse: str) -> None:
    assert chez_camille.post(adresse).status_code == 404


def test_inviting_oneself_or_too_often_is_refused(camille: Utilisateur) -> None:
    with pytest.raises(coparents.PartageRefuse, match="propre adresse"):
        coparents.inviter(par=camille, email=CAMILLE, maintenant=maintenant())
    for n in range(coparents.INVITATIONS_PAR_HEURE):
        coparents.inviter(par=camille, email=f"a{n}@exemple.fr", maintenant=maintenant())
    with pytest.raises(coparents.PartageRefuse, match="heure"):
        coparents.inviter(par=camille, email="b@exemple.fr", maintenant=maintenant())
