"""docker-compose.yml is true to the code: what it gives is enough to start, and nothing it gives is ignored."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

SECRETS = {
    "secret_key": "x" * 60,
    "database_url": "postgresql://portail:mot-de-passe@postgresql:5432/portail",
    "email_url": "smtp+tls://portail:mot-de-passe@courriel.exemple.fr:587",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (Path(__file__).resolve().parent.parent.parent / "docker-compose.yml").read_text()
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def environment(compose: dict[str, Any], folder: Path, **given: str) -> dict[str, str]:
    """What the web container would see, with what .env gives, its secrets in a folder of ours."""
    values = {}
    for name, value in compose["services"]["web"]["environment"].items():
        value = re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: given.get(found[1], found[2]), value)
        if value.startswith("/run/secrets/"):
            secret = Path(value).name
            (folder / secret).write_text(SECRETS.get(secret, "secret") + "\n")
            value = str(folder / secret)
        values[name] = value
    return values


def test_web_container_has_all_that_production_asks_for(compose: dict[str, Any], tmp_path: Path, racine: Path) -> None:
    code = (
        "from django.conf import settings as s; assert s.SECRET_KEY == 'x' * 60, repr(s.SECRET_KEY);"
        "d = s.DATABASES['default']; assert (d['HOST'], d['NAME'], d['PASSWORD'])"
        " == ('postgresql', 'portail', 'mot-de-passe'), d;"
        # Whoever watches beside the container speaks plain HTTP, and is not sent to a certificate.
        "import re; (motif,) = s.SECURE_REDIRECT_EXEMPT;"
        "assert all(re.search(motif, a) for a in ('sante/', 'sante/conservation/')), motif;"
        "assert not re.search(motif, 'agenda/'), motif;"
        "assert s.EMAIL_HOST == 'courriel.exemple.fr' and s.EMAIL_PORT == 587, (s.EMAIL_HOST, s.EMAIL_PORT);"
        "from django.core.management import call_command; import django; django.setup();"
        "call_command('check', deploy=True, fail_level='ERROR')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=racine,
        env={"PATH": os.defpath, **environment(compose, tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_variable_is_read_by_the_settings(compose: dict[str, Any], racine: Path) -> None:
    settings = "".join(path.read_text() for path in (racine / "portail" / "settings").glob("*.py"))
    for name in compose["services"]["web"]["environment"]:
        if name != "DJANGO_SETTINGS_MODULE":
            assert f'"{name.removesuffix("_FILE")}"' in settings, name


def test_what_an_operator_may_set_reaches_the_portal(compose: dict[str, Any], tmp_path: Path, racine: Path) -> None:
    beside: dict[str, Any] = yaml.safe_load((racine / "deploy" / "identites.yml").read_text())
    told = (racine / "docs" / "exploitation.md").read_text().partition("### Settings")[2].partition("###")[0]
    names = set(
        re.findall(r"`([A-Z_]+)`", "".join(row.split("|")[1] for row in told.splitlines() if row[:3] == "| `"))
    )
    assert "SOUS_TRAITANTS" in names
    assert names <= set(re.findall(r"\$\{(\w+):-", yaml.safe_dump([compose, beside])))

    given = {"SOUS_TRAITANTS": '[{"nom": "Hébergeur"}]', "PROCONNECT_URL": "https://pc.exemple.fr/api"}
    code = (
        "from django.conf import settings as s; assert s.SOUS_TRAITANTS == [{'nom': 'Hébergeur'}], s.SOUS_TRAITANTS;"
        "i, = s.IDENTITES; assert (i['provider_id'], i['secret']) == ('proconnect', 'secret'), i"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=racine,
        env={
            "PATH": os.defpath,
            **environment(compose, tmp_path, **given),
            **environment(beside, tmp_path, **given),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # It asks the provider itself who came back.
    assert beside["services"]["web"]["networks"] == ["dehors", "dedans"]
    assert set(beside["services"]["web"]["secrets"]) == set(beside["secrets"])


def test_every_secret_is_declared_and_mounted(compose: dict[str, Any]) -> None:
    used = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    assert used == set(compose["secrets"])
    for value in compose["services"]["web"]["environment"].values():
        if value.startswith("/run/secrets/"):
            assert Path(value).name in compose["services"]["web"]["secrets"]


def test_database_is_out_of_reach_from_outside(compose: dict[str, Any]) -> None:
    assert compose["networks"]["dedans"]["internal"] is True
    for name in ("postgresql", "valkey", "web", "beat"):
        assert compose["services"][name]["networks"] == ["dedans"]
        assert "ports" not in compose["services"][name]


def test_image_holds_every_app(racine: Path) -> None:
    kept = (racine / ".dockerignore").read_text().splitlines()
    apps = {path.parent.name for path in racine.glob("*/apps.py")}
    assert all(f"!{app}/" in kept for app in apps)
