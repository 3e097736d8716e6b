"""How long a session lives, and how its owner ends it elsewhere."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socle.models import Message, Utilisateur
from tests.comptes.test_connexion import responsable, se_connecter
from tests.factories import UtilisateurFactory

pytestmark = pytest.mark.django_db

MINUTE, HEURE, JOUR = 60, 3600, 86_400


def vieillir(client: Client, **marques: int) -> None:
    """As if this session's last click, or its beginning, were so long ago."""
    session = client.session
    for nom, age in marques.items():
        session[f"session_{nom}"] = int(time.time()) - age
    session.save()


def connecte(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestEquipe:
    @pytest.fixture
    def equipe(self, client: Client) -> Client:
        client.force_login(responsable())
        assert client.get("/equipe/").status_code == 200
        return client

    def test_ends_after_half_an_hour_without_a_click(self, equipe: Client) -> None:
        vieillir(equipe, vue=29 * MINUTE)
        assert equipe.get("/equipe/").status_code == 200
        vieillir(equipe, vue=31 * MINUTE)
        reponse = equipe.get("/equipe/", follow=True)
        assert reponse.redirect_chain[-1][0].startswith(reverse("account_login"))
        assert "next=" in reponse.redirect_chain[-1][0]
        assert "Votre session s&#x27;est terminée" in reponse.content.decode()
        assert not connecte(equipe)

    def test_each_click_begins_the_half_hour_again(self, equipe: Client) -> None:
        vieillir(equipe, vue=20 * MINUTE)
        equipe.get("/equipe/")
        assert time.time() - equipe.session["session_vue"] < 5

    def test_ends_after_a_working_day_however_busy(self, equipe: Client) -> None:
        vieillir(equipe, vue=0, ouverte=12 * HEURE + 1)
        assert equipe.get("/equipe/").status_code == 302
        assert not connecte(equipe)

    def test_ends_with_the_browser(self, client: Client) -> None:
        se_connecter(client, responsable())
        assert client.cookies["sessionid"]["max-age"] == ""

    def test_any_page_ends_it_the_public_ones_too(self, equipe: Client) -> None:
        vieillir(equipe, vue=31 * MINUTE)
        equipe.get("/")
        assert not connecte(equipe)


class TestFamille:
    def test_lives_two_weeks_without_a_visit(self, client: Client) -> None:
        client.force_login(UtilisateurFactory())
        client.get(reverse("mon_compte"))
        vieillir(client, vue=13 * JOUR, ouverte=300 * JOUR)
        assert client.get(reverse("mon_compte")).status_code == 200
        vieillir(client, vue=15 * JOUR)
        assert client.get(reverse("mon_compte")).status_code == 302

    def test_a_visit_counts_as_a_connection_once_a_day(self, client: Client) -> None:
        """Whoever comes every week never signs in again: two years later the account was not left alone."""
        parent = UtilisateurFactory()
        client.force_login(parent)
        for age, attendu in ((timedelta(days=700), timedelta(0)), (timedelta(hours=23), timedelta(hours=23))):
            Utilisateur.objects.filter(pk=parent.pk).update(last_login=timezone.now() - age)
            vieillir(client, vue=2 * MINUTE)
            client.get(reverse("mon_compte"))
            parent.refresh_from_db()
            assert parent.last_login
            assert abs(timezone.now() - parent.last_login - attendu) < timedelta(minutes=5)


class TestPartout:
    @pytest.fixture
    def personne(self) -> Utilisateur:
        return responsable()

    @pytest.fixture
    def ici(self, personne: Utilisateur) -> Client:
        return self._ouvrir(personne)

    @pytest.fixture
    def ailleurs(self, personne: Utilisateur) -> Client:
        return self._ouvrir(personne)

    def _ouvrir(self, personne: Utilisateur) -> Client:
        client = Client()
        client.force_login(Utilisateur.objects.get(pk=personne.pk))
        assert client.get("/equipe/").status_code == 200
        return client

    def test_the_others_end_and_this_one_stays(self, ici: Client, ailleurs: Client) -> None:
        assert ici.get(reverse("fermer_sessions")).status_code == 405
        ici.post(reverse("fermer_sessions"))
        assert ici.get("/equipe/").status_code == 200
        assert ailleurs.get("/equipe/").status_code == 302

    def test_so_does_a_new_password(self, ici: Client, ailleurs: Client, personne: Utilisateur) -> None:
        phrase = "le chat dort au soleil"
        ici.post(
            reverse("account_change_password"), {"oldpassword": "secret", "password1": phrase, "password2": phrase}
        )
        assert ici.get("/equipe/").status_code == 200
        assert ailleurs.get("/equipe/").status_code == 302
        (message,) = Message.objects.filter(destinataire=personne.email)
        assert message.contexte["objet"] == "Votre mot de passe a changé"

    def test_my_account_says_what_opens_it(self, ici: Client) -> None:
        page: Any = ici.get(reverse("mon_compte")).content.decode()
        for morceau in ("Second facteur", "Se déconnecter partout ailleurs", "Changer de mot de passe"):
            assert morceau in page


@pytest.mark.parametrize("page", ["/compte/email/", "/compte/signup/", "/compte/password/set/", "/compte/2fa/"])
def test_an_account_has_one_address_and_opens_by_invitation(client: Client, page: str) -> None:
    client.force_login(UtilisateurFactory())
    for methode in (client.get, client.post):
        assert methode(page, {"email": "autre@exemple.fr", "action_add": ""})["Location"] == reverse("mon_compte")
