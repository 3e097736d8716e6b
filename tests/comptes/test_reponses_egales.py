"""The same answer for known and unknown addresses: in text, in status, and in the work done before answering.

Time is proved by counting what takes it (hashings, queries, messages), which no busy machine can blur.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from socle.comptes.adaptateur import PERSONNE
from socle.envoi import envoyer_messages_dus
from socle.models import Message, Utilisateur
from socle.oidc.liaison import ATTENTE, AdaptateurIdentites
from tests.factories import AffectationFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

GENRES = ["equipe", "equipe_sans_mot_de_passe", "famille", "inconnue", "fermee"]


@pytest.fixture
def adresses(settings: Any) -> dict[str, str]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    Utilisateur.objects.create_user("equipe@exemple.fr", "un mot de passe", is_staff=True)
    Utilisateur.objects.create_user("sans@exemple.fr", is_staff=True)
    Utilisateur.objects.create_user("parent@exemple.fr")
    Utilisateur.objects.create_user("fermee@exemple.fr", "un mot de passe", is_active=False, is_staff=True)
    return {
        "equipe": "equipe@exemple.fr",
        "equipe_sans_mot_de_passe": "sans@exemple.fr",
        "famille": "parent@exemple.fr",
        "inconnue": "personne@exemple.fr",
        "fermee": "fermee@exemple.fr",
    }


@pytest.fixture
def hachages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every argon2 computation, whether it makes a password or checks one."""
    faits: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def compte_encode(self: Any, *args: Any, **options: Any) -> Any:
        faits.append("encode")
        return encode(self, *args, **options)

    def compte_verify(self: Any, *args: Any, **options: Any) -> Any:
        faits.append("verify")
        return verify(self, *args, **options)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", compte_encode)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", compte_verify)
    return faits


def trace(adresse: str, envoyer: Callable[[Client], Any], hachages: list[str]) -> dict[str, Any]:
    client = Client()
    hachages.clear()
    with CaptureQueriesContext(
        connection,
    ) as requetes:
        reponse = envoyer(client)
    # Now: the next request forgets them. Values aside, and what follows the tables.
    executees = [
        re.sub(r"'[^']*'|\b\d+\b|\bs\d+_x\d+\b", "?", requete["sql"])[:60] for requete in requetes.captured_queries
    ]
    faits = len(hachages)
    suite = client.get(reponse["Location"]) if reponse.status_code == 302 else reponse
    texte = suite.content.decode().replace(adresse, "ADRESSE")
    return {
        "statut": (reponse.status_code, reponse.get("Location")),
        "temoins": sorted(client.cookies),
        # A form's protection differs at each answer, whoever asks.
        "texte": re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", texte),
        "hachages": faits,
        "requetes": executees,
        "messages": Message.objects.count(),
    }


def traces(adresses: dict[str, str], hachages: list[str], envoyer: Callable[[Client, str], Any]) -> list[Any]:
    vues = []
    for genre in GENRES:
        Message.objects.all().delete()
        adresse = adresses[genre]
        vues.append(trace(adresse, lambda client, a=adresse: envoyer(client, a), hachages))  # type: ignore[misc]
    return vues


def toutes_egales(vues: list[Any]) -> None:
    for genre, vue in zip(GENRES[1:], vues[1:], strict=True):
        assert vue == vues[0], genre
    assert vues[0]["requetes"]


def test_a_wrong_password(adresses: dict[str, str], hachages: list[str]) -> None:
    vues = traces(
        adresses,
        hachages,
        lambda client, email: client.post(reverse("account_login"), {"login": email, "password": "pas le bon"}),
    )
    assert vues[0]["hachages"] == 1
    toutes_egales(vues)


def test_a_forgotten_password(adresses: dict[str, str], hachages: list[str]) -> None:
    vues = traces(
        adresses, hachages, lambda client, email: client.post(reverse("account_reset_password"), {"email": email})
    )
    assert (vues[0]["messages"], vues[0]["hachages"]) == (1, 0)
    toutes_egales(vues)


def test_a_code(adresses: dict[str, str], hachages: list[str]) -> None:
    vues = traces(
        adresses, hachages, lambda client, email: client.post(reverse("account_request_login_code"), {"email": email})
    )
    assert (vues[0]["messages"], vues[0]["hachages"]) == (1, 0)
    toutes_egales(vues)


def test_the_code_of_an_unknown_address_is_none(client: Client) -> None:
    client.post(reverse("account_request_login_code"), {"email": "personne@exemple.fr"})
    for valeur in ("", "0000-0000", "00000000"):
        client.post(reverse("account_confirm_login_code"), {"code": valeur})
    assert "_auth_user_id" not in client.session


def test_each_is_told_in_their_own_mail_box(adresses: dict[str, str], mailoutbox: list[Any]) -> None:
    for email in adresses.values():
        Client().post(reverse("account_reset_password"), {"email": email})
        Client().post(reverse("account_request_login_code"), {"email": email})
    rangees = Message.objects.filter(destinataire=PERSONNE)
    # The unknown address asked for a password, the closed account for both. A code opens an unknown one's account.
    assert rangees.count() == 3
    envoyer_messages_dus(maintenant=timezone.now())
    recus = sorted((mail.to[0], mail.subject) for mail in mailoutbox)
    assert recus == [
        ("equipe@exemple.fr", "Choisir votre mot de passe"),
        ("equipe@exemple.fr", "Votre connexion"),
        ("parent@exemple.fr", "Votre code"),
        ("parent@exemple.fr", "Votre connexion"),
        ("personne@exemple.fr", "Votre code"),
        ("sans@exemple.fr", "Choisir votre mot de passe"),
        ("sans@exemple.fr", "Votre connexion"),
    ]
    # What was written nowhere cannot be found: neither the closed account's address nor the codes once sent.
    assert not Message.objects.filter(destinataire="fermee@exemple.fr").exists()
    assert set(Message.objects.values_list("secret", flat=True)) == {True}
    assert all(contexte == {} for contexte in Message.objects.values_list("contexte", flat=True))


class TestCodeDesParents:
    def _code(self, client: Client, email: str, mailoutbox: list[Any]) -> str:
        client.post(reverse("account_request_login_code"), {"email": email})
        envoyer_messages_dus(maintenant=timezone.now())
        trouve = re.search(r"\b\d{4}-\d{4}\b", mailoutbox[-1].body)
        return trouve.group() if trouve else ""

    def test_opens_a_parents_session(self, client: Client, mailoutbox: list[Any]) -> None:
        parent = Utilisateur.objects.create_user("parent@exemple.fr")
        code = self._code(client, parent.email, mailoutbox)
        assert client.post(reverse("account_confirm_login_code"), {"code": code})["Location"] == reverse(
            "espace:accueil"
        )
        assert client.get(reverse("mon_compte")).status_code == 200
        # It served.
        autre = Client()
        autre.post(reverse("account_request_login_code"), {"email": parent.email})
        autre.post(reverse("account_confirm_login_code"), {"code": code})
        assert "_auth_user_id" not in autre.session

    @pytest.mark.parametrize("par", ["is_staff", "affectation"])
    def test_never_a_team_members(self, client: Client, mailoutbox: list[Any], par: str) -> None:
        personne = AffectationFactory().utilisateur
        if par == "affectation":
            Utilisateur.objects.update(is_staff=False)
        assert self._code(client, personne.email, mailoutbox) == ""

    def test_nor_when_the_role_came_in_between(self, client: Client, mailoutbox: list[Any]) -> None:
        parent = Utilisateur.objects.create_user("parent@exemple.fr")
        code = self._code(client, parent.email, mailoutbox)
        AffectationFactory(utilisateur=parent)
        client.post(reverse("account_confirm_login_code"), {"code": code})
        assert "_auth_user_id" not in client.session

    def test_three_wrong_codes_end_it(self, client: Client, mailoutbox: list[Any]) -> None:
        parent = UtilisateurFactory()
        code = self._code(client, parent.email, mailoutbox)
        for _ in range(3):
            client.post(reverse("account_confirm_login_code"), {"code": "1111-1111"})
        client.post(reverse("account_confirm_login_code"), {"code": code})
        assert "_auth_user_id" not in client.session


class TestIdentiteDesFamilles:
    """FranceConnect: who was identified waits in the browser until an address is proved there, and is tied then."""

    @pytest.fixture(autouse=True)
    def franceconnect(self, settings: Any) -> None:
        fournisseur = {
            "provider_id": "franceconnect",
            "name": "FranceConnect",
            "client_id": "portail",
            "secret": "secret",
            "settings": {"server_url": "https://fc.invalid", "familles": True},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"identite_publique": {"APPS": [fournisseur]}}

    def attendre(self, client: Client, *, depuis: int = 0) -> None:
        session = client.session
        session[ATTENTE] = {"fournisseur": "franceconnect", "sub": "abc", "le": time.time() - depuis}
        session.save()

    def par_code(self, client: Client, email: str, mailoutbox: list[Any]) -> None:
        code = TestCodeDesParents()._code(client, email, mailoutbox)
        client.post(reverse("account_confirm_login_code"), {"code": code})

    def test_tied_to_the_account_that_its_owner_opens(self, client: Client, mailoutbox: list[Any]) -> None:
        self.attendre(client)
        self.par_code(client, "parent@exemple.fr", mailoutbox)
        tiee = SocialAccount.objects.get()
        assert (tiee.user.email, tiee.provider, tiee.uid) == ("parent@exemple.fr", "franceconnect", "abc")
        assert ATTENTE not in client.session

    def test_told_before_and_its_mail_leads_to_where_it_is_taken_off(
        self, client: Client, mailoutbox: list[Any]
    ) -> None:
        self.attendre(client)
        client.post(reverse("account_request_login_code"), {"email": "parent@exemple.fr"})
        assert "Une identité FranceConnect" in client.get(reverse("account_confirm_login_code")).content.decode()
        self.par_code(client, "parent@exemple.fr", mailoutbox)
        envoyer_messages_dus(maintenant=timezone.now())
        assert reverse("socialaccount_connections") in mailoutbox[-1].body
        assert "mot de passe" not in mailoutbox[-1].body

    def test_on_a_shared_computer_it_is_put_aside_by_who_comes_next(
        self, client: Client, mailoutbox: list[Any]
    ) -> None:
        self.attendre(client)
        code = TestCodeDesParents()._code(client, "parent@exemple.fr", mailoutbox)
        suite = client.post(reverse("oublier_identite"), follow=True)
        assert "FranceConnect" not in suite.content.decode()
        client.post(reverse("account_confirm_login_code"), {"code": code})
        assert "_auth_user_id" in client.session
        assert not SocialAccount.objects.exists()

    def test_who_comes_in_by_a_password_is_tied_to_nothing(self, client: Client) -> None:
        Utilisateur.objects.create_user("parent@exemple.fr", password="gouttière-vent-3")
        self.attendre(client)
        client.post(reverse("account_login"), {"login": "parent@exemple.fr", "password": "gouttière-vent-3"})
        assert "_auth_user_id" in client.session
        assert ATTENTE not in client.session
        assert not SocialAccount.objects.exists()

    def test_not_after_a_quarter_of_an_hour(self, client: Client, mailoutbox: list[Any]) -> None:
        self.attendre(client, depuis=16 * 60)
        self.par_code(client, "parent@exemple.fr", mailoutbox)
        assert not SocialAccount.objects.exists()

    def test_never_taken_from_the_account_that_has_it(self, client: Client, mailoutbox: list[Any]) -> None:
        autre = UtilisateurFactory()
        SocialAccount.objects.create(user=autre, provider="franceconnect", uid="abc")
        self.attendre(client)
        self.par_code(client, "parent@exemple.fr", mailoutbox)
        assert SocialAccount.objects.get().user == autre

    def test_the_address_it_gives_proves_nothing(self, rf: Any) -> None:
        """Nothing but the `sub` is kept, and no account opens: the next page asks for a code."""
        Utilisateur.objects.create_user("victime@exemple.fr")
        requete = rf.get("/")
        requete.session = {}
        fournisseur = SimpleNamespace(app=SimpleNamespace(settings={"familles": True}))
        venue = SocialLogin(
            user=Utilisateur(email="victime@exemple.fr"),
            account=SocialAccount(provider="franceconnect", uid="abc"),
            provider=fournisseur,
        )
        requete._messages = SimpleNamespace(add=lambda *_a, **_k: None)
        with pytest.raises(ImmediateHttpResponse) as suite:
            AdaptateurIdentites(requete).pre_social_login(requete, venue)
        assert suite.value.response["Location"] == reverse("account_request_login_code")
        assert set(requete.session[ATTENTE]) == {"fournisseur", "sub", "le"}
        assert not SocialAccount.objects.exists()
