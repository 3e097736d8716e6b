"""Signing in: what a team member needs before anything of /equipe/ answers, and what each factor is worth."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maisons.enums import Role
from socle.comptes.facteurs import prendre_code
from socle.models import Message, Utilisateur
from tests.factories import AffectationFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MOT_DE_PASSE = "secret"


def code(decalage: int = 0) -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + decalage))


def avec_application(utilisateur: Utilisateur) -> Utilisateur:
    TOTP.activate(utilisateur, SECRET)
    return utilisateur


def responsable(**options: Any) -> Utilisateur:
    personne: Utilisateur = AffectationFactory(role=Role.RESPONSABLE, **options).utilisateur
    return personne


def se_connecter(client: Client, utilisateur: Utilisateur, **options: Any) -> Any:
    return client.post(
        reverse("account_login"), {"login": utilisateur.email, "password": MOT_DE_PASSE, **options}, follow=True
    )


def est_connecte(client: Client) -> bool:
    return "_auth_user_id" in client.session


TRAITS: dict[Role, dict[str, Any]] = {
    Role.ANIMATEUR: {"role": Role.ANIMATEUR},
    Role.RESPONSABLE: {},
    Role.PARTENAIRE: {"organisation_entiere": True, "role": Role.PARTENAIRE},
    Role.MEDECIN: {"medecine": True},
    Role.PILOTE: {"departemental": True},
    Role.REDACTEUR: {"redaction": True},
    Role.ADMINISTRATEUR: {"reseau": True},
}
PAGES_EQUIPE = ["/equipe/", "/equipe/maisons/maison/", "/equipe/inconnue/", "/equipe/autocomplete/", "/equipe/jsi18n/"]


class TestSecondFacteur:
    @pytest.mark.parametrize("role", list(Role))
    @pytest.mark.parametrize("page", PAGES_EQUIPE)
    def test_without_a_factor_every_role_is_led_to_set_one_up(self, client: Client, role: Role, page: str) -> None:
        personne = AffectationFactory(**TRAITS[role]).utilisateur
        client.force_login(personne, facteur=False)  # type: ignore[call-arg]
        for methode in (client.get, client.post):
            reponse = methode(page)
            assert (reponse.status_code, reponse["Location"]) == (302, reverse("proteger_compte"))
        assert client.get(reverse("proteger_compte")).status_code == 200

    def test_with_a_factor_that_this_session_did_not_prove_it_is_asked_for(self, client: Client) -> None:
        client.force_login(avec_application(responsable()), facteur=False)  # type: ignore[call-arg]
        reponse = client.get("/equipe/")
        assert reponse["Location"].startswith(reverse("mfa_reauthenticate"))
        assert client.post(reponse["Location"], {"code": code()})["Location"] == "/equipe/"
        assert client.get("/equipe/").status_code == 200

    def test_with_both_the_page_opens(self, client: Client) -> None:
        personne = avec_application(responsable())
        assert se_connecter(client, personne).redirect_chain[-1][0].startswith(reverse("mfa_authenticate"))
        assert not est_connecte(client)
        reponse = client.post(reverse("mfa_authenticate"), {"code": code()}, follow=True)
        assert reponse.redirect_chain[-1] == ("/equipe/", 302)
        assert reponse.status_code == 200

    def test_a_role_that_ended_opens_nothing(self, client: Client) -> None:
        hier = timezone.localdate() - timedelta(days=1)
        personne = responsable(du=hier - timedelta(days=30), au=hier)
        client.force_login(personne)
        assert client.get("/equipe/", follow=True).status_code == 403
        assert not personne.has_perm("socle.acceder_equipe")

    def test_a_running_role_counts_even_without_the_staff_mark(self, client: Client) -> None:
        personne = responsable()
        Utilisateur.objects.update(is_staff=False)
        client.force_login(personne, facteur=False)  # type: ignore[call-arg]
        assert client.get("/equipe/")["Location"] == reverse("proteger_compte")

    def test_a_parent_is_none_of_them(self, client: Client) -> None:
        client.force_login(UtilisateurFactory())
        assert client.get("/equipe/", follow=True).status_code == 403

    def test_setting_up_an_application_opens_the_site_in_one_go(
        self, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        personne = responsable()
        se_connecter(client, personne)
        page = client.get(reverse("mfa_activate_totp"))
        assert page.status_code == 200
        contenu = page.content.decode()
        secret = client.session["mfa.totp.secret"]
        assert "<svg" in contenu
        assert secret in contenu
        assert "style=" not in re.search(r"<svg.*?</svg>", contenu, re.DOTALL).group()  # type: ignore[union-attr]
        valeur = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        with django_capture_on_commit_callbacks(execute=True):
            suite = client.post(reverse("mfa_activate_totp"), {"code": valeur}, follow=True)
        assert suite.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes")
        assert client.get("/equipe/").status_code == 200
        # Kept encrypted, and the code that proved it opens nothing more.
        assert secret not in str(Authenticator.objects.get(type="totp").data)
        ailleurs = Client()
        se_connecter(ailleurs, personne)
        ailleurs.post(reverse("mfa_authenticate"), {"code": valeur})
        assert not est_connecte(ailleurs)
        (message,) = Message.objects.filter(modele="compte", destinataire=personne.email)
        assert message.contexte["objet"] == "Second facteur ajouté"

    def test_without_any_factor_left_the_site_closes_again(self, client: Client) -> None:
        personne = avec_application(responsable())
        client.force_login(personne)
        client.post(reverse("mfa_deactivate_totp"))
        assert not Authenticator.objects.exists()
        assert client.get("/equipe/")["Location"] == reverse("proteger_compte")


class TestCodes:
    @pytest.fixture
    def personne(self) -> Utilisateur:
        return avec_application(responsable())

    def _entrer(self, client: Client, personne: Utilisateur, valeur: str) -> bool:
        se_connecter(client, personne)
        client.post(reverse("mfa_authenticate"), {"code": valeur})
        return est_connecte(client)

    def test_a_code_of_the_application_serves_once(self, personne: Utilisateur) -> None:
        valeur = code()
        assert self._entrer(Client(), personne, valeur)
        assert not self._entrer(Client(), personne, valeur)
        # Nor does one that is older than the last taken.
        assert not self._entrer(Client(), personne, code(-1))

    def test_a_recovery_code_serves_once(self, personne: Utilisateur) -> None:
        secours = RecoveryCodes.activate(personne).generate_codes()
        assert self._entrer(Client(), personne, f"{secours[0][:5]} {secours[0][5:]}")
        assert not self._entrer(Client(), personne, secours[0])
        assert self._entrer(Client(), personne, secours[1])

    def test_guessing_stops(self, personne: Utilisateur, client: Client) -> None:
        se_connecter(client, personne)
        for _ in range(15):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        reponse = client.post(reverse("mfa_authenticate"), {"code": code()})
        assert "Trop d'essais" in reponse.content.decode().replace("&#x27;", "'")
        assert not est_connecte(client)


class TestSecretsChiffres:
    def test_a_new_key_reads_then_replaces_the_old_one(self, settings: Any) -> None:
        personne = avec_application(responsable())
        RecoveryCodes.activate(personne)
        ancienne, settings.SECRET_KEY = settings.SECRET_KEY, "une-cle-toute-neuve"
        settings.SECRET_KEY_FALLBACKS = [ancienne]
        call_command("rechiffrer_facteurs")
        settings.SECRET_KEY_FALLBACKS = []
        assert prendre_code(utilisateur=personne, code=code()) is not None

    def test_a_lost_key_refuses_codes_without_failing(self, settings: Any) -> None:
        personne = avec_application(responsable())
        RecoveryCodes.activate(personne)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "une-cle-toute-neuve", []
        assert prendre_code(utilisateur=personne, code=code()) is None

    def test_who_lost_everything_begins_again_and_is_told(self, client: Client) -> None:
        personne = avec_application(responsable())
        client.force_login(personne)
        call_command("retirer_facteurs", personne.email)
        assert not Authenticator.objects.exists()
        assert client.get("/equipe/").status_code == 302
        assert Message.objects.get().destinataire == personne.email
        with pytest.raises(CommandError):
            call_command("retirer_facteurs", "inconnue@exemple.fr")


class TestDemonstration:
    @pytest.fixture
    def imprime(self) -> Utilisateur:
        return responsable(utilisateur=UtilisateurFactory(equipe=True, email="responsable.rethel@demo.invalid"))

    def test_the_printed_accounts_do_without(self, client: Client, imprime: Utilisateur, settings: Any) -> None:
        settings.DEMO, settings.DOMAINE_DEMO = True, "demo.invalid"
        page = client.get(reverse("account_login")).content.decode()
        assert "sans second facteur" in page
        assert se_connecter(client, imprime).redirect_chain[-1] == ("/equipe/", 302)

    def test_others_need_one_there_too(self, client: Client, settings: Any) -> None:
        settings.DEMO, settings.DOMAINE_DEMO = True, "demo.invalid"
        se_connecter(client, responsable())
        assert client.get("/equipe/")["Location"] == reverse("proteger_compte")

    @pytest.mark.parametrize(("demo", "domaine"), [(False, "demo.invalid"), (True, ""), (False, "")])
    def test_nowhere_else(self, client: Client, imprime: Utilisateur, settings: Any, demo: bool, domaine: str) -> None:
        settings.DEMO, settings.DOMAINE_DEMO = demo, domaine
        se_connecter(client, imprime)
        assert client.get("/equipe/")["Location"] == reverse("proteger_compte")

    def test_no_environment_switches_it_on_in_production(self, racine: Any) -> None:
        import os
        import subprocess
        import sys

        demande = "from django.conf import settings as s; print(s.DEMO, repr(s.DOMAINE_DEMO))"
        sortie = subprocess.run(
            [sys.executable, "-c", demande],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "portail.settings.production",
                "DEMO": "1",
                "DOMAINE_DEMO": "demo.invalid",
                "ALLOWED_HOSTS": "portail.exemple.fr",
                "URL_PUBLIQUE": "https://portail.exemple.fr",
                "EMAIL_URL": "smtp://localhost:25",
                "DEFAULT_FROM_EMAIL": "portail@exemple.fr",
                "SECRET_KEY": "x" * 50,
                "DATABASE_URL": "postgresql://portail@/portail",
                "REDIS_URL": "redis://localhost/0",
            },
            cwd=racine,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert sortie.split() == ["False", "''"]
