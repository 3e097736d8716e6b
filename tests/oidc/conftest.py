from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class Fournisseur:
    """The running provider; `mentir` makes its next answers wrong in one way."""

    url: str
    fichier: Path

    def mentir(self, faute: str) -> None:
        self.fichier.write_text(faute)


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


@pytest.fixture(scope="module")
def fournisseur_lance(tmp_path_factory: pytest.TempPathFactory, live_server: Any) -> Iterator[Fournisseur]:
    dossier = tmp_path_factory.mktemp("idp")
    cle = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (dossier / "cle.pem").write_bytes(
        cle.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (dossier / "faute").write_text("")
    port = _port_libre()
    environnement = {
        **{nom: valeur for nom, valeur in os.environ.items() if nom in {"PATH", "HOME", "LANG"}},
        "DJANGO_SETTINGS_MODULE": "tests.oidc.idp.settings",
        "IDP_BASE": str(dossier / "base.sqlite3"),
        "IDP_CLE": str(dossier / "cle.pem"),
        "IDP_FAUTE": str(dossier / "faute"),
        "IDP_PORT": str(port),
    }
    retour = f"{live_server.url}/compte/oidc/proconnect/retour/"
    commun: dict[str, Any] = {"env": environnement, "cwd": Path(__file__).resolve().parents[2]}
    subprocess.run(
        [sys.executable, "-m", "tests.oidc.idp.preparer", retour, f"{live_server.url}/"], check=True, **commun
    )
    with (dossier / "journal").open("w") as journal:
        processus = subprocess.Popen(
            [sys.executable, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"],
            stdout=journal,
            stderr=journal,
            **commun,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(f"{url}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        else:
            pytest.fail((dossier / "journal").read_text())
        yield Fournisseur(url=url, fichier=dossier / "faute")
    finally:
        processus.terminate()
        processus.wait(10)


@pytest.fixture
def fournisseur(fournisseur_lance: Fournisseur, settings: Any) -> Fournisseur:
    """The provider telling the truth, with the portal configured to use it as ProConnect."""
    fournisseur_lance.mentir("")
    settings.SOCIALACCOUNT_PROVIDERS = {
        "identite_publique": {
            "APPS": [
                {
                    "provider_id": "proconnect",
                    "name": "ProConnect",
                    "client_id": "portail",
                    "secret": "secret-du-portail",
                    "settings": {
                        "server_url": fournisseur_lance.url,
                        "scope": ["openid", "profile", "email"],
                        "acr_values": "eidas1",
                        "acr_acceptes": ["eidas1", "eidas2"],
                    },
                }
            ]
        }
    }
    politique = dict(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
    politique["form-action"] = [*politique["form-action"], fournisseur_lance.url]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": politique}
    return fournisseur_lance


@pytest.fixture
def ouvrir_session(page: Any, live_server: Any, client: Any) -> Callable[[Any], None]:
    """Puts a signed-in session into the browser."""

    def ouvrir(utilisateur: Any) -> None:
        client.force_login(utilisateur, backend="allauth.account.auth_backends.AuthenticationBackend")
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )

    return ouvrir
