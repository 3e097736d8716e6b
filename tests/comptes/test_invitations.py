"""Invitations: who may send them, what their link opens, once, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maisons import invitations
from maisons.enums import Portee, Role
from maisons.models import Affectation, Invitation, Maison
from socle.comptes import debits
from socle.envoi import envoyer_messages_dus
from socle.models import Message, Utilisateur
from tests.factories import AffectationFactory, MaisonFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

PHRASE = "le chat dort au soleil"


@pytest.fixture
def auteur() -> Utilisateur:
    personne: Utilisateur = AffectationFactory(role=Role.RESPONSABLE).utilisateur
    return personne


@pytest.fixture
def maison(auteur: Utilisateur) -> Maison:
    return Maison.objects.get(affectation__utilisateur=auteur)


Inviter = Callable[..., Invitation]


@pytest.fixture
def inviter(auteur: Utilisateur, maison: Maison) -> Inviter:
    def inviter(**options: Any) -> Invitation:
        defauts = {
            "auteur": auteur, "email": "Nour@exemple.fr", "prenom": "Nour", "nom": "Petit", "role": Role.ANIMATEUR,
            "portee": Portee.MAISON, "maison": maison, "organisation": None, "departement": None, "au": None,
            "maintenant": timezone.now(),
        }  # fmt: skip
        return invitations.inviter(**{**defauts, **options})

    return inviter


def page(invitation: Invitation) -> str:
    return reverse("maisons:invitation", args=[invitations.jeton(invitation)])


def accepter(client: Client, adresse: str, **options: Any) -> Any:
    donnees = {"prenom": "Nour", "nom": "Petit", "mot_de_passe": PHRASE, "confirmation": PHRASE, **options}
    return client.post(adresse, donnees)


class TestAccepter:
    def test_opens_the_account_begins_the_role_and_asks_for_a_factor(self, client: Client, inviter: Inviter) -> None:
        invitation = inviter(au=timezone.localdate() + timedelta(days=90))
        assert not Utilisateur.objects.filter(email="nour@exemple.fr").exists()
        (message,) = Message.objects.filter(modele="invitation")
        assert page(invitation) in message.contexte["lien"]
        assert client.get(page(invitation)).status_code == 200
        assert not Affectation.objects.filter(role=Role.ANIMATEUR).exists()

        assert accepter(client, page(invitation))["Location"] == "/equipe/"
        affectation = Affectation.objects.get(role=Role.ANIMATEUR)
        assert (affectation.du, affectation.au) == (timezone.localdate(), invitation.au)
        assert affectation.utilisateur.email == "nour@exemple.fr"
        assert affectation.utilisateur.check_password(PHRASE)
        assert client.get("/equipe/")["Location"] == reverse("proteger_compte")

    def test_a_parents_account_becomes_a_team_account(self, client: Client, inviter: Inviter) -> None:
        parent = Utilisateur.objects.create_user("nour@exemple.fr")
        accepter(client, page(inviter()))
        parent.refresh_from_db()
        assert parent.is_staff
        assert parent.check_password(PHRASE)

    def test_who_has_a_password_signs_in_to_accept(self, client: Client, inviter: Inviter) -> None:
        connue = UtilisateurFactory(email="nour@exemple.fr", equipe=True)
        adresse = page(inviter())
        reponse = accepter(client, adresse)
        assert reponse["Location"].startswith(reverse("account_login"))
        assert not Affectation.objects.filter(utilisateur=connue).exists()
        connue.refresh_from_db()
        assert not connue.check_password(PHRASE)
        client.force_login(connue)
        assert client.post(adresse)["Location"] == "/equipe/"
        assert Affectation.objects.get(utilisateur=connue).role == Role.ANIMATEUR

    def test_a_weak_password_is_refused(self, client: Client, inviter: Inviter) -> None:
        reponse = accepter(client, page(inviter()), mot_de_passe="motdepasse", confirmation="motdepasse")
        assert reponse.status_code == 422
        assert not Utilisateur.objects.filter(email="nour@exemple.fr").exists()


def _expiree(invitation: Invitation, auteur: Utilisateur) -> str:
    il_y_a = timezone.now() - timedelta(days=8)
    Invitation.objects.update(cree_le=il_y_a, expire_le=il_y_a + timedelta(days=7))
    return page(invitation)


def _retiree(invitation: Invitation, auteur: Utilisateur) -> str:
    invitations.retirer(auteur=auteur, invitation=invitation, maintenant=timezone.now())
    return page(invitation)


def _servie(invitation: Invitation, auteur: Utilisateur) -> str:
    accepter(Client(), page(invitation))
    return page(invitation)


def _falsifiee(invitation: Invitation, auteur: Utilisateur) -> str:
    jeton = invitations.jeton(invitation)
    return page(invitation).replace(jeton, jeton[:-1] + ("A" if jeton[-1] != "A" else "B"))


def _autre_numero(invitation: Invitation, auteur: Utilisateur) -> str:
    return page(Invitation(pk=invitation.pk + 1))


def _auteur_parti(invitation: Invitation, auteur: Utilisateur) -> str:
    Affectation.objects.filter(utilisateur=auteur).update(au=timezone.localdate() - timedelta(days=1))
    return page(invitation)


def _compte_ferme(invitation: Invitation, auteur: Utilisateur) -> str:
    UtilisateurFactory(email=invitation.email, is_active=False)
    return page(invitation)


class TestLienMort:
    @pytest.mark.parametrize(
        "etat", [_expiree, _retiree, _servie, _falsifiee, _autre_numero, _auteur_parti, _compte_ferme]
    )
    def test_opens_nothing_and_says_the_same(
        self, client: Client, inviter: Inviter, auteur: Utilisateur, etat: Callable[..., str]
    ) -> None:
        adresse = etat(inviter(), auteur)
        avant = (Utilisateur.objects.count(), Affectation.objects.count())
        for reponse in (client.get(adresse), accepter(client, adresse)):
            assert reponse.status_code == 410
            assert "Cette invitation ne sert plus" in reponse.content.decode()
            assert "Nour" not in reponse.content.decode()
        assert (Utilisateur.objects.count(), Affectation.objects.count()) == avant

    def test_another_address_cannot_take_it(self, client: Client, inviter: Inviter) -> None:
        autre = UtilisateurFactory(email="autre@exemple.fr")
        client.force_login(autre)
        adresse = page(inviter())
        assert "autre adresse" in accepter(client, adresse).content.decode()
        assert not Affectation.objects.filter(utilisateur=autre).exists()
        with pytest.raises(invitations.InvitationRefusee):
            invitations.accepter(invitation=Invitation.objects.get(), utilisateur=autre, maintenant=timezone.now())

    def test_inviting_again_withdraws_the_earlier_link(self, client: Client, inviter: Inviter) -> None:
        premiere = inviter()
        seconde = inviter()
        assert client.get(page(premiere)).status_code == 410
        assert client.get(page(seconde)).status_code == 200


class TestInviter:
    @pytest.mark.parametrize("role", [Role.PILOTE, Role.ADMINISTRATEUR])
    def test_never_above_ones_own_role(self, inviter: Inviter, role: Role) -> None:
        with pytest.raises(invitations.InvitationRefusee):
            inviter(role=role)

    def test_never_elsewhere(self, inviter: Inviter) -> None:
        with pytest.raises(invitations.InvitationRefusee):
            inviter(maison=MaisonFactory())
        assert not Message.objects.exists()

    def test_not_without_end(self, inviter: Inviter, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(debits, "INVITATIONS_PAR_AUTEUR", 2)
        inviter()
        inviter()
        with pytest.raises(invitations.InvitationRefusee, match="beaucoup"):
            inviter()

    def test_the_key_does_not_stay_in_the_outbox(self, inviter: Inviter, mailoutbox: list[Any]) -> None:
        invitation = inviter()
        envoyer_messages_dus(maintenant=timezone.now())
        courriel = mailoutbox[0]
        html = str(courriel.alternatives[0][0])
        assert courriel.subject == "Rejoindre l'équipe"
        for partie in (courriel.body, html):
            assert page(invitation) in partie
            assert "Bonjour Nour," in partie
            assert "animateur ou animatrice" in partie
            assert "réservation" not in partie
            assert "None" not in partie
        assert Message.objects.get().contexte == {}

    def test_from_the_staffs_page(self, client: Client, auteur: Utilisateur, maison: Maison) -> None:
        client.force_login(auteur)
        liste = reverse("admin:maisons_invitation_changelist")
        reponse = client.post(
            reverse("admin:maisons_invitation_add"),
            {"email": "nour@exemple.fr", "role": Role.ANIMATEUR.value, "portee": Portee.MAISON.value,
             "maison": maison.pk},
        )  # fmt: skip
        assert reponse.status_code == 302, reponse.context["adminform"].form.errors
        invitation = Invitation.objects.get()
        assert "nour@exemple.fr" in client.get(liste).content.decode()
        assert client.get(reverse("admin:maisons_invitation_change", args=[invitation.pk])).status_code == 200
        client.post(liste, {"action": "retirer", "_selected_action": [invitation.pk], "index": 0})
        invitation.refresh_from_db()
        assert invitation.revoquee_le is not None

    def test_another_houses_invitation_is_not_there(self, client: Client, inviter: Inviter) -> None:
        invitation = inviter()
        client.force_login(AffectationFactory(role=Role.RESPONSABLE).utilisateur)
        assert client.get(reverse("admin:maisons_invitation_change", args=[invitation.pk])).status_code == 404
        liste = reverse("admin:maisons_invitation_changelist")
        assert invitation.email not in client.get(liste).content.decode()
        client.post(liste, {"action": "retirer", "_selected_action": [invitation.pk], "index": 0})
        invitation.refresh_from_db()
        assert invitation.revoquee_le is None
