"""How often one may try, with no cache to count on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socle.comptes import debits
from socle.models import Message, Utilisateur
from socle.quotas import consommer
from tests.comptes.test_connexion import SECRET, code, responsable, se_connecter
from tests.factories import UtilisateurFactory

pytestmark = pytest.mark.django_db

TROP = "Trop d&#x27;essais en peu de temps"


@pytest.fixture(autouse=True)
def sans_cache(settings: Any) -> None:
    """A cache that answers nobody: whoever uses it fails."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"},
    }


@pytest.fixture
def personne() -> Utilisateur:
    return UtilisateurFactory(equipe=True, email="camille@exemple.fr")


def essayer(client: Client, email: str, mot_de_passe: str = "faux", **meta: Any) -> str:
    donnees = {"login": email, "password": mot_de_passe}
    return str(client.post(reverse("account_login"), donnees, **meta).content.decode())


def test_the_whole_sign_in_does_without_a_cache(client: Client) -> None:
    personne = responsable()
    TOTP.activate(personne, SECRET)
    se_connecter(client, personne)
    assert client.post(reverse("mfa_authenticate"), {"code": code()}, follow=True).redirect_chain[-1][0] == "/equipe/"


class TestConnexion:
    def test_an_account_rests_after_failures_from_anywhere(self, personne: Utilisateur) -> None:
        for n in range(debits.ECHECS_PAR_COMPTE):
            assert TROP not in essayer(Client(), personne.email, REMOTE_ADDR=f"192.0.2.{n}")
        assert TROP in essayer(Client(), personne.email, "secret", REMOTE_ADDR="198.51.100.1")
        # An address that has no account rests in the same words.
        for n in range(debits.ECHECS_PAR_COMPTE):
            essayer(Client(), "inconnue@exemple.fr", REMOTE_ADDR=f"192.0.2.{n}")
        assert TROP in essayer(Client(), "inconnue@exemple.fr", REMOTE_ADDR="198.51.100.1")

    def test_its_owner_still_comes_in_where_they_came_in_before(self, personne: Utilisateur) -> None:
        chez_soi = Client()
        se_connecter(chez_soi, personne)
        chez_soi.post(reverse("account_logout"))
        for n in range(debits.ECHECS_PAR_COMPTE + 1):
            essayer(Client(), personne.email, REMOTE_ADDR=f"192.0.2.{n}")
        assert TROP in essayer(Client(), personne.email, "secret")
        se_connecter(chez_soi, personne)
        assert "_auth_user_id" in chez_soi.session

    def test_a_known_browser_does_not_guess_for_ever(self, personne: Utilisateur) -> None:
        client = Client()
        se_connecter(client, personne)
        client.post(reverse("account_logout"))
        for _ in range(debits.ECHECS_PAR_APPAREIL):
            essayer(client, personne.email)
        assert TROP in essayer(client, personne.email, "secret")

    def test_a_browser_known_for_one_account_is_unknown_for_another(self, personne: Utilisateur) -> None:
        client = Client()
        se_connecter(client, personne)
        client.post(reverse("account_logout"))
        for _ in range(debits.ECHECS_PAR_COMPTE):
            essayer(client, "autre@exemple.fr")
        assert TROP in essayer(Client(), "autre@exemple.fr")

    def test_a_network_address_rests_too(self, personne: Utilisateur) -> None:
        for _ in range(debits.ECHECS_PAR_ADRESSE):
            consommer(
                usage="connexion_adresse",
                origine="192.0.2.7",
                limite=debits.ECHECS_PAR_ADRESSE,
                maintenant=timezone.now(),
            )
        assert TROP in essayer(Client(), personne.email, "secret", REMOTE_ADDR="192.0.2.7")
        assert TROP not in essayer(Client(), personne.email, "secret", REMOTE_ADDR="192.0.2.8")

    def test_success_wears_nothing_out(self, personne: Utilisateur) -> None:
        for _ in range(debits.ECHECS_PAR_COMPTE + 5):
            client = Client()
            se_connecter(client, personne)
            assert "_auth_user_id" in client.session

    def test_it_is_over_in_an_hour(self, personne: Utilisateur, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(debits.ECHECS_PAR_COMPTE + 1):
            essayer(Client(), personne.email)
        plus_tard = timezone.now() + timedelta(hours=1)
        monkeypatch.setattr("socle.comptes.adaptateur.timezone.now", lambda: plus_tard)
        assert TROP not in essayer(Client(), personne.email)

    def test_a_passkey_is_not_counted(self, personne: Utilisateur, client: Client) -> None:
        for _ in range(debits.ECHECS_PAR_COMPTE + 1):
            essayer(Client(), personne.email)
        reponse = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
        assert reponse.status_code == 200


@pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
@pytest.mark.parametrize("email", ["camille@exemple.fr", "inconnue@exemple.fr"])
def test_requests_rest_for_known_and_unknown_alike(page: str, email: str, personne: Utilisateur) -> None:
    for _ in range(debits.DEMANDES_PAR_COMPTE):
        assert Client().post(reverse(page), {"email": email}).status_code == 302
    assert TROP in Client().post(reverse(page), {"email": email}).content.decode()
    assert Message.objects.count() == debits.DEMANDES_PAR_COMPTE


def test_the_current_password_is_not_guessed_from_an_open_session(client: Client, personne: Utilisateur) -> None:
    client.force_login(personne)
    adresse = reverse("account_change_password")
    nouveau = {"password1": "le chat dort au soleil", "password2": "le chat dort au soleil"}
    for _ in range(debits.MOTS_DE_PASSE_FAUX_EN_SESSION):
        client.post(adresse, {"oldpassword": "faux", **nouveau})
    assert TROP in client.post(adresse, {"oldpassword": "secret", **nouveau}).content.decode()
